//! The timeline as one motion: every clip from where the one before it ends.

use super::clip::{Baked, Clip};
use super::{Arrangement, ClipId, Provenance, Take, TakeId};
use crate::motion::cleanup::{self, PLANT_EASE_FRAMES};
use crate::motion::join::{Turned, following, placement};
use crate::motion::rotation::wrapped;
use crate::motion::{Motion, Pose};
use glam::{Quat, Vec3};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// As many frames of a clip make a difference to the next one: those that its planting looks at, and the two that it goes on from.
const END_FRAMES: usize = PLANT_EASE_FRAMES;
/// Somebody who stands at the origin and faces ahead.
const ORIGIN: Pose = Pose { root_m: Vec3::ZERO, ..Pose::REST };

/// The motion of an arrangement. Kept up to date by [`Chain::update`], which makes anew only what changed.
#[derive(Clone, Debug, Default)]
pub struct Chain {
    parts: Vec<Part>,
    motion: Motion,
}

/// A clip in the chain.
#[derive(Clone, Debug)]
struct Part {
    clip: Clip,
    baked: Arc<Baked>,
    /// The end of the clip before, as seen from its last frame.
    before: Vec<Pose>,
    /// Its frames, as seen from the last frame of the clip before.
    frames: Arc<Motion>,
    /// First frame in the chain.
    start: usize,
    /// Where the last frame of the clip before stands.
    place: Place,
}

/// A place on the floor and a direction.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Place {
    yaw_rad: f32,
    offset_m: Vec3,
}

impl Place {
    /// A place seen from here, seen from where this one is seen.
    fn then(self, next: Self) -> Self {
        let yaw_rad = self.yaw_rad + next.yaw_rad;
        // Small numbers are exact ones.
        Self { yaw_rad: wrapped(yaw_rad), offset_m: Quat::from_rotation_y(self.yaw_rad) * next.offset_m + self.offset_m }
    }
}

impl Part {
    /// The last frames, as seen from the last one.
    fn end(&self) -> Vec<Pose> {
        // Behind the transition they are those of the clip alone, to the last digit: then nothing that happens before reaches beyond it.
        let is_free = self.frames.len() >= self.clip.settings.blend_frames + PLANT_EASE_FRAMES + END_FRAMES;
        let frames = if is_free { &self.baked.motion.frames } else { &self.frames.frames };
        let Some(last) = frames.last() else { return Vec::new() };
        let (yaw_rad, offset_m) = placement(last, &ORIGIN);
        frames[frames.len().saturating_sub(END_FRAMES)..].iter().map(|pose| pose.placed(yaw_rad, offset_m)).collect()
    }

    /// Where the last frame stands.
    fn end_place(&self) -> Place {
        let Some(last) = self.frames.frames.last() else { return self.place };
        let (yaw_rad, offset_m) = placement(&ORIGIN, last);
        self.place.then(Place { yaw_rad, offset_m })
    }

    fn end_frame(&self) -> usize {
        self.start + self.frames.len()
    }

    fn placed(&self) -> impl Iterator<Item = Pose> {
        self.frames.frames.iter().map(|pose| pose.placed(self.place.yaw_rad, self.place.offset_m))
    }
}

impl Chain {
    /// The chain of an arrangement.
    #[must_use]
    pub fn of(arrangement: &Arrangement, takes: &BTreeMap<TakeId, Arc<Take>>) -> Self {
        let mut chain = Self::default();
        chain.update(arrangement, takes);
        chain
    }

    /// Brings the chain up to date. A clip is made anew where it, or the end of the clip before it, is not as it was; others keep their
    /// frames, which at most are moved. What comes out depends on the arrangement alone.
    pub fn update(&mut self, arrangement: &Arrangement, takes: &BTreeMap<TakeId, Arc<Take>>) {
        let clips = &arrangement.clips;
        let same = self.parts.iter().zip(clips).take_while(|(part, clip)| part.clip == **clip).count();
        let mut known: Vec<Option<Part>> = self.parts.split_off(same).into_iter().map(Some).collect();
        let old_starts: Vec<usize> = known.iter().flatten().map(|part| part.start).collect();
        // Of each further part: which known one has its frames, and where that stood.
        let mut kept: Vec<Option<(usize, Place)>> = Vec::new();
        for clip in &clips[same..] {
            let like = |part: &Option<Part>| part.as_ref().is_some_and(|part| bakes_alike(&part.clip, clip));
            let itself = known.iter().position(|part| part.as_ref().is_some_and(|part| part.clip.id == clip.id) && like(part));
            let found = itself.or_else(|| known.iter().position(like)).and_then(|at| Some((at, known[at].take()?)));
            let (before, place, start) =
                self.parts.last().map_or_else(Default::default, |last| (last.end(), last.end_place(), last.end_frame()));
            let part = match found {
                Some((at, part)) if part.before == before && placed_alike(&part.clip, clip) => {
                    kept.push(Some((at, part.place)));
                    Part { clip: clip.clone(), start, place, ..part }
                }
                found => {
                    let baked = found.map(|(_, part)| part.baked);
                    let Some(baked) = baked.or_else(|| takes.get(&clip.take).map(|take| Arc::new(Baked::of(clip, &take.motion)))) else {
                        continue;
                    };
                    kept.push(None);
                    let frames = Arc::new(seen_from_end(&before, clip, &baked));
                    Part { clip: clip.clone(), baked, before, frames, start, place }
                }
            };
            self.parts.push(part);
        }

        // The last parts whose frames follow each other as they did are moved where they are; what is before them is written.
        let moved = kept.iter().rev().zip((0..known.len()).rev()).take_while(|(kept, at)| kept.is_some_and(|kept| kept.0 == *at)).count();
        let first_moved = self.parts.len() - moved;
        let from = self.parts[..same].last().map_or(0, Part::end_frame);
        let old_to = old_starts.get(known.len() - moved).copied().unwrap_or(self.motion.len());
        let written: Vec<Pose> = self.parts[same..first_moved].iter().flat_map(Part::placed).collect();
        self.motion.frames.splice(from..old_to, written);
        for (part, kept) in self.parts[first_moved..].iter().zip(&kept[kept.len() - moved..]) {
            if kept.is_some_and(|(_, place)| place != part.place) {
                self.motion.frames[part.start..part.end_frame()].iter_mut().zip(part.placed()).for_each(|(old, new)| *old = new);
            }
        }
    }

