//! `zoetrope convert IN OUT`: any motion file or project to any motion file; several to one file with `-o`.

use super::args::{CharacterArgs, Cleanup, ConvertArgs, ExportArgs, Names, NpzOriginArg, Program, UnitsArg};
use super::error::CliError;
use super::progress::say;
use super::{figure, maps};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, ClipChoice, Contents, Format, NamedMotion, NpzOrigin, Project, ReadOptions, WriteOptions};
use crate::motion::cleanup::remove_sliding::without_sliding;
use crate::motion::cleanup::{CleanupSettings, clean};
use crate::motion::mapping::Presets;
use crate::motion::{Motion, NameStyle};
use crate::timeline::{Chain, Provenance, Take};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &ConvertArgs) -> Result<(), CliError> {
    let (inputs, output) =
        args.files().ok_or_else(|| CliError::Usage("several files are read: name the one to write with -o".to_owned()))?;
    if let (Some(from), Some(to)) = (args.from, args.to)
        && from >= to
    {
        return Err(CliError::Usage(format!("--from {from} is not before --to {to}")));
    }
    let presets = presets(&args.export.who, &inputs)?;
    let mut read = Vec::new();
    for input in inputs {
        read.extend(motions_of(args, input, &presets)?);
    }
    let frames: usize = read.iter().map(|read| read.motion.len()).sum();
    for Read { motion, from, .. } in &mut read {
        if args.from.is_some() || args.to.is_some() {
            *motion = motion.trimmed(args.from.unwrap_or(0.0), args.to.unwrap_or(f32::MAX));
        }
        match args.cleanup {
            Some(Cleanup::Ours) => *motion = clean(motion, &CleanupSettings::default()),
            Some(Cleanup::Published) => {
                *motion = without_sliding(motion).map_err(|error| CliError::Failed(format!("{error}: {}", from.display())))?;
            }
            None => {}
        }
    }
    let options = write_options(&args.export, output, &presets)?;
    let secs: f32 = read.iter().map(|read| read.motion.duration_secs() + options.lead_in_secs).sum();
    let animations = match &read[..] {
        [Read { motion, provenance, .. }] => {
            formats::write(output, motion, &WriteOptions { provenance: provenance.clone(), ..options }).map_err(CliError::from_below)?;
            String::new()
        }
        several => {
            let named = several.iter().map(|Read { name, motion, provenance, .. }| NamedMotion {
                name: name.clone(),
                motion,
                provenance: provenance.clone(),
            });
            formats::write_all(output, &named.collect::<Vec<_>>(), &options).map_err(CliError::from_below)?;
            format!("{} animations, ", several.len())
        }
    };
    say(&one_line(&format!("{}: {animations}{secs:.2} s, {frames} frames read", output.display()), LONGEST_LINE));
    Ok(())
}

/// A motion of a file.
struct Read {
    name: String,
    motion: Motion,
    /// Where it came from, if that is known.
    provenance: Option<Provenance>,
    from: PathBuf,
}

/// The motions that are asked for of a file; what is to be said of it is said.
fn motions_of(args: &ConvertArgs, input: &Path, presets: &Presets) -> Result<Vec<Read>, CliError> {
    if is_project(input) {
        if args.clip.is_some() || args.source_fps.is_some() {
            return Err(CliError::Usage("--clip and --source-fps are for motion files; --take chooses a take of a project".to_owned()));
        }
        return takes_of(input, &args.take);
    }
    if !args.take.is_empty() {
        return Err(CliError::Usage("--take chooses a take of a project: leave it out for a motion file".to_owned()));
    }
    let options = ReadOptions { clip: args.clip.clone().map(ClipChoice::Named), source_fps: args.source_fps, presets: presets.clone() };
    Ok(vec![motion_in(input, &options)?])
}

/// The motion of a file, or a take of a project, else its timeline; what is to be said of it is said.
pub(super) fn read_motion(path: &Path, take: Option<u32>, presets: &Presets) -> Result<(Motion, Option<Provenance>), CliError> {
    let read = if is_project(path) {
        takes_of(path, take.as_slice())?
    } else {
        vec![motion_in(path, &ReadOptions { presets: presets.clone(), ..ReadOptions::default() })?]
    };
    let [Read { motion, provenance, .. }] = <[Read; 1]>::try_from(read).map_err(|_| CliError::Usage("one motion is read".to_owned()))?;
    Ok((motion, provenance))
}

fn is_project(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case(formats::PROJECT_ENDING))
}

fn note(path: &Path, note: &str) {
    say(&one_line(&format!("note: {}: {note}", path.display()), LONGEST_LINE));
}

/// The motion of a motion file.
fn motion_in(path: &Path, options: &ReadOptions) -> Result<Read, CliError> {
    let reading = formats::read_with(path, options).map_err(CliError::from_below)?;
    reading.notes.iter().for_each(|said| note(path, said));
    if options.clip.is_none() && reading.animations.len() > 1 {
        note(path, "--clip chooses another animation");
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Read { name, motion: reading.motion, provenance: None, from: path.to_owned() })
}

/// The takes with these numbers of a project's list, else its timeline.
fn takes_of(path: &Path, takes: &[u32]) -> Result<Vec<Read>, CliError> {
    let Project { document, cut_off, .. } = formats::open_project(path).map_err(CliError::from_below)?;
    if cut_off {
        note(path, "the last save was cut off: this is what it held before");
    }
    let lacks = |what: String, help: &str| CliError::Failed(format!("{what} in {}; {help}", path.display()));
    let read = |take: &Take| Read {
        name: take.provenance.prompt().into_owned(),
        motion: Motion::clone(&take.motion),
        provenance: Some(take.provenance.clone()),
        from: path.to_owned(),
    };
    if takes.is_empty() {
        let chain = Chain::of(document.arrangement(), document.takes());
        let whole = chain.as_take(0..chain.motion().len(), document.takes());
        let whole = whole.ok_or_else(|| lacks("no clips on the timeline".to_owned(), "choose a take with --take N"))?;
        return Ok(vec![read(&whole)]);
    }
    let take_list = &document.arrangement().take_list;
    let numbered = |number: &u32| {
        let found = take_list.get(*number as usize - 1).and_then(|listed| document.takes().get(&listed.take));
        found.map(|take| read(take)).ok_or_else(|| lacks(format!("no take {number}"), &format!("it has {} takes", take_list.len())))
    };
    takes.iter().map(numbered).collect()
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

/// The mapping presets for files that are read and for the character.
pub(super) fn presets(who: &CharacterArgs, inputs: &[&Path]) -> Result<Presets, CliError> {
    let files: Vec<&Path> = inputs.iter().copied().chain(who.character.as_deref()).collect();
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
        onto: args.who.character.clone(),
        provenance: None,
    };
    formats::check_own_file(output, &options).map_err(CliError::from_below)?;
    Ok(options)
}
