//! Which joint of a foreign skeleton plays which part, told from its names: CMU, HDM05, Bandai Namco, Poser/Daz, Biovision,
//! Mixamo, VRM, SMPL and Unreal styles.

use crate::motion::{JOINT_COUNT, Joint};
use std::collections::HashMap;

/// Left, right or the middle of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Side {
    Left,
    Right,
    Middle,
}

/// The source joint that plays each SMPL-22 part, if any; the three spine joints are left to the hierarchy.
pub(super) fn parts(names: &[String]) -> [Option<usize>; JOINT_COUNT] {
    let mut by_word: HashMap<(Side, String), usize> = HashMap::new();
    for (index, name) in names.iter().enumerate() {
        by_word.entry(side_and_word(name)).or_insert(index);
    }
    let find = |side: Side, words: &[&str]| words.iter().find_map(|word| by_word.get(&(side, (*word).to_owned())).copied());

    use Joint::*;
    let mut parts = [None; JOINT_COUNT];
    parts[Pelvis as usize] = find(Side::Middle, &["hips", "pelvis", "hip"]);
    parts[Neck as usize] = find(Side::Middle, &["neck", "neck01", "neck1"]);
    parts[Head as usize] = find(Side::Middle, &["head"]);
    let sides = [
        (Side::Left, [LHip, LKnee, LAnkle, LFoot, LCollar, LShoulder, LElbow, LWrist]),
        (Side::Right, [RHip, RKnee, RAnkle, RFoot, RCollar, RShoulder, RElbow, RWrist]),
    ];
    for (side, [hip, knee, ankle, toe, collar, shoulder, elbow, wrist]) in sides {
        let mut set = |joint: Joint, words: &[&str]| {
            parts[joint as usize] = find(side, words);
            parts[joint as usize].is_some()
        };
        set(hip, &["upleg", "upperleg", "thigh", "hip"]);
        set(knee, &["knee", "leg", "lowerleg", "lowleg", "shin", "calf"]);
        // "Foot" is the ankle, except beside a joint that says "ankle" (SMPL).
        // Where there is no toe, the end of the foot stands for it.
        if set(ankle, &["ankle"]) {
            set(toe, &["toebase", "toe", "toes", "foot", "ankleend"]);
        } else {
            set(ankle, &["foot"]);
            set(toe, &["toebase", "toes", "toe", "ball", "footend"]);
        }
        // "Shoulder" is the collar bone where an upper arm has a name of its own (Mixamo, VRM), else the shoulder itself (SMPL).
        if set(shoulder, &["arm", "upperarm", "uparm", "shldr"]) {
            set(collar, &["collar", "clavicle", "shoulder"]);
        } else {
            set(shoulder, &["shoulder"]);
            set(collar, &["collar", "clavicle"]);
        }
        set(elbow, &["forearm", "lowerarm", "lowarm", "elbow"]);
        set(wrist, &["hand", "wrist"]);
    }
    parts
}

/// Splits a joint name into its side and the bare, lower-case word: `mixamorig:LeftUpLeg` → (Left, `upleg`).
fn side_and_word(name: &str) -> (Side, String) {
    let name = name.rsplit([':', '|']).next().unwrap_or(name);
    let name = name.strip_prefix("J_Bip_").unwrap_or(name);
    let lower = name.to_lowercase();
    let bare = |word: &str| word.chars().filter(char::is_ascii_alphanumeric).collect::<String>();

    for (word, side) in [("left", Side::Left), ("right", Side::Right)] {
        if let Some(rest) = lower.strip_prefix(word).or_else(|| lower.strip_suffix(word)) {
            return (side, bare(rest));
        }
    }
    for (letter, side) in [('l', Side::Left), ('r', Side::Right), ('c', Side::Middle)] {
        let separated = |rest: &str| rest.starts_with(['_', '.', ' ', '-']);
        if let Some(rest) = lower.strip_prefix(letter).filter(|rest| separated(rest)) {
            return (side, bare(rest));
        }
        let mut ending = lower.chars().rev();
        if ending.next() == Some(letter) && ending.next().is_some_and(|c| "_. -".contains(c)) {
            return (side, bare(&lower[..lower.len() - 2]));
        }
        // `rShldr`: a small letter and then a capital.
        let mut start = name.chars();
        if start.next() == Some(letter) && start.next().is_some_and(|c| c.is_ascii_uppercase()) {
            return (side, bare(&lower[1..]));
        }
    }
    (Side::Middle, bare(&lower))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(names: &[&str]) -> [Option<usize>; JOINT_COUNT] {
        parts(&names.iter().map(ToString::to_string).collect::<Vec<_>>())
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
            let parts = found(names);
            let joints = [Joint::LCollar, Joint::LShoulder, Joint::LAnkle, Joint::LFoot];
            for (index, joint) in joints.into_iter().enumerate() {
                assert_eq!(parts[joint as usize], Some(index), "{style} {joint:?}");
            }
        }
    }

    #[test]
    fn daz_names_with_a_small_letter_are_sided() {
        let parts = found(&["hip", "lThigh", "lShin", "lFoot", "rShldr", "rForeArm", "rHand", "lowerBack"]);
        assert_eq!(parts[Joint::Pelvis as usize], Some(0));
        assert_eq!(parts[Joint::LHip as usize], Some(1));
        assert_eq!(parts[Joint::LAnkle as usize], Some(3));
        assert_eq!(parts[Joint::RShoulder as usize], Some(4));
    }
}
