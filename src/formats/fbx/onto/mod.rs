//! More animations in the user's own FBX file, which else stays as it is: properties of objects that are not touched keep their bytes.
//!
//! The file has to be of version 7, what all programs have written since 2011, binary or as text; it becomes binary, 7.4. Any other is left to
//! [`super::encode`], which writes the character anew.

mod bare;
mod moves;
mod pictures;

use super::animation;
use super::binary::{self, Node};
use super::document::Objects;
use super::read::{scene, skeleton};
use super::text;
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
    let Some(mut document) = binary::decode(bytes).or_else(|| text::decode(bytes)) else { return Ok(None) };
    let skeleton = skeleton::of(&scene)?;
    let is_same = |clip: &NamedClip| skeleton.rig.names() == clip.clip.rig.names() && skeleton.rig.parents() == clip.clip.rig.parents();
    if !clips.iter().all(is_same) {
        return Err(Fault::new("a character that has changed since it was read", "choose the character again"));
    }
    let known = document.iter().filter(|top| matches!(top.name(), "Objects" | "Documents")).flat_map(Node::children);
    let last_id = known.filter_map(Node::id).max().unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::body::Character;
    use crate::formats::writing::WriteOptions;
    use crate::motion::{FPS, Motion, Pose};
    use std::collections::HashSet;

    #[test]
    fn what_is_added_has_ids_and_a_version_that_nothing_else_in_the_file_contradicts() {
        let character = Character::mannequin();
        let clip = || NamedClip {
            name: "still".to_owned(),
            clip: character.follows(&Motion { frames: vec![Pose::REST; 3] }).at_fps(FPS),
            provenance: None,
        };
        let own = fbx_of(&character, &[clip()]);
        let read = skeleton::of(&scene::open(&own, scene::Wanted::AsItIs).expect("a scene")).expect("a skeleton");
        let clip = NamedClip { clip: crate::motion::rig::RigMotion { rig: read.rig, ..clip().clip }, ..clip() };
        let bytes = onto(Path::new("own.fbx"), &own, &[clip], Contents::Character).expect("written").expect("binary");
        let document = binary::decode(&bytes).expect("binary");
        let named = |names: [&'static str; 2]| document.iter().filter(move |top| names.contains(&top.name())).flat_map(Node::children);
        let ids: Vec<i64> = named(["Objects", "Documents"]).filter(|node| node.name() != "Count").filter_map(Node::id).collect();
        assert_eq!(ids.len(), ids.iter().collect::<HashSet<_>>().len(), "ids are there once");
    }

    fn fbx_of(character: &Character, clips: &[NamedClip]) -> Vec<u8> {
        super::super::encode(clips, character, &WriteOptions::default()).expect("a file")
    }
}
