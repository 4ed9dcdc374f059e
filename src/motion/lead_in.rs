//! Standing in front of a motion: what robots and physics need, which begin from a pose that holds by itself.

use super::rotation::heading;
use super::{FPS, Joint, Motion, Pose, REST_OFFSETS_M};
use glam::Quat;

/// How far the arms hang down from the T-pose, and in front of the body, radians.
const HANGING_RAD: f32 = 1.3;

/// The motion with so many seconds in front in which the body goes from standing, arms down, where the first pose is and as it faces, to that
/// pose, beginning and ending without speed.
#[must_use]
pub fn led_in(motion: &Motion, secs: f32) -> Motion {
    let count = (secs * FPS).round().max(0.0) as usize;
    let Some(first) = motion.frames.first() else { return motion.clone() };
    let standing = standing_like(first);
    let eased = |frame: usize| {
        let t = frame as f32 / count as f32;
        standing.lerp(first, t * t * (3.0 - 2.0 * t))
    };
    Motion { frames: (0..count).map(eased).chain(motion.frames.iter().copied()).collect() }
}

/// A person who stands where a pose is, and faces as it does.
fn standing_like(pose: &Pose) -> Pose {
    let mut standing = Pose::REST;
    standing.root_m = pose.root_m.with_y(REST_OFFSETS_M[0].y);
    standing.local[0] = Quat::from_rotation_y(heading(pose.local[0]));
    standing.local[Joint::LShoulder as usize] = Quat::from_rotation_z(-HANGING_RAD);
    standing.local[Joint::RShoulder as usize] = Quat::from_rotation_z(HANGING_RAD);
    standing
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::vec3;

    #[test]
    fn it_begins_in_standing_with_the_arms_down_and_ends_in_the_first_pose() {
        let mut first = Pose { root_m: vec3(3.0, 0.6, -1.0), ..Pose::REST };
        first.local[0] = Quat::from_rotation_y(1.0) * Quat::from_rotation_x(0.8);
        let motion = led_in(&Motion { frames: vec![first; 4] }, 0.5);
        assert_eq!(motion.len(), 15 + 4);
        assert_eq!(motion.frames[15..], [first; 4]);
        let world = motion.frames[0].world();
        let at = |joint: Joint| world.positions_m[joint as usize];
        assert!((at(Joint::Pelvis) - vec3(3.0, REST_OFFSETS_M[0].y, -1.0)).length() < 1e-5);
        for [shoulder, wrist] in [[Joint::LShoulder, Joint::LWrist], [Joint::RShoulder, Joint::RWrist]] {
            assert!(at(wrist).y < at(shoulder).y - 0.4, "an arm hangs");
        }
        let steps = motion.frames.windows(2).map(|pair| pair[0].root_m.distance(pair[1].root_m));
        assert!(steps.fold(0.0, f32::max) < 0.05);
    }
}
