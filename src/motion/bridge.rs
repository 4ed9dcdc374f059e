//! A motion that leads from one to another: a longer one that goes on from the first is left where it comes nearest to the second, brought to
//! the length that is asked for, and led into it.

use super::cleanup::{CleanupSettings, clean};
use super::join::{inertialise, placed_at, yaw_of};
use super::layer::eased;
use super::looping::Stance;
use super::measure::measure;
use super::rotation::wrapped;
use super::{FPS, Motion, Pose};
use glam::{Quat, Vec3};
use std::ops::RangeInclusive;

/// How much shorter or longer than asked for the way to the second motion may be; its time is stretched accordingly.
const STRETCH: RangeInclusive<f32> = 0.75..=1.3;
/// The differences of pose at a seam die away over at most this share of the gap, and over at most so many frames.
const SEAM_SHARE: f32 = 0.5;
const SEAM_FRAMES: usize = 15;
/// As many frames of the motions around take part in finding where feet stand.
const AROUND_FRAMES: usize = 16;
/// What counts beside a metre of every joint: a metre of the body's place a frame of the gap is spread over, a radian of heading, and all of the
/// stretch.
const PLACE_SHARE: f32 = 0.3;
const HEADING_SHARE: f32 = 0.15;
const STRETCH_SHARE: f32 = 0.2;

/// What is to be bridged.
#[derive(Clone, Debug, PartialEq)]
pub struct Gap {
    /// The motion before; may be empty.
    pub before: Motion,
    /// The motion behind; may be empty.
    pub after: Motion,
    /// Frames between.
    pub frames: usize,
    /// Whether the motion behind stays where it stands; else it goes where the bridge leads.
    pub is_fixed: bool,
}

/// A bridge over a gap.
#[derive(Clone, Debug, PartialEq)]
pub struct Bridge {
    /// Its frames, where the motion before leads them.
    pub motion: Motion,
    /// The first frame of the motion behind, where it stands then; none where there is none.
    pub goes_on: Option<Pose>,
    /// Less is better: how far it had to be bent, and what became of its feet.
    pub cost: f32,
}

impl Gap {
    /// How many frames of a motion that goes on from `before` it takes to have a choice.
    #[must_use]
    pub fn sample_frames(&self) -> usize {
        if self.after.is_empty() { self.frames } else { (self.frames as f32 * STRETCH.end()).ceil() as usize + 3 }
    }

    /// The bridge that a motion makes which goes on from `before`.
    #[must_use]
    pub fn bridged(&self, sample: &Motion) -> Bridge {
        let [a, b] = match &self.after.frames[..] {
            _ if sample.len() < 3 || self.frames == 0 => {
                return Bridge { motion: sample.trimmed(0.0, self.frames as f32 / FPS), goes_on: None, cost: f32::INFINITY };
            }
            [] => return self.open(sample),
            [only] => [*only, *only],
            [a, b, ..] => [*a, *b],
        };
        let (leave, off) = self.leaving(sample, &a, &b);
        let target = Stand::new(sample, leave, &a, &b, self.is_fixed, self.before.is_empty());
        let placed = target.sample;
        let steps = (self.frames + 1) as f32;
        let at = |frame: f32| placed.pose_at(warped((frame + 1.0) / steps, steps, leave as f32 + 1.0) / FPS - 1.0 / FPS);
        let (turn_rad, shift_m) = target.missing;
        let bent = |mut pose: Pose, share: f32| {
            pose.root_m += share * shift_m;
            pose.local[0] = (Quat::from_rotation_y(share * turn_rad) * pose.local[0]).normalize();
            pose
        };
        let frame = |frame: usize| bent(at(frame as f32), eased((frame + 1) as f32 / steps));
        let mut motion = Motion { frames: (0..self.frames).map(frame).collect() };
        // Where the bridge would go on, turned and moved as its end is.
        let goes = [leave, (leave + 1).min(placed.len() - 1)].map(|frame| bent(placed.frames[frame], 1.0));
        let seam = SEAM_FRAMES.min((SEAM_SHARE * self.frames as f32) as usize).max(1);
        lead_into(&mut motion, [&goes[0], &goes[1]], [&target.after[0], &target.after[1]], seam);
        let motion = self.standing(motion, &target.after, seam);
        let quality = measure(&motion);
        let cost = off + 0.02 * quality.contact_slide_mm_per_frame + 0.005 * quality.jitter_mm_per_frame3 + 0.005 * quality.float_pct;
        Bridge { motion, goes_on: Some(target.after[0]), cost }
    }

