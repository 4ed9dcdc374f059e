//! `zoetrope eval`: how good a model is on a data set. Tables to the terminal, everything to a JSON file.

use super::args::EvalArgs;
use super::error::CliError;
use super::generate::load_model;
use super::interrupt::Interrupt;
use super::progress::{Bars, answer, say};
use super::train::{RunArgs, train_evaluator};
use crate::files;
use crate::library;
use crate::model::Evaluator;
use crate::timeline::Sampling;
use crate::train::dataset::{Dataset, Split};
use crate::train::eval::{
    ActionRow, Candidate, EvalError, GenerationReport, Measured, Options, QualityRow, Report, TokenizerReport, evaluate, fingerprint,
    load_evaluator,
};
use crate::train::folder::has_evaluator;
use std::path::{Path, PathBuf};

/// Where an evaluator of a data set is looked for, and put.
const EVALUATOR: &str = "evaluator";
/// Where an evaluation keeps its clips.
const EVALUATION: &str = "evaluation";
/// Warnings that are printed in full.
const WARNINGS: usize = 10;

pub(super) fn run(args: &EvalArgs) -> Result<(), CliError> {
    let interrupt = Interrupt::listen();
    let dataset = Dataset::open(&args.dataset).map_err(CliError::from_below)?;
    let source = library::find(&args.model).map_err(CliError::from_below)?;
    let model = load_model(&args.model)?;
    let (evaluator, path) = evaluator(args, &interrupt)?.unzip();
    let options = Options {
        split: split(&args.split),
        limit: args.limit.map(|limit| limit as usize),
        repeats: usize::from(args.repeats),
        takes: usize::from(args.takes),
        seed: args.seed,
        sampling: Sampling { greedy: args.greedy, temperature: args.temperature, guidance: args.guidance, ..Sampling::default() },
        threads: args.workers(),
        folder: args.output.clone().unwrap_or_else(|| args.dataset.join(EVALUATION)),
    };
    let candidate = Candidate { model: &model, fingerprint: fingerprint(&source) };
    let bars = Bars::default();
    let both = evaluator.as_ref().zip(path.as_deref());
    let outcome = evaluate(&candidate, &dataset, both, &options, &|what, done, of| bars.at(what, done, of), interrupt.flag());
    bars.end();
    let report = outcome.map_err(from_eval)?;
    print(&report);
    let json = serde_json::to_string_pretty(&report).map_err(CliError::from_below)?;
    let file = args.json.clone().unwrap_or_else(|| options.folder.join(format!("{}.json", report.model)));
    save(&file, &json)
}

/// The evaluator that is asked for; else the data set's own, which is trained where there is none yet.
fn evaluator(args: &EvalArgs, interrupt: &Interrupt) -> Result<Option<(Evaluator, PathBuf)>, CliError> {
    if args.no_evaluator {
        return Ok(None);
    }
    let own = args.dataset.join(EVALUATOR);
    let path = args.evaluator.clone().unwrap_or_else(|| own.clone());
    if path == own && !has_evaluator(&own) {
        say(&format!("{}: an evaluator is trained first", own.display()));
        let steps = Some(args.evaluator_steps);
        let run = RunArgs { dataset: args.dataset.clone(), output: own, steps, batch: None, rate: None, seed: args.seed, report_every: 20 };
        train_evaluator(&run, interrupt)?;
    }
    let evaluator = load_evaluator(&path).map_err(CliError::from_below)?;
    Ok(Some((evaluator, path)))
}

fn split(name: &str) -> Split {
    Split::PARTS.into_iter().find(|split| split.name() == name).unwrap_or(Split::Test)
}

fn from_eval(error: EvalError) -> CliError {
    match error {
        EvalError::Cancelled => CliError::Paused,
        other => CliError::from_below(other),
    }
}

fn save(file: &Path, text: &str) -> Result<(), CliError> {
    files::save(file, text.as_bytes()).map_err(|cause| {
        CliError::Failed(format!("cannot write {} ({cause}); choose a folder that exists and may be written to", file.display()))
    })?;
    say(&format!("{}: the same in full", file.display()));
    Ok(())
}

