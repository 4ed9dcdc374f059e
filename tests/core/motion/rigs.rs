//! Our motion onto other rigs and back.

pub(crate) use super::moves::walk;
use glam::{Quat, Vec3, vec3};
use zoetrope::motion::mapping::fidelity::limbs;
use zoetrope::motion::mapping::{FoundBy, Mapping, find_parts};
use zoetrope::motion::rig::Rig;
use zoetrope::motion::{Joint, Motion, REST_OFFSETS_M, WorldPose, rest_positions};

/// A foreign rig: how it is built.
#[derive(Clone, Copy)]
pub(crate) struct Build {
    /// Joints between pelvis and neck.
    pub(crate) spine: usize,
    pub(crate) units_per_m: f32,
    /// How far the arms hang from a T-pose, radians.
    pub(crate) arms_down: f32,
    /// Length of shins and forearms, of thighs and upper arms, against ours.
    pub(crate) lower: f32,
    pub(crate) upper: f32,
    /// Whether a bone on the floor carries the ground motion.
    pub(crate) ground: bool,
    /// Twist joints between hip and knee, shoulder and elbow.
    pub(crate) twists: bool,
    /// How the whole rig is turned about the vertical in its rest pose.
    pub(crate) facing: f32,
    /// Whether it rests on a chair.
    pub(crate) sits: bool,
}

pub(crate) const PLAIN: Build =
    Build { spine: 3, units_per_m: 1.0, arms_down: 0.0, lower: 1.0, upper: 1.0, ground: false, twists: false, facing: 0.0, sits: false };

/// An axis of each joint that no other has.
fn axes(joint: usize) -> Quat {
    Quat::from_rotation_y(0.7 * joint as f32) * Quat::from_rotation_x(1.1 * joint as f32)
}

struct Builder {
    rig: Rig,
    build: Build,
    /// `world_from_joint` and place of each joint in metres.
    world: Vec<(Vec3, Quat)>,
}

impl Builder {
    fn add(&mut self, name: &str, parent: Option<usize>, at_m: Vec3) -> usize {
        let turn = axes(self.rig.len() + 1);
        let at = Quat::from_rotation_y(self.build.facing) * at_m * self.build.units_per_m;
        let (from, above) = parent.map_or((Vec3::ZERO, Quat::IDENTITY), |parent| self.world[parent]);
        self.world.push((at, turn));
        self.rig.push(name, parent, above.inverse() * (at - from), above.inverse() * turn)
    }
}

pub(crate) fn foreign(build: Build) -> Rig {
    let rest_m = rest_positions();
    let at = |joint: Joint| rest_m[joint as usize];
    let mut b = Builder { rig: Rig::default(), build, world: Vec::new() };
    let leg_m = |joint: Joint, share: f32| REST_OFFSETS_M[joint as usize] * share;
    // The soles stay on the floor.
    let longer_m = (leg_m(Joint::LKnee, build.upper - 1.0) + leg_m(Joint::LAnkle, build.lower - 1.0)).y.abs()
        * if build.upper + build.lower < 2.0 { -1.0 } else { 1.0 };
    let raised = Vec3::Y * longer_m;
    let root = build.ground.then(|| b.add("root", None, Vec3::ZERO));
    let pelvis = b.add("pelvis", root, at(Joint::Pelvis) + raised);
    let mut top = pelvis;
    for place in 1..=build.spine {
        let share = place as f32 / build.spine as f32;
        top = b.add(&format!("spine_{place:02}"), Some(top), at(Joint::Pelvis).lerp(at(Joint::Spine3), share) + raised);
    }
    let neck = b.add("neck_01", Some(top), at(Joint::Neck) + raised);
    b.add("head", Some(neck), at(Joint::Head) + raised);
    for (side, joints) in [
        ("l", [Joint::LCollar, Joint::LShoulder, Joint::LElbow, Joint::LWrist, Joint::LHip, Joint::LKnee, Joint::LAnkle, Joint::LFoot]),
        ("r", [Joint::RCollar, Joint::RShoulder, Joint::RElbow, Joint::RWrist, Joint::RHip, Joint::RKnee, Joint::RAnkle, Joint::RFoot]),
    ] {
        let [collar, shoulder, elbow, wrist, hip, knee, ankle, toe] = joints;
        let sign = if side == "l" { -1.0 } else { 1.0 };
        let down = Quat::from_rotation_z(sign * build.arms_down);
        let collar_joint = b.add(&format!("clavicle_{side}"), Some(top), at(collar) + raised);
        let mut place = at(shoulder) + raised;
        let mut arm = b.add(&format!("upperarm_{side}"), Some(collar_joint), place);
        let bone_m = down * REST_OFFSETS_M[elbow as usize] * build.upper;
        if build.twists {
            arm = b.add(&format!("upperarm_twist_01_{side}"), Some(arm), place + 0.5 * bone_m);
        }
        place += bone_m;
        let forearm = b.add(&format!("lowerarm_{side}"), Some(arm), place);
        place += down * REST_OFFSETS_M[wrist as usize] * build.lower;
        let hand = b.add(&format!("hand_{side}"), Some(forearm), place);
        b.add(&format!("index_01_{side}"), Some(hand), place + down * Vec3::X * -sign * 0.08);
        place = at(hip) + raised;
        let mut thigh = b.add(&format!("thigh_{side}"), Some(pelvis), place);
        let seat = if build.sits { Quat::from_rotation_x(-1.5) } else { Quat::IDENTITY };
        let bone_m = seat * REST_OFFSETS_M[knee as usize] * build.upper;
        if build.twists {
            thigh = b.add(&format!("thigh_twist_01_{side}"), Some(thigh), place + 0.5 * bone_m);
        }
        place += bone_m;
        let calf = b.add(&format!("calf_{side}"), Some(thigh), place);
        place += REST_OFFSETS_M[ankle as usize] * build.lower;
        let foot = b.add(&format!("foot_{side}"), Some(calf), place);
        b.add(&format!("ball_{side}"), Some(foot), place + REST_OFFSETS_M[toe as usize]);
    }
    b.rig
}

