//! The mapping between a humanoid rig and our 22 joints: which joint plays which part of the body, how its axes lie against ours, and what
//! that makes of a motion, in both directions.
//!
//! - [`Mapping::to_ours`]: the motion of a rig becomes ours. Every joint keeps the rig's rotation away from a *reference pose* in which both
//!   skeletons stand alike; limb bones therefore keep the rig's direction exactly. The pelvis path is scaled by the leg lengths (so the
//!   rig's unit does not matter), and the clip is put on the floor by whatever of the body bears it.
//! - [`Mapping::onto`]: our motion drives the rig, by the same reference pose. The body goes where its feet need it, feet on the floor are
//!   where ours are, hands touch what ours touch, twist joints take their share, and the other joints keep their rest.

mod align;
mod axes;
pub mod fidelity;
mod fingers;
mod fit;
mod floor;
mod found;
mod leg;
mod names;
mod onto;
mod parts;
mod preset;
mod reference;
mod skin;
mod spine;
mod structure;
mod to_ours;
mod twist;

pub use axes::stand_up;
pub use fingers::Fingers;
pub use found::find_parts;
pub use parts::{Found, FoundBy, FoundParts, MappingError, Parts};
pub use preset::{MAPPED, Preset, PresetJoint, Presets, joint_at, way_to};
pub use skin::SkinPoint;

use super::rig::{Rig, RigMotion, RigPose};
use super::skeleton::{JOINT_COUNT, Joint, REST_OFFSETS_M};
use super::{Motion, Pose};
use fit::Fit;
use onto::Adjusted;
use std::collections::HashSet;

/// A rig matched to our skeleton: computed once, applied to each frame.
#[derive(Clone, Debug, PartialEq)]
pub struct Mapping {
    rig: Rig,
    way: Way,
}

/// How poses go from one skeleton to the other.
#[derive(Clone, Debug, PartialEq)]
enum Way {
    /// The rig's joints are ours, and rotations mean the same on both; its root goes this much further.
    Shared { scale: f32 },
    /// Any other humanoid.
    Fitted(Box<Fit>),
}

/// The joints of a rig that play a part of the body, told by their names or their places.
#[must_use]
pub fn body_joints(rig: &Rig) -> HashSet<usize> {
    find_parts(rig).into_iter().flatten().map(|found| found.joint).collect()
}

/// The whole clip on our skeleton, at 30 fps, standing on the floor.
///
/// # Errors
/// Where a part of the body cannot be found by name, or the clip is empty.
pub fn retarget(clip: &RigMotion) -> Result<Motion, MappingError> {
    if clip.frame_count() == 0 {
        return Err(MappingError::NoFrames);
    }
    Ok(Mapping::of_clip(clip)?.to_ours(clip))
}

impl Mapping {
    /// Matches a rig by its names and its rest pose.
    ///
    /// # Errors
    /// Where a part of the body cannot be found by name, or the legs have no length.
    pub fn of(rig: &Rig) -> Result<Self, MappingError> {
        Self::of_clip(&RigMotion::without_frames(rig.clone()))
    }

    /// Matches the rig of a clip. Where its rest pose is no standing human, the clip's frames say how it stands.
    ///
    /// # Errors
    /// See [`Mapping::of`].
    pub fn of_clip(clip: &RigMotion) -> Result<Self, MappingError> {
        Ok(Self { rig: clip.rig.clone(), way: Way::Fitted(Box::new(Fit::new(clip)?)) })
    }

    /// A rig whose first joints are ours in our order, on bones of other lengths in metres: rotations mean the same on it. Its root moves as
    /// much further as its pelvis is higher, so that its feet touch where ours do.
    #[must_use]
    pub fn shared(rig: &Rig) -> Self {
        debug_assert!(rig.len() >= JOINT_COUNT, "our joints come first");
        let scale = rig.rest_translations()[0].y / REST_OFFSETS_M[0].y;
        Self { rig: rig.clone(), way: Way::Shared { scale } }
    }

    /// The same for a rig that has this skin: the lowest of its points is the sole on which it stands, and none comes into the floor.
    #[must_use]
    pub fn with_skin(mut self, skin: impl Iterator<Item = SkinPoint>) -> Self {
        if let Way::Fitted(fit) = &mut self.way {
            fit.stand_on(&self.rig, &skin.collect::<Vec<_>>());
        }
        self
    }

