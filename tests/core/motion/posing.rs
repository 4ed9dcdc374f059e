//! Whole-body posing, and keys on a layer over a motion.

use super::paths::walk;
use glam::{Quat, Vec3, vec3};
use zoetrope::motion::layer::{LayerKey, PoseOffset, with_keys};
use zoetrope::motion::posing::{Goal, held_as, posed, weight_m};
use zoetrope::motion::{JOINT_COUNT, Joint, Motion, Pose};

/// Somebody who stands with bent knees and arms that hang.
fn standing() -> Pose {
    let mut pose = Pose::REST;
    for (hip, knee, ankle) in [(1, 4, 7), (2, 5, 8)] {
        pose.local[hip] = Quat::from_rotation_x(-0.2);
        pose.local[knee] = Quat::from_rotation_x(0.4);
        pose.local[ankle] = Quat::from_rotation_x(-0.2);
    }
    pose.local[16] = Quat::from_rotation_z(-1.2);
    pose.local[17] = Quat::from_rotation_z(1.2);
    pose.root_m.y = 0.92;
    pose
}

fn at(pose: &Pose, joint: Joint) -> Vec3 {
    pose.world().positions_m[joint as usize]
}

fn goal(joint: Joint, at_m: Vec3) -> Goal {
    Goal { joint, at_m: at_m.to_array().map(Some) }
}

#[test]
fn a_joint_comes_to_its_goal_while_feet_stand_and_the_weight_stays_over_them() {
    let before = standing();
    for (joint, by_m) in [
        (Joint::LWrist, vec3(0.1, 0.3, 0.2)),
        (Joint::LWrist, vec3(-0.1, 0.2, 0.7)),
        (Joint::RWrist, vec3(-0.2, 0.8, 0.1)),
        (Joint::Pelvis, vec3(0.05, -0.25, 0.03)),
        (Joint::Spine3, vec3(0.1, -0.05, 0.15)),
        (Joint::Head, vec3(-0.1, -0.1, 0.15)),
        (Joint::LElbow, vec3(0.1, 0.2, 0.0)),
    ] {
        let target_m = at(&before, joint) + by_m;
        let after = posed(&before, &[goal(joint, target_m)], [true; 2]);
        let off_m = at(&after, joint).distance(target_m);
        assert!(off_m < 1e-3, "{joint:?} is {off_m} m off");
        for foot in [Joint::LAnkle, Joint::LFoot, Joint::RAnkle, Joint::RFoot] {
            let moved_m = at(&after, foot).distance(at(&before, foot));
            assert!(moved_m < 1e-3, "{foot:?} moved by {moved_m} m for {joint:?}");
        }
        let shift_m = (weight_m(&after.world()) - weight_m(&before.world())).with_y(0.0).length();
        assert!(shift_m < 0.08, "{joint:?}: the weight moved by {shift_m} m");
        let bent = [4, 5].map(|knee| after.local[knee].x);
        assert!(bent.iter().all(|x| *x > -0.02), "{joint:?}: a knee bends back: {bent:?}");
        assert!(after.local.iter().all(|turn| turn.is_finite() && turn.is_normalized()));
    }
}

#[test]
fn which_of_its_two_quaternions_a_knee_has_makes_no_difference() {
    let before = standing();
    let mut other = before;
    for knee in [Joint::LKnee, Joint::RKnee] {
        other.local[knee as usize] = -other.local[knee as usize];
    }
    let goals = [goal(Joint::Pelvis, at(&before, Joint::Pelvis) + vec3(0.0, 0.03, 0.0))];
    let [one, same] = [before, other].map(|pose| posed(&pose, &goals, [true; 2]));
    for joint in Joint::ALL {
        assert!(at(&one, joint).distance(at(&same, joint)) < 1e-4, "{joint:?}");
    }
}

#[test]
fn an_arm_does_what_it_can_by_itself() {
    let before = standing();
    let after = posed(&before, &[goal(Joint::LWrist, at(&before, Joint::LWrist) + vec3(0.05, 0.1, 0.15))], [true; 2]);
    assert!(after.root_m.distance(before.root_m) < 0.02, "{}", after.root_m.distance(before.root_m));
    assert!((1..3).all(|hip| after.local[hip].angle_between(before.local[hip]) < 0.1));
}

#[test]
fn free_coordinates_stay_free_and_a_foot_that_is_drawn_does_not_stand() {
    let before = standing();
    let high = Goal { joint: Joint::LAnkle, at_m: [None, Some(0.35), None] };
    let after = posed(&before, &[high], [true; 2]);
    assert!((at(&after, Joint::LAnkle).y - 0.35).abs() < 1e-3);
    assert!(at(&after, Joint::RAnkle).distance(at(&before, Joint::RAnkle)) < 1e-3, "the other one stands");
    assert!(posed(&before, &[], [true; 2]) == before);
}

