//! Posing on the stage: joints to take hold of, and arrows along the axes of the world at the one that is held.

use super::panel_view::{PanelView, share_of};
use crate::app::theme::{self, ACCENT, PANEL, TEXT};
use crate::author::Action;
use crate::author::session::{PlayerAction, PoseAction, ViewMode};
use crate::motion::{JOINT_COUNT, Joint};
use bevy_egui::egui::{Align2, Color32, CursorIcon, Id, Pos2, Rect, Response, Sense, Shape, Stroke, Ui, WidgetInfo, WidgetType, vec2};
use glam::{Vec2, Vec3};

/// What can be taken hold of; the rest of the body follows.
const HANDLES: [Joint; 15] = [
    Joint::Pelvis,
    Joint::Spine3,
    Joint::Head,
    Joint::LShoulder,
    Joint::RShoulder,
    Joint::LElbow,
    Joint::RElbow,
    Joint::LWrist,
    Joint::RWrist,
    Joint::LKnee,
    Joint::RKnee,
    Joint::LAnkle,
    Joint::RAnkle,
    Joint::LFoot,
    Joint::RFoot,
];
/// How long an arrow is, metres.
const ARROW_M: f32 = 0.28;
/// Around a joint, points.
const REACH: f32 = 9.0;
const AXES: [(Vec3, Color32, &str); 3] = [
    (Vec3::X, Color32::from_rgb(0xE0, 0x5A, 0x4E), "to its left and right"),
    (Vec3::Y, Color32::from_rgb(0x5F, 0xB8, 0x5A), "up and down"),
    (Vec3::Z, Color32::from_rgb(0x4E, 0x86, 0xE4), "ahead and back"),
];

/// What the hand took hold of: the joint's place on the stage and in the motion, and where on the stage the pointer took it.
#[derive(Clone, Copy)]
struct Hold {
    on_stage_m: Vec3,
    in_motion_m: Vec3,
    taken_m: Vec3,
}

struct Stage<'a> {
    view: &'a PanelView<'a>,
    window: Rect,
    joints_m: [Vec3; JOINT_COUNT],
    in_motion_m: [Vec3; JOINT_COUNT],
}

impl<'a> Stage<'a> {
    fn of(ui: &Ui, view: &'a PanelView<'a>) -> Option<Self> {
        let session = view.session;
        let at_secs = session.view().player().at_secs();
        let is_clip = matches!(session.view().mode(), ViewMode::Timeline);
        let pose = session.view().pose_at(session.timeline(), at_secs).filter(|_| is_clip)?;
        let joints_m = session.scene().joints_m(at_secs)?;
        Some(Self { view, window: ui.max_rect(), joints_m, in_motion_m: pose.world().positions_m })
    }

    fn point(&self, place_m: Vec3) -> Option<Pos2> {
        self.view.point_of(place_m, self.window)
    }

    /// What a drag does to a joint, along an axis or as the camera sees it.
    fn dragged(&self, ui: &Ui, response: &Response, joint: Joint, axis: Option<Vec3>) -> Vec<PoseAction> {
        let Some(pointer) = response.interact_pointer_pos() else { return Vec::new() };
        let camera = self.view.projection;
        let seen = |point: Pos2, through_m: Vec3| match axis {
            Some(axis) => camera.on_line(share_of(point, self.window), through_m, axis),
            None => camera.on_plane(share_of(point, self.window), through_m, camera.ray(Vec2::splat(0.5)).1),
        };
        if response.drag_started() {
            let (on_stage_m, in_motion_m) = (self.joints_m[joint as usize], self.in_motion_m[joint as usize]);
            // A drag is one some way behind where the button went down.
            let pressed = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
            let hold = Hold { on_stage_m, in_motion_m, taken_m: seen(pressed, on_stage_m).unwrap_or(on_stage_m) };
            ui.data_mut(|data| data.insert_temp(response.id, hold));
        }
        let Some(hold) = ui.data(|data| data.get_temp::<Hold>(response.id)) else { return Vec::new() };
        let ends = response.drag_stopped();
        let moves = (response.dragged() || ends) && response.drag_delta() != vec2(0.0, 0.0);
        let now_m = seen(pointer, hold.on_stage_m).filter(|_| moves);
        let dragged = now_m.map(|now_m| {
            let to = hold.in_motion_m + (now_m - hold.taken_m) / self.view.session.scene().scale();
            PoseAction::DragJoint { joint, to: to.to_array() }
        });
        dragged.into_iter().chain(ends.then_some(PoseAction::ReleaseJoint)).collect()
    }
}

