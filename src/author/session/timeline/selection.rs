//! Which clips are selected: what keys act on, and the inspector shows.

use super::state::Timeline;
use crate::author::session::view::{View, ViewMode};
use crate::timeline::ClipId;
use serde::{Deserialize, Serialize};

/// What can be done with the selection of clips.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum SelectionAction {
    /// Select the clip at this place of the timeline, from 0, and no other.
    SelectClip(usize),
    /// Select this clip too, or no longer.
    SelectAlso(usize),
    /// Select all clips from the one that was selected last to this one.
    SelectTo(usize),
    /// Select all clips.
    SelectAll,
    /// Select no clip.
    SelectNone,
}

impl Timeline {
    /// Does an action.
    pub(in crate::author::session) fn apply_to_selection(&mut self, action: &SelectionAction, view: &mut View) {
        match *action {
            SelectionAction::SelectClip(place) => self.select_clip(place, view),
            SelectionAction::SelectAlso(place) => self.select_also(place, view),
            SelectionAction::SelectTo(place) => self.select_to(place, view),
            SelectionAction::SelectAll => self.set_selection(self.clips().iter().map(|clip| clip.id).collect(), view),
            SelectionAction::SelectNone => self.set_selection(Vec::new(), view),
        }
    }

    pub(super) fn select_clip(&mut self, place: usize, view: &mut View) {
        let Some(id) = self.clips().get(place).map(|clip| clip.id) else { return };
        self.set_selection(vec![id], view);
    }

    fn select_also(&mut self, place: usize, view: &mut View) {
        let Some(id) = self.clips().get(place).map(|clip| clip.id) else { return };
        let mut selection = self.selection.clone();
        if self.is_selected(id) {
            selection.retain(|other| *other != id);
        } else {
            selection.push(id);
        }
        self.set_selection(selection, view);
    }

    fn select_to(&mut self, place: usize, view: &mut View) {
        let Some(last) = self.clips().len().checked_sub(1) else { return };
        let place = place.min(last);
        let from = self.selected_clip().unwrap_or(place);
        // The one that was selected last stays that, so that the next one counts from it too.
        let rest = (from.min(place)..=from.max(place)).filter(|other| *other != from);
        let selection = rest.chain([from]).map(|place| self.clips()[place].id).collect();
        self.set_selection(selection, view);
    }

    /// Whoever selects a clip wants to see it.
    fn set_selection(&mut self, selection: Vec<ClipId>, view: &mut View) {
        self.selection = selection;
        self.inspect();
        let elsewhere = matches!(view.mode(), ViewMode::Take(_) | ViewMode::Nothing | ViewMode::Comparison(_));
        if elsewhere && !self.selection.is_empty() {
            view.show_timeline(0.0, self);
            view.player.pause();
            view.unwatch();
        }
    }
}
