//! What the worker drives. The worker knows jobs, order and cancelling; a backend knows models. Errors are one line for the user.

use super::protocol::ModelInfo;
use crate::model::LoadProgress;
use crate::motion::Motion;
use crate::pipeline::Remark;
use crate::timeline::{Context, Request, Take};
use std::sync::Arc;

/// Loads models and starts generations. Made and used on the worker's thread, so it need not be `Send`.
pub trait Backend {
    /// Make a model (a name or a folder) the current one. After an error the model before stays the current one.
    /// `progress` is told how far it is, and says when to end.
    ///
    /// # Errors
    /// One line: which model, what is wrong and what to do.
    fn load(&mut self, model: &str, progress: &LoadProgress) -> Result<ModelInfo, String>;

    /// What the user should know of the model that was just loaded, told once.
    fn remark(&mut self) -> Option<String> {
        None
    }

    /// The model again, when what is shown of it has changed since: its device was lost, and it runs on another one.
    fn changed(&mut self) -> Option<ModelInfo> {
        None
    }

    /// Begin all variations of a request between the motions of a context.
    ///
    /// # Errors
    /// One line: no model is loaded, or the request cannot be met.
    fn start<'a>(&'a mut self, request: &Request, context: &Context) -> Result<Box<dyn Run + 'a>, String>;
}

/// All variations of a request under way.
pub trait Run {
    /// Do a little: tokens or the final clean-up. Called until it answers [`RunStep::Done`] or fails.
    ///
    /// # Errors
    /// One line: what went wrong.
    fn step(&mut self) -> Result<RunStep, String>;
}

/// How far a generation is after a step.
#[derive(Clone, Debug, PartialEq)]
pub enum RunStep {
    /// Further tokens are made.
    Tokens {
        /// Tokens so far, all variations together.
        tokens: usize,
        /// The most it can come to, all variations together.
        at_most: usize,
        /// All frames so far of a variation, from 0, when there are more than before.
        preview: Option<(u32, Arc<Motion>)>,
    },
    /// One variation is done.
    Made {
        /// Which, from 0. Each comes once.
        variation: u32,
        /// The finished motion.
        take: Box<Take>,
        /// What the user should know, one line each.
        warnings: Vec<Remark>,
    },
    /// All are.
    Done,
}
