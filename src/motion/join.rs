//! One motion after another: where the second stands, and how the difference at the seam goes away.

use super::{FPS, Motion, Pose};
use glam::{Quat, Vec3};

/// How `motion` must be turned and moved on the floor so that `pose` (one of its frames) comes to stand where `target` stands,
/// facing the same way. Heights are kept.
#[must_use]
pub fn placed_at(motion: &Motion, pose: &Pose, target: &Pose) -> Motion {
    let yaw_rad = yaw_of(target.local[0] * pose.local[0].inverse());
    let shift = target.root_m - Quat::from_rotation_y(yaw_rad) * pose.root_m;
    motion.placed(yaw_rad, Vec3::new(shift.x, 0.0, shift.z))
}

/// Lets the difference between two poses fade out over the first `secs` of a motion: it begins as if it came from `target`
/// instead of `pose`, and ends as it was. (An inertialisation with a fixed time and an ease-out.)
pub fn fade_in(motion: &mut Motion, pose: &Pose, target: &Pose, secs: f32) {
    let shift_m = target.root_m - pose.root_m;
    let turns: [Quat; super::JOINT_COUNT] = std::array::from_fn(|joint| shorter(pose.local[joint].inverse() * target.local[joint]));
    for (frame, moved) in motion.frames.iter_mut().enumerate() {
        // The frame before the first one would be `target` itself.
        let share = (frame + 1) as f32 / (secs * FPS).max(1.0);
        if share >= 1.0 {
            break;
        }
        let rest = 1.0 - share;
        let weight = rest * rest * (1.0 + 2.0 * share);
        moved.root_m += weight * shift_m;
        for (local, turn) in moved.local.iter_mut().zip(&turns) {
            *local = (*local * Quat::IDENTITY.slerp(*turn, weight)).normalize();
        }
    }
}

/// The turn about the vertical that is nearest to a rotation.
fn yaw_of(rotation: Quat) -> f32 {
    2.0 * rotation.y.atan2(rotation.w)
}

fn shorter(rotation: Quat) -> Quat {
    if rotation.w < 0.0 { -rotation } else { rotation }
}

#[cfg(test)]
mod tests {
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
    fn a_full_turn_of_the_quaternion_changes_nothing() {
        let before = walk(2, Vec3::ZERO, 3.1);
        let mut after = walk(2, Vec3::ZERO, 3.1);
        after.frames[0].local[0] = -after.frames[0].local[0];
        let placed = placed_at(&after, &after.frames[0], &before.frames[1]);
        assert!(placed.frames[0].local[0].angle_between(before.frames[1].local[0]) < 1e-3);
    }

    #[test]
    fn the_seam_fades_and_the_end_stays() {
        let target = {
            let mut pose = Pose::REST;
            pose.root_m.y += 0.2;
            pose.local[16] = Quat::from_rotation_z(1.0);
            pose
        };
        let original = walk(30, Vec3::ZERO, 0.0);
        let mut faded = original.clone();
        fade_in(&mut faded, &original.frames[0], &target, 0.5);
        let off = |frame: usize| faded.frames[frame].local[16].angle_between(original.frames[frame].local[16]);
        assert!(off(0) > 0.9, "it begins near the target: {}", off(0));
        assert!((1..14).all(|frame| off(frame) < off(frame - 1)), "and only comes nearer");
        assert_eq!(faded.frames[15..], original.frames[15..]);
    }
}
