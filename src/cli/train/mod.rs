//! `zoetrope train`: learn on a studio's own clips.

mod args;
mod plot;

pub use args::TrainCommand;

pub(super) use self::args::RunArgs;
use self::args::{GeneratorArgs, RecipeArgs, ScheduleChoice, TokenizerArgs};
use super::CliError;
use super::interrupt::Interrupt;
use super::progress::{Progress, answer, say};
use crate::library::{self, STARTER};
use crate::model::evaluator::{EvaluatorConfig, EvaluatorSize};
use crate::model::learn::{
    AdamW, EvaluatorTask, Form, Initial, Learner, Tensors, TokenizerLoss, TokenizerTask, TransformerTask, initial_tokenizer,
    initial_transformer,
};
use crate::model::{FileSource, Source, Statistics, TokenizerConfig, TransformerConfig};
use crate::motion::features::ROW;
use crate::train::dataset::{Dataset, Purpose, Split};
use crate::train::eval;
use crate::train::folder::{self, Generator, Tokenizer};
use crate::train::schedule::{Rate, Schedule};
use crate::train::{
    Clips, EvaluatorLesson, GeneratorLesson, Lesson, Plan, RowOptions, Run, Texts, TokenizerLesson, Tokens, TrainError, WindowSizes,
};
use std::ops::ControlFlow;
use std::path::Path;

/// Points of the curve between two measurements on held-out clips.
const MEASURE_EVERY_POINTS: u64 = 5;

/// Updates of an evaluator: a quarter of an hour on one core.
pub(super) const EVALUATOR_STEPS: u64 = 1000;

/// Run it.
pub(super) fn run(command: &TrainCommand) -> Result<(), CliError> {
    let interrupt = Interrupt::listen();
    match command {
        TrainCommand::Tokenizer(args) => tokenizer(args, &interrupt),
        TrainCommand::Generator(args) => generator(args, &interrupt),
        TrainCommand::Evaluator(args) => evaluator(args, &interrupt),
    }
}

fn tokenizer(args: &TokenizerArgs, interrupt: &Interrupt) -> Result<(), CliError> {
    let TokenizerArgs { run: common, recipe, .. } = args;
    let dataset = open(common)?;
    let published = recipe.published;
    let from = args.from.as_deref().map(find_tokenizer).transpose()?;
    let config = from.as_ref().map_or_else(|| tokenizer_config(args), |from| from.config.clone());
    config.check("the options").map_err(CliError::from_below)?;
    // A network that goes on keeps the scales that it knows.
    let statistics = match &from {
        Some(from) => from.statistics.clone(),
        None => dataset.statistics().map_err(CliError::from_below)?,
    };
    let frames = args.frames.map_or(if published { 96 } else { 64 }, usize::from);
    let batch = common.batch.map_or(if published { 256 } else { 32 }, usize::from);
    let sizes = WindowSizes { frames, batch, accumulate: recipe.accumulate.into(), seed: common.seed };
    let [train, held_out] = clips(&dataset, &statistics, Purpose::Tokenizer, frames)?;
    let loss = if published { TokenizerLoss::PUBLISHED } else { TokenizerLoss::OWN };
    let task = TokenizerTask { config: config.clone(), loss };
    let lesson = TokenizerLesson::new(task, train, held_out, sizes, dataset.root()).map_err(CliError::from_below)?;

    let tensors = match &from {
        Some(from) => from.tensors(),
        None => initial_tokenizer(&config, common.seed).map_err(TrainError::from),
    };
    let learner = Learner::new(Form::Plain, tensors.map_err(CliError::from_below)?, common.seed).map_err(CliError::from_below)?;
    let defaults = if published { (6_000_000, 5e-5, 48_000) } else { (8000, if from.is_some() { 3e-4 } else { 1e-3 }, 0) };
    let schedule = if published { ScheduleChoice::Drop } else { ScheduleChoice::Cosine };
    let mut optimiser = own_optimiser((0.9, 0.99), 0.0);
    if published {
        optimiser.clip = None;
    }
    let plan = plan(common, Some(recipe), defaults, schedule, optimiser);
    let options = format!("{config:?} {loss:?} {sizes:?} from {:?}", args.from);
    let mut run = open_run(common, "tokenizer", plan, &options, learner)?;
    teach("tokenizer", &mut run, lesson, interrupt)?;
    let best = run.best().map_err(CliError::from_below)?;
    let files = match &args.from {
        Some(from) => ["mean.npy", "std.npy"].map(|name| find_folder(from).map(|source| source.file(name))),
        None => ["mean", "std"].map(|which| Ok(FileSource::Path(dataset.layout().statistics(which)))),
    };
    let [mean, std] = files;
    folder::put_tokenizer(&common.output, &config, best, [mean?, std?]).map_err(CliError::from_below)?;
    answer(&common.output.display().to_string());
    Ok(())
}

