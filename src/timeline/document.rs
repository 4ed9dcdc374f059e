//! The document: all takes, and the arrangement of clips with its undo.

use super::arrangement::{Arrangement, ListedTake};
use super::edit::{Edit, EditError};
use super::undo::UndoHistory;
use super::{Take, TakeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Takes, clips, and everything that was done to them. Takes only ever come; one that is discarded leaves the list, not the document,
/// until that can no longer be undone.
#[derive(Clone, Debug, Default)]
pub struct Document {
    takes: BTreeMap<TakeId, Arc<Take>>,
    history: UndoHistory,
    next_take: u64,
}

impl Document {
    /// A document as it was stored.
    ///
    /// # Errors
    /// What does not fit together, in words.
    pub fn restored(takes: BTreeMap<TakeId, Arc<Take>>, arrangement: Arrangement) -> Result<Self, String> {
        let next_take = takes.keys().next_back().map_or(0, |id| id.0);
        let document = Self { takes, history: UndoHistory::of(arrangement), next_take };
        document.fault().map_or(Ok(document), Err)
    }

    /// The document without its history, as a file has it: cheap to hold.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let now = self.arrangement();
        let takes = now.take_list.iter().filter_map(|listed| Some((listed.take, Arc::clone(self.takes.get(&listed.take)?))));
        Self { takes: takes.collect(), history: UndoHistory::of(now.clone()), next_take: self.next_take }
    }

    /// The clips, the range and the list of takes.
    #[must_use]
    pub fn arrangement(&self) -> &Arrangement {
        self.history.now()
    }

    /// All takes, also those that only an undo brings back.
    #[must_use]
    pub fn takes(&self) -> &BTreeMap<TakeId, Arc<Take>> {
        &self.takes
    }

    /// Puts a new take at the end of the list. That is no edit: whatever is undone, a take that somebody waited for stays.
    pub fn add(&mut self, take: Take) -> TakeId {
        self.next_take += 1;
        let id = TakeId(self.next_take);
        self.takes.insert(id, Arc::new(take));
        self.history.list_everywhere(ListedTake { take: id, favourite: false });
        id
    }

    /// Does an edit. One that ends a drag of the same thing is part of it.
    ///
    /// # Errors
    /// Why it cannot be done; then nothing has changed.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), EditError> {
        let outcome = self.drag(edit);
        self.release();
        outcome
    }

    /// Live edit while dragging: one undo step as long as the same thing is dragged, until [`Document::release`].
    ///
    /// # Errors
    /// As [`Document::apply`]; the drag goes on.
    pub fn drag(&mut self, edit: &Edit) -> Result<(), EditError> {
        if self.history.drag(edit, &|id| self.takes.get(&id).map(|take| take.motion.len()))? {
            self.free_takes();
        }
        Ok(())
    }

    /// The drag ends. What is back where it was is no change.
    pub fn release(&mut self) {
        self.history.release();
    }

    /// Lets go of the takes that no state shows any more.
    fn free_takes(&mut self) {
        let Self { takes, history, .. } = self;
        let listed: BTreeSet<TakeId> = history.now().take_list.iter().map(|listed| listed.take).collect();
        let has = |state: &Arrangement, id: TakeId| state.take_list.iter().any(|listed| listed.take == id);
        // Most are in the list as it is; only for the others is the past looked through.
        takes.retain(|id, _| listed.contains(id) || history.others().any(|state| has(state, *id)));
    }

    /// Whether there is something to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is something to redo.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// Takes back the latest change; whether there was one.
    pub fn undo(&mut self) -> bool {
        self.history.undo()
    }

    /// Does the change again that was taken back last; whether there was one.
    pub fn redo(&mut self) -> bool {
        self.history.redo()
    }

    /// What is wrong with the document, if anything is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.arrangement().fault(&|id| self.takes.get(&id).map(|take| take.motion.len()))
    }
}
