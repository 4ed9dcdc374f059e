//! Looking up models: built in, in the models' folder, or in any folder.

use std::path::{Component, Path, PathBuf};

use super::bundled::{built_in, is_built_in};
use super::error::{Error, Result};
use crate::model::{ModelConfig, Source};

/// One model that can be used, or a folder that only looks like one.
#[derive(Debug)]
pub struct Listing {
    /// The name to ask for.
    pub name: String,
    /// Where its files are.
    pub source: Source,
    /// What it says about itself, or why it cannot be read.
    pub config: Result<ModelConfig>,
}

/// Where models are installed: `$ZOETROPE_MODELS`, else a folder in the user's data. It need not exist.
///
/// # Errors
/// If the system names no folder for the user's data.
pub fn models_folder() -> Result<PathBuf> {
    match std::env::var_os("ZOETROPE_MODELS") {
        Some(folder) if !folder.is_empty() => Ok(folder.into()),
        _ => Ok(directories::ProjectDirs::from("", "", "zoetrope").ok_or(Error::NoFolder)?.data_dir().join("models")),
    }
}

/// Where the engine keeps what it found out about this machine's graphics devices; nothing if the system has no place for it.
#[must_use]
pub fn tuning_file() -> Option<PathBuf> {
    Some(directories::ProjectDirs::from("", "", "zoetrope")?.cache_dir().join("tuning.json"))
}

/// All installed models by name, the built-in ones first. Folders without a `model.json` are no models.
pub fn list() -> Vec<Listing> {
    let listing = |name: String, source: Source| {
        let file = source.file("model.json");
        let config = file.bytes().and_then(|json| ModelConfig::parse(&json, &file.label())).map_err(Error::from);
        Listing { name, source, config }
    };
    let mut listings: Vec<Listing> = built_in().map(|(name, source)| listing(name.into(), source)).collect();
    let entries = models_folder().ok().and_then(|folder| std::fs::read_dir(folder).ok()).into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| path.join("model.json").is_file()).collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        // The import's own unfinished folders are hidden; the built-in models cannot be replaced.
        if !name.starts_with('.') && !is_built_in(&name) {
            listings.push(listing(name, Source::Folder(folder)));
        }
    }
    listings
}

/// The model of this name, or in this folder: some are built in, a name with a slash is a folder, other names are looked up among
/// the installed models and then in the working folder.
///
/// # Errors
/// [`Error::Unknown`], with the names that would do.
pub fn find(name: impl AsRef<Path>) -> Result<Source> {
    let name = name.as_ref();
    if let Some((_, source)) = built_in().find(|(built_in, _)| name == Path::new(built_in)) {
        return Ok(source);
    }
    let folder = models_folder();
    let is_plain = name.to_str().is_some_and(is_plain_name);
    let installed = folder.as_ref().ok().filter(|_| is_plain).map(|folder| folder.join(name));
    let is_model = |path: &PathBuf| path.join("model.json").is_file();
    match [installed, Some(PathBuf::from(name))].into_iter().flatten().find(is_model) {
        Some(path) => Ok(Source::Folder(path)),
        None => {
            let names: Vec<_> = list().into_iter().map(|listing| listing.name).collect();
            let help = format!("there is {}; import another with `zoetrope models import`", names.join(", "));
            Err(Error::Unknown { name: name.display().to_string(), folder: folder.unwrap_or_default(), help })
        }
    }
}

/// Removes an installed model from the disk.
///
/// # Errors
/// The built-in models, names that are not in the models' folder, and what the system refuses.
pub fn remove(name: &str) -> Result<()> {
    let folder = models_folder()?.join(name);
    if is_built_in(name) || !is_plain_name(name) || !folder.join("model.json").is_file() {
        let help = "choose one of the installed models; the built-in ones are a part of the program".to_owned();
        return Err(Error::Unknown { name: name.into(), folder: models_folder()?, help });
    }
    // It is gone at once, or not at all: half a model would be listed as a broken one.
    let going = folder.with_file_name(format!(".removed-{name}"));
    let failed = |cause| Error::File { what: "remove the model", cause, path: folder.clone() };
    if going.exists() {
        std::fs::remove_dir_all(&going).map_err(failed)?;
    }
    std::fs::rename(&folder, &going).map_err(failed)?;
    std::fs::remove_dir_all(&going).map_err(failed)
}

/// Where a new model of this name goes: a name with a slash is a folder, others go to the models' folder.
pub(super) fn target(name: &str) -> Result<PathBuf> {
    if is_plain_name(name) {
        return if is_built_in(name) { Err(Error::BadName(name.into())) } else { Ok(models_folder()?.join(name)) };
    }
    let path = Path::new(name);
    if path.components().count() < 2 || path.file_name().is_none() {
        return Err(Error::BadName(name.into()));
    }
    Ok(path.into())
}

/// One visible path component that stays where it is put.
#[must_use]
pub fn is_plain_name(name: &str) -> bool {
    let mut components = Path::new(name).components();
    let one = matches!((components.next(), components.next()), (Some(Component::Normal(part)), None) if part == name);
    one && !name.starts_with('.') && !name.contains(['\\', '\0', '\n'])
}
