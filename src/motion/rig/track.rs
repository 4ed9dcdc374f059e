//! How a rig moves: parent-relative transforms of its joints, frame by frame.

use super::{Rig, RigPose, RigWorld};
use crate::motion::clip::{between, moments};
use glam::{Quat, Vec3};

/// A rig and its animation at a steady rate.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RigMotion {
    /// The rig.
    pub rig: Rig,
    /// Frames a second.
    pub fps: f32,
    /// Parent-relative translations, `[frames × joints]`, frame by frame.
    pub translations: Vec<Vec3>,
    /// Parent-relative rotations, `[frames × joints]`, frame by frame.
    pub rotations: Vec<Quat>,
}

impl RigMotion {
    /// A rig that has no frames.
    #[must_use]
    pub fn without_frames(rig: Rig) -> Self {
        Self { rig, fps: crate::motion::FPS, ..Self::default() }
    }

    /// Number of joints.
    #[must_use]
    pub fn joint_count(&self) -> usize {
        self.rig.len()
    }

    /// Number of frames.
    #[must_use]
    pub fn frame_count(&self) -> usize {
        self.rotations.len().checked_div(self.joint_count()).unwrap_or(0)
    }

    /// Translations and rotations of one frame, `[joints]` each.
    #[must_use]
    pub fn frame(&self, frame: usize) -> (&[Vec3], &[Quat]) {
        let range = frame * self.joint_count()..(frame + 1) * self.joint_count();
        (&self.translations[range.clone()], &self.rotations[range])
    }

    /// Adds a frame.
    pub fn push(&mut self, pose: RigPose) {
        debug_assert_eq!((pose.translations.len(), pose.rotations.len()), (self.rig.len(), self.rig.len()), "a transform for each joint");
        self.translations.extend(pose.translations);
        self.rotations.extend(pose.rotations);
    }

    /// The same at another rate: translations linear, rotations by slerp along the shorter arc.
    #[must_use]
    pub fn at_fps(self, fps: f32) -> Self {
        if (fps - self.fps).abs() < 1e-3 {
            return Self { fps, ..self };
        }
        let mut clip = Self { rig: self.rig.clone(), fps, ..Self::default() };
        for at_frame in moments(self.frame_count(), self.fps, fps) {
            let Some((before, t)) = between(self.frame_count(), at_frame) else { break };
            let (translations, rotations) = self.frame(before);
            match t {
                None => {
                    clip.translations.extend(translations);
                    clip.rotations.extend(rotations);
                }
                Some(t) => {
                    let (next_translations, next_rotations) = self.frame(before + 1);
                    clip.translations.extend(translations.iter().zip(next_translations).map(|(a, b)| a.lerp(*b, t)));
                    clip.rotations.extend(rotations.iter().zip(next_rotations).map(|(a, b)| a.slerp(*b, t)));
                }
            }
        }
        clip
    }

    /// Forward kinematics of one frame.
    #[must_use]
    pub fn world(&self, frame: usize) -> RigWorld {
        let (translations, rotations) = self.frame(frame);
        self.rig.world(translations, rotations)
    }
}
