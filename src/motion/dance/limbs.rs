//! How fast hands and feet are, and the beats of a motion: moments at which they are slow between two at which they are fast.

use crate::motion::{FPS, Joint, Motion};
use glam::Vec3;

/// Hands and feet.
const LIMBS: [Joint; 4] = [Joint::LWrist, Joint::RWrist, Joint::LFoot, Joint::RFoot];
/// The speed is smoothed by a bell as wide, frames, as in the measure of Li et al., *AI Choreographer*, 2021 (5 frames at 60 a second).
const BELL_FRAMES: f32 = 2.5;
/// How much faster hands and feet are on both sides of a beat, m/s: somebody who stands has none.
const LEAST_RISE: f32 = 0.05;
/// A beat of the motion that is so far from one of the music is 0.6 of a hit (the same: 3 frames at 60 a second).
const NEAR_SECS: f32 = 0.05;

/// Hands and feet of a motion.
pub(super) struct Limbs {
    /// Their speeds from each frame to the next, m/s.
    pub(super) speeds: Vec<[f32; 4]>,
    /// The beats, frames: in the middle of a step from one to the next.
    pub(super) beats: Vec<f32>,
}

impl Limbs {
    pub(super) fn of(motion: &Motion) -> Self {
        let places: Vec<[Vec3; 4]> = motion.frames.iter().map(|pose| LIMBS.map(|limb| pose.world().positions_m[limb as usize])).collect();
        let speed = |pair: &[[Vec3; 4]]| std::array::from_fn(|limb| pair[0][limb].distance(pair[1][limb]) * FPS);
        let speeds: Vec<[f32; 4]> = places.windows(2).map(speed).collect();
        let slow = minima(&smoothed(&speeds.iter().map(|limbs| limbs.iter().sum::<f32>() / 4.0).collect::<Vec<_>>()));
        Self { speeds, beats: slow.into_iter().map(|step| step as f32 + 0.5).collect() }
    }

    /// The fastest that each limb is.
    pub(super) fn fastest(&self) -> [f32; 4] {
        self.speeds.iter().fold([0.0; 4], |most, speeds| std::array::from_fn(|limb| f32::max(most[limb], speeds[limb])))
    }

    /// The mean speed from one frame to another, m/s.
    pub(super) fn mean(&self, from: usize, to: usize) -> f32 {
        let part = &self.speeds[from.min(self.speeds.len())..to.min(self.speeds.len()).max(from.min(self.speeds.len()))];
        part.iter().flatten().sum::<f32>() / (4 * part.len()).max(1) as f32
    }
}

fn smoothed(values: &[f32]) -> Vec<f32> {
    let reach = (3.0 * BELL_FRAMES) as usize;
    let weight = |off: usize| (-0.5 * ((off as f32 - reach as f32) / BELL_FRAMES).powi(2)).exp();
    (0..values.len())
        .map(|at| {
            let near = (0..=2 * reach).filter_map(|off| Some((weight(off), values.get((at + off).checked_sub(reach)?)?)));
            let (sum, weights) = near.fold((0.0, 0.0), |(sum, weights), (weight, value)| (sum + weight * value, weights + weight));
            sum / weights
        })
        .collect()
}

/// Where values are lower than what follows and goes before, by [`LEAST_RISE`] at least.
fn minima(values: &[f32]) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    // The lowest since the last top, and the top since the last minimum.
    let (mut lowest, mut top): (Option<usize>, f32) = (None, f32::NEG_INFINITY);
    for (at, value) in values.iter().enumerate() {
        match lowest {
            Some(low) if *value > values[low] + LEAST_RISE => {
                found.push(low);
                (lowest, top) = (None, *value);
            }
            Some(low) if *value < values[low] => lowest = Some(at),
            Some(_) => {}
            None if *value < top - LEAST_RISE => lowest = Some(at),
            None => top = top.max(*value),
        }
    }
    found
}

/// When the beats of a motion are, seconds.
#[must_use]
pub fn beats_secs(motion: &Motion) -> Vec<f32> {
    Limbs::of(motion).beats.iter().map(|frame| frame / FPS).collect()
}

/// How near the beats of a motion are to those of music, 0 to 1: the mean over the motion's of a bell around the music's (Li et al., *AI
/// Choreographer*, 2021). 0 where one has none.
#[must_use]
pub fn alignment(motion_secs: &[f32], music_secs: &[f32]) -> f32 {
    let near = |beat: &f32| {
        let apart = music_secs.iter().map(|other| (beat - other).abs()).fold(f32::INFINITY, f32::min);
        closeness(apart)
    };
    motion_secs.iter().map(near).sum::<f32>() / motion_secs.len().max(1) as f32
}

/// What a beat counts that is so far from the music's, seconds.
pub(super) fn closeness(apart_secs: f32) -> f32 {
    (-0.5 * (apart_secs / NEAR_SECS).powi(2)).exp()
}

/// The fastest that the left and right hand and the left and right foot of motions are, m/s.
#[must_use]
pub fn fastest_m_per_sec<'a>(motions: impl IntoIterator<Item = &'a Motion>) -> [f32; 4] {
    let each = motions.into_iter().map(|motion| Limbs::of(motion).fastest());
    each.fold([0.0; 4], |most, fastest| std::array::from_fn(|limb| f32::max(most[limb], fastest[limb])))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;
    use glam::Quat;

    #[test]
    fn arms_that_swing_are_slow_where_they_turn_back() {
        let swing = |frame: usize| {
            let mut pose = Pose::REST;
            pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z((frame as f32 / 20.0 * std::f32::consts::PI).cos());
            pose
        };
        let beats = beats_secs(&Motion { frames: (0..130).map(swing).collect() });
        assert_eq!(beats.len(), 6, "{beats:?}");
        for (at, beat) in beats.iter().enumerate() {
            assert!((beat - (at + 1) as f32 * 20.0 / FPS).abs() < 0.04, "{beats:?}");
        }
        assert_eq!(beats_secs(&Motion { frames: vec![Pose::REST; 90] }), Vec::<f32>::new(), "who stands has none");
        assert_eq!(beats_secs(&Motion::default()), Vec::<f32>::new());
    }

    #[test]
    fn beats_on_the_music_count_one_and_others_next_to_nothing() {
        assert_eq!(alignment(&[1.0, 2.0], &[0.5, 1.0, 1.5, 2.0]), 1.0);
        assert!(alignment(&[1.25, 2.25], &[1.0, 1.5, 2.0, 2.5]) < 1e-4);
        assert!((alignment(&[1.05], &[1.0]) - 0.6).abs() < 0.01);
        assert_eq!((alignment(&[], &[1.0]), alignment(&[1.0], &[])), (0.0, 0.0));
    }
}
