//! What can go wrong between the program and a graphics device.

/// Why the engine could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No adapter is fit, or none has the wanted name.
    #[error("no graphics device {wanted}; there {known}: choose one with --device gpu:NAME, or --device cpu")]
    NoAdapter {
        /// What was looked for: "of this machine can compute", "is called …".
        wanted: String,
        /// What there is.
        known: String,
    },
    /// The driver did not open the device.
    #[error("the graphics device {name} could not be opened ({cause}): update its driver, or use --device cpu")]
    Refused {
        /// The adapter.
        name: String,
        /// What the driver said.
        cause: String,
    },
    /// The model needs more memory than the device gives.
    #[error("the model needs {} GB on the graphics device {name}, which has {} GB for it: {advice}", gigabytes(*needed), gigabytes(*room))]
    TooSmall {
        /// The adapter.
        name: String,
        /// Bytes of all weights and of one row's cache.
        needed: u64,
        /// Bytes that there were.
        room: u64,
        /// What the user can do.
        advice: String,
    },
    /// The device went away, or its driver gave up.
    #[error("the graphics device {name} was lost ({cause}): use --device cpu, or start the program again")]
    Lost {
        /// The adapter.
        name: String,
        /// What the driver said.
        cause: String,
    },
    /// The device refused what the program asked of it; a defect of one of the two.
    #[error("the graphics device {name} refused its work ({cause}): use --device cpu")]
    Device {
        /// The adapter.
        name: String,
        /// The first error.
        cause: String,
    },
    /// A kernel and the program disagree; a defect of the program.
    #[error("the kernel {kernel} does not fit the program ({cause}): use --device cpu")]
    Kernel {
        /// The kernel's name.
        kernel: String,
        /// What is wrong.
        cause: String,
    },
    /// A model with sizes that the kernels cannot hold.
    #[error("the graphics device cannot run this model ({0}): use --device cpu")]
    Unfit(String),
    /// The caller asked for more than the model can hold, or for a token that does not exist.
    #[error("{0}")]
    Input(String),
    /// The weights could not be read; the source's own words.
    #[error("{0}")]
    Source(String),
}

/// The result of everything in this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// Whether the same work may succeed elsewhere: the device is at fault, not what was asked of it.
    #[must_use]
    pub fn is_of_the_device(&self) -> bool {
        !matches!(self, Self::Input(_) | Self::Source(_))
    }
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e9)
}
