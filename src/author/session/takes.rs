//! The list of takes: choosing, searching, favourites, motion files that become takes, and the published clean-up.

use super::desk::Desk;
use super::dialog::{Dialog, FilePurpose};
use super::motion_file::{FileClip, ImportedFile, read};
use super::project::Project;
use super::timeline::{TakeEntry, Timeline};
use super::unmapped::Unread;
use super::view::{View, ViewMode};
use crate::motion::cleanup::remove_sliding::without_sliding;
use crate::tasks::{Task, TaskKind, outcomes};
use crate::timeline::{Edit, Origin, Provenance, Take, TakeEdit};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::Arc;

/// What can be done with takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TakeAction {
    /// Show the take at this place of the list, from 0.
    Select(usize),
    /// Remove the take at this place of the list, from 0.
    Remove(usize),
    /// Make a take of a take with the published remove-sliding in the place of our clean-up.
    RemoveSliding(usize),
    /// Mark the take at this place of the list as a favourite, or not.
    Favourite(usize, bool),
    /// List the takes whose prompts have these words.
    Search(String),
    /// List favourites only, or all takes.
    OnlyFavourites(bool),
    /// Ask which motion file becomes a take.
    ImportFile,
    /// Make a take of a motion file.
    Import(PathBuf),
    /// Make takes of some of the animations of a motion file.
    ImportClips {
        /// The file.
        path: PathBuf,
        /// Which animations, from one.
        clips: Vec<usize>,
    },
}

/// What the list shows.
#[derive(Debug, Default)]
pub struct TakeList {
    search: String,
    favourites: bool,
    /// Files of several animations of which the user is still to choose.
    to_choose: VecDeque<(PathBuf, Vec<FileClip>)>,
    /// Motion files that are being read.
    reading: Vec<Task<Vec<Result<ImportedFile, Unread>>>>,
    /// Takes that are being made of others.
    editing: Vec<Task<Take>>,
}

/// What the list reaches.
pub(super) struct Context<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) timeline: &'a mut Timeline,
    pub(super) view: &'a mut View,
    pub(super) project: &'a Project,
}

impl TakeEntry<'_> {
    /// Whether every word of `search` is in its prompt.
    fn has_words(&self, search: &str) -> bool {
        let prompt = self.take.provenance.prompt().to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| prompt.contains(word))
    }
}

impl TakeList {
    /// Words that prompts have to have.
    #[must_use]
    pub fn search(&self) -> &str {
        &self.search
    }

    /// Whether only favourites are listed.
    #[must_use]
    pub fn favourites_only(&self) -> bool {
        self.favourites
    }

