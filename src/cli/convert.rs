//! `zoetrope convert IN OUT`: any motion file to any other.

use super::args::{ConvertArgs, ExportArgs, Names, Units};
use super::error::CliError;
use super::progress::say;
use crate::formats::{self, WriteOptions};
use crate::motion::NameStyle;
use crate::motion::cleanup::{CleanupSettings, clean};
use std::sync::Arc;

pub(super) fn run(args: &ConvertArgs) -> Result<(), CliError> {
    let mut motion = formats::read(&args.input).map_err(CliError::from_below)?;
    if args.cleanup {
        motion = clean(&motion, &CleanupSettings::default());
    }
    formats::write(&args.output, &motion, &write_options(&args.export)?).map_err(CliError::from_below)?;
    say(&format!("{}: {:.2} s, {} frames read", args.output.display(), motion.duration_secs(), motion.len()));
    Ok(())
}

/// The options of the writers, with the character that goes out.
pub(super) fn write_options(args: &ExportArgs) -> Result<WriteOptions, CliError> {
    let character = match &args.character {
        Some(file) => Some(Arc::new(formats::read_body_model(file).map_err(CliError::from_below)?.character(&args.shape))),
        None => None,
    };
    Ok(WriteOptions {
        fps: args.fps.parse().unwrap_or(crate::motion::FPS),
        names: match args.names {
            Names::Smpl => NameStyle::Smpl,
            Names::Mixamo => NameStyle::Mixamo,
            Names::Unreal => NameStyle::Unreal,
        },
        units: match args.units {
            Units::Cm => formats::Units::Cm,
            Units::M => formats::Units::M,
        },
        in_place: args.in_place,
        skeleton_only: args.skeleton_only,
        character,
        provenance: None,
    })
}
