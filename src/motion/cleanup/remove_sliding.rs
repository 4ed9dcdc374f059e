//! The published post-process, "remove sliding" (`docs/representation.md`, Remove sliding), on any skeleton: for parity and comparison.
//! [`super::clean`] is ours.
//!
//! Joints that are low are taken for standing and pinned where they are on average, the way between is blended, and a damped
//! least-squares solver bends the whole body towards that. The result has twice the frame rate. Its known faults (see there)
//! are kept.

use crate::motion::cholesky::solve_symmetric;
use crate::motion::{JOINT_COUNT, Joint, Motion, PARENTS, Pose, REST_OFFSETS_M};
use glam::{DMat3, DQuat, DVec3};

const ITERATIONS: usize = 50;
/// The square of the published damping, 2, over its weight, 1.001.
const DAMPING: f64 = (2.0 / 1.001) * (2.0 / 1.001);
/// How many frames a free joint looks back and ahead for a contact.
const REACH_FRAMES: usize = 24;
/// Squared steps, square metres, and heights, metres, below which a joint is in contact: ankles and wrists, toes and palms.
const CONTACT: [(f64, f64); 2] = [(0.05, 0.06), (0.2, 0.03)];
/// A floor above this is not believed.
const HIGHEST_FLOOR_M: f64 = 0.5;

/// The skeleton: parents come before children.
#[derive(Clone, Copy, Debug)]
pub struct Rig<'a> {
    /// Parent of each joint.
    pub parents: &'a [Option<usize>],
    /// Offset of each joint from its parent, metres.
    pub offsets_m: &'a [DVec3],
    /// Left ankle, left toe, right ankle, right toe.
    pub feet: [usize; 4],
    /// Left wrist, left palm, right wrist, right palm.
    pub hands: [usize; 4],
}

/// A clip of a rig at a steady rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// The root joint in the world in each frame, metres.
    pub roots_m: Vec<DVec3>,
    /// Parent-relative rotation of each joint in each frame, `[frames][joints]`.
    pub local: Vec<Vec<DQuat>>,
}

/// What the post-process makes of a clip, step by step.
#[derive(Clone, Debug)]
pub struct Unslid {
    /// Height of the floor under the original feet, metres.
    pub floor_m: f64,
    /// Where each joint is wanted, `[frames][joints]`, metres.
    pub targets_m: Vec<Vec<DVec3>>,
    /// The rotations that come near to that, at the clip's own rate.
    pub solved: Track,
    /// The result at twice the rate (`2 frames − 1`), on the floor.
    pub track: Track,
}

/// Why a clip cannot be processed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RemoveSlidingError {
    /// A polynomial of the third order needs more points.
    #[error("a window of {0} frames: use an odd number of 5 or more")]
    Window(usize),
    /// The clip is shorter than the window.
    #[error("{frames} frames are fewer than the window's {window}: use a longer clip")]
    TooShort {
        /// Frames of the clip.
        frames: usize,
        /// Frames of the window.
        window: usize,
    },
}

/// The window of the published scripts, frames.
const WINDOW_FRAMES: usize = 5;
/// The skeleton that the published scripts work on has palms; ours are so far behind the wrists.
const PALM_M: f64 = 0.08;

