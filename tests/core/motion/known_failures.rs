//! What breaks the retargeters of others, each on a small made-up rig.

use super::generated::human;
use super::moves::{self, walk, wave};
use super::rigs::{Build, PLAIN, foreign};
use glam::{Quat, Vec3, vec3};
use std::f32::consts::{FRAC_PI_2, PI};
use zoetrope::motion::mapping::{Fingers, Mapping};
use zoetrope::motion::rig::{Rig, RigMotion, RigWorld};
use zoetrope::motion::supports::Surface;
use zoetrope::motion::{Joint, Motion, Pose};

fn degrees(a: Vec3, b: Vec3) -> f32 {
    a.angle_between(b).to_degrees()
}

fn joint(rig: &Rig, name: &str) -> usize {
    rig.find(name).unwrap_or_else(|| panic!("no {name}"))
}

/// The direction of a bone of a rig.
fn line(rig: &Rig, world: &RigWorld, from: &str, to: &str) -> Vec3 {
    (world.positions[joint(rig, to)] - world.positions[joint(rig, from)]).normalize()
}

fn our_line(pose: &Pose, from: Joint, to: Joint) -> Vec3 {
    let at = pose.world().positions_m;
    (at[to as usize] - at[from as usize]).normalize()
}

/// The same rig under a joint that is turned against it, its places in other units.
fn under(rig: &Rig, name: &str, turn: Quat, share: f32) -> Rig {
    let mut under = Rig::default();
    under.push(name, None, Vec3::ZERO, turn);
    for joint in 0..rig.len() {
        let parent = rig.parents()[joint];
        let (at, rotation) = (share * rig.rest_translations()[joint], rig.rest_rotations()[joint]);
        let back = if parent.is_none() { turn.inverse() } else { Quat::IDENTITY };
        under.push(&rig.names()[joint], Some(parent.map_or(0, |parent| parent + 1)), back * at, back * rotation);
    }
    under
}

fn walks_like_ours(rig: &Rig, who: &str) {
    let motion = walk();
    let on_rig = Mapping::of(rig).unwrap_or_else(|error| panic!("{who}: {error}")).onto(&motion);
    for frame in [0, 25, 59] {
        let world = on_rig.world(frame);
        for (names, joints) in [
            (["upperarm_l", "lowerarm_l"], [Joint::LShoulder, Joint::LElbow]),
            (["lowerarm_r", "hand_r"], [Joint::RElbow, Joint::RWrist]),
            (["calf_r", "foot_r"], [Joint::RKnee, Joint::RAnkle]),
        ] {
            let apart = degrees(line(rig, &world, names[0], names[1]), our_line(&motion.frames[frame], joints[0], joints[1]));
            assert!(apart < 1.0, "{who}: {names:?} is {apart}° off in frame {frame}");
        }
    }
}

#[test]
fn an_a_pose_is_not_taken_for_a_t_pose() {
    walks_like_ours(&foreign(Build { arms_down: 0.79, ..PLAIN }), "A-pose");
}

#[test]
fn a_rig_that_faces_back_or_rests_head_down_or_under_a_turned_and_scaled_node_moves_as_ours() {
    walks_like_ours(&foreign(Build { facing: PI, ..PLAIN }), "faces back");
    walks_like_ours(&under(&foreign(PLAIN), "Armature", Quat::from_rotation_x(-FRAC_PI_2), 100.0), "armature times 100, turned");
    walks_like_ours(&under(&foreign(PLAIN), "Armature", Quat::from_rotation_y(FRAC_PI_2), 0.01), "armature times 0.01, turned");
    let mut head_down = foreign(PLAIN);
    let turn = Quat::from_rotation_x(PI);
    head_down.set_rest_translation(0, turn * head_down.rest_translations()[0]);
    head_down.set_rest_rotation(0, turn * head_down.rest_rotations()[0]);
    walks_like_ours(&head_down, "head down");
}

#[test]
fn of_root_and_root_the_nearer_to_the_pelvis_carries_the_ground_motion() {
    let rig = under(&foreign(Build { ground: true, ..PLAIN }), "Root", Quat::IDENTITY, 1.0);
    let mapping = Mapping::of(&rig).expect("a human");
    assert_eq!(mapping.ground(), Some(joint(&rig, "root")));
    walks_like_ours(&rig, "Root and root");
}

#[test]
fn a_walk_on_the_armature_node_is_a_walk() {
    let rig = under(&foreign(PLAIN), "Armature", Quat::IDENTITY, 1.0);
    let mapping = Mapping::of(&rig).expect("a human");
    let mut clip = mapping.onto(&wave());
    let joints = clip.joint_count();
    for frame in 0..clip.frame_count() {
        clip.translations[frame * joints].z = 0.05 * frame as f32;
    }
    let ours = Mapping::of_clip(&clip).expect("a human").to_ours(&clip);
    let way_m = ours.frames[39].root_m.z - ours.frames[0].root_m.z;
    assert!((way_m - 0.05 * 39.0).abs() < 0.02, "{way_m} m");
}

