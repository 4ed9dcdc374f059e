//! Captions reworded by a language model of the user's: kept apart from the original ones, in `texts_rewritten`, and looked through
//! before they are believed.
//!
//! What was asked once stands in `rewrites.jsonl`, so a stopped run goes on, and a caption that many clips share is asked for once.

use super::{Dataset, DatasetError, Purpose, Split, error, layout, words};
use crate::model;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::OpenOptions;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Longest caption that is kept, words.
const MAX_WORDS: usize = 60;
/// Most captions kept of one answer.
const MAX_KEPT: usize = 8;

/// What became of the rewriting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RewriteReport {
    /// Different captions of the data set.
    pub captions: usize,
    /// Captions that got at least one rewording, now or in an earlier run.
    pub reworded: usize,
    /// Captions whose answer came too late or held nothing of use; they stay as they are.
    pub unanswered: usize,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    caption: String,
    rewordings: Vec<String>,
}

/// Asks for rewordings of every caption of the generator's clips and writes them. `ask` answers a caption with one rewording a line, or
/// `None` if it took too long. Mirror images get the same rewordings with their sides swapped.
///
/// # Errors
/// The data set cannot be read or written, `ask` fails, or `cancel` was raised.
pub fn rewrite(
    dataset: &Dataset,
    ask: &mut dyn FnMut(&str) -> Result<Option<String>, model::Error>,
    progress: &dyn Fn(usize, usize),
    cancel: &AtomicBool,
) -> Result<RewriteReport, DatasetError> {
    let names = dataset.names(Purpose::Generator, Split::All)?;
    let mut captions_of: BTreeMap<&String, Vec<String>> = BTreeMap::new();
    for name in &names {
        captions_of.insert(name, dataset.captions(name)?);
    }
    // A caption and its mirror image are asked for once.
    let distinct: BTreeSet<String> = captions_of.values().flatten().map(|caption| one_side(caption).0).collect();
    let mut known = read_known(dataset)?;
    let path = dataset.layout().rewrites();
    let mut record = OpenOptions::new().create(true).append(true).open(&path).map_err(DatasetError::write(&path))?;
    for (done, caption) in distinct.iter().enumerate() {
        progress(done, distinct.len());
        if cancel.load(Ordering::Relaxed) {
            return Err(DatasetError::Cancelled);
        }
        if known.contains_key(caption) {
            continue;
        }
        let answer = ask(caption)?.unwrap_or_default();
        let entry = Entry { caption: caption.clone(), rewordings: usable(caption, &answer) };
        let line = serde_json::to_string(&entry).map_err(|error| DatasetError::write(&path)(error.into()))?;
        // A line begun by a run that was killed is ended first.
        record.write_all(format!("\n{line}\n").as_bytes()).map_err(DatasetError::write(&path))?;
        known.insert(entry.caption, entry.rewordings);
    }
    for (name, captions) in &captions_of {
        let mut lines = String::new();
        for caption in captions {
            let (key, swapped) = one_side(caption);
            for text in known.get(&key).into_iter().flatten() {
                lines += &if swapped { words::swap_sides(text) } else { text.clone() };
                lines.push('\n');
            }
        }
        if !lines.is_empty() {
            layout::write_text(&dataset.layout().rewritten_texts(name), &lines)?;
        }
    }
    let reworded = distinct.iter().filter(|caption| known.get(*caption).is_some_and(|found| !found.is_empty())).count();
    Ok(RewriteReport { captions: distinct.len(), reworded, unanswered: distinct.len() - reworded })
}

/// Of a caption and its mirror image the one that comes first, and whether that is the mirror image.
fn one_side(caption: &str) -> (String, bool) {
    let swapped = words::swap_sides(caption);
    if swapped.as_str() < caption { (swapped, true) } else { (caption.to_owned(), false) }
}

fn read_known(dataset: &Dataset) -> Result<BTreeMap<String, Vec<String>>, DatasetError> {
    let path = dataset.layout().rewrites();
    if !path.is_file() {
        return Ok(BTreeMap::new());
    }
    let text = layout::read_text(&path)?;
    let entries = layout::lines(&text).filter_map(|line| serde_json::from_str(line).ok());
    Ok(entries.map(|entry: Entry| (entry.caption, entry.rewordings)).collect())
}

/// The lines of an answer that may stand for the caption: sentences of a usual length that are new and keep its sides and directions.
fn usable(caption: &str, answer: &str) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for line in answer.lines() {
        let begins = |letter: char| letter.is_numeric() || letter.is_whitespace() || matches!(letter, '-' | '*' | '.' | ')' | '"' | '•');
        let text = error::one_line(line.trim_start_matches(begins).trim_end_matches(['"', ' ']));
        let count = text.split(' ').count();
        let is_sentence = (2..=MAX_WORDS).contains(&count) && !text.ends_with(':') && !text.contains('#');
        if is_sentence && text != caption && !kept.contains(&text) && words::same_sides(caption, &text) {
            kept.push(text);
        }
    }
    kept.truncate(MAX_KEPT);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sentences_that_keep_the_sides_are_believed() {
        let answer = "Sure, here you are:\n1. Someone lifts the left arm.\n- A person raises the right arm\n\n* The left arm goes up\nok\n\
                      a person raises the left arm\nSomeone lifts the left arm.\nA person lifts an arm";
        assert_eq!(usable("a person raises the left arm", answer), ["Someone lifts the left arm.", "The left arm goes up"]);
    }

    #[test]
    fn a_caption_and_its_mirror_image_are_one_question() {
        assert_eq!(one_side("turns right"), ("turns left".to_owned(), true));
        assert_eq!(one_side("turns left"), ("turns left".to_owned(), false));
        assert_eq!(one_side("walks"), ("walks".to_owned(), false));
    }
}
