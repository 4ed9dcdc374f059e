//! The ground correction of the clean-up on bodies that stand on their hands, lie, crawl, turn over, fly and sit on nothing.

use glam::{Quat, Vec3};
use std::f32::consts::{FRAC_PI_2, PI, TAU};
use zoetrope::motion::cleanup::{CleanupSettings, clean};
use zoetrope::motion::measure::measure;
use zoetrope::motion::supports::{CROWN, FINGER_TIPS, SURFACE, Surface, in_flight, surfaces};
use zoetrope::motion::{FPS, Joint, Motion, Pose};

fn cleaned(motion: &Motion) -> Motion {
    clean(motion, &CleanupSettings::default())
}

fn motion(frames: usize, pose: impl Fn(f32) -> Pose) -> Motion {
    Motion { frames: (0..frames).map(|frame| pose(frame as f32 / FPS)).collect() }
}

/// The pose with its lowest bearing point at a height above the floor.
fn at_height(mut pose: Pose, height_m: f32) -> Pose {
    pose.root_m.y += height_m - Surface::of(&pose.world()).bearing().1;
    pose
}

/// Depth of the deepest surface point of a motion under the floor.
fn deepest_m(motion: &Motion) -> f32 {
    surfaces(motion).iter().map(|surface| -surface.lowest().1).fold(0.0, f32::max)
}

/// Arms stretched over the head, hands bent back so that the palms lie on what is above.
fn arms_up() -> Pose {
    let mut pose = Pose::REST;
    for (side, shoulder, wrist) in [(1.0, Joint::LShoulder, Joint::LWrist), (-1.0, Joint::RShoulder, Joint::RWrist)] {
        pose.local[shoulder as usize] = Quat::from_rotation_z(side * 1.5);
        pose.local[wrist as usize] = Quat::from_rotation_z(side * 1.4);
    }
    pose
}

fn hand_stand(secs: f32) -> Pose {
    let mut pose = arms_up();
    pose.local[0] = Quat::from_rotation_x(PI + 0.03 * (2.0 * secs).sin());
    pose
}

#[test]
fn a_hand_stand_stands_on_its_hands() {
    for off_m in [-0.3, 0.0, 0.15] {
        let cleaned = cleaned(&motion(75, |secs| at_height(hand_stand(secs), off_m)));
        for surface in surfaces(&cleaned) {
            let (point, height_m) = surface.bearing();
            assert!(matches!(SURFACE[point].joint, Joint::LWrist | Joint::RWrist), "it stands on point {point}");
            assert!(height_m.abs() < 0.015, "hands at {height_m} m, put at {off_m} m");
        }
    }
}

#[test]
fn a_cartwheel_turns_over_its_hands_and_nothing_sinks() {
    let wheel = motion(60, |secs| {
        let mut pose = arms_up();
        pose.local[0] = Quat::from_rotation_z(-TAU * (secs / 2.0));
        at_height(pose, 0.0)
    });
    let cleaned = cleaned(&wheel);
    assert!(deepest_m(&cleaned) < 0.03, "{} m under the floor", deepest_m(&cleaned));
    for (before, after) in wheel.frames.iter().zip(&cleaned.frames) {
        assert!((before.root_m.y - after.root_m.y).abs() < 0.06, "the pelvis went from {} to {} m", before.root_m.y, after.root_m.y);
    }
    assert!(measure(&cleaned).float_pct < 2.0);
}

/// On the back, knees drawn up.
fn lying() -> Pose {
    let mut pose = Pose::REST;
    pose.local[0] = Quat::from_rotation_x(-FRAC_PI_2);
    for hip in [Joint::LHip, Joint::RHip] {
        pose.local[hip as usize] = Quat::from_rotation_x(-1.3);
    }
    pose
}

#[test]
fn who_lies_on_the_back_lies_on_the_floor() {
    for off_m in [-0.25, 0.0, 0.12] {
        let cleaned = cleaned(&motion(60, |_| at_height(lying(), off_m)));
        for surface in surfaces(&cleaned) {
            assert!(surface.bearing().1.abs() < 0.02, "put at {off_m} m, it lies at {} m", surface.bearing().1);
        }
    }
}

#[test]
fn who_lies_down_deep_in_the_floor_is_raised_and_who_stood_before_is_not() {
    let falls = motion(150, |secs| {
        let down = ((secs - 1.2) / 0.8).clamp(0.0, 1.0);
        let down = down * down * (3.0 - 2.0 * down);
        at_height(Pose::REST.lerp(&lying(), down), -0.3 * down)
    });
    let cleaned = cleaned(&falls);
    let heights_m = |frames: std::ops::Range<usize>| surfaces(&cleaned)[frames].iter().map(|s| s.bearing().1).collect::<Vec<_>>();
    assert!(heights_m(0..30).iter().chain(&heights_m(75..150)).all(|height_m| height_m.abs() < 0.03), "{:?}", heights_m(0..150));
}