pub(super) fn pose_tool(ui: &Ui, view: &PanelView<'_>) -> Vec<Action> {
    if view.session.view().player().is_playing() {
        return Vec::new();
    }
    let Some(stage) = Stage::of(ui, view) else { return Vec::new() };
    let held = view.session.pose().joint();
    let mut actions: Vec<PoseAction> = HANDLES.into_iter().flat_map(|joint| handle(ui, &stage, joint, held == Some(joint))).collect();
    if let Some(joint) = held {
        for axis in AXES {
            actions.extend(arrow(ui, &stage, joint, axis));
        }
    }
    let pauses = actions.iter().any(|action| matches!(action, PoseAction::DragJoint { .. })).then_some(Action::Player(PlayerAction::Pause));
    pauses.into_iter().chain(actions.into_iter().map(Action::Pose)).collect()
}

fn handle(ui: &Ui, stage: &Stage<'_>, joint: Joint, is_held: bool) -> Vec<PoseAction> {
    let Some(middle) = stage.point(stage.joints_m[joint as usize]) else { return Vec::new() };
    let response =
        ui.interact(Rect::from_center_size(middle, vec2(REACH, REACH) * 2.0), Id::new(("joint", joint as usize)), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Button, true, name(joint)));
    let stands_out = is_held || response.hovered() || response.dragged();
    let (radius, fill) = if stands_out { (6.0, ACCENT.color()) } else { (4.0, TEXT.with_alpha(0.75)) };
    ui.painter().circle(middle, radius, fill, Stroke::new(1.5, PANEL.with_alpha(0.9)));
    if response.hovered() && !response.dragged() {
        ui.painter().text(middle + vec2(10.0, -10.0), Align2::LEFT_BOTTOM, name(joint), theme::medium(12.0), ACCENT.color());
        ui.ctx().set_cursor_icon(CursorIcon::Grab);
    }
    let mut actions = stage.dragged(ui, &response, joint, None);
    if response.clicked() || response.drag_started() {
        actions.insert(0, PoseAction::SelectJoint(Some(joint)));
    }
    actions
}

fn arrow(ui: &Ui, stage: &Stage<'_>, joint: Joint, (axis, color, about): (Vec3, Color32, &str)) -> Vec<PoseAction> {
    let from_m = stage.joints_m[joint as usize];
    let (Some(from), Some(to)) = (stage.point(from_m), stage.point(from_m + ARROW_M * axis)) else { return Vec::new() };
    let along = to - from;
    if along.length() < 8.0 {
        // It points at the camera.
        return Vec::new();
    }
    let ahead = along.normalized();
    let tip = Rect::from_center_size(to, vec2(20.0, 20.0));
    let response = ui.interact(tip, Id::new(("arrow", about)), Sense::drag()).on_hover_cursor(CursorIcon::Grab);
    response.widget_info(|| WidgetInfo::labeled(WidgetType::Slider, true, format!("{} {about}", name(joint))));
    let color = if response.hovered() || response.dragged() { ACCENT.color() } else { color };
    let painter = ui.painter();
    painter.line_segment([from + ahead * 8.0, to], Stroke::new(2.5, color));
    let side = vec2(-ahead.y, ahead.x) * 5.0;
    painter.add(Shape::convex_polygon(vec![to + ahead * 9.0, to + side, to - side], color, Stroke::NONE));
    stage.dragged(ui, &response, joint, Some(axis))
}

/// A joint's name for people.
pub(super) fn name(joint: Joint) -> &'static str {
    match joint {
        Joint::Pelvis => "Hips",
        Joint::Spine1 | Joint::Spine2 => "Back",
        Joint::Spine3 => "Chest",
        Joint::Neck => "Neck",
        Joint::Head => "Head",
        Joint::LCollar => "Left collar bone",
        Joint::RCollar => "Right collar bone",
        Joint::LShoulder => "Left shoulder",
        Joint::RShoulder => "Right shoulder",
        Joint::LElbow => "Left elbow",
        Joint::RElbow => "Right elbow",
        Joint::LWrist => "Left hand",
        Joint::RWrist => "Right hand",
        Joint::LHip => "Left hip",
        Joint::RHip => "Right hip",
        Joint::LKnee => "Left knee",
        Joint::RKnee => "Right knee",
        Joint::LAnkle => "Left foot",
        Joint::RAnkle => "Right foot",
        Joint::LFoot => "Left toes",
        Joint::RFoot => "Right toes",
    }
}
