//! Which clips are selected: what keys act on, and the inspector shows.

use super::{Session, Showing};
use crate::timeline::ClipId;

impl Session {
    /// Whether a clip is selected.
    #[must_use]
    pub fn is_selected(&self, clip: ClipId) -> bool {
        self.selection.contains(&clip)
    }

    /// Place of the clip that was selected last: what the inspector shows.
    #[must_use]
    pub fn selected_clip(&self) -> Option<usize> {
        let id = self.selection.last()?;
        self.clips().iter().position(|clip| clip.id == *id)
    }

    /// Number of selected clips.
    #[must_use]
    pub fn selected_count(&self) -> usize {
        self.selection.len()
    }

    pub(super) fn select_clip(&mut self, place: usize) {
        let Some(id) = self.clips().get(place).map(|clip| clip.id) else { return };
        self.selection = vec![id];
        self.selected();
    }

    pub(super) fn select_also(&mut self, place: usize) {
        let Some(id) = self.clips().get(place).map(|clip| clip.id) else { return };
        if self.is_selected(id) {
            self.selection.retain(|other| *other != id);
        } else {
            self.selection.push(id);
        }
        self.selected();
    }

    pub(super) fn select_to(&mut self, place: usize) {
        let Some(last) = self.clips().len().checked_sub(1) else { return };
        let place = place.min(last);
        let from = self.selected_clip().unwrap_or(place);
        // The one that was selected last stays that, so that the next one counts from it too.
        let rest = (from.min(place)..=from.max(place)).filter(|other| *other != from);
        self.selection = rest.chain([from]).map(|place| self.document.arrangement().clips[place].id).collect();
        self.selected();
    }

    pub(super) fn select_all(&mut self) {
        self.selection = self.clips().iter().map(|clip| clip.id).collect();
        self.selected();
    }

    pub(super) fn select_none(&mut self) {
        self.selection.clear();
        self.selected();
    }

    /// Who selects a clip wants to see it.
    fn selected(&mut self) {
        self.inspect();
        if matches!(self.showing, Showing::Take(_) | Showing::Nothing | Showing::Row(_)) && !self.selection.is_empty() {
            self.show_timeline(0.0);
            self.player.pause();
            self.unwatch();
        }
    }
}
