//! The timeline as one motion: every clip from where the one before it ends.

use super::clip::{Baked, Clip};
use super::{Arrangement, Provenance, Take, TakeId};
use crate::motion::cleanup::{CleanupSettings, clean};
use crate::motion::join::{Turned, following};
use crate::motion::{Motion, Pose};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Frames around a transition over which the feet's corrections come and go.
const PLANT_EASE_FRAMES: usize = 6;

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
    /// First frame in the chain.
    start: usize,
}

impl Chain {
    /// The chain of an arrangement.
    #[must_use]
    pub fn of(arrangement: &Arrangement, takes: &BTreeMap<TakeId, Arc<Take>>) -> Self {
        let mut chain = Self::default();
        chain.update(arrangement, takes);
        chain
    }

    /// Brings the chain up to date. Clips that are as they were, behind clips that are as they were, stay; others that are as they were
    /// are only placed anew.
    pub fn update(&mut self, arrangement: &Arrangement, takes: &BTreeMap<TakeId, Arc<Take>>) {
        let clips = &arrangement.clips;
        let same = self.parts.iter().zip(clips).take_while(|(part, clip)| part.clip == **clip).count();
        let mut known: Vec<Part> = self.parts.split_off(same);
        self.motion.frames.truncate(self.parts.last().map_or(0, |part| part.start + part.clip.frames()));
        for clip in &clips[same..] {
            // Placing depends on facing, offset and blend; the frames before it do not.
            let as_before = known.iter().position(|part| bakes_alike(&part.clip, clip)).map(|at| known.swap_remove(at).baked);
            let Some(baked) = as_before.or_else(|| takes.get(&clip.take).map(|take| Arc::new(Baked::of(clip, &take.motion)))) else {
                continue;
            };
            self.append(clip, baked);
        }
    }

    fn append(&mut self, clip: &Clip, baked: Arc<Baked>) {
        let start = self.motion.len();
        let settings = &clip.settings;
        let fits = baked.motion.len();
        let blend_frames = settings.blend_frames.min(fits.saturating_sub(1));
        let placed = match &self.motion.frames[..] {
            [.., before, last] => following([before, last], baked.lead, &baked.motion, settings.turned(), blend_frames),
            // The first one stands where its take stands, turned about its own first place.
            _ => first(&baked, settings.turned()),
        };
        self.motion.frames.extend(placed.frames);
        if start > 0 && blend_frames > 0 {
            plant(&mut self.motion, start, blend_frames);
        }
        self.parts.push(Part { clip: clip.clone(), baked, start });
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
        let all = |text: fn(&Provenance) -> &String, between: &str| {
            let mut texts: Vec<&str> = from.iter().map(|provenance| text(provenance).as_str()).collect();
            texts.dedup();
            texts.join(between)
        };
        Provenance {
            prompt: all(|provenance| &provenance.prompt, " → "),
            understood: None,
            seed: from.first().map_or(0, |provenance| provenance.seed),
            model: all(|provenance| &provenance.model, ", "),
            licence: all(|provenance| &provenance.licence, ", "),
            settings: all(|provenance| &provenance.settings, ", "),
        }
    }

    /// The pose at a time, interpolated.
    #[must_use]
    pub fn pose_at(&self, secs: f32) -> Pose {
        self.motion.pose_at(secs)
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

fn first(baked: &Baked, turned: Turned) -> Motion {
    let Some(start) = baked.motion.frames.first() else { return baked.motion.clone() };
    let turn = glam::Quat::from_rotation_y(turned.facing_rad);
    let on_floor = glam::Vec3::new(start.root_m.x, 0.0, start.root_m.z);
    baked.motion.placed(turned.facing_rad, on_floor - turn * on_floor + turned.offset_m)
}

/// Keeps feet where they touch through a transition that begins at a frame: a pose that fades into another lets them glide. Frames
/// before it are looked at, and stay.
fn plant(motion: &mut Motion, start: usize, blend_frames: usize) {
    let from = start.saturating_sub(PLANT_EASE_FRAMES);
    let to = (start + blend_frames + PLANT_EASE_FRAMES).min(motion.len());
    let window = Motion { frames: motion.frames[from..to].to_vec() };
    let planted = clean(&window, &CleanupSettings { smoothing: false, settling: false, locking: true });
    let better = &planted.frames[start - from..];
    for (at, (pose, better)) in motion.frames[start..to].iter_mut().zip(better).enumerate() {
        let inside = (at + 1).min(to - start - at) as f32 / (PLANT_EASE_FRAMES + 1) as f32;
        *pose = pose.lerp(better, inside.min(1.0));
    }
}
