//! The SMPL-22 skeleton: SMPL's joint order and topology with our own rest pose and proportions.
//!
//! The rest pose is a T-pose about 1.70 m tall, feet on the floor, facing +Z, every joint's rest rotation the identity.

use glam::{Vec3, vec3};
use serde::{Deserialize, Serialize};

/// Number of joints of the skeleton.
pub const JOINT_COUNT: usize = 22;

/// The joints in SMPL order (`docs/representation.md`, Rows). `joint as usize` is the index in every joint array.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
#[repr(usize)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Joint {
    Pelvis,
    LHip,
    RHip,
    Spine1,
    LKnee,
    RKnee,
    Spine2,
    LAnkle,
    RAnkle,
    Spine3,
    LFoot,
    RFoot,
    Neck,
    LCollar,
    RCollar,
    Head,
    LShoulder,
    RShoulder,
    LElbow,
    RElbow,
    LWrist,
    RWrist,
}

impl Joint {
    /// All joints, in order.
    pub const ALL: [Self; JOINT_COUNT] = {
        use Joint::*;
        [
            Pelvis, LHip, RHip, Spine1, LKnee, RKnee, Spine2, LAnkle, RAnkle, Spine3, LFoot, RFoot, Neck, LCollar, RCollar, Head,
            LShoulder, RShoulder, LElbow, RElbow, LWrist, RWrist,
        ]
    };

    /// Its name in SMPL, as files of ours write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        NameStyle::Smpl.joint_names()[self as usize]
    }

    /// The joint this one hangs on; `None` for the pelvis.
    #[must_use]
    pub fn parent(self) -> Option<Self> {
        PARENTS[self as usize].map(|p| Self::ALL[p])
    }
}

impl From<Joint> for String {
    fn from(joint: Joint) -> Self {
        joint.name().to_owned()
    }
}

impl TryFrom<String> for Joint {
    type Error = String;

    /// The joint of this name in SMPL, in upper or lower case.
    fn try_from(name: String) -> Result<Self, String> {
        Self::ALL.into_iter().find(|joint| joint.name().eq_ignore_ascii_case(&name)).ok_or_else(|| format!("{name:?} is no joint"))
    }
}

/// Parent index of each joint; parents come before children.
pub const PARENTS: [Option<usize>; JOINT_COUNT] = [
    None,
    Some(0),
    Some(0),
    Some(0),
    Some(1),
    Some(2),
    Some(3),
    Some(4),
    Some(5),
    Some(6),
    Some(7),
    Some(8),
    Some(9),
    Some(9),
    Some(9),
    Some(12),
    Some(13),
    Some(14),
    Some(16),
    Some(17),
    Some(18),
    Some(19),
];

/// The joint that takes each joint's place in a mirrored motion (left and right swapped).
pub const MIRRORED: [usize; JOINT_COUNT] = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20];

/// Rest offset of each joint from its parent, metres, T-pose; entry 0 is the rest position of the pelvis above the floor.
pub const REST_OFFSETS_M: [Vec3; JOINT_COUNT] = [
    vec3(0.0, 0.935, 0.0),
    vec3(0.088, -0.065, 0.0),
    vec3(-0.088, -0.065, 0.0),
    vec3(0.0, 0.105, -0.012),
    vec3(0.010, -0.400, 0.004),
    vec3(-0.010, -0.400, 0.004),
    vec3(0.0, 0.125, 0.004),
    vec3(0.004, -0.392, -0.024),
    vec3(-0.004, -0.392, -0.024),
    vec3(0.0, 0.060, 0.008),
    vec3(0.012, -0.056, 0.128),
    vec3(-0.012, -0.056, 0.128),
    vec3(0.0, 0.215, -0.018),
    vec3(0.070, 0.125, -0.008),
    vec3(-0.070, 0.125, -0.008),
    vec3(0.0, 0.095, 0.012),
    vec3(0.105, 0.035, -0.008),
    vec3(-0.105, 0.035, -0.008),
    vec3(0.265, 0.0, -0.004),
    vec3(-0.265, 0.0, -0.004),
    vec3(0.248, 0.0, 0.004),
    vec3(-0.248, 0.0, 0.004),
];

