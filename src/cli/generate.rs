//! `zoetrope generate`: the pipeline with a printer. One file for each prompt and variation, or one for a chain.

use super::batch::Table;
use super::convert::{presets, program_of, write_options};
use super::error::CliError;
use super::generate_args::{Ending, GenerateArgs};
use super::interrupt::Interrupt;
use super::progress::{Progress, say};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, Format, WriteOptions};
use crate::library;
use crate::model::{LoadProgress, MotionModel, Rewriter};
use crate::motion::Motion;
use crate::pipeline::{self, Batch, BatchStep, Device, Made};
use crate::timeline::{Constraints, DIRECTED_CANDIDATES, Finish, Length, Request, Sampling};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

pub(super) fn run(args: &GenerateArgs) -> Result<(), CliError> {
    check(args)?;
    let interrupt = Interrupt::listen();
    let options = write_options(&args.export, &args.output, &presets(&args.export.who, &[])?)?;
    let prompts = match &args.prompts {
        Some(file) => prompts_in(file)?,
        None => args.prompt.clone(),
    };
    let constraints = match &args.constraints {
        Some(file) => formats::read_constraints(file, args.seconds.unwrap_or(args.max_seconds)).map_err(CliError::from_below)?,
        None => Constraints::default(),
    };
    let wordings = match &args.rewrite {
        Some(file) => {
            // What is there already needs no other words.
            let there: Vec<bool> = jobs(args, &prompts, &prompts).iter().map(|job| args.prompts.is_some() && job.is_there()).collect();
            let is_needed = |index: usize| !there.get(index).copied().unwrap_or(false);
            rewritten(&prompts, is_needed, file, Duration::from_secs_f32(args.rewrite_seconds), &interrupt)?
        }
        None => prompts.clone(),
    };
    let mut jobs = jobs(args, &prompts, &wordings);
    jobs.iter_mut().flat_map(|job| &mut job.requests).for_each(|request| request.constraints = constraints.clone());
    if args.prompts.is_some() {
        std::fs::create_dir_all(&args.output).map_err(|error| cannot("make the folder", &args.output, &error))?;
    }
    if args.prompts.is_none() {
        let model = load_model_for(&args.network.model, &args.network.device)?;
        return jobs.iter().try_for_each(|job| make_job(&model, job, args, &options, &interrupt).map(drop));
    }
    all_of_a_file(args, &options, &jobs, &interrupt)
}

/// The prompts of a file: one load, what is there already is kept, and one that fails does not stop the others.
fn all_of_a_file(args: &GenerateArgs, options: &WriteOptions, jobs: &[Job], interrupt: &Interrupt) -> Result<(), CliError> {
    let mut table = Table::default();
    let mut model = None;
    let mut interrupted = Ok(());
    for job in jobs {
        let prompt = job.name();
        if job.is_there() {
            table.there(&prompt);
            continue;
        }
        let model = match &mut model {
            Some(model) => model,
            none => none.insert(load_model_for(&args.network.model, &args.network.device)?),
        };
        let start = Instant::now();
        match make_job(model, job, args, options, interrupt) {
            Ok(all) => {
                let each = start.elapsed() / all.len().max(1) as u32;
                all.iter().for_each(|made| table.made(&made.take.provenance.prompt(), each, &made.take.motion));
            }
            Err(CliError::Interrupted) => {
                interrupted = Err(CliError::Interrupted);
                break;
            }
            Err(error) => table.failed(&prompt, &error.to_string()),
        }
    }
    table.print();
    interrupted?;
    match table.failures() {
        0 => Ok(()),
        failures => Err(CliError::Failed(format!("{failures} of {} prompts failed: see the table", table.len()))),
    }
}