/// A motion of our skeleton without sliding, as the published scripts do it: the frames of the result that are the motion's own.
///
/// # Errors
/// A motion that is shorter than the window.
pub fn without_sliding(motion: &Motion) -> Result<Motion, RemoveSlidingError> {
    let wrists = [Joint::LWrist, Joint::RWrist].map(|wrist| wrist as usize);
    let parents: Vec<Option<usize>> = PARENTS.iter().copied().chain(wrists.map(Some)).collect();
    let palms = wrists.map(|wrist| REST_OFFSETS_M[wrist].as_dvec3().normalize() * PALM_M);
    let offsets_m: Vec<DVec3> = REST_OFFSETS_M.iter().map(|offset_m| offset_m.as_dvec3()).chain(palms).collect();
    let feet = [Joint::LAnkle, Joint::LFoot, Joint::RAnkle, Joint::RFoot].map(|joint| joint as usize);
    let rig = Rig { parents: &parents, offsets_m: &offsets_m, feet, hands: [wrists[0], JOINT_COUNT, wrists[1], JOINT_COUNT + 1] };
    let rotations = |pose: &Pose| pose.local.iter().map(|local| local.as_dquat()).chain([DQuat::IDENTITY; 2]).collect();
    let track = Track {
        roots_m: motion.frames.iter().map(|pose| pose.root_m.as_dvec3()).collect(),
        local: motion.frames.iter().map(rotations).collect(),
    };
    let unslid = remove_sliding(&rig, &track, WINDOW_FRAMES)?.track;
    let frames = unslid.roots_m.iter().zip(&unslid.local).step_by(2);
    let pose = |(root_m, local): (&DVec3, &Vec<DQuat>)| Pose {
        root_m: root_m.as_vec3(),
        local: std::array::from_fn(|joint| local[joint].as_quat().normalize()),
    };
    Ok(Motion { frames: frames.map(pose).collect() })
}

/// Removes sliding; the published scripts use a window of 5 frames.
///
/// # Errors
/// A window that is even or below 5, or longer than the clip.
pub fn remove_sliding(rig: &Rig<'_>, track: &Track, window: usize) -> Result<Unslid, RemoveSlidingError> {
    let frames = track.roots_m.len();
    if window < 5 || window.is_multiple_of(2) {
        return Err(RemoveSlidingError::Window(window));
    }
    if frames < window {
        return Err(RemoveSlidingError::TooShort { frames, window });
    }
    let original_m: Vec<Vec<DVec3>> =
        (0..frames).map(|frame| forward(rig, track.roots_m[frame], &matrices(&track.local[frame])).0).collect();
    let floor_m = floor_m(&original_m, rig.feet);
    let mut targets_m = original_m;
    for joint in 0..rig.parents.len() {
        let way_m: Vec<DVec3> = targets_m.iter().map(|joints| joints[joint]).collect();
        smoothed(&way_m, window, 3).into_iter().zip(&mut targets_m).for_each(|(place_m, joints)| joints[joint] = place_m);
    }
    pin(&mut targets_m, rig.feet);
    pin(&mut targets_m, rig.hands);
    let local = (0..frames).map(|frame| solve(rig, track.roots_m[frame], &track.local[frame], &targets_m[frame])).collect();
    let solved = Track { roots_m: track.roots_m.clone(), local };
    let mut track = doubled(&solved);
    track.roots_m.iter_mut().for_each(|root_m| root_m.y -= floor_m);
    Ok(Unslid { floor_m, targets_m, solved, track })
}

fn matrices(local: &[DQuat]) -> Vec<DMat3> {
    local.iter().map(|rotation| DMat3::from_quat(*rotation)).collect()
}

/// World positions and rotations of the joints.
fn forward(rig: &Rig<'_>, root_m: DVec3, local: &[DMat3]) -> (Vec<DVec3>, Vec<DMat3>) {
    let (mut positions_m, mut rotations) = (vec![root_m; local.len()], local.to_vec());
    for (joint, parent) in rig.parents.iter().enumerate() {
        let Some(parent) = *parent else { continue };
        positions_m[joint] = positions_m[parent] + rotations[parent] * rig.offsets_m[joint];
        rotations[joint] = rotations[parent] * local[joint];
    }
    (positions_m, rotations)
}

/// The mean of the second quarter of the lowest foot heights.
fn floor_m(joints_m: &[Vec<DVec3>], feet: [usize; 4]) -> f64 {
    let mut lowest_m: Vec<f64> =
        joints_m.iter().map(|joints| feet.map(|foot| joints[foot].y).into_iter().fold(f64::INFINITY, f64::min)).collect();
    lowest_m.sort_by(f64::total_cmp);
    let quarter = &lowest_m[lowest_m.len() / 4..lowest_m.len() / 2];
    let floor_m = quarter.iter().sum::<f64>() / quarter.len() as f64;
    if floor_m > HIGHEST_FLOOR_M { 0.0 } else { floor_m }
}

