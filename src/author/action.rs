//! Everything that can be done in the window, as plain data: buttons, keys and scripts all send these.

use super::export::{ExportChoices, ExportOf};
use super::session::{ModelAction, Overlay};
use super::settings::Appearance;
use crate::formats::PROJECT_ENDING;
use crate::timeline::{ClipSettings, Sampling};
use crate::view::{CameraMove, Figure, Quality};
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
    /// Choose whether the model reads the prompt word by word, instead of what it understands by it in plain words.
    Literal(bool),
    /// Choose how the next generation is sampled, where not as the model comes.
    Sampling(Sampling),
    /// Open the sampler's settings.
    OpenSampling,
    /// Choose the language model that says prompts in other words, or none.
    Rewriter(Option<PathBuf>),
    /// Say the prompt in other words with it.
    Rewrite,
    /// Do something with models.
    Models(ModelAction),
    /// Make takes of the prompt.
    Generate,
    /// Make takes that go on where the selected clip ends, or the last one; the first take comes behind it.
    Continue,
    /// Make a clip of each action that the prompt names, one going on from the other, behind the selected clip or the last one.
    LayOut,
    /// End all running and waiting generations.
    Cancel,

    /// Show the take at this place of the list, from 0.
    Select(usize),
    /// Remove the take at this place of the list, from 0.
    Remove(usize),
    /// Make the take at this place of the list again, with another seed.
    Again(usize),
    /// Make the selected clip anew in its place, with another seed, going on from the clip before it; what was done to it stays.
    Anew,
    /// Make a take of a take with the published remove-sliding in the place of our clean-up.
    RemoveSliding(usize),
    /// Mark the take at this place of the list as a favourite, or not.
    Favourite(usize, bool),
    /// List the takes whose prompts have these words.
    Search(String),
    /// List favourites only, or all takes.
    OnlyFavourites(bool),

    /// Show the takes at these places of the list side by side, from 0; nine at most.
    Row(Vec<usize>),
    /// Put the take at this place of the list into the row, or take it out; the first time it stands beside the shown one.
    RowAlso(usize),
    /// Show the takes of one prompt side by side, or leave the row.
    SideBySide(bool),
    /// Take the one at this place of the row, from 0: put it where it was made for, or show it alone.
    Pick(usize),

    /// Show the timeline.
    ShowTimeline,
    /// Put the take at this place of the list behind the selected clip, or at the end.
    AddToTimeline(usize),
    /// Put a take before a clip.
    Insert {
        /// Place in the list of takes, from 0.
        take: usize,
        /// Place on the timeline, from 0; beyond the last is the end.
        at: usize,
    },
    /// Select the clip at this place of the timeline, from 0, and no other.
    SelectClip(usize),
    /// Select this clip too, or no longer.
    SelectAlso(usize),
    /// Select all clips from the one that was selected last to this one.
    SelectTo(usize),
    /// Select all clips.
    SelectAll,
    /// Select no clip.
    SelectNone,
    /// Say of a foot (0 left, 1 right, as they are seen) whether it stands, between two times on the timeline in seconds, as far as
    /// these lie within one round of the clip there.
    SetContact {
        /// Which foot.
        foot: usize,
        /// From when.
        from: f32,
        /// Up to when.
        to: f32,
        /// Whether it stands.
        touches: bool,
    },
    /// Cut the clip under the play head in two.
    Split,
    /// Show another stretch of a clip's take.
    Trim {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Start in the take, seconds.
        from: f32,
        /// End in the take, seconds.
        to: f32,
    },
    /// The same while a hand is on the clip's end; one change until [`Action::Release`].
    DragTrim {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Start in the take, seconds.
        from: f32,
        /// End in the take, seconds.
        to: f32,
    },
    /// Begin the clip under the play head there.
    TrimStartHere,
    /// End the clip under the play head there.
    TrimEndHere,
    /// Change what is done to a clip.
    SetClip {
        /// Place on the timeline, from 0.
        clip: usize,
        /// What is done to it.
        settings: ClipSettings,
    },
    /// The same while a hand is on it; one change until [`Action::Release`].
    DragClip {
        /// Place on the timeline, from 0.
        clip: usize,
        /// What is done to it.
        settings: ClipSettings,
    },
    /// The hand lets go of what it drags.
    Release,
    /// Put copies of the selected clips behind them.
    Duplicate,
    /// Take the selected clips off the timeline.
    Delete,
    /// Move a clip, or all selected ones if it is one of them, before the clip at a place.
    MoveClip {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Where to, from 0; beyond the last is the end.
        to: usize,
    },
    /// Play and export from the play head on.
    InPoint,
    /// Play and export up to the play head.
    OutPoint,
    /// Play and export all.
    ClearRange,
    /// Trim a clip to the best loop in its take and play that several times.
    FindLoop(usize),
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
    /// Choose what is seen beside the character.
    Overlay(Overlay, bool),
    /// Choose how many frames lie between two poses of the onion skin.
    OnionFrames(usize),
    /// Choose how finely the stage is drawn; `None` is what suits the graphics device.
    Quality(Option<Quality>),
    /// Open the dialog for an own body.
    OpenBody,
    /// Read a body of SMPL, SMPL-H or SMPL-X; it takes the mannequin's place on the stage and in exports.
    LoadBody(PathBuf),
    /// Give the body one of its shape numbers, from 0, in deviations.
    BodyShape(usize, f32),
    /// The mannequin again.
    DropBody,
    /// Choose the mannequin's colour: red, green, blue of sRGB.
    MannequinColor([u8; 3]),
    /// Choose the mannequin's build, from -1 (slim) over 0 to 1 (sturdy).
    MannequinBuild(f32),
    /// Choose whether the window fills the screen.
    FullScreen(bool),

    /// Begin an empty project; asks first if that would lose work.
    NewProject,
    /// Ask which project to open; asks first if that would lose work.
    OpenProject,
    /// Open this project; asks first if that would lose work.
    OpenRecent(PathBuf),
    /// Save the project to its file, or ask for one.
    SaveProject,
    /// Ask for a file to save the project to.
    SaveProjectAs,
    /// Ask which motion file becomes a take.
    ImportFile,
    /// Write the path in the dialog that asks for a file.
    FilePath(PathBuf),
    /// Let the system's file dialog choose that path.
    BrowseFile,
    /// Save the project to this file.
    Save(PathBuf),
    /// Save the project to this file, also where somebody else has written it meanwhile: the answer to a question.
    SaveOver(PathBuf),
    /// Open a project in place of this one, whatever becomes of it.
    Open(PathBuf),
    /// Make a take of a motion file: .bvh, .glb, .npz or .npy.
    Import(PathBuf),
    /// Make takes of some of the animations of a motion file.
    ImportClips {
        /// The file.
        path: PathBuf,
        /// Which animations, from one.
        clips: Vec<usize>,
    },
    /// Leave the project, saving it first or not: the answer to a question.
    Leave {
        /// Whether to save it.
        saving: bool,
    },
    /// Close the window when the exports under way are written, or without them: the answer to a question.
    CloseExporting {
        /// Whether to wait for them.
        waiting: bool,
    },
    /// Bring back what a window had not saved when it died, or let it go: the answer to a question.
    Recover(bool),
    /// Choose whether the window and its stage are dark or light.
    Appearance(Appearance),
    /// Choose how large text and buttons are; 1 is as designed.
    Scale(f32),
    /// Close the window; asks first if that would lose work.
    Close,
    /// Open the export dialog.
    OpenExport,
    /// Open the model's card: its licence, what it can and cannot do.
    OpenModel,
    /// Open the list of keys.
    OpenHelp,
    /// Open the command palette.
    OpenPalette,
    /// Write what is looked for in the command palette.
    PaletteWords(String),
    /// Close whichever dialog is open.
    CloseDialog,
    /// Choose what is exported.
    ExportOf(ExportOf),
    /// Choose how exports are written; what is left out in a script is as usual.
    ExportSettings(ExportChoices),
    /// Write the path in the export dialog.
    ExportPath(PathBuf),
    /// Let the system's file dialog choose the path, or the folder for several files.
    BrowseExportPath,
    /// Write the timeline (its range, if there is one) or the shown take to a file: .glb, .bvh, .npz or .npy by its ending.
    Export(PathBuf),
    /// Write a file each of several takes into a folder, named by the pattern of the choices.
    ExportAll(ExportOf, PathBuf),
    /// End the export of several files that is under way.
    CancelExport,
    /// Copy the command line that makes the export of the open dialog.
    CopyCommand,
    /// Ask which study to rate.
    OpenRating,
    /// Write the folder and the rater's name in that dialog.
    RatingForm {
        /// The study's folder.
        folder: PathBuf,
        /// Who rates.
        rater: String,
    },
    /// Rate the clips of a study, from where the rater left it.
    Rate {
        /// The study's folder.
        folder: PathBuf,
        /// Who rates.
        rater: String,
    },
    /// Score a clip of the pair on the stage.
    Score {
        /// 0 is the left one, 1 the right one.
        side: usize,
        /// Place among [`crate::rating::CRITERIA`].
        criterion: usize,
        /// 1 to 4.
        score: u8,
    },
    /// Take back the last score; where there is none, the last pair comes again.
    Unscore,
    /// Keep the scores and go on to the next pair.
    RatePair,
    /// Write all scores and figures into the study's folder.
    ExportRatings,
    /// Leave the rating; what was kept stays.
    EndRating,
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
    /// Close the window, whatever becomes of unsaved work. Files that are being written are finished.
    Quit,
}

impl Action {
    /// What is done with a file that was given to the window: a project is opened, a motion becomes a take.
    #[must_use]
    pub fn of_file(path: PathBuf) -> Self {
        let is_project = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(PROJECT_ENDING));
        if is_project { Self::OpenRecent(path) } else { Self::Import(path) }
    }
}
