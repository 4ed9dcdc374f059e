//! A data set on disk: clips as 272 features with captions, split into train, validation and test.
//!
//! The folder has the published layout (`docs/representation.md`, Data sets). [`Dataset`] reads any such folder, the published one
//! included. A clip that cannot be read is an error of that clip, in one line that names the file: callers leave it out and say so.

mod build;
mod error;
mod layout;
mod rewrites;
mod sheet;
mod statistics;
mod summary;
mod words;

pub use build::{BuildOptions, BuildReport, Figures, PerformerRule, Reason, Stage, build};
pub use error::DatasetError;
pub use layout::{GENERATOR_FRAMES, Layout, Purpose, Split, TOKENIZER_FRAMES};
pub use rewrites::{RewriteReport, rewrite};
pub use sheet::{ContactSheet, thumbnails};
pub use summary::{Histogram, PartSummary, Summary, summarise};
pub use words::swap_sides;

use crate::formats;
use crate::model::{FileSource, Statistics};
use crate::motion::Features;
use crate::motion::features::ROW;
use std::collections::HashSet;
use std::path::{Path, PathBuf};

/// A data set's folder, open for reading.
#[derive(Clone, Debug)]
pub struct Dataset {
    layout: Layout,
}

impl Dataset {
    /// Opens a folder of the published layout. Nothing is read yet but the folder's entries.
    ///
    /// # Errors
    /// There is no such folder, or it holds no motions.
    pub fn open(root: &Path) -> Result<Self, DatasetError> {
        let motions = root.join("motion_data/vector_272");
        match motions.metadata() {
            Ok(found) if found.is_dir() => Ok(Self { layout: Layout::new(root) }),
            Ok(_) => Err(DatasetError::malformed(&motions, "a file where a folder should be", "make the data set again")),
            Err(source) => Err(DatasetError::Read { path: motions, source }),
        }
    }

    /// Where its files lie.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The data set's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        self.layout.root()
    }

    /// Names of the clips of a split, in the list's order, each once. The published tokenizer split has no list of all: there it is
    /// the three parts one after the other.
    ///
    /// # Errors
    /// The list cannot be read, or a line of it cannot be the name of a clip.
    pub fn names(&self, purpose: Purpose, split: Split) -> Result<Vec<String>, DatasetError> {
        let path = self.layout.split(purpose, split);
        if split == Split::All && !path.is_file() {
            let parts = Split::PARTS.map(|part| self.names(purpose, part));
            let mut seen = HashSet::new();
            let names: Vec<Vec<String>> = parts.into_iter().collect::<Result<_, _>>()?;
            return Ok(names.into_iter().flatten().filter(|name| seen.insert(name.clone())).collect());
        }
        let text = layout::read_text(&path)?;
        let mut seen = HashSet::new();
        let mut names = Vec::new();
        for name in layout::lines(&text) {
            layout::check_name(name).map_err(|cause| DatasetError::malformed(&path, cause, "list relative names, one a line"))?;
            if seen.insert(name) {
                names.push(name.to_owned());
            }
        }
        Ok(names)
    }

    /// The features of a clip as stored, not normalised.
    ///
    /// # Errors
    /// The file cannot be read or does not hold finite numbers of shape `[frames, 272]`.
    pub fn features(&self, name: &str) -> Result<Features, DatasetError> {
        Ok(formats::read_features(&self.path_of(name, Layout::motion)?)?)
    }

    /// The original captions of a clip, at least one. Lines of HumanML3D's kind (`caption#words#from#to`) give their caption.
    ///
    /// # Errors
    /// The file cannot be read or holds no caption.
    pub fn captions(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        let path = self.path_of(name, Layout::texts)?;
        let captions = captions_of(&layout::read_text(&path)?);
        if captions.is_empty() {
            return Err(DatasetError::malformed(&path, "no caption", "write one caption a line, or leave out the clip"));
        }
        Ok(captions)
    }

    /// Captions that were made from the original ones, by word lists and by a language model; none where nothing was made.
    ///
    /// # Errors
    /// A file is there but cannot be read.
    pub fn augmented_captions(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        let mut captions = Vec::new();
        for of in [Layout::augmented_texts, Layout::rewritten_texts] {
            let path = self.path_of(name, of)?;
            if path.is_file() {
                captions.extend(captions_of(&layout::read_text(&path)?));
            }
        }
        Ok(captions)
    }

    /// Mean and deviation with which features are normalised.
    ///
    /// # Errors
    /// The files cannot be read or are no statistics of 272 features.
    pub fn statistics(&self) -> Result<Statistics, DatasetError> {
        let [mean, std] = ["mean", "std"].map(|which| FileSource::Path(self.layout.statistics(which)));
        Ok(Statistics::load(&mean, &std, ROW)?)
    }

    fn path_of(&self, name: &str, of: impl Fn(&Layout, &str) -> PathBuf) -> Result<PathBuf, DatasetError> {
        let help = "use the names of the split's list";
        layout::check_name(name).map_err(|cause| DatasetError::malformed(self.root(), cause, help))?;
        Ok(of(&self.layout, name))
    }
}

/// The captions in a text file's contents: the part of each line before the first `#`, where it holds letters.
fn captions_of(text: &str) -> Vec<String> {
    let captions = layout::lines(text).filter_map(|line| line.split('#').next()).map(error::one_line);
    captions.filter(|caption| caption.chars().any(char::is_alphanumeric)).collect()
}
