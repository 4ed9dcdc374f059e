//! Names of which each is there once.

use std::collections::HashSet;

/// The names that are taken within one document.
#[derive(Default)]
pub(super) struct UniqueNames(HashSet<String>);

impl UniqueNames {
    /// The name, with a number behind it where it is taken.
    pub(super) fn take(&mut self, name: String) -> String {
        let (mut unique, mut number) = (name.clone(), 1);
        while !self.0.insert(unique.clone()) {
            number += 1;
            unique = format!("{name}_{number}");
        }
        unique
    }
}
