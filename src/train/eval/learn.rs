//! Training an evaluator on a data set: both encoders from nothing, by the contrastive loss alone, stopped by the clock.
//!
//! Against TMR (arXiv 2305.00976) there is no decoder: what reconstructs a motion must remember what no caption says, and this
//! network is to compare. Captions are read by the frozen text encoder of the built-in model. Validation picks the weights: top-3
//! R-precision on the validation split. Every minute the whole state is saved, and a run goes on exactly where it was saved.

use super::clips::{self, shifted};
use super::pools::{self, Asked, plain};
use super::{EvalError, Event, metrics, words};
use crate::model::evaluator::{
    Dropout, EVALUATOR_CONFIG_FILE, EVALUATOR_FILE, EvaluatorConfig, EvaluatorNetworks, EvaluatorSize, contrastive_loss, elements,
};
use crate::model::{Checkpoint, FileSource, Statistics, TextEncoder, TextFeatures};
use crate::motion::features::ROW;
use crate::train::dataset::{Dataset, Purpose, Split};
use candle_core::{Device, Tensor, Var};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const BATCH: usize = 64;
const RATE: f64 = 6e-4;
const WARM_UP_STEPS: u64 = 50;
/// The rate falls along a cosine to this share.
const LAST_RATE: f64 = 0.02;
const WEIGHT_DECAY: f64 = 0.02;
const BETAS: (f64, f64) = (0.9, 0.99);
const EPS: f64 = 1e-8;
/// Longest gradient of all weights together.
const CLIP: f64 = 1.0;
const DROPOUT: f32 = 0.1;
/// Clips are begun up to so many frames late.
const LATE_FRAMES: usize = 15;
const SHORTEST_FRAMES: usize = 30;
const SAVE_EVERY: Duration = Duration::from_secs(60);
/// Validation clips, at most: enough for 16 pools.
const VALIDATED: usize = 512;
/// How often validation pools are drawn anew.
const VALIDATION_REPEATS: usize = 5;

/// How an evaluator is trained.
#[derive(Clone, Debug)]
pub struct LearnOptions {
    /// Time for learning, over all runs in the folder.
    pub minutes: f64,
    /// Seed of everything random.
    pub seed: u64,
    /// Where the evaluator goes, and the state from which a stopped run goes on.
    pub folder: PathBuf,
}

/// What a run remembers beside its tensors.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Progress {
    step: u64,
    secs: f64,
    best: f64,
}

impl Progress {
    /// That of an earlier run in the folder; an evaluator without it is one that came from elsewhere, or that lost it to a clean-up.
    fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join(PROGRESS)).ok()?).ok()
    }
}

/// A clip to learn from or to validate on.
struct Example {
    name: String,
    captions: Vec<String>,
}

