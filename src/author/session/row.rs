//! Takes side by side: the variations of a prompt as they come, or takes of the user's choice, of which one is picked.

use super::{Session, Showing};
use crate::author::toast::ToastKind;
use crate::generator::protocol::JobId;
use crate::motion::{FPS, Motion, Pose};
use crate::timeline::{ClipId, Take, TakeId};
use crate::view::{Abreast, MOST_ABREAST};
use glam::Vec3;
use std::sync::Arc;

/// Air between two bodies at any time, metres.
const GAP_M: f32 = 0.25;
/// Time in which bodies go most of the way to a new place in the row, seconds.
const SETTLE_SECS: f32 = 0.15;

/// Takes side by side.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// They, from left to right.
    pub members: Vec<Member>,
    /// The generation that they come from, while it goes on.
    pub job: Option<JobId>,
    /// What becomes of the one that is picked.
    pub(super) purpose: Purpose,
    abreast: Option<Abreast>,
}

/// What becomes of the picked one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Purpose {
    /// It is shown alone.
    #[default]
    Look,
    /// It is what the generation was for: the place behind this clip, or the start of a timeline.
    Place {
        /// The clip that it goes on from.
        behind: Option<ClipId>,
        /// Whether it goes on from another motion at all.
        continued: bool,
    },
}

/// One of them.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its motion, or as much as there is of it.
    pub motion: Arc<Motion>,
    /// Its number as a take; none while it is being made.
    pub take: Option<TakeId>,
    /// What its person does.
    pub prompt: String,
    /// Its seed.
    pub seed: u64,
    /// Least and greatest x of its joints in each frame, metres.
    reach_m: Vec<[f32; 2]>,
    /// From where its motion is to where it stands in the row, metres.
    offset_m: Vec3,
    /// Where it goes.
    goal_m: Vec3,
}

impl Member {
    /// A take.
    pub(super) fn of(id: TakeId, take: &Take) -> Self {
        let origin = &take.provenance.origin;
        let seed = origin.seed().unwrap_or(0);
        Self { take: Some(id), ..Self::coming(Arc::clone(&take.motion), origin.prompt().into_owned(), seed) }
    }

    /// One that is being made.
    pub(super) fn coming(motion: Arc<Motion>, prompt: String, seed: u64) -> Self {
        let reach_m = motion.frames.iter().map(reach_m).collect();
        Self { motion, take: None, prompt, seed, reach_m, offset_m: Vec3::ZERO, goal_m: Vec3::ZERO }
    }

    /// How it stands in the row at a time; at its end it holds its last pose.
    #[must_use]
    pub fn pose_at(&self, secs: f32) -> Pose {
        let pose = self.motion.pose_at(secs);
        Pose { root_m: pose.root_m + self.offset_m, ..pose }
    }

    fn start_m(&self) -> Vec3 {
        self.motion.frames.first().map_or(Vec3::ZERO, |pose| pose.root_m.with_y(0.0))
    }

    fn reach_at(&self, frame: usize) -> Option<[f32; 2]> {
        self.reach_m.get(frame.min(self.reach_m.len().checked_sub(1)?)).copied()
    }
}

fn reach_m(pose: &Pose) -> [f32; 2] {
    let xs = || pose.world().positions_m.map(|joint_m| joint_m.x);
    [xs().into_iter().fold(f32::INFINITY, f32::min), xs().into_iter().fold(f32::NEG_INFINITY, f32::max)]
}

impl Row {
    /// A row of these.
    pub(super) fn of(members: Vec<Member>, job: Option<JobId>, purpose: Purpose) -> Self {
        let mut row = Self { members, job, purpose, abreast: None };
        row.arrange();
        row.members.iter_mut().for_each(|member| member.offset_m = member.goal_m);
        row
    }

    /// Puts a member at the end, or in the place of an older version of it.
    pub(super) fn put(&mut self, member: Member) {
        let same = |other: &&mut Member| other.take == member.take && other.seed == member.seed;
        if let Some(old) = self.members.iter_mut().find(same) {
            *old = Member { offset_m: old.offset_m, ..member };
            return self.arrange();
        }
        self.members.push(member);
        self.arrange();
        if let Some(last) = self.members.last_mut() {
            last.offset_m = last.goal_m;
        }
    }

    /// Takes members out.
    pub(super) fn keep(&mut self, wanted: impl Fn(&Member) -> bool) {
        self.members.retain(wanted);
        self.arrange();
    }