/// Make and write all variations of a job.
fn make_job(
    model: &MotionModel,
    job: &Job,
    args: &GenerateArgs,
    options: &WriteOptions,
    interrupt: &Interrupt,
) -> Result<Vec<Made>, CliError> {
    let mut all = Vec::new();
    // A chain goes on from a motion of its own in each variation.
    let at_once = if job.requests.len() == 1 { VARIATIONS_AT_ONCE } else { 1 };
    for (index, outputs) in job.outputs.chunks(at_once).enumerate() {
        let first = (index * at_once) as u32;
        let part = |request: &Request| Request { variations: outputs.len() as u32, ..request.variation(first) };
        let requests: Vec<Request> = job.requests.iter().map(part).collect();
        let made = match &requests[..] {
            [request] if outputs.len() > 1 => make_variations(model, request, interrupt)?,
            chain => vec![make(model, chain, interrupt)?],
        };
        for (made, output) in made.iter().zip(outputs) {
            for file in &output.files {
                save(args, options, made, file)?;
            }
            if let Some(file) = &output.tokens {
                formats::write_tokens(file, &made.tokens).map_err(CliError::from_below)?;
            }
        }
        all.extend(made);
    }
    Ok(all)
}

/// Variations that are made side by side. More would share more work, and need a cache each.
const VARIATIONS_AT_ONCE: usize = 9;

/// One motion to make, in one or several variations: several requests are a chain.
struct Job {
    requests: Vec<Request>,
    /// One for each variation.
    outputs: Vec<Output>,
}

/// Where a variation goes.
struct Output {
    files: Vec<PathBuf>,
    tokens: Option<PathBuf>,
}

impl Job {
    /// Whether all its files exist.
    fn is_there(&self) -> bool {
        self.outputs.iter().flat_map(|output| &output.files).all(|file| file.exists())
    }

    /// Its prompts on one line.
    fn name(&self) -> String {
        self.requests.iter().map(|request| request.prompt.as_str()).collect::<Vec<_>>().join(" → ")
    }
}

/// Load a model by its name or folder, for the processor.
pub(super) fn load_model(name: impl AsRef<Path>) -> Result<MotionModel, CliError> {
    load_model_for(name.as_ref(), &Device::Cpu)
}

/// Load a model by its name or folder, and say where it runs if that is not the processor, or not what was wanted.
pub(super) fn load_model_for(name: &Path, device: &Device) -> Result<MotionModel, CliError> {
    let source = library::find(name).map_err(CliError::from_below)?;
    let loaded =
        pipeline::load(&source, device, library::tuning_file().as_deref(), &LoadProgress::default()).map_err(CliError::from_below)?;
    match (loaded.remark, loaded.model.network.device()) {
        (Some(remark), _) => say(&format!("warning: {remark}")),
        (None, device) if device != "cpu" => say(&format!("{} runs on {device}", name.display())),
        (None, _) => {}
    }
    Ok(loaded.model)
}

/// What clap cannot refuse by itself, before anything slow begins.
fn check(args: &GenerateArgs) -> Result<(), CliError> {
    if args.prompt.len() > 1 && !args.chain {
        return Err(CliError::Usage(format!(
            "{} prompts and one file: quote a prompt of several words, or make one motion of them with --chain",
            args.prompt.len()
        )));
    }
    if args.min_seconds > args.max_seconds {
        return Err(CliError::Usage(format!("--min-seconds {} is more than --max-seconds {}", args.min_seconds, args.max_seconds)));
    }
    if args.prompts.is_none() {
        Format::of(&args.output).map_err(CliError::from_below)?;
    }
    Ok(())
}

/// The prompts of a file, one a line; empty lines do not count.
fn prompts_in(file: &Path) -> Result<Vec<String>, CliError> {
    let text = std::fs::read_to_string(file).map_err(|error| cannot("read the prompts", file, &error))?;
    let prompts: Vec<String> = text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect();
    if prompts.is_empty() {
        return Err(CliError::Failed(format!("there is no prompt: {}: write one a line", file.display())));
    }
    Ok(prompts)
}