/// Savitzky-Golay: each place from the polynomial of `order` (at most 3) through the window around it, at the ends through the last
/// whole window.
fn smoothed(way_m: &[DVec3], window: usize, order: usize) -> Vec<DVec3> {
    let last = way_m.len() - window;
    (0..way_m.len())
        .map(|frame| {
            let start = frame.saturating_sub(window / 2).min(last);
            // The polynomial's value at this frame is its first coefficient when time counts from here.
            let secs: Vec<f64> = (start..start + window).map(|at| at as f64 - frame as f64).collect();
            let powers = order + 1;
            let mut normal: Vec<f64> =
                (0..powers * powers).map(|i| secs.iter().map(|t| t.powi((i / powers + i % powers) as i32)).sum()).collect();
            let mut first = vec![0.0; powers];
            first[0] = 1.0;
            solve_symmetric(&mut normal, &mut first);
            let weight = |t: f64| first.iter().enumerate().map(|(power, factor)| factor * t.powi(power as i32)).sum::<f64>();
            secs.iter().zip(&way_m[start..]).map(|(t, place_m)| *place_m * weight(*t)).sum()
        })
        .collect()
}

/// Pins two pairs of joints where they are low, and blends the way between.
fn pin(targets_m: &mut [Vec<DVec3>], joints: [usize; 4]) {
    let frames = targets_m.len();
    for (index, joint) in joints.into_iter().enumerate() {
        let (most_step2, most_height_m) = CONTACT[index % 2];
        let mut way_m: Vec<DVec3> = targets_m.iter().map(|joints| joints[joint]).collect();
        let mut touching: Vec<bool> =
            way_m.windows(2).map(|pair| pair[0].distance_squared(pair[1]) < most_step2 && pair[0].y < most_height_m).collect();
        touching.push(touching[frames - 2]);
        for run in crate::motion::feet::runs(frames, |frame| touching[frame]) {
            let mean_m = way_m[run.clone()].iter().sum::<DVec3>() / run.len() as f64;
            way_m[run].fill(mean_m);
        }
        for frame in (0..frames).filter(|frame| !touching[*frame]) {
            let before = (frame.saturating_sub(REACH_FRAMES)..frame).rev().find(|other| touching[*other]);
            let after = (frame + 1..frames.min(frame + REACH_FRAMES + 1)).find(|other| touching[*other]);
            let towards = |other: usize| {
                let share = (frame.abs_diff(other) + 1) as f64 / (REACH_FRAMES + 1) as f64;
                way_m[frame].lerp(way_m[other], eased(share))
            };
            targets_m[frame][joint] = match (before, after) {
                (Some(before), Some(after)) => {
                    let share = (frame - before + 1) as f64 / (after - before + 1) as f64;
                    towards(after).lerp(towards(before), eased(share))
                }
                (Some(one), None) | (None, Some(one)) => towards(one),
                (None, None) => way_m[frame],
            };
        }
        (0..frames).filter(|frame| touching[*frame]).for_each(|frame| targets_m[frame][joint] = way_m[frame]);
    }
}

/// From 1 at 0 to 0 at 1.
fn eased(t: f64) -> f64 {
    2.0 * t.powi(3) - 3.0 * t.powi(2) + 1.0
}