    /// How long the longest is, frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.members.iter().map(|member| member.motion.len()).max().unwrap_or(0)
    }

    /// The room that they take.
    #[must_use]
    pub fn abreast(&self) -> Option<Abreast> {
        self.abreast
    }

    /// Time goes by: they go to their places.
    pub(super) fn advance(&mut self, delta_secs: f32) {
        let t = 1.0 - (-delta_secs / SETTLE_SECS).exp();
        for member in &mut self.members {
            let way_m = member.goal_m - member.offset_m;
            member.offset_m = if way_m.length() < 1e-3 { member.goal_m } else { member.offset_m + t * way_m };
        }
    }

    /// Gives each its place: all start on a line, each as near to those before it as it can be without ever touching them.
    fn arrange(&mut self) {
        let frames = self.frames();
        for place in 0..self.members.len() {
            let (before, rest) = self.members.split_at_mut(place);
            let member = &mut rest[0];
            let beside = |other: &Member| {
                let needed = |frame: usize| Some(other.reach_at(frame)?[1] - member.reach_at(frame)?[0] + GAP_M);
                (0..frames).filter_map(needed).reduce(f32::max).map(|needed_m| other.goal_m.x + needed_m)
            };
            let x_m = before.iter().filter_map(beside).reduce(f32::max).unwrap_or(0.0);
            member.goal_m = Vec3::new(x_m, 0.0, -member.start_m().z);
        }
        let starts = || self.members.iter().map(|member| member.goal_m.x + member.start_m().x);
        let middle_m = starts().fold(0.0, |sum, x| sum + x) / self.members.len().max(1) as f32;
        self.members.iter_mut().for_each(|member| member.goal_m.x -= middle_m);
        self.abreast = self.room();
    }

    fn room(&self) -> Option<Abreast> {
        let mut room = Abreast { half_width_m: 0.0, half_depth_m: 0.0 };
        for frame in 0..self.frames() {
            let places = || {
                self.members.iter().filter_map(|member| {
                    let last = member.motion.len().checked_sub(1)?;
                    Some(member.motion.frames[frame.min(last)].root_m + member.goal_m)
                })
            };
            let half_m = (places().reduce(Vec3::max)? - places().reduce(Vec3::min)?) / 2.0;
            room = Abreast { half_width_m: room.half_width_m.max(half_m.x), half_depth_m: room.half_depth_m.max(half_m.z) };
        }
        Some(room)
    }
}

impl Session {
    /// The takes side by side, if there are.
    #[must_use]
    pub fn row(&self) -> Option<&Row> {
        if let Showing::Row(row) = &self.showing { Some(row) } else { None }
    }

    /// Place in the row of the one that was picked before it is done.
    #[must_use]
    pub fn picked_in_row(&self) -> Option<usize> {
        let row = self.row()?;
        let job = self.jobs.iter().find(|job| Some(job.id()) == row.job)?;
        let seed = job.request.variation(job.picked?.0).seed;
        row.members.iter().position(|member| member.seed == seed)
    }

    /// Place of a take in the row.
    #[must_use]
    pub fn place_in_row(&self, take: TakeId) -> Option<usize> {
        self.row()?.members.iter().position(|member| member.take == Some(take))
    }

    /// Shows a row from its start, or something else if there is nobody in it.
    pub(super) fn show_row(&mut self, row: Row, from_secs: f32) {
        if row.members.is_empty() {
            return self.show_something();
        }
        self.player.open(row.frames(), row.job.is_some(), from_secs);
        self.player.set_range(None);
        self.follow = true;
        self.showing = Showing::Row(row);
    }

    /// Shows the takes at these places of the list side by side.
    pub(super) fn show_takes_abreast(&mut self, places: &[usize]) {
        let mut wanted: Vec<usize> = Vec::new();
        for place in places {
            if !wanted.contains(place) {
                wanted.push(*place);
            }
        }
        let members = wanted.iter().filter_map(|place| self.take_at(*place)).map(|entry| Member::of(entry.id, entry.take));
        let members: Vec<Member> = members.take(MOST_ABREAST).collect();
        if members.is_empty() {
            return;
        }
        self.unwatch();
        self.show_row(Row::of(members, None, Purpose::Look), 0.0);
    }

    /// Shows takes side by side that belong together, or leaves the row.
    pub(super) fn side_by_side(&mut self, on: bool) {
        if !on {
            return self.leave_row();
        }
        if self.row().is_some() {
            return;
        }
        let all: Vec<usize> = self.listed().map(|(place, _)| place).collect();
        let prompt = self.prompt_in_question();
        let alike: Vec<usize> = self
            .listed()
            .filter(|(_, entry)| Some(entry.take.provenance.prompt().as_ref()) == prompt.as_deref())
            .map(|(place, _)| place)
            .collect();
        let wanted = if alike.len() > 1 { alike } else { all };
        if wanted.len() < 2 {
            self.toasts.add(ToastKind::Warning, "make variations first: there are no takes to put side by side".to_owned());
            return;
        }
        self.show_takes_abreast(&wanted[wanted.len().saturating_sub(MOST_ABREAST)..]);
    }

    /// The prompt of what is shown or selected, else the newest.
    fn prompt_in_question(&self) -> Option<String> {
        let of_clip = || self.selected_clip().and_then(|place| self.document.takes().get(&self.clips()[place].take));
        let take = self.shown_take().or_else(|| of_clip().map(Arc::as_ref));
        take.map(|take| take.provenance.prompt().into_owned())
            .or_else(|| self.takes().last().map(|entry| entry.take.provenance.prompt().into_owned()))
    }

