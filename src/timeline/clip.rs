//! A clip on the timeline: a stretch of a take, and what is done to it.

use super::TakeId;
use super::pose_layer::PoseLayer;
use crate::motion::cleanup::{CleanupSettings, ContactEdit, clean_with};
use crate::motion::join::{Turned, context_of};
use crate::motion::looping::Loop;
use crate::motion::posing::held_as;
use crate::motion::{Motion, Pose};
use glam::Vec3;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// A clip's number; no two clips of an arrangement share one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ClipId(pub u64);

/// How fast a clip may be played.
pub const SPEEDS: RangeInclusive<f32> = 0.25..=4.0;
/// Most loops of a clip.
pub const MOST_LOOPS: u32 = 100;
/// Longest transition from the clip before, frames.
pub const MOST_BLEND_FRAMES: usize = 60;
/// The usual transition: half a second.
pub const BLEND_FRAMES: usize = 15;
/// How long the seam of a loop takes at most, frames.
const LOOP_BLEND_FRAMES: usize = 10;
/// Most contacts of a clip that are set by hand.
const MOST_CONTACT_EDITS: usize = 1000;

/// A stretch of a take, and what is done to it. Where it stands follows from the clips before it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Clip {
    /// Its number.
    pub id: ClipId,
    /// The take it shows.
    pub take: TakeId,
    /// First frame of the take.
    pub from: usize,
    /// The frame of the take behind the last one; there are at least two between.
    pub to: usize,
    /// What is done to it.
    pub settings: ClipSettings,
}

/// What is done to the frames of a clip.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClipSettings {
    /// 2 is twice as fast.
    pub speed: f32,
    /// Left and right change places.
    pub mirror: bool,
    /// The root stays on the spot.
    pub in_place: bool,
    /// How often it is played; more than once is a loop. Called `rounds` in older files and scripts.
    #[serde(alias = "rounds")]
    pub loops: u32,
    /// Whether each loop ends on the spot and in the heading where it began, instead of travelling on.
    pub returns: bool,
    /// How strongly touching feet are pinned, 0 to 1.
    pub foot_lock: f32,
    /// How strongly tremble is taken off, 0 to 1.
    pub smoothing: f32,
    /// To the left of where the clip before it would have gone, degrees.
    pub facing_deg: f32,
    /// Beside where the clip before it would have gone, metres: to the left, and ahead.
    pub offset_m: [f32; 2],
    /// How long the transition from the clip before takes.
    pub blend_frames: usize,
    /// What was said of its feet by hand, in frames of the take; it takes effect with the foot lock.
    pub contacts: Vec<ContactEdit>,
    /// Poses that were set by hand, in frames of the take.
    #[serde(skip_serializing_if = "PoseLayer::is_empty")]
    pub layer: PoseLayer,
}

impl Default for ClipSettings {
    fn default() -> Self {
        Self {
            speed: 1.0,
            mirror: false,
            in_place: false,
            loops: 1,
            returns: false,
            foot_lock: 0.0,
            smoothing: 0.0,
            facing_deg: 0.0,
            offset_m: [0.0; 2],
            blend_frames: BLEND_FRAMES,
            contacts: Vec::new(),
            layer: PoseLayer::default(),
        }
    }
}

impl ClipSettings {
    /// The settings within what is allowed; numbers that are none become the usual ones.
    #[must_use]
    pub fn within_bounds(self) -> Self {
        let usual = Self::default();
        let bounded = |value: f32, from: f32, to: f32, usual: f32| if value.is_finite() { value.clamp(from, to) } else { usual };
        Self {
            speed: bounded(self.speed, *SPEEDS.start(), *SPEEDS.end(), usual.speed),
            loops: self.loops.clamp(1, MOST_LOOPS),
            foot_lock: bounded(self.foot_lock, 0.0, 1.0, usual.foot_lock),
            smoothing: bounded(self.smoothing, 0.0, 1.0, usual.smoothing),
            facing_deg: bounded(self.facing_deg, -180.0, 180.0, usual.facing_deg),
            offset_m: self.offset_m.map(|metres| bounded(metres, -100.0, 100.0, 0.0)),
            blend_frames: self.blend_frames.min(MOST_BLEND_FRAMES),
            contacts: self.contacts.into_iter().filter(|edit| edit.foot < 2 && !edit.frames.is_empty()).take(MOST_CONTACT_EDITS).collect(),
            layer: self.layer.within_bounds(),
            ..self
        }
    }

