//! From a motion file to clips: cut, set on the floor, measured, and written with its mirror image.

use super::figures::{Fault, Figures, Reason};
use super::hash::hash;
use super::options::BuildOptions;
use super::record::{Kept, Outcome, Rejected};
use super::sources::{Segment, Source};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats;
use crate::motion::{FPS, Motion, features, supports};
use crate::train::dataset::{DatasetError, Layout, layout, words};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::UNIX_EPOCH;

/// Changes whenever the same file would become other clips, so that records of older programs do not count.
const VERSION: &str = "3";

/// What tells whether a file was done before: itself, its captions, and the options that change clips.
pub(super) fn key(source: &Source, options: &BuildOptions) -> String {
    let metadata = source.file.metadata().ok();
    let size = metadata.as_ref().map_or(0, std::fs::Metadata::len);
    let changed = metadata.and_then(|data| data.modified().ok()).and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    let parts = [
        source.name.clone(),
        source.file.display().to_string(),
        format!("{size} {}", changed.as_nanos()),
        serde_json::to_string(&source.segments).unwrap_or_default(),
        format!("{:?} {} {} {}", options.frames(), options.mirror, options.augment, options.seed),
    ];
    let parts: Vec<&str> = [VERSION].into_iter().chain(parts.iter().map(String::as_str)).collect();
    format!("{:016x}", hash(&parts))
}

/// The name of a clip's mirror image: an `M` before the file's name, as published.
pub(super) fn mirrored_name(name: &str) -> String {
    match name.rsplit_once('/') {
        Some((folder, file)) => format!("{folder}/M{file}"),
        None => format!("M{name}"),
    }
}

/// Most bytes of a clip's own name: its files have endings and an `M` besides, and no file's name has more than 255.
const LONGEST_NAME: usize = 200;

/// A clip's name, shortened where it is too long for the files that are made of it, and still its own.
fn bounded(name: &str) -> String {
    let (folder, file) = name.rsplit_once('/').map_or(("", name), |(folder, _)| name.split_at(folder.len() + 1));
    if file.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let begin = &file[..file.floor_char_boundary(LONGEST_NAME - 17)];
    format!("{folder}{begin}-{:016x}", hash(&[file]))
}

/// Makes the clips of a file. Whatever is wrong with the file or a clip is in the outcome.
///
/// # Errors
/// A clip cannot be written.
pub(super) fn make(source: &Source, layout: &Layout, options: &BuildOptions) -> Result<Outcome, DatasetError> {
    let mut outcome = Outcome::default();
    // A file that finds a fault in the program must not end a night's work.
    let motion = match catch_unwind(AssertUnwindSafe(|| formats::read(&source.file))) {
        Ok(Ok(motion)) => motion,
        Ok(Err(error)) => {
            outcome.reject(&source.name, Reason::Unreadable, one_line(&error.to_string(), LONGEST_LINE));
            return Ok(outcome);
        }
        Err(_) => {
            outcome.reject(&source.name, Reason::Unreadable, "the program failed on it; please report the file".to_owned());
            return Ok(outcome);
        }
    };
    let pieces: Vec<Piece> = source.segments.iter().flat_map(|segment| pieces(segment, motion.len(), options.frames().end - 1)).collect();
    for piece in &pieces {
        let whole = pieces.len() == 1;
        let name = if whole { source.name.clone() } else { format!("{}@{}-{}", source.name, piece.frames.start, piece.frames.end) };
        make_clip(&bounded(&name), piece, &motion, layout, options, &mut outcome)?;
    }
    Ok(outcome)
}

impl Outcome {
    fn reject(&mut self, name: &str, reason: Reason, figure: String) {
        self.rejected.push(Rejected { name: name.to_owned(), fault: Fault { reason, figure } });
    }
}

/// A stretch of a file that becomes a clip.
#[derive(Clone, Debug, PartialEq)]
struct Piece {
    frames: Range<usize>,
    captions: Vec<String>,
    /// Whether it is longer than a clip and cannot be cut.
    too_long: bool,
}

/// A segment in pieces of at most `most` frames where what it shows goes on and on; otherwise in one piece.
fn pieces(segment: &Segment, frames: usize, most: usize) -> Vec<Piece> {
    let at = |secs: f32| ((secs * FPS).round() as usize).min(frames);
    let (from, to) = (at(segment.from_secs), segment.to_secs.map_or(frames, at));
    let length = to.saturating_sub(from);
    let whole = |too_long| vec![Piece { frames: from..to.max(from), captions: segment.captions.clone(), too_long }];
    if length <= most {
        return whole(false);
    }
    let captions = words::cyclic(&segment.captions);
    if captions.is_empty() {
        return whole(true);
    }
    let count = length.div_ceil(most);
    let window = |i: usize| from + i * length / count..from + (i + 1) * length / count;
    (0..count).map(|i| Piece { frames: window(i), captions: captions.clone(), too_long: false }).collect()
}

