//! Which motion files there are, and what their captions say: folders searched through, `.jsonl` lists and `.txt` files read.

use super::performers::{PerformerRule, performer};
use crate::files::LONGEST_LINE;
use crate::formats::Format;
use crate::train::dataset::error::{one_line, printable};
use crate::train::dataset::{DatasetError, layout};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// A stretch of a motion file, and what it shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Segment {
    pub(super) from_secs: f32,
    /// `None` for the end of the file.
    pub(super) to_secs: Option<f32>,
    /// One line each; none for motion that only the tokenizer learns from.
    pub(super) captions: Vec<String>,
}

/// A motion file with its segments.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Source {
    pub(super) file: PathBuf,
    /// Its path below the folder that was given, with `/` and without the ending.
    pub(super) name: String,
    pub(super) performer: String,
    pub(super) segments: Vec<Segment>,
}

/// What the folders hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Found {
    pub(super) sources: Vec<Source>,
    /// Files that the captions name and that are not there.
    pub(super) missing: Vec<String>,
    /// What could not be used, a line each: the build goes on without it.
    pub(super) warnings: Vec<String>,
}

/// A line of a `.jsonl` list. `clip` and other keys are not needed.
#[derive(Deserialize)]
struct Line {
    file: String,
    #[serde(default)]
    start_s: f32,
    end_s: Option<f32>,
    captions: Vec<String>,
    /// Who performed it, where the file's name does not tell.
    performer: Option<String>,
}

/// Searches `folders` for motion files and their captions, `lists` for more captions. `output` is not searched.
///
/// # Errors
/// A folder that was given cannot be read, or a list that was given cannot be read.
pub(super) fn find(folders: &[PathBuf], lists: &[PathBuf], output: &Path, rule: PerformerRule) -> Result<Found, DatasetError> {
    let mut found = Found::default();
    let mut lists_to_read: Vec<PathBuf> = lists.to_vec();
    // The data set itself is no source.
    let mut visited: HashSet<PathBuf> = output.canonicalize().into_iter().collect();
    let mut names = HashSet::new();
    for folder in folders {
        let mut files = Vec::new();
        visited.extend(folder.canonicalize());
        found.warnings.extend(search(folder, &mut visited, &mut files).map_err(DatasetError::read(folder))?);
        files.sort();
        lists_to_read.extend(files.iter().filter(|file| has_ending(file, "jsonl")).cloned());
        let motions: Vec<&PathBuf> = files.iter().filter(|file| Format::readable(file).is_ok()).collect();
        let known: HashSet<String> = motions.iter().map(|file| stem_below(file, folder)).collect();
        for file in motions {
            let below = stem_below(file, folder);
            if is_mirrored_copy(&below, &known) {
                continue;
            }
            let prefix = if folders.len() > 1 { folder.file_name().map(|name| plain(&name.to_string_lossy())) } else { None };
            let name = prefix.map_or_else(|| below.clone(), |prefix| format!("{prefix}/{below}"));
            if let Err(cause) = layout::check_name(&name) {
                found.warnings.push(format!("{} is left out: {cause}; rename it", shown(file)));
                continue;
            }
            if !names.insert(name.clone()) {
                found.warnings.push(format!("{} is left out: another file has its name; rename one of them", shown(file)));
                continue;
            }
            let text = text_of(file, folder).map(|path| layout::read_text(&path)).transpose();
            let segments = match text {
                Ok(text) => segments_of(&text.unwrap_or_default()),
                Err(error) => {
                    found.warnings.push(error.to_string());
                    Vec::new()
                }
            };
            found.sources.push(Source { file: file.clone(), performer: performer(&name, rule), name, segments });
        }
    }
    read_lists(&lists_to_read, rule, &mut found)?;
    for source in &mut found.sources {
        if source.segments.is_empty() {
            source.segments.push(Segment { from_secs: 0.0, to_secs: None, captions: Vec::new() });
        }
    }
    Ok(found)
}

/// Collects the files of a folder and of those below it. Links may lead anywhere, so each folder is entered once.
fn search(folder: &Path, visited: &mut HashSet<PathBuf>, files: &mut Vec<PathBuf>) -> std::io::Result<Vec<String>> {
    let mut warnings = Vec::new();
    for entry in fs::read_dir(folder)?.flatten() {
        let path = entry.path();
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') || name == "mean_std" {
            continue;
        }
        if path.is_file() {
            files.push(path);
        } else if path.is_dir() && path.canonicalize().is_ok_and(|real| visited.insert(real)) {
            match search(&path, visited, files) {
                Ok(below) => warnings.extend(below),
                Err(error) => warnings.push(format!("{} is left out ({error}); check its permissions", shown(&path))),
            }
        }
    }
    Ok(warnings)
}

fn has_ending(file: &Path, ending: &str) -> bool {
    file.extension().is_some_and(|found| found.eq_ignore_ascii_case(ending))
}

/// A path for a message.
fn shown(path: &Path) -> String {
    crate::files::one_line(&path.display().to_string(), LONGEST_LINE)
}

/// A part of a path as a part of a name.
fn plain(part: &str) -> String {
    part.chars().map(|c| if c.is_control() || matches!(c, ':' | '\\' | '/') { '_' } else { c }).collect()
}

