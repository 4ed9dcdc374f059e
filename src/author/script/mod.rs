//! Scripts: a list of the window's own actions in RON, run one after the other.

mod read;

use super::Action;
use super::session::{Busy, ProjectAction, ViewAction};
use crate::files::one_line;
use std::iter::Peekable;
use std::path::{Path, PathBuf};

/// The rest of a longer reason is left out: it is a list of names.
const LONGEST_REASON: usize = 140;

/// What can be wrong with a script.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("could not read the script ({reason}): {path}; check the path")]
    Read {
        /// The script.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The text is not a list of actions.
    #[error(
        "line {line} is not an action of a script ({reason}): {path}; write a list like [Prompt(\"a person waves\"), Generate, WaitIdle, Quit]"
    )]
    Parse {
        /// The script.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// Why.
        reason: String,
    },
}

/// One step of a script.
#[derive(Clone, Debug, PartialEq)]
pub enum ScriptStep {
    /// Does something.
    Do(Action),
    /// Goes on when nothing is loading, generating or being written.
    WaitIdle,
    /// Goes on when a generation shows its first frames, or is over.
    WaitPreview,
    /// Goes on after so many seconds.
    Wait(f32),
}

impl<A: Into<Action>> From<A> for ScriptStep {
    fn from(action: A) -> Self {
        Self::Do(action.into())
    }
}

/// A running script. What it does next may depend on the time: its actions are made one by one.
pub struct Script {
    rest: Peekable<Steps>,
    wait_secs: f32,
}

type Steps = Box<dyn Iterator<Item = ScriptStep> + Send + Sync>;

impl Script {
    /// A script of these steps.
    pub fn of(steps: impl Iterator<Item = ScriptStep> + Send + Sync + 'static) -> Self {
        Self { rest: (Box::new(steps) as Steps).peekable(), wait_secs: 0.0 }
    }

    /// Reads a script from a file.
    ///
    /// # Errors
    /// [`ScriptError`] when the file cannot be read or is no list of actions.
    pub fn read(path: &Path) -> Result<Self, ScriptError> {
        let text = std::fs::read_to_string(path).map_err(|error| ScriptError::Read { path: path.to_owned(), reason: error.to_string() })?;
        Self::parse(&text, path)
    }