#[test]
fn what_is_out_of_reach_is_reached_for_without_a_broken_body() {
    let before = standing();
    let after = posed(&before, &[goal(Joint::RWrist, vec3(-5.0, 1.0, 0.0))], [true; 2]);
    assert!(after.local.iter().all(|turn| turn.is_finite() && turn.is_normalized()) && after.root_m.is_finite());
    assert!(at(&after, Joint::RWrist).x < at(&before, Joint::RWrist).x - 0.2, "it reaches out");
    let bone_m = at(&after, Joint::RWrist).distance(at(&after, Joint::RElbow));
    assert!((bone_m - at(&before, Joint::RWrist).distance(at(&before, Joint::RElbow))).abs() < 1e-4);
}

#[test]
fn a_pose_is_held_where_another_one_stands_and_faces() {
    let mut place = standing();
    place.root_m = vec3(3.0, 0.8, -2.0);
    place.local[0] = Quat::from_rotation_y(2.0) * Quat::from_rotation_x(0.1);
    let held = held_as(&Pose::REST, &place);
    assert!(held.root_m.distance(vec3(3.0, Pose::REST.root_m.y, -2.0)) < 1e-6);
    assert!((zoetrope::motion::rotation::heading(held.local[0]) - zoetrope::motion::rotation::heading(place.local[0])).abs() < 1e-5);
    assert_eq!(held.local[1..], Pose::REST.local[1..]);
}

fn raised(motion: &Motion, frame: usize) -> LayerKey {
    let base = &motion.frames[frame];
    let pose = posed(base, &[goal(Joint::LWrist, at(base, Joint::LWrist) + vec3(-0.15, 0.3, 0.1))], [true; 2]);
    LayerKey { frame, offset: PoseOffset::between(base, &pose), ease_in: 12, ease_out: 15 }
}

#[test]
fn a_key_is_exact_eases_in_and_out_and_leaves_the_rest_alone_to_the_last_digit() {
    let walk = walk(90, 1.0);
    let key = raised(&walk, 40);
    let layered = with_keys(&walk, &[key]);
    let wanted = at(&walk.frames[40], Joint::LWrist) + vec3(-0.15, 0.3, 0.1);
    assert!(at(&layered.frames[40], Joint::LWrist).distance(wanted) < 1e-3);
    for frame in (0..=28).chain(55..90) {
        assert!(layered.frames[frame] == walk.frames[frame], "frame {frame} moved");
    }
    let lift_m = |frame: usize| at(&layered.frames[frame], Joint::LWrist).distance(at(&walk.frames[frame], Joint::LWrist));
    let lifts_m: Vec<f32> = (28..=55).map(lift_m).collect();
    assert!(lifts_m.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.09), "{lifts_m:?}");
    assert!(lifts_m[1] < 0.02 && lifts_m[26] < 0.02, "it begins and ends without speed");
    assert!(with_keys(&walk, &[]) == walk);
}

#[test]
fn keys_beside_each_other_are_both_exact_and_between_them_one_becomes_the_other() {
    let walk = walk(90, 1.0);
    let mut low = raised(&walk, 48);
    low.offset = PoseOffset::between(&walk.frames[48], &{
        let base = &walk.frames[48];
        posed(base, &[goal(Joint::RWrist, at(base, Joint::RWrist) + vec3(0.2, 0.2, 0.2))], [true; 2])
    });
    let keys = [low, raised(&walk, 40)];
    let layered = with_keys(&walk, &keys);
    for key in keys {
        let alone = with_keys(&walk, &[key]);
        assert_eq!(layered.frames[key.frame], alone.frames[key.frame], "whatever their order");
    }
    let twice = with_keys(&walk, &[keys[1], LayerKey { frame: 41, ..keys[1] }]);
    assert!(at(&twice.frames[41], Joint::LWrist).is_finite());
}

#[test]
fn an_offset_goes_along_when_the_motion_is_placed_elsewhere_and_mirrors_with_it() {
    let walk = walk(60, 1.0);
    let key = raised(&walk, 30);
    let placed = walk.placed(1.3, vec3(2.0, 0.0, 1.0));
    let [one, other] = [with_keys(&walk, &[key]).placed(1.3, vec3(2.0, 0.0, 1.0)), with_keys(&placed, &[key])];
    let mirrored = [with_keys(&walk, &[key]).mirrored(), with_keys(&walk.mirrored(), &[LayerKey { offset: key.offset.mirrored(), ..key }])];
    for [one, other] in [[one, other], mirrored] {
        for (a, b) in one.frames.iter().zip(&other.frames) {
            let [a, b] = [a.world(), b.world()];
            assert!((0..JOINT_COUNT).all(|joint| a.positions_m[joint].distance(b.positions_m[joint]) < 1e-4));
        }
    }
    assert_eq!(key.offset.mirrored().mirrored(), key.offset);
    assert!(PoseOffset::default().is_nothing() && !key.offset.is_nothing());
}