/// The prompts in other words, where the language model finds them in time. It is gone again before the motion is made.
fn rewritten(
    prompts: &[String],
    is_needed: impl Fn(usize) -> bool,
    file: &Path,
    patience: Duration,
    interrupt: &Interrupt,
) -> Result<Vec<String>, CliError> {
    let mut rewriter = Rewriter::load(file).map_err(CliError::from_below)?;
    let rewrite = |(index, prompt): (usize, &String)| {
        interrupt.check()?;
        if !is_needed(index) {
            return Ok(prompt.clone());
        }
        match rewriter.rewrite(prompt, patience) {
            Ok(Some(words)) => {
                say(&format!("{prompt} → {words}"));
                return Ok(words);
            }
            Ok(None) => say(&format!("warning: no other words were found in time, the prompt stays as it is: {prompt}")),
            Err(error) => say(&format!("warning: {error}; the prompt stays as it is: {prompt}")),
        }
        Ok(prompt.clone())
    };
    prompts.iter().enumerate().map(rewrite).collect()
}

/// What to make of the prompts in these wordings; files are named after the prompts.
fn jobs(args: &GenerateArgs, prompts: &[String], wordings: &[String]) -> Vec<Job> {
    let parts = |prompt: &String| if args.split { pipeline::split(prompt) } else { vec![prompt.clone()] };
    let chains: Vec<Vec<String>> =
        if args.chain { vec![wordings.iter().flat_map(parts).collect()] } else { wordings.iter().map(parts).collect() };
    let job = |(index, chain): (usize, &Vec<String>)| {
        let output = |variation: u32| {
            let number = (args.variations > 1).then_some(variation + 1);
            let files = if args.prompts.is_some() {
                let stem = args.output.join(format!("{:03}-{}", index + 1, slug(&prompts[index])));
                endings(args).iter().map(|ending| numbered(&stem.with_added_extension(ending), number)).collect()
            } else {
                vec![numbered(&args.output, number)]
            };
            Output { files, tokens: args.tokens.as_ref().map(|file| numbered(file, number)) }
        };
        Job { requests: chain.iter().map(|prompt| request(args, prompt)).collect(), outputs: (0..args.variations).map(output).collect() }
    };
    chains.iter().enumerate().map(job).collect()
}

fn request(args: &GenerateArgs, prompt: &str) -> Request {
    let length = match args.seconds {
        Some(secs) => Length::Exact { secs },
        None => Length::Between { min_secs: args.min_seconds, max_secs: args.max_seconds },
    };
    let sampling = Sampling {
        greedy: args.greedy,
        temperature: args.temperature,
        top_k: args.top_k.map(|k| k as usize),
        top_p: args.top_p,
        guidance: args.guidance,
    };
    let finish = match (args.published, args.raw) {
        (true, _) => Finish::Published,
        (false, true) => Finish::Raw,
        (false, false) => Finish::Clean,
    };
    let candidates = args.candidates.unwrap_or(if args.constraints.is_some() { DIRECTED_CANDIDATES } else { 1 });
    Request { literal: args.literal, seed: args.network.seed, length, sampling, finish, candidates, ..Request::new(prompt) }
}

/// `walk.glb` → `walk-2.glb`
fn numbered(file: &Path, number: Option<u32>) -> PathBuf {
    let Some(number) = number else { return file.to_owned() };
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let ending = file.extension().unwrap_or_default().to_string_lossy();
    file.with_file_name(format!("{stem}-{number}.{ending}"))
}

/// The beginning of a prompt as a file name.
fn slug(prompt: &str) -> String {
    let plain: String = prompt.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let mut slug = String::new();
    for word in plain.split_whitespace() {
        if !slug.is_empty() && slug.len() + word.len() > 40 {
            break;
        }
        if !slug.is_empty() {
            slug.push('-');
        }
        slug.push_str(word);
    }
    slug.chars().take(48).collect()
}

/// The endings of the files of a prompt of a list.
fn endings(args: &GenerateArgs) -> Vec<&'static str> {
    if !args.format.is_empty() {
        return args.format.iter().map(|ending| name_of(*ending)).collect();
    }
    let best = args.export.program.and_then(|program| program_of(program).opens().first().copied());
    vec![best.unwrap_or(Format::Glb).ending()]
}

