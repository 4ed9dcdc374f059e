//! What ends an evaluation, in one line that names the file and says what to do.

use crate::formats::FormatError;
use crate::model;
use crate::pipeline::PipelineError;
use crate::train::dataset::DatasetError;
use std::path::PathBuf;

/// Why a model cannot be evaluated.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The data set, and files of the evaluation.
    #[error(transparent)]
    Dataset(#[from] DatasetError),
    /// The model or the evaluator.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// A generation.
    #[error(transparent)]
    Pipeline(#[from] PipelineError),
    /// A clip that is kept for the next run.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// Too little to measure.
    #[error("{cause} in {}; {help}", path.display())]
    TooFew {
        /// What there is too little of.
        cause: String,
        /// The data set, and files of the evaluation.
        path: PathBuf,
        /// What the user can do.
        help: &'static str,
    },
    /// The caller raised the cancel flag; what is finished stays and is taken up again.
    #[error("stopped before the end; the same command goes on where it stopped")]
    Cancelled,
}
