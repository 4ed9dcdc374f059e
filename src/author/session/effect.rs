//! What has to happen outside of the session.

use super::{ModelTask, Over, Purpose, Rating, Unsaved};
use crate::author::export::film::Film;
use crate::author::export::work::Batch;
use crate::body::Cast;
use crate::formats::WriteOptions;
use crate::generator::protocol::Command;
use crate::rating::Study;
use crate::timeline::{Document, Take};
use crate::view::CameraMove;
use std::path::PathBuf;
use std::sync::Arc;

/// What has to happen outside of the session.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Tell the generator.
    Tell(Command),
    /// Do something for models.
    Models(ModelTask),
    /// Move the camera.
    Camera(CameraMove),
    /// Fill the screen, or not.
    FullScreen(bool),
    /// Put text on the clipboard.
    Copy(String),
    /// Ask the system's file dialog.
    Browse {
        /// Where to begin.
        path: PathBuf,
        /// What for.
        purpose: Purpose,
    },
    /// Write a take to a file.
    Export {
        /// What.
        take: Take,
        /// How.
        options: Box<WriteOptions>,
        /// Where.
        path: PathBuf,
    },
    /// Write several takes, a file each.
    ExportAll(Box<Batch>),
    /// Draw the stage, picture by picture.
    Film(Box<Film>),
    /// Open a study.
    OpenStudy {
        /// Its folder.
        folder: PathBuf,
        /// Who rates.
        rater: String,
    },
    /// Keep what a rater said, and open the next pair.
    KeepRating(Box<Rating>),
    /// Write what all raters of a study said.
    ExportRatings(Arc<Study>),
    /// End the long work under way.
    CancelWork,
    /// Write a document to a project file.
    Save {
        /// What.
        document: Box<Document>,
        /// Who is on the stage.
        cast: Cast,
        /// Where.
        path: PathBuf,
        /// What may be replaced there.
        over: Over,
    },
    /// Remove a take's sliding as published.
    RemoveSliding(Arc<Take>),
    /// Read a project file.
    Open(PathBuf),
    /// Read a motion file: the animations of these numbers from one, or the first that moves a body.
    Import(PathBuf, Vec<usize>),
    /// Copy unsaved work, for the case that the program dies.
    KeepSafe(Unsaved),
    /// Everything is saved: the copy can go.
    Forget,
    /// Bring back what a window left behind that died, or let it go.
    Recover(bool),
    /// Read a body and give it a shape.
    LoadBody {
        /// The file.
        path: PathBuf,
        /// In deviations.
        shape: Vec<f32>,
    },
    /// Save a picture of the window.
    Screenshot(PathBuf),
    /// Close the window.
    Quit,
}
