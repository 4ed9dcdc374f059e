//! Knees and elbows do not bend backwards on a rig, whatever a network makes of them.

use crate::motion::Pose;
use crate::motion::rotation::shortest_arc;
use crate::motion::skeleton::{Joint, REST_OFFSETS_M};
use glam::Vec3;

/// What a straight joint may be off, as a share of its lower bone: 3°.
const STRAIGHT: f32 = 0.05;

/// The pose with knees and elbows that bend forwards, or not at all. What an elbow bends up or down, because its arm is rolled, is its own
/// business.
pub(super) fn limited(pose: &Pose) -> Pose {
    let mut limited = *pose;
    // To where each lower bone may not go, in the frame of the upper one.
    for (joint, end, back) in [
        (Joint::LKnee, Joint::LAnkle, Vec3::Z),
        (Joint::RKnee, Joint::RAnkle, Vec3::Z),
        (Joint::LElbow, Joint::LWrist, Vec3::NEG_Z),
        (Joint::RElbow, Joint::RWrist, Vec3::NEG_Z),
    ] {
        let straight = REST_OFFSETS_M[end as usize].normalize_or_zero();
        let back = back.reject_from(straight).normalize_or_zero();
        let bent = pose.local[joint as usize] * straight;
        let aside = bent.dot(straight.cross(back)).abs();
        let too_far = bent.dot(back) - aside.max(STRAIGHT);
        if too_far > 0.0 {
            let local = &mut limited.local[joint as usize];
            *local = (shortest_arc(bent, bent - too_far * back) * *local).normalize();
        }
    }
    limited
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::Quat;

    #[test]
    fn a_knee_and_an_elbow_that_bend_backwards_are_straightened_and_others_left_alone() {
        let mut pose = Pose::REST;
        pose.local[Joint::LKnee as usize] = Quat::from_rotation_x(-0.5);
        pose.local[Joint::RKnee as usize] = Quat::from_rotation_x(0.5);
        pose.local[Joint::LElbow as usize] = Quat::from_rotation_y(0.5);
        pose.local[Joint::RElbow as usize] = Quat::from_rotation_y(0.5);
        let limited = limited(&pose);
        let angle = |joint: Joint| limited.local[joint as usize].angle_between(Quat::IDENTITY);
        assert!(angle(Joint::LKnee) < 0.06 && angle(Joint::LElbow) < 0.06);
        assert_eq!(limited.local[Joint::RKnee as usize], pose.local[Joint::RKnee as usize]);
        assert_eq!(limited.local[Joint::RElbow as usize], pose.local[Joint::RElbow as usize]);
        // Rolled by a quarter, the elbow bends up: not backwards.
        pose.local[Joint::LElbow as usize] = Quat::from_rotation_z(1.2) * Quat::from_rotation_y(0.3);
        assert_eq!(super::limited(&pose).local[Joint::LElbow as usize], pose.local[Joint::LElbow as usize]);
    }
}
