//! The user's mapping presets: a JSON file each, in a folder beside the settings, easy to read, to mend and to pass on.

use super::error::{Error, Result};
use crate::files::{self, ReadError};
use crate::motion::Joint;
use crate::motion::mapping::{MAPPED, Preset, PresetJoint};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// Larger files are no presets.
const MOST_BYTES: u64 = 1 << 20;
/// So many are looked at.
const MOST_PRESETS: usize = 1000;
/// Letters of a file's name.
const LONGEST_NAME: usize = 60;

/// A preset as its file has it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PresetFile {
    /// What it is called; the file's name where it is left out.
    #[serde(default)]
    name: String,
    /// Which skeletons it is about. Without it the preset is for those who name its file.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    skeleton: String,
    /// Parts of the body by their names in SMPL, and the joints that play them; nobody does where there is null.
    joints: BTreeMap<String, Option<String>>,
    /// Parts that are decided against what the character's file says.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    against_file: BTreeSet<String>,
}

/// Where the presets are kept: a folder in the user's configuration, which need not exist.
#[must_use]
pub fn mappings_folder() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "zoetrope")?.config_dir().join("mappings"))
}

/// The presets of a folder in the order of their files' names, and what is wrong with those that cannot be read.
#[must_use]
pub fn mappings_in(folder: &Path) -> (Vec<Preset>, Vec<Error>) {
    let (mut presets, mut errors) = (Vec::new(), Vec::new());
    for file in files_in(folder) {
        match read_mapping(&file) {
            Ok(preset) => presets.push(preset),
            Err(error) => errors.push(error),
        }
    }
    (presets, errors)
}

/// The preset of a file.
///
/// # Errors
/// The file cannot be read, or is none.
pub fn read_mapping(path: &Path) -> Result<Preset> {
    let bytes = files::read(path, MOST_BYTES).map_err(|error| match error {
        ReadError::Refused(cause) => Error::File { what: "read the mapping", cause, path: path.to_owned() },
        ReadError::NoFile | ReadError::TooLarge => unfit("no mapping preset", path),
    })?;
    let file: PresetFile = serde_json::from_slice(&bytes).map_err(|error| unfit(&format!("no mapping preset ({error})"), path))?;
    let part_of = |name: &str| {
        Joint::try_from(name.to_owned()).ok().filter(|part| MAPPED.contains(part)).ok_or_else(|| {
            let cause = format!("{name:?} is no part of the body that a mapping names");
            Error::Unfit { cause, path: path.to_owned(), help: "use Pelvis, L_Hip, L_Knee, L_Ankle, L_Foot, Neck, Head, L_Collar, L_Shoulder, L_Elbow, L_Wrist and those of the right" }
        })
    };
    let against = file.against_file.iter().map(|name| part_of(name)).collect::<Result<Vec<_>>>()?;
    let mut joints = Vec::new();
    for (name, joint) in file.joints {
        let part = part_of(&name)?;
        joints.push(PresetJoint { part, joint, against_file: against.contains(&part) });
    }
    if joints.is_empty() {
        return Err(unfit("a mapping preset without joints", path));
    }
    joints.sort_by_key(|joint| joint.part as usize);
    let stem = || path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = if file.name.trim().is_empty() { stem() } else { file.name };
    Ok(Preset { name, skeleton: file.skeleton, joints })
}

/// Keeps a preset in a folder, under its name; it takes the place of those about the same skeletons. Answers its file.
///
/// # Errors
/// The folder cannot be written.
pub fn keep_mapping(folder: &Path, preset: &Preset) -> Result<PathBuf> {
    let fail = |what, path: &Path| {
        let path = path.to_owned();
        move |cause: io::Error| Error::File { what, cause, path }
    };
    std::fs::create_dir_all(folder).map_err(fail("make the folder for mappings", folder))?;
    let against = preset.joints.iter().filter(|decided| decided.against_file);
    let file = PresetFile {
        name: preset.name.clone(),
        skeleton: preset.skeleton.clone(),
        joints: preset.joints.iter().map(|decided| (decided.part.into(), decided.joint.clone())).collect(),
        against_file: against.map(|decided| decided.part.into()).collect(),
    };
    let text = serde_json::to_vec_pretty(&file).map_err(|error| unfit(&format!("a mapping that cannot be written ({error})"), folder))?;
    let older: Vec<PathBuf> = files_about(folder, preset);
    let stem = file_name(&preset.name);
    let taken = |path: &PathBuf| path.exists() && !older.contains(path);
    let named = std::iter::once(format!("{stem}.json")).chain((2..).map(|number| format!("{stem}-{number}.json")));
    let path = named.map(|name| folder.join(name)).find(|path| !taken(path)).unwrap_or_else(|| folder.join("mapping.json"));
    files::save(&path, &text).map_err(fail("keep the mapping", &path))?;
    for other in older.iter().filter(|other| **other != path) {
        std::fs::remove_file(other).map_err(fail("replace the mapping", other))?;
    }
    Ok(path)
}

/// The files of a folder with presets about the same skeletons as this one.
fn files_about(folder: &Path, preset: &Preset) -> Vec<PathBuf> {
    let is_about = |path: &PathBuf| !preset.skeleton.is_empty() && read_mapping(path).is_ok_and(|other| other.skeleton == preset.skeleton);
    files_in(folder).into_iter().filter(is_about).collect()
}

/// The files of a folder that may be presets, by name, as many as are looked at.
fn files_in(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    files.sort();
    files.truncate(MOST_PRESETS);
    files
}

fn file_name(name: &str) -> String {
    let letter = |letter: char| if letter.is_alphanumeric() || matches!(letter, '-' | '_') { letter } else { '-' };
    let name: String = name.trim().chars().map(letter).take(LONGEST_NAME).collect();
    let name = name.trim_matches('-');
    if name.is_empty() { "mapping".to_owned() } else { name.to_owned() }
}

fn unfit(cause: &str, path: &Path) -> Error {
    Error::Unfit { cause: cause.to_owned(), path: path.to_owned(), help: "save it again in the mapping editor, or mend the file" }
}
