//! Mapping presets: what a user decided about the joints of a rig, and which rigs that is about.
//!
//! A joint is told by its name; where several have one name, by as much of the way to it from above as tells them apart
//! (`arm.L/hand`), and where names say nothing by its number (`#17`). A rig is the one that was meant where all of its joints of the
//! body are there, below the same others: what else hangs on it (fingers, hair, ends, a mesh) does not matter.

use crate::motion::rig::Rig;
use crate::motion::skeleton::{JOINT_COUNT, Joint};
use serde::{Deserialize, Serialize};

/// The parts of a body that a mapping names: ours, apart from the spine between pelvis and chest, which may have any number of joints. From the
/// head down, left before right.
pub const MAPPED: [Joint; JOINT_COUNT - 3] = {
    use Joint::*;
    [
        Head, Neck, LCollar, LShoulder, LElbow, LWrist, RCollar, RShoulder, RElbow, RWrist, Pelvis, LHip, LKnee, LAnkle, LFoot, RHip,
        RKnee, RAnkle, RFoot,
    ]
};

/// Names in the way to a joint at most.
const LONGEST_WAY: usize = 32;

/// What was decided about a part of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresetJoint {
    /// The part.
    pub part: Joint,
    /// The joint that plays it, or that none does.
    pub joint: Option<String>,
    /// Whether that goes against what the rig's file itself says of the part.
    #[serde(default)]
    pub against_file: bool,
}

/// What a user decided about the joints of a rig.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Preset {
    /// What it is called.
    pub name: String,
    /// Which rigs it is about, as [`Preset::fingerprint`] has it; empty where nobody has seen one.
    pub skeleton: String,
    /// The parts that were decided.
    pub joints: Vec<PresetJoint>,
}

/// The presets that readers know of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Presets {
    /// Those that were asked for: they decide on every rig that has their joints, whatever its file says.
    pub asked: Vec<Preset>,
    /// Those that were kept, which decide on the rigs that they are about; the first one that fits does.
    pub kept: Vec<Preset>,
}

impl Preset {
    /// The preset of these decisions on a rig: parts, and the joints that play them or that none does.
    #[must_use]
    pub fn of(name: &str, rig: &Rig, decided: &[(Joint, Option<usize>)]) -> Self {
        let told = |part: Joint| rig.told().iter().find(|(told, _)| *told == part).map(|(_, joint)| *joint);
        let joint = |&(part, joint): &(Joint, Option<usize>)| PresetJoint {
            part,
            joint: joint.map(|joint| way_to(rig, joint)),
            against_file: told(part).is_some_and(|told| joint != Some(told)),
        };
        Self { name: name.to_owned(), skeleton: Self::fingerprint(rig, decided), joints: decided.iter().map(joint).collect() }
    }

    /// What tells a rig from others: the names from each of these joints up to the pelvis, in 16 hexadecimal digits.
    #[must_use]
    pub fn fingerprint(rig: &Rig, decided: &[(Joint, Option<usize>)]) -> String {
        let pelvis = decided.iter().find(|(part, _)| *part == Joint::Pelvis).and_then(|(_, joint)| *joint);
        // FNV-1a.
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut add = |text: &str| {
            for byte in text.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        let mut decided: Vec<_> = decided.iter().filter_map(|(part, joint)| Some((*part as usize, (*joint)?))).collect();
        decided.sort_unstable();
        for (part, joint) in decided {
            add(Joint::ALL[part].name());
            for joint in std::iter::once(joint).chain(rig.ancestors(joint)) {
                add(&rig.names()[joint]);
                if Some(joint) == pelvis {
                    break;
                }
            }
        }
        format!("{hash:016x}")
    }

    /// The joints of a rig that it decides on; `Err` is the first one that the rig has not.
    ///
    /// # Errors
    /// The name of a joint that the rig has not.
    pub fn joints_of(&self, rig: &Rig) -> Result<Vec<(Joint, Option<usize>)>, String> {
        let find = |decided: &PresetJoint| match &decided.joint {
            Some(way) => joint_at(rig, way).map(|joint| (decided.part, Some(joint))).ok_or_else(|| way.clone()),
            None => Ok((decided.part, None)),
        };
        self.joints.iter().map(find).collect()
    }

    /// Whether a rig is one that it is about.
    #[must_use]
    pub fn is_about(&self, rig: &Rig) -> bool {
        self.joints_of(rig).is_ok_and(|decided| Self::fingerprint(rig, &decided) == self.skeleton)
    }
}

impl Presets {
    /// None.
    pub const NONE: Self = Self { asked: Vec::new(), kept: Vec::new() };

    /// The first preset that fits a rig.
    #[must_use]
    pub fn fitting(&self, rig: &Rig) -> Option<&Preset> {
        let asked = self.asked.iter().find(|preset| preset.joints_of(rig).is_ok());
        asked.or_else(|| self.kept.iter().find(|preset| preset.is_about(rig)))
    }

