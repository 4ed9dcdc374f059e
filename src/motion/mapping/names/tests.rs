//! Names of many rigs, among the names of their helpers.

use super::*;
use glam::{Quat, Vec3};

fn parts(rig: &Rig) -> [Option<usize>; JOINT_COUNT] {
    found(rig).map(|found| found.map(|found| found.joint))
}

/// A rig of joints with these names and parents.
fn named(names: &[impl AsRef<str>], parents: &[Option<usize>]) -> Rig {
    let mut rig = Rig::default();
    for (name, parent) in names.iter().zip(parents) {
        rig.push(name.as_ref(), *parent, Vec3::ZERO, Quat::IDENTITY);
    }
    rig
}

/// The parts of a chain: names alone matter here.
fn chain(names: &[&str]) -> [Option<usize>; JOINT_COUNT] {
    parts(&named(names, &vec![None; names.len()]))
}

#[test]
fn every_style_finds_its_shoulders_and_feet() {
    let cases: [(&str, &[&str]); 6] = [
        ("mixamo", &["mixamorig:LeftShoulder", "mixamorig:LeftArm", "mixamorig:LeftFoot", "mixamorig:LeftToeBase"]),
        ("smpl", &["L_Collar", "L_Shoulder", "L_Ankle", "L_Foot"]),
        ("unreal", &["clavicle_l", "upperarm_l", "foot_l", "ball_l"]),
        ("vrm", &["J_Bip_L_Shoulder", "J_Bip_L_UpperArm", "J_Bip_L_Foot", "J_Bip_L_ToeBase"]),
        ("bandai namco", &["Shoulder_L", "UpperArm_L", "Foot_L", "Toes_L"]),
        ("biovision", &["LeftCollar", "LeftShoulder", "LeftAnkle", "LeftToe"]),
    ];
    for (style, names) in cases {
        let parts = chain(names);
        let joints = [Joint::LCollar, Joint::LShoulder, Joint::LAnkle, Joint::LFoot];
        for (index, joint) in joints.into_iter().enumerate() {
            assert_eq!(parts[joint as usize], Some(index), "{style} {joint:?}");
        }
    }
}

#[test]
fn daz_names_with_a_small_letter_are_sided() {
    let parts = chain(&["hip", "lThigh", "lShin", "lFoot", "rShldr", "rForeArm", "rHand", "lowerBack"]);
    assert_eq!(parts[Joint::Pelvis as usize], Some(0));
    assert_eq!(parts[Joint::LHip as usize], Some(1));
    assert_eq!(parts[Joint::LAnkle as usize], Some(3));
    assert_eq!(parts[Joint::RShoulder as usize], Some(4));
}

