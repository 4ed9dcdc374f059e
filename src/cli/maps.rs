//! Mapping presets: those that `--map` names, and those that the user keeps.

use super::error::CliError;
use super::progress::say;
use crate::files::{LONGEST_LINE, one_line};
use crate::formats;
use crate::library;
use crate::motion::mapping::Presets;
use std::path::{Path, PathBuf};

/// The presets that decide on the skeletons of these files. Each that was asked for has to fit one of them.
pub(super) fn presets(maps: &[PathBuf], files: &[&Path]) -> Result<Presets, CliError> {
    let (kept, errors) = library::mappings_folder().map(|folder| library::mappings_in(&folder)).unwrap_or_default();
    errors.iter().for_each(|error| say(&one_line(&format!("warning: {error}"), LONGEST_LINE)));
    let mut presets = Presets { asked: Vec::new(), kept };
    for map in maps {
        let preset = library::read_mapping(map).map_err(CliError::from_below)?;
        let mut missing = None;
        let fits = |file: &&Path| match formats::read_rig(file).map(|rig| preset.joints_of(&rig)) {
            Ok(Ok(_)) => true,
            Ok(Err(joint)) => {
                missing.get_or_insert(format!("no joint {joint:?} in {}", file.display()));
                false
            }
            Err(error) => {
                missing.get_or_insert(error.to_string());
                false
            }
        };
        if !files.iter().any(fits) {
            let Some(cause) = missing else {
                return Err(CliError::Usage("--map is for a file that is read or a character: name one with --character".to_owned()));
            };
            return Err(CliError::Failed(format!(
                "{cause}, which the mapping names: {}: `inspect FILE --bones` lists its joints",
                map.display()
            )));
        }
        presets.asked.push(preset);
    }
    Ok(presets)
}
