//! What the clean-up does to feet that come, leave, dip into the floor, fly, or belong to somebody who lies.

use glam::{Quat, Vec3};
use std::f32::consts::{FRAC_PI_2, PI, TAU};
use zoetrope::motion::cleanup::{CleanupSettings, clean};
use zoetrope::motion::feet::{LOW_M, floor_distance_m, rest_height_m, world_joints};
use zoetrope::motion::measure::measure;
use zoetrope::motion::supports::{Surface, surfaces};
use zoetrope::motion::{FPS, Joint, Motion, Pose};

fn cleaned(motion: &Motion) -> Motion {
    clean(motion, &CleanupSettings::default())
}

fn motion(frames: usize, pose: impl Fn(usize) -> Pose) -> Motion {
    Motion { frames: (0..frames).map(pose).collect() }
}

/// From 0 to 1 over some frames, beginning and ending at rest.
fn eased(frame: usize, frames: std::ops::Range<usize>) -> f32 {
    let share = (frame as f32 - frames.start as f32) / frames.len() as f32;
    let share = share.clamp(0.0, 1.0);
    share * share * (3.0 - 2.0 * share)
}

/// Frames in which nothing of the body is near the floor.
fn high(motion: &Motion) -> usize {
    surfaces(motion).iter().filter(|surface| surface.lowest().1 > LOW_M).count()
}

#[test]
fn who_steps_onto_something_and_lands_too_deep_is_not_lifted_on_the_way() {
    // Onto a block that is not there and down from it, to ground that is 8 cm deeper than where it began.
    let climbs = motion(90, |frame| {
        let mut pose = Pose::REST;
        pose.root_m.y += 0.22 * eased(frame, 24..34) - 0.30 * eased(frame, 54..64);
        pose
    });
    let after = cleaned(&climbs);
    assert!(high(&climbs) > 20 && high(&after) <= high(&climbs), "{} frames in the air became {}", high(&climbs), high(&after));
    let stands_m = [10, 85].map(|frame| Surface::of(&after.frames[frame].world()).bearing().1);
    assert!(stands_m.iter().all(|height_m| height_m.abs() < 0.01), "it stands at {stands_m:?} m");
}

/// Deep squat on both feet, the left toe flapping into the floor and up again in single frames, as markers that are lost do.
fn flapping_squat() -> Motion {
    motion(60, |frame| {
        let down = 1.0 - (TAU * frame as f32 / 60.0).cos();
        let mut pose = Pose::REST;
        for (hip, knee, ankle) in [(Joint::LHip, Joint::LKnee, Joint::LAnkle), (Joint::RHip, Joint::RKnee, Joint::RAnkle)] {
            pose.local[hip as usize] = Quat::from_rotation_x(-1.1 * down);
            pose.local[knee as usize] = Quat::from_rotation_x(1.4 * down);
            pose.local[ankle as usize] = Quat::from_rotation_x(-0.3 * down);
        }
        let feet_m = [Joint::LAnkle, Joint::RAnkle].map(|ankle| pose.world().positions_m[ankle as usize].y - rest_height_m(ankle));
        pose.root_m.y -= feet_m[0].min(feet_m[1]) - 0.03;
        if matches!(frame, 26 | 30 | 34) {
            pose.local[Joint::LAnkle as usize] *= Quat::from_rotation_x(0.7);
        }
        pose
    })
}

#[test]
fn a_toe_that_dips_into_the_floor_gives_way_and_its_knee_stays() {
    let (before, after) = (flapping_squat(), cleaned(&flapping_squat()));
    let knee_m = |motion: &Motion, frame: usize| {
        let world = motion.frames[frame].world();
        world.positions_m[Joint::LKnee as usize] - world.positions_m[Joint::Pelvis as usize]
    };
    for frame in 22..38 {
        let step_m = knee_m(&after, frame + 1).distance(knee_m(&after, frame));
        let own_m = knee_m(&before, frame + 1).distance(knee_m(&before, frame));
        assert!(step_m < own_m + 0.012, "frame {frame}: the knee steps by {step_m} m, in the source by {own_m} m");
    }
    assert!(measure(&after).jitter_mm_per_frame3 <= measure(&before).jitter_mm_per_frame3);
}

#[test]
fn a_foot_that_turns_ever_faster_in_its_contact_does_not_swing_on_in_the_air() {
    // It stands, its heel turning out ever faster, then hangs in the air for half a second, and stands again.
    let turn_rad = |frame: usize| 0.6 * ((frame as f32 - 12.0) / 12.0).clamp(0.0, 1.0).powi(3) * if frame < 25 { 1.0 } else { 0.0 };
    let turns = motion(60, |frame| {
        let mut pose = Pose::REST;
        let up = eased(frame, 24..28) - eased(frame, 42..48);
        pose.local[Joint::LHip as usize] = Quat::from_rotation_x(-0.5 * up);
        pose.local[Joint::LKnee as usize] = Quat::from_rotation_x(0.9 * up);
        pose.local[Joint::LAnkle as usize] = Quat::from_rotation_x(-0.4 * up) * Quat::from_rotation_y(turn_rad(frame));
        pose
    });
    let after = cleaned(&turns);
    let off_rad = |frame: usize| {
        let foot = |motion: &Motion| motion.frames[frame].world().rotations[Joint::LAnkle as usize];
        foot(&turns).angle_between(foot(&after))
    };
    let farthest_rad = (28..46).map(off_rad).fold(0.0, f32::max);
    assert!(farthest_rad < 0.65, "in the air the foot is turned by {farthest_rad} rad, more than it ever was on the floor");
}

