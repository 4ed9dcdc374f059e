//! The beats of a song: the row of moments that are strong onsets and as far apart as its tempo says (Ellis, *Beat Tracking by Dynamic
//! Programming*, 2007), the tempo followed from passage to passage.

use super::onsets::{Onsets, secs_of};
use super::tempo::periods;

/// How much an even beat counts against a strong onset.
const EVENNESS: f32 = 100.0;
/// An onset of at least this strength is one.
const ONSET: f32 = 1.0;

/// When each beat is, seconds, ascending; none in silence.
pub(super) fn beats(onsets: &Onsets) -> Vec<f32> {
    if onsets.is_silent() {
        return Vec::new();
    }
    let strengths = &onsets.strengths;
    let periods = periods(strengths);
    let (scores, came_from) = scored(strengths, &periods);
    // The last beat is the best one near the end of what is heard.
    let last_heard = strengths.iter().rposition(|one| *one > ONSET).unwrap_or_default();
    let from = last_heard.saturating_sub(periods[last_heard] as usize);
    let mut at = (from..=last_heard).max_by(|one, other| scores[*one].total_cmp(&scores[*other]));
    let mut row = Vec::new();
    while let Some(moment) = at {
        row.push(moment);
        at = came_from[moment];
    }
    // What went before the first onset, and where nothing sounds, is no beat.
    let is_heard = |moment: &usize| {
        let period = periods[*moment] as usize;
        strengths[moment.saturating_sub(period)..(moment + period).min(strengths.len())].iter().any(|one| *one > ONSET)
    };
    let first_heard = strengths.iter().position(|one| *one > ONSET).unwrap_or_default();
    let first = first_heard.saturating_sub(periods[first_heard] as usize / 4);
    row.into_iter().rev().filter(|moment| *moment >= first && is_heard(moment)).map(secs_of).collect()
}

/// For each moment, if a beat is there: how good the row of beats that ends in it is, and which beat comes before it.
fn scored(strengths: &[f32], periods: &[f32]) -> (Vec<f32>, Vec<Option<usize>>) {
    // A bell some hundredths of a second wide.
    let bell: [f32; 7] = std::array::from_fn(|at| (-0.5 * ((at as f32 - 3.0) / 1.5).powi(2)).exp());
    let near = |at: usize| -> f32 {
        let around =
            bell.iter().enumerate().map(|(off, weight)| weight * strengths.get((at + off).wrapping_sub(3)).copied().unwrap_or(0.0));
        around.sum()
    };
    let mut scores: Vec<f32> = (0..strengths.len()).map(near).collect();
    let mut came_from = vec![None; strengths.len()];
    for at in 0..strengths.len() {
        let period = periods[at];
        let earlier = at.saturating_sub((2.0 * period) as usize)..(at + 1).saturating_sub((0.5 * period) as usize);
        let before = earlier
            .map(|before| (before, scores[before] - EVENNESS * ((at - before) as f32 / period).ln().powi(2)))
            .max_by(|one, other| one.1.total_cmp(&other.1));
        if let Some((before, score)) = before.filter(|(_, score)| *score > 0.0) {
            scores[at] += score;
            came_from[at] = Some(before);
        }
    }
    (scores, came_from)
}