fn name_of(ending: Ending) -> &'static str {
    match ending {
        Ending::Glb => "glb",
        Ending::Fbx => "fbx",
        Ending::Usda => "usda",
        Ending::Vrma => "vrma",
        Ending::Bvh => "bvh",
        Ending::Npz => "npz",
        Ending::Npy => "npy",
    }
}

/// Make the motion of a chain of requests; a chain of one is a plain generation.
pub(super) fn make(model: &MotionModel, chain: &[Request], interrupt: &Interrupt) -> Result<Made, CliError> {
    let mut whole: Option<Made> = None;
    for request in chain {
        let after = whole.as_ref().map(|made| made.take.motion.as_ref());
        let mut progress = Progress::new(&request.prompt);
        let made = make_one(model, request, after, interrupt, |tokens, at_most| progress.at(tokens, at_most))?;
        progress.end();
        remark(&made);
        whole = Some(match whole {
            None => made,
            Some(before) => before.followed_by(made),
        });
    }
    whole.ok_or_else(|| CliError::Usage("there is no prompt".to_owned()))
}

/// Make the motion of a request, telling `at` how many tokens of how many there are.
pub(super) fn make_one(
    model: &MotionModel,
    request: &Request,
    after: Option<&Motion>,
    interrupt: &Interrupt,
    at: impl FnMut(usize, usize),
) -> Result<Made, CliError> {
    the_one(Batch::start(model, &request.variation(0), after).map_err(CliError::from_below)?, interrupt, at)
}

/// The motion of a batch of one.
pub(super) fn the_one(mut batch: Batch<'_>, interrupt: &Interrupt, mut at: impl FnMut(usize, usize)) -> Result<Made, CliError> {
    loop {
        interrupt.check()?;
        match batch.step().map_err(CliError::from_below)? {
            BatchStep::Tokens { tokens, at_most } => at(tokens, at_most),
            BatchStep::Made { made, .. } => return Ok(*made),
            BatchStep::Done => return Err(CliError::Failed("the model made no motion: try another seed".to_owned())),
        }
    }
}

/// Make the variations of a request side by side.
pub(super) fn make_variations(model: &MotionModel, request: &Request, interrupt: &Interrupt) -> Result<Vec<Made>, CliError> {
    let mut batch = Batch::start(model, request, None).map_err(CliError::from_below)?;
    let (mut progress, mut all) = (Progress::new(&request.prompt), Vec::new());
    loop {
        interrupt.check()?;
        match batch.step().map_err(CliError::from_below)? {
            BatchStep::Tokens { tokens, at_most } => progress.at(tokens, at_most),
            BatchStep::Made { made, .. } => all.push(*made),
            BatchStep::Done => break,
        }
    }
    progress.end();
    // Each that has something to meet says what it could not; of others all say the same.
    let said = if request.is_directed() { all.len() } else { 1 };
    all.iter().take(said).for_each(remark);
    Ok(all)
}

/// How the prompt was taken, and what the user should know.
fn remark(made: &Made) {
    let origin = &made.take.provenance.origin;
    if let Some(canonical) = origin.canonical_prompt().filter(|canonical| *canonical != origin.prompt()) {
        say(&format!("understood as: {canonical} (--literal asks for the prompt's own words)"));
    }
    made.warnings.iter().for_each(|warning| say(&format!("warning: {warning}")));
    let distance = made.before_finish.unwrap_or_default();
    let missed = [("the path", distance.path_m), ("the keys", distance.keys_m)];
    let missed: Vec<String> = missed.iter().filter_map(|(what, m)| Some(format!("{:.0} cm from {what}", 100.0 * m.as_ref()?))).collect();
    if !missed.is_empty() {
        say(&format!("before the exact finish the model was {}", missed.join(" and ")));
    }
}

