//! How good a model is: its tokenizer, its motions and its obedience, measured on the clips of a data set.
//!
//! Published measures ([`metrics`]) on the embeddings of an evaluator ([`crate::model::evaluator`]), quality measures of
//! [`crate::motion::measure`]. Real clips stand in the first row of everything.
//! Against the published program (`docs/representation.md`, Evaluation): everything random is repeated, pools hold different captions,
//! diversity is measured, and generated clips may be as long as the real ones.
//!
//! Not here: how a table looks on a terminal.

mod clips;
mod comparison;
mod error;
pub mod metrics;
mod options;
mod parallel;
pub mod pools;
mod report;

pub use error::EvalError;
pub use options::Options;
pub use report::{ActionRow, GenerationReport, GenerationRow, Measured, QualityRow, Report, TokenizerReport};

use self::clips::{Clip, Generator};
use self::comparison::{Comparison, Found, Sets};
use self::metrics::mean;
use super::captions;
use super::dataset::{Dataset, DatasetError};
use crate::library;
use crate::model::{self, Evaluator, MotionModel, Source, Statistics, TextEncoder, TextEncoderConfig};
use crate::motion::features::rows::{Accumulate, positions};
use crate::motion::features::{self, ROW};
use crate::motion::measure::{MotionQuality, measure};
use crate::motion::{Features, Motion, cleanup, feet};
use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Captions whose takes are compared for multimodality.
const MULTIMODAL_CAPTIONS: usize = 16;
/// Takes of each; all their pairs are measured.
const MULTIMODAL_TAKES: u64 = 8;

/// A model under evaluation.
pub struct Candidate<'m> {
    /// The model.
    pub model: &'m MotionModel,
    /// Tells it from others whose clips may lie in the same folder: [`fingerprint`].
    pub fingerprint: u64,
}

