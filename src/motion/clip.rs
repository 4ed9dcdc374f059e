//! A motion: poses at 30 frames a second. Readers resample to it; writers sample any rate from it.

use super::{Pose, skeleton::MIRRORED};
use glam::{Quat, Vec3};
use serde::{Deserialize, Serialize};

/// Frames a second inside the program.
pub const FPS: f32 = 30.0;

/// A motion clip at [`FPS`]. Frame `i` is at `i / FPS` seconds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Motion {
    /// The poses, in time order.
    pub frames: Vec<Pose>,
}

impl Motion {
    /// Number of frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there are no frames.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// Length in seconds, counting every frame as one frame long.
    #[must_use]
    pub fn duration_secs(&self) -> f32 {
        self.frames.len() as f32 / FPS
    }

    /// The pose at a time, interpolated; times outside are clamped to the first and last frame. An empty motion rests.
    #[must_use]
    pub fn pose_at(&self, secs: f32) -> Pose {
        sample(self.frames.len(), |frame| self.frames[frame], secs * FPS)
    }

    /// The frames from `from_secs` (inclusive) to `to_secs` (exclusive), at least one.
    #[must_use]
    pub fn trimmed(&self, from_secs: f32, to_secs: f32) -> Self {
        let last = self.frames.len().saturating_sub(1);
        let from = ((from_secs * FPS).round().max(0.0) as usize).min(last);
        let to = ((to_secs * FPS).round().max(0.0) as usize).clamp(from + 1, last + 1);
        Self { frames: self.frames[from..to.min(self.frames.len())].to_vec() }
    }

    /// A motion at [`FPS`] from `count` poses at another rate, each asked for only where it is needed. The last frame is the last
    /// one that lies inside the source.
    #[must_use]
    pub fn from_poses_at(count: usize, fps: f32, pose: impl Fn(usize) -> Pose) -> Self {
        if count < 2 || (fps - FPS).abs() < 0.02 {
            return Self { frames: (0..count).map(pose).collect() };
        }
        Self { frames: resample(count, pose, fps, FPS) }
    }

    /// How many poses `frames` at [`FPS`] are at another rate.
    #[must_use]
    pub fn frames_at(frames: usize, fps: f32) -> usize {
        if (fps - FPS).abs() < 1e-3 { frames } else { resampled_len(frames, FPS, fps) }
    }

    /// Poses at another rate, for writers.
    #[must_use]
    pub fn poses_at(&self, fps: f32) -> Vec<Pose> {
        if (fps - FPS).abs() < 1e-3 { self.frames.clone() } else { resample(self.frames.len(), |frame| self.frames[frame], FPS, fps) }
    }

    /// The motion on the spot: the root keeps the x and z of the first frame.
    #[must_use]
    pub fn in_place(&self) -> Self {
        let mut motion = self.clone();
        let Some(first) = self.frames.first() else { return motion };
        for pose in &mut motion.frames {
            pose.root_m = Vec3::new(first.root_m.x, pose.root_m.y, first.root_m.z);
        }
        motion
    }

    /// The whole motion turned by `yaw` (about the world's Y axis through the origin) and then moved.
    #[must_use]
    pub fn placed(&self, yaw_rad: f32, offset_m: Vec3) -> Self {
        Self { frames: self.frames.iter().map(|pose| pose.placed(yaw_rad, offset_m)).collect() }
    }

    /// The motion in a mirror that stands on the plane x = 0: left and right change places.
    #[must_use]
    pub fn mirrored(&self) -> Self {
        let mirror = |quat: Quat| Quat::from_xyzw(quat.x, -quat.y, -quat.z, quat.w);
        let pose = |pose: &Pose| Pose {
            root_m: pose.root_m * Vec3::new(-1.0, 1.0, 1.0),
            local: std::array::from_fn(|joint| mirror(pose.local[MIRRORED[joint]])),
        };
        Self { frames: self.frames.iter().map(pose).collect() }
    }
}

/// Frames that lie inside `count` frames at another rate.
fn resampled_len(count: usize, from_fps: f32, to_fps: f32) -> usize {
    let Some(last) = count.checked_sub(1) else { return 0 };
    (last as f64 * f64::from(to_fps) / f64::from(from_fps) + 1e-4).floor() as usize + 1
}

fn resample(count: usize, pose: impl Fn(usize) -> Pose, from_fps: f32, to_fps: f32) -> Vec<Pose> {
    moments(count, from_fps, to_fps).map(|at_frame| sample(count, &pose, at_frame)).collect()
}

/// Where the frames of another rate lie among `count` frames, in frames.
pub(super) fn moments(count: usize, from_fps: f32, to_fps: f32) -> impl Iterator<Item = f32> {
    (0..resampled_len(count, from_fps, to_fps)).map(move |frame| (frame as f64 * f64::from(from_fps) / f64::from(to_fps)) as f32)
}

fn sample(count: usize, pose: impl Fn(usize) -> Pose, at_frame: f32) -> Pose {
    match between(count, at_frame) {
        None => Pose::REST,
        Some((before, None)) => pose(before),
        Some((before, Some(t))) => pose(before).lerp(&pose(before + 1), t),
    }
}

/// The frame at or before a moment, and how far it is to the next one, 0 to 1, where it lies between two; `None` without frames.
pub(super) fn between(count: usize, at_frame: f32) -> Option<(usize, Option<f32>)> {
    let last = count.checked_sub(1)?;
    let at_frame = at_frame.clamp(0.0, last as f32);
    let before = at_frame.floor() as usize;
    let t = at_frame - before as f32;
    Some((before, (t >= 1e-6 && before != last).then_some(t)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moving(frames: usize) -> Motion {
        let frames = (0..frames).map(|i| Pose { root_m: Vec3::new(i as f32, 0.9, 0.0), ..Pose::REST }).collect();
        Motion { frames }
    }

    #[test]
    fn resampling_to_sixty_and_back_keeps_every_frame() {
        let motion = moving(31);
        let sixty = motion.poses_at(60.0);
        assert_eq!(sixty.len(), 61);
        let again = Motion::from_poses_at(sixty.len(), 60.0, |frame| sixty[frame]);
        assert_eq!(again.len(), 31);
        assert!((again.frames[7].root_m.x - 7.0).abs() < 1e-4);
    }

    #[test]
    fn trimming_never_leaves_nothing() {
        let motion = moving(30);
        assert_eq!(motion.trimmed(0.5, 0.5).len(), 1);
        assert_eq!(motion.trimmed(0.0, 99.0).len(), 30);
        assert_eq!(motion.trimmed(0.2, 0.4).frames[0].root_m.x, 6.0);
    }
}
