//! Where things lie in a data set's folder: the published layout (`docs/representation.md`, Data sets), so that the published code can
//! train on it too, and our own records beside it.

use super::error::{DatasetError, printable};
use crate::formats;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Shortest and longest clip that a generator learns from, frames (published: `t2m_60_300`).
pub const GENERATOR_FRAMES: std::ops::RangeInclusive<usize> = 60..=300;
/// Shortest clip that a tokenizer learns from, frames (published: `tokenizer_96`).
pub const TOKENIZER_FRAMES: usize = 96;

/// No list, caption file or record is longer.
const MAX_TEXT_BYTES: u64 = 64 << 20;

/// What clips are learned for: the lengths that fit differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Purpose {
    /// Text to motion: [`GENERATOR_FRAMES`].
    Generator,
    /// The motion tokenizer: [`TOKENIZER_FRAMES`] and more.
    Tokenizer,
}

/// A part of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Split {
    /// To learn from.
    Train,
    /// To choose by.
    Val,
    /// To report.
    Test,
    /// All three.
    All,
}

impl Split {
    /// The three disjoint parts.
    pub const PARTS: [Self; 3] = [Self::Train, Self::Val, Self::Test];

    /// The name of its list, without the ending.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Val => "val",
            Self::Test => "test",
            Self::All => "all",
        }
    }
}

/// Paths of a data set below its folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The layout below a folder.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The data set's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Features of a clip, `[frames, 272]`.
    #[must_use]
    pub fn motion(&self, name: &str) -> PathBuf {
        self.root.join("motion_data/vector_272").join(format!("{name}.npy"))
    }

    /// Captions of a clip, one a line.
    #[must_use]
    pub fn texts(&self, name: &str) -> PathBuf {
        self.root.join("texts").join(format!("{name}.txt"))
    }

    /// Captions made from the original ones, one a line; apart from them, because nobody wrote them looking at the clip.
    #[must_use]
    pub fn augmented_texts(&self, name: &str) -> PathBuf {
        self.root.join("texts_augmented").join(format!("{name}.txt"))
    }

    /// Captions that a language model made from the original ones, one a line.
    #[must_use]
    pub fn rewritten_texts(&self, name: &str) -> PathBuf {
        self.root.join("texts_rewritten").join(format!("{name}.txt"))
    }

    /// What a language model was asked, and what of its answers was kept.
    #[must_use]
    pub(super) fn rewrites(&self) -> PathBuf {
        self.root.join("rewrites.jsonl")
    }

    /// `mean` or `std` of the features.
    #[must_use]
    pub fn statistics(&self, which: &str) -> PathBuf {
        self.root.join("mean_std/vector_272").join(format!("{which}.npy"))
    }

    /// The list of a split's names.
    #[must_use]
    pub fn split(&self, purpose: Purpose, split: Split) -> PathBuf {
        let folder = match purpose {
            Purpose::Generator => "t2m_60_300",
            Purpose::Tokenizer => "tokenizer_96",
        };
        self.root.join("split/version1").join(folder).join(format!("{}.txt", split.name()))
    }

    /// What a build has finished, so that it can go on.
    #[must_use]
    pub(super) fn record(&self) -> PathBuf {
        self.root.join("build.jsonl")
    }

    /// What was left out, with reasons and figures.
    #[must_use]
    pub fn rejected(&self) -> PathBuf {
        self.root.join("rejected.tsv")
    }

    /// Where each clip came from.
    #[must_use]
    pub fn clips(&self) -> PathBuf {
        self.root.join("clips.tsv")
    }
}

/// A text file of bounded length; bytes that are no UTF-8 become marks.
pub(super) fn read_text(path: &Path) -> Result<String, DatasetError> {
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(DatasetError::read(path))?;
    file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes).map_err(DatasetError::read(path))?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        let cause = format!("more than {} MiB of text", MAX_TEXT_BYTES >> 20);
        return Err(DatasetError::malformed(path, cause, "cut it into smaller files"));
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Writes a text, making folders on the way. A kill leaves the old file or the new one.
pub(super) fn write_text(path: &Path, text: &str) -> Result<(), DatasetError> {
    make_folder_of(path)?;
    Ok(formats::write_text(path, text)?)
}

/// Makes the folders above a file.
pub(super) fn make_folder_of(path: &Path) -> Result<(), DatasetError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(DatasetError::write(folder))
}

/// The lines of a text that are not blank, trimmed.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.trim_start_matches('\u{feff}').lines().map(str::trim).filter(|line| !line.is_empty())
}

/// Why a name from a list cannot name a clip: names are relative paths that stay inside the data set.
pub(super) fn check_name(name: &str) -> Result<(), String> {
    let is_part = |part: &str| !part.is_empty() && part != "." && part != "..";
    let is_plain = name.len() <= 512 && !name.chars().any(|c| c.is_control() || matches!(c, '\\' | ':'));
    if is_plain && name.split('/').all(is_part) { Ok(()) } else { Err(format!("\"{}\" cannot name a clip", printable(name))) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_data_set() {
        for good in ["a", "cmu/01_01", "M cmu/01 01", "größe"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in ["", "/etc/passwd", "../x", "a/../../x", "a//b", "C:/x", "a\\b", "a\u{1b}[2J", "./a"] {
            assert!(check_name(bad).is_err(), "{bad}");
        }
    }
}
