//! Small motions of our own making: a walk, a cartwheel, sitting down, waving.

use glam::{Quat, Vec3, vec3};
use std::f32::consts::{PI, TAU};
use zoetrope::motion::supports::Surface;
use zoetrope::motion::{Joint, Motion, Pose, REST_OFFSETS_M, ik, rest_positions};

/// Turns a leg so that its ankle is in a place; the foot keeps its rotation in the world.
fn stand(pose: &mut Pose, [hip, knee, ankle]: [Joint; 3], at_m: Vec3) {
    let world = pose.world();
    let foot = Quat::IDENTITY;
    let bones = [knee, ankle].map(|joint| REST_OFFSETS_M[joint as usize]);
    let bent = [world.rotations[0] * Quat::from_rotation_x(-0.2), world.rotations[0] * Quat::from_rotation_x(0.3)];
    let [thigh, shin] = ik::reach(world.positions_m[hip as usize], bent, bones, at_m);
    pose.local[hip as usize] = world.rotations[0].inverse() * thigh;
    pose.local[knee as usize] = thigh.inverse() * shin;
    pose.local[ankle as usize] = shin.inverse() * foot;
}

const LEGS: [[Joint; 3]; 2] = [[Joint::LHip, Joint::LKnee, Joint::LAnkle], [Joint::RHip, Joint::RKnee, Joint::RAnkle]];

/// A walk of two steps with a turning trunk and swinging, bending arms; standing feet stay where they are.
pub(crate) fn walk() -> Motion {
    let frames = (0..60).map(|frame| {
        let t = frame as f32 / 30.0;
        let mut pose = Pose { root_m: vec3(0.0, 0.87, 0.6 * t), ..Pose::REST };
        pose.local[0] = Quat::from_rotation_y(0.1 * (3.0 * t).sin());
        for (joint, turn) in [
            (Joint::Spine1, Quat::from_rotation_x(0.1 * t)),
            (Joint::Spine2, Quat::from_rotation_y(0.2 * (3.0 * t).sin())),
            (Joint::Spine3, Quat::from_rotation_z(0.1 * (2.0 * t).sin())),
            (Joint::Neck, Quat::from_rotation_y(0.3 * (2.0 * t).sin())),
            (Joint::LShoulder, Quat::from_rotation_z(-1.2) * Quat::from_rotation_y(0.6 * (3.0 * t).sin())),
            (Joint::RShoulder, Quat::from_rotation_z(1.2 - 0.9 * t)),
            (Joint::LElbow, Quat::from_rotation_y(-0.5 - 0.4 * t)),
            (Joint::RElbow, Quat::from_rotation_y(0.9)),
            (Joint::RWrist, Quat::from_rotation_z(0.4 * (8.0 * t).sin())),
        ] {
            pose.local[joint as usize] = turn;
        }
        for (leg, phase) in LEGS.into_iter().zip([0.0, 1.0]) {
            // A foot stands for one second and swings for one.
            let beat = t + phase;
            let (step, share) = (beat.div_euclid(2.0), beat.rem_euclid(2.0));
            let swing = (share - 1.0).max(0.0);
            let at_m = vec3(
                REST_OFFSETS_M[leg[0] as usize].x * 1.1,
                rest_positions()[leg[2] as usize].y + 0.1 * (swing * PI).sin(),
                1.2 * (step + swing * swing * (3.0 - 2.0 * swing)) + 0.3 - 0.6 * phase,
            );
            stand(&mut pose, leg, at_m);
        }
        pose
    });
    Motion { frames: frames.collect() }
}

/// A cartwheel to the left, over the hands.
pub(crate) fn cartwheel() -> Motion {
    let frames = (0..45).map(|frame| {
        let t = frame as f32 / 44.0;
        let mut pose = Pose { root_m: vec3(1.8 * t, 0.0, 0.0), ..Pose::REST };
        pose.local[0] = Quat::from_rotation_z(-TAU * t);
        for (hip, knee, shoulder, side) in
            [(Joint::LHip, Joint::LKnee, Joint::LShoulder, 1.0), (Joint::RHip, Joint::RKnee, Joint::RShoulder, -1.0)]
        {
            pose.local[hip as usize] = Quat::from_rotation_z(side * 0.6 * (PI * t).sin()) * Quat::from_rotation_x(-0.1);
            pose.local[knee as usize] = Quat::from_rotation_x(0.2);
            pose.local[shoulder as usize] = Quat::from_rotation_z(side * 1.3);
        }
        pose.root_m.y -= Surface::of(&pose.world()).lowest().1;
        pose
    });
    Motion { frames: frames.collect() }
}

