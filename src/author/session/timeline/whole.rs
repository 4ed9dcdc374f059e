//! What is done with the timeline as a whole.

use super::state::Timeline;
use crate::author::session::desk::Desk;
use crate::author::session::view::View;
use crate::timeline::Edit;
use serde::{Deserialize, Serialize};

/// What can be done with the timeline as a whole.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum TimelineAction {
    /// Show the timeline.
    ShowTimeline,
    /// Play and export from the play head on.
    InPoint,
    /// Play and export up to the play head.
    OutPoint,
    /// Play and export all.
    ClearRange,
    /// Take back the last change.
    Undo,
    /// Do again what was taken back.
    Redo,
    /// Show less (below 1) or more of the timeline around a time.
    ZoomTimeline {
        /// How many times as much.
        factor: f32,
        /// What stays where it is, seconds.
        around: f32,
    },
    /// Show the timeline from this time on, seconds.
    ScrollTimeline(f32),
    /// Show all of the timeline.
    FitTimeline,
}

impl TimelineAction {
    /// Does it.
    pub(in crate::author::session) fn apply(self, timeline: &mut Timeline, desk: &mut Desk, view: &mut View) {
        let secs = timeline.chain().motion().duration_secs();
        match self {
            Self::ShowTimeline if !timeline.clips().is_empty() => {
                view.unwatch();
                view.show_timeline(0.0, timeline);
            }
            Self::ShowTimeline => {}
            Self::InPoint => set_range_end(true, timeline, desk, view),
            Self::OutPoint => set_range_end(false, timeline, desk, view),
            Self::ClearRange => drop(timeline.edit(&Edit::Range(None), desk)),
            Self::Undo => timeline.undo(false),
            Self::Redo => timeline.undo(true),
            Self::ZoomTimeline { factor, around } => timeline.viewport.zoom(factor, around, secs),
            Self::ScrollTimeline(from_secs) => timeline.viewport.scroll(from_secs, secs),
            Self::FitTimeline => timeline.viewport.fit(),
        }
        view.follow(timeline);
    }
}

fn set_range_end(first: bool, timeline: &mut Timeline, desk: &mut Desk, view: &View) {
    let Some(frame) = view.frame_under(timeline, desk) else { return };
    let all = 0..timeline.chain().motion().len();
    let old = timeline.range().cloned().unwrap_or(all.clone());
    let range = match first {
        true if frame < old.end => frame..old.end,
        true => frame..all.end,
        false if frame >= old.start => old.start..frame + 1,
        false => 0..frame + 1,
    };
    timeline.edit(&Edit::Range((range != all).then_some(range)), desk);
}
