//! Songs of our own with beats that are known: drums, basses and chords of a few sines and noise, one channel at [`SONG_RATE`].

use std::f32::consts::TAU;
use zoetrope::capture::SONG_RATE;

/// A song and when its beats are, seconds.
pub(crate) struct Known {
    pub(crate) name: &'static str,
    pub(crate) samples: Vec<f32>,
    pub(crate) beats_secs: Vec<f32>,
}

/// Somebody who plays into samples.
struct Player {
    samples: Vec<f32>,
    noise: u32,
}

impl Player {
    /// Adds what `wave` says of the seconds since `at_secs`.
    fn add(&mut self, at_secs: f32, for_secs: f32, mut wave: impl FnMut(f32) -> f32) {
        let from = (at_secs * SONG_RATE as f32) as usize;
        let to = from + (for_secs * SONG_RATE as f32) as usize;
        if self.samples.len() < to {
            self.samples.resize(to, 0.0);
        }
        for (at, sample) in self.samples[from..to].iter_mut().enumerate() {
            *sample += wave(at as f32 / SONG_RATE as f32);
        }
    }

    fn kick(&mut self, at_secs: f32, loud: f32) {
        self.add(at_secs, 0.2, |secs| loud * (-18.0 * secs).exp() * (TAU * (50.0 * secs + 3.0 * (1.0 - (-30.0 * secs).exp()))).sin());
    }

    fn hiss(&mut self, at_secs: f32, for_secs: f32, loud: f32, decay: f32) {
        let (mut noise, mut before) = (self.noise, 0.0);
        self.add(at_secs, for_secs, |secs| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let white = (noise >> 16) as f32 / 32_768.0 - 1.0;
            let high = white - before;
            before = white;
            loud * (-decay * secs).exp() * high
        });
        self.noise = noise;
    }

    fn snare(&mut self, at_secs: f32, loud: f32) {
        self.hiss(at_secs, 0.15, 0.5 * loud, 25.0);
        self.add(at_secs, 0.15, |secs| 0.6 * loud * (-25.0 * secs).exp() * (TAU * 190.0 * secs).sin());
    }

    fn hat(&mut self, at_secs: f32, loud: f32) {
        self.hiss(at_secs, 0.05, 0.3 * loud, 90.0);
    }

    fn note(&mut self, at_secs: f32, for_secs: f32, hz: f32, loud: f32) {
        let edge = |secs: f32| (secs / 0.01).min(1.0) * ((for_secs - secs) / 0.03).clamp(0.0, 1.0);
        let tones = |secs: f32| (1..=3).map(|over| (TAU * hz * over as f32 * secs).sin() / over as f32).sum::<f32>();
        self.add(at_secs, for_secs, |secs| loud * edge(secs) * tones(secs));
    }

    fn chord(&mut self, at_secs: f32, for_secs: f32, loud: f32) {
        [220.0, 277.2, 329.6].into_iter().for_each(|hz| self.note(at_secs, for_secs, hz, loud / 3.0));
    }
}

/// Beats from `from_secs`, each as long as the tempo at its time says, as many as given.
fn times(from_secs: f32, count: usize, bpm: impl Fn(f32) -> f32) -> Vec<f32> {
    let next = |secs: &f32| Some(secs + 60.0 / bpm(*secs));
    std::iter::successors(Some(from_secs), next).take(count).collect()
}

fn song(name: &'static str, beats_secs: Vec<f32>, mut play: impl FnMut(&mut Player, usize, f32, f32)) -> Known {
    let mut player = Player { samples: Vec::new(), noise: 1 };
    for (beat, secs) in beats_secs.iter().enumerate() {
        let next = beats_secs.get(beat + 1).copied().unwrap_or(2.0 * secs - beats_secs[beat.saturating_sub(1)]);
        // Over a break a beat is no longer than the one before.
        let step = (next - secs).min(if beat > 0 { 1.2 * (secs - beats_secs[beat - 1]) } else { f32::MAX });
        play(&mut player, beat, *secs, step);
    }
    let loudest = player.samples.iter().fold(0.0_f32, |most, sample| most.max(sample.abs()));
    let samples = player.samples.iter().map(|sample| 0.8 * sample / loudest).collect();
    Known { name, samples, beats_secs }
}

