//! What panels draw of motions, made when these change and not when they are drawn: figures of takes, curves of the timeline,
//! measures of the selected clip.

use crate::motion::measure::{Quality, measure};
use crate::motion::{FPS, JOINT_COUNT, Joint, Motion, Pose, feet};
use crate::timeline::Clip;
use glam::{Quat, Vec2, Vec3};

/// A take has a figure every so many frames.
const FIGURE_FRAMES: usize = 5;
/// Over so many frames the speed is taken.
const SPEED_FRAMES: usize = 4;

/// A person from the side: the joints beside the pelvis' place on the floor, right being ahead and up being up, metres.
pub type Figure = [Vec2; JOINT_COUNT];

/// The figures of a take.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<Figure>);

impl Figures {
    /// The figures of a motion.
    #[must_use]
    pub fn of(motion: &Motion) -> Self {
        Self(motion.frames.iter().step_by(FIGURE_FRAMES).map(figure).collect())
    }

    /// The figure nearest to a frame of the take.
    #[must_use]
    pub fn at(&self, frame: usize) -> Option<&Figure> {
        self.0.get((frame / FIGURE_FRAMES).min(self.0.len().checked_sub(1)?))
    }
}

fn figure(pose: &Pose) -> Figure {
    let joints_m = pose.world().positions_m;
    let ahead = pose.local[0] * Vec3::Z;
    // A little from the front, so that both arms and legs are seen.
    let turn = Quat::from_rotation_y(-ahead.x.atan2(ahead.z) + 0.35);
    let root = pose.root_m.with_y(0.0);
    joints_m.map(|joint| {
        let seen = turn * (joint - root);
        Vec2::new(seen.z, seen.y)
    })
}

/// The curves of a motion, one value a frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// Height of the pelvis, metres.
    pub height_m: Vec<f32>,
    /// Speed of the pelvis on the floor, metres a second.
    pub speed_m_per_sec: Vec<f32>,
    /// Whether the left and the right foot touch the floor.
    pub contacts: Vec<[bool; 2]>,
    /// The greatest height and speed.
    pub most: [f32; 2],
}

impl Curves {
    /// The curves of a motion.
    pub(super) fn update(&mut self, motion: &Motion) {
        let frames = &motion.frames;
        self.height_m.clear();
        self.height_m.extend(frames.iter().map(|pose| pose.root_m.y));
        self.speed_m_per_sec.clear();
        let speed = |frame: usize| {
            let (from, to) = (frame.saturating_sub(SPEED_FRAMES / 2), (frame + SPEED_FRAMES / 2).min(frames.len() - 1));
            feet::floor_distance_m(frames[from].root_m, frames[to].root_m) * FPS / (to - from).max(1) as f32
        };
        self.speed_m_per_sec.extend((0..frames.len()).map(speed));
        self.contacts = feet::contact_of_feet(motion);
        self.most = [&self.height_m, &self.speed_m_per_sec].map(|values| values.iter().copied().fold(0.0, f32::max));
    }
}

/// What the inspector says about a clip: its take's stretch and its frames on the timeline, measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    clip: Clip,
    frames: Vec<Vec3>,
    /// The take's stretch.
    pub before: Quality,
    /// On the timeline.
    pub after: Quality,
}

impl Inspection {
    /// Measures a clip, unless it is as it was.
    pub(super) fn kept_or_new(old: Option<Self>, clip: &Clip, take: &Motion, frames: &[Pose]) -> Option<Self> {
        let toe = |pose: &Pose| pose.root_m + pose.local[Joint::Pelvis as usize] * Vec3::X;
        let marks: Vec<Vec3> = frames.iter().map(toe).collect();
        if let Some(old) = old
            && old.clip == *clip
            && old.frames == marks
        {
            return Some(old);
        }
        let before = measure(&Motion { frames: take.frames.get(clip.from..clip.to)?.to_vec() });
        let after = measure(&Motion { frames: frames.to_vec() });
        Some(Self { clip: clip.clone(), frames: marks, before, after })
    }
}
