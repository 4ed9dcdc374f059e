//! Features whose rotations tear although their positions do not.

use glam::{Quat, Vec3};
use std::f32::consts::PI;
use zoetrope::motion::features::{self, Features, POSITIONS, ROTATIONS, ROW};
use zoetrope::motion::feet::world_joints;
use zoetrope::motion::measure::measure;
use zoetrope::motion::{FPS, JOINT_COUNT, Joint, Motion, Pose};

/// Somebody who walks on in a curve and waves both arms.
fn moving() -> Motion {
    let pose = |frame: usize| {
        let t = frame as f32 / FPS;
        let mut pose = Pose::REST;
        pose.root_m += Vec3::new(0.3 * (0.5 * t).sin(), 0.02 * (6.0 * t).sin(), 0.8 * t);
        pose.local[0] = Quat::from_rotation_y(0.5 * t) * Quat::from_rotation_x(0.2 * (2.0 * t).sin());
        for (side, hip, knee, shoulder, elbow) in [
            (1.0, Joint::LHip, Joint::LKnee, Joint::LShoulder, Joint::LElbow),
            (-1.0, Joint::RHip, Joint::RKnee, Joint::RShoulder, Joint::RElbow),
        ] {
            let swing = side * (6.0 * t).sin();
            pose.local[hip as usize] = Quat::from_rotation_x(-0.5 * swing);
            pose.local[knee as usize] = Quat::from_rotation_x(0.4 + 0.3 * swing);
            pose.local[shoulder as usize] = Quat::from_rotation_z(-side * (0.9 + 0.3 * (3.0 * t).sin()));
            pose.local[elbow as usize] = Quat::from_rotation_y(-side * 0.8);
        }
        pose
    };
    Motion { frames: (0..60).map(pose).collect() }
}

/// The same features, where a joint's rotation in some frames is turned further.
fn turned(features: &Features, joint: Joint, frames: std::ops::Range<usize>, by: Quat) -> Features {
    let mut values = features.values().to_vec();
    for frame in frames {
        let at = frame * ROW + ROTATIONS.start + joint as usize * 6;
        let rows: [Vec3; 2] = [0, 3].map(|row| Vec3::from_slice(&values[at + row..at + row + 3]));
        // The rows of a product are the rows of the first factor, turned back by the second.
        for (row, vector) in rows.into_iter().enumerate() {
            values[at + 3 * row..at + 3 * row + 3].copy_from_slice(&(by.inverse() * vector).to_array());
        }
    }
    Features::new(values).expect("numbers")
}

fn farthest_m(a: &Motion, b: &Motion) -> f32 {
    let pairs = world_joints(a).into_iter().zip(world_joints(b));
    pairs.flat_map(|(a, b)| (0..JOINT_COUNT).map(move |joint| a[joint].distance(b[joint]))).fold(0.0, f32::max)
}

#[test]
fn a_pelvis_that_flips_for_a_stretch_is_turned_back_to_the_positions() {
    let features = features::encode(&moving());
    let whole = features::decode(&features);
    for by in [Quat::from_rotation_y(1.75), Quat::from_rotation_x(PI), Quat::from_axis_angle(Vec3::new(0.6, 0.0, 0.8), 2.5)] {
        let torn = features::decode(&turned(&features, Joint::Pelvis, 20..27, by));
        assert!(farthest_m(&whole, &torn) < 0.02, "off by {} m", farthest_m(&whole, &torn));
        let (before, after) = (measure(&whole).largest_step_mm, measure(&torn).largest_step_mm);
        assert!(after < before + 10.0, "a step of {after} mm, {before} mm without the flip");
    }
}

#[test]
fn a_limb_that_flips_follows_its_positions() {
    let features = features::encode(&moving());
    let whole = features::decode(&features);
    for joint in [Joint::LHip, Joint::RKnee, Joint::LShoulder, Joint::RElbow] {
        let torn = features::decode(&turned(&features, joint, 30..31, Quat::from_rotation_x(2.0) * Quat::from_rotation_z(1.5)));
        let places = |motion: &Motion| world_joints(motion)[30];
        let off_m = (0..JOINT_COUNT)
            .filter(|at| ![Joint::LFoot, Joint::RFoot].map(|toe| toe as usize).contains(at))
            .map(|at| places(&whole)[at].distance(places(&torn)[at]))
            .fold(0.0, f32::max);
        assert!(off_m < 0.06, "{joint:?}: off by {off_m} m");
    }
}

#[test]
fn a_flip_that_comes_and_goes_over_some_frames_leaves_no_step() {
    let features = features::encode(&moving());
    let mut torn = features.clone();
    for (frame, share) in [(20, 0.2), (21, 0.5), (22, 0.8), (23, 1.0), (24, 0.7), (25, 0.3)] {
        torn = turned(&torn, Joint::Pelvis, frame..frame + 1, Quat::from_rotation_y(3.0 * share));
    }
    let (before, after) = (measure(&features::decode(&features)), measure(&features::decode(&torn)));
    assert!(after.largest_step_mm < before.largest_step_mm + 250.0, "{before:?} {after:?}");
}

#[test]
fn what_agrees_is_left_to_the_last_bit() {
    let features = features::encode(&moving());
    // Positions as far off as a network's: nothing is mended, so nothing changes.
    let mut values = features.values().to_vec();
    for (at, value) in values.iter_mut().enumerate() {
        if POSITIONS.contains(&(at % ROW)) && at % ROW >= POSITIONS.start + 3 {
            *value += 0.02 * (at as f32).sin();
        }
    }
    assert_eq!(features::decode(&features), features::decode(&Features::new(values).expect("numbers")));
}
