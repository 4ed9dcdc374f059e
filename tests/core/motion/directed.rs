//! Wishes at frames and at the end, met exactly.

use super::paths::walk;
use glam::{Vec3, vec3};
use zoetrope::motion::direct::{Wish, ended, met, missing_m};
use zoetrope::motion::measure::measure;
use zoetrope::motion::posing::Goal;
use zoetrope::motion::rotation::heading;
use zoetrope::motion::{Joint, Motion, Pose};

fn at(motion: &Motion, frame: usize, joint: Joint) -> Vec3 {
    motion.frames[frame].world().positions_m[joint as usize]
}

fn is_clean(before: &Motion, after: &Motion) {
    let [before, after] = [measure(before), measure(after)];
    assert!(after.contact_slide_mm_per_frame < 1.1 * before.contact_slide_mm_per_frame.max(1.0), "{}", after.contact_slide_mm_per_frame);
    assert!(
        after.jitter_mm_per_frame3 < 1.2 * before.jitter_mm_per_frame3 + 0.3,
        "{} {}",
        before.jitter_mm_per_frame3,
        after.jitter_mm_per_frame3
    );
    assert!(after.penetration_mm < before.penetration_mm + 1.0);
}

#[test]
fn joints_are_where_they_shall_be_within_a_millimetre_and_feet_stand() {
    let walk = walk(120, 1.0);
    let shifted = |frame: usize, joint: Joint, by_m: Vec3| Goal { joint, at_m: (at(&walk, frame, joint) + by_m).to_array().map(Some) };
    let wishes = [
        Wish { frame: 45, pose: None, goals: vec![shifted(45, Joint::LWrist, vec3(-0.2, 0.35, 0.15))] },
        Wish {
            frame: 80,
            pose: None,
            goals: vec![shifted(80, Joint::RWrist, vec3(0.2, 0.3, 0.1)), shifted(80, Joint::Head, vec3(0.0, -0.06, 0.0))],
        },
    ];
    let after = met(&walk, &wishes);
    assert!(wishes.iter().all(|wish| missing_m(&walk.frames[wish.frame], wish) > 0.05));
    for wish in &wishes {
        let missing_m = missing_m(&after.frames[wish.frame], wish);
        assert!(missing_m < 1e-3, "{missing_m} m are missing at {}", wish.frame);
    }
    is_clean(&walk, &after);
    assert!(
        (0..20).all(|frame| at(&after, frame, Joint::LWrist).distance(at(&walk, frame, Joint::LWrist)) < 1e-3),
        "long before nothing moves"
    );
    assert!(met(&walk, &[]) == walk);
}

#[test]
fn a_whole_pose_is_held_as_it_is_in_the_place_and_heading_of_the_motion() {
    let walk = walk(120, 1.0);
    let mut crouched = Pose::REST;
    for (hip, knee, ankle) in [(1, 4, 7), (2, 5, 8)] {
        crouched.local[hip] = glam::Quat::from_rotation_x(-0.9);
        crouched.local[knee] = glam::Quat::from_rotation_x(1.5);
        crouched.local[ankle] = glam::Quat::from_rotation_x(-0.6);
    }
    crouched.root_m = vec3(7.0, 0.72, 3.0);
    let wish = Wish { frame: 60, pose: Some(crouched), goals: Vec::new() };
    let after = met(&walk, std::slice::from_ref(&wish));
    assert!(missing_m(&after.frames[60], &wish) < 1e-3, "{}", missing_m(&after.frames[60], &wish));
    assert!((after.frames[60].root_m - walk.frames[60].root_m).with_y(0.0).length() < 0.1, "it is where the motion is");
    assert!(after.frames.windows(2).all(|pair| pair[0].root_m.distance(pair[1].root_m) < 0.08));
}

#[test]
fn a_motion_ends_where_it_shall_and_faces_so() {
    let walk = walk(120, 1.0);
    let after = ended(&walk, [Some(0.5), None], Some(1.2));
    let (first, last) = (&after.frames[0], &after.frames[119]);
    assert!((last.root_m.x - 0.5).abs() < 1e-3 && (last.root_m.z - walk.frames[119].root_m.z).abs() < 1e-3);
    assert!((heading(last.local[0]) - 1.2).abs() < 1e-3);
    assert!(first.root_m.distance(walk.frames[0].root_m) < 1e-2);
    is_clean(&walk, &after);
    assert!(ended(&walk, [None; 2], None) == walk);
}
