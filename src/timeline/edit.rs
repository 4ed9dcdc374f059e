//! What can be done to an arrangement of clips. Every edit leaves a sound one, or says why it cannot be done.

use super::arrangement::{Arrangement, ListedTake};
use super::clip::{Clip, ClipId, ClipSettings};
use super::constraint::{ConstraintFault, Constraints};
use super::take::TakeId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use thiserror::Error;

/// Fewest frames of a clip on the timeline and in its take.
pub const FEWEST_FRAMES: usize = 2;
/// Most clips on a timeline.
pub const MOST_CLIPS: usize = 1000;

/// One change of the timeline. Clips keep their order but for what is said; gaps and overlaps cannot be made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Edit {
    /// Put a whole take before the clip at this place, or at the end.
    Insert {
        /// Which.
        take: TakeId,
        /// Place among the clips; beyond the last is the end.
        at: usize,
    },
    /// Take clips out; what is behind them moves up.
    Remove(Vec<ClipId>),
    /// Put copies of clips behind the last of them.
    Duplicate(Vec<ClipId>),
    /// Take clips out and put them before the clip that was at this place.
    Move {
        /// Which.
        clips: Vec<ClipId>,
        /// Place among the clips as they are; beyond the last is the end.
        to: usize,
    },
    /// Cut the clip at a frame of the timeline in two that show the same.
    Split {
        /// The first frame of the second part.
        frame: usize,
    },
    /// Show other frames of the take.
    Trim {
        /// Which.
        clip: ClipId,
        /// First frame of the take.
        from: usize,
        /// The frame of the take behind the last one.
        to: usize,
    },
    /// Change what is done to a clip.
    Set {
        /// Which.
        clip: ClipId,
        /// What is done to it.
        settings: ClipSettings,
    },
    /// What is played and exported, in frames of the timeline; nothing is everything.
    Range(Option<Range<usize>>),
    /// Mark a take as a favourite, or not.
    Favourite {
        /// Which.
        take: TakeId,
        /// Whether it is one.
        favourite: bool,
    },
    /// Take a take off the list. One that the timeline shows stays.
    Discard(TakeId),
    /// Change what the next take has to meet.
    Constrain(Constraints),
    /// Several changes, one after another, that are one for undo.
    All(Vec<Edit>),
}

/// Why an edit cannot be done.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum EditError {
    #[error("that clip is not on the timeline any more")]
    NoSuchClip,
    #[error("that take is not there any more")]
    NoSuchTake,
    #[error("a clip needs at least {FEWEST_FRAMES} frames: split further inside it")]
    TooShort,
    #[error("there is no clip under the play head: move it onto one")]
    NothingThere,
    #[error("the timeline shows this take: remove its clips first")]
    InUse,
    #[error("a timeline has at most {MOST_CLIPS} clips: export this one and begin another")]
    TooMany,
    #[error(transparent)]
    Constraint(#[from] ConstraintFault),
}

/// Lengths of all takes, frames.
pub(super) type TakeFrames<'a> = &'a dyn Fn(TakeId) -> Option<usize>;

impl Arrangement {
    /// The number that the next new clip gets.
    #[must_use]
    pub fn next_clip_id(&self) -> ClipId {
        ClipId(self.next_clip + 1)
    }

