//! The list of takes: choosing, searching, favourites, and making one again.

use super::{Effect, Session, Showing};
use crate::timeline::Take;

/// A take in the list.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The take.
    pub take: Take,
    /// Whether the user likes it.
    pub favourite: bool,
    /// The take that it goes on from.
    after: Option<Take>,
}

impl Entry {
    /// A take that goes on from another one, or from none.
    #[must_use]
    pub fn new(take: Take, after: Option<Take>) -> Self {
        Self { take, favourite: false, after }
    }

    /// The prompt that made it: of a chain, the last one.
    #[must_use]
    pub fn own_prompt(&self) -> &str {
        let whole = self.take.provenance.prompt.as_str();
        let before = self.after.as_ref().and_then(|take| whole.strip_prefix(take.provenance.prompt.as_str()));
        before.map_or(whole, |rest| rest.trim_start_matches([' ', '→']))
    }

    /// Whether it goes on from another take.
    #[must_use]
    pub fn is_continued(&self) -> bool {
        self.after.is_some()
    }

    /// Whether every word of `search` is in its prompts.
    fn has_words(&self, search: &str) -> bool {
        let prompt = self.take.provenance.prompt.to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| prompt.contains(word))
    }
}

/// What the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words that prompts have to have.
    pub search: String,
    /// Whether only favourites are shown.
    pub favourites: bool,
}

impl Session {
    /// The takes that the list shows, with their places.
    pub fn listed(&self) -> impl Iterator<Item = (usize, &Entry)> {
        let filter = &self.filter;
        self.takes.iter().enumerate().filter(|(_, entry)| (!filter.favourites || entry.favourite) && entry.has_words(&filter.search))
    }

    pub(super) fn select(&mut self, index: usize) {
        let Some(entry) = self.takes.get(index) else { return };
        self.player.open(entry.take.motion.len(), false, 0.0);
        self.showing = Showing::Take(index);
        for job in &mut self.jobs {
            job.watched = false;
        }
    }

    pub(super) fn remove(&mut self, index: usize) {
        if index >= self.takes.len() {
            return;
        }
        self.takes.remove(index);
        if let Showing::Take(shown) = self.showing {
            if shown == index {
                self.showing = Showing::Nothing;
                self.player.open(0, false, 0.0);
                if let Some(last) = self.takes.len().checked_sub(1) {
                    self.select(index.min(last));
                }
            } else if shown > index {
                self.showing = Showing::Take(shown - 1);
            }
        }
    }

    /// The same prompt after the same take with another seed.
    pub(super) fn again(&mut self, index: usize) -> Vec<Effect> {
        let Some(entry) = self.takes.get(index).cloned() else { return Vec::new() };
        self.draft.prompt = entry.own_prompt().to_owned();
        self.draft.seed = another_seed(entry.take.provenance.seed);
        self.generate(entry.after)
    }
}

/// A seed that looks unrelated to this one, and is always the same one (a multiplicative hash, short enough to read out).
#[must_use]
pub fn another_seed(seed: u64) -> u64 {
    (seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % 10_000
}