/// Largest angle between the limbs of two motions, degrees, and largest distance of ankles and toes, metres.
fn apart(before: &Motion, after: &Motion) -> (f32, f32) {
    let (mut degrees, mut feet_m) = (0.0_f32, 0.0_f32);
    for (before, after) in before.frames.iter().zip(&after.frames) {
        let (before, after) = (before.world(), after.world());
        let bone = |world: &WorldPose, (from, to): (Joint, Joint)| world.positions_m[to as usize] - world.positions_m[from as usize];
        for limb in limbs() {
            degrees = degrees.max(bone(&before, limb).angle_between(bone(&after, limb)).to_degrees());
        }
        for joint in [Joint::LAnkle, Joint::RAnkle, Joint::LFoot, Joint::RFoot] {
            feet_m = feet_m.max(before.positions_m[joint as usize].distance(after.positions_m[joint as usize]));
        }
    }
    (degrees, feet_m)
}

#[test]
fn a_motion_comes_back_from_rigs_with_other_axes_units_spines_and_rest_poses() {
    let motion = walk();
    for (who, build) in [
        ("plain", PLAIN),
        ("two spine bones, centimetres", Build { spine: 2, units_per_m: 100.0, ..PLAIN }),
        ("one spine bone", Build { spine: 1, ..PLAIN }),
        ("five spine bones, arms down", Build { spine: 5, units_per_m: 100.0, arms_down: 0.8, ..PLAIN }),
        ("long shins", Build { lower: 1.15, upper: 0.9, ..PLAIN }),
        ("a child, inches", Build { lower: 0.8, upper: 0.8, units_per_m: 39.37, ..PLAIN }),
        ("a ground bone and twists", Build { ground: true, twists: true, arms_down: 0.8, units_per_m: 100.0, ..PLAIN }),
        ("it sits", Build { sits: true, spine: 2, ..PLAIN }),
        ("it looks back", Build { facing: std::f32::consts::PI, ground: true, ..PLAIN }),
    ] {
        let z_up = Quat::from_rotation_x(std::f32::consts::FRAC_PI_2);
        for (up, rig) in [("Y", foreign(build)), ("Z", turned(&foreign(build), z_up))] {
            let mapping = Mapping::of(&rig).expect("a human");
            let on_rig = mapping.onto(&motion);
            let (degrees, feet_m) = apart(&motion, &mapping.to_ours(&on_rig));
            println!("{who}, {up} up: limbs {degrees:.2}°, feet {:.1} mm", 1000.0 * feet_m);
            assert!(degrees < 5.0, "{who}, {up} up: a limb is turned by {degrees}°");
            assert!(feet_m < 0.01, "{who}, {up} up: a foot is {feet_m} m away");
            let (before, after) = (motion.frames[40].world(), mapping.to_ours(&on_rig).frames[40].world());
            for joint in [Joint::Pelvis, Joint::Spine3, Joint::Head] {
                let apart = before.rotations[joint as usize].angle_between(after.rotations[joint as usize]).to_degrees();
                assert!(apart < 0.5, "{who}, {up} up: {joint:?} is turned by {apart}°");
            }
        }
    }
}

