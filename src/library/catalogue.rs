//! The models that can be had elsewhere: `models/catalogue.json`, compiled in.

use std::path::PathBuf;

use serde::Deserialize;

use super::error::{Error, Result};
use super::installed::models_folder;

const CATALOGUE: &str = include_str!("../../models/catalogue.json");

/// Something that can be fetched: files of one origin under one licence.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Offer {
    /// The name to ask for.
    pub name: String,
    /// What it is, in a few words.
    pub what: String,
    /// The licence in short.
    pub licence: String,
    /// What a user has to know about it.
    pub licence_note: String,
    /// A page that says more, and where the licence stands.
    pub about: String,
    /// The address that the files' names are appended to; none if the authors name no public one.
    pub base: Option<String>,
    /// The files.
    pub files: Vec<RemoteFile>,
}

/// A file that can be fetched.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct RemoteFile {
    /// Its plain name, here and there.
    pub name: String,
    /// Its exact length, where known.
    pub bytes: Option<u64>,
    /// Its length to two or three digits, where that is all that is known.
    pub about_bytes: Option<u64>,
    /// Its checksum in hexadecimal digits, where known.
    pub sha256: Option<String>,
}

impl Offer {
    /// About how much there is to fetch, in bytes; files of unknown length count nothing.
    pub fn about_bytes(&self) -> u64 {
        self.files.iter().filter_map(|file| file.bytes.or(file.about_bytes)).sum()
    }

    /// The folder that its files are fetched into, in the models' folder.
    ///
    /// # Errors
    /// If the system names no folder for the user's data.
    pub fn folder(&self) -> Result<PathBuf> {
        Ok(models_folder()?.join("downloads").join(&self.name))
    }
}

/// Everything that can be fetched.
///
/// # Errors
/// Never in a released program: its own list is damaged.
pub fn offers() -> Result<Vec<Offer>> {
    serde_json::from_str(CATALOGUE).map_err(|cause| Error::Catalogue(cause.to_string()))
}

/// The offer of this name.
///
/// # Errors
/// [`Error::NoOffer`], with the names that would do.
pub fn offer(name: &str) -> Result<Offer> {
    let offers = offers()?;
    let names: Vec<String> = offers.iter().map(|offer| offer.name.clone()).collect();
    offers.into_iter().find(|offer| offer.name == name).ok_or_else(|| Error::NoOffer { name: name.into(), known: names.join(", ") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_offer_has_a_licence_and_plain_file_names() {
        for offer in offers().expect("the catalogue") {
            assert!(!offer.licence.is_empty() && offer.about.starts_with("https://"), "{}", offer.name);
            assert!(offer.base.as_ref().is_none_or(|base| base.starts_with("https://") && base.ends_with('/')), "{}", offer.name);
            for file in &offer.files {
                assert!(!file.name.contains(['/', '\\']) && !file.name.starts_with('.'), "{}", file.name);
            }
        }
    }
}
