//! Models as the menu shows them: installed ones, and those that can be had.

use crate::library::{self, Listing};
use crate::model::{Memory, Source, free_memory};
use std::path::{Path, PathBuf};

/// An installed model, as the menu shows it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InstalledModel {
    /// The name to choose it by.
    pub name: String,
    /// Its licence in a few words.
    pub licence: String,
    /// How most weights are stored.
    pub precision: String,
    /// All its files, bytes.
    pub disk_bytes: u64,
    /// About what it needs in memory, bytes.
    pub memory_bytes: u64,
    /// Whether it is a part of the program.
    pub built_in: bool,
    /// Why it cannot be used, or needs more memory than is free.
    pub trouble: Option<String>,
}

/// Something that can be fetched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferedModel {
    /// The name to ask for.
    pub name: String,
    /// What it is.
    pub what: String,
    /// The licence in short.
    pub licence: String,
    /// What has to be known about it.
    pub licence_note: String,
    /// A page that says more.
    pub about: String,
    /// Whether its authors name an address to fetch it from.
    pub has_address: bool,
    /// About how much there is to fetch, bytes.
    pub about_bytes: u64,
    /// How many of its files are here.
    pub here: usize,
    /// How many there are.
    pub files: usize,
    /// Where they come to lie.
    pub folder: PathBuf,
}

/// What is installed, and what can be had. Reads files.
pub(super) fn list() -> (Vec<InstalledModel>, Vec<OfferedModel>) {
    let free = free_memory();
    let installed = library::list().into_iter().map(|listing| shown(listing, free)).collect();
    (installed, offers())
}

fn shown(listing: Listing, free: Option<u64>) -> InstalledModel {
    let Listing { name, source, config } = listing;
    let built_in = matches!(source, Source::Embedded(_));
    let sizes = config.and_then(|config| {
        let (footprint, memory) = (library::footprint(&source, &config)?, Memory::of(&source, &config)?);
        Ok((config.licence, footprint, memory))
    });
    match sizes {
        Ok((licence, size, memory)) => InstalledModel {
            trouble: free.and_then(|free| memory.check(free, &name).err()).map(|error| error.to_string()),
            name,
            licence: if licence.is_empty() { "licence unknown".to_owned() } else { licence },
            precision: size.precision.to_owned(),
            disk_bytes: size.disk_bytes,
            memory_bytes: size.memory_bytes,
            built_in,
        },
        Err(error) => InstalledModel { name, built_in, trouble: Some(error.to_string()), ..InstalledModel::default() },
    }
}

fn offers() -> Vec<OfferedModel> {
    let offers = library::offers().unwrap_or_default();
    let shown = offers.into_iter().map(|offer| {
        let folder = offer.folder().unwrap_or_default();
        let is_here = |name: &str| Path::exists(&folder.join(name));
        OfferedModel {
            here: offer.files.iter().filter(|file| is_here(&file.name)).count(),
            files: offer.files.len(),
            about_bytes: offer.about_bytes(),
            has_address: offer.base.is_some(),
            name: offer.name,
            what: offer.what,
            licence: offer.licence,
            licence_note: offer.licence_note,
            about: offer.about,
            folder,
        }
    });
    shown.collect()
}
