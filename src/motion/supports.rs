//! What of a body can touch the floor: the joints, the crown and the finger tips, each with the flesh around it; what bears the
//! body, where its floor is, and when it flies. One table for the measures, the clean-up, the import and the data filter.
//!
//! World space, metres, 30 fps, floor at y = 0 unless it is what is looked for.

use super::feet::{CONTACT_FRAMES, LOW_M, rest_height_m, runs};
use super::{FPS, JOINT_COUNT, Joint, Motion, Pose, WorldPose};
use glam::{Vec3, vec3};
use std::ops::Range;

/// A flight lasts less than this.
pub const FLIGHT_SECS: f32 = 0.8;
/// How near the pelvis' acceleration comes to gravity's in a flight, where it is measured.
pub const FREE_FALL_TOLERANCE: f32 = 0.25;
/// A surface point that moves more slowly may bear the body.
const BEARING_M_PER_SEC: f32 = 0.5;
/// Arms bear the body where the rest of it is further than this above them.
const YIELDING_M: f32 = 0.08;
/// The share of bearing points that are lower than the floor: some of them tread on something, few sink.
pub(super) const FLOOR_SHARE: f32 = 0.4;
/// The share that is lower than the floor where only the lowest are near it, and less than that says nothing.
const LOW_SHARE: f32 = 0.1;
/// Below this height of the pelvis over them the feet do not carry the body.
pub(super) const CARRIED_PELVIS_M: f32 = 0.35;
/// What rests higher than this over the floor rests on something that is not there: a stool, a ladder.
pub(super) const FURNITURE_M: f32 = 0.20;
const GRAVITY_M_PER_SEC2: f32 = 9.81;

/// Number of surface points.
pub const POINTS: usize = JOINT_COUNT + 3;
/// The crown of the head among the surface points.
pub const CROWN: usize = JOINT_COUNT;
/// The tips of the fingers among the surface points, left and right.
pub const FINGER_TIPS: [usize; 2] = [JOINT_COUNT + 1, JOINT_COUNT + 2];

/// A place in the body and how far the skin is from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SurfacePoint {
    /// The joint it moves with.
    pub joint: Joint,
    /// Where it is in that joint's frame, metres.
    pub offset_m: Vec3,
    /// How far the skin is from it, metres: what it keeps from the floor that it lies on.
    pub radius_m: f32,
}

/// The surface points: first the joints in their order, then [`CROWN`] and [`FINGER_TIPS`]. The radii are the distances to the
/// nearest skin of our mannequin; those of ankles and toes are the heights on which they stand in the rest pose.
pub const SURFACE: [SurfacePoint; POINTS] = {
    use Joint::*;
    const fn at(joint: Joint, offset_m: Vec3, radius_m: f32) -> SurfacePoint {
        SurfacePoint { joint, offset_m, radius_m }
    }
    const fn joint(joint: Joint, radius_m: f32) -> SurfacePoint {
        at(joint, Vec3::ZERO, radius_m)
    }
    const fn foot(at: Joint) -> SurfacePoint {
        joint(at, rest_height_m(at))
    }
    [
        joint(Pelvis, 0.086),
        joint(LHip, 0.078),
        joint(RHip, 0.078),
        joint(Spine1, 0.058),
        joint(LKnee, 0.047),
        joint(RKnee, 0.047),
        joint(Spine2, 0.073),
        foot(LAnkle),
        foot(RAnkle),
        joint(Spine3, 0.090),
        foot(LFoot),
        foot(RFoot),
        joint(Neck, 0.054),
        joint(LCollar, 0.075),
        joint(RCollar, 0.075),
        joint(Head, 0.054),
        joint(LShoulder, 0.055),
        joint(RShoulder, 0.055),
        joint(LElbow, 0.035),
        joint(RElbow, 0.035),
        joint(LWrist, 0.020),
        joint(RWrist, 0.020),
        // The middle of the skull, above which the crown is: who turns the head lies on its side, on its face or on its back.
        at(Head, vec3(0.0, 0.097, 0.0), 0.080),
        at(LWrist, vec3(0.173, -0.032, 0.012), 0.008),
        at(RWrist, vec3(-0.173, -0.032, 0.012), 0.008),
    ]
};

/// Whether a surface point belongs to a foot.
#[must_use]
pub const fn is_foot(point: usize) -> bool {
    matches!(SURFACE[point].joint, Joint::LAnkle | Joint::RAnkle | Joint::LFoot | Joint::RFoot)
}

/// Whether a surface point belongs to an arm, from the elbow on.
#[must_use]
pub const fn is_arm(point: usize) -> bool {
    matches!(SURFACE[point].joint, Joint::LElbow | Joint::RElbow | Joint::LWrist | Joint::RWrist)
}

/// Where the surface points of one frame are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Surface {
    /// The points inside the body, in the order of [`SURFACE`], metres.
    pub centres_m: [Vec3; POINTS],
}

impl Surface {
    /// Of a pose after forward kinematics.
    #[must_use]
    pub fn of(world: &WorldPose) -> Self {
        let centre_m = |point: &SurfacePoint| {
            let joint = point.joint as usize;
            world.positions_m[joint] + world.rotations[joint] * point.offset_m
        };
        Self { centres_m: SURFACE.each_ref().map(centre_m) }
    }

    /// Height of the skin under a point: negative inside the floor.
    #[must_use]
    pub fn height_m(&self, point: usize) -> f32 {
        self.centres_m[point].y - SURFACE[point].radius_m
    }

    /// The point whose skin is lowest, and how high that is.
    #[must_use]
    pub fn lowest(&self) -> (usize, f32) {
        self.lowest_of(0..POINTS)
    }

