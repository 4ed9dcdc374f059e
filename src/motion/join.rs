//! One motion after another: where the second stands, and how the difference at the seam goes away.

use super::{JOINT_COUNT, Motion, Pose};
use glam::{Quat, Vec3};

/// `b` after `a`: it starts one frame after the end of `a`, where `a` would have gone next and facing the same way, and over
/// `blend_frames` frames what differs in pose and in speed dies away ([`inertialise`]). An empty motion joins without a trace.
#[must_use]
pub fn joined(a: &Motion, b: &Motion, blend_frames: usize) -> Motion {
    let (Some(last), Some(lead)) = (a.frames.last(), context_of(b)) else {
        return if a.is_empty() { b.clone() } else { a.clone() };
    };
    let before = a.frames.iter().rev().nth(1).unwrap_or(last);
    let placed = following([before, last], lead, b, Turned::default(), blend_frames);
    Motion { frames: a.frames.iter().chain(&placed.frames).copied().collect() }
}

/// Where a motion would have come from, had it gone as it goes on: the two poses before its first; nothing of an empty motion.
#[must_use]
pub fn context_of(motion: &Motion) -> Option<[Pose; 2]> {
    let first = motion.frames.first()?;
    let came_from = beyond(motion.frames.get(1).unwrap_or(first), first);
    Some([beyond(first, &came_from), came_from])
}

/// How a motion departs from where the one before it would have gone.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Turned {
    /// To the left, radians.
    pub facing_rad: f32,
    /// On the floor, as the one who walks sees it: x to the left, z ahead; metres.
    pub offset_m: Vec3,
}

/// A motion that comes from the poses `lead`, placed so that it comes from the poses `end` instead: where and as these would have
/// gone, but for `turned`. The difference dies away over `blend_frames` frames ([`inertialise`]).
#[must_use]
pub fn following(end: [&Pose; 2], lead: [Pose; 2], motion: &Motion, turned: Turned, blend_frames: usize) -> Motion {
    let led_in = Motion { frames: lead.iter().chain(&motion.frames).copied().collect() };
    let ahead = Quat::from_rotation_y(yaw_of(end[1].local[0]));
    let turn = Quat::from_rotation_y(turned.facing_rad);
    let around = end[1].root_m;
    let mut placed = placed_at(&led_in, &lead[1], end[1]).placed(turned.facing_rad, around - turn * around + ahead * turned.offset_m);
    let lead: Vec<Pose> = placed.frames.drain(..2).collect();
    inertialise(&mut placed, [&lead[0], &lead[1]], end, blend_frames);
    placed
}

/// The pose after two, if the change from the first to the second goes on.
pub(super) fn beyond(before: &Pose, last: &Pose) -> Pose {
    Pose {
        root_m: 2.0 * last.root_m - before.root_m,
        local: std::array::from_fn(|joint| (last.local[joint] * before.local[joint].inverse() * last.local[joint]).normalize()),
    }
}

/// What takes a pose to another: shift in metres, and for each joint axis times angle by the shorter way.
pub(super) fn difference(from: &Pose, to: &Pose) -> (Vec3, [Vec3; JOINT_COUNT]) {
    let turn = |joint: usize| shorter(from.local[joint].inverse() * to.local[joint]).to_scaled_axis();
    (to.root_m - from.root_m, std::array::from_fn(turn))
}

/// How `motion` must be turned and moved on the floor so that `pose` (one of its frames) comes to stand where `target` stands,
/// facing the same way. Heights are kept.
#[must_use]
pub fn placed_at(motion: &Motion, pose: &Pose, target: &Pose) -> Motion {
    let (yaw_rad, offset_m) = placement(pose, target);
    motion.placed(yaw_rad, offset_m)
}

/// The turn (radians about Y) and the move (metres) on the floor that take `pose` to where `target` stands, facing the same way.
#[must_use]
pub fn placement(pose: &Pose, target: &Pose) -> (f32, Vec3) {
    let yaw_rad = yaw_of(target.local[0] * pose.local[0].inverse());
    let shift = target.root_m - Quat::from_rotation_y(yaw_rad) * pose.root_m;
    (yaw_rad, Vec3::new(shift.x, 0.0, shift.z))
}

/// Lets a motion that goes on from the two poses `from` begin as if it came from the two poses `target`: the difference in pose and
/// in speed dies away over the first `blend_frames` frames, and outside of them the motion stays itself (inertialisation with a
/// fixed time: a quintic from the offset and its speed to nothing, without acceleration at either end).
pub fn inertialise(motion: &mut Motion, from: [&Pose; 2], target: [&Pose; 2], blend_frames: usize) {
    let [off_before, off] = [0, 1].map(|pose| difference(from[pose], target[pose]));
    for (frame, pose) in motion.frames.iter_mut().enumerate().take(blend_frames) {
        // The frame before the first one would be `target` itself.
        let passed = (frame + 1) as f32;
        let r = passed / (blend_frames + 1) as f32;
        let place = 1.0 - r * r * r * (10.0 - r * (15.0 - 6.0 * r));
        let speed = passed * (1.0 - r * r * (6.0 - r * (8.0 - 3.0 * r)));
        let faded = |off: Vec3, before: Vec3| place * off + speed * (off - before);
        pose.root_m += faded(off.0, off_before.0);
        for (local, (off, before)) in pose.local.iter_mut().zip(off.1.iter().zip(&off_before.1)) {
            *local = (*local * Quat::from_scaled_axis(faded(*off, *before))).normalize();
        }
    }
}