fn rock(player: &mut Player, beat: usize, at: f32, step: f32) {
    if beat.is_multiple_of(2) {
        player.kick(at, 1.0);
    } else {
        player.snare(at, 0.9);
    }
    player.hat(at, 0.5);
    player.hat(at + step / 2.0, 0.4);
    player.note(at, 0.9 * step, [55.0, 55.0, 65.4, 73.4][beat / 4 % 4], 0.3);
}

fn four_on_the_floor(player: &mut Player, beat: usize, at: f32, step: f32) {
    player.kick(at, 1.0);
    player.hat(at + step / 2.0, 0.6);
    player.note(at + step / 2.0, 0.4 * step, 55.0, 0.3);
    if beat.is_multiple_of(4) {
        player.chord(at, 3.5 * step, 0.25);
    }
}

/// Ten songs of 60 to 180 beats a minute: tempos that change, off-beats, silence.
pub(crate) fn songs() -> Vec<Known> {
    let even = |from_secs: f32, secs: f32, bpm: f32| times(from_secs, (secs * bpm / 60.0) as usize, move |_| bpm);
    vec![
        song("four on the floor, 120", even(0.4, 24.0, 120.0), four_on_the_floor),
        song("rock, 92, after 2 s of silence", even(2.0, 24.0, 92.0), rock),
        song("waltz, 150", even(0.3, 24.0, 150.0), |player, beat, at, step| {
            if beat.is_multiple_of(3) {
                player.kick(at, 1.0);
                player.note(at, 2.5 * step, 65.4, 0.4);
            } else {
                player.chord(at, 0.5 * step, 0.4);
            }
        }),
        song("ballad, 60", even(0.5, 30.0, 60.0), |player, beat, at, step| {
            player.kick(at, 0.7);
            player.hat(at + step / 2.0, 0.15);
            player.note(at, 0.8 * step, [110.0, 98.0, 87.3, 98.0][beat / 2 % 4], 0.4);
            if beat.is_multiple_of(2) {
                player.chord(at, 1.8 * step, 0.4);
            }
        }),
        song("punk, 180", even(0.2, 20.0, 180.0), |player, beat, at, step| {
            if beat.is_multiple_of(2) {
                player.kick(at, 1.0);
            } else {
                player.snare(at, 0.9);
            }
            player.hat(at, 0.5);
            player.chord(at, 0.7 * step, 0.3);
        }),
        song("off-beats, 130", even(0.6, 24.0, 130.0), |player, beat, at, step| {
            if beat.is_multiple_of(2) {
                player.kick(at, 1.0);
            } else {
                player.snare(at, 0.6);
            }
            player.note(at, 0.8 * step, 82.4, 0.3);
            player.chord(at + step / 2.0, 0.3 * step, 0.6);
        }),
        song("rock that goes from 100 to 132", times(0.5, 60, |secs| if secs < 16.0 { 100.0 } else { 132.0 }), rock),
        song("rock that slows from 140 to 105", times(0.5, 60, |secs| 140.0 - 35.0 * (secs / 30.0).min(1.0)), rock),
        song("four on the floor, 110, with a break of 5 s", [even(0.5, 12.0, 110.0), even(17.3, 12.0, 110.0)].concat(), four_on_the_floor),
        song("syncopes, 104", even(0.4, 24.0, 104.0), |player, beat, at, step| {
            match beat % 4 {
                0 => player.kick(at, 1.0),
                2 => player.kick(at + 0.75 * step, 0.8),
                _ => player.snare(at, 0.9),
            }
            (0..4).for_each(|quarter| player.hat(at + 0.25 * quarter as f32 * step, if quarter == 0 { 0.5 } else { 0.25 }));
            player.note(at, 0.4 * step, 61.7, 0.4);
            player.note(at + 0.75 * step, 0.25 * step, 61.7, 0.3);
        }),
    ]
}