    /// These settings with what is different between two others.
    #[must_use]
    pub fn with_changes(&self, before: &Self, after: &Self) -> Self {
        fn changed<T: PartialEq + Clone>(own: &T, before: &T, after: &T) -> T {
            if before == after { own.clone() } else { after.clone() }
        }
        Self {
            speed: changed(&self.speed, &before.speed, &after.speed),
            mirror: changed(&self.mirror, &before.mirror, &after.mirror),
            in_place: changed(&self.in_place, &before.in_place, &after.in_place),
            loops: changed(&self.loops, &before.loops, &after.loops),
            returns: changed(&self.returns, &before.returns, &after.returns),
            foot_lock: changed(&self.foot_lock, &before.foot_lock, &after.foot_lock),
            smoothing: changed(&self.smoothing, &before.smoothing, &after.smoothing),
            facing_deg: changed(&self.facing_deg, &before.facing_deg, &after.facing_deg),
            offset_m: changed(&self.offset_m, &before.offset_m, &after.offset_m),
            blend_frames: changed(&self.blend_frames, &before.blend_frames, &after.blend_frames),
            // They are times of one take.
            contacts: self.contacts.clone(),
            layer: self.layer.clone(),
        }
    }

    /// Says of a foot in frames of the take whether it stands. What was said before of the same frames is forgotten.
    pub fn set_contact(&mut self, edit: ContactEdit) {
        let asked = edit.frames.clone();
        let cut = |old: ContactEdit| {
            let parts = [old.frames.start..old.frames.end.min(asked.start), old.frames.start.max(asked.end)..old.frames.end];
            let overlaps = old.foot == edit.foot && old.frames.start < asked.end && asked.start < old.frames.end;
            let parts = if overlaps { parts } else { [old.frames.clone(), 0..0] };
            parts.into_iter().filter(|part| !part.is_empty()).map(move |frames| ContactEdit { frames, ..old })
        };
        self.contacts = std::mem::take(&mut self.contacts).into_iter().flat_map(cut).collect();
        self.contacts.push(edit);
        // Without the lock it would have no effect.
        if self.foot_lock == 0.0 {
            self.foot_lock = 1.0;
        }
    }

    /// How the clip departs from where the one before it would have gone.
    #[must_use]
    pub fn turned(&self) -> Turned {
        let [left_m, ahead_m] = self.offset_m;
        Turned { facing_rad: self.facing_deg.to_radians(), offset_m: Vec3::new(left_m, 0.0, ahead_m) }
    }
}

impl Clip {
    /// Frames of one loop on the timeline.
    #[must_use]
    pub fn loop_frames(&self) -> usize {
        (((self.to - self.from) as f32 / self.settings.speed).round() as usize).max(2)
    }

    /// Frames on the timeline.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.loop_frames() * self.settings.loops as usize
    }

    /// The frame of the take under a frame of the clip.
    #[must_use]
    pub fn take_frame(&self, frame: usize) -> usize {
        self.from + ((frame % self.loop_frames()) as f32 * self.settings.speed).round() as usize
    }

    /// What was said of its feet by hand, in its own frames and with its own left and right, in every loop.
    #[must_use]
    pub fn contacts_in_frames(&self) -> Vec<ContactEdit> {
        let frames = self.loop_frames();
        let at = |frame: usize| ((frame.saturating_sub(self.from) as f32 / self.settings.speed).round() as usize).min(frames);
        let placed = |edit: &ContactEdit, nth: usize| ContactEdit {
            foot: if self.settings.mirror { 1 - edit.foot } else { edit.foot },
            frames: nth * frames + at(edit.frames.start)..nth * frames + at(edit.frames.end),
            touches: edit.touches,
        };
        let loops = 0..self.settings.loops as usize;
        loops.flat_map(|nth| self.settings.contacts.iter().map(move |edit| placed(edit, nth))).collect()
    }

    /// Whether it goes on from another clip as the take itself does.
    #[must_use]
    pub fn continues(&self, before: &Self) -> bool {
        let settings = ClipSettings { blend_frames: before.settings.blend_frames, ..self.settings.clone() };
        self.take == before.take && self.from == before.to && self.settings.blend_frames == 0 && settings == before.settings
    }
}