/// A number that changes when a model's files change: contents of what is built in, names, lengths and times of files.
#[must_use]
pub fn fingerprint(source: &Source) -> u64 {
    let mut hasher = DefaultHasher::new();
    match source {
        Source::Embedded(files) => files.hash(&mut hasher),
        Source::Folder(folder) => {
            for name in [
                "model.json",
                "transformer.gguf",
                "transformer.safetensors",
                "intent.safetensors",
                "intent.json",
                "tokenizer.safetensors",
                "mean.npy",
                "std.npy",
            ] {
                let stamp = std::fs::metadata(folder.join(name)).ok().map(|data| (data.len(), data.modified().ok()));
                (name, stamp).hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}

/// The text encoder that evaluators trained here read with: the one of the built-in model, whatever model is evaluated.
///
/// # Errors
/// The built-in model is damaged.
pub fn words() -> model::Result<TextEncoder> {
    TextEncoder::load(&library::starter(), "text_encoder/", TextEncoderConfig::Bert)
}

/// Loads an evaluator: the published checkpoint, or one that was trained here.
///
/// # Errors
/// Missing, damaged and unfitting files, with their names.
pub fn load_evaluator(path: &Path) -> model::Result<Evaluator> {
    Evaluator::load(path, ROW, words)
}

/// Measures a model on a data set; without an evaluator, only what needs none. `heard` is told the work, and the pieces done of how
/// many.
///
/// # Errors
/// Fewer than two readable clips, files that cannot be written, a failing network, and the flag.
pub fn evaluate(
    candidate: &Candidate<'_>,
    dataset: &Dataset,
    evaluator: Option<(&Evaluator, &Path)>,
    options: &Options,
    heard: &dyn Fn(&str, usize, usize),
    cancelled: &AtomicBool,
) -> Result<Report, EvalError> {
    let folder = options.folder.join("clips");
    std::fs::create_dir_all(&folder).map_err(DatasetError::write(&folder))?;
    let (clips, left_out) = clips::read(dataset, options)?;
    let model = candidate.model;
    let at = |what: &'static str, of: usize| move |done: usize| heard(what, done, of);

    let work = |clip: &Clip| Reconstruction::of(model, clip);
    let reconstructions = parallel::map(&clips, options.threads, cancelled, work, at("tokenizer", clips.len()))?;
    let tokenizer = tokenizer_report(model, &reconstructions);

    let generator = Generator { model, fingerprint: candidate.fingerprint, options, folder, cancelled };
    let mut takes = Vec::new();
    for take in 0..options.takes.max(1) {
        takes.push(generator.all(&clips, options.seed + take as u64, "clips", heard)?);
    }
    let cleaned: Vec<Vec<Features>> = takes
        .iter()
        .map(|take| {
            let clean = |raw: &Features| Ok(features::encode(&clean(raw)));
            parallel::map(take, options.threads, cancelled, clean, at("clean-up", take.len()))
        })
        .collect::<Result<_, _>>()?;

    let generation = match evaluator {
        Some((evaluator, path)) => {
            let several = multimodal_takes(&generator, &clips, heard)?;
            let decoded: Vec<Features> = reconstructions.iter().map(|found| found.features.clone()).collect();
            let sets = Sets { clips: &clips, decoded: &decoded, takes: &takes, cleaned: &cleaned, several: &several };
            Some(Comparison { evaluator, statistics: statistics(evaluator, dataset)?, options, heard, cancelled }.report(&sets, path)?)
        }
        None => None,
    };
    let (generation, by_clip) = generation.unzip();
    let measured = Qualities::of(&clips, &reconstructions, &takes[0], options, heard, cancelled)?;
    let captions: std::collections::HashSet<String> = clips.iter().map(|clip| captions::plain(&clip.caption)).collect();
    Ok(Report {
        model: model.config.name.clone(),
        licence: model.config.licence.clone(),
        dataset: dataset.root().display().to_string(),
        split: options.split.name(),
        clips: clips.len(),
        captions: captions.len(),
        left_out,
        repeats: options.repeats,
        takes: takes.len(),
        seed: options.seed,
        sampling: options.sampling.to_string(),
        tokenizer,
        generation,
        actions: actions(&clips, &measured, by_clip.as_ref()),
        quality: measured.rows(),
    })
}

/// What frames are normalised with for this evaluator.
fn statistics(evaluator: &Evaluator, dataset: &Dataset) -> Result<Statistics, EvalError> {
    match &evaluator.statistics {
        Some(statistics) => Ok(statistics.clone()),
        None => Ok(dataset.statistics()?),
    }
}

fn clean(raw: &Features) -> Motion {
    cleanup::clean(&features::decode(raw), &cleanup::CleanupSettings::default())
}

/// Takes of a few captions, `[caption][take]`.
fn multimodal_takes(
    generator: &Generator<'_>,
    clips: &[Clip],
    heard: &dyn Fn(&str, usize, usize),
) -> Result<Vec<Vec<Features>>, EvalError> {
    let few = &clips[..clips.len().min(MULTIMODAL_CAPTIONS)];
    let mut several: Vec<Vec<Features>> = few.iter().map(|_| Vec::new()).collect();
    for take in 0..MULTIMODAL_TAKES {
        // The first ones are those of the other measures.
        let made = generator.all(few, generator.options.seed + take, "takes of the same captions", heard)?;
        several.iter_mut().zip(made).for_each(|(takes, made)| takes.push(made));
    }
    Ok(several)
}

/// A clip through the tokenizer, and what was lost.
struct Reconstruction {
    codes: Vec<u32>,
    features: Features,
    mpjpe_m: f64,
    posed_mpjpe_m: f64,
    accelerations_m: [f64; 2],
    jerks_m: [f64; 2],
}

impl Reconstruction {
    fn of(model: &MotionModel, clip: &Clip) -> Result<Self, EvalError> {
        let (codes, decoded) = clips::reconstructed(model, clip)?;
        let [real, ours] = [&clip.real, &decoded].map(positioned);
        let [real_posed, posed] = [&clip.real, &decoded].map(|features| feet::world_joints(&features::decode(features)));
        let apart = |ours: &[metrics::Joints], real: &[metrics::Joints]| {
            mean(ours.iter().zip(real).map(|(ours, real)| f64::from(metrics::joint_error_m(ours, real))))
        };
        let acceleration = |joints: &[metrics::Joints]| mean(metrics::accelerations_m(joints).into_iter().map(|(mean, _)| f64::from(mean)));
        Ok(Self {
            mpjpe_m: apart(&ours, &real),
            posed_mpjpe_m: apart(&posed, &real_posed),
            accelerations_m: [acceleration(&real), acceleration(&ours)],
            jerks_m: [metrics::jerk_m(&real), metrics::jerk_m(&ours)],
            codes,
            features: decoded,
        })
    }
}

/// World joints by the position block.
fn positioned(features: &Features) -> Vec<metrics::Joints> {
    let rows: Vec<f64> = features.values().iter().copied().map(f64::from).collect();
    positions(&rows, Accumulate::Upright).iter().map(|frame| frame.map(|joint| joint.as_vec3())).collect()
}

fn tokenizer_report(model: &MotionModel, found: &[Reconstruction]) -> TokenizerReport {
    let mm = |of: &dyn Fn(&Reconstruction) -> f64| 1e3 * mean(found.iter().map(of));
    let codes = model.config.tokenizer.codes();
    let (perplexity, codes_used) = metrics::code_use(found.iter().flat_map(|found| found.codes.iter().copied()), codes);
    TokenizerReport {
        mpjpe_mm: mm(&|found| found.mpjpe_m),
        posed_mpjpe_mm: mm(&|found| found.posed_mpjpe_m),
        real_acceleration_mm: mm(&|found| found.accelerations_m[0]),
        acceleration_mm: mm(&|found| found.accelerations_m[1]),
        real_jerk_mm: mm(&|found| found.jerks_m[0]),
        jerk_mm: mm(&|found| found.jerks_m[1]),
        codes,
        codes_used,
        perplexity,
    }
}

/// Quality and length of each clip of each kind.
struct Qualities {
    kinds: Vec<(&'static str, Vec<(MotionQuality, f64)>)>,
}

/// Where the kinds stand that the table of actions takes.
const REAL: usize = 0;
const GENERATED_CLEAN: usize = 4;

impl Qualities {
    fn of(
        clips: &[Clip],
        decoded: &[Reconstruction],
        generated: &[Features],
        options: &Options,
        heard: &dyn Fn(&str, usize, usize),
        cancelled: &AtomicBool,
    ) -> Result<Self, EvalError> {
        let real: Vec<&Features> = clips.iter().map(|clip| &clip.real).collect();
        let decoded: Vec<&Features> = decoded.iter().map(|found| &found.features).collect();
        let generated: Vec<&Features> = generated.iter().collect();
        type Finish = fn(&Features) -> Motion;
        let kinds: [(&'static str, &[&Features], Finish); 5] = [
            ("real", &real, features::decode),
            ("real, cleaned up", &real, clean),
            ("tokenizer", &decoded, features::decode),
            ("generated", &generated, features::decode),
            ("generated, cleaned up", &generated, clean),
        ];
        let mut measured = Vec::new();
        for (what, all, finish) in kinds {
            let one = |features: &&Features| {
                let motion = finish(features);
                Ok((measure(&motion), f64::from(motion.duration_secs())))
            };
            let done = |done: usize| heard("quality", done, all.len());
            measured.push((what, parallel::map(all, options.threads, cancelled, one, done)?));
        }
        Ok(Self { kinds: measured })
    }

    fn rows(&self) -> Vec<QualityRow> {
        self.kinds.iter().map(|(what, clips)| QualityRow::of(what, clips)).collect()
    }
}

fn actions(clips: &[Clip], measured: &Qualities, found: Option<&Found>) -> Vec<ActionRow> {
    let mut groups: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (at, clip) in clips.iter().enumerate() {
        groups.entry(captions::action(&clip.caption)).or_default().push(at);
    }
    let row = |(action, group): (&'static str, Vec<usize>)| {
        let quality = |kind: usize| {
            let chosen: Vec<(MotionQuality, f64)> = group.iter().map(|&clip| measured.kinds[kind].1[clip]).collect();
            QualityRow::of(action, &chosen)
        };
        let top3 = |tally: &HashMap<usize, (usize, usize)>| {
            let (hits, asked) = group.iter().filter_map(|clip| tally.get(clip)).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            (asked > 0).then(|| hits as f64 / asked as f64)
        };
        let (real, generated) = (quality(REAL), quality(GENERATED_CLEAN));
        ActionRow {
            action,
            clips: group.len(),
            real_top3: found.and_then(|found| top3(&found.real)),
            generated_top3: found.and_then(|found| top3(&found.generated)),
            real_slide_mm: real.slide_mm,
            generated_slide_mm: generated.slide_mm,
            real_jitter_mm: real.jitter_mm,
            generated_jitter_mm: generated.jitter_mm,
        }
    };
    let mut rows: Vec<ActionRow> = groups.into_iter().map(row).collect();
    rows.sort_by(|a, b| b.clips.cmp(&a.clips).then(a.action.cmp(b.action)));
    rows
}
