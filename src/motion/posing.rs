//! Posing a whole body: joints are drawn to places, feet that stand stay, and the body keeps its balance. Damped least squares over all
//! joints (Buss and Kim, 2005) in the form that needs as many equations as there are wishes; what a joint takes of the work is in one table.
//! World space, metres, radians.

use super::cholesky::solve_symmetric;
use super::feet::FEET;
use super::rotation::heading;
use super::{JOINT_COUNT, Joint, PARENTS, Pose, WorldPose};
use glam::{Quat, Vec3};

/// A joint that shall be at a place; `None` is a coordinate that does not matter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Goal {
    /// Which.
    pub joint: Joint,
    /// Where in the world, metres.
    pub at_m: [Option<f32>; 3],
}

/// How readily each joint turns. A limb does what it can by itself before the trunk takes part.
const READY: [f32; JOINT_COUNT] = {
    let mut ready = [1.0; JOINT_COUNT];
    let slow = [
        (Joint::Pelvis, 0.04),
        (Joint::Spine1, 0.06),
        (Joint::Spine2, 0.06),
        (Joint::Spine3, 0.06),
        (Joint::Neck, 0.2),
        (Joint::Head, 0.2),
        (Joint::LCollar, 0.1),
        (Joint::RCollar, 0.1),
        (Joint::LAnkle, 0.5),
        (Joint::RAnkle, 0.5),
        (Joint::LFoot, 0.1),
        (Joint::RFoot, 0.1),
        (Joint::LWrist, 0.1),
        (Joint::RWrist, 0.1),
    ];
    let mut at = 0;
    while at < slow.len() {
        ready[slow[at].0 as usize] = slow[at].1;
        at += 1;
    }
    ready
};
/// How readily the body is moved as a whole, beside a radian of a ready joint.
const READY_TO_MOVE: f32 = 0.02;
/// Knees turn about their hinge, and this much as readily about anything else.
const BESIDE_HINGE: f32 = 0.02;

/// Share of the body's mass about each joint, by Dempster's segments: the two ends of a segment carry half of it each.
const MASS: [f32; JOINT_COUNT] = {
    let mut mass = [0.0; JOINT_COUNT];
    mass[Joint::Pelvis as usize] = 0.12;
    mass[Joint::Spine1 as usize] = 0.10;
    mass[Joint::Spine2 as usize] = 0.10;
    mass[Joint::Spine3 as usize] = 0.14;
    mass[Joint::Head as usize] = 0.08;
    let sides = [
        [Joint::LHip, Joint::LKnee, Joint::LAnkle, Joint::LShoulder, Joint::LElbow, Joint::LWrist],
        [Joint::RHip, Joint::RKnee, Joint::RAnkle, Joint::RShoulder, Joint::RElbow, Joint::RWrist],
    ];
    let shares = [0.07, 0.08, 0.03, 0.02, 0.02, 0.01];
    let mut at = 0;
    while at < 12 {
        mass[sides[at / 6][at % 6] as usize] = shares[at % 6];
        at += 1;
    }
    mass
};
/// What the place of a foot that stands counts beside a goal: who cannot have both stays on the floor.
const STANDING: f32 = 10.0;
/// What balance counts beside a place: it gives way where both cannot be had.
const BALANCE: f32 = 0.1;
/// The damping of each step, and how far a wish pulls in one.
const DAMPING: f32 = 1e-5;
const LONGEST_STEP_M: f32 = 0.08;
const STEPS: usize = 100;
/// As many of them keep the balance; who is not there by then gives it up.
const BALANCED_STEPS: usize = 40;
/// Wishes that are met this closely are met.
const MET_M: f32 = 2e-5;

/// The pose changed so that joints come to their goals, or as near as the body can. Feet that stand (left, right) keep place and
/// direction, and where one does the body's weight stays over the same spot of the floor as far as that lets the goals be met.
#[must_use]
pub fn posed(pose: &Pose, goals: &[Goal], standing: [bool; 2]) -> Pose {
    posed_with(pose, goals, standing, true)
}

/// The same with the pelvis, and so the legs, as they are, where no goal is theirs.
#[must_use]
pub(super) fn posed_above_hips(pose: &Pose, goals: &[Goal]) -> Pose {
    posed_with(pose, goals, [false; 2], false)
}