#[test]
fn rigs_that_rest_lying_or_head_down_stand_up() {
    let motion = walk();
    let quarter = std::f32::consts::FRAC_PI_2;
    for (who, turn) in [
        ("on its side", Quat::from_rotation_z(quarter)),
        ("on its face", Quat::from_rotation_x(-quarter)),
        ("head down", Quat::from_rotation_x(2.0 * quarter)),
    ] {
        let rig = turned(&foreign(Build { arms_down: 0.8, units_per_m: 100.0, ..PLAIN }), turn);
        let mapping = Mapping::of(&rig).expect("a human");
        let on_rig = mapping.onto(&motion);
        let world = on_rig.world(10).positions;
        let height = |name: &str| world[rig.find(name).expect("a joint")].y;
        assert!(height("head") - height("foot_l") > 120.0, "{who}: it does not stand");
        let (degrees, feet_m) = apart(&motion, &mapping.to_ours(&on_rig));
        assert!(degrees < 5.0 && feet_m < 0.01, "{who}: {degrees}°, {feet_m} m");
    }
}

#[test]
fn bones_keep_their_lengths_and_joints_without_a_part_their_rest() {
    let rig = foreign(Build { spine: 5, ground: true, twists: true, arms_down: 0.8, ..PLAIN });
    let on_rig = Mapping::of(&rig).expect("a human").onto(&walk());
    let [root, pelvis] = ["root", "pelvis"].map(|name| rig.find(name).expect("a joint"));
    for frame in 0..on_rig.frame_count() {
        let (translations, rotations) = on_rig.frame(frame);
        for joint in (0..rig.len()).filter(|joint| *joint != root && *joint != pelvis) {
            assert_eq!(translations[joint], rig.rest_translations()[joint], "{}", rig.names()[joint]);
        }
        let joint = rig.find("index_01_l").expect("a joint");
        assert!(rotations[joint].angle_between(rig.rest_rotations()[joint]) < 1e-3, "the finger turns");
        assert!(rotations.iter().all(|rotation| rotation.is_normalized()));
    }
}

#[test]
fn standing_feet_stand_still_on_any_rig_and_soles_are_on_the_floor() {
    for build in [Build { lower: 1.15, upper: 0.9, ..PLAIN }, Build { spine: 2, lower: 0.7, upper: 0.7, units_per_m: 100.0, ..PLAIN }] {
        let rig = foreign(build);
        let on_rig = Mapping::of(&rig).expect("a human").onto(&walk());
        let [ankle, toe] = ["foot_l", "ball_l"].map(|name| rig.find(name).expect("a joint"));
        let rest = rig.rest_world().positions;
        let stood: Vec<_> = (2..28).map(|frame| on_rig.world(frame).positions).collect();
        for joint in [ankle, toe] {
            let height_m = (stood[10][joint].y - rest[joint].y) / build.units_per_m;
            assert!(height_m.abs() < 0.01, "{height_m} m over the place where it rests");
            let way_m = stood[0][joint].distance(stood[25][joint]) / build.units_per_m;
            assert!(way_m < 0.01, "it slid by {way_m} m");
        }
    }
}

#[test]
fn a_ground_bone_goes_below_the_pelvis_and_a_rig_that_looks_back_walks_ahead() {
    let rig = foreign(Build { facing: std::f32::consts::PI, ground: true, units_per_m: 100.0, ..PLAIN });
    let mapping = Mapping::of(&rig).expect("a human");
    let on_rig = mapping.onto(&walk());
    let [root, pelvis, toe, ankle] = ["root", "pelvis", "ball_l", "foot_l"].map(|name| rig.find(name).expect("a joint"));
    assert_eq!(mapping.ground(), Some(root));
    for frame in [0, 20, 59] {
        let world = on_rig.world(frame);
        let below = world.positions[root] - world.positions[pelvis].with_y(0.0);
        assert!(below.length() < 2.0, "{below} cm beside the pelvis");
    }
    let world = on_rig.world(59);
    assert!(world.positions[root].z > 100.0, "ahead is +Z: {}", world.positions[root]);
    assert!((world.positions[toe] - world.positions[ankle]).z > 0.0, "toes point ahead");
}

