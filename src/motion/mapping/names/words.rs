//! What the parts of the body are called, in many programs' words.

use super::said::{Said, Side};

/// The pelvis, in the order in which names are taken.
pub(super) const HIPS: &[&str] = &["hips", "pelvis", "hip", "lowerbody", "center", "cog", "waist"];
/// What stands on the ground above the pelvis.
pub(super) const GROUND: &[&str] = &["root", "armature", "reference", "ground", "trajectory"];
/// The neck; of several, the lowest.
pub(super) const NECK: &[&str] = &["neck", "neck1", "necklower", "lowerneck", "necktwist1"];
/// The head.
pub(super) const HEAD: &[&str] = &["head", "head1"];
/// Neck and head of Rigify, which counts on from the spine.
pub(super) const SPINE_UP_TO_HEAD: [&str; 2] = ["spine4", "spine6"];

/// The thigh.
pub(super) const THIGH: &[&str] =
    &["upleg", "upperleg", "thigh", "hip", "legupper", "femur", "thighbend", "thighstretch", "uleg", "upperleg1", "legupper1"];
/// The shin. A "leg" is one where nothing else is called so.
pub(super) const SHIN: &[&str] =
    &["knee", "lowerleg", "lowleg", "shin", "calf", "leglower", "tibia", "legstretch", "lleg", "lowerleg1", "leglower1", "leg"];
/// What else a thigh is called, where the shin is no "leg".
pub(super) const LEG: &[&str] = &["leg"];
/// The ankle.
pub(super) const ANKLE: &[&str] = &["ankle"];
/// The ankle where nothing says so.
pub(super) const FOOT: &[&str] = &["foot", "foot1"];
/// The toes beside an ankle; the end of the foot stands for them where there are none.
pub(super) const TOES_OF_ANKLE: &[&str] =
    &["toebase", "toe", "toes", "toe0", "toes1", "toe1", "toe11", "forefoot", "ball", "foot", "ankleend"];
/// The toes beside a foot.
pub(super) const TOES_OF_FOOT: &[&str] =
    &["toebase", "toes", "toe", "ball", "toe0", "toes1", "toe1", "toe11", "forefoot", "foot2", "metatarsals", "metatarsal", "footend"];
/// The upper arm.
pub(super) const UPPER_ARM: &[&str] =
    &["upperarm", "arm", "uparm", "shldr", "armupper", "uarm", "humerus", "shldrbend", "armstretch", "upperarm1", "armupper1"];
/// The collar bone beside an upper arm.
pub(super) const COLLAR: &[&str] = &["collar", "clavicle", "shoulder", "shoulder1"];
/// The forearm.
pub(super) const FOREARM: &[&str] =
    &["forearm", "lowerarm", "lowarm", "elbow", "armlower", "farm", "radius", "forearmbend", "forearmstretch", "lowerarm1", "armlower1"];
/// The wrist.
pub(super) const WRIST: &[&str] = &["hand", "wrist", "hand1"];

/// Whether a limb is called so.
pub(super) fn is_limb(word: &str) -> bool {
    let limbs = [THIGH, SHIN, ANKLE, FOOT, TOES_OF_ANKLE, TOES_OF_FOOT, UPPER_ARM, COLLAR, FOREARM, WRIST];
    limbs.iter().any(|words| words.contains(&word)) || word == "shoulder"
}

/// The joints of Japanese models (MikuMikuDance), which have a sign for the side in front.
const JAPANESE: [(&str, &str); 21] = [
    ("センター", "center"),
    ("腰", "waist"),
    ("下半身", "lowerbody"),
    ("上半身", "spine"),
    ("首", "neck"),
    ("頭", "head"),
    ("肩", "collar"),
    ("腕", "upperarm"),
    ("ひじ", "forearm"),
    ("肘", "forearm"),
    ("手首", "hand"),
    ("足", "thigh"),
    ("もも", "thigh"),
    ("太もも", "thigh"),
    ("ひざ", "shin"),
    ("膝", "shin"),
    ("すね", "shin"),
    ("足首", "foot"),
    ("つま先", "toe"),
    ("爪先", "toe"),
    ("足先EX", "toe"),
];

/// What a Japanese name says; nothing where it is none.
pub(super) fn translated(name: &str) -> Option<Said> {
    let name = name.trim().trim_end_matches(|letter: char| letter.is_ascii_digit() || matches!(letter, '_' | '.'));
    let (side, word) = match name.chars().next()? {
        '左' => (Side::Left, name.trim_start_matches('左')),
        '右' => (Side::Right, name.trim_start_matches('右')),
        _ => (Side::Middle, name),
    };
    let (_, word) = JAPANESE.iter().find(|(japanese, _)| *japanese == word)?;
    Some(Said { side, word: (*word).to_owned() })
}
