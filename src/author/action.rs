//! Everything that can be done, as plain data: buttons, keys and scripts all send these. Each state of the session has its own.

use super::session::{
    CharacterAction, ClipAction, ComparisonAction, ConstraintAction, DialogAction, DraftAction, ExportAction, GenerationAction,
    MappingAction, ModelAction, PlayerAction, PoseAction, ProjectAction, RatingAction, SelectionAction, TakeAction, TimelineAction,
    ViewAction,
};
use crate::formats::{self, PROJECT_ENDING};
use serde::Serialize;
use std::path::PathBuf;

/// Calls a macro with the states of the session, each with its actions.
macro_rules! with_states {
    ($called:ident) => {
        $called! {
            /// What the next generation is asked for.
            Draft(DraftAction),
            /// Which model makes motions.
            Models(ModelAction),
            /// Motions that are made.
            Generation(GenerationAction),
            /// The list of takes.
            Takes(TakeAction),
            /// Takes side by side.
            Comparison(ComparisonAction),
            /// The clips of the timeline.
            Clips(ClipAction),
            /// Which clips are selected.
            Selection(SelectionAction),
            /// Poses set by hand.
            Pose(PoseAction),
            /// What the next take has to meet.
            Constraints(ConstraintAction),
            /// The timeline as a whole.
            Timeline(TimelineAction),
            /// The play head.
            Player(PlayerAction),
            /// What is seen, and how.
            View(ViewAction),
            /// Who is on the stage.
            Character(CharacterAction),
            /// Which joint of a skeleton plays which part of the body.
            Mapping(MappingAction),
            /// The project and the window's end.
            Project(ProjectAction),
            /// Exports.
            Exports(ExportAction),
            /// Blind rating.
            Rating(RatingAction),
            /// Dialogs and messages.
            Dialog(DialogAction),
        }
    };
}

macro_rules! actions {
    ($($(#[$what:meta])* $state:ident($action:ident),)*) => {
        /// One thing to do. In a script it is written as RON: `Draft(Prompt("a person waves"))`, or without its state,
        /// `Prompt("a person waves")`.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        pub enum Action {
            $($(#[$what])* $state($action),)*
        }

        $(impl From<$action> for Action {
            fn from(action: $action) -> Self {
                Self::$state(action)
            }
        })*
    };
}

with_states!(actions);
pub(super) use with_states;

impl Action {
    /// What is done with a file that was given to the window: a project is opened, a character goes onto the stage, JSON is what the
    /// next take has to meet, a motion becomes a take.
    #[must_use]
    pub fn of_file(path: PathBuf) -> Self {
        let is_project = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(PROJECT_ENDING));
        if is_project {
            ProjectAction::OpenRecent(path).into()
        } else if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json")) {
            ConstraintAction::LoadConstraints(path).into()
        } else if formats::may_hold_character(&path) {
            CharacterAction::OpenFile(path).into()
        } else {
            TakeAction::Import(path).into()
        }
    }
}
