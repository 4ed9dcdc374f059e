//! Rotations that tear, mended by the positions beside them.
//!
//! Features say where a body's joints are twice: as positions and by rotations. A network's rotations flip now and then within one frame
//! (where the heading turns over, say) while its positions go on. A joint whose bones point far from where the positions have them
//! is turned there; what agrees, as all motion that was encoded from rotations does, is left as it is to the last bit.

use crate::motion::rotation::{frame_of, shortest_arc};
use crate::motion::{JOINT_COUNT, Joint, PARENTS, Pose};
use glam::{Quat, Vec3};
use std::ops::Range;

/// How far the bones at a joint may point from the positions' before they are believed less than these, and where not at all.
const ASTRAY_RAD: Range<f32> = 0.6..1.2;

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

/// The pose with the joints turned to where the positions have their bones, where they point far from it.
pub(super) fn mended(pose: &Pose, positions_m: &[Vec3; JOINT_COUNT]) -> Pose {
    let mut mended = *pose;
    let mut shares = [0.0_f32; JOINT_COUNT];
    for (joint, check) in &CHECKS {
        let world = mended.world();
        let turn = match check {
            Check::Bone(end) => {
                let bone = |at_m: &[Vec3; JOINT_COUNT]| at_m[*end as usize] - at_m[*joint as usize];
                shortest_arc(bone(&world.positions_m), bone(positions_m))
            }
            Check::Frame(lines) => match [frame(lines, &world.positions_m), frame(lines, positions_m)] {
                [Some(ours), Some(theirs)] => theirs * ours.inverse(),
                _ => Quat::IDENTITY,
            },
        };
        let turn = if turn.w < 0.0 { -turn } else { turn };
        let angle_rad = turn.angle_between(Quat::IDENTITY);
        let astray = ((angle_rad - ASTRAY_RAD.start) / (ASTRAY_RAD.end - ASTRAY_RAD.start)).clamp(0.0, 1.0);
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
        }
    }
    mended
}

/// The frame whose first axis lies along one line and whose second as near as possible to the other.
fn frame([across, up]: &[[Joint; 2]; 2], at_m: &[Vec3; JOINT_COUNT]) -> Option<Quat> {
    let line = |[from, to]: &[Joint; 2]| at_m[*to as usize] - at_m[*from as usize];
    frame_of(line(across), line(up))
}
