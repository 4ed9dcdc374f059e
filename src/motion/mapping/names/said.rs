//! What a joint's name says: a word for a limb, and a side.

/// Left, right or the middle of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Side {
    Left,
    Right,
    Middle,
}

/// What a name says of its joint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) side: Side,
    /// The limb's name in small letters without separators, with the number that counts such joints: `upleg`, `spine3`.
    pub(super) word: String,
}

impl Said {
    /// The word without its number and without "joint": of `head01` and `legJoint`, where no joint has the bare name.
    pub(super) fn bare(&self) -> Option<&str> {
        let is_digit = |letter: char| letter.is_ascii_digit();
        let uncounted = self.word.trim_end_matches(is_digit);
        let bare = uncounted.strip_suffix("joint").unwrap_or(uncounted);
        (!bare.is_empty() && bare.len() < self.word.len()).then_some(bare)
    }
}
