//! Reading a rigged character from any file that has one.

use super::error::{Fault, FormatError};
use super::format::Format;
use super::rigged::ReadCharacter;
use super::{fbx, file, glb, own};
use crate::body::Character;
use crate::motion::mapping::{Mapping, Presets};
use std::path::Path;

/// The rigged character of a `.glb`, `.gltf`, `.vrm` or `.fbx` file.
///
/// # Errors
/// The file cannot be read, is of another kind, or its contents are damaged, too large or without a skeleton.
pub fn read_character(path: &Path) -> Result<ReadCharacter, FormatError> {
    let format = Format::readable(path)?;
    let bytes = file::load(path)?;
    let found = match format {
        Format::Glb | Format::Vrma => glb::character(path, &bytes),
        Format::Fbx => fbx::character(path, &bytes),
        Format::Bvh | Format::Usd | Format::Npz | Format::Npy => {
            Err(Fault::new("a motion without a character", "choose a .glb, .gltf, .vrm or .fbx file with a rigged character"))
        }
    };
    found.map_err(|fault| fault.while_reading(path))
}

/// Whether files of this name can hold a rigged character, by their ending.
#[must_use]
pub fn may_hold_character(path: &Path) -> bool {
    matches!(Format::readable(path), Ok(Format::Glb | Format::Fbx))
}

/// The rigged character of a file, as one whose joints are found, by what users decided about them first.
///
/// # Errors
/// As [`read_character`], and where its joints make no human.
pub fn read_humanoid(path: &Path, presets: &Presets) -> Result<(Character, ReadCharacter), FormatError> {
    let mut read = read_character(path)?;
    let decided = own::decided(&mut read.rig, presets);
    read.notes.extend(decided);
    let meshes = std::mem::take(&mut read.meshes);
    let mapping = Mapping::of(&read.rig).map_err(|error| Fault::new(error.to_string(), own::way_out(&error)).while_reading(path))?;
    Ok((Character::new(mapping, meshes), read))
}
