//! Clean-up: what makes a network's motion stand on the floor.
//!
//! In this order: the decoder's tremble is smoothed away; what bears the body, be it feet, hands, knees, back or crown, comes to the
//! floor and the trunk out of it; the root's drift is taken off by what the feet say; each contact of a toe gets one place on the
//! floor, flat feet lie flat, and the legs are bent (two bones, ankle, toe) to bring the feet there; arms and hands that would enter
//! the floor give way. Corrections begin and end smoothly; flights, and who sits on something that is not there, keep their heights; a
//! foot in the air is only kept out of the floor. The start stays where it is on the floor, and bone lengths never change.
//!
//! Not here: what a motion looks like from a decoder's side, or whether it pleases ([`super::measure`] says).

mod arm;
mod contact;
mod floor;
mod foot_lock;
mod foot_target;
mod foot_targets;
mod ground;
mod leg;
mod path;
pub mod remove_sliding;
mod smooth;

pub use contact::ContactEdit;

use super::measure::measure;
use super::{Motion, Pose, feet};
use glam::Vec3;
use std::ops::Range;

/// Where feet in contact slide more than this, a frame, they slide no more than they did before.
const CONTACT_SLIDE_MOST_MM: f32 = 1.0;

/// Frames around a transition over which the corrections of [`plant`] come and go.
pub const PLANT_EASE_FRAMES: usize = 6;

/// What the clean-up does; the default is everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CleanupSettings {
    /// Takes off tremble above about 5 Hz.
    pub smoothing: bool,
    /// Brings the root to the height that what bears the body asks for, and to the pace of the feet.
    pub ground_correction: bool,
    /// Pins touching feet, and keeps the others and the arms out of the floor.
    pub locking: bool,
}

impl CleanupSettings {
    /// Feet and arms alone: heights and ways stay.
    pub const LOCKING: Self = Self { smoothing: false, ground_correction: false, locking: true };
}

impl Default for CleanupSettings {
    fn default() -> Self {
        Self { smoothing: true, ground_correction: true, locking: true }
    }
}

/// The motion cleaned up; as many frames as before, the first one at the same place on the floor.
#[must_use]
pub fn clean(motion: &Motion, settings: &CleanupSettings) -> Motion {
    clean_with(motion, settings, &[])
}

/// The same, where some contacts are known; of two that contradict each other the later one counts.
#[must_use]
pub fn clean_with(motion: &Motion, settings: &CleanupSettings, contacts: &[ContactEdit]) -> Motion {
    let mut cleaned = if settings.smoothing { smooth::smoothed(motion) } else { motion.clone() };
    if settings.ground_correction {
        ground::ground(&mut cleaned);
        path::correct_path(&mut cleaned);
    }
    if settings.locking {
        foot_lock::lock(&mut cleaned, contacts);
        // A foot that was slowed down may touch for longer than before.
        let slide_mm = |motion: &Motion| measure(motion).contact_slide_mm_per_frame;
        if slide_mm(&cleaned) > CONTACT_SLIDE_MOST_MM.max(slide_mm(motion)) {
            foot_lock::lock(&mut cleaned, contacts);
        }
        ground::keep_trunk_out(&mut cleaned);
        arm::keep_arms_out(&mut cleaned);
    }
    if let (Some(before), Some(after)) = (motion.frames.first(), cleaned.frames.first()) {
        let shift_m = (before.root_m - after.root_m) * Vec3::new(1.0, 0.0, 1.0);
        cleaned.frames.iter_mut().for_each(|pose| pose.root_m += shift_m);
    }
    cleaned
}

/// Keeps feet where they touch, and the body out of the floor, through a transition over the first `blend_frames` frames of a motion: a
/// pose that fades into another lets feet glide and sink. The frames before it are looked at.
pub fn plant(motion: &mut Motion, before: &[Pose], blend_frames: usize) {
    let frames = (blend_frames + PLANT_EASE_FRAMES).min(motion.len());
    let window = Motion { frames: before.iter().chain(&motion.frames[..frames]).copied().collect() };
    let planted = clean(&window, &CleanupSettings::LOCKING);
    let better = &planted.frames[before.len()..];
    for (at, (pose, better)) in motion.frames.iter_mut().zip(better).enumerate() {
        let inside = (at + 1).min(frames - at) as f32 / (PLANT_EASE_FRAMES + 1) as f32;
        *pose = pose.lerp(better, inside.min(1.0));
    }
    foot_lock::keep_feet_out(&mut motion.frames[..frames]);
}

/// The frames in which the left and the right foot stand, in runs: what the clean-up gives one place each.
#[must_use]
pub fn stands(motion: &Motion) -> [Vec<Range<usize>>; 2] {
    let joints_m = feet::world_joints(motion);
    feet::FEET.map(|[_, toe]| foot_targets::stands(&joints_m, toe))
}

/// A motion that was moved or posed, with feet that stand in the same frames as before.
#[must_use]
pub fn standing_as(before: &Motion, moved: &Motion) -> Motion {
    standing_on(&stands(before), moved)
}

/// A motion with feet that stand in the given frames, and in no others.
#[must_use]
pub fn standing_on(stands: &[Vec<Range<usize>>; 2], moved: &Motion) -> Motion {
    let edits = stands.iter().enumerate().flat_map(|(foot, stands)| {
        let none = ContactEdit { foot, frames: 0..moved.len(), touches: false };
        std::iter::once(none).chain(stands.iter().map(move |frames| ContactEdit { foot, frames: frames.clone(), touches: true }))
    });
    clean_with(moved, &CleanupSettings::LOCKING, &edits.collect::<Vec<_>>())
}
