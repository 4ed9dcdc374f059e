//! Measurements of where head, trunk and hands are: what tells sitting from lying, and a clap from a salute.

use super::tracks::{Tracks, exceeded_in, highest, most_reversals};
use crate::motion::{FPS, Joint};
use glam::{Vec3, vec3};

const WRISTS: [(Joint, Joint); 2] = [(Joint::LShoulder, Joint::LWrist), (Joint::RShoulder, Joint::RWrist)];
/// Wrists that come nearer and part by this clap.
const CLAP_M: f32 = 0.04;
/// Where a hand rests on the left hip, from the pelvis.
const WAIST_M: Vec3 = vec3(0.16, 0.1, 0.03);

impl Tracks {
    pub(super) fn height_at_end(&self, joint: Joint) -> f32 {
        self.frames().checked_sub(1).map_or(0.0, |last| self.at(last, joint).y)
    }

    pub(super) fn lowest(&self, joint: Joint) -> f32 {
        -highest((0..self.frames()).map(|frame| -self.at(frame, joint).y))
    }

    fn tilts(&self) -> Vec<f32> {
        let trunk = |frame: usize| self.at(frame, Joint::Neck) - self.at(frame, Joint::Pelvis);
        (0..self.frames()).map(|frame| trunk(frame).angle_between(Vec3::Y).to_degrees()).collect()
    }

    pub(super) fn tilt(&self) -> f32 {
        exceeded_in(self.tilts(), self.frames().div_ceil(2))
    }

    pub(super) fn most_tilt(&self) -> f32 {
        highest(self.tilts().into_iter())
    }

    /// What a number of every frame reaches for a sixth of a second or a twentieth of the time, whichever is longer.
    fn for_a_while(&self, number: impl Fn(usize) -> f32) -> f32 {
        let a_while = (self.frames() / 20).max(5).min(self.frames());
        exceeded_in((0..self.frames()).map(number).collect(), a_while)
    }

    pub(super) fn hand_low(&self) -> f32 {
        -self.for_a_while(|frame| highest(WRISTS.into_iter().map(|(_, wrist)| -self.at(frame, wrist).y)))
    }

    /// The distance of the wrists, with a sign, that is reached for a while.
    pub(super) fn hands_apart(&self, sign: f32) -> f32 {
        self.for_a_while(|frame| sign * self.wrists_apart(frame))
    }

    fn wrists_apart(&self, frame: usize) -> f32 {
        self.at(frame, Joint::LWrist).distance(self.at(frame, Joint::RWrist))
    }

    pub(super) fn claps(&self) -> f32 {
        most_reversals((0..self.frames()).map(|frame| Some(self.wrists_apart(frame))), CLAP_M) as f32
    }

    pub(super) fn hand_at_head(&self) -> f32 {
        let near =
            |frame: usize| highest(WRISTS.into_iter().map(|(_, wrist)| -self.at(frame, wrist).distance(self.at(frame, Joint::Head))));
        -self.for_a_while(near)
    }

    pub(super) fn hands_at_hips(&self) -> f32 {
        let farther = |frame: usize| {
            highest([(1.0, Joint::LWrist), (-1.0, Joint::RWrist)].into_iter().map(|(side, wrist)| {
                let waist =
                    self.at(frame, Joint::Pelvis) + self.turned_with(frame, Joint::Pelvis, vec3(side * WAIST_M.x, WAIST_M.y, WAIST_M.z));
                self.at(frame, wrist).distance(waist)
            }))
        };
        -self.for_a_while(|frame| -farther(frame))
    }

    pub(super) fn hand_ahead(&self) -> f32 {
        let ahead = |frame: usize| {
            highest(WRISTS.into_iter().map(|(shoulder, wrist)| self.seen(frame, self.at(frame, wrist) - self.at(frame, shoulder)).z))
        };
        self.for_a_while(ahead)
    }

    pub(super) fn hand_speed(&self) -> f32 {
        let about = |frame: usize, wrist: Joint| self.seen(frame, self.at(frame, wrist) - self.at(frame, Joint::Pelvis));
        let steps = (1..self.frames()).flat_map(|frame| WRISTS.map(|(_, wrist)| about(frame, wrist).distance(about(frame - 1, wrist))));
        FPS * highest(steps)
    }

    pub(super) fn strokes(&self, joints: &[Joint], least_m: f32) -> f32 {
        let counts = joints.iter().map(|joint| most_reversals((0..self.frames()).map(|frame| Some(self.at(frame, *joint).y)), least_m));
        counts.max().unwrap_or(0) as f32
    }

    pub(super) fn turned(&self) -> f32 {
        self.headings_rad().windows(2).map(|pair| (pair[1] - pair[0]).abs()).sum::<f32>().to_degrees()
    }

    pub(super) fn way(&self) -> f32 {
        let step = |frame: usize| (self.at(frame, Joint::Pelvis) - self.at(frame - 1, Joint::Pelvis)).with_y(0.0).length();
        (1..self.frames()).map(step).sum()
    }

    pub(super) fn head_turn(&self) -> f32 {
        let turn = |frame: usize| {
            let gaze = self.seen(frame, self.turned_with(frame, Joint::Head, Vec3::Z));
            gaze.x.atan2(gaze.z).to_degrees()
        };
        let turns = |sign: f32| self.for_a_while(|frame| sign * turn(frame));
        let (left, right) = (turns(1.0), turns(-1.0));
        if left >= right { left } else { -right }
    }

    pub(super) fn head_pitch(&self) -> f32 {
        let pitches = |sign: f32| {
            self.for_a_while(|frame| -sign * self.turned_with(frame, Joint::Head, Vec3::Z).y.clamp(-1.0, 1.0).asin().to_degrees())
        };
        let (down, up) = (pitches(1.0), pitches(-1.0));
        if down >= up { down } else { -up }
    }

    pub(super) fn trunk_twist(&self) -> f32 {
        self.for_a_while(|frame| {
            let shoulders = self.seen(frame, self.at(frame, Joint::LShoulder) - self.at(frame, Joint::RShoulder));
            shoulders.z.atan2(shoulders.x).abs().to_degrees()
        })
    }

    pub(super) fn foot_lifted(&self) -> f32 {
        let higher = |frame: usize| self.at(frame, Joint::LAnkle).y.max(self.at(frame, Joint::RAnkle).y);
        exceeded_in((0..self.frames()).map(higher).collect(), self.frames().div_ceil(2))
    }
}
