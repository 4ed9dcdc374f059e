//! Saving: one file after the other, and over nothing that somebody else has written.

use crate::author::file_index::FileIndex;
use crate::body::CharacterChoice;
use crate::files::Stamp;
use crate::timeline::Document;
use std::collections::VecDeque;
use std::path::{Path, PathBuf};

/// A project file that is to be written.
#[derive(Clone, Debug)]
pub(super) struct Saving {
    /// The document it was asked for.
    pub(super) number: u64,
    pub(super) document: Box<Document>,
    pub(super) character: CharacterChoice,
    pub(super) path: PathBuf,
    pub(super) over: Over,
    /// What the document's file has already.
    pub(super) index: FileIndex,
}

/// What a save may replace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// Whatever is there: the user has seen it.
    Anything,
    /// Nothing, or the file as this window left it.
    Known(Option<Stamp>),
}

/// What became of a save.
#[derive(Clone, Copy, Debug)]
pub(super) enum Saved {
    /// The file is written.
    Done(Option<Stamp>),
    /// The file is not the one that this window opened or saved: somebody else has written it. It is as it was.
    Changed,
}

impl Saving {
    /// Writes the file, over what may be replaced.
    pub(super) fn write(&self) -> Result<Saved, String> {
        let there = Stamp::of(&self.path);
        if let Over::Known(known) = self.over
            && there.is_some()
            && there != known
        {
            return Ok(Saved::Changed);
        }
        self.index.save(&self.path, &self.document, &self.character)?;
        Ok(Saved::Done(Stamp::of(&self.path)))
    }
}

/// Project files to be written; the first is being written.
#[derive(Debug, Default)]
pub(super) struct Saves(VecDeque<Saving>);

impl Saves {
    /// One more. Answers whether it can be written now. Of those that wait for the same file only the latest counts.
    pub(super) fn add(&mut self, saving: Saving) -> bool {
        self.0.push_back(saving);
        let last = self.0.len() - 1;
        let of = |saving: &Saving| (saving.number, saving.path.clone());
        if last > 1 && of(&self.0[last - 1]) == of(&self.0[last]) {
            self.0.remove(last - 1);
        }
        last == 0
    }

    /// The one that is being written, or is to be.
    pub(super) fn first(&self) -> Option<&Saving> {
        self.0.front()
    }

    /// The one that was asked for last.
    pub(super) fn latest(&self) -> Option<&Saving> {
        self.0.back()
    }

    /// The first is over.
    pub(super) fn take_first(&mut self) -> Option<Saving> {
        self.0.pop_front()
    }

    /// A document's file is as it was left now: what waits goes over it.
    pub(super) fn written(&mut self, number: u64, path: &Path, stamp: Option<Stamp>) {
        for waiting in self.0.iter_mut().filter(|waiting| waiting.number == number && is_same(&waiting.path, path)) {
            if let Over::Known(known) = &mut waiting.over {
                *known = stamp;
            }
        }
    }

    /// Forgets what waits for a document's file.
    pub(super) fn forget(&mut self, number: u64, path: &Path) {
        self.0.retain(|waiting| waiting.number != number || waiting.path != path);
    }
}

/// Whether two paths are written differently at most.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    whole(one) == whole(other)
}
