//! How fast a song beats, from passage to passage: after which time its onsets repeat best (autocorrelation), the tempo changing as little as
//! that allows.

use super::onsets::moments_a_second;

/// Slowest and fastest beats that are looked for, and the tempo that people tap where several fit (Moelants, 2002), beats a minute.
const TEMPO_BPM: [f32; 2] = [50.0, 210.0];
const USUAL_BPM: f32 = 115.0;
/// How far from it, octaves, a tempo is 0.6 times as likely.
const USUAL_OCTAVES: f32 = 1.0;
/// A passage in which a tempo is looked for, and how far the next one begins behind it, seconds.
const PASSAGE_SECS: f32 = 8.0;
const PASSAGE_STEP_SECS: f32 = 1.0;
/// What it costs that the tempo changes from one passage to the next by an octave.
const CHANGE_COST: f32 = 6.0;
/// Onsets in the middle between two beats that repeat better than this say that there are two beats, and how much they say it.
const BETWEEN: f32 = 0.5;
const BETWEEN_COST: f32 = 1.0;

/// The time between two beats at each moment, in moments.
pub(super) fn periods(strengths: &[f32]) -> Vec<f32> {
    let rate = moments_a_second();
    let [longest, shortest] = TEMPO_BPM.map(|bpm| (60.0 * rate / bpm) as usize);
    let lags: Vec<usize> = (shortest..=longest).collect();
    let (passage, step) = ((PASSAGE_SECS * rate) as usize, (PASSAGE_STEP_SECS * rate) as usize);
    let starts = (0..strengths.len()).step_by(step);
    let scores: Vec<Vec<f32>> = starts
        .map(|middle| {
            let from = middle.saturating_sub(passage / 2);
            lag_scores(&strengths[from..(from + passage).min(strengths.len())], &lags)
        })
        .collect();
    let row = steadiest(&scores, |one, other| CHANGE_COST * (lags[one] as f32 / lags[other] as f32).log2().abs());
    let exact: Vec<f32> = row.iter().zip(&scores).map(|(lag, scores)| top_near(scores, *lag) + lags[0] as f32).collect();
    (0..strengths.len()).map(|moment| exact[moment / step]).collect()
}

/// How well a passage repeats after each lag, weighted by what people tap; about 1 where it repeats exactly.
fn lag_scores(passage: &[f32], lags: &[usize]) -> Vec<f32> {
    let mean = passage.iter().sum::<f32>() / passage.len().max(1) as f32;
    // Onsets are played to some hundredths of a second.
    let around = |at: usize| (0..=4).map(|off| passage.get((at + off).wrapping_sub(2)).map_or(0.0, |one| one - mean)).sum::<f32>() / 5.0;
    let smooth: Vec<f32> = (0..passage.len()).map(around).collect();
    let product = |lag: usize| -> f32 {
        let pairs = smooth.len().saturating_sub(lag);
        if pairs == 0 {
            return 0.0;
        }
        smooth[lag..].iter().zip(&smooth).map(|(one, other)| one * other).sum::<f32>() / pairs as f32
    };
    let whole = product(0);
    if whole <= 1e-9 {
        return vec![0.0; lags.len()];
    }
    let shortest = lags.first().copied().unwrap_or_default();
    lags.iter()
        .map(|&lag| {
            let octaves = (60.0 * moments_a_second() / lag as f32 / USUAL_BPM).log2() / USUAL_OCTAVES;
            // A beat repeats after two and three times its length too.
            let repeats = (product(lag) + 0.5 * product(2 * lag) + 0.25 * product(3 * lag)) / (1.75 * whole);
            let between = if lag / 2 >= shortest { product(lag / 2).max(product(lag.div_ceil(2))) / whole } else { 0.0 };
            (repeats - BETWEEN_COST * (between - BETWEEN).max(0.0)) * (-0.5 * octaves * octaves).exp()
        })
        .collect()
}

/// Which entry of each row, so that they are high and neighbours cost little (Viterbi).
fn steadiest(rows: &[Vec<f32>], cost: impl Fn(usize, usize) -> f32) -> Vec<usize> {
    let Some(first) = rows.first() else { return Vec::new() };
    let costs: Vec<Vec<f32>> = (0..first.len()).map(|to| (0..first.len()).map(|from| cost(from, to)).collect()).collect();
    let mut best = first.clone();
    let mut came_from = Vec::new();
    for row in &rows[1..] {
        let reached: Vec<(usize, f32)> = costs
            .iter()
            .map(|costs| {
                let values = best.iter().zip(costs).map(|(best, cost)| best - cost).enumerate();
                values.max_by(|one, other| one.1.total_cmp(&other.1)).unwrap_or_default()
            })
            .collect();
        best = reached.iter().zip(row).map(|((_, value), here)| value + here).collect();
        came_from.push(reached.into_iter().map(|(from, _)| from).collect::<Vec<_>>());
    }
    let mut at = (0..best.len()).max_by(|one, other| best[*one].total_cmp(&best[*other])).unwrap_or_default();
    let mut row = vec![at];
    for from in came_from.iter().rev() {
        at = from[at];
        row.push(at);
    }
    row.reverse();
    row
}

/// Where the top around an entry lies, between the entries (a parabola through three).
fn top_near(values: &[f32], at: usize) -> f32 {
    let three = at.checked_sub(1).and_then(|from| values.get(from..from + 3));
    let Some(&[before, here, after]) = three else { return at as f32 };
    let bend = before - 2.0 * here + after;
    if bend < -1e-9 { at as f32 + (0.5 * (before - after) / bend).clamp(-0.5, 0.5) } else { at as f32 }
}
