//! Where a foot belongs: one place on the floor for each contact, and a smooth way from one to the next.

use super::foot_target::FootTarget;
use super::ground::NEAR_M;
use super::leg::Leg;
use crate::motion::banded::smooth_curve;
use crate::motion::feet;
use crate::motion::{JOINT_COUNT, Joint, WorldPose};
use glam::{Quat, Vec3};
use std::ops::Range;

/// A toe that wanders farther than this from where it stood has left, though slowly.
const WANDERING_M: f32 = 0.10;
/// A toe that stands keeps its height within this.
const LEVEL_M: f32 = 0.02;
/// A toe whose height changes by more than this in two frames comes down or leaves.
const RISING_M: f32 = 0.03;
/// Where a toe slides on within one contact, only what is slower than this stands.
const SLIDING_M_PER_SEC: f32 = 0.35;
/// A joint whose up is not up, its cosine below this, lies on its side or its back and is not made level.
const UPRIGHT: f32 = 0.5;
/// Pull towards no correction in free frames against bending: a correction fades within about ten frames.
const FADING: f64 = 8e-4;
/// The same in a flight, which is not the floor's.
const FADING_IN_FLIGHT: f64 = 0.3;
/// Pull towards a correction that stays as it is, against bending: without it the curve swings on beyond what was asked for.
const STRAIGHT: f64 = 0.1;
/// Pull towards the correction asked for in contact frames.
const HOLDING: f64 = 30.0;
/// A toe at this speed says half as much about where it stands as one at rest.
const HALF_SPEED_M_PER_SEC: f32 = 0.35;

/// Where one foot shall be in every frame: its own way plus a smooth correction that is exact in contacts. A standing toe has one
/// place, a flat foot is level, toes on the floor are level too, and a foot in the air does not enter the floor. The foot of a
/// folded leg goes its own way, out of the floor.
/// `corrected` has the last word on where it stands.
pub(super) fn foot_targets(
    worlds: &[WorldPose],
    joints_m: &[[Vec3; JOINT_COUNT]],
    flying: &[bool],
    [ankle, toe]: [Joint; 2],
    leg: Leg,
    corrected: &dyn Fn(Vec<Range<usize>>) -> Vec<Range<usize>>,
) -> Vec<FootTarget> {
    let frames = worlds.len();
    let stands = corrected(stands(joints_m, toe));
    let mut shift_m = Correction::none(flying);
    for stand in &stands {
        // A toe comes and goes at some speed; where it stood is where it was slow.
        let surety = |frame: usize| 1.0 / (1.0 + (feet::speed_m_per_sec(joints_m, toe, frame) / HALF_SPEED_M_PER_SEC).powi(4));
        let weighted_m = stand.clone().map(|frame| joints_m[frame][toe as usize] * surety(frame)).sum::<Vec3>();
        let place_m = (weighted_m / stand.clone().map(surety).sum::<f32>()).with_y(feet::rest_height_m(toe));
        for frame in stand.clone() {
            shift_m.ask(frame, place_m - joints_m[frame][toe as usize], surety(frame));
        }
    }
    let foot_turns = levelled(worlds, flying, ankle, &flats(joints_m, ankle, &stands));
    let toe_turns = levelled(worlds, flying, toe, &stands);
    let shifts_m = shift_m.curve();

    (0..frames)
        .map(|frame| {
            let firmly = leg.unfolded(&worlds[frame]);
            let touching = stands.iter().any(|stand| stand.contains(&frame));
            let mut shift_m = firmly * shifts_m[frame];
            if !touching && !flying[frame] {
                // A foot that is in the air while the other bears keeps its own height until it is near the floor.
                let height_m = feet::height_m(&joints_m[frame], toe).min(feet::height_m(&joints_m[frame], ankle));
                shift_m.y = shift_m.y.min((NEAR_M - height_m).max(0.0));
            }
            let mut target = FootTarget {
                toe_m: joints_m[frame][toe as usize] + shift_m,
                world_from_foot: Quat::from_scaled_axis(firmly * foot_turns[frame]) * worlds[frame].rotations[ankle as usize],
                world_from_toes: Quat::from_scaled_axis(toe_turns[frame]) * worlds[frame].rotations[toe as usize],
                touching,
            };
            target.keep_out([ankle, toe]);
            target
        })
        .collect()
}

/// Turns, as axis times angle in the world, that make a joint level in the given frames, facing one way in each run of them.
fn levelled(worlds: &[WorldPose], flying: &[bool], joint: Joint, runs: &[Range<usize>]) -> Vec<Vec3> {
    let mut turn = Correction::none(flying);
    let own = |frame: usize| worlds[frame].rotations[joint as usize];
    for run in runs {
        let ahead = run.clone().map(|frame| (own(frame) * Vec3::Z).with_y(0.0).normalize_or_zero()).sum::<Vec3>();
        let level = Quat::from_rotation_y(ahead.x.atan2(ahead.z));
        for frame in run.clone().filter(|frame| (own(*frame) * Vec3::Y).y > UPRIGHT) {
            turn.ask(frame, short_turn(level * own(frame).inverse()), 1.0);
        }
    }
    turn.curve()
}

