//! Undo and redo: the arrangement as it is, as it was before each change, and as it was before each undo.

use super::arrangement::{Arrangement, ListedTake};
use super::edit::{Edit, EditError};
use super::take::TakeId;

/// Most changes that can be undone.
const MOST_UNDONE: usize = 1000;

/// An arrangement and its other states.
#[derive(Clone, Debug, Default)]
pub(super) struct UndoHistory {
    now: Arrangement,
    /// Older states, the latest last.
    past: Vec<Arrangement>,
    /// Undone states, the next to redo last.
    future: Vec<Arrangement>,
    /// The drag that goes on.
    held: Option<Held>,
}

/// A drag that goes on.
#[derive(Clone, Debug)]
struct Held {
    /// The latest of its edits.
    edit: Edit,
    /// Whether it has changed anything: only then is the state before it the latest of the past.
    changed: bool,
}

impl UndoHistory {
    /// An arrangement that has no other states.
    pub(super) fn of(now: Arrangement) -> Self {
        Self { now, ..Self::default() }
    }

    /// The arrangement as it is.
    pub(super) fn now(&self) -> &Arrangement {
        &self.now
    }

    /// The states that undo and redo bring back, the latest of the past first.
    pub(super) fn others(&self) -> impl Iterator<Item = &Arrangement> {
        self.past.iter().rev().chain(&self.future)
    }

    /// Puts a take at the end of the list of every state.
    pub(super) fn list_everywhere(&mut self, listed: ListedTake) {
        self.past.iter_mut().chain(&mut self.future).chain([&mut self.now]).for_each(|state| state.take_list.push(listed));
    }

    /// Live edit while dragging: one change as long as the same thing is dragged. `take_frames` knows the
    /// takes. Answers whether anything is different now.
    pub(super) fn drag(&mut self, edit: &Edit, take_frames: &dyn Fn(TakeId) -> Option<usize>) -> Result<bool, EditError> {
        if self.held.as_ref().is_some_and(|held| !is_one_drag(&held.edit, edit)) {
            self.release();
        }
        let goes_on = self.held.as_ref().is_some_and(|held| held.changed);
        let before = self.now.clone();
        self.now.apply(edit, take_frames).inspect_err(|_| self.now = before.clone())?;
        let changed = self.now != before;
        if changed {
            self.future.clear();
            if !goes_on {
                self.past.push(before);
                let oldest = self.past.len().saturating_sub(MOST_UNDONE);
                self.past.drain(..oldest);
            }
        }
        self.held = Some(Held { edit: edit.clone(), changed: goes_on || changed });
        Ok(changed)
    }

    /// The drag ends. What is back where it was is no change.
    pub(super) fn release(&mut self) {
        let came_back = self.held.take().is_some_and(|held| held.changed) && self.past.last() == Some(&self.now);
        if came_back {
            self.past.pop();
        }
    }

    /// Whether there is something to undo.
    pub(super) fn can_undo(&self) -> bool {
        !self.past.is_empty()
    }

    /// Whether there is something to redo.
    pub(super) fn can_redo(&self) -> bool {
        !self.future.is_empty()
    }

    /// Takes back the latest change; whether there was one.
    pub(super) fn undo(&mut self) -> bool {
        self.release();
        let Some(before) = self.past.pop() else { return false };
        self.future.push(std::mem::replace(&mut self.now, before));
        true
    }

    /// Does the change again that was taken back last; whether there was one.
    pub(super) fn redo(&mut self) -> bool {
        self.release();
        let Some(next) = self.future.pop() else { return false };
        self.past.push(std::mem::replace(&mut self.now, next));
        true
    }
}

/// Whether two successive edits drag the same thing.
fn is_one_drag(held: &Edit, edit: &Edit) -> bool {
    match (held, edit) {
        (Edit::Trim { clip: one, .. }, Edit::Trim { clip: other, .. }) => one == other,
        (Edit::Set { clip: one, .. }, Edit::Set { clip: other, .. }) => one == other,
        (Edit::Range(_), Edit::Range(_)) | (Edit::Constrain(_), Edit::Constrain(_)) => true,
        (Edit::All(one), Edit::All(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_one_drag(one, other)),
        _ => false,
    }
}