fn stem_below(file: &Path, folder: &Path) -> String {
    let below = file.strip_prefix(folder).unwrap_or(file).with_extension("");
    let parts = below.components().filter_map(|part| match part {
        Component::Normal(part) => Some(plain(part.to_string_lossy().trim())),
        _ => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Mirrored copies beside their originals are made anew, so that they stay in their original's part of the split.
fn is_mirrored_copy(name: &str, known: &HashSet<String>) -> bool {
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, file)| (folder, file));
    let original = file.strip_prefix('M').map(|file| if folder.is_empty() { file.to_owned() } else { format!("{folder}/{file}") });
    original.is_some_and(|original| known.contains(&original))
}

/// The caption file of a motion: beside it, or below `texts` as published.
fn text_of(file: &Path, folder: &Path) -> Option<PathBuf> {
    let beside = file.with_extension("txt");
    if beside.is_file() {
        return Some(beside);
    }
    let below: Vec<Component<'_>> = file.strip_prefix(folder).ok()?.components().collect();
    (0..below.len())
        .map(|first| folder.join("texts").join(below[first..].iter().collect::<PathBuf>()).with_extension("txt"))
        .find(|p| p.is_file())
}

/// Segments of a caption file: plain lines for the whole clip, `caption#words#from#to` for a stretch of it in seconds.
fn segments_of(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    for line in layout::lines(text) {
        let mut fields = line.split('#');
        let caption = one_line(fields.next().unwrap_or_default());
        let secs =
            |field: Option<&str>| field.and_then(|field| field.trim().parse::<f32>().ok()).filter(|secs| secs.is_finite() && *secs > 0.0);
        let from_secs = secs(fields.nth(1)).unwrap_or(0.0);
        let to_secs = secs(fields.next()).filter(|to| *to > from_secs);
        if !caption.is_empty() {
            add(&mut segments, from_secs, to_secs, vec![caption]);
        }
    }
    segments
}

/// Adds captions to a segment of the same bounds, or a new segment.
fn add(segments: &mut Vec<Segment>, from_secs: f32, to_secs: Option<f32>, captions: Vec<String>) {
    let same = segments.iter_mut().find(|segment| segment.from_secs == from_secs && segment.to_secs == to_secs);
    let captions_so_far = match same {
        Some(segment) => &mut segment.captions,
        None => {
            segments.push(Segment { from_secs, to_secs, captions: Vec::new() });
            let last = segments.len() - 1;
            &mut segments[last].captions
        }
    };
    for caption in captions {
        if !captions_so_far.contains(&caption) {
            captions_so_far.push(caption);
        }
    }
}

/// Adds what the lists say. Their files are named from any folder above, with any ending.
fn read_lists(lists: &[PathBuf], rule: PerformerRule, found: &mut Found) -> Result<(), DatasetError> {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, source) in found.sources.iter().enumerate() {
        by_name.entry(stem(&source.file)).or_default().push(at);
    }
    let mut missing = BTreeMap::new();
    let mut read = HashSet::new();
    for list in lists {
        if !read.insert(list.canonicalize().unwrap_or_else(|_| list.clone())) {
            continue;
        }
        let text = layout::read_text(list)?;
        for (number, line) in layout::lines(&text).enumerate() {
            let where_ = || format!("line {} of {}", number + 1, shown(list));
            let entry: Line = match serde_json::from_str(line) {
                Ok(entry) => entry,
                Err(error) => {
                    let cause = printable(&error.to_string());
                    found
                        .warnings
                        .push(format!("{} is left out: {cause}; write {{\"file\", \"start_s\", \"end_s\", \"captions\"}}", where_()));
                    continue;
                }
            };
            let wanted = Path::new(&entry.file).with_extension("");
            let candidates = by_name.get(&stem(&wanted)).map(Vec::as_slice).unwrap_or_default();
            let fitting: Vec<usize> =
                candidates.iter().copied().filter(|at| found.sources[*at].file.with_extension("").ends_with(&wanted)).collect();
            let &[at] = fitting.as_slice() else {
                let why = if fitting.is_empty() { "no such file" } else { "several files of this name" };
                missing.entry(printable(&entry.file)).or_insert_with(|| format!("{why}, says {}", where_()));
                continue;
            };
            let start = if entry.start_s.is_finite() { entry.start_s.max(0.0) } else { 0.0 };
            let captions = entry.captions.iter().map(|caption| one_line(caption)).filter(|caption| !caption.is_empty()).collect();
            let source = &mut found.sources[at];
            add(&mut source.segments, start, entry.end_s.filter(|end| end.is_finite() && *end > start), captions);
            if let (Some(who), PerformerRule::Auto) = (entry.performer, rule) {
                source.performer = printable(&who);
            }
        }
    }
    found.missing = missing.into_iter().map(|(file, why)| format!("{file}\t{why}")).collect();
    Ok(())
}

fn stem(file: &Path) -> String {
    file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn caption_lines_of_both_kinds_become_segments() {
        let text = "a person walks\nsomeone walks#words/NOUN#0.0#0.0\na person turns#x#1.5#3.0\na man turns#y#1.5#3.0\nbad#z#nan#-1\n\n";
        let segments = segments_of(text);
        let captions: Vec<(f32, Option<f32>, usize)> = segments.iter().map(|s| (s.from_secs, s.to_secs, s.captions.len())).collect();
        assert_eq!(captions, [(0.0, None, 3), (1.5, Some(3.0), 2)]);
    }

    #[test]
    fn mirrored_copies_are_told_by_their_originals() {
        let known = HashSet::from(["a/M01".to_owned(), "a/01".to_owned(), "Marta".to_owned()]);
        assert!(is_mirrored_copy("a/M01", &known));
        assert!(!is_mirrored_copy("Marta", &known));
    }
}
