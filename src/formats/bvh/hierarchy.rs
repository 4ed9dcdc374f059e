//! The hierarchy of a BVH file: joints, and what the numbers of a frame line do to them.

use crate::motion::rig::Rig;

/// What the end of a bone is called, after its joint.
pub(super) const END: &str = "_end";

/// One number of a frame line, and what it does to its joint.
#[derive(Clone, Copy, Debug)]
pub(super) enum Channel {
    Position(usize),
    Rotation(usize),
}

impl Channel {
    /// The channel of a keyword: `Xposition` … `Zrotation`, in any case.
    pub(super) fn of(word: &str) -> Option<Self> {
        let axis = "xyz".find(word.get(..1)?.to_ascii_lowercase().as_str())?;
        match word.get(1..)?.to_ascii_lowercase().as_str() {
            "position" => Some(Self::Position(axis)),
            "rotation" => Some(Self::Rotation(axis)),
            _ => None,
        }
    }

    pub(super) fn name(self) -> String {
        let (axis, kind) = match self {
            Self::Position(axis) => (axis, "position"),
            Self::Rotation(axis) => (axis, "rotation"),
        };
        format!("{}{kind}", ['X', 'Y', 'Z'][axis])
    }
}

/// A joint's channels, in the order in which their numbers stand.
pub(super) struct JointChannels {
    /// None for joints of other people in the file, whose numbers are passed over.
    pub(super) joint: Option<usize>,
    pub(super) channels: Vec<Channel>,
}

/// The skeletons of a file.
#[derive(Default)]
pub(super) struct Hierarchy {
    /// The first person.
    pub(super) rig: Rig,
    /// Of everybody, as the file has them.
    pub(super) channels: Vec<JointChannels>,
    /// The topmost joints of the others.
    pub(super) others: Vec<String>,
}

impl Hierarchy {
    /// Joints of the first person, ends of bones not counted: End Sites, and joints that other programs write in their place.
    pub(super) fn joints(&self) -> usize {
        let is_end = |joint: usize, channels: &[Channel]| channels.is_empty() && self.rig.names()[joint].ends_with(END);
        self.channels.iter().filter(|own| own.joint.is_some_and(|joint| !is_end(joint, &own.channels))).count()
    }
}