    /// Does an edit; `take_frames` knows the takes. On an error only the first of several may have been done.
    pub(super) fn apply(&mut self, edit: &Edit, take_frames: TakeFrames<'_>) -> Result<(), EditError> {
        match edit {
            Edit::Insert { take, at } => {
                self.listed(*take)?;
                let frames = take_frames(*take).ok_or(EditError::NoSuchTake)?;
                if frames < FEWEST_FRAMES {
                    return Err(EditError::TooShort);
                }
                self.room_for(1)?;
                let clip = Clip { id: self.next_id(), take: *take, from: 0, to: frames, settings: ClipSettings::default() };
                self.clips.insert((*at).min(self.clips.len()), clip);
            }
            Edit::Remove(ids) => {
                self.places(ids)?;
                self.clips.retain(|clip| !ids.contains(&clip.id));
            }
            Edit::Duplicate(ids) => self.duplicate(ids)?,
            Edit::Move { clips, to } => self.move_clips(clips, *to)?,
            Edit::Split { frame } => self.split(*frame)?,
            Edit::Trim { clip, from, to } => {
                let place = self.place(*clip)?;
                let frames = take_frames(self.clips[place].take).ok_or(EditError::NoSuchTake)?;
                let from = (*from).min(frames.saturating_sub(FEWEST_FRAMES));
                self.clips[place].from = from;
                self.clips[place].to = (*to).clamp(from + FEWEST_FRAMES, frames.max(from + FEWEST_FRAMES));
            }
            Edit::Set { clip, settings } => {
                let place = self.place(*clip)?;
                self.clips[place].settings = settings.clone().within_bounds();
            }
            Edit::Range(range) => self.range = range.clone(),
            Edit::Favourite { take, favourite } => self.listed(*take)?.favourite = *favourite,
            Edit::Discard(take) => {
                self.listed(*take)?;
                if self.clips.iter().any(|clip| clip.take == *take) {
                    return Err(EditError::InUse);
                }
                self.take_list.retain(|listed| listed.take != *take);
            }
            Edit::Constrain(constraints) => {
                constraints.drawn().check(f32::INFINITY)?;
                self.constraints = constraints.clone();
            }
            Edit::All(edits) => edits.iter().try_for_each(|edit| self.apply(edit, take_frames))?,
        }
        self.keep_range();
        Ok(())
    }

    fn place(&self, id: ClipId) -> Result<usize, EditError> {
        self.clips.iter().position(|clip| clip.id == id).ok_or(EditError::NoSuchClip)
    }

    /// Places of clips, in order; each counts once.
    fn places(&self, ids: &[ClipId]) -> Result<Vec<usize>, EditError> {
        let mut places = ids.iter().map(|id| self.place(*id)).collect::<Result<Vec<_>, _>>()?;
        places.sort_unstable();
        places.dedup();
        Ok(places)
    }

    fn listed(&mut self, take: TakeId) -> Result<&mut ListedTake, EditError> {
        self.take_list.iter_mut().find(|listed| listed.take == take).ok_or(EditError::NoSuchTake)
    }

    fn next_id(&mut self) -> ClipId {
        self.next_clip += 1;
        ClipId(self.next_clip)
    }

    fn room_for(&self, more: usize) -> Result<(), EditError> {
        if self.clips.len() + more > MOST_CLIPS { Err(EditError::TooMany) } else { Ok(()) }
    }

    fn duplicate(&mut self, ids: &[ClipId]) -> Result<(), EditError> {
        let places = self.places(ids)?;
        self.room_for(places.len())?;
        let Some(behind) = places.last().map(|last| last + 1) else { return Ok(()) };
        let copies: Vec<Clip> = places.iter().map(|place| self.clips[*place].clone()).collect();
        for (number, copy) in copies.into_iter().enumerate() {
            let id = self.next_id();
            self.clips.insert(behind + number, Clip { id, ..copy });
        }
        Ok(())
    }

    fn move_clips(&mut self, ids: &[ClipId], to: usize) -> Result<(), EditError> {
        let places = self.places(ids)?;
        let behind = places.iter().filter(|place| **place < to).count();
        let (moved, mut others): (Vec<Clip>, Vec<Clip>) = self.clips.drain(..).partition(|clip| ids.contains(&clip.id));
        let at = (to - behind).min(others.len());
        others.splice(at..at, moved);
        self.clips = others;
        Ok(())
    }