    /// A bridge to nowhere: the motion goes on.
    fn open(&self, sample: &Motion) -> Bridge {
        let motion = Motion { frames: sample.frames[..self.frames.min(sample.len())].to_vec() };
        let cost = 0.02 * measure(&motion).contact_slide_mm_per_frame;
        Bridge { motion, goes_on: None, cost }
    }

    /// The frame at which a sample is nearest to the motion behind, and how far from it.
    fn leaving(&self, sample: &Motion, a: &Pose, b: &Pose) -> (usize, f32) {
        let wanted = Stance::of(a, b);
        let from = ((self.frames as f32 * STRETCH.start()) as usize).min(sample.len() - 2);
        let to = ((self.frames as f32 * STRETCH.end()).ceil() as usize).clamp(from, sample.len() - 2);
        let off = |frame: usize| {
            let pose = &sample.frames[frame];
            let mut off = Stance::of(pose, &sample.frames[frame + 1]).gap_m(&wanted);
            off += STRETCH_SHARE * (frame as f32 / self.frames as f32).ln().abs();
            if self.is_fixed && !self.before.is_empty() {
                off += PLACE_SHARE * (a.root_m - pose.root_m).with_y(0.0).length() / (self.frames as f32 / FPS).max(0.3);
                off += HEADING_SHARE * wrapped(yaw_of(a.local[0]) - yaw_of(pose.local[0])).abs();
            }
            off
        };
        (from..=to).map(|frame| (frame, off(frame))).min_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or((from, f32::INFINITY))
    }

    /// The bridge with feet that stand through both seams. The motions around do not change.
    fn standing(&self, motion: Motion, after: &[Pose; 2], seam: usize) -> Motion {
        let tail = &self.before.frames[self.before.len().saturating_sub(AROUND_FRAMES)..];
        let behind = placed_at(
            &Motion { frames: self.after.frames.iter().take(AROUND_FRAMES).copied().collect() },
            &self.after.frames[0],
            &after[0],
        );
        let window = Motion { frames: tail.iter().chain(&motion.frames).chain(&behind.frames).copied().collect() };
        let cleaned = clean(&window, &CleanupSettings::LOCKING).frames;
        let (from, to) = (tail.len(), tail.len() + motion.len());
        let mut bridge = Motion { frames: cleaned[from..to].to_vec() };
        if let [.., one, last] = tail {
            inertialise(&mut bridge, [&cleaned[from - 2], &cleaned[from - 1]], [one, last], seam);
        }
        let goes = [cleaned[to], cleaned[(to + 1).min(cleaned.len() - 1)]];
        lead_into(&mut bridge, [&goes[0], &goes[1]], [&after[0], &after[1]], seam);
        bridge
    }
}

/// The motion behind a gap and the sample, both where they shall stand.
struct Stand {
    sample: Motion,
    /// The first two frames behind the gap.
    after: [Pose; 2],
    /// What turns and moves the sample's end to where the motion behind begins: radians, metres on the floor.
    missing: (f32, Vec3),
}

impl Stand {
    fn new(sample: &Motion, leave: usize, a: &Pose, b: &Pose, is_fixed: bool, is_free: bool) -> Self {
        let end = &sample.frames[leave];
        if !is_fixed {
            let after = placed_at(&Motion { frames: vec![*a, *b] }, a, end).frames;
            return Self { sample: sample.clone(), after: [after[0], after[1]], missing: (0.0, Vec3::ZERO) };
        }
        if is_free {
            return Self { sample: placed_at(sample, end, a), after: [*a, *b], missing: (0.0, Vec3::ZERO) };
        }
        let turn_rad = wrapped(yaw_of(a.local[0]) - yaw_of(end.local[0]));
        Self { sample: sample.clone(), after: [*a, *b], missing: (turn_rad, (a.root_m - end.root_m).with_y(0.0)) }
    }
}

/// Lets a motion that would go on as `from` end as if it went on as `target`: what [`inertialise`] does at a beginning, at an end.
fn lead_into(motion: &mut Motion, from: [&Pose; 2], target: [&Pose; 2], blend_frames: usize) {
    motion.frames.reverse();
    inertialise(motion, [from[1], from[0]], [target[1], target[0]], blend_frames);
    motion.frames.reverse();
}

/// Time on the way to `leave`, in frames, after a share of the way: at its own speed at both ends.
fn warped(share: f32, steps: f32, leave: f32) -> f32 {
    let (u, v) = (share, share * share);
    steps * (v * u - 2.0 * v + u) + leave * (3.0 * v - 2.0 * v * u) + steps * (v * u - v)
}
