//! What can go wrong between a prompt and a motion.

use crate::model;
use crate::motion::features::FeaturesError;
use crate::timeline::ConstraintFault;

/// Why a motion could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PipelineError {
    /// Nothing was typed.
    #[error("the prompt is empty: write what the person does, such as \"a person walks forward and waves\"")]
    EmptyPrompt,
    /// More tokens than the model has positions.
    #[error("{secs} s is too long for this model, which can make {most_secs:.1} s of it at once: ask for less, or chain several prompts")]
    TooLong {
        /// Seconds that were asked for.
        secs: f32,
        /// Seconds that fit beside this prompt.
        most_secs: f32,
    },
    /// Constraints that no motion can meet.
    #[error("{0}")]
    Constraints(#[from] ConstraintFault),
    /// Constraints beside what leaves no room for them.
    #[error("{0} cannot be directed: leave the constraints out, or that")]
    Undirected(&'static str),
    /// A network failed.
    #[error(transparent)]
    Model(#[from] model::Error),
    /// The decoder's numbers are no motion.
    #[error("the model made no usable motion ({0}): try another seed or a lower guidance")]
    Features(#[from] FeaturesError),
}