    fn split(&mut self, frame: usize) -> Result<(), EditError> {
        let (place, inside) = self.at(frame).ok_or(EditError::NothingThere)?;
        let clip = self.clips[place].clone();
        if inside == 0 {
            return Err(EditError::TooShort);
        }
        let (nth, within) = (inside / clip.loop_frames(), inside % clip.loop_frames());
        let cut = clip.from + (within as f32 * clip.settings.speed).round() as usize;
        if within > 0 && (cut < clip.from + FEWEST_FRAMES || cut + FEWEST_FRAMES > clip.to) {
            return Err(EditError::TooShort);
        }
        let loops = clip.settings.loops as usize;
        // The loops before, the two parts of the loop that is cut, the loops behind.
        let parts: Vec<(Range<usize>, usize)> = if within == 0 {
            vec![(clip.from..clip.to, nth), (clip.from..clip.to, loops - nth)]
        } else {
            vec![(clip.from..clip.to, nth), (clip.from..cut, 1), (cut..clip.to, 1), (clip.from..clip.to, loops - nth - 1)]
        };
        let parts: Vec<_> = parts.into_iter().filter(|(_, loops)| *loops > 0).collect();
        self.room_for(parts.len() - 1)?;
        let mut pieces = Vec::new();
        for (number, (frames, loops)) in parts.into_iter().enumerate() {
            let mut piece = Clip { from: frames.start, to: frames.end, ..clip.clone() };
            piece.settings.loops = loops as u32;
            if number > 0 {
                piece.id = self.next_id();
                (piece.settings.facing_deg, piece.settings.offset_m, piece.settings.blend_frames) = Default::default();
            }
            pieces.push(piece);
        }
        self.clips.splice(place..=place, pieces);
        Ok(())
    }

    /// The place of the clip at a frame of the timeline, and the frame inside it.
    #[must_use]
    pub fn at(&self, frame: usize) -> Option<(usize, usize)> {
        let mut start = 0;
        for (place, clip) in self.clips.iter().enumerate() {
            if frame < start + clip.frames() {
                return Some((place, frame - start));
            }
            start += clip.frames();
        }
        None
    }

    /// A range lies inside the timeline and is not empty, or is none.
    fn keep_range(&mut self) {
        let frames = self.frames();
        self.range = self.range.take().map(|range| range.start..range.end.min(frames)).filter(|range| range.start < range.end);
    }

    /// What is wrong with it, for tests and for files: numbers that are there twice, clips without a take or frames, bounds.
    pub(super) fn fault(&self, take_frames: TakeFrames<'_>) -> Option<String> {
        let mut seen = BTreeMap::new();
        for clip in &self.clips {
            let id = clip.id.0;
            if seen.insert(id, ()).is_some() || id > self.next_clip {
                return Some(format!("clip number {id} is there twice, or not given yet"));
            }
            let Some(frames) = take_frames(clip.take) else { return Some(format!("clip {id} shows a take that is not there")) };
            if clip.from + FEWEST_FRAMES > clip.to || clip.to > frames {
                return Some(format!("clip {id} shows the frames {}..{} of a take of {frames}", clip.from, clip.to));
            }
            if clip.settings != clip.settings.clone().within_bounds() {
                return Some(format!("clip {id} has settings out of their bounds"));
            }
            if !self.take_list.iter().any(|listed| listed.take == clip.take) {
                return Some(format!("clip {id} shows a take that is not on the list"));
            }
        }
        if let Some(listed) = self.take_list.iter().find(|listed| take_frames(listed.take).is_none()) {
            return Some(format!("take {} is not there", listed.take.0));
        }
        if let Err(fault) = self.constraints.drawn().check(f32::INFINITY) {
            return Some(fault.to_string());
        }
        let sound = |range: &Range<usize>| range.start < range.end && range.end <= self.frames();
        if self.range.as_ref().is_some_and(|range| !sound(range)) { Some("the range is not inside the timeline".to_owned()) } else { None }
    }
}