    /// Reads a script from text; `path` is for messages.
    ///
    /// # Errors
    /// [`ScriptError::Parse`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, ScriptError> {
        // `Seconds(4.0)` instead of `Seconds(Some(4.0))`.
        let options = ron::Options::default().with_default_extension(ron::extensions::Extensions::IMPLICIT_SOME);
        let steps: Vec<ScriptStep> = options.from_str(text).map_err(|error| ScriptError::Parse {
            path: path.to_owned(),
            line: error.span.start.line,
            reason: one_line(&error.code.to_string(), LONGEST_REASON),
        })?;
        Ok(Self::of(steps.into_iter()))
    }

    /// The script over and over.
    #[must_use]
    pub fn without_end(self) -> Self {
        Self::of(self.rest.collect::<Vec<_>>().into_iter().cycle())
    }

    /// Whether a picture comes next.
    #[must_use]
    pub fn pictures_next(&mut self) -> bool {
        matches!(self.rest.peek(), Some(ScriptStep::Do(Action::View(ViewAction::Screenshot(_)))))
    }

    /// The next step, if its time has come; `delta_secs` is the time since the last call. An ended script quits.
    pub fn next(&mut self, busy: Busy, delta_secs: f32) -> Option<ScriptStep> {
        if busy.picturing {
            return None;
        }
        self.wait_secs -= delta_secs;
        if self.wait_secs > 0.0 {
            return None;
        }
        match self.rest.peek() {
            Some(ScriptStep::WaitIdle) if busy.working => return None,
            Some(ScriptStep::WaitPreview) if busy.working && !busy.has_preview => return None,
            Some(ScriptStep::Do(Action::View(ViewAction::Screenshot(_)))) if busy.settling && !busy.working => return None,
            Some(ScriptStep::Wait(secs)) => self.wait_secs = *secs,
            _ => {}
        }
        Some(self.rest.next().unwrap_or_else(|| ProjectAction::Quit.into()))
    }
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").field("wait_secs", &self.wait_secs).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::author::session::{DraftAction, GenerationAction, PlayerAction};

    const IDLE: Busy = Busy { working: false, has_preview: false, picturing: false, settling: false };
    const WORKING: Busy = Busy { working: true, ..IDLE };

    fn script(text: &str) -> Script {
        Script::parse(text, Path::new("demo.ron")).expect("a script")
    }

    #[test]
    fn the_design_documents_example_is_a_script() {
        let text = r#"[ Prompt("a person walks forward and waves"), Seed(3), Generate, WaitIdle, Seek(1.5), Screenshot("walk.png"),
            Prompt("then sits down"), Continue, WaitIdle, Seconds(4.0), Seconds(None), Export("out.glb"), Quit ]"#;
        let steps: Vec<ScriptStep> = script(text).rest.collect();
        assert_eq!((steps.len(), &steps[9]), (13, &DraftAction::Seconds(Some(4.0)).into()));
    }

    #[test]
    fn waiting_for_idle_holds_the_next_action_back() {
        let mut script = script("[Generate, WaitIdle, Play]");
        assert_eq!(script.next(IDLE, 0.0), Some(GenerationAction::Generate.into()));
        assert_eq!(script.next(WORKING, 9.0), None);
        assert_eq!(script.next(IDLE, 0.0), Some(ScriptStep::WaitIdle));
        assert_eq!(script.next(IDLE, 0.0), Some(PlayerAction::Play.into()));
    }

    #[test]
    fn waiting_for_a_preview_ends_with_the_first_frames_or_with_the_work() {
        let mut first = script("[WaitPreview]");
        assert_eq!(first.next(WORKING, 0.0), None);
        assert_eq!(first.next(Busy { has_preview: true, ..WORKING }, 0.0), Some(ScriptStep::WaitPreview));
        assert_eq!(script("[WaitPreview]").next(IDLE, 0.0), Some(ScriptStep::WaitPreview));
    }

    #[test]
    fn waiting_takes_its_time() {
        let mut script = script("[Wait(1.0), Play]");
        assert_eq!(script.next(IDLE, 0.1), Some(ScriptStep::Wait(1.0)));
        assert_eq!(script.next(IDLE, 0.6), None);
        assert_eq!(script.next(IDLE, 0.6), Some(PlayerAction::Play.into()));
    }

    #[test]
    fn nothing_happens_while_a_picture_is_taken() {
        let mut script = script("[Play]");
        assert_eq!(script.next(Busy { picturing: true, ..IDLE }, 1.0), None);
    }

    #[test]
    fn a_picture_is_taken_when_everything_is_at_rest() {
        let mut script = script(r#"[Screenshot("a.png")]"#);
        assert_eq!(script.next(Busy { settling: true, ..IDLE }, 0.1), None);
        assert_eq!(script.next(IDLE, 0.1), Some(ViewAction::Screenshot("a.png".into()).into()));
    }

    #[test]
    fn an_ended_script_quits() {
        assert_eq!(script("[]").next(IDLE, 0.0), Some(ProjectAction::Quit.into()));
    }

    #[test]
    fn a_script_without_end_begins_again() {
        let mut script = script("[Play, Pause]").without_end();
        let done: Vec<_> = (0..5).filter_map(|_| script.next(IDLE, 0.0)).collect();
        let [play, pause] = [PlayerAction::Play, PlayerAction::Pause].map(ScriptStep::from);
        assert_eq!(done, [play.clone(), pause.clone(), play.clone(), pause, play]);
    }

    #[test]
    fn a_mistake_is_named_with_its_line() {
        let error = Script::parse("[Play,\n Dance(3)]", Path::new("demo.ron")).expect_err("no such action");
        let text = error.to_string();
        assert!(text.contains("line 2") && text.contains("demo.ron"), "{text}");
    }
}
