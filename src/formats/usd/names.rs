//! Names as USD's paths take them.

use crate::formats::unique::UniqueNames;

/// The paths of the prims that others name.
pub(super) const ROOT: &str = "Character";
pub(super) const SKELETON: &str = "/Character/Skeleton";
pub(super) const ANIMATION: &str = "/Character/Skeleton/Animation";
pub(super) const MATERIALS: &str = "/Character/Materials";

/// The names that are taken within one document: letters, digits and underscores, each once.
#[derive(Default)]
pub(super) struct Names(UniqueNames);

impl Names {
    /// The nearest name to this one that a path may hold, with a number where it is taken.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut plain: String = name.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter } else { '_' }).collect();
        if !plain.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            plain.insert(0, '_');
        }
        self.0.take(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_name_becomes_one_of_its_own() {
        let mut names = Names::default();
        let found = ["mixamorig:Hips", "1", "", "骨", "肩", "Hips", "Hips"].map(|name| names.unique(name));
        assert_eq!(found, ["mixamorig_Hips", "_1", "_", "__2", "__3", "Hips", "Hips_2"].map(str::to_owned));
    }
}
