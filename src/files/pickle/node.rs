//! The values of a pickle.

use std::borrow::Cow;

/// An index into a [`Pickle`](super::Pickle)'s values.
pub type Ref = usize;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Node<'a> {
    /// None, integers beyond 64 bits, sets: nothing that an array or a table of arrays needs.
    Other,
    /// An integer or a truth value.
    Int(i64),
    /// A fraction.
    Float(f64),
    /// Bytes, or a text in UTF-8; Python 2 does not tell them apart.
    Bytes(Cow<'a, [u8]>),
    /// A tuple or a list.
    Sequence(Vec<Ref>),
    /// A dictionary, ordered or not.
    Dict(Vec<(Ref, Ref)>),
    /// The name of a class or function: `module.name`.
    Global(String),
    /// What would be made by calling a class or function.
    Call {
        /// The class or function.
        function: Ref,
        /// A sequence.
        arguments: Ref,
        /// The state that it would be given afterwards.
        state: Option<Ref>,
    },
    /// A reference to something beside the pickle.
    Persistent(Ref),
}
