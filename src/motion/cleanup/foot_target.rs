//! Where a foot shall be in one frame.

use super::floor::{above_floor, pitched};
use crate::motion::{Joint, REST_OFFSETS_M, feet};
use glam::{Quat, Vec3};

/// Where a foot shall be in one frame.
#[derive(Clone, Copy)]
pub(super) struct FootTarget {
    pub(super) toe_m: Vec3,
    pub(super) world_from_foot: Quat,
    pub(super) world_from_toes: Quat,
    /// Whether the toe stands on the floor.
    pub(super) touching: bool,
}

impl FootTarget {
    /// Where the ankle then is.
    pub(super) fn ankle_m(&self, toe: Joint) -> Vec3 {
        self.toe_m - self.world_from_foot * REST_OFFSETS_M[toe as usize]
    }

    /// Lifts a foot whose ankle is in the floor, and pitches one whose toe alone is: the leg then stays as it was.
    pub(super) fn keep_out(&mut self, [ankle, toe]: [Joint; 2]) {
        let heel_m = self.ankle_m(toe).y - feet::rest_height_m(ankle);
        self.toe_m.y += above_floor(heel_m) - heel_m;
        let (ankle_m, foot_m) = (self.ankle_m(toe), self.world_from_foot * REST_OFFSETS_M[toe as usize]);
        let toe_m = self.toe_m.y - feet::rest_height_m(toe);
        let rise_m = above_floor(toe_m) + feet::rest_height_m(toe) - ankle_m.y;
        self.world_from_foot = pitched(foot_m, self.world_from_foot * Vec3::X, rise_m) * self.world_from_foot;
        self.toe_m = ankle_m + self.world_from_foot * REST_OFFSETS_M[toe as usize];
    }
}
