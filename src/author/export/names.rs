//! Names of files: of one after its prompt, of several by a pattern.
//!
//! A pattern is text with `{number}` (place in the list, with leading zeros), `{prompt}` (its first words), `{seed}` and `{model}`.

use crate::timeline::Provenance;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The pattern that is offered first.
pub const USUAL_PATTERN: &str = "{number}-{prompt}-{seed}";

/// Longest name of a file, without its ending.
const LONGEST: usize = 120;

/// A file name from a prompt: its first words in lower case, joined by hyphens.
#[must_use]
pub fn file_stem(prompt: &str) -> String {
    let words = prompt.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).take(6);
    let stem: String = words.collect::<Vec<_>>().join("-").to_lowercase().chars().take(LONGEST).collect();
    if stem.is_empty() { "motion".to_owned() } else { stem }
}

/// Names for files of these motions by a pattern, without endings, in order; no two are the same.
///
/// # Errors
/// What is wrong with the pattern, and what to do.
pub fn file_stems(pattern: &str, of: &[&Provenance]) -> Result<Vec<String>, String> {
    let digits = of.len().to_string().len();
    let mut taken = BTreeSet::new();
    let mut stems = Vec::with_capacity(of.len());
    for (place, provenance) in of.iter().enumerate() {
        let stem = filled(pattern, &format!("{:0digits$}", place + 1), provenance)?;
        let mut unique = stem.clone();
        let mut number = 2;
        // File systems that do not tell upper from lower case are common.
        while !taken.insert(unique.to_lowercase()) {
            unique = format!("{stem}-{number}");
            number += 1;
        }
        stems.push(unique);
    }
    Ok(stems)
}

fn filled(pattern: &str, number: &str, provenance: &Provenance) -> Result<String, String> {
    let mut stem = String::new();
    let mut rest = pattern;
    while let Some((text, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').ok_or("a { in the pattern has no }: close it")?;
        stem.push_str(text);
        match name {
            "number" => stem.push_str(number),
            "prompt" => stem.push_str(&file_stem(&provenance.prompt())),
            "seed" => stem.push_str(&provenance.origin.seed().unwrap_or(0).to_string()),
            "model" => stem.push_str(&provenance.model),
            _ => return Err(format!("{{{name}}} means nothing in a pattern: use {{number}}, {{prompt}}, {{seed}} or {{model}}")),
        }
        rest = after;
    }
    stem.push_str(rest);
    // What no file system has in names, and dots that would hide a file.
    let plain = stem.chars().map(|letter| if letter.is_control() || "<>:\"/\\|?*".contains(letter) { '-' } else { letter });
    let plain: String = plain.take(LONGEST).collect();
    let plain = plain.trim().trim_matches('.');
    if plain.is_empty() { Err("the pattern gives files no name: write {number}".to_owned()) } else { Ok(plain.to_owned()) }
}

/// The path, or the first of `NAME-2.ext`, `NAME-3.ext`, … that is not there yet.
#[must_use]
pub fn free_path(path: &Path) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let numbered = (2..).map(|number| path.with_file_name(format!("{stem}-{number}.{ending}")));
    std::iter::once(path.to_owned()).chain(numbered).find(|path| !path.exists()).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Request;

    fn take(prompt: &str, seed: u64) -> Provenance {
        let origin = Request { seed, ..Request::new(prompt) }.into();
        Provenance { origin, model: "starter".to_owned(), ..Provenance::default() }
    }

    #[test]
    fn a_file_name_comes_from_the_prompts_first_words() {
        assert_eq!(file_stem("A person walks, then waves at us all"), "a-person-walks-then-waves-at");
        assert_eq!(file_stem("→"), "motion");
    }

    #[test]
    fn a_pattern_names_every_take_differently() {
        let takes = [take("a walk", 1), take("a run", 2), take("A walk", 1)];
        let takes: Vec<&Provenance> = takes.iter().collect();
        let stems = |pattern: &str| file_stems(pattern, &takes).expect("a pattern");
        assert_eq!(stems(USUAL_PATTERN), ["1-a-walk-1", "2-a-run-2", "3-a-walk-1"]);
        assert_eq!(stems("{prompt}"), ["a-walk", "a-run", "a-walk-2"]);
        assert_eq!(stems("take"), ["take", "take-2", "take-3"]);
        assert_eq!(stems("../{model}: {seed}.")[0], "-starter- 1");
    }

    #[test]
    fn a_pattern_that_makes_no_sense_says_why() {
        let take = take("a walk", 1);
        let fault = |pattern: &str| file_stems(pattern, &[&take]).expect_err(pattern);
        assert!(fault("{promt}").contains("{promt}") && fault("{number").contains("no }") && fault(" ").contains("{number}"));
    }

    #[test]
    fn a_name_that_is_taken_gets_a_number() {
        let folder = std::env::temp_dir().join(format!("zoetrope-names-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join("walk.glb");
        assert_eq!(free_path(&path), path);
        std::fs::write(&path, "").expect("a file");
        assert_eq!(free_path(&path), folder.join("walk-2.glb"));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