    /// The point that bears the body, if something does, and how high it is. Fingers never do, for wrists bend, and arms give way:
    /// they bear only where nothing else of the body is near.
    #[must_use]
    pub fn bearing(&self) -> (usize, f32) {
        let points = |of_arms: bool| (0..POINTS).filter(move |point| is_arm(*point) == of_arms && !FINGER_TIPS.contains(point));
        let (body, arms) = (self.lowest_of(points(false)), self.lowest_of(points(true)));
        if arms.1 + YIELDING_M < body.1 { arms } else { body }
    }

    /// The lowest of some points; infinitely high where there are none.
    #[must_use]
    pub fn lowest_of(&self, points: impl IntoIterator<Item = usize>) -> (usize, f32) {
        let heights_m = points.into_iter().map(|point| (point, self.height_m(point)));
        heights_m.min_by(|a, b| a.1.total_cmp(&b.1)).unwrap_or((0, f32::INFINITY))
    }
}

/// The surface of every frame.
#[must_use]
pub fn surfaces(motion: &Motion) -> Vec<Surface> {
    motion.frames.iter().map(|pose: &Pose| Surface::of(&pose.world())).collect()
}

/// Speed of a point from the frames around one.
#[must_use]
pub fn speed_m_per_sec(surfaces: &[Surface], point: usize, frame: usize) -> f32 {
    let (from, to) = (frame.saturating_sub(2), (frame + 2).min(surfaces.len() - 1));
    let way_m = surfaces[from].centres_m[point].distance(surfaces[to].centres_m[point]);
    way_m * FPS / (to - from).max(1) as f32
}

/// Whether what would bear the body in a frame rests, so that it does, wherever its floor is.
#[must_use]
pub fn bears(surfaces: &[Surface], frame: usize) -> bool {
    surfaces.len() > 1 && speed_m_per_sec(surfaces, surfaces[frame].bearing().0, frame) < BEARING_M_PER_SEC
}

/// Height of the floor under a motion: that of what bears its weight most of the time. Where that is as far as furniture from where
/// its feet stand it is the feet's: who sits up on something is over the floor, and who lies deeper than he stood is in it.
#[must_use]
pub fn floor_m(surfaces: &[Surface]) -> f32 {
    let heights_of = |frames: &mut dyn Iterator<Item = usize>| {
        let mut heights_m: Vec<f32> = frames.map(|frame| surfaces[frame].bearing().1).collect();
        heights_m.sort_by(f32::total_cmp);
        heights_m
    };
    let at = |heights_m: &[f32], share: f32| heights_m.get((heights_m.len() as f32 * share) as usize).copied().unwrap_or(0.0);
    let bearing = heights_of(&mut (0..surfaces.len()).filter(|frame| bears(surfaces, *frame)));
    if bearing.len() <= CONTACT_FRAMES {
        // Nothing rests: a run or a jump cut short. Its lowest tenth is near the floor.
        return at(&heights_of(&mut (0..surfaces.len())), LOW_SHARE);
    }
    let stands = |frame: &usize| {
        let (point, height_m) = surfaces[*frame].bearing();
        let carried = surfaces[*frame].centres_m[Joint::Pelvis as usize].y - height_m > CARRIED_PELVIS_M;
        is_foot(point) && carried && bears(surfaces, *frame)
    };
    let standing = heights_of(&mut (0..surfaces.len()).filter(stands));
    let (usual_m, feet_m) = (at(&bearing, FLOOR_SHARE), at(&standing, LOW_SHARE));
    let far = standing.len() as f32 > LOW_SHARE * bearing.len() as f32 && (usual_m - feet_m).abs() > FURNITURE_M;
    if far { feet_m } else { usual_m }
}

/// Which frames belong to a flight: every surface point above [`LOW_M`] for less than [`FLIGHT_SECS`] while the pelvis falls freely,
/// its acceleration within `tolerance` (a share) of gravity's.
#[must_use]
pub fn in_flight(surfaces: &[Surface], tolerance: f32) -> Vec<bool> {
    let mut flying = vec![false; surfaces.len()];
    for run in runs(surfaces.len(), |frame| surfaces[frame].lowest().1 > LOW_M) {
        if (run.len() as f32) < FLIGHT_SECS * FPS && falls(surfaces, &run, tolerance) {
            flying[run].fill(true);
        }
    }
    flying
}

/// Whether the pelvis falls freely in some frames and those beside them.
fn falls(surfaces: &[Surface], run: &Range<usize>, tolerance: f32) -> bool {
    let with_edges = run.start.saturating_sub(1)..(run.end + 1).min(surfaces.len());
    let heights_m: Vec<f32> = surfaces[with_edges].iter().map(|surface| surface.centres_m[Joint::Pelvis as usize].y).collect();
    acceleration(&heights_m).is_some_and(|a| (a / -GRAVITY_M_PER_SEC2 - 1.0).abs() <= tolerance)
}

/// Acceleration of the parabola nearest to a track at [`FPS`], in units a second squared; `None` below three samples.
fn acceleration(track: &[f32]) -> Option<f32> {
    let n = track.len();
    if n < 3 {
        return None;
    }
    // The second orthogonal polynomial on centred frames t is t² - mean(t²); its coefficient is half the second difference.
    let centre = (n - 1) as f32 / 2.0;
    let squares: Vec<f32> = (0..n).map(|i| (i as f32 - centre).powi(2)).collect();
    let mean = squares.iter().sum::<f32>() / n as f32;
    let norm: f32 = squares.iter().map(|s| (s - mean).powi(2)).sum();
    let projection: f32 = squares.iter().zip(track).map(|(s, y)| (s - mean) * y).sum();
    Some(2.0 * projection / norm * FPS * FPS)
}
