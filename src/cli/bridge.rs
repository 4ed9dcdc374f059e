//! `zoetrope between A B` and `zoetrope redo FILE`: a motion that leads from one to another, and a part of a motion anew.

use super::bridge_args::{BetweenArgs, BridgeArgs, RedoArgs};
use super::convert::{is_project, presets, read_motion, write_options};
use super::error::CliError;
use super::generate::{load_model_for, the_one};
use super::interrupt::Interrupt;
use super::network_args::NetworkArgs;
use super::progress::{Progress, say};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, Format, WriteOptions};
use crate::motion::bridge::Gap;
use crate::motion::mapping::Presets;
use crate::motion::{FPS, Motion};
use crate::pipeline::{Batch, Made};
use crate::timeline::{Provenance, Request};
use std::path::Path;

pub(super) fn between(args: &BetweenArgs) -> Result<(), CliError> {
    check_take(&args.bridge, &[&args.from, &args.to])?;
    if frames(args.seconds) == 0 {
        return Err(CliError::Usage(format!("--seconds {} is less than a frame", args.seconds)));
    }
    let presets = presets(&args.bridge.export.who, &[&args.from, &args.to])?;
    let options = options_for(&args.bridge, &presets)?;
    let [(a, of_a), (b, of_b)] = [read(&args.from, args.bridge.take, &presets)?, read(&args.to, args.bridge.take, &presets)?];
    let gap = Gap { before: a, after: b, frames: frames(args.seconds), is_fixed: false };
    let made = make(&args.bridge, &args.prompt, gap.clone())?;
    let mut motion = gap.before;
    motion.frames.extend(&made.take.motion.frames);
    motion.frames.extend(made.behind(&gap.after).frames);
    let provenance = Provenance::of_chain(&[&of_a, &made.take.provenance, &of_b]);
    save(&args.bridge.output, &motion, provenance, options)
}

pub(super) fn redo(args: &RedoArgs) -> Result<(), CliError> {
    check_take(&args.bridge, &[&args.file])?;
    let presets = presets(&args.bridge.export.who, &[&args.file])?;
    let options = options_for(&args.bridge, &presets)?;
    let (whole, of_whole) = read(&args.file, args.bridge.take, &presets)?;
    let at = |secs: f32| frames(secs).min(whole.len());
    let (from, to) = (at(args.from), at(args.to));
    if from >= to {
        let cause = format!("no frame from {} s to {} s in {}", args.from, args.to, args.file.display());
        return Err(CliError::Failed(format!("{cause}, which is {:.2} s long; choose a part of it", whole.duration_secs())));
    }
    if to - from == whole.len() {
        return Err(CliError::Failed("nothing would be left of the file: make a new motion with generate".to_owned()));
    }
    let part = |range: std::ops::Range<usize>| Motion { frames: whole.frames[range].to_vec() };
    let gap = Gap { before: part(0..from), after: part(to..whole.len()), frames: to - from, is_fixed: true };
    let made = make(&args.bridge, &args.prompt, gap)?;
    let mut motion = whole;
    motion.frames[from..to].copy_from_slice(&made.take.motion.frames);
    let provenance = Provenance::of_chain(&[&of_whole, &made.take.provenance]);
    save(&args.bridge.output, &motion, provenance, options)
}

fn frames(secs: f32) -> usize {
    (secs * FPS).round() as usize
}

/// Only a project has takes to choose from.
fn check_take(args: &BridgeArgs, files: &[&Path]) -> Result<(), CliError> {
    if args.take.is_some() && !files.iter().any(|file| is_project(file)) {
        return Err(CliError::Usage("--take chooses a take of a project: leave it out for a motion file".to_owned()));
    }
    Ok(())
}

fn options_for(args: &BridgeArgs, presets: &Presets) -> Result<WriteOptions, CliError> {
    Format::of(&args.output).map_err(CliError::from_below)?;
    write_options(&args.export, &args.output, presets)
}

/// A motion and where it came from.
fn read(file: &Path, take: Option<u32>, presets: &Presets) -> Result<(Motion, Provenance), CliError> {
    let (motion, provenance) = read_motion(file, take, presets)?;
    if motion.is_empty() {
        return Err(CliError::Failed(format!("no frames in {}: choose a file with a motion", file.display())));
    }
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    Ok((motion, provenance.unwrap_or_else(|| Provenance::of_file(name))))
}

fn make(args: &BridgeArgs, prompt: &str, gap: Gap) -> Result<Made, CliError> {
    let interrupt = Interrupt::listen();
    let NetworkArgs { model, device, seed, .. } = &args.network;
    let model = load_model_for(model, device)?;
    let wanted = gap.frames;
    // Without words the motion goes on of itself.
    let request = Request { seed: *seed, candidates: args.candidates, literal: prompt.trim().is_empty(), ..Request::new(prompt) };
    let batch = Batch::over(&model, &request, gap).map_err(CliError::from_below)?;
    let mut progress = Progress::new(if prompt.is_empty() { "going on" } else { prompt });
    let made = the_one(batch, &interrupt, |tokens, at_most| progress.at(tokens, at_most))?;
    progress.end();
    made.warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
    if made.take.motion.len() != wanted {
        return Err(CliError::Failed("the model's motion was too short for this gap: ask for a shorter one".to_owned()));
    }
    Ok(made)
}

fn save(output: &Path, motion: &Motion, provenance: Provenance, options: WriteOptions) -> Result<(), CliError> {
    let credit = provenance.credit();
    let options = WriteOptions { provenance: Some(provenance), ..options };
    formats::write(output, motion, &options).map_err(CliError::from_below)?;
    let secs = motion.duration_secs() + options.lead_in_secs;
    say(&one_line(&format!("{}: {secs:.2} s, {credit}", output.display()), LONGEST_LINE));
    Ok(())
}