/// A rig's words for hips, neck, head, and of the left side thigh, shin, foot, toes, collar, upper arm, forearm, hand; the other side is
/// made from it.
const RIGS: [(&str, [&str; 11]); 22] = [
    (
        "mixamo",
        [
            "mixamorig:Hips",
            "mixamorig:Neck",
            "mixamorig:Head",
            "mixamorig:LeftUpLeg",
            "mixamorig:LeftLeg",
            "mixamorig:LeftFoot",
            "mixamorig:LeftToeBase",
            "mixamorig:LeftShoulder",
            "mixamorig:LeftArm",
            "mixamorig:LeftForeArm",
            "mixamorig:LeftHand",
        ],
    ),
    (
        "mixamo, numbered",
        [
            "mixamorig7:Hips",
            "mixamorig7:Neck",
            "mixamorig7:Head",
            "mixamorig7:LeftUpLeg",
            "mixamorig7:LeftLeg",
            "mixamorig7:LeftFoot",
            "mixamorig7:LeftToeBase",
            "mixamorig7:LeftShoulder",
            "mixamorig7:LeftArm",
            "mixamorig7:LeftForeArm",
            "mixamorig7:LeftHand",
        ],
    ),
    (
        "mixamo, underscore",
        [
            "mixamorig_Hips",
            "mixamorig_Neck",
            "mixamorig_Head",
            "mixamorig_LeftUpLeg",
            "mixamorig_LeftLeg",
            "mixamorig_LeftFoot",
            "mixamorig_LeftToeBase",
            "mixamorig_LeftShoulder",
            "mixamorig_LeftArm",
            "mixamorig_LeftForeArm",
            "mixamorig_LeftHand",
        ],
    ),
    (
        "mixamo by three.js and Sketchfab",
        [
            "mixamorigHips_01",
            "mixamorigNeck_05",
            "mixamorigHead_06",
            "mixamorigLeftUpLeg_055",
            "mixamorigLeftLeg_056",
            "mixamorigLeftFoot_057",
            "mixamorigLeftToeBase_058",
            "mixamorigLeftShoulder_08",
            "mixamorigLeftArm_09",
            "mixamorigLeftForeArm_010",
            "mixamorigLeftHand_011",
        ],
    ),
    (
        "humanik",
        [
            "Character1_Hips",
            "Character1_Neck",
            "Character1_Head",
            "Character1_LeftUpLeg",
            "Character1_LeftLeg",
            "Character1_LeftFoot",
            "Character1_LeftToeBase",
            "Character1_LeftShoulder",
            "Character1_LeftArm",
            "Character1_LeftForeArm",
            "Character1_LeftHand",
        ],
    ),
    (
        "unity",
        [
            "Hips",
            "Neck",
            "Head",
            "LeftUpperLeg",
            "LeftLowerLeg",
            "LeftFoot",
            "LeftToes",
            "LeftShoulder",
            "LeftUpperArm",
            "LeftLowerArm",
            "LeftHand",
        ],
    ),
    ("unreal", ["pelvis", "neck_01", "head", "thigh_l", "calf_l", "foot_l", "ball_l", "clavicle_l", "upperarm_l", "lowerarm_l", "hand_l"]),
    (
        "vroid",
        [
            "J_Bip_C_Hips",
            "J_Bip_C_Neck",
            "J_Bip_C_Head",
            "J_Bip_L_UpperLeg",
            "J_Bip_L_LowerLeg",
            "J_Bip_L_Foot",
            "J_Bip_L_ToeBase",
            "J_Bip_L_Shoulder",
            "J_Bip_L_UpperArm",
            "J_Bip_L_LowerArm",
            "J_Bip_L_Hand",
        ],
    ),
    (
        "biped",
        [
            "Bip01 Pelvis",
            "Bip01 Neck",
            "Bip01 Head",
            "Bip01 L Thigh",
            "Bip01 L Calf",
            "Bip01 L Foot",
            "Bip01 L Toe0",
            "Bip01 L Clavicle",
            "Bip01 L UpperArm",
            "Bip01 L Forearm",
            "Bip01 L Hand",
        ],
    ),
    (
        "valve",
        [
            "ValveBiped.Bip01_Pelvis",
            "ValveBiped.Bip01_Neck1",
            "ValveBiped.Bip01_Head1",
            "ValveBiped.Bip01_L_Thigh",
            "ValveBiped.Bip01_L_Calf",
            "ValveBiped.Bip01_L_Foot",
            "ValveBiped.Bip01_L_Toe0",
            "ValveBiped.Bip01_L_Clavicle",
            "ValveBiped.Bip01_L_UpperArm",
            "ValveBiped.Bip01_L_Forearm",
            "ValveBiped.Bip01_L_Hand",
        ],
    ),
    (
        "character creator",
        [
            "CC_Base_Hip",
            "CC_Base_NeckTwist01",
            "CC_Base_Head",
            "CC_Base_L_Thigh",
            "CC_Base_L_Calf",
            "CC_Base_L_Foot",
            "CC_Base_L_ToeBase",
            "CC_Base_L_Clavicle",
            "CC_Base_L_Upperarm",
            "CC_Base_L_Forearm",
            "CC_Base_L_Hand",
        ],
    ),
    (
        "daz genesis 3 and 8",
        ["hip", "neckLower", "head", "lThighBend", "lShin", "lFoot", "lToe", "lCollar", "lShldrBend", "lForearmBend", "lHand"],
    ),
    ("daz, small letters", ["hip", "neck", "head", "lthigh", "lshin", "lfoot", "ltoe", "lcollar", "lshldr", "lforearm", "lhand"]),
    ("daz genesis 9", ["hip", "neck1", "head", "l_thigh", "l_shin", "l_foot", "l_toes", "l_shoulder", "l_upperarm", "l_forearm", "l_hand"]),
    (
        "rigify",
        [
            "DEF-hips",
            "DEF-spine.004",
            "DEF-spine.006",
            "DEF-thigh.L",
            "DEF-shin.L",
            "DEF-foot.L",
            "DEF-toe.L",
            "DEF-shoulder.L",
            "DEF-upper_arm.L",
            "DEF-forearm.L",
            "DEF-hand.L",
        ],
    ),
    (
        "auto-rig pro",
        [
            "hips.x",
            "neck.x",
            "head.x",
            "thigh_stretch.l",
            "leg_stretch.l",
            "foot.l",
            "toes_01.l",
            "shoulder.l",
            "arm_stretch.l",
            "forearm_stretch.l",
            "hand.l",
        ],
    ),
    (
        "makehuman",
        [
            "hips",
            "neck01",
            "head",
            "upperleg01.L",
            "lowerleg01.L",
            "foot.L",
            "toe1-1.L",
            "clavicle.L",
            "upperarm01.L",
            "lowerarm01.L",
            "wrist.L",
        ],
    ),
    ("mikumikudance", ["センター", "首", "頭", "左足", "左ひざ", "左足首", "左つま先", "左肩", "左腕", "左ひじ", "左手首"]),
    (
        "mikumikudance, english",
        ["center", "neck", "head", "leg_L", "knee_L", "ankle_L", "toe_L", "shoulder_L", "arm_L", "elbow_L", "wrist_L"],
    ),
    ("optitrack", ["Hip", "Neck", "Head", "LThigh", "LShin", "LFoot", "LToe", "LShoulder", "LUArm", "LFArm", "LHand"]),
    (
        "soma",
        ["Hips", "Neck1", "Head", "LeftLeg", "LeftShin", "LeftFoot", "LeftToeBase", "LeftShoulder", "LeftArm", "LeftForeArm", "LeftHand"],
    ),
    (
        "a studio",
        [
            "C_hips_JNT",
            "C_neck0001_bind_JNT",
            "C_head0001_bind_JNT",
            "L_legUpper0001_bind_JNT",
            "L_legLower0001_bind_JNT",
            "L_foot0001_bind_JNT",
            "L_foot0002_bind_JNT",
            "L_clavicle_bind_JNT",
            "L_armUpper0001_bind_JNT",
            "L_armLower0001_bind_JNT",
            "L_hand0001_bind_JNT",
        ],
    ),
];

