//! The phrases of a piece of music: what each stretch of a dance is made for.

use crate::motion::FPS;

/// Beats of a phrase: eight, and where they would be over sooner than this, sixteen.
const PHRASE_BEATS: usize = 8;
const SHORTEST_PHRASE_SECS: f32 = 3.0;
/// How long takes are at least.
const USUAL_TAKE_SECS: f32 = 10.0;

/// A beat that is danced to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MusicBeat {
    /// When it is, seconds from the beginning of the dance; ascending.
    pub secs: f32,
    /// How loud the music is until the next one, in any measure.
    pub energy: f32,
}

/// How long takes should be of which a dance to these beats is made, seconds: so that there is a choice of beginnings.
#[must_use]
pub fn take_secs(music: &[MusicBeat]) -> f32 {
    let step_secs = step_secs(music);
    (1.6 * step_secs * phrase_beats(step_secs) as f32).max(USUAL_TAKE_SECS)
}

/// The mean time from one beat to the next.
fn step_secs(music: &[MusicBeat]) -> f32 {
    let span_secs = music.last().zip(music.first()).map_or(0.0, |(last, first)| last.secs - first.secs);
    span_secs / music.len().saturating_sub(1).max(1) as f32
}

fn phrase_beats(step_secs: f32) -> usize {
    if step_secs * PHRASE_BEATS as f32 >= SHORTEST_PHRASE_SECS { PHRASE_BEATS } else { 2 * PHRASE_BEATS }
}

/// A stretch of music, in frames.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Phrase {
    /// How many frames it lasts.
    pub(super) frames: usize,
    /// Where its beats are, from its beginning.
    pub(super) beats: Vec<f32>,
    /// How energetic it is among all phrases, 0 to 1.
    pub(super) energy: f32,
}

/// The phrases of the music, which are as long as it together.
pub(super) fn phrases(music: &[MusicBeat], frames: usize) -> Vec<Phrase> {
    let parts: Vec<&[MusicBeat]> = music.chunks(phrase_beats(step_secs(music))).collect();
    let start = |part: &[MusicBeat]| (part[0].secs * FPS).round() as usize;
    // What is before the first beat belongs to the first phrase.
    let starts = parts.iter().enumerate().map(|(at, part)| if at == 0 { 0 } else { start(part) });
    let ends = parts.iter().skip(1).map(|part| start(part)).chain([frames]);
    let loud = |part: &[MusicBeat]| part.iter().map(|beat| beat.energy).sum::<f32>() / part.len() as f32;
    let energies: Vec<f32> = parts.iter().map(|part| loud(part)).collect();
    let phrase = |((start, end), part): ((usize, usize), &&[MusicBeat])| Phrase {
        frames: end.saturating_sub(start),
        beats: part.iter().map(|beat| (beat.secs * FPS - start as f32).max(0.0)).collect(),
        energy: rank(&energies, loud(part)),
    };
    let phrases = starts.zip(ends).zip(&parts).map(phrase);
    phrases.filter(|phrase| phrase.frames > 0).collect()
}

/// Where a value stands among others, 0 to 1; in the middle of those that are equal.
pub(super) fn rank(among: &[f32], value: f32) -> f32 {
    let below = among.iter().filter(|other| **other < value).count();
    let above = among.iter().filter(|other| **other > value).count();
    if below + above == 0 { 0.5 } else { below as f32 / (below + above) as f32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_are_eight_beats_or_sixteen_and_fill_the_music() {
        let even = |count: usize, step_secs: f32| -> Vec<MusicBeat> {
            (0..count).map(|beat| MusicBeat { secs: 0.3 + beat as f32 * step_secs, energy: beat as f32 }).collect()
        };
        let slow = phrases(&even(34, 0.5), 530);
        assert_eq!(slow.iter().map(|phrase| phrase.beats.len()).collect::<Vec<_>>(), [8, 8, 8, 8, 2]);
        assert_eq!(slow.iter().map(|phrase| phrase.frames).sum::<usize>(), 530);
        assert_eq!(slow.iter().map(|phrase| phrase.energy).collect::<Vec<_>>(), [0.0, 0.25, 0.5, 0.75, 1.0]);
        assert!(slow[1].beats[0].abs() <= 0.5, "it begins on a beat");
        assert_eq!(phrases(&even(32, 0.34), 340).len(), 2);
        assert_eq!(phrases(&[], 100), []);
        assert_eq!(phrases(&even(3, 0.5), 60)[0].frames, 60);
    }
}
