//! Whether words begin with a verb of motion: what tells a list of actions from a list of anything else.

use std::collections::HashSet;
use std::sync::OnceLock;

/// Words that may stand before the verb of a part.
const BEFORE: [&str; 6] = ["he", "she", "they", "it", "then", "finally"];

/// Whether a part of a sentence begins with a verb, in its basic form or as somebody does it.
pub(super) fn begins_with_verb(part: &str) -> bool {
    let words = part.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase());
    let word = words.into_iter().find(|word| !BEFORE.contains(&word.as_str()) && !word.ends_with("ly"));
    word.is_some_and(|word| is_verb(&word))
}

fn is_verb(word: &str) -> bool {
    let verbs = verbs();
    // "waves", "kicks"; "punches", "goes"; "carries".
    let stems = [word.strip_suffix('s'), word.strip_suffix("es")];
    let of_y = word.strip_suffix("ies").map(|stem| format!("{stem}y"));
    verbs.contains(word)
        || stems.into_iter().flatten().any(|stem| verbs.contains(stem))
        || of_y.is_some_and(|verb| verbs.contains(verb.as_str()))
}

/// The verbs of our list and of what means the same.
fn verbs() -> &'static HashSet<&'static str> {
    static VERBS: OnceLock<HashSet<&str>> = OnceLock::new();
    VERBS.get_or_init(|| {
        let lines = include_str!("../../assets/words/verbs.txt").lines().filter(|line| !line.starts_with('#'));
        let phrases = lines.flat_map(|line| line.split([':', ',']));
        phrases.filter_map(|phrase| phrase.split_whitespace().next()).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_known_as_somebody_does_them() {
        for part in ["waves", "punches the air", "carries a box", "he sits down", "slowly walks away", "jump"] {
            assert!(begins_with_verb(part), "{part}");
        }
        for part in ["arms", "backward", "legs and hips", "a ball", "", "the left hand", "this"] {
            assert!(!begins_with_verb(part), "{part}");
        }
    }
}
