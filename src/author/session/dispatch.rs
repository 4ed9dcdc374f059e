//! Which state an action goes to, and what else that may reach.

use super::mapping::Then;
use super::{
    Action, CharacterAction, ClipAction, ComparisonAction, ConstraintAction, DialogAction, DraftAction, ExportAction, GenerationAction,
    MappingAction, ModelAction, PlayerAction, PoseAction, ProjectAction, RatingAction, SelectionAction, Session, TakeAction,
    TimelineAction, ViewAction, compare, direct, exports,
};
use crate::author::action::with_states;

/// An action of one state.
trait Dispatch {
    fn dispatch(self, session: &mut Session);
}

macro_rules! dispatch {
    ($($(#[$what:meta])* $state:ident($action:ident),)*) => {
        impl Session {
            /// Does an action.
            pub fn apply(&mut self, action: impl Into<Action>) {
                match action.into() {
                    $(Action::$state(action) => action.dispatch(self),)*
                }
            }
        }
    };
}

with_states!(dispatch);

impl Dispatch for DraftAction {
    fn dispatch(self, session: &mut Session) {
        session.draft.apply(self, &mut session.desk);
    }
}

impl Dispatch for ModelAction {
    fn dispatch(self, session: &mut Session) {
        session.models.apply(self, &mut session.desk, session.generation.jobs());
    }
}

impl Dispatch for GenerationAction {
    fn dispatch(self, session: &mut Session) {
        let (generation, mut context) = session.generation_parts();
        generation.apply(&self, &mut context);
    }
}

impl Dispatch for TakeAction {
    fn dispatch(self, session: &mut Session) {
        let (list, mut context) = session.list_parts();
        list.apply(self, &mut context);
    }
}

impl Dispatch for ComparisonAction {
    fn dispatch(self, session: &mut Session) {
        // The clips that are rated stand side by side.
        if session.sitting().is_some() {
            return;
        }
        let Session { desk, timeline, view, list, generation, .. } = session;
        self.apply(&mut compare::Context { desk, timeline, view, list, generation });
    }
}

impl Dispatch for ClipAction {
    fn dispatch(self, session: &mut Session) {
        session.timeline.apply_to_clips(self, &mut session.desk, &mut session.view);
    }
}

impl Dispatch for SelectionAction {
    fn dispatch(self, session: &mut Session) {
        session.timeline.apply_to_selection(&self, &mut session.view);
    }
}

impl Dispatch for PoseAction {
    fn dispatch(self, session: &mut Session) {
        let Session { pose, desk, timeline, view, .. } = session;
        pose.apply(self, &mut direct::Context { desk, timeline, view });
    }
}

impl Dispatch for ConstraintAction {
    fn dispatch(self, session: &mut Session) {
        self.apply(&mut session.timeline, &mut session.desk, &session.view);
    }
}

impl Dispatch for TimelineAction {
    fn dispatch(self, session: &mut Session) {
        self.apply(&mut session.timeline, &mut session.desk, &mut session.view);
    }
}

impl Dispatch for PlayerAction {
    fn dispatch(self, session: &mut Session) {
        session.view.player.apply(self);
    }
}

impl Dispatch for ViewAction {
    fn dispatch(self, session: &mut Session) {
        session.view.apply(self, &mut session.desk);
    }
}

impl Dispatch for CharacterAction {
    fn dispatch(self, session: &mut Session) {
        session.character.apply(self, &mut session.desk);
    }
}

impl Dispatch for MappingAction {
    fn dispatch(self, session: &mut Session) {
        match session.mapping.apply(self, session.character.rigged(), &mut session.desk) {
            Some(Then::Map(path, preset)) => session.apply(CharacterAction::MapCharacter(path, preset)),
            Some(Then::Import(path)) => session.apply(TakeAction::Import(path)),
            None => {}
        }
    }
}

impl Dispatch for ProjectAction {
    fn dispatch(self, session: &mut Session) {
        let (project, mut context) = session.project_parts();
        project.apply(self, &mut context);
    }
}

impl Dispatch for ExportAction {
    fn dispatch(self, session: &mut Session) {
        let Session { desk, timeline, view, list, character, project, exports, .. } = session;
        self.apply(&mut exports::Context { desk, timeline, view, list, character, project, exports });
    }
}

impl Dispatch for RatingAction {
    fn dispatch(self, session: &mut Session) {
        let (rating, mut context) = session.rating_parts();
        rating.apply(self, &mut context);
    }
}

impl Dispatch for DialogAction {
    fn dispatch(self, session: &mut Session) {
        self.apply(&mut session.desk, &session.project);
    }
}
