//! The user's own character: as an export wears it, and what `inspect` says of its file.

use super::error::CliError;
use super::progress::say;
use crate::body::Character;
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, ReadCharacter};
use crate::motion::mapping::Mapping;
use serde_json::json;
use std::collections::HashSet;
use std::path::Path;

/// The character of a file: a rigged one, or a body of SMPL's kind with these shape numbers.
pub(super) fn read(file: &Path, shape: &[f32]) -> Result<Character, CliError> {
    if !formats::may_hold_character(file) {
        return Ok(formats::read_body_model(file).map_err(CliError::from_below)?.character(shape));
    }
    if !shape.is_empty() {
        return Err(CliError::Usage(format!("--shape is for bodies of SMPL: leave it out for {}", file.display())));
    }
    let (character, read) = formats::read_humanoid(file).map_err(CliError::from_below)?;
    for line in read.rights.iter().chain(&read.notes) {
        say(&one_line(&format!("note: {}: {line}", file.display()), LONGEST_LINE));
    }
    Ok(character)
}

/// The rigged human of a file that has one: with meshes, or by itself where nothing moves it.
pub(super) fn in_file(file: &Path) -> Option<ReadCharacter> {
    let read = formats::may_hold_character(file).then(|| formats::read_character(file).ok()).flatten()?;
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
    let textures: HashSet<*const _> = textures.map(|texture| std::sync::Arc::as_ptr(&texture.image)).collect();
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
