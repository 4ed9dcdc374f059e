//! Motion files as they become takes.

use super::unmapped::Unread;
use crate::formats::{self, ClipChoice, ReadOptions};
use crate::motion::mapping::Presets;
use crate::timeline::{Provenance, Take};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// A motion file that was read.
#[derive(Clone, Debug)]
pub(super) struct ImportedFile {
    pub(super) path: PathBuf,
    /// The animation that was asked for, or the first that moves a body.
    pub(super) take: Take,
    /// What was not as it should be.
    pub(super) notes: Vec<String>,
    /// All animations that move a body, where none was asked for.
    pub(super) clips: Vec<FileClip>,
}

/// One of several animations in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileClip {
    /// Its place in the file, from one.
    pub number: usize,
    /// Its name, or that it is an animation of this number.
    pub name: String,
    /// Its length.
    pub length: Duration,
}

/// Reads animations of a motion file by their numbers from one, or the first that moves a body.
pub(super) fn read(path: &Path, clips: &[usize], presets: &Presets) -> Vec<Result<ImportedFile, Unread>> {
    let read = |clip| read_clip(path, clip, presets).map_err(|message| Unread::of(path, message));
    if clips.is_empty() { vec![read(None)] } else { clips.iter().map(|clip| read(Some(*clip))).collect() }
}

fn read_clip(path: &Path, clip: Option<usize>, presets: &Presets) -> Result<ImportedFile, String> {
    let options = ReadOptions { clip: clip.map(ClipChoice::Numbered), presets: presets.clone(), ..ReadOptions::default() };
    let reading = formats::read_with(path, &options).map_err(|error| error.to_string())?;
    let mut name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if let [_, _, ..] = &reading.animations[..] {
        name = format!("{name}: {}", called(&reading.animations[reading.taken].name, reading.taken + 1));
    }
    let clips = reading.animations.into_iter().zip(1..).filter(|(animation, _)| clip.is_none() && animation.moves);
    let clips = clips.map(|(animation, number)| FileClip {
        number,
        name: called(&animation.name, number),
        length: Duration::try_from_secs_f32(animation.secs).unwrap_or_default(),
    });
    let take = Take { motion: Arc::new(reading.motion), raw: None, provenance: Provenance::of_file(name) };
    Ok(ImportedFile { path: path.to_owned(), take, notes: reading.notes, clips: clips.collect() })
}

/// The name of an animation, or its number where it has none.
fn called(name: &str, number: usize) -> String {
    if name.is_empty() { format!("animation {number}") } else { name.to_owned() }
}