/// Turns the joints, about the angles of `Rz · Ry · Rx`, until all of them come near to their targets.
fn solve(rig: &Rig<'_>, root_m: DVec3, local: &[DQuat], targets_m: &[DVec3]) -> Vec<DQuat> {
    let joints = local.len();
    let unknowns = 3 * joints;
    let mut angles: Vec<DVec3> = matrices(local).iter().map(euler).collect();
    let mut jacobian = vec![DVec3::ZERO; unknowns * joints];
    for _ in 0..ITERATIONS {
        let turned: Vec<DMat3> = angles.iter().map(composed).collect();
        angles = turned.iter().map(euler).collect();
        let (positions_m, rotations) = forward(rig, root_m, &turned);
        jacobian.fill(DVec3::ZERO);
        for joint in 0..joints {
            let parent = rig.parents[joint].map_or(DMat3::IDENTITY, |parent| rotations[parent]);
            let about_z = parent * DMat3::from_rotation_z(angles[joint].z);
            let axes = [about_z * (DMat3::from_rotation_y(angles[joint].y) * DVec3::X), about_z * DVec3::Y, parent * DVec3::Z];
            for target in joint + 1..joints {
                if std::iter::successors(rig.parents[target], |above| rig.parents[*above]).any(|above| above == joint) {
                    let arm_m = positions_m[target] - positions_m[joint];
                    (0..3).for_each(|axis| jacobian[(3 * joint + axis) * joints + target] = axes[axis].cross(arm_m));
                }
            }
        }
        let column = |unknown: usize| &jacobian[unknown * joints..(unknown + 1) * joints];
        let product = |a: &[DVec3], b: &[DVec3]| a.iter().zip(b).map(|(a, b)| a.dot(*b)).sum::<f64>();
        let mut normal = vec![0.0; unknowns * unknowns];
        for row in 0..unknowns {
            for other in row..unknowns {
                let sum = product(column(row), column(other)) + if row == other { DAMPING } else { 0.0 };
                (normal[row * unknowns + other], normal[other * unknowns + row]) = (sum, sum);
            }
        }
        let off_m: Vec<DVec3> = targets_m.iter().zip(&positions_m).map(|(target, position)| *target - *position).collect();
        let mut step: Vec<f64> = (0..unknowns).map(|unknown| product(column(unknown), &off_m)).collect();
        solve_symmetric(&mut normal, &mut step);
        angles.iter_mut().zip(step.chunks_exact(3)).for_each(|(angles, step)| *angles += DVec3::from_slice(step));
    }
    angles.iter().map(|angles| DQuat::from_mat3(&composed(angles))).collect()
}

fn composed(angles: &DVec3) -> DMat3 {
    DMat3::from_rotation_z(angles.z) * DMat3::from_rotation_y(angles.y) * DMat3::from_rotation_x(angles.x)
}

fn euler(rotation: &DMat3) -> DVec3 {
    DVec3::new(
        rotation.y_axis.z.atan2(rotation.z_axis.z),
        (-rotation.x_axis.z).clamp(-1.0, 1.0).asin(),
        rotation.x_axis.y.atan2(rotation.x_axis.x),
    )
}

/// Twice the frame rate, every inner frame between its neighbours.
fn doubled(track: &Track) -> Track {
    let frames = 2 * track.roots_m.len() - 1;
    let between = |frame: usize| (frame / 2, frame.div_ceil(2));
    let halfway = |a: &[DQuat], b: &[DQuat]| a.iter().zip(b).map(|(a, b)| a.slerp(*b, 0.5)).collect::<Vec<DQuat>>();
    let roots_m: Vec<DVec3> = (0..frames)
        .map(|frame| {
            let (before, after) = between(frame);
            track.roots_m[before].midpoint(track.roots_m[after])
        })
        .collect();
    let twice: Vec<Vec<DQuat>> = (0..frames)
        .map(|frame| match between(frame) {
            (one, same) if one == same => track.local[one].clone(),
            (before, after) => halfway(&track.local[before], &track.local[after]),
        })
        .collect();
    let local = (0..frames)
        .map(|frame| match (frame.checked_sub(1).map(|before| &twice[before]), twice.get(frame + 1)) {
            (Some(before), Some(after)) => halfway(&halfway(before, &twice[frame]), &halfway(&twice[frame], after)),
            _ => twice[frame].clone(),
        })
        .collect();
    Track { roots_m: smoothed(&roots_m, 5, 2), local }
}
