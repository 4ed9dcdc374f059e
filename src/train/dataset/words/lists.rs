//! The word lists, read once.

use super::inflect::{base_of_third_person, gerund, third_person};
use rand::Rng;
use rand::seq::IndexedRandom;
use std::collections::HashMap;
use std::sync::OnceLock;

/// What the files in `assets/words` say.
pub(super) struct Lists {
    /// Verbs in their basic form, and others that mean the same.
    pub(super) verbs: HashMap<String, Vec<String>>,
    /// Basic forms by third person and by gerund.
    pub(super) base_of: HashMap<String, String>,
    /// Phrases, longest first, and others that mean the same.
    pub(super) phrases: Vec<(String, Vec<String>)>,
    /// Subjects for captions that are made.
    pub(super) subjects: Vec<String>,
    /// Subjects that captions begin with, longest first.
    pub(super) known_subjects: Vec<String>,
    cyclic: Vec<String>,
}

/// The lists.
pub(super) fn lists() -> &'static Lists {
    static LISTS: OnceLock<Lists> = OnceLock::new();
    LISTS.get_or_init(|| {
        let verbs: HashMap<String, Vec<String>> = entries(include_str!("../../../../assets/words/verbs.txt")).collect();
        let base_of = verbs.keys().flat_map(|verb| [(third_person(verb), verb.clone()), (gerund(verb), verb.clone())]).collect();
        let mut phrases: Vec<_> = entries(include_str!("../../../../assets/words/phrases.txt")).collect();
        phrases.sort_by_key(|(phrase, _)| std::cmp::Reverse(phrase.len()));
        let all_subjects = || rows(include_str!("../../../../assets/words/subjects.txt"));
        let subjects = all_subjects().filter(|row| !row.starts_with('*')).map(str::to_owned).collect();
        let mut known_subjects: Vec<String> = all_subjects().map(|row| row.trim_start_matches(['*', ' ']).to_owned()).collect();
        known_subjects.sort_by_key(|subject| std::cmp::Reverse(subject.len()));
        let cyclic = rows(include_str!("../../../../assets/words/cyclic.txt")).map(str::to_owned).collect();
        Lists { verbs, base_of, phrases, subjects, known_subjects, cyclic }
    })
}

fn rows(file: &'static str) -> impl Iterator<Item = &'static str> {
    file.lines().map(str::trim).filter(|row| !row.is_empty() && !row.starts_with('#'))
}

fn entries(file: &'static str) -> impl Iterator<Item = (String, Vec<String>)> {
    rows(file).map(|row| {
        let (word, others) = row.split_once(':').unwrap_or((row, ""));
        let others = others.split(',').map(str::trim).filter(|other| !other.is_empty()).map(str::to_owned);
        (word.trim().to_owned(), others.collect())
    })
}

impl Lists {
    /// Whether a caption names something that goes on without a beginning and an end.
    pub(super) fn names_a_cycle(&self, caption: &str) -> bool {
        let base = |word: &str| self.base_of.get(word).cloned().or_else(|| base_of_third_person(word)).unwrap_or_else(|| word.to_owned());
        let words: Vec<String> =
            caption.to_lowercase().split_whitespace().map(|word| base(word.trim_matches(|c: char| !c.is_alphabetic()))).collect();
        let text = caption.to_lowercase();
        self.cyclic.iter().any(|cycle| if cycle.contains(' ') { text.contains(cycle.as_str()) } else { words.contains(cycle) })
    }
}

/// A text with some of its phrases replaced by others that mean the same, whole words only, each place once.
pub(super) fn replaced(text: &str, phrases: &[(String, Vec<String>)], chance: f64, random: &mut impl Rng) -> String {
    let mut parts: Vec<(String, bool)> = vec![(text.to_owned(), false)];
    for (phrase, others) in phrases {
        let Some(at) = parts.iter().position(|(part, fixed)| !fixed && find_word(part, phrase).is_some()) else { continue };
        let Some(start) = find_word(&parts[at].0, phrase) else { continue };
        let part = parts[at].0.clone();
        let other = others.choose(random).filter(|_| random.random_bool(chance)).unwrap_or(phrase);
        let behind = part[start + phrase.len()..].to_owned();
        parts.splice(at..=at, [(part[..start].to_owned(), false), (other.clone(), true), (behind, false)]);
    }
    parts.into_iter().map(|(part, _)| part).collect()
}

/// Where a phrase stands in a text as whole words.
fn find_word(text: &str, phrase: &str) -> Option<usize> {
    let is_edge = |letter: Option<char>| !letter.is_some_and(|letter| letter.is_alphanumeric() || letter == '-');
    text.match_indices(phrase)
        .map(|(at, _)| at)
        .find(|&at| is_edge(text[..at].chars().next_back()) && is_edge(text[at + phrase.len()..].chars().next()))
}
