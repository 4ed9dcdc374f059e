//! What an evaluation found: plain data, as it stands in the JSON file.

use crate::motion::measure::MotionQuality;
use serde::Serialize;

use super::metrics::TOP;

/// A mean over repeats, and 1.96 standard errors of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Measured {
    /// Mean over the repeats.
    pub mean: f64,
    /// Half the width of its 95 % confidence interval; 0 for one repeat.
    pub confidence: f64,
}

impl Measured {
    /// Of one value a repeat.
    #[must_use]
    pub fn of(values: &[f64]) -> Self {
        let count = values.len().max(1) as f64;
        let mean = values.iter().sum::<f64>() / count;
        let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        Self { mean, confidence: 1.96 * variance.sqrt() / count.sqrt() }
    }
}

/// Everything that `zoetrope eval` measures.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// Its licence.
    pub licence: String,
    /// The data set's folder.
    pub dataset: String,
    /// Which part of it.
    pub split: &'static str,
    /// Clips that were measured.
    pub clips: usize,
    /// Different captions among them.
    pub captions: usize,
    /// Clips that could not be read, and why.
    pub left_out: Vec<String>,
    /// Repeats of everything random.
    pub repeats: usize,
    /// Takes of each caption; repeat `r` measures take `r` modulo this.
    pub takes: usize,
    /// The first seed.
    pub seed: u64,
    /// How the model was sampled where not by its own settings.
    pub sampling: String,
    /// The motion tokenizer.
    pub tokenizer: TokenizerReport,
    /// On the evaluator's embeddings; none without an evaluator.
    pub generation: Option<GenerationReport>,
    /// Quality, real clips first.
    pub quality: Vec<QualityRow>,
    /// The largest actions first.
    pub actions: Vec<ActionRow>,
}

/// How well the motion tokenizer gives clips back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct TokenizerReport {
    /// Mean joint error of the position block, pelvis-centred, mm.
    pub mpjpe_mm: f64,
    /// The same of the joints that the rotations give, mm.
    pub posed_mpjpe_mm: f64,
    /// Mean acceleration of the real joints, mm a frame².
    pub real_acceleration_mm: f64,
    /// Mean acceleration of the decoded joints, mm a frame².
    pub acceleration_mm: f64,
    /// Mean jerk of the real joints, mm a frame³.
    pub real_jerk_mm: f64,
    /// Mean jerk of the decoded joints, mm a frame³.
    pub jerk_mm: f64,
    /// Codes that there are.
    pub codes: usize,
    /// Share of them that occur.
    pub codes_used: f64,
    /// How many equally frequent codes would be as varied.
    pub perplexity: f64,
}

/// The published measures, real clips first.
#[derive(Clone, Debug, Serialize)]
pub struct GenerationReport {
    /// Where the evaluator lies.
    pub evaluator: String,
    /// What it says about itself.
    pub evaluator_card: serde_json::Map<String, serde_json::Value>,
    /// Pools of 32 different captions in a repeat; 0 where the captions are too few.
    pub pools: usize,
    /// R-precision of guessing.
    pub chance: [f64; TOP],
    /// A row for each kind of motion.
    pub rows: Vec<GenerationRow>,
    /// Mean distance of takes of the same caption, generated.
    pub multimodality: Option<Measured>,
}

/// One kind of motion against the captions.
#[derive(Clone, Debug, Serialize)]
pub struct GenerationRow {
    /// What was measured.
    pub what: &'static str,
    /// Share of captions whose own clip is among the nearest 1, 2, 3 of 32.
    pub r_precision: Option<[Measured; TOP]>,
    /// (R-precision − chance) ÷ (that of real clips − chance).
    pub share_of_real: Option<[f64; TOP]>,
    /// Mean distance of a caption and its clip.
    pub mm_distance: Measured,
    /// Fréchet distance to the real clips; of the real row: of its halves to each other.
    pub fid: Measured,
    /// Mean distance of random pairs.
    pub diversity: Measured,
}

/// Quality of one kind of motion, means over its clips.
#[derive(Clone, Debug, Serialize)]
pub struct QualityRow {
    /// What was measured.
    pub what: &'static str,
    /// Mean way on the floor, m.
    pub path_m: f64,
    /// Slide, mm a frame.
    pub slide_mm: f64,
    /// Slide within contacts, mm a frame.
    pub contact_slide_mm: f64,
    /// Float, per cent of the frames.
    pub float_pct: f64,
    /// Penetration, mm.
    pub penetration_mm: f64,
    /// Jitter, mm a frame³.
    pub jitter_mm: f64,
    /// The longest step of a joint from one frame to the next in any clip, mm.
    pub largest_step_mm: f64,
    /// Mean length, s.
    pub secs: f64,
}

impl QualityRow {
    /// Means of clips' measures and lengths.
    #[must_use]
    pub fn of(what: &'static str, clips: &[(MotionQuality, f64)]) -> Self {
        let mean = |of: fn(&MotionQuality) -> f32| super::metrics::mean(clips.iter().map(|(quality, _)| f64::from(of(quality))));
        Self {
            what,
            path_m: mean(|quality| quality.path_m),
            slide_mm: mean(|quality| quality.slide_mm_per_frame),
            contact_slide_mm: mean(|quality| quality.contact_slide_mm_per_frame),
            float_pct: mean(|quality| quality.float_pct),
            penetration_mm: mean(|quality| quality.penetration_mm),
            jitter_mm: mean(|quality| quality.jitter_mm_per_frame3),
            largest_step_mm: clips.iter().map(|(quality, _)| f64::from(quality.largest_step_mm)).fold(0.0, f64::max),
            secs: super::metrics::mean(clips.iter().map(|(_, secs)| *secs)),
        }
    }
}

/// One action: the first verb of the captions that is known.
#[derive(Clone, Debug, Serialize)]
pub struct ActionRow {
    /// The action.
    pub action: &'static str,
    /// Its clips.
    pub clips: usize,
    /// R-precision, top 3, of its real clips in pools of all actions.
    pub real_top3: Option<f64>,
    /// The same of the generated ones, cleaned up.
    pub generated_top3: Option<f64>,
    /// Slide of the real clips, mm a frame.
    pub real_slide_mm: f64,
    /// Slide of the generated ones, cleaned up.
    pub generated_slide_mm: f64,
    /// Jitter of the real clips, mm a frame³.
    pub real_jitter_mm: f64,
    /// Jitter of the generated ones, cleaned up.
    pub generated_jitter_mm: f64,
}
