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
        trunk::direct_trunk(&mut posing);
        trunk::settle_chest(&mut posing);
        trunk::direct_head(&mut posing);
        if adjusted == Adjusted::Wholly {
            legs::stand(&mut posing);
            floor::keep_out_of_floor(&mut posing);
            legs::plant(&mut posing);
            arms::touch(&mut posing);
            arms::keep_out_of_floor(&mut posing);
        }
        posing.twist(pose);
        posing.local(pose)
    }
}
