//! A sheet of thumbnails: stick figures of some clips at four moments each, to see with one's own eyes what a data set holds.
//!
//! One row a clip, from left to right in time, seen from the front and the side at once (45°), each figure about its own pelvis. Left
//! limbs are blue, right ones red; the grey line is the floor at height 0, with a tick below the pelvis.

use super::{Dataset, DatasetError};
use crate::motion::{Features, JOINT_COUNT, Joint, PARENTS, features, feet};
use glam::{Quat, Vec2, Vec3, vec2};

/// Moments of a clip.
const MOMENTS: usize = 4;
const CELL_PX: [usize; 2] = [150, 170];
/// Height of a cell in metres, and of its lower edge above the floor.
const CELL_M: f32 = 2.3;
const LOWEST_M: f32 = -0.25;
const PAPER: [f32; 3] = [250.0, 249.0, 246.0];
const INK: [f32; 3] = [60.0, 60.0, 66.0];
const LEFT: [f32; 3] = [40.0, 100.0, 200.0];
const RIGHT: [f32; 3] = [205.0, 60.0, 50.0];
const FLOOR: [f32; 3] = [190.0, 188.0, 182.0];

/// A picture, and what its rows show.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactSheet {
    /// Pixels across.
    pub width: usize,
    /// Pixels down.
    pub height: usize,
    /// Red, green, blue of each pixel, row by row.
    pub rgb: Vec<u8>,
    /// Name and first caption of each row, from the top; clips that cannot be read are missing.
    pub rows: Vec<(String, String)>,
}

/// Draws clips; those that cannot be read are left out and told in the second answer.
#[must_use]
pub fn thumbnails(dataset: &Dataset, names: &[String]) -> (ContactSheet, Vec<DatasetError>) {
    let mut unreadable = Vec::new();
    let mut clips = Vec::new();
    for name in names {
        match dataset.features(name) {
            Ok(clip) => clips.push((name, clip)),
            Err(error) => unreadable.push(error),
        }
    }
    let mut canvas = Canvas::new(MOMENTS * CELL_PX[0], clips.len() * CELL_PX[1]);
    for (row, (_, clip)) in clips.iter().enumerate() {
        draw_row(&mut canvas, row, clip);
    }
    let rows = clips.into_iter().map(|(name, _)| {
        let caption = dataset.captions(name).ok().and_then(|captions| captions.into_iter().next());
        (name.clone(), caption.unwrap_or_default())
    });
    let rows = rows.collect();
    (ContactSheet { width: canvas.width, height: canvas.height, rgb: canvas.bytes(), rows }, unreadable)
}

fn draw_row(canvas: &mut Canvas, row: usize, clip: &Features) {
    let joints_m = feet::world_joints(&features::decode(clip));
    let px_per_m = CELL_PX[1] as f32 / CELL_M;
    for moment in 0..MOMENTS {
        let frame = (joints_m.len() - 1) * moment / (MOMENTS - 1);
        let left_top = vec2((moment * CELL_PX[0]) as f32, (row * CELL_PX[1]) as f32);
        let middle = left_top.x + CELL_PX[0] as f32 / 2.0;
        let floor_px = left_top.y + CELL_PX[1] as f32 + LOWEST_M * px_per_m;
        let pelvis_m = joints_m[frame][0];
        // Decoded motion faces +Z in its first frame; turned by 45° it shows front and side.
        let view = Quat::from_rotation_y(0.25 * std::f32::consts::PI);
        let on_paper = |joint_m: Vec3| {
            let seen = view * (joint_m - pelvis_m).with_y(joint_m.y);
            vec2(middle + seen.x * px_per_m, floor_px - seen.y * px_per_m)
        };
        let margin = CELL_PX[0] as f32 * 0.45;
        canvas.line(vec2(middle - margin, floor_px), vec2(middle + margin, floor_px), 1.2, FLOOR);
        canvas.line(vec2(middle, floor_px), vec2(middle, floor_px + 4.0), 1.2, FLOOR);
        draw_figure(canvas, &joints_m[frame].map(on_paper), px_per_m);
    }
}

fn draw_figure(canvas: &mut Canvas, joints_px: &[Vec2; JOINT_COUNT], px_per_m: f32) {
    for joint in Joint::ALL {
        let Some(parent) = PARENTS[joint as usize] else { continue };
        canvas.line(joints_px[parent], joints_px[joint as usize], 0.045 * px_per_m, color(joint));
    }
    let (neck, head) = (joints_px[Joint::Neck as usize], joints_px[Joint::Head as usize]);
    let crown = head + (head - neck).normalize_or(Vec2::NEG_Y) * 0.08 * px_per_m;
    canvas.line(crown, crown, 0.18 * px_per_m, INK);
}

fn color(joint: Joint) -> [f32; 3] {
    use Joint::{Head, LAnkle, LCollar, LElbow, LFoot, LHip, LKnee, LShoulder, LWrist, Neck, Pelvis, Spine1, Spine2, Spine3};
    match joint {
        LHip | LKnee | LAnkle | LFoot | LCollar | LShoulder | LElbow | LWrist => LEFT,
        Pelvis | Spine1 | Spine2 | Spine3 | Neck | Head => INK,
        _ => RIGHT,
    }
}

struct Canvas {
    width: usize,
    height: usize,
    rgb: Vec<[f32; 3]>,
}

impl Canvas {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, rgb: vec![PAPER; width * height] }
    }

    /// A line with round ends, smooth at its edges. What lies outside is not drawn.
    fn line(&mut self, from: Vec2, to: Vec2, width_px: f32, color: [f32; 3]) {
        if !(from.is_finite() && to.is_finite()) {
            return;
        }
        let reach = 0.5 * width_px + 1.0;
        let (low, high) = (from.min(to) - reach, from.max(to) + reach);
        let along = to - from;
        for y in pixels(low.y, high.y, self.height) {
            for x in pixels(low.x, high.x, self.width) {
                let point = vec2(x as f32 + 0.5, y as f32 + 0.5);
                let share = ((point - from).dot(along) / along.length_squared().max(1e-9)).clamp(0.0, 1.0);
                let cover = (0.5 * width_px + 0.5 - point.distance(from + share * along)).clamp(0.0, 1.0);
                for (value, ink) in self.rgb[y * self.width + x].iter_mut().zip(color) {
                    *value += cover * (ink - *value);
                }
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        self.rgb.iter().flatten().map(|value| value.round() as u8).collect()
    }
}

fn pixels(low: f32, high: f32, size: usize) -> std::ops::Range<usize> {
    let at = |px: f32| (px.max(0.0) as usize).min(size);
    at(low.floor())..at(high.ceil())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_inks_what_it_crosses_and_nothing_else() {
        let mut canvas = Canvas::new(20, 10);
        canvas.line(vec2(-5.0, 5.0), vec2(40.0, 5.0), 2.0, INK);
        canvas.line(vec2(f32::NAN, 0.0), vec2(1.0, 1.0), 2.0, INK);
        assert_eq!(canvas.rgb[5 * 20 + 10], INK);
        assert_eq!(canvas.rgb[8 * 20 + 10], PAPER);
        assert_eq!(canvas.bytes().len(), 20 * 10 * 3);
    }
}