/// The same name on the other side.
fn mirrored(name: &str) -> String {
    let begins = [("l_", "r_"), ("L_", "R_"), ("l", "r"), ("L", "R")];
    let holds = [("Left", "Right"), ("左", "右"), ("_L_", "_R_"), (" L ", " R "), (".L", ".R"), (".l", ".r"), ("_L", "_R"), ("_l", "_r")];
    let first = begins[..2].iter().find(|(left, _)| name.starts_with(left));
    let (left, right) =
        first.or_else(|| holds.iter().find(|(left, _)| name.contains(left))).unwrap_or(&begins[2 + usize::from(name.starts_with('L'))]);
    name.replacen(left, right, 1)
}

#[test]
fn every_rig_finds_every_part_on_its_side_among_helpers() {
    use Joint::*;
    let middle = [Pelvis, Neck, Head];
    let sides = [
        [LHip, LKnee, LAnkle, LFoot, LCollar, LShoulder, LElbow, LWrist],
        [RHip, RKnee, RAnkle, RFoot, RCollar, RShoulder, RElbow, RWrist],
    ];
    for (rig, words) in RIGS {
        let left = &words[3..];
        let mut names: Vec<String> = words.iter().map(ToString::to_string).collect();
        names.extend(left.iter().map(|name| mirrored(name)));
        // What is no part: twists, inverse kinematics, ends, fingers.
        names.extend(
            left.iter().flat_map(|name| [format!("{name}_twist"), format!("{name}_IK"), format!("{name}_pole"), format!("{name}Thumb1")]),
        );
        let parts = parts(&named(&names, &vec![None; names.len()]));
        for (at, joint) in middle.into_iter().enumerate() {
            assert_eq!(parts[joint as usize], Some(at), "{rig}: {joint:?} is no {}", names[at]);
        }
        for (side, joints) in sides.into_iter().enumerate() {
            for (at, joint) in joints.into_iter().enumerate() {
                let expected = 3 + side * 8 + at;
                assert_eq!(parts[joint as usize], Some(expected), "{rig}: {joint:?} is no {}", names[expected]);
            }
        }
    }
}

#[test]
fn the_pelvis_carries_arms_and_legs_whatever_is_called_so() {
    let names = ["hip", "pelvis", "lThigh", "rThigh", "abdomen", "lShldr", "rShldr"];
    let parents = [None, Some(0), Some(1), Some(1), Some(0), Some(4), Some(4)];
    let of = |names: &[&str]| parts(&named(names, &parents))[Joint::Pelvis as usize];
    assert_eq!(of(&names), Some(0), "not the lower one of Daz");
    assert_eq!(
        of(&["DEF-spine", "DEF-hips", "DEF-thigh.L", "DEF-thigh.R", "DEF-spine.001", "DEF-upper_arm.L", "DEF-upper_arm.R"]),
        Some(0)
    );
}