#[test]
fn joints_without_a_part_keep_their_rest_and_tips_are_not_turned() {
    let mut rig = foreign(Build { units_per_m: 100.0, ..PLAIN });
    // Ends whose axes lie as FBX writers leave them: half a turn off.
    for (above, end) in [("ball_l", "ball_l_End"), ("index_01_l", "index_01_l_end"), ("head", "HeadNub")] {
        rig.push(end, Some(joint(&rig, above)), vec3(0.0, 5.0, 0.0), Quat::from_rotation_z(3.09));
    }
    let on_rig = Mapping::of(&rig).expect("a human").onto(&walk());
    for frame in [0, 30] {
        let (_, rotations) = on_rig.frame(frame);
        for name in ["ball_l_End", "index_01_l_end", "HeadNub", "index_01_r"] {
            let joint = joint(&rig, name);
            assert!(rotations[joint].angle_between(rig.rest_rotations()[joint]) < 1e-3, "{name} is turned");
        }
    }
}

#[test]
fn the_roll_of_hands_comes_from_their_fingers_not_from_axes() {
    // A T-pose with the palms ahead: thumbs up, fingers out. Ours look down.
    let mut rig = foreign(PLAIN);
    for (side, out) in [("l", 1.0), ("r", -1.0)] {
        let hand = joint(&rig, &format!("hand_{side}"));
        let world = rig.rest_world().rotations[hand];
        let mut add = |name: &str, at: Vec3, step: Vec3| {
            let first = rig.push(&format!("{name}1_{side}"), Some(hand), world.inverse() * at, world.inverse());
            rig.push(&format!("{name}2_{side}"), Some(first), step, Quat::IDENTITY);
        };
        add("thumb", vec3(0.02 * out, 0.03, 0.01), vec3(0.02 * out, 0.03, 0.0));
        for finger in 0..3 {
            add(&format!("finger{finger}"), vec3(0.09 * out, 0.03 - 0.03 * finger as f32, 0.0), vec3(0.04 * out, 0.0, 0.0));
        }
    }
    let on_rig = Mapping::of(&rig).expect("a human").onto(&Motion { frames: vec![Pose::REST] });
    let world = on_rig.world(0);
    for side in ["l", "r"] {
        let thumb = world.positions[joint(&rig, &format!("thumb1_{side}"))] - world.positions[joint(&rig, &format!("hand_{side}"))];
        assert!(thumb.z > 0.025, "the thumb looks ahead where the palm looks down: {thumb}");
    }
}

#[test]
fn twist_joints_take_their_share_whether_they_carry_the_limb_or_not() {
    let mut pose = Pose::REST;
    pose.local[Joint::LWrist as usize] = Quat::from_rotation_x(0.9);
    pose.local[Joint::LShoulder as usize] = Quat::from_rotation_x(0.6);
    // One that carries the forearm, and one beside it.
    let mut rig = foreign(Build { twists: true, ..PLAIN });
    let forearm = joint(&rig, "lowerarm_l");
    let hand_m = rig.rest_translations()[joint(&rig, "hand_l")];
    let beside = rig.push("lowerarm_twist_01_l", Some(forearm), 0.5 * hand_m, Quat::IDENTITY);
    let rest = rig.rest_world();
    let on_rig = Mapping::of(&rig).expect("a human").onto(&Motion { frames: vec![pose] });
    let world = on_rig.world(0);
    let turned = |joint: usize| {
        let turn = world.rotations[joint] * rest.rotations[joint].inverse();
        2.0 * turn.x.atan2(turn.w)
    };
    for (name, expected) in [("upperarm_l", 0.0), ("upperarm_twist_01_l", 0.6), ("lowerarm_l", 0.6), ("hand_l", 1.5)] {
        assert!((turned(joint(&rig, name)) - expected).abs() < 0.03, "{name}: {} rad", turned(joint(&rig, name)));
    }
    assert!((turned(beside) - 1.05).abs() < 0.03, "half of the way to the hand: {} rad", turned(beside));
}

#[test]
fn a_zero_pose_that_is_no_pose_to_stand_in_is_not_the_reference() {
    // Thighs along the trunk: the frames say how it stands.
    let rig = foreign(PLAIN);
    let motion = wave();
    let clip = Mapping::of(&rig).expect("a human").onto(&motion);
    let mut folded = Rig::default();
    let turned = |joint: usize| if rig.names()[joint].starts_with("thigh") { Quat::from_rotation_x(2.6) } else { Quat::IDENTITY };
    for joint in 0..rig.len() {
        folded.push(&rig.names()[joint], rig.parents()[joint], rig.rest_translations()[joint], rig.rest_rotations()[joint] * turned(joint));
    }
    let clip = RigMotion { rig: folded, ..clip };
    let ours = Mapping::of_clip(&clip).expect("a human").to_ours(&clip);
    for frame in [5, 30] {
        let apart = degrees(
            our_line(&ours.frames[frame], Joint::LKnee, Joint::LAnkle),
            our_line(&motion.frames[frame], Joint::LKnee, Joint::LAnkle),
        );
        assert!(apart < 6.0, "the shin is {apart}° off");
    }
}

