use super::*;
use crate::motion::{NameStyle, PARENTS, supports};
use glam::{Quat, vec3};

/// Our own skeleton as a foreign one: renamed, in centimetres, every joint with axes of its own.
fn foreign(motion: &Motion, style: NameStyle, axes: impl Fn(usize) -> Quat) -> RigMotion {
    let parent_axes = |joint: usize| PARENTS[joint].map_or(Quat::IDENTITY, &axes);
    let mut rig = Rig::default();
    for (joint, name) in style.joint_names().iter().enumerate() {
        let from_parent = parent_axes(joint).inverse();
        let name = format!("{}{name}", style.prefix());
        rig.push(&name, PARENTS[joint], from_parent * REST_OFFSETS_M[joint] * 100.0, from_parent * axes(joint));
    }
    let mut clip = RigMotion::without_frames(rig);
    for pose in &motion.frames {
        let mut of_rig = clip.rig.rest();
        of_rig.translations[0] = pose.root_m * 100.0;
        of_rig.rotations = (0..JOINT_COUNT).map(|joint| parent_axes(joint).inverse() * pose.local[joint] * axes(joint)).collect();
        clip.push(of_rig);
    }
    clip
}

/// Stands, bends a knee, lifts an arm and turns; the left foot never leaves the floor.
fn moving() -> Motion {
    let frames = (0..40).map(|frame| {
        let t = frame as f32 / 40.0;
        let mut pose = Pose::REST;
        pose.root_m.x = 0.001 * frame as f32;
        pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-0.8 * t);
        pose.local[Joint::RKnee as usize] = Quat::from_rotation_x(1.2 * t);
        pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(0.9 * t) * Quat::from_rotation_y(0.4 * t);
        pose.local[Joint::LElbow as usize] = Quat::from_rotation_y(-0.7 * t);
        pose.local[Joint::Spine2 as usize] = Quat::from_rotation_y(0.3 * t);
        pose
    });
    Motion { frames: frames.collect() }
}

#[test]
fn a_skeleton_with_other_axes_unit_and_names_comes_back_as_it_was() {
    let motion = moving();
    for style in [NameStyle::Smpl, NameStyle::Mixamo, NameStyle::Unreal] {
        let clip = foreign(&motion, style, |joint| Quat::from_rotation_y(0.7 * joint as f32) * Quat::from_rotation_x(1.1 * joint as f32));
        let again = retarget(&clip).expect("every part has a name");
        for (before, after) in motion.frames.iter().zip(&again.frames) {
            let (before, after) = (before.world(), after.world());
            for joint in 0..JOINT_COUNT {
                let apart_m = before.positions_m[joint].distance(after.positions_m[joint]);
                assert!(apart_m < 0.004, "{style:?} {:?} is {apart_m} m away", Joint::ALL[joint]);
                let turned = before.rotations[joint].angle_between(after.rotations[joint]).to_degrees();
                assert!(turned < 1.0, "{style:?} {:?} is turned by {turned}°", Joint::ALL[joint]);
            }
        }
    }
}

#[test]
fn a_file_with_z_up_is_stood_upright() {
    let motion = moving();
    let mut clip = foreign(&motion, NameStyle::Unreal, |_| Quat::IDENTITY);
    let z_up = Quat::from_rotation_x(std::f32::consts::FRAC_PI_2);
    for joint in 0..JOINT_COUNT {
        clip.rig.set_rest_translation(joint, z_up * clip.rig.rest_translations()[joint]);
    }
    for (translation, rotation) in clip.translations.iter_mut().zip(&mut clip.rotations) {
        *translation = z_up * *translation;
        *rotation = z_up * *rotation * z_up.inverse();
    }
    let head = retarget(&clip).expect("every part has a name").frames[0].world().positions_m[Joint::Head as usize];
    assert!(head.y > 1.4, "head at {head}");
}

#[test]
fn a_body_is_put_on_the_floor_by_what_bears_it() {
    // On the back with the legs up; and a dance with the feet always on the move, which ends standing still and deeper.
    let lying = (0..40).map(|_| {
        let mut pose = Pose { root_m: vec3(0.0, 0.6, 0.0), ..Pose::REST };
        pose.local[0] = Quat::from_rotation_x(-1.57);
        pose.local[Joint::LHip as usize] = Quat::from_rotation_x(-1.4);
        pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-1.4);
        pose
    });
    let dancing = (0..100).map(|frame: usize| {
        let (height_m, sway_m) = if frame < 80 { (0.15, 0.1 * (0.12 * frame as f32).sin()) } else { (0.0, 0.0) };
        Pose { root_m: Pose::REST.root_m + vec3(sway_m, height_m, 0.0), ..Pose::REST }
    });
    for (motion, frame) in [(Motion { frames: lying.collect() }, 20), (Motion { frames: dancing.collect() }, 40)] {
        let clip = foreign(&motion, NameStyle::Mixamo, |_| Quat::IDENTITY);
        let again = retarget(&clip).expect("every part has a name");
        let (point, height_m) = supports::surfaces(&again)[frame].bearing();
        assert!(height_m.abs() < 0.02, "point {point} is at {height_m} m");
    }
}

#[test]
fn a_missing_leg_is_named() {
    let whole = Rig::ours(NameStyle::Mixamo, &REST_OFFSETS_M);
    let mut one_legged = Rig::default();
    let mut index_of = vec![None; JOINT_COUNT];
    for (joint, name) in whole.names().iter().enumerate() {
        if ![Joint::LKnee, Joint::LAnkle, Joint::LFoot].contains(&Joint::ALL[joint]) {
            let parent = PARENTS[joint].and_then(|parent| index_of[parent]);
            index_of[joint] = Some(one_legged.push(name, parent, REST_OFFSETS_M[joint], Quat::IDENTITY));
        }
    }
    let error = Mapping::of(&one_legged).expect_err("there is no left shin");
    assert!(error.to_string().contains("the left shin"), "{error}");
}

#[test]
fn what_a_file_says_goes_before_names_and_keeps_the_names() {
    let mut rig = Rig::ours(NameStyle::Mixamo, &REST_OFFSETS_M);
    let (neck, chest) = (Joint::Neck as usize, Joint::Spine3 as usize);
    // A file whose neck is called "Head", and which says so.
    let named = find_parts(&rig)[neck].expect("a neck");
    assert_eq!((named.joint, named.by), (neck, FoundBy::Name));
    rig.tell(Joint::Head, neck);
    rig.tell(Joint::Neck, chest);
    let told = find_parts(&rig);
    assert_eq!(told[Joint::Head as usize], Some(Found { joint: neck, by: FoundBy::File }));
    assert_eq!(told[neck], Some(Found { joint: chest, by: FoundBy::File }));
    assert!(FoundBy::File.confidence() > FoundBy::Name.confidence());
    assert_eq!(rig.names()[neck], "mixamorig:Neck");
}