/// The turn about the vertical that is nearest to a rotation.
pub(super) fn yaw_of(rotation: Quat) -> f32 {
    2.0 * rotation.y.atan2(rotation.w)
}

fn shorter(rotation: Quat) -> Quat {
    if rotation.w < 0.0 { -rotation } else { rotation }
}

#[cfg(test)]
mod tests {
    use super::super::FPS;
    use super::*;

    /// A person who walks ahead at 1 m/s with a swinging arm, from `from_m` in the direction `yaw_rad`.
    fn walk(frames: usize, from_m: Vec3, yaw_rad: f32) -> Motion {
        let turn = Quat::from_rotation_y(yaw_rad);
        let pose = |frame: usize| {
            let mut pose = Pose::REST;
            let secs = frame as f32 / FPS;
            pose.root_m = from_m + turn * Vec3::new(0.0, 0.9, secs);
            pose.local[0] = turn;
            pose.local[16] = Quat::from_rotation_x((3.0 * secs).sin());
            pose
        };
        Motion { frames: (0..frames).map(pose).collect() }
    }

    #[test]
    fn a_motion_is_placed_where_the_other_ends() {
        let before = walk(30, Vec3::new(2.0, 0.0, -1.0), 1.2);
        let after = walk(30, Vec3::ZERO, -0.4);
        let placed = placed_at(&after, &after.frames[0], &before.frames[29]);
        assert!((placed.frames[0].root_m - before.frames[29].root_m).length() < 1e-4);
        let ahead = before.frames[29].root_m - before.frames[0].root_m;
        let goes = placed.frames[29].root_m - placed.frames[0].root_m;
        assert!(ahead.angle_between(goes) < 1e-3, "it goes on in the same direction");
    }

    #[test]
    fn a_joined_motion_has_no_seam_in_place_heading_or_speed() {
        let a = walk(40, Vec3::new(2.0, 0.0, -1.0), 1.2);
        let mut b = walk(60, Vec3::ZERO, -0.4);
        for pose in &mut b.frames {
            pose.local[16] = Quat::from_rotation_z(0.8);
            pose.local[4] = Quat::from_rotation_x(0.5);
        }
        let joined = joined(&a, &b, 15);
        assert_eq!(joined.len(), 100);
        assert_eq!(joined.frames[..40], a.frames[..]);
        for at in 38..60 {
            let [p, q, r] = [0, 1, 2].map(|next| joined.frames[at + next]);
            let bend_m = (r.root_m - 2.0 * q.root_m + p.root_m).length();
            assert!(bend_m < 2e-3, "the pelvis changes its speed by {bend_m} m a frame at {at}");
            let turn = |from: &Pose, to: &Pose, joint: usize| shorter(from.local[joint].inverse() * to.local[joint]).to_scaled_axis();
            for joint in [0, 4, 16] {
                let bend = (turn(&q, &r, joint) - turn(&p, &q, joint)).length();
                assert!(bend < 0.05, "joint {joint} changes its speed by {bend} rad a frame at {at}");
            }
        }
        let goes = |frame: usize| joined.frames[frame + 1].root_m - joined.frames[frame].root_m;
        assert!(goes(10).angle_between(goes(90)) < 1e-2, "it goes on in the same direction");
        assert!(joined.frames[99].local[16].angle_between(b.frames[59].local[16]) < 1e-3, "and ends as it was");
    }

    #[test]
    fn joining_nothing_changes_nothing() {
        let (some, none) = (walk(5, Vec3::ZERO, 0.3), Motion { frames: Vec::new() });
        assert_eq!(joined(&some, &none, 10), some);
        assert_eq!(joined(&none, &some, 10), some);
        assert_eq!(joined(&some, &some.trimmed(0.0, 0.0), 0).len(), 6);
    }

    #[test]
    fn a_full_turn_of_the_quaternion_changes_nothing() {
        let before = walk(2, Vec3::ZERO, 3.1);
        let mut after = walk(2, Vec3::ZERO, 3.1);
        after.frames[0].local[0] = -after.frames[0].local[0];
        let placed = placed_at(&after, &after.frames[0], &before.frames[1]);
        assert!(placed.frames[0].local[0].angle_between(before.frames[1].local[0]) < 1e-3);
    }

    #[test]
    fn the_seam_fades_and_the_end_stays() {
        let original = walk(30, Vec3::ZERO, 0.0);
        let came_from = original.frames[0];
        let mut target = came_from;
        target.root_m.y += 0.2;
        target.local[16] = Quat::from_rotation_z(1.0);
        let mut faded = original.clone();
        inertialise(&mut faded, [&came_from; 2], [&target; 2], 14);
        let off = |frame: usize| faded.frames[frame].local[16].angle_between(original.frames[frame].local[16]);
        assert!(off(0) > 0.9, "it begins near the target: {}", off(0));
        assert!((1..14).all(|frame| off(frame) < off(frame - 1)), "and only comes nearer");
        assert_eq!(faded.frames[14..], original.frames[14..]);
    }
}