/// The frames of a clip before it is placed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Baked {
    /// The two poses that it comes from. Their places and headings are those of the take without poses set by hand, which so move nothing beyond
    /// their reach.
    pub(super) context: [Pose; 2],
    /// Where its first frame stands, without poses set by hand; metres.
    pub(super) start_m: Vec3,
    /// Its frames.
    pub(super) motion: Motion,
}

impl Baked {
    /// Makes the frames of a clip from its take. What each step does is said at the settings.
    pub(super) fn of(clip: &Clip, take: &Motion) -> Self {
        let settings = &clip.settings;
        let mirrored = |motion: Cow<'_, Motion>| if settings.mirror { motion.mirrored() } else { motion.into_owned() };
        let has_layer = !settings.layer.keys().is_empty();
        let plain = has_layer.then(|| mirrored(Cow::Borrowed(take)));
        let source = mirrored(settings.layer.over(take));
        let mut motion = Motion { frames: (0..clip.loop_frames()).map(|frame| sampled(&source, clip, frame as f32)).collect() };
        // What the take did before is where the clip comes from; a take's own beginning goes on as it goes on.
        let is_known = clip.from as f32 >= 2.0 * settings.speed;
        let context_in = |source: &Motion| {
            let at = |frames: [f32; 2]| frames.map(|frame| sampled(source, clip, frame));
            if is_known { at([-2.0, -1.0]) } else { context_of(&Motion { frames: at([0.0, 1.0]).to_vec() }).unwrap_or([Pose::REST; 2]) }
        };
        let mut context = context_in(&source);
        let mut placed_m = Vec3::ZERO;
        if let Some(plain) = &plain {
            let places = context_in(plain);
            context = [held_as(&context[0], &places[0]), held_as(&context[1], &places[1])];
            placed_m = sampled(plain, clip, 0.0).root_m - sampled(&source, clip, 0.0).root_m;
        }
        if settings.loops > 1 {
            let cycle = Loop::of(&motion, LOOP_BLEND_FRAMES.min(motion.len() / 3), settings.returns);
            context = context_of(&cycle.motion).unwrap_or(context);
            motion = cycle.repeated(settings.loops as usize);
        }
        let nothing = CleanupSettings { smoothing: false, ground_correction: false, locking: false };
        motion = towards(motion, settings.smoothing, &CleanupSettings { smoothing: true, ..nothing }, &[]);
        let contacts = clip.contacts_in_frames();
        motion = towards(motion, settings.foot_lock, &CleanupSettings { ground_correction: true, locking: true, ..nothing }, &contacts);
        if settings.in_place {
            let spot_m = motion.frames.first().map_or(Vec3::ZERO, |first| first.root_m);
            context.iter_mut().for_each(|pose| pose.root_m = Vec3::new(spot_m.x, pose.root_m.y, spot_m.z));
            motion = motion.in_place();
        }
        let start_m = motion.frames.first().map_or(Vec3::ZERO, |first| first.root_m + placed_m);
        Self { context, start_m, motion }
    }
}

fn sampled(source: &Motion, clip: &Clip, frame: f32) -> Pose {
    source.pose_at((clip.from as f32 + frame * clip.settings.speed) / crate::motion::FPS)
}

/// The motion so far on the way to what a clean-up makes of it.
fn towards(motion: Motion, strength: f32, settings: &CleanupSettings, contacts: &[ContactEdit]) -> Motion {
    if strength <= 0.0 {
        return motion;
    }
    let cleaned = clean_with(&motion, settings, contacts);
    if strength >= 1.0 {
        return cleaned;
    }
    Motion { frames: motion.frames.iter().zip(&cleaned.frames).map(|(before, after)| before.lerp(after, strength)).collect() }
}
