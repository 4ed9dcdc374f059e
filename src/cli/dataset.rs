//! `zoetrope dataset build` and `zoetrope dataset stats`.

use super::dataset_args::{DatasetBuildArgs, DatasetCommand, DatasetStatsArgs, PerformerChoice};
use super::error::CliError;
use super::interrupt::Interrupt;
use super::progress::{Bars, answer, say};
use crate::files;
use crate::model::Rewriter;
use crate::train::dataset::{
    BuildOptions, BuildReport, ContactSheet, Dataset, DatasetError, Histogram, PerformerRule, Purpose, Split, Stage, Summary, build,
    rewrite, summarise, thumbnails,
};
use std::path::Path;
use std::time::{Duration, Instant};

/// Longest bar of a histogram, characters.
const BAR: usize = 40;
/// Warnings that are printed in full.
const WARNINGS: usize = 20;

pub(super) fn run(command: &DatasetCommand) -> Result<(), CliError> {
    match command {
        DatasetCommand::Build(args) => run_build(args),
        DatasetCommand::Stats(args) => run_stats(args),
    }
}

fn run_build(args: &DatasetBuildArgs) -> Result<(), CliError> {
    if args.min_seconds > args.max_seconds {
        return Err(CliError::Usage("--min-seconds is more than --max-seconds: no clip can be both".to_owned()));
    }
    let interrupt = Interrupt::listen();
    let begun = Instant::now();
    let mut options = BuildOptions::new(args.folders.clone(), args.output.clone());
    options.captions.clone_from(&args.captions);
    (options.min_secs, options.max_secs) = (args.min_seconds, args.max_seconds);
    options.mirror = !args.no_mirror;
    options.augment = usize::from(args.augment);
    options.compositions = args.compositions;
    options.performers = match args.performers {
        PerformerChoice::Auto => PerformerRule::Auto,
        PerformerChoice::Folder => PerformerRule::Folder,
        PerformerChoice::File => PerformerRule::File,
    };
    (options.val_share, options.test_share, options.seed) = (args.val, args.test, args.seed);
    options.threads = args.threads.map_or(options.threads, usize::from);
    let bars = Bars::default();
    let built = build(&options, &|stage, done, of| bars.at(stage_name(stage), done, of), interrupt.flag());
    bars.end();
    let report = built.map_err(from_dataset)?;
    report_build(&report, args, begun.elapsed().as_secs_f32());
    match &args.rewriter {
        Some(model) => run_rewriter(model, args, &interrupt),
        None => Ok(()),
    }
}

fn run_rewriter(model: &Path, args: &DatasetBuildArgs, interrupt: &Interrupt) -> Result<(), CliError> {
    let dataset = Dataset::open(&args.output).map_err(CliError::from_below)?;
    let mut model = Rewriter::load(model).map_err(CliError::from_below)?;
    let budget = Duration::from_secs_f32(args.rewriter_seconds);
    let mut ask = |caption: &str| model.rewrite(caption, budget);
    let bars = Bars::default();
    let made = rewrite(&dataset, &mut ask, &|done, of| bars.at("captions", done, of), interrupt.flag());
    bars.end();
    let report = made.map_err(from_dataset)?;
    answer(&format!("reworded     {} of {} captions; {} stay as they are", report.reworded, report.captions, report.unanswered));
    Ok(())
}

fn stage_name(stage: Stage) -> &'static str {
    match stage {
        Stage::Clips => "motion files",
        Stage::Compositions => "compositions",
        Stage::Statistics => "statistics",
    }
}

fn report_build(report: &BuildReport, args: &DatasetBuildArgs, secs: f32) {
    for warning in report.warnings.iter().take(WARNINGS) {
        say(&format!("warning: {warning}"));
    }
    if report.warnings.len() > WARNINGS {
        say(&format!("warning: and {} more of this kind", report.warnings.len() - WARNINGS));
    }
    let [train, val, test] = report.for_generator;
    let [who_train, who_val, who_test] = report.performers;
    answer(&format!("files        {} ({} done before)", report.files, report.resumed));
    answer(&format!("clips        {}, {:.1} minutes, and {} mirror images", report.clips, report.minutes, report.mirrored));
    answer(&format!("composed     {}", report.composed));
    answer(&format!("generator    {train} train, {val} val, {test} test (without mirror images and compositions)"));
    answer(&format!("performers   {who_train} train, {who_val} val, {who_test} test"));
    for (reason, count) in &report.rejected {
        let left = if reason.leaves_tokenizer() { "left to the tokenizer" } else { "left out" };
        answer(&format!("{:<12} {count} {left}", reason.name()));
    }
    if val == 0 || test == 0 {
        say("warning: a part of the split is empty: give more performers, larger shares, or --performers file");
    }
    say(&format!("{}: built in {secs:.0} s; rejected.tsv says why clips were left out", args.output.display()));
}