    /// Puts the take at a place of the list into the row, or takes it out; begins one beside the shown take.
    pub(super) fn row_also(&mut self, place: usize) {
        let Some(entry) = self.take_at(place) else { return };
        let (id, member) = (entry.id, Member::of(entry.id, entry.take));
        match (&mut self.showing, self.player.at_secs()) {
            (Showing::Row(row), at_secs) if row.job.is_none() => {
                if row.members.iter().any(|other| other.take == Some(id)) {
                    row.keep(|other| other.take != Some(id));
                } else if row.members.len() < MOST_ABREAST {
                    row.put(member);
                } else {
                    self.toasts.add(ToastKind::Warning, format!("at most {MOST_ABREAST} takes stand side by side"));
                    return;
                }
                let row = std::mem::take(row);
                let playing = self.player.is_playing();
                self.show_row(row, at_secs);
                if !playing {
                    self.player.pause();
                }
            }
            _ => {
                let shown = self.shown_index().filter(|shown| *shown != place);
                let places: Vec<usize> = shown.into_iter().chain([place]).collect();
                self.show_takes_abreast(&places);
            }
        }
    }

    /// Takes one of the row: it is put where it was made for, or shown alone. While they are still being made it is marked, or no
    /// longer, and taken as soon as it is done.
    pub(super) fn pick(&mut self, place: usize) {
        let Showing::Row(row) = &self.showing else { return };
        let Some(member) = row.members.get(place) else { return };
        let Some(id) = member.take else {
            let (job, seed) = (row.job, member.seed);
            return job.into_iter().for_each(|job| self.pick_early(job, seed));
        };
        let purpose = row.purpose;
        let at_secs = self.player.at_secs().min(member.motion.len().saturating_sub(1) as f32 / FPS);
        match purpose {
            Purpose::Place { behind, continued } => match self.place_made(behind, continued, id, true) {
                Some(start_secs) => self.show_timeline(start_secs),
                None => self.show_take_at(id, at_secs),
            },
            Purpose::Look => self.show_take_at(id, at_secs),
        }
    }

    fn show_take_at(&mut self, id: TakeId, at_secs: f32) {
        self.show_take(id);
        self.player.scrub(at_secs);
        self.player.end_scrub();
    }

    /// Shows the timeline again; where there is none, the first of the row.
    fn leave_row(&mut self) {
        let Showing::Row(row) = &self.showing else { return };
        let first = row.members.iter().find_map(|member| member.take);
        self.unwatch();
        match first {
            Some(first) if self.clips().is_empty() => self.show_take(first),
            _ => self.show_something(),
        }
    }

    /// Keeps only takes in the row that the list still has.
    pub(super) fn follow_list(&mut self) {
        let shelf = &self.document.arrangement().shelf;
        let Showing::Row(row) = &mut self.showing else { return };
        let before = row.members.len();
        row.keep(|member| member.take.is_none_or(|id| shelf.iter().any(|shelved| shelved.take == id)));
        if row.members.is_empty() {
            self.show_something();
        } else if row.members.len() != before {
            self.player.resize(row.frames(), row.job.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Somebody who goes sideways at this speed.
    fn sideways(metres_a_frame: f32, frames: usize) -> Member {
        let pose = |frame: usize| Pose { root_m: Pose::REST.root_m + Vec3::X * (metres_a_frame * frame as f32), ..Pose::REST };
        Member::coming(Arc::new(Motion { frames: (0..frames).map(pose).collect() }), String::new(), 0)
    }

    #[test]
    fn nobody_in_a_row_ever_touches_anybody() {
        let row = Row::of(vec![sideways(0.05, 60), sideways(-0.05, 90), sideways(0.0, 30), sideways(0.02, 60)], None, Purpose::Look);
        for frame in 0..row.frames() {
            let reaches: Vec<[f32; 2]> = row.members.iter().map(|member| reach_m(&member.pose_at(frame as f32 / FPS))).collect();
            for (left, right) in reaches.iter().zip(&reaches[1..]) {
                assert!(left[1] + GAP_M < right[0] + 1e-3, "frame {frame}: {reaches:?}");
            }
        }
    }

    #[test]
    fn those_who_go_the_same_way_stand_as_near_as_those_who_stand() {
        let width = |metres_a_frame: f32| {
            let row = Row::of(vec![sideways(metres_a_frame, 60), sideways(metres_a_frame, 60)], None, Purpose::Look);
            row.abreast().expect("two").half_width_m
        };
        assert!((width(0.05) - width(0.0)).abs() < 1e-4);
    }

    #[test]
    fn a_row_starts_in_line_and_in_the_middle() {
        let mut away = sideways(0.0, 10);
        let far = |pose: &Pose| Pose { root_m: pose.root_m + Vec3::new(40.0, 0.0, -7.0), ..*pose };
        away = Member::coming(Arc::new(Motion { frames: away.motion.frames.iter().map(far).collect() }), String::new(), 0);
        let row = Row::of(vec![away, sideways(0.0, 10)], None, Purpose::Look);
        let starts: Vec<Vec3> = row.members.iter().map(|member| member.pose_at(0.0).root_m).collect();
        assert!((starts[0].x + starts[1].x).abs() < 1e-3 && (starts[0].z - starts[1].z).abs() < 1e-3, "{starts:?}");
        assert!(row.abreast().expect("two").half_width_m < 1.5);
    }
}
