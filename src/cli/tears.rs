//! `zoetrope bench --tears`: does a motion tear or sink? 200 prompts, three seeds each; acrobatics, lying and crawling first.

use super::error::CliError;
use super::generate::{load_model, make_one};
use super::interrupt::Interrupt;
use super::progress::{answer, say};
use crate::motion::Motion;
use crate::motion::measure::{DEEP_FRAMES_PCT, DEEP_M, MotionQuality, REAL_STEP_MM, deep_pct, measure};
use crate::motion::supports::surfaces;
use crate::pipeline::parts;
use crate::timeline::Request;
use std::path::Path;

const ACROBATICS: &str = include_str!("../../assets/prompts/acrobatics.txt");
/// More prompts; the prompt is the last column but in the lists of single actions, where it is the second.
const LISTS: [(usize, &str); 4] = [
    (1, include_str!("../../assets/prompts/obedience.tsv")),
    (1, include_str!("../../assets/prompts/plain.tsv")),
    (2, include_str!("../../assets/prompts/compound.tsv")),
    (1, include_str!("../../assets/prompts/motionmillion-eval.txt")),
];
const PROMPTS: usize = 200;
const SEEDS: u64 = 3;

/// Prints what tears and what sinks, and the means.
pub(super) fn run(model: &Path) -> Result<(), CliError> {
    let (model, interrupt) = (load_model(model)?, Interrupt::listen());
    let mut all: Vec<Figures> = Vec::new();
    for (at, prompt) in prompts().into_iter().enumerate() {
        for seed in 0..SEEDS {
            let request = Request { seed, ..Request::new(prompt) };
            let take = make_one(&model, &request, None, &interrupt, |_, _| ())?.take;
            // Of several actions each is decoded by itself, from the cleaned end of the one before: their seams are no tears.
            let several = parts(&model, &request).map_err(CliError::from_below)?.len() > 1;
            let figures = Figures::of(&take.motion, take.raw.as_deref().filter(|_| !several));
            if figures.tears() || figures.sinks() || at < ACROBATICS.lines().count() {
                answer(&format!("{} {prompt}, seed {seed}", figures.line()));
            }
            all.push(figures);
        }
        if at % 20 == 19 {
            say(&format!("{} of {PROMPTS} prompts", at + 1));
        }
    }
    let highest = |of: fn(&Figures) -> f32| all.iter().map(of).fold(0.0, f32::max);
    let mean = |of: fn(&Figures) -> f32| all.iter().map(of).sum::<f32>() / all.len().max(1) as f32;
    answer(&format!(
        "{} motions: {} tear (a joint steps further than {REAL_STEP_MM} mm), {} sink (more than {DEEP_FRAMES_PCT} % of the frames deeper \
         than {} cm)",
        all.len(),
        all.iter().filter(|figures| figures.tears()).count(),
        all.iter().filter(|figures| figures.sinks()).count(),
        100.0 * DEEP_M
    ));
    answer(&format!(
        "largest step {:.0} mm, {:.0} mm before clean-up; means: float {:.2} %, penetration {:.2} mm, contact slide {:.2} mm/frame, \
         jitter {:.2} mm/frame³",
        highest(|f| f.quality.largest_step_mm),
        highest(|f| f.raw_step_mm),
        mean(|f| f.quality.float_pct),
        mean(|f| f.quality.penetration_mm),
        mean(|f| f.quality.contact_slide_mm_per_frame),
        mean(|f| f.quality.jitter_mm_per_frame3)
    ));
    Ok(())
}

/// What is looked at in a motion.
struct Figures {
    quality: MotionQuality,
    /// Largest step before clean-up.
    raw_step_mm: f32,
    /// Share of the frames with a surface point deeper than [`DEEP_M`], per cent.
    deep_pct: f32,
}

impl Figures {
    fn of(motion: &Motion, raw: Option<&Motion>) -> Self {
        Self {
            quality: measure(motion),
            raw_step_mm: raw.map_or(0.0, |raw| measure(raw).largest_step_mm),
            deep_pct: deep_pct(&surfaces(motion)),
        }
    }

    fn tears(&self) -> bool {
        self.quality.largest_step_mm.max(self.raw_step_mm) > REAL_STEP_MM
    }

    fn sinks(&self) -> bool {
        self.deep_pct > DEEP_FRAMES_PCT
    }

    fn line(&self) -> String {
        let quality = &self.quality;
        format!(
            "step {:>4.0} mm ({:>4.0}), deep {:>4.1} %, float {:>4.1} %, penetration {:>4.1} mm",
            quality.largest_step_mm, self.raw_step_mm, self.deep_pct, quality.float_pct, quality.penetration_mm
        )
    }
}

fn prompts() -> Vec<&'static str> {
    let listed = LISTS
        .into_iter()
        .flat_map(|(column, list)| list.lines().filter(|line| !line.starts_with('#')).filter_map(move |line| line.split('\t').nth(column)));
    ACROBATICS.lines().chain(listed).take(PROMPTS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;
    use glam::{Quat, Vec3};

    #[test]
    fn there_are_two_hundred_prompts() {
        let prompts = prompts();
        assert_eq!((ACROBATICS.lines().count(), prompts.len()), (16, PROMPTS));
        assert!(prompts.iter().all(|prompt| !prompt.trim().is_empty() && !prompt.contains('\t')));
    }

    #[test]
    fn a_motion_that_turns_round_tears_and_one_below_the_floor_sinks() {
        let mut motion = Motion { frames: vec![Pose::REST; 20] };
        assert!(!Figures::of(&motion, Some(&motion)).tears() && !Figures::of(&motion, None).sinks());
        let mut raw = motion.clone();
        raw.frames[10..].iter_mut().for_each(|pose| pose.local[0] = Quat::from_rotation_y(1.0));
        assert!(Figures::of(&motion, Some(&raw)).tears());
        motion.frames[3].root_m -= Vec3::Y * 0.05;
        assert!(Figures::of(&motion, None).sinks());
    }
}