fn save(args: &GenerateArgs, options: &WriteOptions, made: &Made, file: &Path) -> Result<(), CliError> {
    let take = &made.take;
    let mut lead_in_secs = 0.0;
    if (args.raw || args.published) && Format::of(file).map_err(CliError::from_below)? == Format::Npy {
        formats::write_features(file, &made.features).map_err(CliError::from_below)?;
    } else {
        let options = WriteOptions { provenance: Some(take.provenance.clone()), ..options.clone() };
        formats::write(file, &take.motion, &options).map_err(CliError::from_below)?;
        lead_in_secs = options.lead_in_secs;
        if args.constraints.is_some() && Format::of(file).is_ok_and(|format| format == Format::Npy) {
            say(&format!("note: {} carries neither the place nor the heading of the first frame", file.display()));
        }
    }
    let seed = take.provenance.origin.seed().unwrap_or_default();
    let secs = take.motion.duration_secs() + lead_in_secs;
    say(&one_line(&format!("{}: {secs:.2} s, seed {seed}, {}", file.display(), take.provenance.credit()), LONGEST_LINE));
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> CliError {
    CliError::Failed(format!("cannot {what} ({error}): {}: check the path and your rights", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Args, Command};
    use clap::Parser;

    fn args(words: &[&str]) -> GenerateArgs {
        let words = ["zoetrope", "generate"].iter().chain(words);
        match Args::parse_from(words).command {
            Some(Command::Generate(args)) => args,
            _ => panic!("not generate"),
        }
    }

    fn files(args: &GenerateArgs, prompts: &[&str]) -> Vec<String> {
        let prompts: Vec<String> = prompts.iter().map(|&prompt| prompt.to_owned()).collect();
        jobs(args, &prompts, &prompts)
            .iter()
            .flat_map(|job| &job.outputs)
            .flat_map(|output| &output.files)
            .map(|file| file.display().to_string())
            .collect()
    }

    #[test]
    fn variations_are_numbered_before_the_ending() {
        let args = args(&["walk", "-o", "out/my.walk.glb", "--variations", "2", "--seed", "5"]);
        assert_eq!(files(&args, &["walk"]), ["out/my.walk-1.glb", "out/my.walk-2.glb"]);
        assert_eq!(jobs(&args, &["walk".to_owned()], &["walk".to_owned()])[0].requests[0].seed, 5);
    }

    #[test]
    fn a_list_of_prompts_becomes_numbered_files_in_each_format() {
        let args = args(&["--prompts", "list.txt", "-o", "out", "--format", "glb,bvh"]);
        let expected = ["out/001-he-walks.glb", "out/001-he-walks.bvh", "out/002-she-sits-down.glb", "out/002-she-sits-down.bvh"];
        assert_eq!(files(&args, &["He walks!", "she  sits/down"]), expected);
    }

    #[test]
    fn a_chain_is_one_job() {
        let args = args(&["walk", "sit", "-o", "both.glb", "--chain"]);
        let jobs = jobs(&args, &args.prompt, &args.prompt);
        assert_eq!((jobs.len(), jobs[0].requests.len()), (1, 2));
    }

    #[test]
    fn a_compound_prompt_is_split_on_request_and_keeps_its_file() {
        let line = &["she walks, then sits".to_owned()];
        let args = args(&["--prompts", "list.txt", "-o", "out", "--split"]);
        let jobs = jobs(&args, line, line);
        let prompts: Vec<&str> = jobs[0].requests.iter().map(|request| request.prompt.as_str()).collect();
        assert_eq!(prompts, ["she walks", "she sits"]);
        assert_eq!(jobs[0].outputs[0].files, [Path::new("out/001-she-walks-then-sits.glb")]);
    }

    #[test]
    fn two_prompts_without_a_chain_are_wrong_usage() {
        assert!(matches!(check(&args(&["walk", "sit", "-o", "both.glb"])), Err(CliError::Usage(_))));
        assert!(matches!(check(&args(&["walk", "-o", "a.glb", "--min-seconds", "12"])), Err(CliError::Usage(_))));
        assert!(matches!(check(&args(&["walk", "-o", "a.usd"])), Err(CliError::Failed(_))));
    }

    #[test]
    fn file_names_of_prompts_hold_only_plain_characters() {
        assert_eq!(slug("A person: walks / \"waves\"…"), "a-person-walks-waves");
        assert!(slug(&"verylongword".repeat(20)).len() <= 48);
        assert_eq!(slug("…"), "");
    }
}
