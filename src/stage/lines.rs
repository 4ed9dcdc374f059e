//! Lines on the floor: where the body goes, where its feet do, and where it is to go.

use super::inputs::OnStage;
use super::studio::decor;
use crate::view::Line;
use bevy::prelude::*;

/// Widths of the lines, points.
const ROOT_WIDTH: f32 = 3.0;
const FOOT_WIDTH: f32 = 2.5;
const PATH_WIDTH: f32 = 7.0;
/// How fast who creeps, walks and runs goes, m/s; between them colours are mixed.
const SPEEDS: [f32; 3] = [0.5, 1.3, 3.5];
/// Lines win against the floor that they lie on.
const DEPTH_BIAS: f32 = -0.0004;

#[derive(Default, Reflect, GizmoConfigGroup)]
struct RootLine;

#[derive(Default, Reflect, GizmoConfigGroup)]
struct FootLines;

#[derive(Default, Reflect, GizmoConfigGroup)]
struct PathLine;

pub(super) struct LinesPlugin;

impl Plugin for LinesPlugin {
    fn build(&self, app: &mut App) {
        let config = |width| GizmoConfig { line: GizmoLineConfig { width, ..default() }, depth_bias: DEPTH_BIAS, ..default() };
        app.insert_gizmo_config(RootLine, config(ROOT_WIDTH))
            .insert_gizmo_config(FootLines, config(FOOT_WIDTH))
            .insert_gizmo_config(PathLine, config(PATH_WIDTH))
            .add_systems(PostUpdate, draw);
    }
}

fn draw(
    shown: Res<'_, OnStage>,
    mut root: Gizmos<'_, '_, RootLine>,
    mut feet: Gizmos<'_, '_, FootLines>,
    mut path: Gizmos<'_, '_, PathLine>,
) {
    let decor = decor(shown.studio);
    root.linestrip_gradient(seen(&shown.lines.root, decor.bone));
    for (line, color) in shown.lines.feet.iter().zip(decor.feet) {
        feet.linestrip_gradient(seen(line, color));
    }
    let color = |speed: Option<f32>| speed.map_or(decor.path_of_any_speed, |speed| color_of(speed, decor.path));
    path.linestrip_gradient(shown.lines.path.iter().map(|(place_m, speed)| (*place_m, color(*speed))));
}

fn seen(line: &Line, color: Color) -> impl Iterator<Item = (Vec3, Color)> {
    line.iter().map(move |(place_m, clearly)| (*place_m, color.with_alpha(*clearly)))
}

/// The colour of a speed.
fn color_of(m_per_sec: f32, colors: [Color; 3]) -> Color {
    let at = usize::from(m_per_sec > SPEEDS[1]);
    let share = (m_per_sec - SPEEDS[at]) / (SPEEDS[at + 1] - SPEEDS[at]);
    colors[at].mix(&colors[at + 1], share.clamp(0.0, 1.0))
}
