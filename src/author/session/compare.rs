//! What is done with takes side by side.

use super::comparison::{Comparison, ComparisonEntry};
use super::desk::Desk;
use super::generation::Generations;
use super::placement::Placement;
use super::takes::TakeList;
use super::timeline::Timeline;
use super::view::View;
use crate::motion::FPS;
use crate::view::MOST_COMPARED;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What can be done with takes side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ComparisonAction {
    /// Show the takes at these places of the list side by side, from 0; nine at most.
    #[serde(alias = "Row")]
    Compare(Vec<usize>),
    /// Put the take at this place of the list beside the others, or take it out; the first time it stands beside the shown one.
    #[serde(alias = "RowAlso")]
    CompareAlso(usize),
    /// Show the takes of one prompt side by side, or leave the comparison.
    SideBySide(bool),
    /// Take the one at this place, from 0: put it where it was made for, or show it alone.
    Pick(usize),
}

/// What a comparison reaches.
pub(super) struct Context<'a> {
    pub(super) desk: &'a mut Desk,
    pub(super) timeline: &'a mut Timeline,
    pub(super) view: &'a mut View,
    pub(super) list: &'a TakeList,
    pub(super) generation: &'a mut Generations,
}

impl ComparisonAction {
    /// Does it.
    pub(super) fn apply(self, context: &mut Context<'_>) {
        match self {
            Self::Compare(places) => context.compare(&places),
            Self::CompareAlso(place) => context.compare_also(place),
            Self::SideBySide(true) => context.side_by_side(),
            Self::SideBySide(false) => context.leave(),
            Self::Pick(place) => context.pick(place),
        }
    }
}

impl Context<'_> {
    /// Shows the takes at these places of the list side by side.
    fn compare(&mut self, places: &[usize]) {
        let mut wanted: Vec<usize> = Vec::new();
        for place in places {
            if !wanted.contains(place) {
                wanted.push(*place);
            }
        }
        let entries = wanted.iter().filter_map(|place| self.timeline.take_at(*place));
        let entries: Vec<ComparisonEntry> = entries.map(|entry| ComparisonEntry::of(entry.id, entry.take)).take(MOST_COMPARED).collect();
        if entries.is_empty() {
            return;
        }
        self.view.unwatch();
        self.view.show_comparison(Comparison::of(entries, None, Placement::Nowhere), 0.0, self.timeline);
    }

    /// Shows takes side by side that belong together.
    fn side_by_side(&mut self) {
        if self.view.comparison().is_some() {
            return;
        }
        let all: Vec<usize> = self.list.listed(self.timeline).map(|(place, _)| place).collect();
        let prompt = self.prompt_in_question();
        let alike: Vec<usize> = self
            .list
            .listed(self.timeline)
            .filter(|(_, entry)| Some(entry.take.provenance.prompt().as_ref()) == prompt.as_deref())
            .map(|(place, _)| place)
            .collect();
        let wanted = if alike.len() > 1 { alike } else { all };
        if wanted.len() < 2 {
            return self.desk.warn("make variations first: there are no takes to put side by side");
        }
        self.compare(&wanted[wanted.len().saturating_sub(MOST_COMPARED)..]);
    }

    /// The prompt of what is shown or selected, else the newest.
    fn prompt_in_question(&self) -> Option<String> {
        let of_clip = || self.timeline.selected_clip().and_then(|place| self.timeline.take(self.timeline.clips()[place].take));
        let take = self.view.take(self.timeline).or_else(|| of_clip().map(Arc::as_ref));
        take.map(|take| take.provenance.prompt().into_owned())
            .or_else(|| self.timeline.takes().last().map(|entry| entry.take.provenance.prompt().into_owned()))
    }

    /// Puts the take at a place of the list beside the others, or takes it out; begins one beside the shown take.
    fn compare_also(&mut self, place: usize) {
        let Some(entry) = self.timeline.take_at(place) else { return };
        let (id, entry) = (entry.id, ComparisonEntry::of(entry.id, entry.take));
        let Some(comparison) = self.view.comparison().filter(|comparison| comparison.job.is_none()) else {
            let shown = self.list.shown_index(self.timeline, self.view).filter(|shown| *shown != place);
            let places: Vec<usize> = shown.into_iter().chain([place]).collect();
            return self.compare(&places);
        };
        let mut comparison = comparison.clone();
        if comparison.entries.iter().any(|other| other.take == Some(id)) {
            comparison.keep(|other| other.take != Some(id));
        } else if comparison.entries.len() < MOST_COMPARED {
            comparison.put(entry);
        } else {
            return self.desk.warn(format!("at most {MOST_COMPARED} takes stand side by side"));
        }
        let (at_secs, playing) = (self.view.player().at_secs(), self.view.player().is_playing());
        self.view.show_comparison(comparison, at_secs, self.timeline);
        if !playing {
            self.view.player.pause();
        }
    }

    /// Takes one: it is put where it was made for, or shown alone. While they are still being made it is marked, or no longer, and taken
    /// as soon as it is done.
    fn pick(&mut self, place: usize) {
        let Some(comparison) = self.view.comparison() else { return };
        let Some(entry) = comparison.entries.get(place) else { return };
        let Some(id) = entry.take else {
            let (job, seed) = (comparison.job, entry.seed);
            return job.into_iter().for_each(|job| self.generation.pick_early(job, seed, self.desk, self.timeline, self.view));
        };
        let placement = comparison.placement;
        let at_secs = self.view.player().at_secs().min(entry.motion.len().saturating_sub(1) as f32 / FPS);
        let placed = self.timeline.place(placement, id, true, self.desk);
        self.view.follow(self.timeline);
        match placed {
            Some(start_secs) => self.view.show_timeline(start_secs, self.timeline),
            None => self.view.show_take_at(id, at_secs, self.timeline),
        }
    }

    /// Shows the timeline again; where there is none, the first of the takes side by side.
    fn leave(&mut self) {
        let Some(comparison) = self.view.comparison() else { return };
        let first = comparison.entries.iter().find_map(|entry| entry.take);
        self.view.unwatch();
        match first {
            Some(first) if self.timeline.clips().is_empty() => self.view.show_take(first, self.timeline),
            _ => self.view.show_something(self.timeline),
        }
    }
}
