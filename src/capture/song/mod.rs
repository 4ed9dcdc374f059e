//! What is heard in a song: its beats and how loud it is. WAV, MP3, FLAC and OGG.

mod beats;
mod onsets;
mod sound;
mod tempo;

use super::error::Result;
use super::timed::Excerpt;
use beats::beats;
use onsets::{Onsets, moments_a_second};
use sound::sound;
use std::path::Path;

pub use onsets::RATE;

/// A song, or a part of it; times count from its beginning.
#[derive(Clone, Debug, PartialEq)]
pub struct Song {
    /// When each beat is, seconds, ascending; none in silence.
    pub beats_secs: Vec<f32>,
    /// How long it is, seconds.
    pub duration_secs: f32,
    /// Whether the song goes on, which was too long.
    pub is_cut: bool,
    /// Root of the mean square of the samples, [`moments_a_second`].
    loudness: Vec<f32>,
}

/// A moment that a dancer counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Count {
    /// When, seconds.
    pub secs: f32,
    /// How loud the song is from here to the next one, 0 to 1.
    pub loudness: f32,
}

impl Song {
    /// Listens to a file.
    ///
    /// # Errors
    /// A file that cannot be read, is no song, or has no sound in this part.
    pub fn hear(path: &Path, excerpt: Excerpt) -> Result<Self> {
        let sound = sound(path, excerpt)?;
        Ok(Self { is_cut: sound.is_cut, ..Self::of(&sound.samples) })
    }

    /// Of samples at [`RATE`], one channel.
    #[must_use]
    pub fn of(samples: &[f32]) -> Self {
        let onsets = Onsets::of(samples);
        Self { beats_secs: beats(&onsets), duration_secs: samples.len() as f32 / RATE as f32, is_cut: false, loudness: onsets.loudness }
    }

    /// Beats a minute, the median; 0 where there are fewer than two beats.
    #[must_use]
    pub fn tempo_bpm(&self) -> f32 {
        median_step(&self.beats_secs).map_or(0.0, |secs| 60.0 / secs)
    }

    /// The beats, and where none is heard, moments as far apart, from the beginning to the end: a dancer goes on counting. None of a song
    /// without two beats.
    #[must_use]
    pub fn counts(&self) -> Vec<Count> {
        let Some(step) = median_step(&self.beats_secs) else { return Vec::new() };
        let mut times: Vec<f32> = Vec::new();
        let first = self.beats_secs[0];
        times.extend((1..=(first / step) as usize).rev().map(|back| first - back as f32 * step));
        for pair in self.beats_secs.windows(2) {
            let between = ((pair[1] - pair[0]) / step).round().max(1.0);
            times.extend((0..between as usize).map(|at| pair[0] + (pair[1] - pair[0]) * at as f32 / between));
        }
        let last = self.beats_secs[self.beats_secs.len() - 1];
        times.extend((0..).map(|at| last + at as f32 * step).take_while(|secs| *secs < self.duration_secs));
        let loudest = self.loudness.iter().fold(1e-9_f32, |most, one| most.max(*one));
        let loudness = |from: f32, to: f32| {
            let [from, to] = [from, to].map(|secs| ((secs * moments_a_second()) as usize).min(self.loudness.len()));
            let part = &self.loudness[from..to.max(from)];
            part.iter().sum::<f32>() / part.len().max(1) as f32 / loudest
        };
        let ends = times.iter().skip(1).copied().chain([self.duration_secs]);
        times.iter().zip(ends).map(|(secs, end)| Count { secs: *secs, loudness: loudness(*secs, end) }).collect()
    }
}

/// The median of the times between neighbours, seconds.
fn median_step(times_secs: &[f32]) -> Option<f32> {
    let mut steps: Vec<f32> = times_secs.windows(2).map(|pair| pair[1] - pair[0]).collect();
    steps.sort_by(f32::total_cmp);
    steps.get(steps.len() / 2).copied()
}
