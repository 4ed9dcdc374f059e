//! Times of the timeline and places on the screen.

use crate::motion::FPS;

/// Where frames are on the screen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) left: f32,
    pub(super) from_secs: f32,
    pub(super) points_per_sec: f32,
}

impl Scale {
    pub(super) fn x_of(&self, frame: f32) -> f32 {
        self.left + (frame / FPS - self.from_secs) * self.points_per_sec
    }

    pub(super) fn secs_at(&self, x: f32) -> f32 {
        self.from_secs + (x - self.left) / self.points_per_sec
    }

    pub(super) fn points_per_frame(&self) -> f32 {
        self.points_per_sec / FPS
    }
}