    /// The same with its fingers held like this; a rig of ours has none.
    #[must_use]
    pub fn with_fingers(mut self, fingers: Fingers) -> Self {
        if let Way::Fitted(fit) = &mut self.way {
            fit.pose_fingers(&self.rig, fingers);
        }
        self
    }

    /// The rig.
    #[must_use]
    pub fn rig(&self) -> &Rig {
        &self.rig
    }

    /// The joint of the rig that plays each of ours.
    #[must_use]
    pub fn parts(&self) -> Parts {
        match &self.way {
            Way::Shared { .. } => std::array::from_fn(Some),
            Way::Fitted(fit) => fit.parts,
        }
    }

    /// The joints from the pelvis to where the arms part.
    #[must_use]
    pub fn spine(&self) -> Vec<usize> {
        match &self.way {
            Way::Shared { .. } => [Joint::Pelvis, Joint::Spine1, Joint::Spine2, Joint::Spine3].map(|joint| joint as usize).to_vec(),
            Way::Fitted(fit) => fit.spine.iter().map(|spine| spine.joint).collect(),
        }
    }

    /// How much further the rig's root goes than ours, in its own unit per metre.
    #[must_use]
    pub fn scale(&self) -> f32 {
        match &self.way {
            Way::Shared { scale } => *scale,
            Way::Fitted(fit) => 1.0 / fit.scale,
        }
    }

    /// Whether the rig's first joints are ours, and rotations mean the same on it.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        matches!(self.way, Way::Shared { .. })
    }

    /// The joint above the pelvis that carries the motion over the ground, where the rig has one.
    #[must_use]
    pub fn ground(&self) -> Option<usize> {
        match &self.way {
            Way::Shared { .. } => None,
            Way::Fitted(fit) => fit.ground,
        }
    }

    /// The rig's motion on our skeleton, at 30 fps, standing on the floor.
    #[must_use]
    pub fn to_ours(&self, clip: &RigMotion) -> Motion {
        let mut motion = Motion::from_poses_at(clip.frame_count(), clip.fps, |frame| match &self.way {
            Way::Shared { scale } => {
                let (translations, rotations) = clip.frame(frame);
                Pose { root_m: translations[0] / *scale, local: std::array::from_fn(|joint| rotations[joint]) }
            }
            Way::Fitted(fit) => fit.pose(&clip.world(frame)),
        });
        if matches!(self.way, Way::Fitted(_)) {
            floor::put_on_floor(&mut motion);
        }
        motion
    }

    /// The same by the directions of bones alone: nothing is done for the feet's sake, and nothing put on the floor.
    #[must_use]
    pub fn directions_to_ours(&self, clip: &RigMotion) -> Motion {
        match &self.way {
            Way::Shared { .. } => self.to_ours(clip),
            Way::Fitted(fit) => Motion::from_poses_at(clip.frame_count(), clip.fps, |frame| fit.directed(&clip.world(frame)).to_pose()),
        }
    }

    /// Our motion on the rig, at 30 fps.
    #[must_use]
    pub fn onto(&self, motion: &Motion) -> RigMotion {
        let mut clip = RigMotion::without_frames(self.rig.clone());
        for pose in &motion.frames {
            clip.push(self.pose_onto(pose));
        }
        clip
    }

    /// The same by the directions of bones alone: nothing is done for the sake of feet, hands, floor or joint limits.
    #[must_use]
    pub fn directions_onto(&self, motion: &Motion) -> RigMotion {
        let mut clip = RigMotion::without_frames(self.rig.clone());
        for pose in &motion.frames {
            clip.push(self.posed(pose, Adjusted::Directions));
        }
        clip
    }

    /// One pose of ours on the rig.
    #[must_use]
    pub fn pose_onto(&self, pose: &Pose) -> RigPose {
        self.posed(pose, Adjusted::Wholly)
    }

    fn posed(&self, pose: &Pose, adjusted: Adjusted) -> RigPose {
        match &self.way {
            Way::Shared { scale } => {
                let mut rest = self.rig.rest();
                rest.translations[0] = pose.root_m * *scale;
                rest.rotations[..JOINT_COUNT].copy_from_slice(&pose.local);
                rest
            }
            Way::Fitted(fit) => fit.pose_onto(&self.rig, pose, adjusted),
        }
    }
}

#[cfg(test)]
mod tests;
