//! One place on the floor for each contact, and the way of a foot from one to the next.

use super::banded::smooth_curve;
use super::leg::Leg;
use crate::motion::feet::{self, FEET};
use crate::motion::rotation::heading;
use crate::motion::{JOINT_COUNT, Joint, Motion, REST_OFFSETS_M, WorldPose};
use glam::{Quat, Vec3};
use std::ops::Range;

/// A toe that wanders farther than this from where it stood has left, though slowly.
const WANDERING_M: f32 = 0.10;
/// Pull towards no correction in free frames against bending: a correction fades within about ten frames.
const FADING: f64 = 8e-4;
/// Pull towards the correction asked for in contact frames.
const HOLDING: f64 = 30.0;
/// A toe at this speed says half as much about where it stands as one at rest.
const HALF_SPEED_M_PER_SEC: f32 = 0.35;
/// Rounds the corner where a foot that would enter the floor begins to be lifted.
const ROUNDING_M: f32 = 0.004;
/// The pelvis goes down at most this far to let a foot reach its place.
const LOWERED_MOST_M: f32 = 0.08;
/// How far the lowering of the pelvis reaches before and after the frames that need it.
const LOWERING_FRAMES: usize = 5;
const LOWERING_STIFFNESS: f64 = 60.0;

/// Where a foot shall be in one frame.
#[derive(Clone, Copy)]
struct Wish {
    ankle_m: Vec3,
    world_from_foot: Quat,
    touching: bool,
}

/// Pins touching feet to the floor, keeps the others out of it, and bends the legs accordingly.
pub(super) fn lock(motion: &mut Motion) {
    if motion.is_empty() {
        return;
    }
    let worlds: Vec<WorldPose> = motion.frames.iter().map(|pose| pose.world()).collect();
    let joints_m: Vec<[Vec3; JOINT_COUNT]> = worlds.iter().map(|world| world.positions_m).collect();
    let legs = [Leg::LEFT, Leg::RIGHT];
    let wishes: [Vec<Wish>; 2] = [0, 1].map(|foot| wishes(&worlds, &joints_m, FEET[foot]));

    let lowered_m = lowering(&worlds, &legs, &wishes);
    for (frame, pose) in motion.frames.iter_mut().enumerate() {
        pose.root_m.y -= lowered_m[frame];
        for (leg, wishes) in legs.iter().zip(&wishes) {
            let wish = wishes[frame];
            leg.reach(pose, &worlds[frame], lowered_m[frame], wish.ankle_m, wish.world_from_foot);
        }
    }
}

/// Where one foot shall be in every frame: its own way plus a smooth correction that is exact in contacts.
fn wishes(worlds: &[WorldPose], joints_m: &[[Vec3; JOINT_COUNT]], [ankle, toe]: [Joint; 2]) -> Vec<Wish> {
    let frames = worlds.len();
    let stands = stands(joints_m, toe);
    let mut shift_m = Correction::none(frames);
    for run in &stands {
        // A toe comes and goes at some speed; where it stood is where it was slow.
        let surety = |frame: usize| 1.0 / (1.0 + (feet::speed_m_per_sec(joints_m, toe, frame) / HALF_SPEED_M_PER_SEC).powi(4));
        let weighted_m = run.clone().map(|frame| joints_m[frame][toe as usize] * surety(frame)).sum::<Vec3>();
        let place_m = (weighted_m / run.clone().map(surety).sum::<f32>()).with_y(feet::rest_height_m(toe));
        for frame in run.clone() {
            shift_m.ask(frame, place_m - joints_m[frame][toe as usize], surety(frame));
        }
    }
    let mut turn = Correction::none(frames);
    for flat in flats(joints_m, ankle, &stands) {
        let own = |frame: usize| worlds[frame].rotations[ankle as usize];
        let forward = flat.clone().map(|frame| (own(frame) * Vec3::Z).with_y(0.0).normalize_or_zero()).sum::<Vec3>();
        let level = Quat::from_rotation_y(heading(Quat::from_rotation_arc(Vec3::Z, forward.normalize_or(Vec3::Z))));
        for frame in flat {
            turn.ask(frame, short_turn(level * own(frame).inverse()), 1.0);
        }
    }
    let (shifts_m, turns) = (shift_m.curve(), turn.curve());

    let toe_from_ankle_m = REST_OFFSETS_M[toe as usize];
    (0..frames)
        .map(|frame| {
            let world_from_foot = Quat::from_scaled_axis(turns[frame]) * worlds[frame].rotations[ankle as usize];
            let toe_m = joints_m[frame][toe as usize] + shifts_m[frame];
            let ankle_m = toe_m - world_from_foot * toe_from_ankle_m;
            let height_m = (toe_m.y - feet::rest_height_m(toe)).min(ankle_m.y - feet::rest_height_m(ankle));
            let lift_m = above_floor(height_m) - height_m;
            Wish { ankle_m: ankle_m + Vec3::Y * lift_m, world_from_foot, touching: shift_m.asked(frame) }
        })
        .collect()
}