/// Contacts of a toe, divided where it wanders off in small steps.
pub(super) fn stands(joints_m: &[[Vec3; JOINT_COUNT]], toe: Joint) -> Vec<Range<usize>> {
    let at = |frame: usize| joints_m[frame][toe as usize];
    let mut stands = Vec::new();
    for run in feet::contacts(joints_m, toe) {
        let (mut parts, mut start) = (Vec::new(), run.start);
        let mut sum_m = Vec3::ZERO;
        for frame in run.clone() {
            let place_m = sum_m / (frame - start).max(1) as f32;
            if frame > start && feet::floor_distance_m(place_m, at(frame)) > WANDERING_M {
                parts.push(start..frame.saturating_sub(2).max(start + 1));
                (start, sum_m) = (frame, Vec3::ZERO);
            }
            sum_m += at(frame);
        }
        parts.push(start..run.end);
        let slow_m_per_sec = if parts.len() == 1 { f32::INFINITY } else { SLIDING_M_PER_SEC };
        stands.extend(parts.into_iter().map(|part| core(joints_m, toe, part, slow_m_per_sec)));
    }
    stands.into_iter().filter(|stand| stand.len() >= feet::CONTACT_FRAMES).collect()
}

/// A contact without the frames at its ends in which the joint still comes down or already rises, or is faster than a limit.
fn core(joints_m: &[[Vec3; JOINT_COUNT]], joint: Joint, contact: Range<usize>, slow_m_per_sec: f32) -> Range<usize> {
    let mut heights_m: Vec<f32> = contact.clone().map(|frame| joints_m[frame][joint as usize].y).collect();
    heights_m.sort_by(f32::total_cmp);
    let Some(usual_m) = heights_m.get(heights_m.len() / 2).copied() else { return contact };
    let height_m = |frame: usize| joints_m[frame.min(joints_m.len() - 1)][joint as usize].y;
    let rises_m = |frame: usize| (height_m(frame + 1) - height_m(frame.saturating_sub(1))).abs();
    let stands = |frame: &usize| {
        feet::height_m(&joints_m[*frame], joint) < feet::LOW_M
            && (joints_m[*frame][joint as usize].y - usual_m).abs() < LEVEL_M
            && feet::speed_m_per_sec(joints_m, joint, *frame) < slow_m_per_sec
            && rises_m(*frame) < RISING_M
    };
    match (contact.clone().find(stands), contact.clone().rfind(stands)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => contact.start..contact.start,
    }
}

/// Parts of the stands in which the ankle touches too.
fn flats(joints_m: &[[Vec3; JOINT_COUNT]], ankle: Joint, stands: &[Range<usize>]) -> Vec<Range<usize>> {
    let low = feet::contacts(joints_m, ankle);
    let both = stands.iter().flat_map(|stand| low.iter().map(|run| run.start.max(stand.start)..run.end.min(stand.end)));
    both.map(|flat| core(joints_m, ankle, flat, feet::SLOW_M_PER_SEC)).filter(|flat| flat.len() >= feet::CONTACT_FRAMES).collect()
}

/// What is asked of a foot's place or turn in some frames, and how surely.
struct Correction {
    at: Vec<Vec3>,
    weights: Vec<f64>,
}

impl Correction {
    fn none(flying: &[bool]) -> Self {
        let weights = flying.iter().map(|flies| if *flies { FADING_IN_FLIGHT } else { FADING }).collect();
        Self { at: vec![Vec3::ZERO; flying.len()], weights }
    }

    fn ask(&mut self, frame: usize, at: Vec3, surety: f32) {
        self.at[frame] = at;
        self.weights[frame] += HOLDING * f64::from(surety);
    }

    /// The smooth curve through what is asked for, fading to nothing where nothing is.
    fn curve(&self) -> Vec<Vec3> {
        let steps = self.at.len() - 1;
        let (straight, no_step) = (vec![STRAIGHT; steps], vec![0.0; steps]);
        let axis = |of: fn(&Vec3) -> f32| {
            let at: Vec<f64> = self.at.iter().map(|at| f64::from(of(at))).collect();
            smooth_curve(&self.weights, &at, &straight, &no_step, 1.0)
        };
        let (x, y, z) = (axis(|v| v.x), axis(|v| v.y), axis(|v| v.z));
        x.iter().zip(&y).zip(&z).map(|((x, y), z)| Vec3::new(*x as f32, *y as f32, *z as f32)).collect()
    }
}

/// A rotation as axis times angle, by the shorter way.
fn short_turn(rotation: Quat) -> Vec3 {
    if rotation.w < 0.0 { (-rotation).to_scaled_axis() } else { rotation.to_scaled_axis() }
}
