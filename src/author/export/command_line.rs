//! The command that writes the same file without the window, for scripts and batches.

use super::choices::{ExportChoices, FileKind};
use crate::body::{CharacterChoice, CharacterKind, MannequinLook};
use crate::formats::{Contents, Units};
use crate::library::STARTER;
use crate::motion::mapping::Fingers;
use crate::motion::{FPS, NameStyle};
use crate::timeline::{Finish, Length, Request};
use std::ops::Range;
use std::path::Path;

/// Where the command gets the motion from.
#[derive(Clone, Debug, PartialEq)]
pub enum ExportSource<'a> {
    /// A take that is generated again, as it was made.
    Made {
        /// How.
        request: Request,
        /// The model's name.
        model: &'a str,
    },
    /// A take, or the timeline, of a project file.
    Project {
        /// The file.
        path: &'a Path,
        /// Place in the list of takes, from 0; the timeline otherwise.
        take: Option<usize>,
        /// A part of it, frames at 30 a second.
        range: Option<Range<usize>>,
    },
}

/// The command, quoted for a shell, with who goes out; none where a path is no text that a shell can be given, and none of
/// pictures: nobody else stands where the window's camera does.
#[must_use]
pub fn command_line(source: &ExportSource<'_>, choices: &ExportChoices, character: &CharacterChoice, output: &Path) -> Option<String> {
    let kind = FileKind::of(output).filter(|kind| !kind.is_film())?;
    let text = |path: &Path| path.to_str().map(str::to_owned);
    let mut words = vec!["zoetrope".to_owned()];
    let mut last = None;
    match source {
        ExportSource::Made { request, model } => {
            words.extend(["generate".to_owned(), "-o".to_owned(), text(output)?]);
            option(&mut words, "--seed", request.seed, request.seed != 0);
            option(&mut words, "--model", model, *model != STARTER);
            match request.length {
                Length::Exact { secs } => option(&mut words, "--seconds", secs, true),
                length @ Length::Between { min_secs, max_secs } if length != Length::default() => {
                    option(&mut words, "--min-seconds", min_secs, true);
                    option(&mut words, "--max-seconds", max_secs, true);
                }
                Length::Between { .. } => {}
            }
            made_as(&mut words, request);
            last = Some(request.prompt.clone());
        }
        ExportSource::Project { path, take, range } => {
            words.extend(["convert".to_owned(), text(path)?, text(output)?]);
            option(&mut words, "--take", take.map_or(0, |place| place + 1), take.is_some());
            let secs = |frame: usize| (1000.0 * frame as f32 / FPS).round() / 1000.0;
            if let Some(range) = range {
                option(&mut words, "--from", secs(range.start), range.start > 0);
                option(&mut words, "--to", secs(range.end), true);
            }
        }
    }
    written_as(&mut words, choices, kind);
    match &character.kind {
        CharacterKind::Smpl { path, shape } if kind.has_bones() => {
            option(&mut words, "--character", text(path)?, true);
            let numbers: Vec<String> = shape.iter().map(f32::to_string).collect();
            option(&mut words, "--shape", numbers.join(","), shape.iter().any(|number| *number != 0.0));
        }
        CharacterKind::Mannequin if kind.has_contents() && choices.contents == Contents::Character => {
            let (look, usual) = (character.mannequin, MannequinLook::default());
            let [red, green, blue] = look.color;
            option(&mut words, "--color", format!("{red:02x}{green:02x}{blue:02x}"), look.color != usual.color);
            option(&mut words, "--build", look.build, look.build != usual.build);
        }
        CharacterKind::Rigged { path, fingers, .. } if kind.has_bones() => {
            option(&mut words, "--character", text(path)?, true);
            option(&mut words, "--fingers", fingers.name(), *fingers != Fingers::default());
        }
        CharacterKind::Smpl { .. } | CharacterKind::Rigged { .. } | CharacterKind::Mannequin => {}
    }
    if let Some(prompt) = last {
        // Where options end, a prompt may begin with a hyphen.
        if prompt.starts_with('-') {
            words.push("--".to_owned());
        }
        words.push(prompt);
    }
    shlex::try_join(words.iter().map(String::as_str)).ok()
}

/// The options of sampling and finish, where they are not the model's own.
fn made_as(words: &mut Vec<String>, request: &Request) {
    let sampling = &request.sampling;
    let flags = [
        ("--literal", request.literal),
        ("--greedy", sampling.greedy),
        ("--raw", request.finish == Finish::Raw),
        ("--published", request.finish == Finish::Published),
    ];
    words.extend(flags.iter().filter(|(_, is_set)| *is_set).map(|(flag, _)| (*flag).to_owned()));
    option(words, "--temperature", sampling.temperature.unwrap_or(1.0), sampling.temperature.is_some());
    option(words, "--top-k", sampling.top_k.unwrap_or(0), sampling.top_k.is_some());
    option(words, "--top-p", sampling.top_p.unwrap_or(1.0), sampling.top_p.is_some());
    option(words, "--guidance", sampling.guidance.unwrap_or(1.0), sampling.guidance.is_some());
}

/// The options of the writers that this kind of file has, where they are not the command line's own defaults.
fn written_as(words: &mut Vec<String>, choices: &ExportChoices, kind: FileKind) {
    let fps = choices.fps_of(kind);
    option(words, "--fps", fps, fps != FPS);
    let names = match choices.names {
        NameStyle::Smpl => "smpl",
        NameStyle::Mixamo => "mixamo",
        NameStyle::Unreal => "unreal",
    };
    let has_bones = kind.has_bones();
    option(words, "--names", names, has_bones && choices.names != NameStyle::Smpl);
    let root_bone = if choices.root_bone { "yes" } else { "no" };
    option(words, "--root-bone", root_bone, has_bones && choices.root_bone != choices.names.has_root_bone());
    option(words, "--units", "m", kind == FileKind::Bvh && choices.units == Units::M);
    let of_contents = |contents| kind.has_contents() && choices.contents == contents;
    words.extend(of_contents(Contents::Skeleton).then(|| "--skeleton-only".to_owned()));
    words.extend(of_contents(Contents::Animation).then(|| "--animation-only".to_owned()));
    words.extend(choices.in_place.then(|| "--in-place".to_owned()));
    option(words, "--lead-in", f32::from(choices.lead_in_ms) / 1000.0, choices.lead_in_ms > 0);
}

fn option(words: &mut Vec<String>, name: &str, value: impl std::fmt::Display, is_needed: bool) {
    if is_needed {
        words.extend([name.to_owned(), value.to_string()]);
    }
}
