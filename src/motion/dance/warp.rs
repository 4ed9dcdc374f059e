//! A stretch of a take, warped in time so that its beats fall on those of a phrase of music, as far as that looks natural: it goes between 0.7
//! and 1.4 times as fast as the take, and no hand or foot becomes faster than the fastest of the takes.

use super::limbs::{Limbs, closeness};
use super::phrase::Phrase;
use crate::motion::FPS;
use std::ops::RangeInclusive;

/// How much faster or slower than itself a motion may be without looking so.
const PACES: RangeInclusive<f32> = 0.7..=1.4;
/// What it costs to go at another pace, a second, for a factor of e, squared.
const PACE_COST: f32 = 2.0;
/// Most beats of the motion that are passed over between two that fall on the music's, and of the music between them.
const MOST_SKIPPED: usize = 3;
const MOST_BETWEEN: usize = 6;
/// A stretch begins with a beat that falls on one of the first so many of the phrase.
const FIRST_BEATS: usize = 2;
/// The map is averaged over so many frames to each side, so that the pace changes gradually.
const EASE_FRAMES: usize = 3;

/// A stretch of a take for a phrase.
#[derive(Clone, Debug)]
pub(super) struct Stretch {
    /// Where in the take each frame of the phrase is, frames; never descending.
    pub(super) source_frames: Vec<f32>,
    /// What it costs: beats beside the music's, other paces.
    pub(super) cost: f32,
}

/// A beat of the take that falls on one of the phrase.
#[derive(Clone, Copy, Debug)]
struct Anchor {
    /// Its numbers.
    beat: usize,
    on: usize,
}

/// How a stretch goes on best from an anchor.
#[derive(Clone, Copy, Debug)]
struct Way {
    cost: f32,
    next: Option<Anchor>,
}

/// The stretches of a take that fit a phrase, the best for each beat that it can begin with. `fastest` is the most that each limb may do.
pub(super) fn stretches(limbs: &Limbs, fastest: [f32; 4], phrase: &Phrase) -> Vec<Stretch> {
    let take_frames = limbs.speeds.len();
    let (beats, music) = (&limbs.beats, &phrase.beats);
    let most_paces: Vec<f32> = limbs.speeds.iter().map(|speeds| most_pace(*speeds, fastest)).collect();
    let limit =
        |from: f32, to: f32| most_paces[from as usize..(to.ceil() as usize).min(take_frames)].iter().copied().fold(f32::INFINITY, f32::min);
    // From the last anchors to the first.
    let mut ways: Vec<Vec<Option<Way>>> = vec![vec![None; music.len()]; beats.len()];
    for beat in (0..beats.len()).rev() {
        for on in (0..music.len()).rev() {
            let here = beats[beat];
            // Behind the last anchor the take goes on as it is.
            let left = phrase.frames as f32 - music[on];
            let mut best = (here + left < take_frames as f32).then(|| {
                let rest = beats[beat + 1..].iter().take_while(|frame| **frame < here + left);
                Way { cost: rest.map(|frame| missed(frame - here + music[on], music)).sum(), next: None }
            });
            for next_beat in beat + 1..(beat + 2 + MOST_SKIPPED).min(beats.len()) {
                for next_on in on + 1..(on + 1 + MOST_BETWEEN).min(music.len()) {
                    let Some(way) = ways[next_beat][next_on] else { continue };
                    let (gone, takes) = (beats[next_beat] - here, music[next_on] - music[on]);
                    let pace = gone / takes;
                    if !PACES.contains(&pace) || pace > limit(beats[beat], beats[next_beat]) {
                        continue;
                    }
                    let between = beats[beat + 1..next_beat].iter();
                    let off: f32 = between.map(|frame| missed(music[on] + (frame - here) / pace, music)).sum();
                    let cost = way.cost + off + PACE_COST * pace.ln().powi(2) * takes / FPS;
                    if best.is_none_or(|best| cost < best.cost) {
                        best = Some(Way { cost, next: Some(Anchor { beat: next_beat, on: next_on }) });
                    }
                }
            }
            ways[beat][on] = best;
        }
    }
    let begins = (0..beats.len()).flat_map(|beat| (0..music.len().min(FIRST_BEATS)).map(move |on| Anchor { beat, on }));
    begins.filter_map(|first| stretch(first, &ways, limbs, phrase)).collect()
}

/// The stretch whose first beat on the music's is this one.
fn stretch(first: Anchor, ways: &[Vec<Option<Way>>], limbs: &Limbs, phrase: &Phrase) -> Option<Stretch> {
    let (beats, music) = (&limbs.beats, &phrase.beats);
    let start = beats[first.beat] - music[first.on];
    let way = ways[first.beat][first.on].filter(|_| start >= 0.0)?;
    let before = beats[..first.beat].iter().filter(|frame| **frame >= start);
    let cost = way.cost + before.map(|frame| missed(*frame - start, music)).sum::<f32>();
    let mut knots = vec![(0.0, start)];
    let mut at = Some(first);
    while let Some(anchor) = at {
        knots.push((music[anchor.on], beats[anchor.beat]));
        at = ways[anchor.beat][anchor.on].and_then(|way| way.next);
    }
    let (last, last_source) = *knots.last()?;
    let end = phrase.frames as f32;
    knots.push((end, last_source + end - last));
    Some(Stretch { source_frames: eased(&knots, phrase.frames), cost })
}