fn tokenizer_config(args: &TokenizerArgs) -> TokenizerConfig {
    let published = TokenizerConfig::default();
    let base = if args.recipe.published {
        published
    } else {
        let levels = vec![8, 8, 6, 5];
        TokenizerConfig { levels, width: 192, activation: crate::model::Activation::Silu, ..published }
    };
    let width = args.width.map_or(base.width, usize::from);
    TokenizerConfig {
        levels: if args.levels.is_empty() { base.levels } else { args.levels.clone() },
        activation: args.activation.map_or(base.activation, Into::into),
        width,
        code_dim: width,
        output_emb_width: width,
        ..base
    }
}

fn generator(args: &GeneratorArgs, interrupt: &Interrupt) -> Result<(), CliError> {
    let GeneratorArgs { run: common, recipe, .. } = args;
    let published = recipe.published;
    let dataset = open(common)?;
    let from = args.from.as_deref().map(find_folder).transpose()?;
    let like = from.as_ref().map(folder::model_config).transpose().map_err(CliError::from_below)?;
    let tokenizer = match (&from, &args.tokenizer) {
        (Some(from), _) => Tokenizer::load(from).map_err(CliError::from_below)?,
        (None, Some(name)) => find_tokenizer(name)?,
        (None, None) if Tokenizer::is_in(&common.output) => {
            Tokenizer::load(&Source::Folder(common.output.clone())).map_err(CliError::from_below)?
        }
        (None, None) => find_tokenizer(STARTER)?,
    };
    let text_source = from.clone().map_or_else(|| find_folder(&args.text_encoder), Ok)?;
    let texts = Texts::new(folder::text_encoder(&text_source).map_err(CliError::from_below)?);
    let config = like.as_ref().map_or_else(|| transformer_config(args, texts.dim()), |like| like.transformer.clone());
    config.check("the options").map_err(CliError::from_below)?;

    let (codes, seed) = (tokenizer.config.codes(), common.seed);
    let tensors = match &from {
        Some(from) => folder::transformer_tensors(from),
        None => {
            let initial = if published { Initial::Published } else { Initial::Small };
            initial_transformer(&config, codes, initial, seed).map_err(TrainError::from)
        }
    };
    let tensors = tensors.map_err(CliError::from_below)?;
    let learner = match (args.lora, published) {
        (Some(rank), _) => Learner::new(Form::LowRank { rank: rank.into(), frozen: tensors }, Tensors::new(), seed),
        (None, true) => Learner::new(Form::Plain, tensors, seed),
        (None, false) => Learner::new(Form::Digits { levels: tokenizer.config.levels.clone() }, tensors, seed),
    };
    let learner = learner.map_err(CliError::from_below)?;

    let clips = clips(&dataset, &tokenizer.statistics, Purpose::Generator, tokenizer.config.frames_per_token())?;
    let rows = RowOptions {
        batch: common.batch.map_or(16, usize::from),
        accumulate: recipe.accumulate.into(),
        empty_share: if published { 0.0 } else { 0.1 },
        kept: if published { 1.0 } else { 0.92 },
        drop_token: true,
        balanced: !published,
        seed,
    };
    let task = TransformerTask { config: config.clone(), dropout: if published { 0.0 } else { 0.1 } };
    let options = format!("{config:?} {task:?} {rows:?} from {:?} lora {:?} published {published}", args.from, args.lora);
    let mut bar = Progress::new("encoding the clips");
    let mut show = |done, of| {
        bar.at(done, of);
        if interrupt.check().is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let skip = &mut |cause: String| say(&format!("left out: {cause}"));
    let fingerprint = tokenizer.fingerprint().map_err(CliError::from_below)?;
    let kept = folder::run_folder(&common.output, "generator").join("tokens.json");
    let mut tokens = Tokens::open(&tokenizer.network, fingerprint, &kept);
    let lesson = GeneratorLesson::new(task, &mut tokens, texts, clips, rows, dataset.root(), &mut show, skip);
    bar.end();
    let lesson = lesson.map_err(|error| match error {
        TrainError::Cancelled => CliError::Paused,
        error => CliError::from_below(error),
    })?;
    let (tokens, trained) = (lesson.tokens(), learner.trained());
    say(&format!("{tokens} motion tokens to learn from, {trained} numbers to learn"));

    let mut optimiser = own_optimiser((0.9, 0.98), 0.05);
    if published {
        optimiser = AdamW { betas: (0.9, 0.999), weight_decay: 1e-6, decay_all: true, clip: None, ..optimiser };
    }
    let defaults = match (published, &args.from, args.lora) {
        (true, ..) => (240_000, 4e-4, 12_000),
        (false, Some(_), Some(_)) => (1000, 1e-3, 0),
        (false, Some(_), None) => (1000, 1e-4, 0),
        (false, None, _) => (4000, 8e-4, 0),
    };
    let plan = plan(common, Some(recipe), defaults, ScheduleChoice::Cosine, optimiser);
    let mut run = open_run(common, "generator", plan, &options, learner)?;
    teach("generator", &mut run, lesson, interrupt)?;

    let target = std::path::absolute(&common.output).unwrap_or_else(|_| common.output.clone());
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let note = "Trained on own clips: the terms of those clips apply to the weights and to what they make.";
    let licence = match (&args.licence, &like) {
        (Some(own), _) => (own.as_str(), note),
        (None, Some(like)) => (like.licence.as_str(), like.licence_note.as_str()),
        (None, None) => ("own clips", note),
    };
    let mut card = serde_json::Map::new();
    card.insert("trained_from".into(), args.from.as_deref().unwrap_or("nothing").into());
    card.insert("steps".into(), run.steps().0.into());
    card.insert("tokens".into(), tokens.into());
    let tensors = run.best().map_err(CliError::from_below)?;
    let like = like.as_ref();
    let made = Generator { name: &name, licence, tokenizer: &tokenizer, text_source: &text_source, config: &config, tensors, like, card };
    folder::put_generator(&common.output, made).map_err(CliError::from_below)?;
    answer(&common.output.display().to_string());
    Ok(())
}

fn transformer_config(args: &GeneratorArgs, clip_dim: usize) -> TransformerConfig {
    let (layers, heads, width) = if args.recipe.published { (8, 8, 512) } else { (6, 8, 256) };
    let n_embd = args.width.map_or(width, usize::from);
    TransformerConfig {
        n_layer: args.layers.map_or(layers, usize::from),
        n_head: args.heads.map_or(heads, usize::from),
        n_embd,
        // As published: eight thirds, rounded up to whole 256s (`docs/representation.md`, The transformer).
        mlp_hidden: (8 * n_embd / 3).next_multiple_of(256),
        clip_dim,
        ..TransformerConfig::default()
    }
}

fn evaluator(args: &RunArgs, interrupt: &Interrupt) -> Result<(), CliError> {
    train_evaluator(args, interrupt)?;
    answer(&args.output.display().to_string());
    Ok(())
}

/// Trains an evaluator, or goes on with one, and puts it into the folder; the first step of `eval` too.
pub(super) fn train_evaluator(args: &RunArgs, interrupt: &Interrupt) -> Result<(), CliError> {
    let dataset = open(args)?;
    let statistics = dataset.statistics().map_err(CliError::from_below)?;
    let texts = Texts::new(eval::words().map_err(CliError::from_below)?);
    let size = EvaluatorSize::small(ROW, texts.dim());
    let tensors = size.initial(args.seed).map_err(CliError::from_below)?;
    let learner = Learner::new(Form::Plain, tensors, args.seed).map_err(CliError::from_below)?;
    let clips = clips(&dataset, &statistics, Purpose::Generator, size.motion.input / ROW)?;
    let heads = size.motion.heads;
    let task = EvaluatorTask { heads, dropout: 0.1 };
    let batch = args.batch.map_or(64, usize::from);
    let skip = &mut |cause: String| say(&format!("left out: {cause}"));
    let learned = clips[0].names().len();
    let lesson = EvaluatorLesson::new(task, texts, clips, batch, args.seed, dataset.root(), skip).map_err(CliError::from_below)?;
    let plan = plan(args, None, (EVALUATOR_STEPS, 6e-4, 0), ScheduleChoice::Cosine, own_optimiser((0.9, 0.99), 0.02));
    let mut run = open_run(args, "evaluator", plan, &format!("{size:?} {task:?} {batch}"), learner)?;
    teach("evaluator", &mut run, lesson, interrupt)?;
    let best = run.best().map_err(CliError::from_below)?;
    let files = ["mean", "std"].map(|which| FileSource::Path(dataset.layout().statistics(which)));
    let facts = [("data set", dataset.root().display().to_string().into()), ("clips", learned.into()), ("steps", run.steps().0.into())];
    let card = facts.into_iter().map(|(name, fact)| (name.to_owned(), fact)).collect();
    folder::put_evaluator(&args.output, &EvaluatorConfig { heads, card }, best, files).map_err(CliError::from_below)
}

fn open(common: &RunArgs) -> Result<Dataset, CliError> {
    Dataset::open(&common.dataset).map_err(CliError::from_below)
}

/// A model by name, or any folder: one with a tokenizer only is no model yet.
fn find_folder(name: &str) -> Result<Source, CliError> {
    let folder = Path::new(name);
    if Tokenizer::is_in(folder) {
        return Ok(Source::Folder(folder.to_owned()));
    }
    library::find(name).map_err(CliError::from_below)
}

fn find_tokenizer(name: &str) -> Result<Tokenizer, CliError> {
    Tokenizer::load(&find_folder(name)?).map_err(CliError::from_below)
}

/// The clips to learn from and those to measure on.
fn clips(dataset: &Dataset, statistics: &Statistics, purpose: Purpose, shortest: usize) -> Result<[Clips; 2], CliError> {
    let skip = &mut |cause: String| say(&format!("left out: {cause}"));
    let train = Clips::open(dataset, statistics, purpose, Split::Train, shortest, skip).map_err(CliError::from_below)?;
    let held_out = Clips::open(dataset, statistics, purpose, Split::Val, shortest, skip).map_err(CliError::from_below)?;
    say(&format!("{} clips to learn from, {} held out", train.names().len(), held_out.names().len()));
    Ok([train, held_out])
}

fn own_optimiser(betas: (f64, f64), weight_decay: f64) -> AdamW {
    AdamW { betas, eps: 1e-8, weight_decay, decay_all: false, clip: Some(1.0), average: 0.999 }
}

/// The plan from the options; `defaults` are updates, rate and warm-up (0: 2 % of the updates).
fn plan(common: &RunArgs, recipe: Option<&RecipeArgs>, defaults: (u64, f64, u64), schedule: ScheduleChoice, optimiser: AdamW) -> Plan {
    let (steps, rate, warmup) = defaults;
    let steps = common.steps.unwrap_or(steps);
    let warmup = recipe.and_then(|recipe| recipe.warmup).unwrap_or(if warmup == 0 { steps / 50 } else { warmup });
    let schedule = match recipe.and_then(|recipe| recipe.schedule).unwrap_or(schedule) {
        ScheduleChoice::Cosine => Schedule::Cosine,
        ScheduleChoice::Constant => Schedule::Constant,
        ScheduleChoice::Drop => Schedule::Drop { at: warmup + 300_000, factor: 0.05 },
        ScheduleChoice::Published => Schedule::Published,
    };
    // The option is a float32: its digits, not its neighbours in float64, are meant.
    let peak = common.rate.map_or(rate, |rate| rate.to_string().parse().unwrap_or(f64::from(rate)));
    let report_every = common.report_every;
    let rate = Rate { peak, warmup, schedule };
    Plan { steps, rate, optimiser, report_every, measure_every: report_every * MEASURE_EVERY_POINTS }
}

fn open_run(common: &RunArgs, what: &str, plan: Plan, options: &str, learner: Learner) -> Result<Run, CliError> {
    // The same folder may be named from elsewhere.
    let dataset = std::path::absolute(&common.dataset).unwrap_or_else(|_| common.dataset.clone());
    let options = format!("{options} {}", dataset.display());
    let run = Run::open(&folder::run_folder(&common.output, what), plan, &options, learner).map_err(CliError::from_below)?;
    if let (done @ 1.., of) = run.steps() {
        say(&format!("goes on at update {done} of {of}"));
    }
    Ok(run)
}

/// Advance to the end, or save and stop at Ctrl-C.
fn teach<L: Lesson>(what: &str, run: &mut Run, mut lesson: L, interrupt: &Interrupt) -> Result<(), CliError> {
    let mut progress = Progress::new(&format!("training the {what}"));
    while !run.is_done() {
        if interrupt.check().is_err() {
            run.save().map_err(CliError::from_below)?;
            draw(run)?;
            progress.end();
            return Err(CliError::Paused);
        }
        if let Some(point) = run.advance(&mut lesson).map_err(CliError::from_below)? {
            let held_out = point.held_out.map_or_else(String::new, |loss| format!(", held out {loss:.4}"));
            progress.note(&format!("update {}: loss {:.4}{held_out}, {:.0} s", point.step, point.loss, point.secs));
            if point.held_out.is_some() {
                draw(run)?;
            }
        }
        let (done, of) = run.steps();
        progress.at(done as usize, of as usize);
    }
    progress.end();
    draw(run)
}

fn draw(run: &Run) -> Result<(), CliError> {
    plot::write(run.points(), &run.folder().join("curve.png"))
}
