//! The stage behind the panels: the pointer turns, moves and zooms the camera, or draws and poses with a tool.

use super::panel_view::PanelView;
use super::{comparison, draw_path, pose_tool};
use crate::author::Action;
use crate::author::session::{StageTool, ViewAction};
use crate::view::{CameraMove, ViewAngle};
use bevy_egui::egui::{Id, PointerButton, Sense, Ui};

/// A full turn takes this many points.
const POINTS_PER_RAD: f32 = 170.0;
/// The wheel, points of scrolling for a factor of e.
const SCROLL_POINTS_PER_E: f32 = 500.0;

pub(super) fn stage_view(ui: &mut Ui, view: &PanelView<'_>) -> Vec<Action> {
    let place = ui.max_rect();
    let response = ui.interact(place, Id::new("stage"), Sense::click_and_drag());
    let mut actions = Vec::new();
    let tool = if view.session.view().comparison().is_some() { StageTool::Camera } else { view.session.view().tool() };
    // A path takes the left button, and the camera the right one.
    let is_taken = tool == StageTool::Path && response.dragged_by(PointerButton::Primary);
    if response.dragged() && !is_taken {
        let moved = response.drag_delta();
        let shift = ui.input(|input| input.modifiers.shift);
        let second = response.dragged_by(PointerButton::Secondary) && tool != StageTool::Path;
        let pan = second || response.dragged_by(PointerButton::Middle) || shift;
        actions.push(Action::View(ViewAction::Camera(if pan {
            CameraMove::Pan(-moved.x / place.height(), moved.y / place.height())
        } else {
            CameraMove::Turn(-moved.x / POINTS_PER_RAD, moved.y / POINTS_PER_RAD)
        })));
    }
    if response.hovered() {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        if scroll != 0.0 {
            actions.push(Action::View(ViewAction::Camera(CameraMove::Zoom((-scroll / SCROLL_POINTS_PER_E).exp()))));
        } else if pinch != 1.0 {
            actions.push(Action::View(ViewAction::Camera(CameraMove::Zoom(1.0 / pinch))));
        }
    }
    match tool {
        StageTool::Camera => {}
        StageTool::Path => actions.extend(draw_path::draw_path(ui, view, &response)),
        StageTool::Pose => actions.extend(pose_tool::pose_tool(ui, view)),
    }
    if response.double_clicked() && tool == StageTool::Camera {
        actions.push(Action::View(ViewAction::Camera(CameraMove::LookFrom(ViewAngle::ThreeQuarter))));
        actions.push(Action::View(ViewAction::Camera(CameraMove::Follow(true))));
    }
    if response.clicked() {
        actions.extend(comparison::picked(ui, view));
        // A click beside the prompt lets go of it, so that Space plays.
        ui.memory_mut(|memory| memory.stop_text_input());
    }
    actions
}