fn print(report: &Report) {
    for line in report.left_out.iter().take(WARNINGS) {
        say(&format!("left out: {line}"));
    }
    if report.left_out.len() > WARNINGS {
        say(&format!("left out: and {} more", report.left_out.len() - WARNINGS));
    }
    answer(&format!(
        "{} ({}) on {} clips of {}, {} different captions",
        report.model, report.licence, report.clips, report.split, report.captions
    ));
    answer(&format!(
        "{} repeats, {} takes of each caption, seed {}, sampled by {}; ± is 95 % of the repeats' mean",
        report.repeats, report.takes, report.seed, report.sampling
    ));
    print_tokenizer(&report.tokenizer);
    if let Some(generation) = &report.generation {
        print_generation(generation);
    }
    print_quality(&report.quality);
    print_actions(&report.actions);
}

fn print_tokenizer(of: &TokenizerReport) {
    answer("");
    answer("tokenizer               real   decoded");
    answer(&format!("MPJPE mm                  0.0 {:>9.1}   (of the posed rotations {:.1})", of.mpjpe_mm, of.posed_mpjpe_mm));
    answer(&format!("acceleration mm/frame² {:>6.2} {:>9.2}", of.real_acceleration_mm, of.acceleration_mm));
    answer(&format!("jerk mm/frame³         {:>6.2} {:>9.2}", of.real_jerk_mm, of.jerk_mm));
    answer(&format!("codes in use           {:.0} % of {}, perplexity {:.0}", 100.0 * of.codes_used, of.codes, of.perplexity));
}

fn print_generation(of: &GenerationReport) {
    answer("");
    answer(&format!("R-precision in {} pools of 32 different captions, by {}", of.pools, of.evaluator));
    answer("                 top 1 %         top 2 %         top 3 %      of real   MM-dist       FID             diversity");
    for row in &of.rows {
        let precision = match &row.r_precision {
            Some(tops) => tops.map(|top| format!("{:<16}", scaled(top, 100.0, 1))).concat(),
            None => format!("{:<48}", "too few different captions"),
        };
        let share = row.share_of_real.map_or(String::new(), |share| format!("{:.2}", share[2]));
        let (distance, fid, diversity) = (scaled(row.mm_distance, 1.0, 2), scaled(row.fid, 1.0, 2), scaled(row.diversity, 1.0, 2));
        answer(&format!("{:<15}  {precision}{share:<8}  {distance:<12}  {fid:<14}  {diversity}", row.what));
    }
    let chance = of.chance.map(|chance| format!("{:<16.1}", 100.0 * chance)).concat();
    answer(&format!("{:<15}  {chance}0.00", "chance"));
    answer("of real: (top 3 − chance) ÷ (top 3 of real clips − chance). FID of the real row: of its halves to each other");
    if let Some(multimodality) = of.multimodality {
        answer(&format!("multimodality of generated clips  {}", scaled(multimodality, 1.0, 2)));
    }
}

fn print_quality(rows: &[QualityRow]) {
    answer("");
    answer(
        "quality                slide mm/frame    contact slide      float %  penetration mm  jitter mm/frame³   largest step mm   path m   length s",
    );
    let Some(real) = rows.first() else { return };
    for row in rows {
        let times = |own: f64, real: f64| if real > 0.0 { format!("({:.1}×)", own / real) } else { String::new() };
        answer(&format!(
            "{:<22} {:>6.2} {:<8} {:>6.2} {:<8} {:>6.2} {:<8} {:>6.2}    {:>8.2} {:<8} {:>9.0} {:>15.2} {:>9.2}",
            row.what,
            row.slide_mm,
            times(row.slide_mm, real.slide_mm),
            row.contact_slide_mm,
            times(row.contact_slide_mm, real.contact_slide_mm),
            row.float_pct,
            times(row.float_pct, real.float_pct),
            row.penetration_mm,
            row.jitter_mm,
            times(row.jitter_mm, real.jitter_mm),
            row.largest_step_mm,
            row.path_m,
            row.secs,
        ));
    }
}

fn print_actions(rows: &[ActionRow]) {
    answer("");
    answer("action      clips   top 3 %: real  generated   slide mm/frame: real  generated   jitter mm/frame³: real  generated");
    let percent = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{:.0}", 100.0 * share));
    for row in rows {
        answer(&format!(
            "{:<10} {:>6} {:>15} {:>10} {:>22.2} {:>10.2} {:>25.2} {:>10.2}",
            row.action,
            row.clips,
            percent(row.real_top3),
            percent(row.generated_top3),
            row.real_slide_mm,
            row.generated_slide_mm,
            row.real_jitter_mm,
            row.generated_jitter_mm,
        ));
    }
    answer("actions are the first known verb of a caption; generated is cleaned up");
}

fn scaled(value: Measured, by: f64, digits: usize) -> String {
    format!("{:.digits$} ± {:.digits$}", value.mean * by, value.confidence * by)
}