fn posed_with(pose: &Pose, goals: &[Goal], standing: [bool; 2], moves_pelvis: bool) -> Pose {
    let mut pose = *pose;
    if goals.is_empty() {
        return pose;
    }
    let start = pose.world();
    let mass_m = weight_m(&start);
    let own = goals.iter().flat_map(|goal| {
        let joint = goal.joint as usize;
        goal.at_m.iter().enumerate().filter_map(move |(axis, at_m)| Some(Wish { of: Of::Joint(joint), axis, at_m: (*at_m)?, weight: 1.0 }))
    });
    let is_wished = |joint: Joint| goals.iter().any(|goal| goal.joint == joint);
    let held = FEET.into_iter().zip(standing).filter(|(foot, stands)| *stands && !foot.iter().any(|joint| is_wished(*joint)));
    let held: Vec<usize> = held.flat_map(|(foot, _)| foot.map(|joint| joint as usize)).collect();
    let stay = held
        .iter()
        .flat_map(|joint| (0..3).map(|axis| Wish { of: Of::Joint(*joint), axis, at_m: start.positions_m[*joint][axis], weight: STANDING }));
    let balance =
        [0, 2].into_iter().filter(|_| !held.is_empty()).map(|axis| Wish { of: Of::Weight, axis, at_m: mass_m[axis], weight: BALANCE });
    let mut wishes: Vec<Wish> = own.chain(stay).chain(balance).collect();
    for round in 0..STEPS {
        if round == BALANCED_STEPS {
            // A body that cannot have both by now does as it is told.
            wishes.retain(|wish| matches!(wish.of, Of::Joint(_)));
        }
        let world = pose.world();
        let missing: Vec<f32> = wishes.iter().map(|wish| wish.weight * (wish.at_m - wish.value(&world))).collect();
        if wishes.iter().zip(&missing).all(|(wish, missing)| matches!(wish.of, Of::Weight) || missing.abs() < MET_M) {
            break;
        }
        let missing: Vec<f32> = missing.iter().map(|missing| missing.clamp(-LONGEST_STEP_M, LONGEST_STEP_M)).collect();
        let mut change = step(&wishes, &world, &missing, moves_pelvis, &[false; JOINT_COUNT]);
        let straight = overdone(&pose, &world, &change);
        if straight.contains(&true) {
            change = step(&wishes, &world, &missing, moves_pelvis, &straight);
        }
        if !change.iter().all(|part| part.is_finite()) {
            break;
        }
        turn(&mut pose, &world, &change);
    }
    // A foot that stands keeps its direction, whatever its leg did.
    for [ankle, toe] in FEET.into_iter().filter(|[ankle, _]| held.contains(&(*ankle as usize))) {
        let world = pose.world();
        let turn_back = |pose: &mut Pose, joint: Joint, world: &WorldPose| {
            let parent = PARENTS[joint as usize].map_or(Quat::IDENTITY, |parent| world.rotations[parent]);
            pose.local[joint as usize] = (parent.inverse() * start.rotations[joint as usize]).normalize();
        };
        turn_back(&mut pose, ankle, &world);
        let world = pose.world();
        turn_back(&mut pose, toe, &world);
    }
    pose
}

/// How a body is held in a pose, where another one stands and as that one faces: place on the floor and heading are of `place`, all else is of
/// `pose`.
#[must_use]
pub fn held_as(pose: &Pose, place: &Pose) -> Pose {
    let turn = Quat::from_rotation_y(heading(place.local[0]) - heading(pose.local[0]));
    let mut held = *pose;
    held.root_m = place.root_m.with_y(pose.root_m.y);
    held.local[0] = (turn * pose.local[0]).normalize();
    held
}

/// Where the body's weight is, metres.
#[must_use]
pub fn weight_m(world: &WorldPose) -> Vec3 {
    let (sum_m, mass) =
        world.positions_m.iter().zip(MASS).fold((Vec3::ZERO, 0.0), |(sum_m, mass), (at_m, own)| (sum_m + *at_m * own, mass + own));
    sum_m / mass
}

/// A coordinate of a joint, or of the body's weight, that shall have a value.
struct Wish {
    of: Of,
    axis: usize,
    at_m: f32,
    weight: f32,
}

#[derive(Clone, Copy)]
enum Of {
    Joint(usize),
    Weight,
}

impl Wish {
    fn value(&self, world: &WorldPose) -> f32 {
        match self.of {
            Of::Joint(joint) => world.positions_m[joint][self.axis],
            Of::Weight => weight_m(world)[self.axis],
        }
    }

    /// How the coordinate changes when the body is moved, and with a turn of each joint (axis times angle, in the world).
    fn slopes(&self, world: &WorldPose) -> [Vec3; 1 + JOINT_COUNT] {
        let mut slopes = [Vec3::ZERO; 1 + JOINT_COUNT];
        let axis = Vec3::AXES[self.axis] * self.weight;
        let mut add = |joint: usize, share: f32| {
            let at_m = world.positions_m[joint];
            slopes[0] += share * axis;
            let mut above = PARENTS[joint];
            while let Some(parent) = above {
                // The point moves by turn × lever.
                slopes[1 + parent] += share * (at_m - world.positions_m[parent]).cross(axis);
                above = PARENTS[parent];
            }
        };
        match self.of {
            Of::Joint(joint) => add(joint, 1.0),
            Of::Weight => {
                let whole: f32 = MASS.iter().sum();
                (0..JOINT_COUNT).filter(|joint| MASS[*joint] > 0.0).for_each(|joint| add(joint, MASS[joint] / whole));
            }
        }
        slopes
    }
}

