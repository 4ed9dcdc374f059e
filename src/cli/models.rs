//! `zoetrope models`: what is installed, and making a model folder from published checkpoints.

use super::args::{ImportArgs, ModelsCommand, Quantize};
use super::error::CliError;
use super::progress::{answer, say};
use crate::library::{self, Import, Listing};
use crate::model::{Quantization, Source};

pub(super) fn run(command: &ModelsCommand) -> Result<(), CliError> {
    match command {
        ModelsCommand::List => {
            for listing in library::list() {
                answer(&line(&listing));
            }
            Ok(())
        }
        ModelsCommand::Import(args) => import(args),
    }
}

/// One model on one line: name, licence, place.
fn line(listing: &Listing) -> String {
    let place = match &listing.source {
        Source::Embedded(_) => "built in".to_owned(),
        Source::Folder(folder) => folder.display().to_string(),
    };
    match &listing.config {
        Ok(config) => {
            let licence = if config.licence.is_empty() { "licence unknown" } else { &config.licence };
            let note = if config.licence_note.is_empty() { String::new() } else { format!("  {}", config.licence_note) };
            format!("{:<16} {licence:<16} {place}{note}", listing.name)
        }
        Err(error) => format!("{:<16} cannot be used: {error}", listing.name),
    }
}

fn import(args: &ImportArgs) -> Result<(), CliError> {
    say("reading the checkpoints; large ones take some minutes");
    let folder = library::import(&Import {
        tokenizer: args.tokenizer.clone(),
        transformer: args.transformer.clone(),
        text_encoder: args.text_encoder.clone(),
        mean: args.mean.clone(),
        std: args.std.clone(),
        heads: usize::from(args.heads),
        config: args.config.clone(),
        quantize: args.quantize.map(quantization),
        target: args.output.clone(),
    })
    .map_err(CliError::from_below)?;
    answer(&folder.display().to_string());
    Ok(())
}

/// The networks' name for a form.
pub(super) fn quantization(form: Quantize) -> Quantization {
    match form {
        Quantize::Q8_0 => Quantization::Q8_0,
        Quantize::Q4_0 => Quantization::Q4_0,
    }
}
