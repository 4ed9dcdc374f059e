//! The exact finish of a motion that has something to meet: poses and places of joints at frames, a place and a heading at the end. What
//! is missing is spread over the frames around, and feet that stood stand again.

use super::cleanup::{CleanupSettings, clean, standing_as, standing_on, stands};
use super::layer::{LayerKey, PoseOffset, with_keys};
use super::posing::{Goal, held_as, posed, posed_above_hips};
use super::rotation::{heading, wrapped};
use super::{FPS, JOINT_COUNT, Joint, Motion, Pose};
use glam::{Quat, Vec3};

/// What a frame shall be like.
#[derive(Clone, Debug, PartialEq)]
pub struct Wish {
    /// Which.
    pub frame: usize,
    /// How the whole body is held; place on the floor and heading are the motion's.
    pub pose: Option<Pose>,
    /// Where joints are.
    pub goals: Vec<Goal>,
}

/// A wish changes at least so many frames before and behind it.
const EASE_FRAMES: usize = 12;
/// A limb is brought to its goal at this speed at most, if there is time, m/s.
const BROUGHT_M_PER_SEC: f32 = 0.8;
/// Feet and wishes are brought together in so many rounds; the wishes have the last word.
const ROUNDS: usize = 3;
/// A wish at one frame moves the body as a whole this far at most, metres.
const MOVED_MOST_M: f32 = 0.5;
/// A wish that is met this closely is met.
const MET_M: f32 = 5e-4;
/// A turn at the end takes this long, seconds.
const TURN_SECS: f32 = 1.0;

/// The motion with its wishes met exactly, as far as a body can.
#[must_use]
pub fn met(motion: &Motion, wishes: &[Wish]) -> Motion {
    let wishes: Vec<&Wish> = wishes.iter().filter(|wish| wish.frame < motion.len()).collect();
    if wishes.is_empty() {
        return motion.clone();
    }
    let standing = stands(motion);
    let whole = wishes.iter().any(|wish| wish.pose.is_some());
    let mut now = motion.clone();
    for round in 0..ROUNDS {
        let key = |wish: &&Wish| {
            let base = &now.frames[wish.frame];
            let feet = [0, 1].map(|foot| wish.pose.is_none() && standing[foot].iter().any(|stand| stand.contains(&wish.frame)));
            let held = wish.pose.as_ref().map_or(*base, |pose| held_as(pose, base));
            // At last the feet have their places: what is still missing is brought by what is above them, if that is enough.
            let above = (round + 1 == ROUNDS && wish.goals.iter().all(|goal| is_above_hips(goal.joint)))
                .then(|| posed_above_hips(&held, &wish.goals));
            let mut pose = above.filter(|pose| missing_m(pose, wish) < MET_M).unwrap_or_else(|| posed(&held, &wish.goals, feet));
            // A body that no foot holds does not fly to a goal.
            pose.root_m = held.root_m + (pose.root_m - held.root_m).clamp_length_max(MOVED_MOST_M);
            let ease = EASE_FRAMES.max((farthest_m(base, &pose) / BROUGHT_M_PER_SEC * FPS).round() as usize);
            LayerKey { frame: wish.frame, offset: PoseOffset::between(base, &pose), ease_in: ease, ease_out: ease }
        };
        let keys: Vec<LayerKey> = wishes.iter().map(key).collect();
        now = with_keys(&now, &keys);
        if round + 1 < ROUNDS {
            // A whole pose says itself which feet stand.
            now = if whole { clean(&now, &CleanupSettings::LOCKING) } else { standing_on(&standing, &now) };
        }
    }
    now
}

/// How far a frame is from a wish: of a pose the mean distance of the joints, as the body sees them, of goals the largest; metres.
#[must_use]
pub fn missing_m(pose: &Pose, wish: &Wish) -> f32 {
    let world = pose.world();
    let goal_m = |goal: &Goal| {
        let at_m = world.positions_m[goal.joint as usize];
        goal.at_m.iter().enumerate().filter_map(|(axis, wanted)| Some((wanted.as_ref()? - at_m[axis]).powi(2))).sum::<f32>().sqrt()
    };
    let goals_m = wish.goals.iter().map(goal_m).fold(0.0, f32::max);
    let held_m = wish.pose.as_ref().map_or(0.0, |wanted| {
        let wanted = held_as(wanted, pose).world();
        (0..JOINT_COUNT).map(|joint| wanted.positions_m[joint].distance(world.positions_m[joint])).sum::<f32>() / JOINT_COUNT as f32
    });
    goals_m.max(held_m)
}

/// The motion that ends at a place on the floor (x, z; none is free) and faces so: the way there is bent from its beginning on, the turn
/// comes at its end.
#[must_use]
pub fn ended(motion: &Motion, place_m: [Option<f32>; 2], facing_rad: Option<f32>) -> Motion {
    let Some(last) = motion.frames.last() else { return motion.clone() };
    let steps = (motion.len() - 1).max(1) as f32;
    let missing = |wanted: Option<f32>, own: f32| wanted.map_or(0.0, |wanted| wanted - own);
    let shift_m = Vec3::new(missing(place_m[0], last.root_m.x), 0.0, missing(place_m[1], last.root_m.z));
    let turn_rad = facing_rad.map_or(0.0, |facing| wrapped(facing - heading(last.local[0])));
    let turning = (TURN_SECS * FPS).min(steps);
    let mut moved = motion.clone();
    for (frame, pose) in moved.frames.iter_mut().enumerate() {
        let t = frame as f32 / steps;
        // A beam that is clamped at its beginning and bent at its end.
        pose.root_m += shift_m * (0.5 * t * t * (3.0 - t));
        let t = ((frame as f32 - (steps - turning)) / turning).clamp(0.0, 1.0);
        if turn_rad != 0.0 && t > 0.0 {
            pose.local[0] = (Quat::from_rotation_y(turn_rad * t * t * (3.0 - 2.0 * t)) * pose.local[0]).normalize();
        }
    }
    if shift_m == Vec3::ZERO && turn_rad == 0.0 { moved } else { standing_as(motion, &moved) }
}

fn is_above_hips(joint: Joint) -> bool {
    use Joint::*;
    !matches!(joint, Pelvis | LHip | RHip | LKnee | RKnee | LAnkle | RAnkle | LFoot | RFoot)
}

/// The longest way of a joint from one pose to another, metres.
fn farthest_m(from: &Pose, to: &Pose) -> f32 {
    let [from, to] = [from, to].map(|pose| pose.world().positions_m);
    [Joint::Pelvis, Joint::Head, Joint::LWrist, Joint::RWrist, Joint::LAnkle, Joint::RAnkle]
        .map(|joint| from[joint as usize].distance(to[joint as usize]))
        .into_iter()
        .fold(0.0, f32::max)
}
