//! A rig: joints with names, parents and rest transforms, as many as there are. Flat arrays, parents before children.
//!
//! Lengths are in whatever unit the rig has. Scales of joints are not kept: readers work them into the translations. Not here: which joint
//! plays which part of a body ([`super::mapping`]), meshes.

mod track;

pub use track::RigMotion;

use super::skeleton::{JOINT_COUNT, Joint, NameStyle, PARENTS, REST_OFFSETS_M};
use glam::{Quat, Vec3};

/// Names, parents and rest transforms of joints.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rig {
    names: Vec<String>,
    parents: Vec<Option<usize>>,
    rest_translations: Vec<Vec3>,
    rest_rotations: Vec<Quat>,
    /// What its file says of parts of the body, as far as it does.
    told: Vec<(Joint, usize)>,
    /// What the user decided about parts of the body.
    decided: Vec<Decision>,
}

/// What the user decided about a part of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The part.
    pub part: Joint,
    /// The joint that plays it, or that none does.
    pub joint: Option<usize>,
    /// Whether it stands whatever the file says.
    pub over_file: bool,
}

/// One pose of a rig.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RigPose {
    /// Parent-relative translations `[joints]`, in the rig's unit.
    pub translations: Vec<Vec3>,
    /// Parent-relative unit rotations `[joints]`.
    pub rotations: Vec<Quat>,
}

/// Where the joints of a rig are: `world_from_joint` of each, the rig's unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RigWorld {
    /// Positions `[joints]`.
    pub positions: Vec<Vec3>,
    /// Unit rotations `[joints]`.
    pub rotations: Vec<Quat>,
}

impl Rig {
    /// Our own skeleton with joints named in a style and these places in the rest pose, each relative to its parent.
    #[must_use]
    pub fn ours(style: NameStyle, rest_offsets: &[Vec3; JOINT_COUNT]) -> Self {
        let mut rig = Self::default();
        for (joint, name) in style.joint_names().iter().enumerate() {
            rig.push(&format!("{}{name}", style.prefix()), PARENTS[joint], rest_offsets[joint], Quat::IDENTITY);
        }
        rig
    }

    /// Our own skeleton in metres, with SMPL's names.
    #[must_use]
    pub fn canonical() -> Self {
        Self::ours(NameStyle::Smpl, &REST_OFFSETS_M)
    }

    /// Adds a joint with its parent-relative rest transform; its index.
    ///
    /// # Panics
    /// Where the parent is not there yet: parents come before children.
    pub fn push(&mut self, name: &str, parent: Option<usize>, rest_translation: Vec3, rest_rotation: Quat) -> usize {
        let joint = self.names.len();
        assert!(parent.is_none_or(|parent| parent < joint), "joint {joint} comes before its parent");
        self.names.push(name.to_owned());
        self.parents.push(parent);
        self.rest_translations.push(rest_translation);
        self.rest_rotations.push(rest_rotation);
        joint
    }

    /// Number of joints.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there are no joints.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Names `[joints]`.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// Parents `[joints]`.
    #[must_use]
    pub fn parents(&self) -> &[Option<usize>] {
        &self.parents
    }

    /// Parent-relative rest translations `[joints]`.
    #[must_use]
    pub fn rest_translations(&self) -> &[Vec3] {
        &self.rest_translations
    }

    /// Parent-relative rest rotations `[joints]`.
    #[must_use]
    pub fn rest_rotations(&self) -> &[Quat] {
        &self.rest_rotations
    }

    /// Another rest place of a joint, relative to its parent.
    pub fn set_rest_translation(&mut self, joint: usize, translation: Vec3) {
        self.rest_translations[joint] = translation;
    }

    /// Another rest rotation of a joint, relative to its parent.
    pub fn set_rest_rotation(&mut self, joint: usize, rotation: Quat) {
        self.rest_rotations[joint] = rotation;
    }