/// Sits down on a stool, the hands on the knees.
pub(crate) fn sit_down() -> Motion {
    let frames = (0..50).map(|frame| {
        let t = (frame as f32 / 40.0).min(1.0);
        let down = t * t * (3.0 - 2.0 * t);
        let mut pose = Pose { root_m: vec3(0.0, 0.92 - 0.42 * down, -0.36 * down), ..Pose::REST };
        pose.local[0] = Quat::from_rotation_x(0.5 * (PI * t).sin());
        for leg in LEGS {
            stand(&mut pose, leg, rest_positions()[leg[2] as usize]);
        }
        let world = pose.world();
        for ([shoulder, elbow, wrist], knee, side) in [
            ([Joint::LShoulder, Joint::LElbow, Joint::LWrist], Joint::LKnee, 1.0),
            ([Joint::RShoulder, Joint::RElbow, Joint::RWrist], Joint::RKnee, -1.0),
        ] {
            let chest = world.rotations[Joint::LCollar as usize];
            let at_m = world.positions_m[shoulder as usize];
            let hangs_m = at_m + vec3(0.1 * side, -0.48, 0.05);
            let knee_m = world.positions_m[knee as usize] + vec3(0.0, 0.06, -0.06);
            let bones = [elbow, wrist].map(|joint| REST_OFFSETS_M[joint as usize]);
            let bent = [Quat::from_rotation_z(-side * 1.2), Quat::from_rotation_z(-side * 1.2) * Quat::from_rotation_y(-side * 0.4)];
            let [upper, lower] = ik::reach(at_m, bent, bones, hangs_m.lerp(knee_m, down));
            pose.local[shoulder as usize] = chest.inverse() * upper;
            pose.local[elbow as usize] = upper.inverse() * lower;
        }
        pose
    });
    Motion { frames: frames.collect() }
}

/// Stands and waves with the right arm.
pub(crate) fn wave() -> Motion {
    let frames = (0..40).map(|frame| {
        let t = frame as f32 / 30.0;
        let mut pose = Pose { root_m: REST_OFFSETS_M[0] - vec3(0.0, 0.02, 0.0), ..Pose::REST };
        pose.local[Joint::Spine2 as usize] = Quat::from_rotation_z(0.05 * (4.0 * t).sin());
        pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(-1.3);
        pose.local[Joint::RShoulder as usize] = Quat::from_rotation_z(-0.3) * Quat::from_rotation_x(-1.4);
        pose.local[Joint::RElbow as usize] = Quat::from_rotation_y(1.2 + 0.4 * (9.0 * t).sin());
        for leg in LEGS {
            stand(&mut pose, leg, rest_positions()[leg[2] as usize]);
        }
        pose
    });
    Motion { frames: frames.collect() }
}

/// Lies on the back, the knees up and then the legs straight.
pub(crate) fn lie() -> Motion {
    let frames = (0..50).map(|frame| {
        let up = 1.0 - (frame as f32 / 40.0).min(1.0);
        let mut pose = Pose { root_m: vec3(0.0, 0.0, 0.0), ..Pose::REST };
        pose.local[0] = Quat::from_rotation_x(-0.5 * PI);
        for (hip, knee, ankle, shoulder, side) in [
            (Joint::LHip, Joint::LKnee, Joint::LAnkle, Joint::LShoulder, 1.0),
            (Joint::RHip, Joint::RKnee, Joint::RAnkle, Joint::RShoulder, -1.0),
        ] {
            pose.local[hip as usize] = Quat::from_rotation_x(-0.75 * up);
            pose.local[knee as usize] = Quat::from_rotation_x(1.5 * up);
            pose.local[ankle as usize] = Quat::from_rotation_x(0.7 * up);
            pose.local[shoulder as usize] = Quat::from_rotation_z(-side * 1.0);
        }
        pose.root_m.y -= Surface::of(&pose.world()).lowest().1;
        pose
    });
    Motion { frames: frames.collect() }
}

/// All of them, with their names.
pub(crate) fn all() -> [(&'static str, Motion); 4] {
    [("walk", walk()), ("cartwheel", cartwheel()), ("sit down", sit_down()), ("wave", wave())]
}
