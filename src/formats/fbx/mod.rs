//! FBX 7.4: a skinned character, or its bare skeleton, and its animations, in centimetres, Y up.
//!
//! The form of the file is [`binary`]'s; [`document`] has what surrounds the objects. The models stand in the rest pose, which is also the
//! bind pose; their rotations are `Lcl Rotation` alone, in FBX's order 0 (`Rz · Ry · Rx`).

mod animation;
mod binary;
mod document;
mod materials;
mod mesh;
mod onto;
mod read;
mod skeleton;
mod text;

pub(super) use onto::onto;
pub(super) use read::{character, decode, rig};

use super::bones;
use super::error::Fault;
use super::unique::UniqueNames;
use super::writing::{Contents, NamedClip, WriteOptions};
use crate::body::Character;
use document::Objects;
use materials::Materials;
use skeleton::Names;

/// The bytes of an `.fbx` file of motions of the character's own rig, a stack each, with its meshes or without.
pub(super) fn encode(clips: &[NamedClip], character: &Character, options: &WriteOptions) -> Result<Vec<u8>, Fault> {
    let bones = bones::untied(bones::under_one_root(bones::of(character, options.names, options.has_root_bone())));
    let (mut objects, mut names) = (Objects::new(), Names::default());
    let skeleton = skeleton::add(&mut objects, &bones, &mut names);
    let mut meshes = Vec::new();
    if options.contents == Contents::Character {
        let bone_of_joint = bones::of_joints(&bones, character.rig());
        let mut materials = Materials::default();
        for body in character.meshes() {
            meshes.push(mesh::add(&mut objects, &mut materials, body, &skeleton, &bone_of_joint, &mut names));
        }
    }
    skeleton::add_bind_pose(&mut objects, &skeleton, &meshes);
    let mut stack_names = UniqueNames::default();
    let add = |clip| animation::add(&mut objects, &mut stack_names, clip, &animation::tracks(clip, &bones, &skeleton));
    let stacks: Vec<_> = clips.iter().map(add).collect();
    binary::encode(&objects.document(&stacks, clips))
}
