//! Directing with the pointer: a path on the floor, joints of the character.

use super::desk::session_with;
use super::panels::{Panels, harness};
use bevy_egui::egui::{Key, Pos2, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use glam::{Mat4, Vec3, vec3};
use zoetrope::author::session::{ClipAction, PlayerAction, StageTool, TimelineAction, ViewAction};
use zoetrope::motion::Joint;
use zoetrope::view::Projection;

/// A camera four metres ahead of the character, a little from above.
pub(super) fn camera() -> Projection {
    let eye = Mat4::look_at_rh(vec3(0.0, 1.6, 4.0), vec3(0.0, 0.9, 0.0), Vec3::Y);
    Projection::new(Mat4::perspective_infinite_reverse_rh(0.7, 1280.0 / 720.0, 0.1) * eye)
}

/// Where a place of the world is in the harness's window, points.
fn in_window(place_m: Vec3) -> Pos2 {
    let share = camera().place(place_m).expect("in sight");
    pos2(share.x * 1280.0, share.y * 720.0)
}

/// Drags the pointer from a point to another in steps.
fn drag(harness: &mut Harness<'static, Panels>, from: Pos2, to: Pos2) {
    harness.hover_at(from);
    harness.run_steps(1);
    harness.drag_at(from);
    harness.run_steps(1);
    for step in 1..=5 {
        harness.hover_at(from + (to - from) * (step as f32 / 5.0));
        harness.run_steps(1);
    }
    harness.drop_at(to);
    harness.run_steps(2);
}

#[test]
fn a_path_is_drawn_on_the_floor_and_its_points_are_dragged() {
    let mut harness = harness(session_with(&[]));
    harness.key_press(Key::Escape);
    harness.run_steps(1);
    harness.state_mut().session.apply(ViewAction::Tool(StageTool::Path));
    harness.run_steps(2);
    let [from, to] = [vec3(-0.9, 0.0, -1.5), vec3(0.9, 0.0, -1.8)];
    drag(&mut harness, in_window(from), in_window(to));
    let path = harness.state().session.timeline().constraints().path.clone();
    assert_eq!(path.len(), 2, "{path:?}");
    assert!((path[1].x - to.x).abs() < 0.05 && (path[1].z - to.z).abs() < 0.05, "{path:?}");
    let at = in_window(vec3(path[1].x, 0.0, path[1].z));
    drag(&mut harness, at, in_window(vec3(1.2, 0.0, -2.6)));
    let moved = harness.state().session.timeline().constraints().path[1];
    assert!((moved.x - 1.2).abs() < 0.05 && (moved.z + 2.6).abs() < 0.05, "{moved:?}");
    harness.state_mut().session.apply(TimelineAction::Undo);
    assert_eq!(harness.state().session.timeline().constraints().path, path, "one drag is one step");
    // A click puts another point behind the last one.
    let click = in_window(vec3(-0.2, 0.0, -3.0));
    harness.hover_at(click);
    harness.run_steps(1);
    harness.drag_at(click);
    harness.run_steps(1);
    harness.drop_at(click);
    harness.run_steps(2);
    assert_eq!(harness.state().session.timeline().constraints().path.len(), 3);
}

#[test]
fn a_joint_is_dragged_on_the_stage_and_becomes_a_key() {
    let mut session = session_with(&["one"]);
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(PlayerAction::Seek(0.5));
    session.apply(ViewAction::Tool(StageTool::Pose));
    let mut harness = harness(session);
    let joint_m = |harness: &Harness<'static, Panels>| {
        let session = &harness.state().session;
        session.timeline().chain().motion().frames[15].world().positions_m[Joint::LElbow as usize]
    };
    let before = joint_m(&harness);
    let to = in_window(before + vec3(-0.1, -0.15, 0.0));
    drag(&mut harness, in_window(before), to);
    let after = joint_m(&harness);
    assert!(in_window(after).distance(to) < 2.0 && after.distance(before) < 0.25, "{before} to {after}");
    assert_eq!(harness.state().session.pose().joint(), Some(Joint::LElbow));
    // Along an arrow of the joint that is held.
    let tip = in_window(after + 0.28 * Vec3::Y);
    drag(&mut harness, tip, tip + vec2(30.0, -20.0));
    let raised = joint_m(&harness);
    assert!(raised.y > after.y + 0.02 && (raised - after).with_y(0.0).length() < 1e-3, "{after} to {raised}");
    let layer = &harness.state().session.timeline().clips()[0].settings.layer;
    assert_eq!(layer.keys().iter().map(|key| key.frame).collect::<Vec<_>>(), [15]);
    // Its diamond is there, and Delete takes it away.
    harness.get_by_label("Pose at frame 15 of clip 1");
    harness.key_press(Key::Delete);
    harness.run_steps(2);
    assert!(harness.state().session.timeline().clips()[0].settings.layer.keys().is_empty());
    for _ in 0..3 {
        harness.state_mut().session.apply(TimelineAction::Undo);
    }
    assert_eq!(joint_m(&harness), before);
}
