//! More animations in the user's own FBX file, which else stays as it is: properties of objects that are not touched keep their bytes.
//!
//! The file has to be binary and of version 7, what all programs have written since 2011; it becomes 7.4. Any other is left to [`super::encode`],
//! which writes the character anew.

mod bare;
mod moves;
mod pictures;

use super::animation;
use super::binary::{self, Node};
use super::document::Objects;
use super::read::{scene, skeleton};
use crate::formats::error::Fault;
use crate::formats::rigged::metres_per_unit;
use crate::formats::unique::UniqueNames;
use crate::formats::writing::{Contents, NamedClip};
use moves::Moves;
use std::path::Path;

/// Room for the ids of what is added.
const MOST_ADDED: i64 = 1 << 40;

/// The bytes of the file at `path` with one more animation for each of these motions of its own rig in metres, with its meshes or without;
/// none where the file is of another kind.
pub(in crate::formats) fn onto(path: &Path, bytes: &[u8], clips: &[NamedClip], contents: Contents) -> Result<Option<Vec<u8>>, Fault> {
    let scene = scene::open(bytes, scene::Wanted::AsItIs)?;
    let Some(mut document) = binary::decode(bytes) else { return Ok(None) };
    let skeleton = skeleton::of(&scene)?;
    let is_same = |clip: &NamedClip| skeleton.rig.names() == clip.clip.rig.names() && skeleton.rig.parents() == clip.clip.rig.parents();
    if !clips.iter().all(is_same) {
        return Err(Fault::new("a character that has changed since it was read", "choose the character again"));
    }
    let objects = document.iter().filter(|top| top.name() == "Objects").flat_map(Node::children);
    let last_id = objects.filter_map(Node::id).max().unwrap_or_default();
    let Some(moves) = Moves::of(&scene, &skeleton, metres_per_unit(&skeleton.rig)).filter(|_| last_id < i64::MAX - MOST_ADDED) else {
        return Ok(None);
    };
    if contents == Contents::Character {
        pictures::take_in(&mut document, path);
    } else {
        bare::strip(&mut document);
    }
    let mut names = UniqueNames::default();
    scene.anim_stacks.iter().for_each(|stack| drop(names.take(stack.element.name.to_string())));
    let mut added = Objects::after(last_id.max(0));
    let stacks: Vec<_> = clips.iter().map(|clip| animation::add(&mut added, &mut names, clip, &moves.tracks(&clip.clip))).collect();
    added.enter(&mut document, &stacks, clips.first().map(|clip| clip.clip.fps).unwrap_or_default());
    binary::encode(&document).map(Some)
}
