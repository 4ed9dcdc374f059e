//! `zoetrope models`: what is installed or can be had, downloading, and making a model folder from published checkpoints.

use super::args::{FetchArgs, ImportArgs, ModelsCommand, Quantize};
use super::error::CliError;
use super::interrupt::Interrupt;
use super::progress::{Progress, answer, say};
use crate::library::{self, Fetched, Import, Listing, Patience};
use crate::model::{Quantization, Source};
use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

const MILLION: u64 = 1_000_000;

pub(super) fn run(command: &ModelsCommand) -> Result<(), CliError> {
    match command {
        ModelsCommand::List => list(),
        ModelsCommand::Fetch(args) => fetch(args),
        ModelsCommand::Import(args) => import(args),
    }
}

fn list() -> Result<(), CliError> {
    for listing in library::list() {
        answer(&line(&listing));
    }
    let offers = library::offers().map_err(CliError::from_below)?;
    for offer in offers {
        let folder = offer.folder().map_err(CliError::from_below)?;
        let here = offer.files.iter().filter(|file| folder.join(&file.name).exists()).count();
        let state = match (here, &offer.base) {
            (0, Some(_)) => format!("about {} to download: `zoetrope models fetch {}`", gigabytes(offer.about_bytes()), offer.name),
            (0, None) => format!("see {}", offer.about),
            (here, _) => format!("{here} of {} files in {}", offer.files.len(), folder.display()),
        };
        answer(&format!("{:<16} {:<16} not a model yet: {}; {state}", offer.name, offer.licence, offer.what));
    }
    Ok(())
}

/// One model on one line: name, licence, form, sizes, place.
fn line(listing: &Listing) -> String {
    let place = match &listing.source {
        Source::Embedded(_) => "built in".to_owned(),
        Source::Folder(folder) => folder.display().to_string(),
    };
    let broken = |error: &library::Error| format!("{:<16} cannot be used: {error}", listing.name);
    let config = match &listing.config {
        Ok(config) => config,
        Err(error) => return broken(error),
    };
    let size = match library::footprint(&listing.source, config) {
        Ok(size) => size,
        Err(error) => return broken(&error),
    };
    let licence = if config.licence.is_empty() { "licence unknown" } else { &config.licence };
    let note = if config.licence_note.is_empty() { String::new() } else { format!("  {}", config.licence_note) };
    format!(
        "{:<16} {licence:<16} {:<5} {} on disk, {} of memory  {place}{note}",
        listing.name,
        size.precision,
        gigabytes(size.disk_bytes),
        gigabytes(size.memory_bytes)
    )
}

/// `0.03 GB`, `11.4 GB`
fn gigabytes(bytes: u64) -> String {
    let gigabytes = bytes as f64 / 1e9;
    if gigabytes < 1.0 { format!("{gigabytes:.2} GB") } else { format!("{gigabytes:.1} GB") }
}

fn fetch(args: &FetchArgs) -> Result<(), CliError> {
    let offer = library::offer(&args.name).map_err(CliError::from_below)?;
    say(&format!("{}: {}, licence {} ({})", offer.name, offer.what, offer.licence, offer.about));
    say(&offer.licence_note);
    if !(args.accept_licence || agreed()?) {
        return Err(CliError::Failed("the licence was not accepted: nothing was fetched".to_owned()));
    }
    let interrupt = Interrupt::listen();
    let folder = offer.folder().map_err(CliError::from_below)?;
    let mut progress: Option<(String, Progress)> = None;
    let mut watch = |fetched: Fetched<'_>| {
        if progress.as_ref().is_none_or(|(file, _)| file != fetched.file) {
            if let Some((_, before)) = progress.take() {
                before.end();
            }
            progress = Some((fetched.file.to_owned(), Progress::new(&format!("{} (MB)", fetched.file))));
        }
        if let Some((_, progress)) = &mut progress {
            progress.at((fetched.done / MILLION) as usize, (fetched.of.unwrap_or(fetched.done) / MILLION) as usize);
        }
        if interrupt.check().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let fetched = library::fetch(&offer, args.base.as_deref(), &folder, Patience::default(), &mut watch);
    if let Some((_, progress)) = progress {
        progress.end();
    }
    interrupt.check()?;
    fetched.map_err(CliError::from_below)?;
    answer(&folder.display().to_string());
    Ok(())
}

/// Asks on the terminal; elsewhere the answer is no, with the option that says yes.
fn agreed() -> Result<bool, CliError> {
    if !std::io::stdin().is_terminal() {
        return Err(CliError::Failed("the licence has to be accepted first: read it, then add --accept-licence".to_owned()));
    }
    say("Do you accept this licence? Type yes to go on.");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(CliError::from_below)?;
    Ok(answer.trim().eq_ignore_ascii_case("yes"))
}

/// A folder, or the name of something that was fetched.
fn fetched_or_folder(path: &Path) -> PathBuf {
    let fetched = path.to_str().and_then(|name| library::offer(name).ok()).and_then(|offer| offer.folder().ok());
    fetched.filter(|fetched| !path.exists() && fetched.exists()).unwrap_or_else(|| path.to_owned())
}

fn import(args: &ImportArgs) -> Result<(), CliError> {
    let interrupt = Interrupt::listen();
    let wanted = Import {
        tokenizer: args.tokenizer.clone(),
        transformer: args.transformer.clone(),
        text_encoder: fetched_or_folder(&args.text_encoder),
        mean: args.mean.clone(),
        std: args.std.clone(),
        heads: args.heads.map(usize::from),
        config: args.config.clone(),
        quantize: args.quantize.map(quantization),
        target: args.output.clone(),
    };
    let mut progress = Progress::new("millions of weights");
    let mut watch = |done: u64, of: u64| {
        progress.at((done / MILLION) as usize, (of / MILLION) as usize);
        if interrupt.check().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let imported = library::import(&wanted, &mut watch);
    progress.end();
    interrupt.check()?;
    let folder = imported.map_err(CliError::from_below)?;
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
