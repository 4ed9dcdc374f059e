//! `zoetrope convert IN OUT`: any motion file or project to any motion file; several to one file with `-o`.

use super::args::{CharacterArgs, Cleanup, ConvertArgs, ExportArgs, Names, NpzOriginArg, Program, UnitsArg};
use super::error::CliError;
use super::progress::say;
use super::values::excerpt;
use super::{figure, maps};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, ClipChoice, Contents, Format, NamedMotion, NpzOrigin, Project, ReadOptions, WriteOptions};
use crate::motion::cleanup::remove_sliding::without_sliding;
use crate::motion::cleanup::{CleanupSettings, clean};
use crate::motion::mapping::Presets;
use crate::motion::{Motion, NameStyle};
use crate::timeline::{Chain, Document, Provenance, Take};
use std::path::{Path, PathBuf};

pub(super) fn run(args: &ConvertArgs) -> Result<(), CliError> {
    let (inputs, output) =
        args.files().ok_or_else(|| CliError::Usage("several files are read: name the one to write with -o".to_owned()))?;
    let part = excerpt(args.from, args.to)?;
    let presets = presets(&args.export.who, &inputs)?;
    let mut read = Vec::new();
    for input in inputs {
        read.extend(motions_of(args, input, &presets)?);
    }
    let frames: usize = read.iter().map(|read| read.motion.len()).sum();
    for Read { motion, from, .. } in &mut read {
        if args.from.is_some() || args.to.is_some() {
            *motion = motion.trimmed(part.from_secs, part.to_secs);
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
        let project = Takes::of(input)?;
        return match &args.take[..] {
            [] => Ok(vec![project.timeline()?]),
            numbers => numbers.iter().map(|number| project.take(*number)).collect(),
        };
    }
    if !args.take.is_empty() {
        return Err(CliError::Usage("--take chooses a take of a project: leave it out for a motion file".to_owned()));
    }
    let options = ReadOptions { clip: args.clip.clone().map(ClipChoice::Named), source_fps: args.source_fps, presets: presets.clone() };
    Ok(vec![motion_in(input, &options)?])
}

/// The motion of a file, or a take of a project, else its timeline; what is to be said of it is said.
pub(super) fn read_motion(path: &Path, take: Option<u32>, presets: &Presets) -> Result<(Motion, Option<Provenance>), CliError> {
    let Read { motion, provenance, .. } = if is_project(path) {
        let project = Takes::of(path)?;
        take.map_or_else(|| project.timeline(), |number| project.take(number))?
    } else {
        motion_in(path, &ReadOptions { presets: presets.clone(), ..ReadOptions::default() })?
    };
    Ok((motion, provenance))
}

pub(super) fn is_project(path: &Path) -> bool {
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
        note(path, "`convert --clip` chooses another animation");
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Read { name, motion: reading.motion, provenance: None, from: path.to_owned() })
}

/// A project that motions are taken from.
struct Takes<'a> {
    document: Document,
    path: &'a Path,
}

impl<'a> Takes<'a> {
    fn of(path: &'a Path) -> Result<Self, CliError> {
        let Project { document, cut_off, .. } = formats::open_project(path).map_err(CliError::from_below)?;
        if cut_off {
            note(path, "the last save was cut off: this is what it held before");
        }
        Ok(Self { document, path })
    }

    /// The whole timeline.
    fn timeline(&self) -> Result<Read, CliError> {
        let chain = Chain::of(self.document.arrangement(), self.document.takes());
        let whole = chain.as_take(0..chain.motion().len(), self.document.takes());
        whole.as_ref().map(|take| self.read(take)).ok_or_else(|| self.lacks("no clips on the timeline", "choose a take with --take N"))
    }

    /// The take of this number in the list.
    fn take(&self, number: u32) -> Result<Read, CliError> {
        let list = &self.document.arrangement().take_list;
        let found = list.get(number as usize - 1).and_then(|listed| self.document.takes().get(&listed.take));
        let lacks = || self.lacks(&format!("no take {number}"), &format!("it has {} takes", list.len()));
        found.map(|take| self.read(take)).ok_or_else(lacks)
    }

    fn lacks(&self, what: &str, help: &str) -> CliError {
        CliError::Failed(format!("{what} in {}; {help}", self.path.display()))
    }

    fn read(&self, take: &Take) -> Read {
        Read {
            name: take.provenance.prompt().into_owned(),
            motion: Motion::clone(&take.motion),
            provenance: Some(take.provenance.clone()),
            from: self.path.to_owned(),
        }
    }
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
