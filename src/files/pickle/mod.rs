//! Python's pickles as data: what a pickle asks to be called or made is written down, never done. Values lie in one list and refer to each
//! other by index, so that no nesting, sharing or cycle of a hostile file exhausts the memory or the stack.
//!
//! Source: the instructions as CPython's `pickletools` documents them, protocols 0 to 5 without what needs other buffers.

mod machine;
mod node;

pub use node::{Node, Ref};

use machine::Machine;
use std::borrow::Cow;

/// A parsed pickle.
#[derive(Debug)]
pub struct Pickle<'a> {
    nodes: Vec<Node<'a>>,
    root: Ref,
}

impl<'a> Pickle<'a> {
    /// Parses a pickle.
    ///
    /// # Errors
    /// What is wrong with it, as the cause of a longer message.
    pub fn parse(bytes: &'a [u8]) -> Result<Self, String> {
        let (nodes, root) = Machine::new(bytes).run()?;
        Ok(Self { nodes, root })
    }

    /// The outermost value.
    #[must_use]
    pub fn root(&self) -> Ref {
        self.root
    }

    /// A value.
    #[must_use]
    pub fn node(&self, at: Ref) -> &Node<'a> {
        &self.nodes[at]
    }

    /// The names of all classes and functions that the pickle mentions.
    pub fn globals(&self) -> impl Iterator<Item = &str> {
        self.nodes.iter().filter_map(|node| if let Node::Global(name) = node { Some(name.as_str()) } else { None })
    }

    /// The entries of a dictionary whose keys are texts; none for other values.
    pub fn entries(&self, at: Ref) -> impl Iterator<Item = (&str, Ref)> {
        let pairs = if let Node::Dict(pairs) = self.node(at) { pairs.as_slice() } else { &[] };
        pairs.iter().filter_map(|&(key, value)| Some((self.text(key)?, value)))
    }

    /// The entry of this name of a dictionary; of several the last, as in Python.
    #[must_use]
    pub fn entry(&self, at: Ref, name: &str) -> Option<Ref> {
        self.entries(at).filter(|(key, _)| *key == name).last().map(|(_, value)| value)
    }

    /// A text.
    #[must_use]
    pub fn text(&self, at: Ref) -> Option<&str> {
        if let Node::Bytes(bytes) = self.node(at) { std::str::from_utf8(bytes).ok() } else { None }
    }

    /// Bytes, also where they are written as the text whose letters they are (Python 3 in protocol 2).
    #[must_use]
    pub fn bytes(&self, at: Ref) -> Option<Cow<'_, [u8]>> {
        if let Node::Bytes(bytes) = self.node(at) {
            return Some(Cow::Borrowed(bytes));
        }
        let (function, arguments, _) = self.call(at)?;
        let text = self.text(*arguments.first()?).filter(|_| function == "_codecs.encode")?;
        text.chars().map(|letter| u8::try_from(letter).ok()).collect::<Option<Vec<u8>>>().map(Cow::Owned)
    }

    /// A number that counts something.
    #[must_use]
    pub fn count(&self, at: Ref) -> Option<usize> {
        if let Node::Int(number) = self.node(at) { usize::try_from(*number).ok() } else { None }
    }

    /// The parts of a tuple or list.
    #[must_use]
    pub fn sequence(&self, at: Ref) -> Option<&[Ref]> {
        if let Node::Sequence(parts) = self.node(at) { Some(parts) } else { None }
    }

    /// A tuple or list of counts.
    #[must_use]
    pub fn counts(&self, at: Ref) -> Option<Vec<usize>> {
        self.sequence(at)?.iter().map(|&part| self.count(part)).collect()
    }

    /// The name of a class or function.
    #[must_use]
    pub fn global(&self, at: Ref) -> Option<&str> {
        if let Node::Global(name) = self.node(at) { Some(name) } else { None }
    }

    /// What a call would make: the class or function, its arguments, and the state given afterwards. Old classes are made by way of a helper,
    /// which is left out.
    #[must_use]
    pub fn call(&self, at: Ref) -> Option<(&str, &[Ref], Option<Ref>)> {
        let Node::Call { function, arguments, state } = *self.node(at) else { return None };
        let arguments = self.sequence(arguments)?;
        let function = self.global(function)?;
        let class = arguments.first().and_then(|first| self.global(*first)).filter(|_| function.ends_with("._reconstructor"));
        Some((class.unwrap_or(function), arguments, state))
    }
}
