//! A body drawn flat: its outline, its bones, and which of its joints is where in the picture.

use crate::app::theme::{PANEL, RAISED_BRIGHT, TEXT, TEXT_FAINT};
use bevy_egui::egui::{Color32, Id, Mesh, Painter, Pos2, Rect, Shape, Stroke, pos2, vec2};
use glam::{Quat, Vec3};
use std::sync::Arc;

/// A joint nearer than this is meant, points.
const NEAR: f32 = 16.0;
/// Space around the figure, as a share of its place.
const MARGIN: f32 = 0.08;

/// A body as it stands in a place of the window.
pub(super) struct Drawn<'a> {
    place: Rect,
    painter: &'a Painter,
    turn: Quat,
    middle: Vec3,
    points_per_m: f32,
    /// Where its joints are in the picture, and how near.
    joints: Vec<(Pos2, f32)>,
}

/// What a picture of an outline depends on.
#[derive(Clone, Copy, PartialEq)]
struct Looks {
    place: Rect,
    turn: Quat,
    /// Where the triangles lie in memory, and how many.
    triangles: (usize, usize),
    colors: [Color32; 2],
}

/// How a joint is marked.
#[derive(Clone, Copy)]
pub(super) struct Mark {
    pub(super) color: Color32,
    pub(super) radius: f32,
    /// Whether it has a ring, as one that is chosen or pointed at.
    pub(super) ring: bool,
}

impl<'a> Drawn<'a> {
    /// A figure of these joints in its place, turned like this. What is drawn of it beside joints helps to find its size.
    pub(super) fn new(painter: &'a Painter, place: Rect, turn: Quat, joints: &[Vec3], outline: &[[Vec3; 3]]) -> Self {
        let all = || joints.iter().chain(outline.iter().flatten()).copied().filter(|point| point.is_finite());
        let (low, high) = all().map(|point| (point, point)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or((Vec3::ZERO, Vec3::ONE));
        let center = (low + high) / 2.0;
        // As wide as it is from any side, so that it keeps its size while it turns.
        let (wide, tall) = all()
            .map(|point| turn * (point - center))
            .fold((1e-4_f32, 1e-4_f32), |(wide, tall), at| (wide.max(2.0 * at.x.hypot(at.z)), tall.max(2.0 * at.y.abs())));
        let points_per_m = ((1.0 - 2.0 * MARGIN) * place.height() / tall).min((1.0 - 2.0 * MARGIN) * place.width() / wide);
        let mut drawn = Self { place, painter, turn, middle: turn * center, points_per_m, joints: Vec::new() };
        drawn.joints = joints.iter().map(|joint| drawn.seen(*joint)).collect();
        drawn
    }

    fn seen(&self, point: Vec3) -> (Pos2, f32) {
        let point = (self.turn * point - self.middle) * self.points_per_m;
        (self.place.center() + vec2(point.x, -point.y), point.z)
    }

    /// The triangles of its outline, those behind first; made anew where something of the picture has changed.
    pub(super) fn outline(&self, triangles: &[[Vec3; 3]]) {
        let colors = [PANEL.color(), RAISED_BRIGHT.color()];
        let looks = Looks { place: self.place, turn: self.turn, triangles: (triangles.as_ptr().addr(), triangles.len()), colors };
        let id = Id::new(("outline", self.place.min.x.to_bits()));
        let ctx = self.painter.ctx();
        let kept = ctx.data(|data| data.get_temp::<(Looks, Arc<Mesh>)>(id)).filter(|(of, _)| *of == looks);
        let draw = || {
            let mesh = Arc::new(self.outlined(triangles, colors));
            ctx.data_mut(|data| data.insert_temp(id, (looks, Arc::clone(&mesh))));
            mesh
        };
        let mesh = kept.map_or_else(draw, |(_, mesh)| mesh);
        self.painter.add(Shape::mesh(mesh));
    }

    fn outlined(&self, triangles: &[[Vec3; 3]], [back, front]: [Color32; 2]) -> Mesh {
        let mut seen: Vec<(f32, [Pos2; 3], Color32)> = Vec::with_capacity(triangles.len());
        for triangle in triangles {
            let normal = (self.turn * (triangle[1] - triangle[0]).cross(triangle[2] - triangle[0])).normalize_or_zero();
            let light = 0.25 + 0.75 * normal.dot(Vec3::new(0.35, 0.5, 0.79)).abs();
            let corners = triangle.map(|corner| self.seen(corner));
            let depth = corners.iter().map(|(_, depth)| depth).sum::<f32>();
            seen.push((depth, corners.map(|(place, _)| place), mixed(back, front, light)));
        }
        seen.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut mesh = Mesh::default();
        for (_, corners, color) in seen {
            let first = mesh.vertices.len() as u32;
            corners.into_iter().for_each(|corner| mesh.colored_vertex(corner, color));
            mesh.add_triangle(first, first + 1, first + 2);
        }
        mesh
    }

    /// A line from one joint to another.
    pub(super) fn bone(&self, from: usize, to: usize, stroke: Stroke) {
        if let (Some((from, _)), Some((to, _))) = (self.joints.get(from), self.joints.get(to)) {
            self.painter.line_segment([*from, *to], stroke);
        }
    }

    /// A dot at a joint.
    pub(super) fn joint(&self, joint: usize, mark: Mark) {
        let Some((place, _)) = self.joints.get(joint) else { return };
        self.painter.circle(*place, mark.radius, mark.color, Stroke::new(1.0, PANEL));
        if mark.ring {
            self.painter.circle_stroke(*place, mark.radius + 4.0, Stroke::new(2.0, TEXT));
        }
    }

    /// The joint that is meant at a point: the nearest in the picture; of several in one place the foremost.
    pub(super) fn at(&self, point: Pos2) -> Option<usize> {
        nearest(&self.joints, point)
    }

    /// Where a joint is.
    pub(super) fn place_of(&self, joint: usize) -> Pos2 {
        self.joints.get(joint).map_or(pos2(0.0, 0.0), |(place, _)| *place)
    }
}

/// Strokes of bones that play no part.
pub(super) fn faint_bone() -> Stroke {
    Stroke::new(1.0, TEXT_FAINT)
}

fn nearest(joints: &[(Pos2, f32)], point: Pos2) -> Option<usize> {
    let near = joints.iter().enumerate().filter(|(_, (place, _))| place.distance(point) < NEAR);
    let far = |place: &Pos2| (place.distance(point) / 3.0).round();
    near.min_by(|(_, a), (_, b)| far(&a.0).total_cmp(&far(&b.0)).then(b.1.total_cmp(&a.1))).map(|(joint, _)| joint)
}

fn mixed(from: Color32, to: Color32, share: f32) -> Color32 {
    let mix = |a: u8, b: u8| (f32::from(a) + (f32::from(b) - f32::from(a)) * share).round() as u8;
    Color32::from_rgb(mix(from.r(), to.r()), mix(from.g(), to.g()), mix(from.b(), to.b()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_means_the_nearest_joint_and_of_several_in_one_place_the_foremost() {
        let joints = [(pos2(10.0, 10.0), -1.0), (pos2(10.5, 10.0), 1.0), (pos2(30.0, 10.0), 0.0)];
        assert_eq!(nearest(&joints, pos2(10.0, 11.0)), Some(1));
        assert_eq!(nearest(&joints, pos2(24.0, 10.0)), Some(2));
        assert_eq!(nearest(&joints, pos2(90.0, 10.0)), None);
    }
}