#[test]
fn a_head_stand_stands_on_the_crown() {
    let upside_down = motion(60, |_| {
        let pose = Pose {
            local: {
                let mut local = Pose::REST.local;
                local[0] = Quat::from_rotation_x(PI);
                local
            },
            ..Pose::REST
        };
        at_height(pose, -0.2)
    });
    let cleaned = cleaned(&upside_down);
    let surface = Surface::of(&cleaned.frames[30].world());
    assert_eq!(surface.bearing().0, CROWN);
    let head_m = cleaned.frames[30].world().positions_m[Joint::Head as usize].y;
    assert!((0.16..0.21).contains(&head_m), "the head joint is {head_m} m over the floor");
}

#[test]
fn who_gets_up_from_the_floor_is_never_in_it() {
    // From the back over a seat to the feet, the root off by a slow wave as networks have it.
    let rises = motion(120, |secs| {
        let up = ((secs - 0.8) / 2.2).clamp(0.0, 1.0);
        let up = up * up * (3.0 - 2.0 * up);
        let mut pose = Pose::REST;
        pose.local[0] = Quat::from_rotation_x(-FRAC_PI_2 * (1.0 - up));
        let bend = (PI * up).sin();
        for (hip, knee) in [(Joint::LHip, Joint::LKnee), (Joint::RHip, Joint::RKnee)] {
            pose.local[hip as usize] = Quat::from_rotation_x(-1.9 * bend);
            pose.local[knee as usize] = Quat::from_rotation_x(2.0 * bend);
        }
        at_height(pose, 0.12 * (1.7 * secs).sin())
    });
    let cleaned = cleaned(&rises);
    assert!(deepest_m(&rises) > 0.1 && deepest_m(&cleaned) < 0.03, "{} m under the floor", deepest_m(&cleaned));
    assert!(measure(&cleaned).float_pct <= 2.0, "{:?}", measure(&cleaned));
}

#[test]
fn who_crawls_stays_on_the_knees_and_bends_the_wrists() {
    // On hands and knees, the hands straight on in the direction of the forearms: through the floor.
    let crawls = motion(90, |secs| {
        let mut pose = Pose::REST;
        pose.local[0] = Quat::from_rotation_x(FRAC_PI_2);
        for (side, shoulder, hip, knee) in
            [(1.0, Joint::LShoulder, Joint::LHip, Joint::LKnee), (-1.0, Joint::RShoulder, Joint::RHip, Joint::RKnee)]
        {
            let step = 0.2 * (TAU * secs + side).sin();
            pose.local[shoulder as usize] = Quat::from_rotation_x(-step) * Quat::from_rotation_y(-side * FRAC_PI_2);
            pose.local[hip as usize] = Quat::from_rotation_x(-FRAC_PI_2 + step);
            pose.local[knee as usize] = Quat::from_rotation_x(FRAC_PI_2);
            pose.local[knee as usize + 3] = Quat::from_rotation_x(0.9);
        }
        pose.root_m.z += 0.4 * secs;
        at_height(pose, 0.0)
    });
    let fingers_m = |motion: &Motion| surfaces(motion).iter().map(|s| s.lowest_of(FINGER_TIPS).1).fold(0.0, f32::min);
    assert!(fingers_m(&crawls) < -0.1, "the fingers are to be in the floor: {} m", fingers_m(&crawls));
    let cleaned = cleaned(&crawls);
    assert!(deepest_m(&cleaned) < 0.03, "{} m under the floor", deepest_m(&cleaned));
    for (before, after) in crawls.frames.iter().zip(&cleaned.frames) {
        assert!((before.root_m.y - after.root_m.y).abs() < 0.04, "the pelvis went from {} to {} m", before.root_m.y, after.root_m.y);
    }
}

#[test]
fn a_hand_that_reaches_through_the_floor_bends_its_arm_and_the_feet_stay() {
    let reaches = motion(90, |secs| {
        let down = (1.0 - (TAU * secs / 3.0).cos()) / 2.0;
        let mut pose = Pose::REST;
        pose.local[Joint::Spine1 as usize] = Quat::from_rotation_x(1.4 * down);
        pose.local[Joint::LShoulder as usize] = Quat::from_rotation_y(-1.4);
        for (hip, knee, ankle) in [(Joint::LHip, Joint::LKnee, Joint::LAnkle), (Joint::RHip, Joint::RKnee, Joint::RAnkle)] {
            pose.local[hip as usize] = Quat::from_rotation_x(-1.4 * down);
            pose.local[knee as usize] = Quat::from_rotation_x(2.2 * down);
            pose.local[ankle as usize] = Quat::from_rotation_x(-0.8 * down);
        }
        let feet_m = Surface::of(&pose.world()).lowest_of([Joint::LAnkle as usize, Joint::RAnkle as usize]).1;
        pose.root_m.y -= feet_m;
        pose
    });
    let cleaned = cleaned(&reaches);
    assert!(deepest_m(&reaches) > 0.04 && deepest_m(&cleaned) < 0.03, "{} then {}", deepest_m(&reaches), deepest_m(&cleaned));
    let feet = |motion: &Motion| surfaces(motion)[45].lowest_of([Joint::LFoot as usize, Joint::RFoot as usize]).1;
    assert!(feet(&cleaned).abs() < 0.02, "the feet are at {} m", feet(&cleaned));
}