    /// The frames of a clip as seen from where the one before it ends: the same as long as nothing but its place changes.
    #[must_use]
    pub fn frames_of(&self, clip: ClipId) -> Option<&Arc<Motion>> {
        self.parts.iter().find(|part| part.clip.id == clip).map(|part| &part.frames)
    }

    /// The frames of a clip without a transition from the one before, wherever they stand.
    #[must_use]
    pub fn unblended(&self, clip: ClipId) -> Option<&Motion> {
        self.parts.iter().find(|part| part.clip.id == clip).map(|part| &part.baked.motion)
    }

    /// The frames of all clips, each as seen from where the one before it ends.
    pub fn all_frames(&self) -> impl Iterator<Item = &Arc<Motion>> {
        self.parts.iter().map(|part| &part.frames)
    }

    /// All frames.
    #[must_use]
    pub fn motion(&self) -> &Motion {
        &self.motion
    }

    /// The frames of each clip, in order.
    pub fn spans(&self) -> impl Iterator<Item = (&Clip, Range<usize>)> {
        self.parts.iter().map(|part| (&part.clip, part.start..part.start + part.clip.frames()))
    }

    /// Frames of the chain as a take that says where all of it came from; none where there are no frames.
    #[must_use]
    pub fn as_take(&self, range: Range<usize>, takes: &BTreeMap<TakeId, Arc<Take>>) -> Option<Take> {
        let motion = Motion { frames: self.motion.frames.get(range.clone()).filter(|frames| !frames.is_empty())?.to_vec() };
        Some(Take { motion: Arc::new(motion), raw: None, provenance: self.provenance(range, takes) })
    }

    /// Where frames of the chain came from: what their takes say, in order.
    #[must_use]
    pub fn provenance(&self, range: Range<usize>, takes: &BTreeMap<TakeId, Arc<Take>>) -> Provenance {
        let seen = self.spans().filter(|(_, span)| span.start < range.end && range.start < span.end);
        let from: Vec<&Provenance> = seen.filter_map(|(clip, _)| takes.get(&clip.take)).map(|take| &take.provenance).collect();
        Provenance::of_chain(&from)
    }
}

/// Whether two clips have the same frames before they are placed.
fn bakes_alike(one: &Clip, other: &Clip) -> bool {
    let plain = |clip: &Clip| {
        let mut clip = clip.clone();
        (clip.settings.facing_deg, clip.settings.offset_m, clip.settings.blend_frames) = Default::default();
        (clip.take, clip.from, clip.to, clip.settings)
    };
    plain(one) == plain(other)
}

/// Whether two clips go on from the one before in the same way.
fn placed_alike(one: &Clip, other: &Clip) -> bool {
    let place = |clip: &Clip| (clip.settings.facing_deg, clip.settings.offset_m, clip.settings.blend_frames);
    place(one) == place(other)
}

/// The frames of a clip that goes on from the end of another one, `before`, in whose space they are.
fn seen_from_end(before: &[Pose], clip: &Clip, baked: &Baked) -> Motion {
    let settings = &clip.settings;
    let [.., second_last, last] = before else {
        // The first one stands where its take stands, turned about its own first place.
        return first(baked, settings.turned());
    };
    let blend_frames = settings.blend_frames.min(baked.motion.len().saturating_sub(1));
    let mut motion = following([second_last, last], baked.context, &baked.motion, settings.turned(), blend_frames);
    if blend_frames > 0 {
        cleanup::plant(&mut motion, before, blend_frames);
    }
    motion
}

fn first(baked: &Baked, turned: Turned) -> Motion {
    let turn = Quat::from_rotation_y(turned.facing_rad);
    let on_floor = baked.start_m.with_y(0.0);
    baked.motion.placed(turned.facing_rad, on_floor - turn * on_floor + turned.offset_m)
}