fn run_stats(args: &DatasetStatsArgs) -> Result<(), CliError> {
    let interrupt = Interrupt::listen();
    let dataset = Dataset::open(&args.folder).map_err(CliError::from_below)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let bars = Bars::default();
    let summed = summarise(&dataset, args.sample as usize, threads, &|done, of| bars.at("clips", done, of), interrupt.flag());
    bars.end();
    let summary = summed.map_err(from_dataset)?;
    report_summary(&summary);

    let names = evenly(&dataset.names(Purpose::Generator, Split::All).map_err(CliError::from_below)?, usize::from(args.thumbnails));
    let (sheet, _) = thumbnails(&dataset, &names);
    let path = args.output.clone().unwrap_or_else(|| args.folder.join("thumbnails.png"));
    save(&sheet, &path)?;
    answer("");
    for (row, (name, caption)) in sheet.rows.iter().enumerate() {
        answer(&format!("row {:<3} {name}: {caption}", row + 1));
    }
    say(&format!("{}: {} clips at four moments each", path.display(), sheet.rows.len()));
    Ok(())
}

/// So many names, evenly over the list.
fn evenly(names: &[String], count: usize) -> Vec<String> {
    let count = count.min(names.len());
    (0..count).map(|i| names[(2 * i + 1) * names.len() / (2 * count)].clone()).collect()
}

fn report_summary(summary: &Summary) {
    answer("part   generator tokenizer  minutes  slide mm/frame  float %  jitter mm/frame³");
    for part in &summary.parts {
        answer(&format!(
            "{:<6} {:>9} {:>9} {:>8.1} {:>15.2} {:>8.1} {:>17.2}",
            part.split.name(),
            part.for_generator,
            part.for_tokenizer,
            part.minutes,
            part.slide_mm,
            part.float_pct,
            part.jerk_mm
        ));
    }
    answer(&format!("(mirror images and compositions included; means of {} clips)", summary.read));
    for histogram in &summary.histograms {
        report_histogram(histogram);
    }
    bars("what is done first", summary.verbs.iter().map(|(verb, count)| (verb.clone(), *count)));
    bars("left out", summary.rejected.iter().map(|(reason, count)| (reason.clone(), *count)));
    for error in summary.unreadable.iter().take(WARNINGS) {
        say(&format!("warning: {error}"));
    }
    if !summary.unreadable.is_empty() {
        say(&format!("warning: {} clips of the lists cannot be read", summary.unreadable.len()));
    }
}

fn report_histogram(histogram: &Histogram) {
    let label = |i: usize| format!("{:>7.2}–{:<7.2}", histogram.edges[i], histogram.edges[i + 1]);
    let title = format!("{} (median {:.2})", histogram.what, histogram.median);
    bars(&title, histogram.counts.iter().enumerate().map(|(i, count)| (label(i), *count)));
}

fn bars(title: &str, rows: impl Iterator<Item = (String, usize)>) {
    let rows: Vec<(String, usize)> = rows.collect();
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    if rows.is_empty() {
        return;
    }
    answer(&format!("\n{title}"));
    for (label, count) in rows {
        answer(format!("  {label:<16} {count:>6} {}", "█".repeat((count * BAR).div_ceil(most))).trim_end());
    }
}

fn save(sheet: &ContactSheet, path: &Path) -> Result<(), CliError> {
    let failed = |cause: String| CliError::Failed(format!("cannot draw {}: {cause}; choose another file with -o", path.display()));
    if sheet.rows.is_empty() {
        return Err(failed("there are no clips to show".to_owned()));
    }
    let size = |pixels: usize| u32::try_from(pixels).map_err(|error| failed(error.to_string()));
    let picture = image::RgbImage::from_raw(size(sheet.width)?, size(sheet.height)?, sheet.rgb.clone());
    let picture = picture.ok_or_else(|| failed("the picture has no pixels".to_owned()))?;
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, image::ImageFormat::Png).map_err(|error| failed(error.to_string()))?;
    files::save(path, bytes.get_ref()).map_err(|error| failed(error.to_string()))
}

/// An error of the data set; a stop that the user asked for is no failure.
fn from_dataset(error: DatasetError) -> CliError {
    match error {
        DatasetError::Cancelled => CliError::Paused,
        error => CliError::from_below(error),
    }
}
