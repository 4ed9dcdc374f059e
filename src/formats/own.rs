//! From a file's skeleton to ours: taken as it is where it is our own skeleton (an export of ours), retargeted otherwise.

use super::bones::{self, Bone};
use super::error::Fault;
use super::rate;
use crate::motion::mapping::{MappingError, Presets, retarget, stand_up};
use crate::motion::rig::{Rig, RigMotion};
use crate::motion::{Motion, NameStyle, Pose, REST_OFFSETS_M};
use glam::Quat;

/// Offsets nearer than this are the same, metres: above what six decimals lose and what is put aside in FBX ([`bones::untied`]), far below a
/// different person.
const SAME_M: f32 = 2e-4;

/// The motion of a clip read from a file.
pub(super) fn motion_of(mut clip: RigMotion) -> Result<Motion, Fault> {
    clip.fps = rate::check(&rate::Clip { frames: clip.frame_count(), fps: clip.fps })?;
    let is_finite = clip.translations.iter().all(|translation| translation.is_finite())
        && clip.rotations.iter().all(|rotation| rotation.is_finite())
        && clip.rig.rest_translations().iter().all(|translation| translation.is_finite());
    if !is_finite {
        return Err(Fault::new("a number that is not finite", "export the animation again"));
    }
    for style in [NameStyle::Smpl, NameStyle::Mixamo, NameStyle::Unreal] {
        for (has_ground, units_per_m) in [(false, 100.0), (false, 1.0), (true, 100.0), (true, 1.0)] {
            let bones = bones::ours(style, has_ground, &REST_OFFSETS_M);
            if let Some(joints) = own_joints(&clip, &bones, units_per_m) {
                return Ok(Motion::from_poses_at(clip.frame_count(), clip.fps, |frame| pose(&clip, frame, &bones, &joints, units_per_m)));
            }
        }
    }
    stand_up(&mut clip);
    retarget(&clip).map_err(|error| Fault::new(error.to_string(), way_out(&error)))
}

/// Has presets decide on a skeleton; what is to be said of that.
pub(super) fn decided(rig: &mut Rig, presets: &Presets) -> Option<String> {
    presets.decide(rig).map(|name| format!("the mapping preset \"{name}\" says which joint is which"))
}

/// What to do with a skeleton that cannot be retargeted.
pub(super) fn way_out(error: &MappingError) -> &'static str {
    match error {
        MappingError::MissingPart { .. } => "say which joint it is in the mapping editor or with --map, or use a humanoid",
        MappingError::Animal => "use the motion of a person",
        MappingError::NoLegs => "export its skeleton with the lengths of its bones",
        MappingError::NoFrames => "export it again with its animation",
    }
}

/// The clip's joint of each bone, if its skeleton is ours with these names and this unit.
fn own_joints(clip: &RigMotion, bones: &[Bone], units_per_m: f32) -> Option<Vec<usize>> {
    let rig = &clip.rig;
    let mut joints: Vec<usize> = Vec::with_capacity(bones.len());
    for bone in bones {
        let joint = rig.find(&bone.name)?;
        let is_ours = rig.parents()[joint] == bone.parent.map(|parent| joints[parent])
            && rig.rest_translations()[joint].distance(bone.rest_m * units_per_m) < SAME_M * units_per_m
            && rig.rest_rotations()[joint].angle_between(Quat::IDENTITY) < 1e-3;
        if !is_ours {
            return None;
        }
        joints.push(joint);
    }
    Some(joints)
}

fn pose(clip: &RigMotion, frame: usize, bones: &[Bone], joints: &[usize], units_per_m: f32) -> Pose {
    let (translations, rotations) = clip.frame(frame);
    let mut pose = Pose::REST;
    for (bone, &joint) in bones.iter().zip(joints) {
        let Some(ours) = bone.joint else { continue };
        pose.local[ours] = rotations[joint].normalize();
        if ours == 0 {
            pose.root_m = translations[joint] / units_per_m;
            if let Some(ground) = bone.parent.map(|parent| joints[parent]) {
                pose.root_m = translations[ground] / units_per_m + rotations[ground] * pose.root_m;
                pose.local[0] = (rotations[ground] * pose.local[0]).normalize();
            }
        }
    }
    pose
}
