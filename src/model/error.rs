//! What can go wrong with a model, in words for the person who has the file.

/// Why a model cannot be loaded or run. Messages give the cause, the file, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file cannot be opened or read.
    #[error("cannot read the file ({cause}): {path}: check that it exists and may be read")]
    Read {
        /// What the system said.
        cause: std::io::Error,
        /// The file.
        path: String,
    },
    /// A file cannot be written.
    #[error("cannot write the file ({cause}): {path}: check the folder's permissions and the free space")]
    Write {
        /// What the system said.
        cause: std::io::Error,
        /// The file.
        path: String,
    },
    /// A file is not what its ending promises.
    #[error("not a readable {kind} file ({cause}): {path}: fetch or export it again")]
    Malformed {
        /// The format that was expected.
        kind: &'static str,
        /// What is wrong with it.
        cause: String,
        /// The file.
        path: String,
    },
    /// A tensor that the network needs is not in the checkpoint.
    #[error("the tensor {name} is missing: {path}: the file belongs to another network, or the configuration does not describe it")]
    Missing {
        /// The published name of the tensor.
        name: String,
        /// The checkpoint.
        path: String,
    },
    /// The checkpoint has tensors that the network does not know.
    #[error(
        "{count} unknown tensors, such as {names}: {path}: the file belongs to another network, or the configuration does not describe it"
    )]
    Extra {
        /// How many there are.
        count: usize,
        /// The first few names.
        names: String,
        /// The checkpoint.
        path: String,
    },
    /// A tensor has another shape than the configuration says.
    #[error("the tensor {name} has the shape {found:?} instead of {expected:?}: {path}: the configuration does not describe this file")]
    Shape {
        /// The published name of the tensor.
        name: String,
        /// The shape in the file.
        found: Vec<usize>,
        /// The shape that the network needs.
        expected: Vec<usize>,
        /// The checkpoint.
        path: String,
    },
    /// Parts of a model that do not fit together, or an option that does not exist.
    #[error("{cause}: {path}: {advice}")]
    Config {
        /// What does not fit.
        cause: String,
        /// The file that says so.
        path: String,
        /// What the user can do.
        advice: &'static str,
    },
    /// A text cannot be turned into features.
    #[error("cannot read the text ({cause}): write it as a plain sentence")]
    Text {
        /// What the text's tokenizer said.
        cause: String,
    },
    /// The caller asked for more than the network can hold, or for a token that does not exist.
    #[error("{0}")]
    Input(String),
    /// What a graphics device could not do, in its own words.
    #[error("{0}")]
    Device(String),
    /// The model is larger than what the machine has free.
    #[error("the model needs about {needed} of memory and {free} are free: {path}: {advice}")]
    Memory {
        /// What it needs, in words.
        needed: String,
        /// What there is, in words.
        free: String,
        /// The model.
        path: String,
        /// What the user can do.
        advice: String,
    },
    /// The user wanted no more of it.
    #[error("stopped before the end; nothing is left behind")]
    Stopped,
    /// The arithmetic failed; this is a defect of the program or of the machine.
    #[error("the network could not be computed: {0}")]
    Compute(#[from] candle_core::Error),
}

/// The result of everything in this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Refuses tensors that nobody asked for, if there are any.
    pub(crate) fn extra(names: &[String], path: &str) -> Result<()> {
        if names.is_empty() {
            return Ok(());
        }
        let some = names.iter().take(3).map(String::as_str).collect::<Vec<_>>().join(", ");
        Err(Self::Extra { count: names.len(), names: some, path: path.into() })
    }
}