fn make_clip(
    name: &str,
    piece: &Piece,
    motion: &Motion,
    layout: &Layout,
    options: &BuildOptions,
    outcome: &mut Outcome,
) -> Result<(), DatasetError> {
    let allowed = options.frames();
    if piece.frames.len() < allowed.start {
        let [secs, least] = [piece.frames.len(), allowed.start].map(|frames| frames as f32 / FPS);
        outcome.reject(name, Reason::TooShort, format!("{secs:.2} s (limit {least:.2})"));
        return Ok(());
    }
    let mut clip = Motion { frames: motion.frames[piece.frames.clone()].to_vec() };
    let floor_m = supports::floor_m(&supports::surfaces(&clip));
    for pose in &mut clip.frames {
        pose.root_m.y -= floor_m;
    }
    let figures = Figures::of(&clip);
    if let Some(fault) = figures.fault() {
        outcome.rejected.push(Rejected { name: name.to_owned(), fault });
        return Ok(());
    }
    if piece.captions.is_empty() {
        outcome.reject(name, Reason::NoCaption, "only the tokenizer learns from it".to_owned());
    } else if piece.too_long {
        let figure =
            format!("{:.2} s (limit {:.2}), only the tokenizer learns from it", clip.duration_secs(), (allowed.end - 1) as f32 / FPS);
        outcome.reject(name, Reason::TooLong, figure);
    }
    let mut random = StdRng::seed_from_u64(hash(&[&options.seed.to_string(), name]));
    let made = words::reworded(&piece.captions, options.augment, &mut random);
    write(layout, name, &clip, &piece.captions, &made)?;
    if options.mirror {
        let swap = |captions: &[String]| captions.iter().map(|caption| words::swap_sides(caption)).collect::<Vec<_>>();
        write(layout, &mirrored_name(name), &clip.mirrored(), &swap(&piece.captions), &swap(&made))?;
    }
    let for_generator = !piece.captions.is_empty() && !piece.too_long;
    outcome.kept.push(Kept { name: name.to_owned(), for_generator, from_frame: piece.frames.start, figures });
    Ok(())
}

/// Writes a clip: features, captions, and what was made from these.
pub(super) fn write(layout: &Layout, name: &str, clip: &Motion, captions: &[String], made: &[String]) -> Result<(), DatasetError> {
    let lines = |captions: &[String]| captions.iter().map(|caption| format!("{caption}\n")).collect::<String>();
    if !captions.is_empty() {
        layout::write_text(&layout.texts(name), &lines(captions))?;
    }
    if !made.is_empty() {
        layout::write_text(&layout.augmented_texts(name), &lines(made))?;
    }
    let path = layout.motion(name);
    layout::make_folder_of(&path)?;
    Ok(formats::write_features(&path, &features::encode(clip))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(from_secs: f32, to_secs: Option<f32>, caption: &str) -> Segment {
        Segment { from_secs, to_secs, captions: vec![caption.to_owned()] }
    }

    #[test]
    fn long_cyclic_motion_is_cut_into_even_windows_that_do_not_overlap() {
        let cut = pieces(&segment(1.0, None, "a person dances"), 730, 300);
        let windows: Vec<Range<usize>> = cut.iter().map(|piece| piece.frames.clone()).collect();
        assert_eq!(windows, [30..263, 263..496, 496..730]);
        let whole = pieces(&segment(0.0, None, "a person climbs a wall"), 730, 300);
        assert!(whole.len() == 1 && whole[0].too_long);
    }

    #[test]
    fn bounds_beyond_the_file_end_with_it() {
        assert_eq!(pieces(&segment(2.0, Some(99.0), "a person walks"), 100, 300)[0].frames, 60..100);
        assert_eq!(pieces(&segment(50.0, Some(99.0), "a person walks"), 100, 300)[0].frames.len(), 0);
    }

    #[test]
    fn long_names_become_shorter_ones_that_differ() {
        assert_eq!(bounded("a/b/01_02"), "a/b/01_02");
        let long = |end: &str| format!("a/{}{end}", "ö".repeat(125));
        let [first, second] = ["1", "2"].map(|end| bounded(&long(end)));
        assert!(first != second && first.starts_with("a/ö") && first.len() <= LONGEST_NAME + 2, "{first}");
    }

    #[test]
    fn mirror_images_lie_beside_their_clips() {
        assert_eq!((mirrored_name("a/b/01_02").as_str(), mirrored_name("x").as_str()), ("a/b/M01_02", "Mx"));
    }
}
