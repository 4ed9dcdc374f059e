//! What is drawn of motions, made when these change and not when they are drawn: figures of takes, curves of the timeline, measures of the
//! selected clip, the way of the next take.

use crate::motion::measure::{MotionQuality, measure};
use crate::motion::path::Curve;
use crate::motion::{FPS, JOINT_COUNT, Motion, Pose, feet};
use crate::timeline::{Chain, Clip, Constraints, TakeId};
use glam::{Quat, Vec2, Vec3};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A take has a figure every so many frames.
const FIGURE_FRAMES: usize = 5;
/// Over so many frames the speed is taken.
const SPEED_FRAMES: usize = 4;

/// Corners of the next take's way are rounded as for those who walk; it is drawn in steps of so much, and so many at most.
const ROUTE_RADIUS_M: f32 = 0.3;
const ROUTE_STEP_M: f32 = 0.04;
const MOST_ROUTE_STEPS: usize = 400;

/// Where the next take is to go: places (x, z) on the floor, metres, and how fast, m/s, as far as its times say.
pub type Route = Vec<(Vec2, Option<f32>)>;

/// The way that constraints ask for.
pub(super) fn route(constraints: &Constraints) -> Route {
    let Some(curve) = constraints.places_m().and_then(|places| Curve::rounded(&places, ROUTE_RADIUS_M)) else { return Route::new() };
    let timed = constraints.path.iter().enumerate().filter_map(|(at, point)| Some((curve.point_m(at), point.t?)));
    let pins: Vec<(f32, f32)> = std::iter::once((0.0, 0.0)).chain(timed.filter(|(_, secs)| *secs > 0.0)).collect();
    let speed_at = |along_m: f32| {
        let pair = pins.windows(2).find(|pair| along_m <= pair[1].0)?;
        Some((pair[1].0 - pair[0].0) / (pair[1].1 - pair[0].1))
    };
    let steps = (curve.length_m() / ROUTE_STEP_M).ceil().clamp(1.0, MOST_ROUTE_STEPS as f32) as usize;
    let along_m = |step: usize| step as f32 / steps as f32 * curve.length_m();
    (0..=steps).map(along_m).map(|along_m| (curve.place_m(along_m), speed_at(along_m))).collect()
}

/// A person from the side: the joints beside the pelvis' place on the floor, right being ahead and up being up, metres.
pub type StickFigure = [Vec2; JOINT_COUNT];

/// The figures of a take.
#[derive(Clone, Debug, Default)]
pub struct StickFigures(Vec<StickFigure>);

impl StickFigures {
    /// The figures of a motion.
    #[must_use]
    pub fn of(motion: &Motion) -> Self {
        Self(motion.frames.iter().step_by(FIGURE_FRAMES).map(figure).collect())
    }

    /// The figure nearest to a frame of the take.
    #[must_use]
    pub fn at(&self, frame: usize) -> Option<&StickFigure> {
        self.0.get((frame / FIGURE_FRAMES).min(self.0.len().checked_sub(1)?))
    }
}

fn figure(pose: &Pose) -> StickFigure {
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

/// The curves of the timeline, one value a frame.
#[derive(Clone, Debug, Default)]
pub struct Curves {
    /// Height of the pelvis, metres.
    pub height_m: Vec<f32>,
    /// Speed of the pelvis on the floor, metres a second.
    pub speed_m_per_sec: Vec<f32>,
    /// Whether the left and the right foot touch the floor.
    pub contacts: Vec<[bool; 2]>,
    /// The greatest height and speed.
    pub most: [f32; 2],
    /// Of each clip, and the frames that they belong to.
    clips: Vec<(Arc<Motion>, Arc<ClipCurves>)>,
}

/// The curves of a clip: they do not depend on where it stands.
#[derive(Debug)]
struct ClipCurves {
    height_m: Vec<f32>,
    speed_m_per_sec: Vec<f32>,
    contacts: Vec<[bool; 2]>,
}

impl ClipCurves {
    fn of(motion: &Motion) -> Self {
        let frames = &motion.frames;
        let speed = |frame: usize| {
            let (from, to) = (frame.saturating_sub(SPEED_FRAMES / 2), (frame + SPEED_FRAMES / 2).min(frames.len() - 1));
            feet::floor_distance_m(frames[from].root_m, frames[to].root_m) * FPS / (to - from).max(1) as f32
        };
        Self {
            height_m: frames.iter().map(|pose| pose.root_m.y).collect(),
            speed_m_per_sec: (0..frames.len()).map(speed).collect(),
            contacts: feet::contact_of_feet(motion),
        }
    }
}

impl Curves {
    /// The curves of a chain; of clips whose frames are as they were, nothing is computed.
    pub(super) fn update(&mut self, chain: &Chain) {
        let known: HashMap<*const Motion, Arc<ClipCurves>> =
            self.clips.iter().map(|(frames, curves)| (Arc::as_ptr(frames), Arc::clone(curves))).collect();
        let clips = chain.all_frames().map(|frames| {
            let curves = known.get(&Arc::as_ptr(frames)).cloned().unwrap_or_else(|| Arc::new(ClipCurves::of(frames)));
            (Arc::clone(frames), curves)
        });
        self.clips = clips.collect();
        self.height_m.clear();
        self.speed_m_per_sec.clear();
        self.contacts.clear();
        for (_, curves) in &self.clips {
            self.height_m.extend(&curves.height_m);
            self.speed_m_per_sec.extend(&curves.speed_m_per_sec);
            self.contacts.extend(&curves.contacts);
        }
        self.most = [&self.height_m, &self.speed_m_per_sec].map(|values| values.iter().copied().fold(0.0, f32::max));
    }
}

/// What the inspector says about a clip: its take's stretch and its frames on the timeline, measured.
#[derive(Clone, Debug)]
pub struct Inspection {
    take: TakeId,
    stretch: Range<usize>,
    frames: Arc<Motion>,
    /// The take's stretch.
    pub before: MotionQuality,
    /// On the timeline.
    pub after: MotionQuality,
}

impl Inspection {
    /// Measures a clip; what is as it was is not measured again.
    pub(super) fn kept_or_new(old: Option<Self>, clip: &Clip, take: &Motion, frames: &Arc<Motion>) -> Option<Self> {
        let stretch = clip.from..clip.to;
        let before = old.as_ref().filter(|old| old.take == clip.take && old.stretch == stretch).map(|old| old.before);
        let after = old.as_ref().filter(|old| Arc::ptr_eq(&old.frames, frames)).map(|old| old.after);
        let before = match before {
            Some(before) => before,
            None => measure(&Motion { frames: take.frames.get(stretch.clone())?.to_vec() }),
        };
        let after = after.unwrap_or_else(|| measure(frames));
        Some(Self { take: clip.take, stretch, frames: Arc::clone(frames), before, after })
    }
}