#[test]
fn hands_that_touch_stay_as_near_whatever_the_proportions_where_arms_reach() {
    let mut seen = 0;
    for made in (0..60).map(human) {
        let Ok(mapping) = Mapping::of(&made.rig) else { continue };
        for (frame, pose) in moves::sit_down().frames.iter().enumerate().skip(40) {
            let ours = Surface::of(&pose.world());
            let on_rig = mapping.pose_onto(pose);
            let world = made.rig.world(&on_rig.translations, &on_rig.rotations);
            let arms = [[Joint::LShoulder, Joint::LElbow, Joint::LWrist], [Joint::RShoulder, Joint::RElbow, Joint::RWrist]];
            for ([shoulder, elbow, wrist], knee) in arms.into_iter().zip([Joint::LKnee, Joint::RKnee]) {
                let Some([shoulder_m, elbow_m, wrist_m, knee_m]) = places(&mapping, &world, [shoulder, elbow, wrist, knee]) else {
                    continue;
                };
                let arm_m = shoulder_m.distance(elbow_m) + elbow_m.distance(wrist_m);
                if shoulder_m.distance(wrist_m) > 0.98 * arm_m {
                    continue; // straight: it reaches as far as it can
                }
                let ours_m = ours.centres_m[wrist as usize].distance(ours.centres_m[knee as usize]);
                let rigs_m = wrist_m.distance(knee_m);
                assert!((rigs_m - ours_m).abs() < 0.10, "frame {frame}: {rigs_m} m, ours {ours_m} m; {}", made.what);
                seen += 1;
            }
        }
    }
    assert!(seen > 60, "{seen} hands on knees");
}

/// Where joints of a rig are, in our metres.
fn places<const N: usize>(mapping: &Mapping, world: &RigWorld, joints: [Joint; N]) -> Option<[Vec3; N]> {
    let parts = mapping.parts();
    let all = joints.iter().all(|joint| parts[*joint as usize].is_some());
    all.then(|| joints.map(|joint| world.positions[parts[joint as usize].unwrap_or_default()] / mapping.scale()))
}

#[test]
fn fingers_are_held_as_chosen() {
    let made = (0..).map(human).find(|made| made.fingers.len() == 30).expect("a hand of five fingers");
    let mapping = Mapping::of(&made.rig).expect("a human");
    let motion = Motion { frames: vec![Pose::REST] };
    // From the wrist to the tip of the middle finger of the left hand, against the length of that way.
    let reach = |fingers: Fingers| {
        let on_rig = mapping.clone().with_fingers(fingers).onto(&motion);
        let world = on_rig.world(0);
        let [root, tip] = [made.fingers[6], made.fingers[8]].map(|joint| world.positions[joint]);
        root.distance(tip) / made.units_per_m
    };
    let [rest, flat, relaxed, fist] = [Fingers::Rest, Fingers::Flat, Fingers::Relaxed, Fingers::Fist].map(reach);
    assert!((rest - flat).abs() < 1e-3 && relaxed < flat - 0.001 && fist < relaxed - 0.01, "{rest} {flat} {relaxed} {fist}");
    // The palm is below: a fist closes downwards.
    let on_rig = mapping.with_fingers(Fingers::Fist).onto(&motion).world(0);
    let [root, tip] = [made.fingers[6], made.fingers[8]].map(|joint| on_rig.positions[joint].y);
    assert!(tip < root, "the fist closes upwards");
}

#[test]
fn knees_and_elbows_do_not_bend_backwards() {
    let mut pose = Pose::REST;
    pose.local[Joint::LKnee as usize] = Quat::from_rotation_x(-0.4);
    pose.local[Joint::RElbow as usize] = Quat::from_rotation_y(-0.4);
    let rig = foreign(PLAIN);
    let world = Mapping::of(&rig).expect("a human").onto(&Motion { frames: vec![pose] }).world(0);
    let bent = degrees(line(&rig, &world, "thigh_l", "calf_l"), line(&rig, &world, "calf_l", "foot_l"));
    assert!(bent < 8.0, "the knee is bent by {bent}°");
    let bent = degrees(line(&rig, &world, "upperarm_r", "lowerarm_r"), line(&rig, &world, "lowerarm_r", "hand_r"));
    assert!(bent < 8.0, "the elbow is bent by {bent}°");
}