/// The least change, by readiness, that takes the wishes nearer: a move of the whole body, then a turn of each joint. Joints that are
/// `straight` leave it to others.
fn step(
    wishes: &[Wish],
    world: &WorldPose,
    missing: &[f32],
    moves_pelvis: bool,
    straight: &[bool; JOINT_COUNT],
) -> [Vec3; 1 + JOINT_COUNT] {
    let slopes: Vec<[Vec3; 1 + JOINT_COUNT]> = wishes.iter().map(|wish| wish.slopes(world)).collect();
    let readied = |slopes: &[Vec3; 1 + JOINT_COUNT]| {
        std::array::from_fn(|part| match part {
            // The body as a whole, and the pelvis.
            0 | 1 if !moves_pelvis => Vec3::ZERO,
            0 => READY_TO_MOVE * slopes[0],
            _ if straight[part - 1] => Vec3::ZERO,
            _ => ready(part - 1, slopes[part], world),
        })
    };
    let readied: Vec<[Vec3; 1 + JOINT_COUNT]> = slopes.iter().map(readied).collect();
    let count = wishes.len();
    let mut matrix = vec![0.0_f64; count * count];
    for (row, slopes) in slopes.iter().enumerate() {
        for (column, readied) in readied.iter().enumerate().take(row + 1) {
            matrix[row * count + column] = slopes.iter().zip(readied).map(|(one, other)| one.as_dvec3().dot(other.as_dvec3())).sum();
        }
        // The places of a foot's two joints say one thing twice: what damps them grows with what they count.
        matrix[row * count + row] += f64::from(DAMPING * wishes[row].weight.max(1.0).powi(2));
    }
    let mut pulls: Vec<f64> = missing.iter().map(|missing| f64::from(*missing)).collect();
    solve_symmetric(&mut matrix, &mut pulls);
    let mut change = [Vec3::ZERO; 1 + JOINT_COUNT];
    for (readied, pull) in readied.iter().zip(pulls) {
        change.iter_mut().zip(readied).for_each(|(change, part)| *change += *part * pull as f32);
    }
    change
}

/// A turn as a joint takes it: by its readiness, a knee about its hinge.
fn ready(joint: usize, turn: Vec3, world: &WorldPose) -> Vec3 {
    let turn = READY[joint] * turn;
    if joint != Joint::LKnee as usize && joint != Joint::RKnee as usize {
        return turn;
    }
    let hinge = world.rotations[joint] * Vec3::X;
    let about = turn.dot(hinge) * hinge;
    about + BESIDE_HINGE * (turn - about)
}

/// The turn of a joint in its parent after a change.
fn turned(pose: &Pose, world: &WorldPose, change: &[Vec3; 1 + JOINT_COUNT], joint: usize) -> Quat {
    let parent = PARENTS[joint].map_or(Quat::IDENTITY, |parent| world.rotations[parent]);
    (parent.inverse() * Quat::from_scaled_axis(change[1 + joint]) * parent * pose.local[joint]).normalize()
}

/// By how much a change bends a knee back that was bent forwards, radians; 0 or less of all else.
fn overdone_rad(pose: &Pose, turned: Quat, joint: usize) -> f32 {
    // Of a rotation's two quaternions the one that turns by less.
    let flexed = |turn: Quat| 2.0 * (turn.x * turn.w.signum()).atan2(turn.w.abs());
    let is_knee = joint == Joint::LKnee as usize || joint == Joint::RKnee as usize;
    if is_knee { flexed(pose.local[joint]).min(0.0) - flexed(turned) } else { 0.0 }
}

/// Which knees a change would bend back.
fn overdone(pose: &Pose, world: &WorldPose, change: &[Vec3; 1 + JOINT_COUNT]) -> [bool; JOINT_COUNT] {
    std::array::from_fn(|joint| overdone_rad(pose, turned(pose, world, change, joint), joint) > 0.0)
}

/// Moves the body and turns its joints; a knee that is bent forwards is not bent back.
fn turn(pose: &mut Pose, world: &WorldPose, change: &[Vec3; 1 + JOINT_COUNT]) {
    let local: [Quat; JOINT_COUNT] = std::array::from_fn(|joint| {
        let turned = turned(pose, world, change, joint);
        let overdone_rad = overdone_rad(pose, turned, joint).max(0.0);
        (turned * Quat::from_rotation_x(overdone_rad)).normalize()
    });
    pose.root_m += change[0];
    pose.local = local;
}