#[test]
fn who_sits_on_something_that_is_not_there_keeps_the_height() {
    let sitting = |feet_m: f32| {
        let mut pose = Pose::REST;
        for (hip, knee) in [(Joint::LHip, Joint::LKnee), (Joint::RHip, Joint::RKnee)] {
            pose.local[hip as usize] = Quat::from_rotation_x(-FRAC_PI_2);
            pose.local[knee as usize] = Quat::from_rotation_x(FRAC_PI_2);
        }
        at_height(pose, feet_m)
    };
    // On a chair with the feet on the floor, and on a counter with the feet in the air.
    for feet_m in [0.0, 0.35] {
        let sits = motion(150, |secs| {
            let down = ((secs - 1.5) / 0.8).clamp(0.0, 1.0);
            Pose::REST.lerp(&sitting(feet_m), down * down * (3.0 - 2.0 * down))
        });
        let cleaned = cleaned(&sits);
        for frame in [10, 100, 140] {
            let (before_m, after_m) = (sits.frames[frame].root_m.y, cleaned.frames[frame].root_m.y);
            assert!((before_m - after_m).abs() < 0.02, "feet at {feet_m}: frame {frame} went from {before_m} to {after_m} m");
        }
    }
}

#[test]
fn a_jump_that_ends_in_the_air_is_not_bent() {
    let jump = motion(24, |secs| {
        let air = (secs - 0.4).max(0.0);
        let mut pose = Pose::REST;
        pose.root_m.y += (2.4 * air - 4.905 * air * air).max(0.0) - 0.08 * (0.4 - secs).max(0.0);
        pose
    });
    let cleaned = cleaned(&jump);
    let last = jump.len() - 1;
    let (before_m, after_m) = (jump.frames[last].root_m.y, cleaned.frames[last].root_m.y);
    assert!((before_m - after_m).abs() < 0.02, "{before_m} became {after_m}");
    let flying = |motion: &Motion| in_flight(&surfaces(motion), 0.25).iter().filter(|flies| **flies).count();
    assert!(flying(&jump).abs_diff(flying(&cleaned)) <= 1);
}

#[test]
fn who_sits_on_the_heels_keeps_the_knees_out_of_the_floor() {
    // Knees wide, the hips low over feet on their toes that turn on the spot: a small step of an ankle swings its knee far.
    let squats = motion(60, |secs| {
        let mut pose = Pose::REST;
        let turn = 0.25 * (3.0 * secs).sin();
        for (side, hip, knee, ankle) in [(1.0, Joint::LHip, Joint::LKnee, Joint::LAnkle), (-1.0, Joint::RHip, Joint::RKnee, Joint::RAnkle)]
        {
            pose.local[hip as usize] = Quat::from_rotation_y(side * (0.9 + turn)) * Quat::from_rotation_x(-1.5);
            pose.local[knee as usize] = Quat::from_rotation_x(2.9);
            pose.local[ankle as usize] = Quat::from_rotation_x(-1.1);
        }
        at_height(pose, 0.0)
    });
    let cleaned = cleaned(&squats);
    assert!(deepest_m(&squats) < 0.02 && deepest_m(&cleaned) < 0.03, "{} then {}", deepest_m(&squats), deepest_m(&cleaned));
    for (before, after) in squats.frames.iter().zip(&cleaned.frames) {
        let knees = |pose: &Pose| [Joint::LKnee, Joint::RKnee].map(|knee| pose.world().positions_m[knee as usize] - pose.root_m);
        for (before, after) in knees(before).iter().zip(knees(after)) {
            assert!(before.distance(after) < 0.08, "a knee moved by {} m", before.distance(after));
        }
    }
}

#[test]
fn hip_and_knee_that_turn_fast_against_each_other_leave_the_foot_where_it_was() {
    // The thigh turns about itself by 70° in two frames, shin and foot turn back: the foot stands still.
    let fast = motion(40, |secs| {
        let turn = 0.61 * (secs * FPS - 20.0).clamp(-1.0, 1.0);
        let mut pose = Pose::REST;
        pose.local[Joint::LHip as usize] = Quat::from_rotation_y(turn);
        pose.local[Joint::LKnee as usize] = Quat::from_rotation_y(-0.6 * turn);
        pose.local[Joint::LAnkle as usize] = Quat::from_rotation_y(-0.4 * turn);
        pose
    });
    let smooth = clean(&fast, &CleanupSettings { ground_correction: false, locking: false, ..CleanupSettings::default() });
    let foot = |pose: &Pose| pose.world().positions_m[Joint::LFoot as usize];
    for (before, after) in fast.frames.iter().zip(&smooth.frames) {
        assert!(foot(before).distance(foot(after)) < 3e-3, "the foot moved by {} m", foot(before).distance(foot(after)));
    }
}

#[test]
fn nothing_is_lifted_that_stands() {
    let stands = motion(60, |_| Pose::REST);
    let cleaned = cleaned(&stands);
    assert!(cleaned.frames.iter().all(|pose| pose.root_m.distance(Vec3::new(0.0, Pose::REST.root_m.y, 0.0)) < 2e-3));
}