/// Rest positions of the joints in the world, metres.
#[must_use]
pub fn rest_positions() -> [Vec3; JOINT_COUNT] {
    let mut positions_m = REST_OFFSETS_M;
    for joint in 1..JOINT_COUNT {
        let parent = PARENTS[joint].expect("only the pelvis has no parent");
        positions_m[joint] += positions_m[parent];
    }
    positions_m
}

/// Which names the joints carry in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum NameStyle {
    /// SMPL: `Pelvis`, `L_Hip`, …
    #[default]
    Smpl,
    /// Mixamo: `mixamorig:Hips`, `mixamorig:LeftUpLeg`, …
    Mixamo,
    /// Unreal mannequin: `pelvis`, `thigh_l`, … under a bone `root` that carries the ground motion.
    Unreal,
}

impl NameStyle {
    /// The joint names of this style, in SMPL order, without Mixamo's prefix.
    #[must_use]
    pub fn joint_names(self) -> &'static [&'static str; JOINT_COUNT] {
        match self {
            Self::Smpl => &[
                "Pelvis",
                "L_Hip",
                "R_Hip",
                "Spine1",
                "L_Knee",
                "R_Knee",
                "Spine2",
                "L_Ankle",
                "R_Ankle",
                "Spine3",
                "L_Foot",
                "R_Foot",
                "Neck",
                "L_Collar",
                "R_Collar",
                "Head",
                "L_Shoulder",
                "R_Shoulder",
                "L_Elbow",
                "R_Elbow",
                "L_Wrist",
                "R_Wrist",
            ],
            Self::Mixamo => &[
                "Hips",
                "LeftUpLeg",
                "RightUpLeg",
                "Spine",
                "LeftLeg",
                "RightLeg",
                "Spine1",
                "LeftFoot",
                "RightFoot",
                "Spine2",
                "LeftToeBase",
                "RightToeBase",
                "Neck",
                "LeftShoulder",
                "RightShoulder",
                "Head",
                "LeftArm",
                "RightArm",
                "LeftForeArm",
                "RightForeArm",
                "LeftHand",
                "RightHand",
            ],
            Self::Unreal => &[
                "pelvis",
                "thigh_l",
                "thigh_r",
                "spine_01",
                "calf_l",
                "calf_r",
                "spine_02",
                "foot_l",
                "foot_r",
                "spine_03",
                "ball_l",
                "ball_r",
                "neck_01",
                "clavicle_l",
                "clavicle_r",
                "head",
                "upperarm_l",
                "upperarm_r",
                "lowerarm_l",
                "lowerarm_r",
                "hand_l",
                "hand_r",
            ],
        }
    }

    /// Whether a skeleton of this style usually has a bone `root` that carries the ground motion.
    #[must_use]
    pub fn has_root_bone(self) -> bool {
        self == Self::Unreal
    }

    /// What stands before each name in a file.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Mixamo => "mixamorig:",
            Self::Smpl | Self::Unreal => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_come_before_children() {
        for (joint, parent) in PARENTS.iter().enumerate().skip(1) {
            assert!(parent.expect("joint has a parent") < joint);
        }
    }

    #[test]
    fn the_rest_pose_stands_on_the_floor_and_is_symmetric() {
        let rest_m = rest_positions();
        for (joint, mirrored) in MIRRORED.iter().enumerate() {
            let expected = rest_m[*mirrored] * vec3(-1.0, 1.0, 1.0);
            assert!(rest_m[joint].distance(expected) < 1e-6);
        }
        let toe_m = rest_m[Joint::LFoot as usize].y;
        assert!(toe_m > 0.0 && toe_m < 0.04, "toe joint at {toe_m} m");
    }
}
