//! Takes the decoder's frame-to-frame tremble off a motion and leaves what people do.

use crate::motion::{Joint, Motion, Pose};
use glam::{Quat, Vec3, Vec4};
use std::ops::Range;

/// Five weights that pass 3 Hz to 1 % and stop 15 Hz, the fastest that 30 fps can hold, altogether: a tokenizer that doubles frames
/// trembles there.
const WEIGHTS: [f32; 5] = [-1.0 / 16.0, 4.0 / 16.0, 10.0 / 16.0, 4.0 / 16.0, -1.0 / 16.0];

/// From this angle on, two frames away, a turn is less and less tremble; from the end on it has no mean worth the name.
const FAR_RAD: Range<f32> = 0.9..1.05;

/// What is smoothed together: hip and knee may turn fast against each other and the foot stand still all the same.
const LIMBS: [&[Joint]; 5] = {
    use Joint::*;
    [
        &[Pelvis, Spine1, Spine2, Spine3, Neck, Head],
        &[LHip, LKnee, LAnkle, LFoot],
        &[RHip, RKnee, RAnkle, RFoot],
        &[LCollar, LShoulder, LElbow, LWrist],
        &[RCollar, RShoulder, RElbow, RWrist],
    ]
};

/// The motion smoothed with [`WEIGHTS`]; it goes on beyond its ends in a straight line.
pub(super) fn smoothed(motion: &Motion) -> Motion {
    let frames = &motion.frames;
    if frames.len() < 2 {
        return motion.clone();
    }
    let pose = |frame: usize| {
        let around: [Pose; 5] = std::array::from_fn(|tap| beyond(frames, frame as isize + tap as isize - 2));
        let middle = frames[frame];
        let root_m = around.iter().zip(WEIGHTS).map(|(pose, weight)| pose.root_m * weight).sum();
        let mut local = middle.local;
        for limb in LIMBS {
            let turned_rad = |joint: usize| around.iter().map(move |pose| pose.local[joint].angle_between(middle.local[joint]));
            let farthest_rad = limb.iter().flat_map(|joint| turned_rad(*joint as usize)).fold(0.0, f32::max);
            let share = ((FAR_RAD.end - farthest_rad) / (FAR_RAD.end - FAR_RAD.start)).clamp(0.0, 1.0);
            for joint in limb.iter().map(|joint| *joint as usize).filter(|_| share > 0.0) {
                let sum: Vec4 = around
                    .iter()
                    .zip(WEIGHTS)
                    .map(|(pose, weight)| Vec4::from(pose.local[joint]) * weight * pose.local[joint].dot(middle.local[joint]).signum())
                    .sum();
                let smooth = Quat::from_vec4(sum.try_normalize().unwrap_or(middle.local[joint].into()));
                local[joint] = middle.local[joint].slerp(smooth, share);
            }
        }
        Pose { root_m, local }
    };
    Motion { frames: (0..frames.len()).map(pose).collect() }
}

/// A frame, or what a motion that went straight on would have there: its end mirrored in place and time.
fn beyond(frames: &[Pose], frame: isize) -> Pose {
    let last = frames.len() as isize - 1;
    let end = frame.clamp(0, last);
    if end == frame {
        return frames[frame as usize];
    }
    let (end_pose, inner) = (frames[end as usize], frames[(2 * end - frame).clamp(0, last) as usize]);
    let straight_on = |end: Quat, inner: Quat| (end * inner.inverse() * end).normalize();
    let root_m: Vec3 = 2.0 * end_pose.root_m - inner.root_m;
    Pose { root_m, local: std::array::from_fn(|joint| straight_on(end_pose.local[joint], inner.local[joint])) }
}