    /// The first joint of this name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|other| other == name)
    }

    /// The file says that a joint plays this part of the body, whatever it is called.
    pub fn tell(&mut self, part: Joint, joint: usize) {
        self.told.push((part, joint));
    }

    /// What the file says of parts of the body: the parts, and the joints that play them.
    #[must_use]
    pub fn told(&self) -> &[(Joint, usize)] {
        &self.told
    }

    /// The user decides which joint plays this part of the body, or that none does; whatever the file says, or where it says nothing.
    pub fn decide(&mut self, part: Joint, joint: Option<usize>, over_file: bool) {
        self.decided.push(Decision { part, joint, over_file });
    }

    /// The same without what the user decided.
    #[must_use]
    pub fn undecided(mut self) -> Self {
        self.decided.clear();
        self
    }

    /// What the user decided.
    #[must_use]
    pub fn decided(&self) -> &[Decision] {
        &self.decided
    }

    /// The joints that hang on a joint.
    pub fn children(&self, joint: usize) -> impl Iterator<Item = usize> + '_ {
        (joint + 1..self.len()).filter(move |&child| self.parents[child] == Some(joint))
    }

    /// The joints above a joint, nearest first.
    pub fn ancestors(&self, joint: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(self.parents[joint], |&joint| self.parents[joint])
    }

    /// The rest pose, parent-relative.
    #[must_use]
    pub fn rest(&self) -> RigPose {
        RigPose { translations: self.rest_translations.clone(), rotations: self.rest_rotations.clone() }
    }

    /// Where the joints are in the rest pose.
    #[must_use]
    pub fn rest_world(&self) -> RigWorld {
        self.world(&self.rest_translations, &self.rest_rotations)
    }

    /// Forward kinematics of parent-relative translations and rotations `[joints]`.
    #[must_use]
    pub fn world(&self, translations: &[Vec3], rotations: &[Quat]) -> RigWorld {
        let mut world = RigWorld { positions: translations.to_vec(), rotations: rotations.to_vec() };
        for (joint, parent) in self.parents.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            world.positions[joint] = world.positions[parent] + world.rotations[parent] * translations[joint];
            world.rotations[joint] = (world.rotations[parent] * rotations[joint]).normalize();
        }
        world
    }

    /// Where the joints are with these `world_from_joint` rotations and the rest translations.
    #[must_use]
    pub fn posed(&self, world_rotations: Vec<Quat>) -> RigWorld {
        let mut world = RigWorld { positions: self.rest_translations.clone(), rotations: world_rotations };
        for (joint, parent) in self.parents.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            world.positions[joint] = world.positions[parent] + world.rotations[parent] * self.rest_translations[joint];
        }
        world
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::{Pose, rest_positions};
    use std::f32::consts::FRAC_PI_2;

    #[test]
    fn the_canonical_rig_rests_where_our_skeleton_does_and_moves_as_it_does() {
        let rig = Rig::canonical();
        assert_eq!(rig.rest_world().positions, rest_positions());
        let mut pose = Pose::REST;
        for (joint, local) in pose.local.iter_mut().enumerate() {
            *local = Quat::from_rotation_x(0.1 * joint as f32) * Quat::from_rotation_z(-0.2);
        }
        let mut translations = rig.rest_translations().to_vec();
        translations[0] = pose.root_m;
        let world = rig.world(&translations, &pose.local);
        for (joint, position_m) in pose.world().positions_m.into_iter().enumerate() {
            assert!(world.positions[joint].distance(position_m) < 1e-5, "{:?}", Joint::ALL[joint]);
        }
    }

    #[test]
    fn rest_rotations_turn_what_hangs_on_a_joint() {
        let mut rig = Rig::default();
        let root = rig.push("root", None, Vec3::Y, Quat::from_rotation_z(FRAC_PI_2));
        let tip = rig.push("tip", Some(root), Vec3::X, Quat::IDENTITY);
        assert!(rig.rest_world().positions[tip].distance(2.0 * Vec3::Y) < 1e-6);
    }

    #[test]
    fn joints_are_found_by_name_with_what_hangs_on_them_and_what_they_hang_on() {
        let rig = Rig::ours(NameStyle::Mixamo, &REST_OFFSETS_M);
        let spine = rig.find("mixamorig:Spine2").expect("the chest");
        assert_eq!(rig.children(spine).collect::<Vec<_>>(), [Joint::Neck, Joint::LCollar, Joint::RCollar].map(|joint| joint as usize));
        assert_eq!(rig.ancestors(spine).collect::<Vec<_>>(), [Joint::Spine2, Joint::Spine1, Joint::Pelvis].map(|joint| joint as usize));
        assert_eq!(rig.find("tail"), None);
    }

    #[test]
    #[should_panic(expected = "comes before its parent")]
    fn a_child_before_its_parent_is_a_mistake() {
        Rig::default().push("hand", Some(3), Vec3::ZERO, Quat::IDENTITY);
    }
}
