//! What can be seen beside the character: the original as a ghost, poses before and after, lines where it goes.

use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;

/// How many frames may lie between two poses of the onion skin.
pub const ONION_FRAMES: RangeInclusive<usize> = 1..=60;

/// One of the things that can be seen beside the character.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Overlay {
    /// What was made, before clean-up and edits, as a ghost.
    Original,
    /// Poses before and after.
    OnionSkin,
    /// Where the feet go.
    FootTrails,
    /// Where the body goes, on the floor.
    RootPath,
}

/// Which of them are seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Overlays {
    /// See [`Overlay::Original`].
    pub original: bool,
    /// See [`Overlay::OnionSkin`].
    pub onion_skin: bool,
    /// Frames between two poses of the onion skin.
    pub onion_frames: usize,
    /// See [`Overlay::FootTrails`].
    pub foot_trails: bool,
    /// See [`Overlay::RootPath`].
    pub root_path: bool,
}

impl Default for Overlays {
    fn default() -> Self {
        Self { original: false, onion_skin: false, onion_frames: 10, foot_trails: false, root_path: false }
    }
}

impl Overlays {
    /// Whether one is seen.
    #[must_use]
    pub fn has(&self, overlay: Overlay) -> bool {
        match overlay {
            Overlay::Original => self.original,
            Overlay::OnionSkin => self.onion_skin,
            Overlay::FootTrails => self.foot_trails,
            Overlay::RootPath => self.root_path,
        }
    }

    /// How many frames ghosts are apart, within bounds.
    pub fn set_onion_frames(&mut self, frames: usize) {
        self.onion_frames = frames.clamp(*ONION_FRAMES.start(), *ONION_FRAMES.end());
    }

    pub(super) fn set(&mut self, overlay: Overlay, on: bool) {
        *match overlay {
            Overlay::Original => &mut self.original,
            Overlay::OnionSkin => &mut self.onion_skin,
            Overlay::FootTrails => &mut self.foot_trails,
            Overlay::RootPath => &mut self.root_path,
        } = on;
    }
}
