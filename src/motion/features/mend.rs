//! Rotations that tear, mended by the positions beside them.
//!
//! Features say where a body's joints are twice: as positions and by rotations. A decoder that cannot tell two turns apart gives their
//! mean, from which a rotation still comes, and the opposite one in the next frame, while the positions go on. A joint whose bones
//! point far from where the positions have them is turned there. Where the positions have shrunk to a mean as well, nothing says how
//! the body is turned, and the frames around the step are bridged. What agrees, as all motion that was encoded from rotations does, is
//! left as it is to the last bit.

use crate::motion::rotation::{frame_of, shortest_arc};
use crate::motion::{JOINT_COUNT, Joint, PARENTS, Pose};
use glam::{Quat, Vec3};
use std::ops::Range;

/// How far the bones at a joint may point from the positions' before they are believed less than these, and where not at all.
const ASTRAY_RAD: Range<f32> = 0.6..1.2;
/// From which share of its length on a bone of the positions is believed, and from where wholly.
const WHOLE: Range<f32> = 0.7..0.9;
/// A joint that steps further than this, and by so much further than its position, tears; real limbs seldom step as far.
const TORN_M: f32 = 0.5;
const FURTHER_M: f32 = 0.2;
/// A bridge is as short as leaves no step above this, and at most so many frames on either side.
const BRIDGED_M: f32 = 0.4;
const MOST_FRAMES: usize = 12;

/// What is compared at a joint, parents first.
enum Check {
    /// The directions of two lines, each from one joint to another: of the joint's own frame, all three axes.
    Frame([[Joint; 2]; 2]),
    /// The bone to this joint.
    Bone(Joint),
}

/// The joints that are checked: those with bones long enough to point somewhere.
const CHECKS: [(Joint, Check); 10] = {
    use Joint::*;
    [
        (Pelvis, Check::Frame([[RHip, LHip], [Pelvis, Spine2]])),
        (Spine3, Check::Frame([[RShoulder, LShoulder], [Pelvis, Neck]])),
        (LHip, Check::Bone(LKnee)),
        (RHip, Check::Bone(RKnee)),
        (LKnee, Check::Bone(LAnkle)),
        (RKnee, Check::Bone(RAnkle)),
        (LShoulder, Check::Bone(LElbow)),
        (RShoulder, Check::Bone(RElbow)),
        (LElbow, Check::Bone(LWrist)),
        (RElbow, Check::Bone(RWrist)),
    ]
};

/// Bridges the steps that only the rotations take: the joints turn evenly from a frame before each to one behind it.
pub(super) fn bridged(poses: &mut [Pose], positions_m: &[[Vec3; JOINT_COUNT]]) {
    for frame in 1..poses.len() {
        let farther = |(joint, step_m): (usize, f32)| {
            step_m > TORN_M && step_m > FURTHER_M + positions_m[frame - 1][joint].distance(positions_m[frame][joint])
        };
        if !steps_m(&poses[frame - 1], &poses[frame]).into_iter().enumerate().any(farther) {
            continue;
        }
        for reach in 1..=MOST_FRAMES {
            let (from, to) = ((frame - 1).saturating_sub(reach), (frame + reach).min(poses.len() - 1));
            let bridge = bridge(&poses[from..=to]);
            let largest_m = bridge.windows(2).flat_map(|pair| steps_m(&pair[0], &pair[1])).fold(0.0, f32::max);
            if largest_m < BRIDGED_M || reach == MOST_FRAMES {
                poses[from..=to].copy_from_slice(&bridge);
                break;
            }
        }
    }
}

/// The same stretch turned evenly from its first frame to its last; the pelvis goes where it went.
fn bridge(stretch: &[Pose]) -> Vec<Pose> {
    let last = stretch.len() - 1;
    let turned = |(at, pose): (usize, &Pose)| Pose { root_m: pose.root_m, ..stretch[0].lerp(&stretch[last], at as f32 / last as f32) };
    stretch.iter().enumerate().map(turned).collect()
}

/// How far each joint steps from one pose to the next.
fn steps_m(from: &Pose, to: &Pose) -> [f32; JOINT_COUNT] {
    let [from, to] = [from, to].map(|pose| pose.world().positions_m);
    std::array::from_fn(|joint| from[joint].distance(to[joint]))
}

/// The pose with the joints turned to where the positions have their bones, where they point far from it.
pub(super) fn mended(pose: &Pose, positions_m: &[Vec3; JOINT_COUNT]) -> Pose {
    let mut mended = *pose;
    let mut shares = [0.0_f32; JOINT_COUNT];
    let mut world = mended.world();
    for (joint, check) in &CHECKS {
        let turn = match check {
            Check::Bone(end) => shortest_arc(line(&[*joint, *end], &world.positions_m), line(&[*joint, *end], positions_m)),
            Check::Frame(lines) => match [frame(lines, &world.positions_m), frame(lines, positions_m)] {
                [Some(ours), Some(theirs)] => theirs * ours.inverse(),
                _ => Quat::IDENTITY,
            },
        };
        let lengths = |lines: &[[Joint; 2]]| {
            lines.iter().map(|ends| line(ends, positions_m).length() / line(ends, &world.positions_m).length()).fold(1.0, f32::min)
        };
        let whole = match check {
            Check::Bone(end) => lengths(&[[*joint, *end]]),
            Check::Frame(lines) => lengths(lines),
        };
        let turn = if turn.w < 0.0 { -turn } else { turn };
        let angle_rad = turn.angle_between(Quat::IDENTITY);
        let astray = within(angle_rad, &ASTRAY_RAD) * within(whole, &WHOLE);
        // Where a bone was turned, nothing says any more to which side the next one bends.
        let follows = match (check, PARENTS[*joint as usize]) {
            (Check::Bone(_), Some(parent)) => shares[parent],
            _ => 0.0,
        };
        let share = astray.max(follows);
        if share > 0.0 {
            let joint = *joint as usize;
            shares[joint] = share;
            let world_from_parent = PARENTS[joint].map_or(Quat::IDENTITY, |parent| world.rotations[parent]);
            let turned = Quat::IDENTITY.slerp(turn, share) * world.rotations[joint];
            mended.local[joint] = (world_from_parent.inverse() * turned).normalize();
            world = mended.world();
        }
    }
    mended
}

/// The frame whose first axis lies along one line and whose second as near as possible to the other.
fn frame([across, up]: &[[Joint; 2]; 2], at_m: &[Vec3; JOINT_COUNT]) -> Option<Quat> {
    frame_of(line(across, at_m), line(up, at_m))
}

fn line([from, to]: &[Joint; 2], at_m: &[Vec3; JOINT_COUNT]) -> Vec3 {
    at_m[*to as usize] - at_m[*from as usize]
}

/// How far a value has come through a range: 0 before it, 1 behind it.
fn within(value: f32, range: &Range<f32>) -> f32 {
    ((value - range.start) / (range.end - range.start)).clamp(0.0, 1.0)
}
