//! The user's own character: as an export wears it, and what `inspect` says of its file.

use super::args::CharacterArgs;
use super::error::CliError;
use super::progress::say;
use crate::body::{Character, MannequinLook};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, ReadCharacter};
use crate::motion::mapping::{Mapping, Presets};
use serde_json::json;
use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

/// Who moves: the character of a file, a rigged one or a body of SMPL's kind; the mannequin where it does not look as it comes.
pub(super) fn of(args: &CharacterArgs, presets: &Presets) -> Result<Option<Arc<Character>>, CliError> {
    let look = MannequinLook { color: args.color.unwrap_or(MannequinLook::default().color), build: args.build };
    Ok(match &args.character {
        Some(file) => Some(Arc::new(read(file, args, presets)?)),
        None if look != MannequinLook::default() => Some(Arc::new(Character::mannequin_with(look))),
        None => None,
    })
}

fn read(file: &Path, args: &CharacterArgs, presets: &Presets) -> Result<Character, CliError> {
    let is_rigged = formats::may_hold_character(file);
    let (option, others) = if is_rigged { ("--shape", "bodies of SMPL") } else { ("--fingers", "rigged characters") };
    let is_given = if is_rigged { !args.shape.is_empty() } else { args.fingers.is_some() };
    if is_given {
        return Err(CliError::Usage(format!("{option} is for {others}: leave it out for {}", file.display())));
    }
    if !is_rigged {
        return Ok(formats::read_body_model(file).map_err(CliError::from_below)?.character(&args.shape));
    }
    let (character, read) = formats::read_humanoid(file, presets).map_err(CliError::from_below)?;
    for line in read.rights.iter().chain(&read.notes) {
        say(&one_line(&format!("note: {}: {line}", file.display()), LONGEST_LINE));
    }
    Ok(character.with_fingers(args.fingers.unwrap_or_default()))
}

/// The rigged human of a file that has one: with meshes, or by itself where nothing moves it.
pub(super) fn in_file(file: &Path, presets: &Presets) -> Option<ReadCharacter> {
    let mut read = formats::may_hold_character(file).then(|| formats::read_character(file).ok()).flatten()?;
    presets.decide(&mut read.rig);
    let is_shown = !read.meshes.is_empty() || read.clips.is_empty();
    (is_shown && Mapping::of(&read.rig).is_ok()).then_some(read)
}

struct Figures {
    vertices: usize,
    triangles: usize,
    materials: usize,
    textures: usize,
}

fn figures(read: &ReadCharacter) -> Figures {
    let materials: HashSet<&str> = read.meshes.iter().map(|mesh| mesh.material.name.as_str()).collect();
    let textures = read.meshes.iter().flat_map(|mesh| mesh.material.textures());
    let textures: HashSet<*const _> = textures.map(|texture| Arc::as_ptr(&texture.image)).collect();
    Figures {
        vertices: read.meshes.iter().map(|mesh| mesh.positions_m.len()).sum(),
        triangles: read.meshes.iter().map(|mesh| mesh.triangles.len()).sum(),
        materials: materials.len(),
        textures: textures.len(),
    }
}

/// What is said of it in lines.
pub(super) fn as_text(read: &ReadCharacter) -> String {
    let Figures { vertices, triangles, materials, textures } = figures(read);
    let mut lines = vec![
        format!("character      {} meshes, {vertices} vertices, {triangles} triangles, {} joints", read.meshes.len(), read.rig.len()),
        format!("materials      {materials}, {textures} textures"),
        format!("morphs         {}", read.morphs),
        format!("clips          {}", read.clips.len()),
    ];
    lines.extend(read.rights.iter().map(|line| one_line(line, LONGEST_LINE)));
    lines.join("\n")
}

/// The same as data.
pub(super) fn as_json(read: &ReadCharacter) -> serde_json::Value {
    let Figures { vertices, triangles, materials, textures } = figures(read);
    json!({
        "meshes": read.meshes.len(), "vertices": vertices, "triangles": triangles, "joints": read.rig.len(), "materials": materials,
        "textures": textures, "morphs": read.morphs, "clips": read.clips, "rights": read.rights, "notes": read.notes,
    })
}
