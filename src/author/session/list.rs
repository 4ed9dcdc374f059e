//! The list of takes: choosing, searching, favourites, and making one again.

use super::{Effect, Session, Showing};
use crate::author::toast::ToastKind;
use crate::timeline::{Edit, Take, TakeId};
use std::sync::Arc;

/// A take in the list.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// Its number.
    pub id: TakeId,
    /// The take.
    pub take: &'a Arc<Take>,
    /// Whether the user likes it.
    pub favourite: bool,
    /// Whether it goes on from another motion.
    pub continued: bool,
}

impl Entry<'_> {
    /// Whether every word of `search` is in its prompt.
    fn has_words(&self, search: &str) -> bool {
        let prompt = self.take.provenance.prompt().to_lowercase();
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
    /// The takes in the list, oldest first.
    pub fn takes(&self) -> impl Iterator<Item = Entry<'_>> {
        self.document.arrangement().shelf.iter().filter_map(|shelved| {
            let take = self.document.takes().get(&shelved.take)?;
            let continued = take.provenance.is_continued();
            Some(Entry { id: shelved.take, take, favourite: shelved.favourite, continued })
        })
    }

    /// Number of takes in the list.
    #[must_use]
    pub fn take_count(&self) -> usize {
        self.document.arrangement().shelf.len()
    }

    /// The take at a place of the list.
    #[must_use]
    pub fn take_at(&self, index: usize) -> Option<Entry<'_>> {
        self.takes().nth(index)
    }

    /// The takes that the list shows, with their places.
    pub fn listed(&self) -> impl Iterator<Item = (usize, Entry<'_>)> {
        let filter = &self.filter;
        self.takes().enumerate().filter(|(_, entry)| (!filter.favourites || entry.favourite) && entry.has_words(&filter.search))
    }

    /// Place in the list of the take that the stage shows alone.
    #[must_use]
    pub fn shown_index(&self) -> Option<usize> {
        let Showing::Take(id) = self.showing else { return None };
        self.takes().position(|entry| entry.id == id)
    }

    pub(super) fn select(&mut self, index: usize) {
        if let Some(id) = self.take_at(index).map(|entry| entry.id) {
            self.show_take(id);
        }
    }

    pub(super) fn show_take(&mut self, id: TakeId) {
        let frames = self.document.takes().get(&id).map_or(0, |take| take.motion.len());
        self.showing = Showing::Take(id);
        self.player.open(frames, false, 0.0);
        self.player.set_range(None);
        self.unwatch();
    }

    pub(super) fn remove(&mut self, index: usize) {
        let Some(id) = self.take_at(index).map(|entry| entry.id) else { return };
        if !self.edit(&Edit::Discard(id)) || !matches!(self.showing, Showing::Take(shown) if shown == id) {
            return;
        }
        match self.take_count().checked_sub(1) {
            Some(last) => self.select(index.min(last)),
            None => self.show_something(),
        }
    }

    pub(super) fn favourite(&mut self, index: usize, favourite: bool) {
        if let Some(id) = self.take_at(index).map(|entry| entry.id) {
            self.edit(&Edit::Favourite { take: id, favourite });
        }
    }

    pub(super) fn remove_sliding(&mut self, index: usize) -> Vec<Effect> {
        let Some(take) = self.take_at(index).map(|entry| Arc::clone(entry.take)) else { return Vec::new() };
        self.errands += 1;
        vec![Effect::RemoveSliding(take)]
    }

    /// A take has lost its sliding, or not. It becomes the newest one.
    pub fn sliding_removed(&mut self, outcome: Result<Take, String>) {
        self.errands = self.errands.saturating_sub(1);
        match outcome {
            Ok(take) => {
                let id = self.add_take(take);
                self.unwatch();
                self.show_take(id);
            }
            Err(message) => self.toasts.add(ToastKind::Error, message),
        }
    }
}

/// A seed that looks unrelated to this one, and is always the same one (a multiplicative hash, short enough to read out).
#[must_use]
pub fn another_seed(seed: u64) -> u64 {
    (seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) % 10_000
}