/// Contacts of a toe, divided where it wanders off in small steps.
fn stands(joints_m: &[[Vec3; JOINT_COUNT]], toe: Joint) -> Vec<Range<usize>> {
    let at = |frame: usize| joints_m[frame][toe as usize];
    let mut stands = Vec::new();
    for run in feet::contacts(joints_m, toe) {
        let mut start = run.start;
        let mut sum_m = Vec3::ZERO;
        for frame in run.clone() {
            let place_m = sum_m / (frame - start).max(1) as f32;
            if frame > start && feet::floor_distance_m(place_m, at(frame)) > WANDERING_M {
                stands.push(start..frame.saturating_sub(2).max(start + 1));
                (start, sum_m) = (frame, Vec3::ZERO);
            }
            sum_m += at(frame);
        }
        stands.push(start..run.end);
    }
    stands.retain(|stand| stand.len() >= feet::CONTACT_FRAMES);
    stands
}

/// Parts of the stands in which the ankle touches too.
fn flats(joints_m: &[[Vec3; JOINT_COUNT]], ankle: Joint, stands: &[Range<usize>]) -> Vec<Range<usize>> {
    let low = feet::contacts(joints_m, ankle);
    let both = stands.iter().flat_map(|stand| low.iter().map(|run| run.start.max(stand.start)..run.end.min(stand.end)));
    both.filter(|flat| flat.len() >= feet::CONTACT_FRAMES).collect()
}

/// What is asked of a foot's place or turn in some frames, and how surely.
struct Correction {
    at: Vec<Vec3>,
    weights: Vec<f64>,
}

impl Correction {
    fn none(frames: usize) -> Self {
        Self { at: vec![Vec3::ZERO; frames], weights: vec![FADING; frames] }
    }

    fn ask(&mut self, frame: usize, at: Vec3, surety: f32) {
        self.at[frame] = at;
        self.weights[frame] = FADING + HOLDING * f64::from(surety);
    }

    fn asked(&self, frame: usize) -> bool {
        self.weights[frame] > FADING
    }

    /// The smooth curve through what is asked for, fading to nothing where nothing is.
    fn curve(&self) -> Vec<Vec3> {
        let free = vec![0.0; self.at.len() - 1];
        let axis = |of: fn(&Vec3) -> f32| {
            let at: Vec<f64> = self.at.iter().map(|at| f64::from(of(at))).collect();
            smooth_curve(&self.weights, &at, &free, &free, 1.0)
        };
        let (x, y, z) = (axis(|v| v.x), axis(|v| v.y), axis(|v| v.z));
        x.iter().zip(&y).zip(&z).map(|((x, y), z)| Vec3::new(*x as f32, *y as f32, *z as f32)).collect()
    }
}

/// How far the pelvis goes down in every frame, so that touching feet can be reached without stretching.
fn lowering(worlds: &[WorldPose], legs: &[Leg; 2], wishes: &[Vec<Wish>; 2]) -> Vec<f32> {
    let frames = worlds.len();
    let needed_m: Vec<f32> = (0..frames)
        .map(|frame| {
            let legs = legs.iter().zip(wishes).filter(|(_, wishes)| wishes[frame].touching);
            let needs = legs.map(|(leg, wishes)| leg.lowering_m(&worlds[frame], wishes[frame].ankle_m));
            needs.fold(0.0, f32::max).min(LOWERED_MOST_M)
        })
        .collect();
    if needed_m.iter().all(|needed| *needed <= 0.0) {
        return needed_m;
    }
    let widened: Vec<f64> = (0..frames)
        .map(|frame| {
            let around = frame.saturating_sub(LOWERING_FRAMES)..(frame + LOWERING_FRAMES + 1).min(frames);
            f64::from(needed_m[around].iter().copied().fold(0.0, f32::max))
        })
        .collect();
    let (alike, free) = (vec![1.0; frames], vec![0.0; frames - 1]);
    smooth_curve(&alike, &widened, &free, &free, LOWERING_STIFFNESS).into_iter().map(|m| m.max(0.0) as f32).collect()
}

/// A height that is never below the floor: the height itself well above it, 0 well below, rounded between.
fn above_floor(height_m: f32) -> f32 {
    0.5 * (height_m + (height_m * height_m + 4.0 * ROUNDING_M * ROUNDING_M).sqrt()) - ROUNDING_M * (-height_m.abs() / 0.02).exp()
}

/// A rotation as axis times angle, by the shorter way.
fn short_turn(rotation: Quat) -> Vec3 {
    if rotation.w < 0.0 { (-rotation).to_scaled_axis() } else { rotation.to_scaled_axis() }
}