#[test]
fn a_shared_rig_takes_rotations_as_they_are() {
    let motion = walk();
    let rig = Rig::canonical();
    let on_rig = Mapping::shared(&rig).onto(&motion);
    for (frame, pose) in motion.frames.iter().enumerate() {
        let (translations, rotations) = on_rig.frame(frame);
        assert_eq!((translations[0], rotations), (pose.root_m, &pose.local[..]));
    }
    assert_eq!(Mapping::shared(&rig).to_ours(&on_rig), motion);
}

/// The same rig with names that say nothing.
fn nameless(rig: &Rig) -> Rig {
    let mut bare = Rig::default();
    for joint in 0..rig.len() {
        bare.push(&format!("node_{joint}"), rig.parents()[joint], rig.rest_translations()[joint], rig.rest_rotations()[joint]);
    }
    bare
}

/// The rig turned as a whole.
fn turned(rig: &Rig, turn: Quat) -> Rig {
    let mut turned = Rig::default();
    for joint in 0..rig.len() {
        let parent = rig.parents()[joint];
        let above = if parent.is_none() { turn } else { Quat::IDENTITY };
        turned.push(&rig.names()[joint], parent, above * rig.rest_translations()[joint], above * rig.rest_rotations()[joint]);
    }
    turned
}

#[test]
fn every_bone_says_how_it_was_found() {
    let rig = foreign(PLAIN);
    let named = find_parts(&rig)[Joint::LKnee as usize].expect("a shin");
    assert_eq!((named.joint, named.by), (rig.find("calf_l").expect("a joint"), FoundBy::Name));
    let by_place = find_parts(&nameless(&rig))[Joint::LKnee as usize].expect("a shin");
    assert_eq!((by_place.joint, by_place.by), (named.joint, FoundBy::Structure));
    assert!(named.by.confidence() > by_place.by.confidence());
    // One limb renamed: the rest is told by its names, that limb by its place.
    let mut mixed = Rig::default();
    for joint in 0..rig.len() {
        let name = rig.names()[joint].replace("arm_l", "wing_of_the_left");
        mixed.push(&name, rig.parents()[joint], rig.rest_translations()[joint], rig.rest_rotations()[joint]);
    }
    let found = find_parts(&mixed);
    assert_eq!(
        found[Joint::LElbow as usize].map(|found| (found.joint, found.by)),
        rig.find("lowerarm_l").map(|joint| (joint, FoundBy::Structure))
    );
    assert_eq!(found[Joint::RElbow as usize].map(|found| found.by), Some(FoundBy::Name));
}

#[test]
fn an_animal_on_four_feet_and_a_chain_are_refused() {
    let mut dog = Rig::default();
    let mut add = |name: &str, parent: Option<usize>, at: Vec3| dog.push(name, parent, at, Quat::IDENTITY);
    let hips = add("hips", None, vec3(0.0, 0.6, -0.4));
    let spine = add("spine", Some(hips), vec3(0.0, 0.0, 0.3));
    let chest = add("chest", Some(spine), vec3(0.0, 0.0, 0.3));
    let neck = add("neck", Some(chest), vec3(0.0, 0.1, 0.1));
    add("head", Some(neck), vec3(0.0, 0.1, 0.1));
    for (side, x) in [("l", 0.1), ("r", -0.1)] {
        for (names, above) in [(["thigh", "calf", "foot", "ball"], hips), (["upperarm", "lowerarm", "hand", "finger"], chest)] {
            let first = add(&format!("{}_{side}", names[0]), Some(above), vec3(x, 0.0, 0.0));
            let second = add(&format!("{}_{side}", names[1]), Some(first), vec3(0.0, -0.28, 0.02));
            let third = add(&format!("{}_{side}", names[2]), Some(second), vec3(0.0, -0.28, -0.02));
            add(&format!("{}_{side}", names[3]), Some(third), vec3(0.0, -0.04, 0.06));
        }
    }
    let error = Mapping::of(&dog).expect_err("a dog");
    assert!(error.to_string().contains("four feet"), "{error}");
    assert!(Mapping::of(&nameless(&dog)).is_err());
    let mut chain = Rig::default();
    for joint in 0..6 {
        chain.push(&format!("bone_{joint}"), (joint as usize).checked_sub(1), Vec3::Y, Quat::IDENTITY);
    }
    assert!(Mapping::of(&chain).is_err());
}
