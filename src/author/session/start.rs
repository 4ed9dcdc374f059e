//! How a session begins, and what scripts wait for.

use std::path::PathBuf;

/// What a session is busy with, as far as a script waits for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// A model is loading, a motion is being made or a file written.
    pub working: bool,
    /// A running generation has frames to show, or none is running.
    pub has_preview: bool,
    /// A picture is being taken.
    pub picturing: bool,
    /// Something has just been done and is not at rest yet; a picture of the work under way does not wait for that.
    pub settling: bool,
}

/// How a session begins.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// The model to load; that of the settings if absent.
    pub model: Option<String>,
    /// Whether a script drives it: then it has the usual settings and offers nothing that others left behind.
    pub scripted: bool,
    /// Threads of the networks; 0 is as many as there are.
    pub threads: usize,
    /// Whether it fills the screen.
    pub full_screen: bool,
    /// The graphics device's name, and whether it is the processor.
    pub graphics: Option<(String, bool)>,
    /// A graphics driver that leaks, in words.
    pub leaking_driver: Option<String>,
    /// Files to open.
    pub files: Vec<PathBuf>,
    /// Where the log for bug reports is, if there is one.
    pub log_file: Option<PathBuf>,
}
