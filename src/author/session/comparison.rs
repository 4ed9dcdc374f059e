//! Takes side by side: who stands where.

use super::placement::Placement;
use crate::generator::protocol::JobId;
use crate::motion::{Motion, Pose};
use crate::timeline::{Take, TakeId};
use crate::view::ComparisonRoom;
use glam::Vec3;
use std::sync::Arc;

/// Air between two bodies at any time, metres.
const GAP_M: f32 = 0.25;
/// Time in which bodies go most of the way to a new place, seconds.
const SETTLE_SECS: f32 = 0.15;

/// Takes side by side.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Entries, from left to right.
    pub entries: Vec<ComparisonEntry>,
    /// The generation that they come from, while it goes on.
    pub job: Option<JobId>,
    /// What becomes of the one that is picked.
    pub(super) placement: Placement,
    room: Option<ComparisonRoom>,
}

/// One of the takes side by side.
#[derive(Clone, Debug)]
pub struct ComparisonEntry {
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
    /// From where its motion is to where it stands in the comparison, metres.
    offset_m: Vec3,
    /// Where it goes.
    goal_m: Vec3,
}

impl ComparisonEntry {
    /// A take.
    pub(super) fn of(id: TakeId, take: &Take) -> Self {
        let origin = &take.provenance.origin;
        let seed = origin.seed().unwrap_or(0);
        Self { take: Some(id), ..Self::of_motion(Arc::clone(&take.motion), origin.prompt().into_owned(), seed) }
    }

    /// One that is no take: one that is being made, or a clip that is rated.
    pub(super) fn of_motion(motion: Arc<Motion>, prompt: String, seed: u64) -> Self {
        let reach_m = motion.frames.iter().map(reach_m).collect();
        Self { motion, take: None, prompt, seed, reach_m, offset_m: Vec3::ZERO, goal_m: Vec3::ZERO }
    }

    /// How it stands in the comparison at a time; at its end it holds its last pose.
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

impl Comparison {
    /// A comparison of these.
    pub(super) fn of(entries: Vec<ComparisonEntry>, job: Option<JobId>, placement: Placement) -> Self {
        let mut comparison = Self { entries, job, placement, room: None };
        comparison.arrange();
        comparison.entries.iter_mut().for_each(|entry| entry.offset_m = entry.goal_m);
        comparison
    }

    /// Puts an entry at the end, or in the place of an older version of it.
    pub(super) fn put(&mut self, entry: ComparisonEntry) {
        let same = |other: &&mut ComparisonEntry| other.take == entry.take && other.seed == entry.seed;
        if let Some(old) = self.entries.iter_mut().find(same) {
            *old = ComparisonEntry { offset_m: old.offset_m, ..entry };
            return self.arrange();
        }
        self.entries.push(entry);
        self.arrange();
        if let Some(last) = self.entries.last_mut() {
            last.offset_m = last.goal_m;
        }
    }

    /// Takes entries out.
    pub(super) fn keep(&mut self, wanted: impl Fn(&ComparisonEntry) -> bool) {
        self.entries.retain(wanted);
        self.arrange();
    }

    /// How long the longest is, frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.entries.iter().map(|entry| entry.motion.len()).max().unwrap_or(0)
    }

    /// Whether a take is one of them.
    #[must_use]
    pub fn has(&self, take: TakeId) -> bool {
        self.entries.iter().any(|entry| entry.take == Some(take))
    }

    /// The room that they take.
    #[must_use]
    pub fn room(&self) -> Option<ComparisonRoom> {
        self.room
    }

    /// Time goes by: they go to their places.
    pub(super) fn advance(&mut self, delta_secs: f32) {
        let t = 1.0 - (-delta_secs / SETTLE_SECS).exp();
        for entry in &mut self.entries {
            let way_m = entry.goal_m - entry.offset_m;
            entry.offset_m = if way_m.length() < 1e-3 { entry.goal_m } else { entry.offset_m + t * way_m };
        }
    }