/// Where in the take the frames of a phrase are, between knots of (frame, frame in the take), the pace eased.
fn eased(knots: &[(f32, f32)], frames: usize) -> Vec<f32> {
    let straight = |frame: f32| {
        let next = knots.iter().position(|(at, _)| *at > frame).unwrap_or(knots.len() - 1).max(1);
        let ((from, source), (to, to_source)) = (knots[next - 1], knots[next]);
        // Beyond the ends the take goes on as it is.
        let pace = if to > from && frame >= 0.0 && frame <= knots[knots.len() - 1].0 { (to_source - source) / (to - from) } else { 1.0 };
        source + (frame - from) * pace
    };
    let reach = EASE_FRAMES as i32;
    let mean = |frame: usize| (-reach..=reach).map(|off| straight(frame as f32 + off as f32)).sum::<f32>() / (2 * reach + 1) as f32;
    // The easing itself may not begin before the take does.
    (0..frames).map(mean).map(|source| source.max(0.0)).collect()
}

/// How fast a take may go where its limbs have these speeds.
fn most_pace(speeds: [f32; 4], fastest: [f32; 4]) -> f32 {
    let limb = |(speed, fastest): (f32, f32)| if speed > 1e-6 { fastest / speed } else { f32::INFINITY };
    speeds.into_iter().zip(fastest).map(limb).fold(f32::INFINITY, f32::min)
}

/// How much is missed where a beat of the motion is at this frame of the phrase.
fn missed(at: f32, music: &[f32]) -> f32 {
    let apart = music.iter().map(|beat| (beat - at).abs()).fold(f32::INFINITY, f32::min);
    1.0 - closeness(apart / FPS)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A take whose limbs are slow at these frames.
    fn limbs(beats: &[f32], frames: usize) -> Limbs {
        let near = |at: usize| beats.iter().map(|beat| (beat - 0.5 - at as f32).abs()).fold(6.0, f32::min);
        Limbs { speeds: (0..frames).map(|at| [near(at) / 6.0; 4]).collect(), beats: beats.to_vec() }
    }

    #[test]
    fn beats_of_a_take_fall_on_the_musics_and_time_never_goes_back() {
        let take = limbs(&[10.5, 27.5, 40.5, 58.5, 74.5, 93.5, 106.5], 130);
        let phrase = Phrase { frames: 90, beats: (0..6).map(|beat| 15.0 * beat as f32).collect(), energy: 0.5 };
        // Limbs may be half as fast again as they are: else nothing that is fast could be hurried.
        let found = stretches(&take, [1.5; 4], &phrase);
        let best = found.iter().min_by(|one, other| one.cost.total_cmp(&other.cost)).expect("a stretch");
        assert_eq!(best.source_frames.len(), 90);
        for pair in best.source_frames.windows(2) {
            let pace = pair[1] - pair[0];
            assert!((0.69..=1.41).contains(&pace), "{pace}");
        }
        let begins = best.source_frames[0];
        for beat in take.beats.iter().filter(|beat| (begins..best.source_frames[89]).contains(*beat)) {
            let at = best.source_frames.iter().position(|source| source >= beat).expect("in it") as f32;
            assert!(phrase.beats.iter().chain([&90.0]).any(|music| (music - at).abs() <= 2.0), "{beat} is at {at}");
        }
    }

    #[test]
    fn what_is_as_fast_as_the_fastest_is_not_hurried() {
        let take = limbs(&[10.5, 30.5, 50.5, 70.5, 90.5], 110);
        // Beats that come sooner than the take's.
        let phrase = Phrase { frames: 64, beats: (0..4).map(|beat| 16.0 * beat as f32).collect(), energy: 0.5 };
        let paces = |fastest: f32| {
            let found = stretches(&take, [fastest; 4], &phrase);
            let all = found.iter().flat_map(|stretch| stretch.source_frames.windows(2).map(|pair| pair[1] - pair[0]).collect::<Vec<_>>());
            all.fold(0.0, f32::max)
        };
        assert!(paces(1.0) <= 1.001, "{}", paces(1.0));
        assert!(paces(1.5) > 1.2, "{}", paces(1.5));
    }

    #[test]
    fn a_take_that_is_too_short_or_has_no_beats_has_no_stretches() {
        let phrase = Phrase { frames: 64, beats: vec![0.0, 16.0, 32.0, 48.0], energy: 0.5 };
        assert!(stretches(&limbs(&[10.5, 30.5], 40), [1.5; 4], &phrase).is_empty());
        assert!(stretches(&limbs(&[], 200), [1.5; 4], &phrase).is_empty());
    }
}
