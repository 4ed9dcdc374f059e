//! Clips as motion tokens, kept in a file of the run: a training that goes on does not encode them again.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use super::error::{Result, TrainError};
use crate::model::MotionTokenizer;
use crate::model::learn::write_whole;

/// A motion tokenizer that remembers what it made of clips, by their numbers and its own: no entry can be out of date.
pub struct Tokens<'t> {
    tokenizer: &'t MotionTokenizer,
    fingerprint: u64,
    path: PathBuf,
    known: BTreeMap<String, Vec<u32>>,
    used: HashSet<String>,
    /// Clips that were not in the file.
    encoded: usize,
}

impl<'t> Tokens<'t> {
    /// Takes up a file if it is there; a damaged one is made anew. `fingerprint` tells one tokenizer from another.
    #[must_use]
    pub fn open(tokenizer: &'t MotionTokenizer, fingerprint: u64, path: &Path) -> Self {
        let known = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
        Self { tokenizer, fingerprint, path: path.to_owned(), known, used: HashSet::new(), encoded: 0 }
    }

    /// The size of the codebook.
    #[must_use]
    pub fn codes(&self) -> usize {
        self.tokenizer.fsq().codes()
    }

    /// Clips that had to be encoded.
    #[must_use]
    pub fn encoded(&self) -> usize {
        self.encoded
    }

    /// The tokens of a clip's normalised features, flat.
    ///
    /// # Errors
    /// Fewer frames than a token has.
    pub fn of(&mut self, normalised: &[f32]) -> Result<Vec<u32>> {
        let mut hasher = DefaultHasher::new();
        self.fingerprint.hash(&mut hasher);
        normalised.iter().for_each(|value| value.to_bits().hash(&mut hasher));
        let key = format!("{:016x}", hasher.finish());
        let codes = self.codes() as u32;
        // What is no code of this tokenizer comes from a damaged file.
        let tokens = match self.known.get(&key).filter(|tokens| !tokens.is_empty() && tokens.iter().all(|&token| token < codes)) {
            Some(tokens) => tokens.clone(),
            None => {
                self.encoded += 1;
                self.tokenizer.encode_frames(normalised)?
            }
        };
        self.known.insert(key.clone(), tokens.clone());
        self.used.insert(key);
        Ok(tokens)
    }

    /// Writes the file, without what was not asked for. Nothing is written where nothing is new.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&mut self) -> Result<()> {
        if self.encoded == 0 {
            return Ok(());
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(TrainError::write(folder))?;
        self.known.retain(|key, _| self.used.contains(key));
        let json = serde_json::to_vec(&self.known).map_err(|cause| TrainError::write(&self.path)(cause.into()))?;
        Ok(write_whole(&self.path, |part| fs::write(part, json))?)
    }
}
