//! Keys over a motion: each changes the pose of one frame and eases in and out over the frames around it. What is changed is an offset to
//! whatever the motion does there, so the motion under it may be moved, turned or mirrored.

use super::join::difference;
use super::rotation::heading;
use super::skeleton::MIRRORED;
use super::{JOINT_COUNT, Motion, Pose};
use glam::{Quat, Vec3};
use serde::{Deserialize, Serialize};

/// Over how many frames a key eases in and out, where nothing else is said: a third of a second.
pub const EASE_FRAMES: usize = 10;

/// What changes a pose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PoseOffset {
    /// Move of the pelvis, as the body sees it that heads along +Z: x to the left, y up, z ahead; metres.
    pub root_m: Vec3,
    /// Turn of each joint before its own, axis times angle in the joint's own frame, radians.
    pub turns: [Vec3; JOINT_COUNT],
}

/// An offset at a frame of a motion, and how it comes and goes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct LayerKey {
    /// The frame that has all of it.
    pub frame: usize,
    /// What is changed.
    pub offset: PoseOffset,
    /// Over so many frames before it, it comes; at most from the key before.
    pub ease_in: usize,
    /// Over so many frames behind it, it goes; at most up to the next key.
    pub ease_out: usize,
}

impl LayerKey {
    /// A key that eases as is usual.
    #[must_use]
    pub fn new(frame: usize, offset: PoseOffset) -> Self {
        Self { frame, offset, ease_in: EASE_FRAMES, ease_out: EASE_FRAMES }
    }
}

impl PoseOffset {
    /// What makes one pose of another.
    #[must_use]
    pub fn between(base: &Pose, pose: &Pose) -> Self {
        let (shift_m, turns) = difference(base, pose);
        Self { root_m: Quat::from_rotation_y(-heading(base.local[0])) * shift_m, turns }
    }

    /// The pose with a share of the offset, 0 to 1.
    #[must_use]
    pub fn on(&self, base: &Pose, share: f32) -> Pose {
        let turned = Quat::from_rotation_y(heading(base.local[0]));
        let local = |joint: usize| {
            let turn = self.turns[joint];
            if turn == Vec3::ZERO { base.local[joint] } else { (base.local[joint] * Quat::from_scaled_axis(share * turn)).normalize() }
        };
        Pose { root_m: base.root_m + turned * (share * self.root_m), local: std::array::from_fn(local) }
    }

    /// The offset in the mirror: left and right change places.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let turn = |joint: usize| self.turns[MIRRORED[joint]] * Vec3::new(1.0, -1.0, -1.0);
        Self { root_m: self.root_m * Vec3::new(-1.0, 1.0, 1.0), turns: std::array::from_fn(turn) }
    }

    /// Whether it changes nothing.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// Whether all its numbers are some.
    #[must_use]
    pub fn is_finite(&self) -> bool {
        self.root_m.is_finite() && self.turns.iter().all(|turn| turn.is_finite())
    }
}

/// The motion with keys over it. A frame that no key reaches stays itself, to the last digit; of two keys at one frame the later one counts.
#[must_use]
pub fn with_keys(motion: &Motion, keys: &[LayerKey]) -> Motion {
    let mut keys: Vec<LayerKey> = keys.iter().rev().filter(|key| key.frame < motion.len()).copied().collect();
    keys.sort_by_key(|key| key.frame);
    keys.dedup_by_key(|key| key.frame);
    let mut layered = motion.clone();
    for (at, key) in keys.iter().enumerate() {
        let before = at.checked_sub(1).map_or(usize::MAX, |before| key.frame - keys[before].frame);
        let behind = keys.get(at + 1).map_or(usize::MAX, |next| next.frame - key.frame);
        let (ease_in, ease_out) = (key.ease_in.min(before), key.ease_out.min(behind));
        let from = key.frame.saturating_sub(ease_in);
        let to = (key.frame + ease_out).min(motion.len() - 1);
        for frame in from..=to {
            let (way, whole) = if frame < key.frame { (key.frame - frame, ease_in) } else { (frame - key.frame, ease_out) };
            let share = if way == 0 { 1.0 } else { eased(1.0 - way as f32 / whole as f32) };
            if share > 0.0 {
                layered.frames[frame] = key.offset.on(&layered.frames[frame], share);
            }
        }
    }
    layered
}

/// From 0 to 1 without speed or acceleration at the ends.
pub(super) fn eased(t: f32) -> f32 {
    t * t * t * (t * (6.0 * t - 15.0) + 10.0)
}
