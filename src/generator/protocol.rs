//! The contract between the worker and whoever listens: plain enums, which are serde data too.
//!
//! Every job ends in exactly one of [`Event::Finished`], [`Event::Cancelled`], [`Event::Failed`]. A listener hears of its own jobs and of the
//! model, which all listeners share, in order. A preview's frames are big and go the other lane: [`Event::Preview`] only says that there is
//! a newer one, and the listener's handle gives the latest. As data, a take leaves out what it was made between: who asked for it has that.

use crate::motion::Motion;
use crate::timeline::{Context, Request, Sampling, Take};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// A job's number, chosen by whoever sends the command; never used twice by one listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct JobId(pub u64);

/// What the worker is told. Commands are done in order, except that `Cancel` and `Shutdown` are heard between two steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Command {
    /// Load a model by name or folder and make it the current one. Answers: `Loading`, then `Ready`, `LoadCancelled` or `LoadFailed`;
    /// after these two the model before stays the current one, unless `NoModel` follows.
    Load {
        /// A model's name (`starter`) or folder.
        model: String,
    },
    /// Make a motion from a prompt with the current model.
    Generate {
        /// The new job.
        job: JobId,
        /// What to make.
        request: Request,
        /// The motions to make it between, as the user sees them (trimmed, edited). The takes hold only the new part, placed so
        /// that it follows on.
        context: Context,
    },
    /// End a job, waiting or running. A job that is unknown or has ended is left alone.
    Cancel {
        /// The job to end.
        job: JobId,
    },
    /// End the loading of models, waiting or running.
    CancelLoad,
    /// Cancel everything and end the thread. Dropping the handle does the same. Of any other listener than the first it cancels its own jobs.
    Shutdown,
}

/// What the worker tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A model is being loaded. Once for certain; how far it is may be left out when the listener is slow.
    Loading {
        /// Its name or folder, as asked.
        model: String,
        /// Which share of it is there, 0 to 1; 0 where that is not known.
        done: f32,
    },
    /// A model is loaded and is now the current one; or it was, and is shown otherwise from now on.
    Ready {
        /// Its name or folder, as asked.
        name: String,
        /// What to show of it.
        model: ModelInfo,
    },
    /// A model was not loaded because of `CancelLoad`.
    LoadCancelled {
        /// Its name or folder, as asked.
        model: String,
    },
    /// A model could not be loaded.
    LoadFailed {
        /// Its name or folder, as asked.
        model: String,
        /// One line: what is wrong and what to do.
        message: String,
    },
    /// The backend broke, and its model could not be loaded again: there is no current one.
    NoModel,
    /// A job leaves the queue and begins.
    Started {
        /// The job.
        job: JobId,
    },
    /// A job got further. May be left out when the listener is slow.
    Progress {
        /// The job.
        job: JobId,
        /// Tokens made so far, all variations together.
        tokens: usize,
        /// The most tokens it can come to, all variations together.
        at_most: usize,
    },
    /// The latest preview has changed. May be left out when the listener is slow.
    Preview {
        /// The job.
        job: JobId,
        /// Which variation it shows, from 0.
        variation: u32,
        /// Frames that can be shown.
        frames: usize,
    },
    /// One of several variations is done, and others are still to come; [`Event::Finished`] brings it again with all of them.
    Made {
        /// The job.
        job: JobId,
        /// Which variation it is, from 0.
        variation: u32,
        /// The finished take.
        take: Take,
    },
    /// A job is done.
    Finished {
        /// The job.
        job: JobId,
        /// One take for each variation, in order.
        takes: Vec<Take>,
    },
    /// A job was ended by `Cancel` or `Shutdown`.
    Cancelled {
        /// The job.
        job: JobId,
    },
    /// A job went wrong.
    Failed {
        /// The job.
        job: JobId,
        /// One line: what is wrong and what to do.
        message: String,
    },
    /// Something the user should know, and the work goes on.
    Warning {
        /// One line.
        message: String,
        /// The place on the floor (x, z) that it is about, metres; none where it is about none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at_m: Option<[f32; 2]>,
    },
}

impl Event {
    /// Whether it is of the model, which all listeners share.
    pub(super) fn is_of_model(&self) -> bool {
        matches!(self, Self::Loading { .. } | Self::LoadCancelled { .. } | Self::LoadFailed { .. }) || self.says_which_model()
    }

    /// Whether it says which model there is, or that there is none.
    pub(super) fn says_which_model(&self) -> bool {
        matches!(self, Self::Ready { .. } | Self::NoModel)
    }
}

/// What a listener may show of a loaded model.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its name.
    pub name: String,
    /// The licence of the model and of what it makes, in a few words.
    pub licence: String,
    /// Where it runs: `cpu`, or a graphics device's name.
    pub device: String,
    /// Its own sampler settings, all of them.
    pub sampling: Sampling,
    /// What its card says: headings such as `Licence`, and a sentence or two for each.
    pub card: Vec<(Cow<'static, str>, String)>,
}

impl ModelInfo {
    /// Where it runs, for people to read: without what drivers say of themselves in brackets.
    #[must_use]
    pub fn device_label(&self) -> &str {
        let name = self.device.split(" (").next().unwrap_or(&self.device);
        if name == "cpu" { "CPU" } else { name }
    }
}

/// The newest frames of a running job.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    /// The job.
    pub job: JobId,
    /// Which variation, from 0.
    pub variation: u32,
    /// All frames so far. The last second may still change: the decoder looks ahead. No clean-up yet.
    pub motion: Arc<Motion>,
}
