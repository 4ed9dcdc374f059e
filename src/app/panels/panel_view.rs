//! What panels see of the window.

use crate::author::session::Session;
use crate::stage::ScreenBox;
use crate::view::Projection;
use bevy_egui::egui::{Pos2, Rect, pos2};
use glam::{Vec2, Vec3};

/// What panels see.
#[derive(Clone, Copy)]
pub struct PanelView<'a> {
    /// The window's state.
    pub session: &'a Session,
    /// Prompts to try.
    pub examples: &'a [&'a str],
    /// Where the compared characters are in the picture.
    pub on_screen: &'a [ScreenBox],
    /// How the camera sees the stage.
    pub projection: &'a Projection,
}

impl PanelView<'_> {
    /// Where a place of the world is in a window whose stage fills it; none behind the camera.
    pub(super) fn point_of(&self, world_m: Vec3, window: Rect) -> Option<Pos2> {
        self.projection.place(world_m).map(|share| point_at(share, window))
    }
}

/// A share of a window's width and height as a point of it.
pub(super) fn point_at(share: Vec2, window: Rect) -> Pos2 {
    pos2(window.left() + share.x * window.width(), window.top() + share.y * window.height())
}

/// A point of a window as a share of its width and height.
pub(super) fn share_of(point: Pos2, window: Rect) -> Vec2 {
    let from = point - window.min;
    Vec2::new(from.x / window.width(), from.y / window.height())
}