#[test]
fn a_low_jump_of_a_foot_that_hovers_before_and_after_stays_as_long() {
    // The left foot hangs over the floor where the other stands, which is mended there; in the air it is the lower one.
    let bent = |pose: &mut Pose, [hip, knee, ankle]: [Joint; 3], by: f32| {
        pose.local[hip as usize] = Quat::from_rotation_x(-by);
        pose.local[knee as usize] = Quat::from_rotation_x(2.0 * by);
        pose.local[ankle as usize] = Quat::from_rotation_x(-by);
    };
    let jump = motion(70, |frame| {
        let air = frame as f32 / FPS - 0.9;
        let flies = eased(frame, 26..29) - eased(frame, 34..37);
        let mut pose = Pose::REST;
        bent(&mut pose, [Joint::LHip, Joint::LKnee, Joint::LAnkle], 0.26 * (1.0 - flies));
        bent(&mut pose, [Joint::RHip, Joint::RKnee, Joint::RAnkle], 0.35 * flies);
        pose.root_m.y -= Surface::of(&pose.world()).lowest().1;
        pose.root_m.y += (1.3 * air - 4.905 * air * air).max(0.0);
        pose
    });
    let after = cleaned(&jump);
    assert!(high(&jump) >= 4 && high(&jump).abs_diff(high(&after)) <= 1, "{} frames became {}", high(&jump), high(&after));
}

#[test]
fn a_contact_stands_from_its_first_frame_to_its_last() {
    // Short steps that come and go slowly: much of each contact is its ends.
    let shuffle = motion(120, |frame| {
        let mut pose = Pose::REST;
        let phase = frame as f32 / 30.0 * TAU;
        for (side, hip, knee, ankle) in [(0.0, Joint::LHip, Joint::LKnee, Joint::LAnkle), (PI, Joint::RHip, Joint::RKnee, Joint::RAnkle)] {
            let (swing, lift) = (0.16 * (phase + side).sin(), 0.12 * (phase + side).cos().max(0.0));
            pose.local[hip as usize] = Quat::from_rotation_x(-swing - lift);
            pose.local[knee as usize] = Quat::from_rotation_x(2.0 * lift);
            pose.local[ankle as usize] = Quat::from_rotation_x(swing - lift);
        }
        let lowest_m = Surface::of(&pose.world()).lowest().1;
        pose.root_m += Vec3::new(0.0, -lowest_m, 0.27 * frame as f32 / FPS);
        pose
    });
    let (before, after) = (measure(&shuffle), measure(&cleaned(&shuffle)));
    assert!(before.contact_slide_mm_per_frame > 2.0 && after.contact_pct > 50.0, "{before:?} {after:?}");
    assert!(after.contact_slide_mm_per_frame <= 3.0, "{} mm", after.contact_slide_mm_per_frame);
}

#[test]
fn toes_that_point_up_beside_a_heel_on_the_floor_stay_up() {
    // On the heels: for a few frames the toes are within five centimetres of the floor, then six and a half above it.
    let lies = motion(90, |frame| {
        let mut pose = Pose::REST;
        let up_m = 0.04 + 0.025 * eased(frame, 20..24) + 0.04 * eased(frame, 60..66) + 0.06 * (1.0 - eased(frame, 10..16));
        let foot_m = pose.world().positions_m[Joint::LAnkle as usize].distance(pose.world().positions_m[Joint::LFoot as usize]);
        let slope = |toe_m: f32| ((toe_m + rest_height_m(Joint::LFoot) - rest_height_m(Joint::LAnkle)) / foot_m).asin();
        for ankle in [Joint::LAnkle, Joint::RAnkle] {
            pose.local[ankle as usize] = Quat::from_rotation_x(slope(0.0) - slope(up_m));
        }
        pose
    });
    let low = |frame: usize| lies.frames[frame].world().positions_m[Joint::LFoot as usize].y - rest_height_m(Joint::LFoot) < LOW_M;
    assert!(low(18) && !low(40));
    let toe_m = |motion: &Motion, frame: usize| motion.frames[frame].world().positions_m[Joint::LFoot as usize].y;
    let after = cleaned(&lies);
    for frame in [40, 45, 50] {
        let (before_m, after_m) = (toe_m(&lies, frame), toe_m(&after, frame));
        assert!(before_m - after_m < 0.02, "frame {frame}: the toe went from {before_m} to {after_m} m");
    }
}

#[test]
fn who_lies_down_after_a_gliding_walk_does_not_glide_on() {
    // The feet glide back under the body for a second, which says that it should be faster; then it lies, and nothing moves.
    let lies = motion(150, |frame| {
        let down = eased(frame, 30..60);
        let mut pose = Pose::REST;
        pose.local[0] = Quat::from_rotation_x(-FRAC_PI_2 * down);
        pose.root_m.z -= 0.25 * (frame.min(40) as f32) / FPS;
        pose.root_m.y -= Surface::of(&pose.world()).bearing().1;
        pose
    });
    let after = cleaned(&lies);
    let way_m = floor_distance_m(after.frames[80].root_m, after.frames[149].root_m);
    assert!(way_m < 0.01, "it glides by {way_m} m while it lies");
    assert!(world_joints(&after).len() == 150);
}
