//! The quality measures on motions whose numbers are known beforehand.

use glam::{Quat, Vec3};
use std::f32::consts::{FRAC_PI_2, PI};
use zoetrope::motion::measure::{MotionQuality, measure};
use zoetrope::motion::{FPS, Joint, Motion, Pose, REST_OFFSETS_M};

fn moving(frames: usize, root_m: impl Fn(f32) -> Vec3) -> Motion {
    let pose = |frame: usize| Pose { root_m: root_m(frame as f32 / FPS), ..Pose::REST };
    Motion { frames: (0..frames).map(pose).collect() }
}

fn standing_m() -> Vec3 {
    REST_OFFSETS_M[0]
}

#[test]
fn standing_still_is_perfect() {
    let perfect = MotionQuality { contact_pct: 100.0, ..MotionQuality::default() };
    assert_eq!(measure(&moving(60, |_| standing_m())), perfect);
}

#[test]
fn only_contacts_count_as_contact_slide_and_their_share_is_said() {
    let wheels = |m_per_sec: f32| measure(&moving(61, |t| standing_m() + Vec3::X * m_per_sec * t));
    let slow = wheels(0.3);
    assert!((slow.contact_slide_mm_per_frame - 10.0).abs() < 1e-2 && slow.contact_pct == 100.0, "{slow:?}");
    let fast = wheels(1.5);
    assert_eq!((fast.contact_slide_mm_per_frame, fast.contact_pct), (0.0, 0.0), "too fast to be a contact, and it says so");
    assert!((fast.slide_mm_per_frame - 50.0).abs() < 0.1, "which the other figure sees: {fast:?}");
}

#[test]
fn a_statue_on_wheels_slides_as_fast_as_it_goes() {
    let quality = measure(&moving(61, |t| standing_m() + Vec3::new(0.3 * t, 0.0, 0.0)));
    assert!((quality.largest_step_mm - 10.0).abs() < 1e-2, "{quality:?}");
    assert!((quality.slide_mm_per_frame - 10.0).abs() < 1e-2, "{quality:?}");
    assert!((quality.path_m - 0.6).abs() < 1e-4, "{quality:?}");
    assert_eq!(quality.float_pct, 0.0);
}

#[test]
fn hovering_floats_and_a_jump_does_not() {
    let hovering = measure(&moving(60, |_| standing_m() + Vec3::Y * 0.06));
    assert_eq!((hovering.float_pct, hovering.slide_mm_per_frame), (100.0, 0.0));
    let jump = measure(&moving(60, |t| {
        let air = t - 0.7;
        standing_m() + Vec3::Y * (2.4 * air - 4.905 * air * air).max(0.0)
    }));
    assert_eq!(jump.float_pct, 0.0, "a flight of half a second: {jump:?}");
    let balloon = measure(&moving(60, |t| standing_m() + Vec3::Y * (0.3 * (1.0 - (t - 1.0).abs() / 0.35)).max(0.0)));
    assert!(balloon.float_pct > 20.0, "up and down without falling: {balloon:?}");
}

#[test]
fn only_what_is_deeper_than_a_soft_sole_penetrates() {
    assert_eq!(measure(&moving(9, |_| standing_m() - Vec3::Y * 0.009)).penetration_mm, 0.0);
    assert!((measure(&moving(9, |_| standing_m() - Vec3::Y * 0.025)).penetration_mm - 15.0).abs() < 1e-2);
}

#[test]
fn who_lies_on_the_floor_with_the_feet_in_the_air_does_not_float() {
    let lying = |pelvis_m: f32| {
        let mut pose = Pose { root_m: Vec3::Y * pelvis_m, ..Pose::REST };
        pose.local[0] = Quat::from_rotation_x(-FRAC_PI_2);
        for hip in [Joint::LHip, Joint::RHip] {
            pose.local[hip as usize] = Quat::from_rotation_x(-FRAC_PI_2);
        }
        measure(&Motion { frames: vec![pose; 30] })
    };
    assert_eq!((lying(0.09).float_pct, lying(0.09).penetration_mm), (0.0, 0.0));
    assert_eq!(lying(0.25).float_pct, 100.0);
    // The chest is 9 cm thick behind its joint, and flesh gives way by 2 cm.
    assert!((lying(0.04).penetration_mm - 30.0).abs() < 15.0, "{:?}", lying(0.04));
}

#[test]
fn a_head_in_the_floor_penetrates_it_though_the_feet_are_in_the_air() {
    let mut pose = Pose { root_m: Vec3::Y * 0.5, ..Pose::REST };
    pose.local[0] = Quat::from_rotation_x(PI);
    let quality = measure(&Motion { frames: vec![pose; 30] });
    // The crown is 0.777 m above the pelvis.
    assert!((quality.penetration_mm - 257.0).abs() < 3.0, "{quality:?}");
    assert_eq!(quality.float_pct, 0.0);
}

#[test]
fn a_body_that_turns_round_between_two_frames_tears() {
    let turned = |frame: usize| if frame < 20 { 0.0 } else { PI };
    let frames = (0..40).map(|frame| Pose {
        local: {
            let mut local = Pose::REST.local;
            local[0] = Quat::from_rotation_y(turned(frame));
            local
        },
        ..Pose::REST
    });
    let quality = measure(&Motion { frames: frames.collect() });
    // The wrists change places.
    assert!((quality.largest_step_mm - 2.0 * 688.0).abs() < 5.0, "{quality:?}");
}

#[test]
fn jitter_is_the_third_difference() {
    // Every joint goes up and down by 2 mm from frame to frame: third difference 8 × 1 mm.
    let quality = measure(&moving(40, |t| standing_m() + Vec3::Y * 0.001 * if (t * FPS).round() as i32 % 2 == 0 { 1.0 } else { -1.0 }));
    assert!((quality.jitter_mm_per_frame3 - 8.0).abs() < 1e-2, "{quality:?}");
}

#[test]
fn the_shortest_motions_measure_without_nan() {
    for frames in 0..4 {
        let quality = measure(&moving(frames, |_| standing_m()));
        assert_eq!(quality, MotionQuality { contact_pct: quality.contact_pct, ..MotionQuality::default() });
    }
}