    /// Gives each its place: all start on a line, each as near to those before it as it can be without ever touching them.
    fn arrange(&mut self) {
        let frames = self.frames();
        for place in 0..self.entries.len() {
            let (before, rest) = self.entries.split_at_mut(place);
            let entry = &mut rest[0];
            let beside = |other: &ComparisonEntry| {
                let needed = |frame: usize| Some(other.reach_at(frame)?[1] - entry.reach_at(frame)?[0] + GAP_M);
                (0..frames).filter_map(needed).reduce(f32::max).map(|needed_m| other.goal_m.x + needed_m)
            };
            let x_m = before.iter().filter_map(beside).reduce(f32::max).unwrap_or(0.0);
            entry.goal_m = Vec3::new(x_m, 0.0, -entry.start_m().z);
        }
        let starts = || self.entries.iter().map(|entry| entry.goal_m.x + entry.start_m().x);
        let middle_m = starts().fold(0.0, |sum, x| sum + x) / self.entries.len().max(1) as f32;
        self.entries.iter_mut().for_each(|entry| entry.goal_m.x -= middle_m);
        self.room = self.needed_room();
    }

    fn needed_room(&self) -> Option<ComparisonRoom> {
        let mut room = ComparisonRoom { half_width_m: 0.0, half_depth_m: 0.0 };
        for frame in 0..self.frames() {
            let places = || {
                self.entries.iter().filter_map(|entry| {
                    let last = entry.motion.len().checked_sub(1)?;
                    Some(entry.motion.frames[frame.min(last)].root_m + entry.goal_m)
                })
            };
            let half_m = (places().reduce(Vec3::max)? - places().reduce(Vec3::min)?) / 2.0;
            room = ComparisonRoom { half_width_m: room.half_width_m.max(half_m.x), half_depth_m: room.half_depth_m.max(half_m.z) };
        }
        Some(room)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::FPS;

    /// Somebody who goes sideways at this speed.
    fn sideways(metres_a_frame: f32, frames: usize) -> ComparisonEntry {
        let pose = |frame: usize| Pose { root_m: Pose::REST.root_m + Vec3::X * (metres_a_frame * frame as f32), ..Pose::REST };
        ComparisonEntry::of_motion(Arc::new(Motion { frames: (0..frames).map(pose).collect() }), String::new(), 0)
    }

    #[test]
    fn nobody_in_a_row_ever_touches_anybody() {
        let comparison =
            Comparison::of(vec![sideways(0.05, 60), sideways(-0.05, 90), sideways(0.0, 30), sideways(0.02, 60)], None, Placement::Nowhere);
        for frame in 0..comparison.frames() {
            let reaches: Vec<[f32; 2]> = comparison.entries.iter().map(|entry| reach_m(&entry.pose_at(frame as f32 / FPS))).collect();
            for (left, right) in reaches.iter().zip(&reaches[1..]) {
                assert!(left[1] + GAP_M < right[0] + 1e-3, "frame {frame}: {reaches:?}");
            }
        }
    }

    #[test]
    fn those_who_go_the_same_way_stand_as_near_as_those_who_stand() {
        let width = |metres_a_frame: f32| {
            let comparison = Comparison::of(vec![sideways(metres_a_frame, 60), sideways(metres_a_frame, 60)], None, Placement::Nowhere);
            comparison.room().expect("two").half_width_m
        };
        assert!((width(0.05) - width(0.0)).abs() < 1e-4);
    }

    #[test]
    fn a_row_starts_in_line_and_in_the_middle() {
        let mut away = sideways(0.0, 10);
        let far = |pose: &Pose| Pose { root_m: pose.root_m + Vec3::new(40.0, 0.0, -7.0), ..*pose };
        away = ComparisonEntry::of_motion(Arc::new(Motion { frames: away.motion.frames.iter().map(far).collect() }), String::new(), 0);
        let comparison = Comparison::of(vec![away, sideways(0.0, 10)], None, Placement::Nowhere);
        let starts: Vec<Vec3> = comparison.entries.iter().map(|entry| entry.pose_at(0.0).root_m).collect();
        assert!((starts[0].x + starts[1].x).abs() < 1e-3 && (starts[0].z - starts[1].z).abs() < 1e-3, "{starts:?}");
        assert!(comparison.room().expect("two").half_width_m < 1.5);
    }
}
