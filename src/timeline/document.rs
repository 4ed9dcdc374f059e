//! The document: all takes, the arrangement of clips, and what undoes and redoes it.

use super::arrangement::{Arrangement, ListedTake};
use super::edit::{Edit, EditError};
use super::{Take, TakeId};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Most changes that can be undone.
const MOST_UNDONE: usize = 1000;

/// Takes, clips, and everything that was done to them. Takes only ever come; one that is discarded leaves the list, not the document,
/// until that can no longer be undone.
#[derive(Clone, Debug, Default)]
pub struct Document {
    takes: BTreeMap<TakeId, Arc<Take>>,
    now: Arrangement,
    /// Older states, the latest last.
    past: Vec<Arrangement>,
    /// Undone states, the next to redo last.
    future: Vec<Arrangement>,
    /// The edit that goes on: a slider in somebody's hand.
    held: Option<Held>,
    next_take: u64,
}

/// A drag that goes on.
#[derive(Clone, Debug)]
struct Held {
    /// The latest of its edits.
    edit: Edit,
    /// Whether it has changed anything: only then is the state before it the latest of the past.
    changed: bool,
}

impl Document {
    /// A document as it was stored.
    ///
    /// # Errors
    /// What does not fit together, in words.
    pub fn restored(takes: BTreeMap<TakeId, Arc<Take>>, arrangement: Arrangement) -> Result<Self, String> {
        let next_take = takes.keys().next_back().map_or(0, |id| id.0);
        let document = Self { takes, now: arrangement, next_take, ..Self::default() };
        document.fault().map_or(Ok(document), Err)
    }

    /// The same without its history, as a file has it: cheap to keep.
    #[must_use]
    pub fn snapshot(&self) -> Self {
        let takes = self.now.take_list.iter().filter_map(|listed| Some((listed.take, Arc::clone(self.takes.get(&listed.take)?))));
        Self { takes: takes.collect(), now: self.now.clone(), next_take: self.next_take, ..Self::default() }
    }

    /// The clips, the range and the list of takes.
    #[must_use]
    pub fn arrangement(&self) -> &Arrangement {
        &self.now
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
        let listed = ListedTake { take: id, favourite: false };
        self.past.iter_mut().chain(&mut self.future).chain([&mut self.now]).for_each(|state| state.take_list.push(listed));
        id
    }

    /// Does an edit. One that ends a drag, because the hand lets go of the same thing with it, is part of it.
    ///
    /// # Errors
    /// Why it cannot be done; then nothing has changed.
    pub fn apply(&mut self, edit: &Edit) -> Result<(), EditError> {
        let outcome = self.drag(edit);
        self.release();
        outcome
    }

    /// Does an edit that goes on while a hand is on it: as long as the same thing is dragged, it is one change for undo.
    ///
    /// # Errors
    /// As [`Document::apply`]; the drag goes on.
    pub fn drag(&mut self, edit: &Edit) -> Result<(), EditError> {
        if self.held.as_ref().is_some_and(|held| !is_one_drag(&held.edit, edit)) {
            self.release();
        }
        let goes_on = self.held.as_ref().is_some_and(|held| held.changed);
        let changed = self.change(edit, goes_on)?;
        self.held = Some(Held { edit: edit.clone(), changed: goes_on || changed });
        Ok(())
    }

    /// Does an edit; as part of the latest change where that `goes_on`. Answers whether anything is different now.
    fn change(&mut self, edit: &Edit, goes_on: bool) -> Result<bool, EditError> {
        let before = self.now.clone();
        self.now.apply(edit, &|id| self.takes.get(&id).map(|take| take.motion.len())).inspect_err(|_| self.now = before.clone())?;
        let changed = self.now != before;
        if changed {
            self.future.clear();
            if !goes_on {
                self.past.push(before);
                let oldest = self.past.len().saturating_sub(MOST_UNDONE);
                self.past.drain(..oldest);
            }
            self.free_takes();
        }
        Ok(changed)
    }

    /// The hand lets go. What it has put back to where it was is no change.
    pub fn release(&mut self) {
        let came_back = self.held.take().is_some_and(|held| held.changed) && self.past.last() == Some(&self.now);
        if came_back {
            self.past.pop();
        }
    }

    /// Lets go of the takes that no state shows any more.
    fn free_takes(&mut self) {
        let Self { takes, now, past, future, .. } = self;
        let listed: BTreeSet<TakeId> = now.take_list.iter().map(|listed| listed.take).collect();
        let has = |state: &Arrangement, id: TakeId| state.take_list.iter().any(|listed| listed.take == id);
        // Most are in the list as it is; only for the others is the past looked through.
        takes.retain(|id, _| listed.contains(id) || past.iter().rev().chain(&*future).any(|state| has(state, *id)));
    }

    /// Whether there is something to undo.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to redo.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Takes back the latest change; whether there was one.
    pub fn undo(&mut self) -> bool {
        self.release();
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.now, before));
        true
    }

    /// Does the change again that was taken back last; whether there was one.
    pub fn redo(&mut self) -> bool {
        self.release();
        let Some(next) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.now, next));
        true
    }

    /// What is wrong with the document, if anything is.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        self.now.fault(&|id| self.takes.get(&id).map(|take| take.motion.len()))
    }
}

/// Whether two edits in a row are the same hand on the same thing.
fn is_one_drag(held: &Edit, edit: &Edit) -> bool {
    match (held, edit) {
        (Edit::Trim { clip: one, .. }, Edit::Trim { clip: other, .. }) => one == other,
        (Edit::Set { clip: one, .. }, Edit::Set { clip: other, .. }) => one == other,
        (Edit::Range(_), Edit::Range(_)) => true,
        (Edit::All(one), Edit::All(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_one_drag(one, other)),
        _ => false,
    }
}