/// Trains an evaluator, or goes on with one, and writes it into the folder; one that had its minutes, or that came without the state
/// of a training, is left as it is. Answers its top-3 R-precision on the validation split.
///
/// # Errors
/// Too few clips, files that cannot be read or written, a failing network, and the flag (the state is saved first).
pub fn learn(dataset: &Dataset, options: &LearnOptions, heard: &dyn Fn(Event<'_>), cancelled: &AtomicBool) -> Result<f64, EvalError> {
    std::fs::create_dir_all(&options.folder).map_err(|cause| EvalError::Write { path: options.folder.clone(), cause })?;
    let known = Progress::read(&options.folder);
    let finished = known.as_ref().is_none_or(|known| known.secs >= 60.0 * options.minutes);
    if finished && options.folder.join(EVALUATOR_FILE).is_file() {
        return Ok(known.unwrap_or_default().best);
    }
    let words = words()?;
    let mut run = Run {
        train: examples(dataset, Split::Train, heard)?,
        validation: examples(dataset, Split::Val, heard)?,
        dataset,
        options,
        statistics: dataset.statistics()?,
        read: HashMap::new(),
        learner: Learner::start(&words, options)?,
        words,
    };
    run.validation.shuffle(&mut StdRng::seed_from_u64(options.seed));
    run.validation.truncate(VALIDATED);
    if run.train.len() < BATCH {
        let cause = format!("{} clips to learn from", run.train.len());
        return Err(EvalError::TooFew { cause, path: dataset.root().to_owned(), help: "build a larger data set" });
    }
    run.finish(heard, cancelled)
}

/// Clips of a split whose captions can be read; the others are told of.
fn examples(dataset: &Dataset, split: Split, heard: &dyn Fn(Event<'_>)) -> Result<Vec<Example>, EvalError> {
    let mut examples = Vec::new();
    for name in dataset.names(Purpose::Generator, split)? {
        match dataset.captions(&name) {
            Ok(captions) => examples.push(Example { name, captions }),
            Err(error) => heard(Event::Note(&format!("left out: {error}"))),
        }
    }
    Ok(examples)
}

struct Run<'a> {
    dataset: &'a Dataset,
    options: &'a LearnOptions,
    statistics: Statistics,
    words: TextEncoder,
    /// Captions that were read: the text encoder does not learn.
    read: HashMap<String, TextFeatures>,
    train: Vec<Example>,
    validation: Vec<Example>,
    learner: Learner,
}

/// Sequences of one batch, padded to the longest.
struct Padded {
    x: Tensor,
    lengths: Vec<usize>,
}

impl Padded {
    /// Of sequences of `width` numbers an element.
    fn new(sequences: &[Vec<f32>], width: usize) -> Result<Self, EvalError> {
        let lengths: Vec<usize> = sequences.iter().map(|sequence| sequence.len() / width).collect();
        let longest = lengths.iter().copied().max().unwrap_or_default();
        let mut values = Vec::with_capacity(sequences.len() * longest * width);
        for sequence in sequences {
            values.extend_from_slice(sequence);
            values.resize(values.len() + longest * width - sequence.len(), 0.0);
        }
        let x = Tensor::from_vec(values, (sequences.len(), longest, width), &Device::Cpu).map_err(crate::model::Error::from)?;
        Ok(Self { x, lengths })
    }
}

impl Run<'_> {
    fn finish(&mut self, heard: &dyn Fn(Event<'_>), cancelled: &AtomicBool) -> Result<f64, EvalError> {
        let budget = 60.0 * self.options.minutes;
        let mut since = Instant::now();
        let (mut loss_sum, mut steps) = (0.0, 0);
        loop {
            let used = self.learner.progress.secs + since.elapsed().as_secs_f64();
            let stop = cancelled.load(Ordering::Relaxed);
            if since.elapsed() >= SAVE_EVERY || used >= budget || stop {
                self.learner.progress.secs = used;
                if !stop {
                    let precision = self.validate()?;
                    // The newest weights where validation cannot tell: it has too few different captions for a pool.
                    if precision >= self.learner.progress.best {
                        self.learner.progress.best = precision;
                        self.write(precision)?;
                    }
                    let loss = loss_sum / f64::from(steps.max(1));
                    let (step, percent) = (self.learner.progress.step, 100.0 * precision);
                    heard(Event::Note(&format!("step {step}: loss {loss:.3}, validation R-precision top 3 {percent:.1} %")));
                    (loss_sum, steps) = (0.0, 0);
                }
                self.learner.save(&self.options.folder)?;
                if stop {
                    return Err(EvalError::Cancelled);
                }
                if used >= budget {
                    return Ok(self.learner.progress.best);
                }
                since = Instant::now();
            }
            loss_sum += self.step((used / budget).min(1.0))?;
            steps += 1;
            heard(Event::At { what: "training the evaluator", done: used as usize, of: budget as usize });
        }
    }

    /// One update on one batch; its loss. Which clips and what is random follow from the step alone, so that a run goes on exactly.
    fn step(&mut self, progress: f64) -> Result<f64, EvalError> {
        let step = self.learner.progress.step;
        let per_epoch = (self.train.len() / BATCH) as u64;
        let mut order: Vec<usize> = (0..self.train.len()).collect();
        order.shuffle(&mut StdRng::seed_from_u64(clips::hash(&(self.options.seed, step / per_epoch))));
        let begin = (step % per_epoch) as usize * BATCH;
        let mut rng = StdRng::seed_from_u64(clips::hash(&(self.options.seed, step, "batch")));

        let (mut motions, mut texts, mut chosen) = (Vec::new(), Vec::new(), Vec::new());
        let input = self.learner.size.motion.input;
        for &at in &order[begin..begin + BATCH] {
            let Ok(features) = self.dataset.features(&self.train[at].name) else { continue };
            let mut frames = shifted(&features, LATE_FRAMES, SHORTEST_FRAMES, &mut rng).to_vec();
            self.statistics.normalise(&mut frames);
            let Some(caption) = self.train[at].captions.choose(&mut rng).cloned() else { continue };
            texts.push(self.read(&caption)?.values().to_vec());
            motions.push(elements(&frames, input).1);
            chosen.push(at);
        }
        let (motions, texts) = (Padded::new(&motions, input)?, Padded::new(&texts, self.words.dim())?);
        let true_of: Vec<Vec<String>> =
            chosen.iter().map(|&at| self.train[at].captions.iter().map(|caption| plain(caption)).collect()).collect();
        let same = |a: usize, b: usize| true_of[a].iter().any(|caption| true_of[b].contains(caption));
        Ok(self.learner.step(&motions, &texts, same, progress).map_err(crate::model::Error::from)?)
    }

    fn read(&mut self, caption: &str) -> Result<&TextFeatures, EvalError> {
        if !self.read.contains_key(caption) {
            let features = self.words.encode(caption)?;
            self.read.insert(caption.to_owned(), features);
        }
        // Just inserted where it was missing.
        self.read.get(caption).ok_or_else(|| crate::model::Error::Text { cause: "it was not kept".to_owned() }.into())
    }

    /// Top-3 R-precision on the validation split; 0 where its captions fill no pool.
    fn validate(&mut self) -> Result<f64, EvalError> {
        let networks = self.learner.networks()?;
        let input = self.learner.size.motion.input;
        let latent = self.learner.size.motion.latent;
        let (mut text, mut motion) = (metrics::Embeddings::new(latent), metrics::Embeddings::new(latent));
        let mut read = Vec::new();
        for at in 0..self.validation.len() {
            let Ok(features) = self.dataset.features(&self.validation[at].name) else { continue };
            let mut frames = features.values().to_vec();
            self.statistics.normalise(&mut frames);
            let caption = self.validation[at].captions[0].clone();
            let words = Padded::new(&[self.read(&caption)?.values().to_vec()], self.words.dim())?;
            let frames = Padded::new(&[elements(&frames, input).1], input)?;
            for (into, network, one) in [(&mut text, &networks.text, words), (&mut motion, &networks.motion, frames)] {
                let mean = network.forward(&one.x, &one.lengths, None).and_then(|(mean, _)| mean.flatten_all()?.to_vec1::<f32>());
                into.push(&mean.map_err(crate::model::Error::from)?);
            }
            read.push(at);
        }
        let asked: Vec<Asked<'_>> =
            read.iter().map(|&at| &self.validation[at].captions).map(|captions| Asked { caption: &captions[0], captions }).collect();
        let one = |repeat: usize| {
            let pools = pools::pools(&asked, &mut StdRng::seed_from_u64(repeat as u64));
            let ranks: Vec<(usize, f64)> = pools.iter().flat_map(|pool| metrics::ranks(&text, &motion, pool)).collect();
            metrics::hits(&ranks)[metrics::TOP - 1] as f64 / ranks.len().max(1) as f64
        };
        Ok(metrics::mean((0..VALIDATION_REPEATS).map(one)))
    }

    /// The evaluator as it is now: weights, statistics, and what there is to know.
    fn write(&self, precision: f64) -> Result<(), EvalError> {
        let folder = &self.options.folder;
        let mut config = EvaluatorConfig { heads: self.learner.size.motion.heads, ..EvaluatorConfig::default() };
        let facts = [
            ("data set", self.dataset.root().display().to_string()),
            ("clips", self.train.len().to_string()),
            ("steps", self.learner.progress.step.to_string()),
            ("validation R-precision top 3", format!("{precision:.3}")),
            ("validation clips", self.validation.len().to_string()),
        ];
        config.card = facts.into_iter().map(|(name, fact)| (name.to_owned(), fact.into())).collect();
        let json = serde_json::to_vec_pretty(&config).unwrap_or_default();
        replace(&folder.join(EVALUATOR_CONFIG_FILE), |path| std::fs::write(path, &json))?;
        for which in ["mean", "std"] {
            let from = self.dataset.layout().statistics(which);
            replace(&folder.join(format!("{which}.npy")), |path| std::fs::copy(&from, path).map(|_| ()))?;
        }
        replace(&folder.join(EVALUATOR_FILE), |path| {
            candle_core::safetensors::save(&self.learner.tensors(), path).map_err(std::io::Error::other)
        })
    }
}

/// The weights with AdamW's moments (Loshchilov and Hutter, arXiv 1711.05101); candle's own optimizer cannot be saved.
struct Learner {
    size: EvaluatorSize,
    seed: u64,
    vars: HashMap<String, Var>,
    /// First and second moments of each.
    moments: HashMap<String, [Tensor; 2]>,
    progress: Progress,
}

const STATE: &str = "state.safetensors";
const PROGRESS: &str = "state.json";

impl Learner {
    fn start(words: &TextEncoder, options: &LearnOptions) -> Result<Self, EvalError> {
        let size = EvaluatorSize::small(ROW, words.dim());
        let state = options.folder.join(STATE);
        let mut tensors = size.initial(options.seed)?;
        let mut moments = HashMap::new();
        let known = Progress::read(&options.folder).filter(|_| state.is_file());
        if known.is_some() {
            let mut checkpoint = Checkpoint::open(&FileSource::Path(state), "")?;
            let mut read = |name: String| checkpoint.read(&name)?.dense();
            for (name, tensor) in &mut tensors {
                *tensor = read(name.clone())?;
                moments.insert(name.clone(), [read(format!("first.{name}"))?, read(format!("second.{name}"))?]);
            }
        }
        let mut vars = HashMap::new();
        for (name, tensor) in tensors {
            vars.insert(name, Var::from_tensor(&tensor).map_err(crate::model::Error::from)?);
        }
        Ok(Self { size, seed: options.seed, vars, moments, progress: known.unwrap_or_default() })
    }

    /// Everything that a later run needs; the count of steps last, so that a state without one begins anew.
    fn save(&self, folder: &Path) -> Result<(), EvalError> {
        let mut tensors = self.tensors();
        for (name, [first, second]) in &self.moments {
            tensors.insert(format!("first.{name}"), first.clone());
            tensors.insert(format!("second.{name}"), second.clone());
        }
        replace(&folder.join(STATE), |path| candle_core::safetensors::save(&tensors, path).map_err(std::io::Error::other))?;
        let json = serde_json::to_vec(&self.progress).unwrap_or_default();
        replace(&folder.join(PROGRESS), |path| std::fs::write(path, &json))
    }

    fn tensors(&self) -> HashMap<String, Tensor> {
        self.vars.iter().map(|(name, var)| (name.clone(), var.as_tensor().clone())).collect()
    }

    /// The networks on the variables themselves.
    fn networks(&self) -> Result<EvaluatorNetworks, EvalError> {
        Ok(EvaluatorNetworks::load(Checkpoint::from_tensors(self.tensors(), "the evaluator in training"), self.size.motion.heads)?)
    }

    fn step(&mut self, motions: &Padded, texts: &Padded, same: impl Fn(usize, usize) -> bool, progress: f64) -> candle_core::Result<f64> {
        let networks = self.networks().map_err(candle_core::Error::wrap)?;
        let mut dropout = Dropout::new(DROPOUT, clips::hash(&(self.seed, self.progress.step, "dropout")));
        let motion = networks.motion.forward(&motions.x, &motions.lengths, Some(&mut dropout))?.0;
        let text = networks.text.forward(&texts.x, &texts.lengths, Some(&mut dropout))?.0;
        let loss = contrastive_loss(&text, &motion, same)?;
        let gradients = loss.backward()?;

        let mut square = 0.0;
        for var in self.vars.values() {
            if let Some(gradient) = gradients.get(var) {
                square += f64::from(gradient.sqr()?.sum_all()?.to_scalar::<f32>()?);
            }
        }
        let scale = (CLIP / square.sqrt().max(1e-12)).min(1.0);
        self.progress.step += 1;
        let step = self.progress.step;
        let warm = (step as f64 / WARM_UP_STEPS as f64).min(1.0);
        let rate = RATE * warm * (LAST_RATE + (1.0 - LAST_RATE) * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()));
        let [unbias_first, unbias_second] = [BETAS.0, BETAS.1].map(|beta| 1.0 - beta.powf(step as f64));
        for (name, var) in &self.vars {
            let Some(gradient) = gradients.get(var) else { continue };
            let gradient = (gradient * scale)?.detach();
            let old = match self.moments.get(name) {
                Some(moments) => moments.clone(),
                None => [gradient.zeros_like()?, gradient.zeros_like()?],
            };
            let first = ((&old[0] * BETAS.0)? + (&gradient * (1.0 - BETAS.0))?)?;
            let second = ((&old[1] * BETAS.1)? + (gradient.sqr()? * (1.0 - BETAS.1))?)?;
            let towards = ((&first / unbias_first)? / ((&second / unbias_second)?.sqrt()? + EPS)?)?;
            // Norms, biases and tokens do not decay.
            let decay = if var.rank() > 1 { WEIGHT_DECAY } else { 0.0 };
            var.set(&((var.as_tensor().detach() * (1.0 - rate * decay))? - (towards * rate)?)?)?;
            self.moments.insert(name.clone(), [first, second]);
        }
        Ok(f64::from(loss.to_scalar::<f32>()?))
    }
}

/// Writes a file beside and renames it.
fn replace(path: &Path, write: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<(), EvalError> {
    let beside = path.with_extension("part");
    write(&beside).and_then(|()| std::fs::rename(&beside, path)).map_err(|cause| EvalError::Write { path: path.to_owned(), cause })
}
