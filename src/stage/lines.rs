//! Lines on the floor: where the body goes, and where its feet do.

use super::inputs::OnStage;
use super::studio::decor;
use crate::view::Line;
use bevy::prelude::*;

/// Widths of the lines, points.
const ROOT_WIDTH: f32 = 3.0;
const FOOT_WIDTH: f32 = 2.5;
/// Lines win against the floor that they lie on.
const DEPTH_BIAS: f32 = -0.0004;

#[derive(Default, Reflect, GizmoConfigGroup)]
struct RootLine;

#[derive(Default, Reflect, GizmoConfigGroup)]
struct FootLines;

pub(super) struct LinesPlugin;

impl Plugin for LinesPlugin {
    fn build(&self, app: &mut App) {
        let config = |width| GizmoConfig { line: GizmoLineConfig { width, ..default() }, depth_bias: DEPTH_BIAS, ..default() };
        app.insert_gizmo_config(RootLine, config(ROOT_WIDTH))
            .insert_gizmo_config(FootLines, config(FOOT_WIDTH))
            .add_systems(PostUpdate, draw);
    }
}

fn draw(shown: Res<'_, OnStage>, mut root: Gizmos<'_, '_, RootLine>, mut feet: Gizmos<'_, '_, FootLines>) {
    let decor = decor(shown.studio);
    root.linestrip_gradient(seen(&shown.lines.root, decor.bone));
    for (line, color) in shown.lines.feet.iter().zip(decor.feet) {
        feet.linestrip_gradient(seen(line, color));
    }
}

fn seen(line: &Line, color: Color) -> impl Iterator<Item = (Vec3, Color)> {
    line.iter().map(move |(place_m, clearly)| (*place_m, color.with_alpha(*clearly)))
}