    /// Has the first preset that fits decide on a rig; answers what it is called.
    pub fn decide(&self, rig: &mut Rig) -> Option<&str> {
        let preset = self.fitting(rig)?;
        let is_asked = self.asked.iter().any(|asked| std::ptr::eq(asked, preset));
        for ((part, joint), decision) in preset.joints_of(rig).ok()?.into_iter().zip(&preset.joints) {
            rig.decide(part, joint, is_asked || decision.against_file);
        }
        Some(&preset.name)
    }
}

/// What a joint is called where it is to be told from all others: its name, with as much of the way to it as is needed.
#[must_use]
pub fn way_to(rig: &Rig, joint: usize) -> String {
    let mut way = rig.names()[joint].clone();
    for above in rig.ancestors(joint).take(LONGEST_WAY) {
        if joint_at(rig, &way) == Some(joint) {
            return way;
        }
        way = format!("{}/{way}", rig.names()[above]);
    }
    if joint_at(rig, &way) == Some(joint) { way } else { format!("#{joint}") }
}

/// The first joint at the end of such a way.
#[must_use]
pub fn joint_at(rig: &Rig, way: &str) -> Option<usize> {
    let numbered = || way.strip_prefix('#')?.parse().ok().filter(|joint| *joint < rig.len());
    (0..rig.len()).find(|joint| leads_to(rig, *joint, way)).or_else(numbered)
}

fn leads_to(rig: &Rig, joint: usize, way: &str) -> bool {
    let mut rest = way;
    for joint in std::iter::once(joint).chain(rig.ancestors(joint)) {
        let name = rig.names()[joint].as_str();
        if rest == name {
            return true;
        }
        match rest.strip_suffix(name).and_then(|rest| rest.strip_suffix('/')) {
            Some(above) => rest = above,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::mapping::{FoundBy, Mapping, find_parts};
    use crate::motion::skeleton::REST_OFFSETS_M;
    use glam::{Quat, Vec3};

    /// Our skeleton with names that say nothing, and a plume.
    fn nameless(plume: bool) -> Rig {
        let ours = Rig::canonical();
        let mut rig = Rig::default();
        rig.push("scene", None, Vec3::ZERO, Quat::IDENTITY);
        for (joint, offset) in REST_OFFSETS_M.into_iter().enumerate() {
            let parent = ours.parents()[joint].map_or(0, |parent| parent + 1);
            rig.push(&format!("node_{}", 3 * joint), Some(parent), offset, Quat::IDENTITY);
        }
        if plume {
            rig.push("plume", Some(16), Vec3::Y * 0.1, Quat::IDENTITY);
        }
        rig
    }

    fn decided(swap: bool) -> Vec<(Joint, Option<usize>)> {
        let mut decided: Vec<_> = MAPPED.into_iter().map(|joint| (joint, Some(joint as usize + 1))).collect();
        if swap {
            decided.iter_mut().find(|(part, _)| *part == Joint::Head).expect("a head").1 = None;
        }
        decided
    }

    #[test]
    fn a_preset_decides_on_rigs_with_the_same_bones_whatever_else_hangs_on_them() {
        let preset = Preset::of("robot", &nameless(false), &decided(true));
        let presets = Presets { kept: vec![preset], ..Presets::default() };
        let mut rig = nameless(true);
        assert_eq!(presets.decide(&mut rig), Some("robot"));
        let found = find_parts(&rig);
        assert_eq!(found[Joint::LKnee as usize].map(|found| (found.joint, found.by)), Some((Joint::LKnee as usize + 1, FoundBy::Preset)));
        assert_eq!(found[Joint::Head as usize], None, "it was decided that none plays it");
        assert!(Mapping::of(&rig).is_ok());
        // The same names on other bones are another skeleton.
        let mut other = Rig::default();
        for name in nameless(true).names() {
            other.push(name, other.len().checked_sub(1), Vec3::Y, Quat::IDENTITY);
        }
        assert_eq!(presets.decide(&mut other), None);
    }

    #[test]
    fn what_the_file_says_comes_first_unless_the_user_has_seen_it() {
        let mut rig = nameless(false);
        let (left, right) = (Joint::LKnee as usize + 1, Joint::RKnee as usize + 1);
        let kept = |rig: &Rig| Presets { kept: vec![Preset::of("robot", rig, &decided(false))], ..Presets::default() };
        let unaware = kept(&rig);
        rig.tell(Joint::LKnee, right);
        rig.tell(Joint::RKnee, left);
        let knee = |presets: &Presets| {
            let mut rig = rig.clone();
            presets.decide(&mut rig).expect("a preset");
            find_parts(&rig)[Joint::LKnee as usize].map(|found| (found.joint, found.by))
        };
        assert_eq!(knee(&unaware), Some((right, FoundBy::File)));
        assert_eq!(knee(&kept(&rig)), Some((left, FoundBy::Preset)));
        let asked = Presets { asked: unaware.kept, kept: Vec::new() };
        assert_eq!(knee(&asked), Some((left, FoundBy::Preset)));
    }

    #[test]
    fn joints_of_one_name_are_told_by_the_way_to_them() {
        let mut rig = Rig::default();
        let root = rig.push("root", None, Vec3::ZERO, Quat::IDENTITY);
        let arms = ["left", "right"].map(|side| {
            let arm = rig.push(side, Some(root), Vec3::Y, Quat::IDENTITY);
            rig.push("hand", Some(arm), Vec3::Y, Quat::IDENTITY)
        });
        assert_eq!(arms.map(|hand| way_to(&rig, hand)), ["hand", "right/hand"]);
        let twins = [0, 1].map(|_| rig.push("", Some(arms[0]), Vec3::Y, Quat::IDENTITY));
        assert_eq!(twins.map(|twin| joint_at(&rig, &way_to(&rig, twin))), twins.map(Some));
        assert_eq!(joint_at(&rig, "up/hand"), None);
    }
}