    /// The takes that are listed, with their places.
    pub fn listed<'a>(&self, timeline: &'a Timeline) -> impl Iterator<Item = (usize, TakeEntry<'a>)> {
        timeline.takes().enumerate().filter(|(_, entry)| (!self.favourites || entry.favourite) && entry.has_words(&self.search))
    }

    /// Place in the list of the take that the stage shows alone.
    #[must_use]
    pub fn shown_index(&self, timeline: &Timeline, view: &View) -> Option<usize> {
        let ViewMode::Take(id) = view.mode() else { return None };
        timeline.takes().position(|entry| entry.id == *id)
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: TakeAction, context: &mut Context<'_>) {
        match action {
            TakeAction::Select(index) => context.select(index),
            TakeAction::Remove(index) => context.remove(index),
            TakeAction::RemoveSliding(index) => self.remove_sliding(index, context),
            TakeAction::Favourite(index, favourite) => {
                if let Some(take) = context.timeline.take_at(index).map(|entry| entry.id) {
                    context.timeline.edit(&Edit::Favourite { take, favourite }, context.desk);
                }
            }
            TakeAction::Search(words) => self.search = words,
            TakeAction::OnlyFavourites(only) => self.favourites = only,
            TakeAction::ImportFile => context.desk.dialog = Dialog::to_read(FilePurpose::Import, context.project.folder()),
            TakeAction::Import(path) => self.import(path, Vec::new(), context.desk),
            TakeAction::ImportClips { path, clips } => self.import(path, clips, context.desk),
        }
        context.view.follow(context.timeline);
    }

    /// Takes in the motion files that have been read and the takes that have been made of others.
    pub(super) fn update(&mut self, context: &mut Context<'_>) {
        for files in outcomes(&mut self.reading) {
            files.unwrap_or_else(|message| vec![Err(message.into())]).into_iter().for_each(|file| self.imported(file, context));
        }
        outcomes(&mut self.editing).into_iter().for_each(|take| context.new_take(take));
    }

    fn import(&mut self, path: PathBuf, clips: Vec<usize>, desk: &mut Desk) {
        desk.dialog = Dialog::None;
        let presets = desk.presets.clone();
        self.reading.push(desk.tasks.run(TaskKind::READ, move || Ok(read(&path, &clips, &presets))));
    }

    fn remove_sliding(&mut self, index: usize, context: &mut Context<'_>) {
        let Some(take) = context.timeline.take_at(index).map(|entry| Arc::clone(entry.take)) else { return };
        self.editing.push(context.desk.tasks.run(TaskKind::READ, move || take_without_sliding(&take)));
    }

    /// A motion file has been read, or not. It becomes the newest take; of several animations the user chooses first.
    fn imported(&mut self, outcome: Result<ImportedFile, Unread>, context: &mut Context<'_>) {
        match outcome {
            Ok(ImportedFile { path, clips, .. }) if clips.len() > 1 => self.to_choose.push_back((path, clips)),
            Ok(file) => {
                context.desk.done(format!("imported {}", file.take.provenance.prompt()));
                context.new_take(Ok(file.take));
                file.notes.into_iter().for_each(|note| context.desk.warn(note));
            }
            Err(unread) => context.desk.unread(unread),
        }
    }

    /// Asks which animations of a file become takes, when nothing else is asked.
    pub(super) fn ask(&mut self, desk: &mut Desk) {
        if desk.dialog == Dialog::None
            && let Some((path, clips)) = self.to_choose.pop_front()
        {
            desk.dialog = Dialog::Clip { path, clips };
        }
    }
}

impl Context<'_> {
    fn select(&mut self, index: usize) {
        if let Some(id) = self.timeline.take_at(index).map(|entry| entry.id) {
            self.view.show_take(id, self.timeline);
        }
    }

    fn remove(&mut self, index: usize) {
        let Some(id) = self.timeline.take_at(index).map(|entry| entry.id) else { return };
        let was_shown = matches!(self.view.mode(), ViewMode::Take(shown) if *shown == id);
        if !self.timeline.edit(&Edit::Discard(id), self.desk) || !was_shown {
            return;
        }
        match self.timeline.take_count().checked_sub(1) {
            Some(last) => self.select(index.min(last)),
            None => self.view.show_something(self.timeline),
        }
    }

    /// A take was made of another, or not. It becomes the newest one.
    fn new_take(&mut self, outcome: Result<Take, String>) {
        match outcome {
            Ok(take) => {
                let id = self.timeline.add_take(take);
                self.view.show_take(id, self.timeline);
            }
            Err(message) => self.desk.fail(message),
        }
    }
}

/// Removes a take's sliding as published: from what the network made, where that is known.
fn take_without_sliding(take: &Take) -> Result<Take, String> {
    let made = take.raw.as_ref().unwrap_or(&take.motion);
    let motion = without_sliding(made).map_err(|error| format!("the sliding cannot be removed: {error}"))?;
    let origin = match &take.provenance.origin {
        // Once more changes nothing: it goes back to what the network made.
        edited @ Origin::Edit { edit: TakeEdit::RemoveSliding, .. } => edited.clone(),
        made => Origin::Edit { of: Box::new(made.clone()), edit: TakeEdit::RemoveSliding },
    };
    let provenance = Provenance { origin, ..take.provenance.clone() };
    Ok(Take { motion: Arc::new(motion), raw: Some(Arc::clone(made)), provenance })
}
