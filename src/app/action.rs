//! Everything that can be done in the window, as plain data: buttons, keys and scripts all send these.

use crate::stage::{CameraMove, Figure};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One thing to do. In a script they are written as RON: `Prompt("a person waves")`, `Seconds(4.0)`, `Generate`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Action {
    /// Write the prompt.
    Prompt(String),
    /// Choose the seed.
    Seed(u64),
    /// Choose the length in seconds; `None` lets the model end where it wants.
    Seconds(Option<f32>),
    /// Choose how many takes a prompt gives.
    Variations(u32),
    /// Make takes of the prompt.
    Generate,
    /// Make takes that go on where the shown one ends.
    Continue,
    /// End all running and waiting generations.
    Cancel,

    /// Show the take at this place of the list, from 0.
    Select(usize),
    /// Remove the take at this place of the list, from 0.
    Remove(usize),
    /// Make the take at this place of the list again, with another seed.
    Again(usize),
    /// Mark the take at this place of the list as a favourite, or not.
    Favourite(usize, bool),
    /// List the takes whose prompts have these words.
    Search(String),
    /// List favourites only, or all takes.
    OnlyFavourites(bool),

    /// Start the play head.
    Play,
    /// Stop the play head.
    Pause,
    /// Start or stop the play head.
    TogglePlay,
    /// Stop at a time, in seconds.
    Seek(f32),
    /// Hold the play head at a time while a hand is on it, in seconds.
    Scrub(f32),
    /// The hand lets go: play on, if it played before.
    EndScrub,
    /// Stop and move by frames.
    Step(i32),
    /// Stop at the first frame.
    ToStart,
    /// Stop at the last frame.
    ToEnd,
    /// Choose the speed; 1 is real time.
    Speed(f32),
    /// Choose whether the end leads back to the start.
    Loop(bool),

    /// Move the camera.
    Camera(CameraMove),
    /// Choose what stands on the stage.
    Show(Figure),
    /// Choose whether the window fills the screen.
    FullScreen(bool),

    /// Open the export dialog.
    OpenExport,
    /// Open the model's card: its licence, what it can and cannot do.
    OpenModel,
    /// Open the list of keys.
    OpenHelp,
    /// Close whichever dialog is open.
    CloseDialog,
    /// Write the path in the export dialog.
    ExportPath(PathBuf),
    /// Let the system's file dialog choose the path.
    BrowseExportPath,
    /// Write the shown take to a file: .glb, .bvh, .npz or .npy by its ending.
    Export(PathBuf),
    /// Take away the message with this number.
    Dismiss(u64),

    /// Save a picture of the window as PNG; in a script, into the folder of `--screenshots`.
    Screenshot(PathBuf),
    /// In a script: go on when nothing is loading, generating or being written.
    WaitIdle,
    /// In a script: go on when a generation shows its first frames, or is over.
    WaitPreview,
    /// In a script: go on after so many seconds.
    Wait(f32),
    /// Close the window.
    Quit,
}
