//! One of our poses on a rig: the inverse of reading it.
//!
//! First every bone takes our direction. Then the body goes where its feet need it and out of the floor, feet that are near the floor come to
//! where ours are, and hands to what ours touch. All of it depends on the pose alone, so that a single pose stands as the same frame of a
//! motion does: what is played is what is exported.

mod arms;
mod floor;
mod legs;
mod limits;
mod posing;
mod trunk;

use super::fit::Fit;
use crate::motion::Pose;
use crate::motion::rig::{Rig, RigPose};
use posing::Posing;

/// How much is done beyond the directions of bones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Adjusted {
    /// Nothing.
    Directions,
    /// Floor, feet, hands and the limits of knees and elbows.
    Wholly,
}

impl Fit {
    /// One pose of ours on the rig, standing on the floor where ours does.
    pub(super) fn pose_onto(&self, rig: &Rig, pose: &Pose, adjusted: Adjusted) -> RigPose {
        let pose = &match adjusted {
            Adjusted::Directions => *pose,
            Adjusted::Wholly => limits::limited(pose),
        };
        let ours = pose.world();
        let mut posing = Posing::new(self, rig, &ours);
        posing.direct_trunk();
        posing.settle_chest();
        posing.direct_head();
        if adjusted == Adjusted::Wholly {
            posing.stand();
            posing.keep_out_of_floor();
            posing.plant();
            posing.touch();
        }
        posing.twist(pose);
        posing.local(pose)
    }
}
