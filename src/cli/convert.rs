//! `zoetrope convert IN OUT`: any motion file or project to any motion file.

use super::args::{CharacterArgs, Cleanup, ConvertArgs, ExportArgs, Names, NpzOriginArg, Program, UnitsArg};
use super::error::CliError;
use super::progress::say;
use super::{figure, maps};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, ClipChoice, Contents, Format, NpzOrigin, Project, ReadOptions, WriteOptions};
use crate::motion::cleanup::remove_sliding::without_sliding;
use crate::motion::cleanup::{CleanupSettings, clean};
use crate::motion::mapping::Presets;
use crate::motion::{Motion, NameStyle};
use crate::timeline::{Chain, Provenance};
use std::path::Path;

pub(super) fn run(args: &ConvertArgs) -> Result<(), CliError> {
    let presets = presets(&args.export.who, Some(&args.input))?;
    let (mut motion, provenance, notes) = read(args, &presets)?;
    for note in notes {
        say(&one_line(&format!("note: {}: {note}", args.input.display()), LONGEST_LINE));
    }
    let read_frames = motion.len();
    if args.from.is_some() || args.to.is_some() {
        motion = motion.trimmed(args.from.unwrap_or(0.0), args.to.unwrap_or(f32::MAX));
    }
    match args.cleanup {
        Some(Cleanup::Ours) => motion = clean(&motion, &CleanupSettings::default()),
        Some(Cleanup::Published) => {
            motion = without_sliding(&motion).map_err(|error| CliError::Failed(format!("{error}: {}", args.input.display())))?;
        }
        None => {}
    }
    let options = WriteOptions { provenance, ..write_options(&args.export, &args.output, &presets)? };
    formats::write(&args.output, &motion, &options).map_err(CliError::from_below)?;
    let (secs, output) = (motion.duration_secs() + options.lead_in_secs, args.output.display());
    say(&one_line(&format!("{output}: {secs:.2} s, {read_frames} frames read"), LONGEST_LINE));
    Ok(())
}

/// The motion, where it came from if that is known, and what is to be said of the file.
fn read(args: &ConvertArgs, presets: &Presets) -> Result<(Motion, Option<Provenance>, Vec<String>), CliError> {
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from >= to
    {
        return Err(CliError::Usage(format!("--from {from} is not before --to {to}")));
    }
    let is_project = args.input.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(formats::PROJECT_ENDING));
    if is_project {
        if args.clip.is_some() || args.source_fps.is_some() {
            return Err(CliError::Usage("--clip and --source-fps are for motion files; --take chooses a take of a project".to_owned()));
        }
        return read_project(&args.input, args.take).map(|(motion, provenance, notes)| (motion, Some(provenance), notes));
    }
    if args.take.is_some() {
        return Err(CliError::Usage("--take chooses a take of a project: leave it out for a motion file".to_owned()));
    }
    let options = ReadOptions { clip: args.clip.clone().map(ClipChoice::Named), source_fps: args.source_fps, presets: presets.clone() };
    let reading = formats::read_with(&args.input, &options).map_err(CliError::from_below)?;
    let mut notes = reading.notes;
    if args.clip.is_none() && reading.animations.len() > 1 {
        notes.push("--clip chooses another animation".to_owned());
    }
    Ok((reading.motion, None, notes))
}

/// The take with this number of a project's list, else its timeline.
fn read_project(path: &Path, take: Option<u32>) -> Result<(Motion, Provenance, Vec<String>), CliError> {
    let Project { document, cut_off, .. } = formats::open_project(path).map_err(CliError::from_below)?;
    let notes = Vec::from_iter(cut_off.then(|| "the last save was cut off: this is what it held before".to_owned()));
    let lacks = |what: String, help: &str| CliError::Failed(format!("{what} in {}; {help}", path.display()));
    let Some(number) = take else {
        let chain = Chain::of(document.arrangement(), document.takes());
        let whole = chain.as_take(0..chain.motion().len(), document.takes());
        let whole = whole.ok_or_else(|| lacks("no clips on the timeline".to_owned(), "choose a take with --take N"))?;
        return Ok((Motion::clone(&whole.motion), whole.provenance, notes));
    };
    let take_list = &document.arrangement().take_list;
    let found = take_list.get(number as usize - 1).and_then(|listed| document.takes().get(&listed.take));
    let found = found.ok_or_else(|| lacks(format!("no take {number}"), &format!("it has {} takes", take_list.len())))?;
    Ok((Motion::clone(&found.motion), found.provenance.clone(), notes))
}

/// The program that a motion is for.
pub(super) fn program_of(program: Program) -> formats::Program {
    match program {
        Program::Blender => formats::Program::Blender,
        Program::Unreal => formats::Program::Unreal,
        Program::Unity => formats::Program::Unity,
        Program::Maya => formats::Program::Maya,
        Program::MotionBuilder => formats::Program::MotionBuilder,
        Program::Houdini => formats::Program::Houdini,
        Program::Godot => formats::Program::Godot,
        Program::Three => formats::Program::Three,
        Program::Vrm => formats::Program::Vrm,
        Program::Robot => formats::Program::Robot,
    }
}

/// What stands against writing this file for a program: that it does not open it.
fn check_opens(program: formats::Program, output: &Path) -> Result<(), CliError> {
    let opens = program.opens();
    if Format::of(output).is_ok_and(|format| !opens.contains(&format)) {
        let endings: Vec<String> = opens.iter().map(|format| format!(".{}", format.ending())).collect();
        let cause = format!("{} does not open {}; write {}", program.label(), output.display(), endings.join(" or "));
        return Err(CliError::Failed(cause));
    }
    Ok(())
}

/// The mapping presets for a file that is read and for the character.
pub(super) fn presets(who: &CharacterArgs, input: Option<&Path>) -> Result<Presets, CliError> {
    let files: Vec<&Path> = input.into_iter().chain(who.character.as_deref()).collect();
    maps::presets(&who.map, &files)
}

/// The options of the writers for this file, with the character that goes out.
pub(super) fn write_options(args: &ExportArgs, output: &Path, presets: &Presets) -> Result<WriteOptions, CliError> {
    let program = args.program.map(program_of);
    if let Some(program) = program {
        check_opens(program, output)?;
    }
    let usual = program.map(formats::Program::write_options).unwrap_or_default();
    let options = WriteOptions {
        fps: args.fps.as_ref().and_then(|fps| fps.parse().ok()).unwrap_or(usual.fps),
        names: args.names.map_or(usual.names, |names| match names {
            Names::Smpl => NameStyle::Smpl,
            Names::Mixamo => NameStyle::Mixamo,
            Names::Unreal => NameStyle::Unreal,
        }),
        units: args.units.map_or(usual.units, |units| match units {
            UnitsArg::Cm => formats::Units::Cm,
            UnitsArg::M => formats::Units::M,
        }),
        in_place: args.in_place,
        root_bone: args.root_bone,
        lead_in_secs: args.lead_in.unwrap_or(usual.lead_in_secs),
        npz_origin: match args.npz_origin {
            NpzOriginArg::Smplx => NpzOrigin::Smplx,
            NpzOriginArg::Floor => NpzOrigin::Floor,
        },
        contents: match (args.skeleton_only, args.animation_only) {
            (_, true) => Contents::Animation,
            (true, false) => Contents::Skeleton,
            (false, false) => Contents::Character,
        },
        character: figure::of(&args.who, presets)?,
        onto: args.who.character.clone().filter(|file| matches!(Format::readable(file), Ok(Format::Glb))),
        provenance: None,
    };
    formats::check_own_file(output, &options).map_err(CliError::from_below)?;
    Ok(options)
}
