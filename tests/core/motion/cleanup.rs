//! Foot clean-up on motions whose clean version is known.

use glam::{Quat, Vec3};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use zoetrope::motion::cleanup::{CleanupSettings, clean, plant};
use zoetrope::motion::feet::{self, FEET, floor_distance_m, rest_height_m, world_joints};
use zoetrope::motion::join;
use zoetrope::motion::measure::measure;
use zoetrope::motion::supports::surfaces;
use zoetrope::motion::{FPS, JOINT_COUNT, Joint, Motion, PARENTS, Pose, REST_OFFSETS_M};

const STEP_FRAMES: usize = 18;

/// Which foot stands in a frame of [`walk`]: 0 left, 1 right.
fn standing_foot(frame: usize) -> usize {
    (frame / STEP_FRAMES) % 2
}

/// Somebody who walks with high knees. The root goes where the standing toe, which does not move at all, puts it.
fn walk(frames: usize) -> Motion {
    let mut motion = Motion { frames: Vec::new() };
    let mut place_m = Vec3::ZERO;
    for frame in 0..frames {
        let stand = standing_foot(frame);
        let phase = (frame % STEP_FRAMES) as f32 / STEP_FRAMES as f32;
        let mut pose = Pose::REST;
        for (foot, [ankle, _]) in FEET.into_iter().enumerate() {
            let [hip, knee] = [ankle as usize - 6, ankle as usize - 3];
            let (swing, bend) = if foot == stand {
                (0.35 - 0.7 * phase, 0.1)
            } else {
                (-0.35 + 0.7 * phase - 0.6 * (std::f32::consts::PI * phase).sin(), 0.1 + 1.2 * (std::f32::consts::PI * phase).sin())
            };
            pose.local[hip] = Quat::from_rotation_x(-swing - 0.05);
            pose.local[knee] = Quat::from_rotation_x(bend);
            pose.local[ankle as usize] = (pose.local[hip] * pose.local[knee]).inverse();
        }
        pose.local[16] = Quat::from_rotation_z(-1.2);
        pose.local[17] = Quat::from_rotation_z(1.2);
        let toe = FEET[stand][1];
        if frame % STEP_FRAMES == 0 {
            // The new standing foot comes down where the pelvis, going on, brings it.
            if let [.., before, last] = motion.frames.as_slice() {
                pose.root_m = 2.0 * last.root_m - before.root_m;
            }
            place_m = pose.world().positions_m[toe as usize].with_y(rest_height_m(toe));
        }
        pose.root_m += place_m - pose.world().positions_m[toe as usize];
        motion.frames.push(pose);
    }
    let start_m = motion.frames[0].root_m.with_y(0.0);
    motion.frames.iter_mut().for_each(|pose| pose.root_m -= start_m);
    motion
}

/// What networks do to a motion: the root drifts and bobs, joints are off by a few degrees, every other frame trembles.
fn disturbed(motion: &Motion) -> Motion {
    let mut drift_m = Vec3::ZERO;
    let pose = |(frame, pose): (usize, &Pose)| {
        let t = frame as f32 / FPS;
        drift_m += Vec3::new(0.15 * (1.3 * t).sin(), 0.0, 0.2 * (0.9 * t + 1.0).cos()) / FPS;
        let tremble = if frame % 2 == 0 { 1.0 } else { -1.0 };
        let mut pose = *pose;
        pose.root_m += drift_m + Vec3::Y * (0.02 * (2.0 * t).sin() + 0.001 * tremble);
        for (joint, local) in pose.local.iter_mut().enumerate() {
            let phase = joint as f32;
            let off = Vec3::new((4.0 * t + phase).sin(), (3.0 * t + 2.0 * phase).sin(), (5.0 * t + 3.0 * phase).cos());
            *local = (*local * Quat::from_scaled_axis(0.02 * off + Vec3::splat(0.004 * tremble))).normalize();
        }
        pose
    };
    Motion { frames: motion.frames.iter().enumerate().map(pose).collect() }
}

/// Mean step on the floor of the toe that should stand, mm a frame.
fn standing_slide_mm(motion: &Motion) -> f32 {
    let joints_m = world_joints(motion);
    // The frames around a change of feet belong to neither.
    let frames: Vec<usize> = (0..motion.len() - 1).filter(|frame| (3..STEP_FRAMES - 4).contains(&(frame % STEP_FRAMES))).collect();
    let step = |frame: &usize| {
        let toe = FEET[standing_foot(*frame)][1] as usize;
        floor_distance_m(joints_m[*frame][toe], joints_m[frame + 1][toe])
    };
    1e3 * frames.iter().map(step).sum::<f32>() / frames.len() as f32
}

#[test]
fn a_disturbed_walk_stands_on_its_feet_again() {
    let original = walk(180);
    let noisy = disturbed(&original);
    assert!(standing_slide_mm(&original) < 0.1 && standing_slide_mm(&noisy) > 5.0);
    let cleaned = clean(&noisy, &CleanupSettings::default());
    let slide_mm = standing_slide_mm(&cleaned);
    assert!(slide_mm < 1.0, "standing toes slide {slide_mm} mm a frame");
    let (before, after) = (measure(&noisy), measure(&cleaned));
    assert!(after.penetration_mm < 0.1, "{after:?}");
    assert!(after.float_pct <= 5.0, "{after:?}");
    assert!(after.jitter_mm_per_frame3 < before.jitter_mm_per_frame3, "{before:?} {after:?}");
}

#[test]
fn a_disturbed_walk_reaches_the_numbers_that_are_asked_of_clean_feet() {
    let original = walk(180);
    let (noisy, cleaned) = (measure(&disturbed(&original)), measure(&clean(&disturbed(&original), &CleanupSettings::default())));
    assert!(noisy.contact_slide_mm_per_frame > 5.0, "before: {noisy:?}");
    assert!(cleaned.contact_slide_mm_per_frame <= 2.5 && cleaned.float_pct <= 5.0, "after: {cleaned:?}");
    assert!(cleaned.contact_pct > 80.0, "a walk always has a foot on the floor: {cleaned:?}");
    // The made-up walk changes feet from one frame to the next, so its own jitter is no measure; a third of the noise's is.
    assert!(cleaned.jitter_mm_per_frame3 < 0.34 * noisy.jitter_mm_per_frame3, "{noisy:?} {cleaned:?}");
}

/// Motion capture is not in the repository: `ZOETROPE_MOCAP` names a folder of BVH files, of which some are taken.
#[test]
fn real_motions_are_as_clean_as_asked_after_clean_up_also_when_disturbed() {
    let Some(folder) = std::env::var_os("ZOETROPE_MOCAP") else { return println!("skipped: no motion capture (ZOETROPE_MOCAP)") };
    let mut files = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "bvh") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut sums = [[0.0_f32; 5]; 4];
    let mut clips = 0.0;
    for file in files.iter().step_by(files.len().div_ceil(120)) {
        let real = zoetrope::formats::read(file).expect("motion capture reads");
        let noisy = disturbed(&real);
        let versions = [clean(&real, &CleanupSettings::default()), clean(&noisy, &CleanupSettings::default())];
        let [cleaned, mended] = &versions;
        for (sum, motion) in sums.iter_mut().zip([&real, &noisy, cleaned, mended]) {
            let q = measure(motion);
            let figures = [q.contact_slide_mm_per_frame, q.float_pct, q.jitter_mm_per_frame3, q.slide_mm_per_frame, q.contact_pct];
            sum.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        }
        clips += 1.0;
    }
    for (name, sum) in ["real", "disturbed", "real, cleaned", "disturbed, cleaned"].into_iter().zip(&mut sums) {
        sum.iter_mut().for_each(|sum| *sum /= clips);
        let [contact_slide, float, jitter, slide, contact] = *sum;
        println!(
            "{name:<20} contact slide {contact_slide:5.2} mm ({contact:3.0} %), slide {slide:5.2} mm, float {float:4.1} %, jitter {jitter:5.2}"
        );
    }
    for cleaned in &sums[2..] {
        assert!(cleaned[0] <= 2.5, "contact slide {} mm a frame", cleaned[0]);
        assert!(cleaned[1] <= 5.0, "floating {} %", cleaned[1]);
        assert!(cleaned[2] <= sums[0][2], "jitter {} against {} of real motion capture", cleaned[2], sums[0][2]);
    }
}

#[test]
fn a_disturbed_walk_keeps_its_height_and_its_swinging_feet() {
    let original = walk(180);
    let cleaned = clean(&disturbed(&original), &CleanupSettings::default());
    let mean_m = |motion: &Motion| motion.frames.iter().map(|pose| pose.root_m.y).sum::<f32>() / motion.len() as f32;
    assert!((mean_m(&original) - mean_m(&cleaned)).abs() < 0.015, "the pelvis went from {} to {} m", mean_m(&original), mean_m(&cleaned));
    let (before, after) = (world_joints(&original), world_joints(&cleaned));
    for (frame, (a, b)) in before.iter().zip(&after).enumerate() {
        let toe = FEET[1 - standing_foot(frame)][1] as usize;
        assert!((a[toe].y - b[toe].y).abs() < 0.06, "frame {frame}: the swinging toe went from {} to {} m", a[toe].y, b[toe].y);
    }
}

#[test]
fn what_is_clean_hardly_changes() {
    let original = walk(180);
    let cleaned = clean(&original, &CleanupSettings::default());
    for (frame, (a, b)) in world_joints(&original).iter().zip(world_joints(&cleaned)).enumerate() {
        // The walk changes feet from one frame to the next, which nobody could: its swinging foot is braked.
        if (4..STEP_FRAMES - 4).contains(&(frame % STEP_FRAMES)) {
            let swinging = FEET[1 - standing_foot(frame)];
            for joint in Joint::ALL {
                let off_m = (a[joint as usize] - a[0]).distance(b[joint as usize] - b[0]);
                let allowed_m = if swinging.contains(&joint) { 0.03 } else { 0.015 };
                assert!(off_m < allowed_m, "frame {frame}: {joint:?} is off by {off_m} m");
            }
            assert!((a[0].y - b[0].y).abs() < 0.02, "frame {frame}: the pelvis is off by {} m", b[0].y - a[0].y);
        }
    }
    let (before_m, after_m) = (measure(&original).path_m, measure(&cleaned).path_m);
    assert!((after_m / before_m - 1.0).abs() < 0.05, "a way of {before_m} m became {after_m} m");
}

#[test]
fn the_start_stays_where_it_is_on_the_floor() {
    let noisy = disturbed(&walk(120)).placed(1.0, Vec3::new(3.0, 0.0, -2.0));
    let cleaned = clean(&noisy, &CleanupSettings::default());
    assert!(floor_distance_m(noisy.frames[0].root_m, cleaned.frames[0].root_m) < 1e-5);
    assert_eq!(cleaned.len(), noisy.len());
}

#[test]
fn a_motion_in_the_air_by_a_hand_comes_down_and_a_sunken_one_comes_up() {
    for off_m in [0.12, -0.12] {
        let mut motion = walk(120);
        motion.frames.iter_mut().for_each(|pose| pose.root_m.y += off_m);
        let quality = measure(&clean(&motion, &CleanupSettings::default()));
        assert!(quality.float_pct < 1.0 && quality.penetration_mm < 0.1, "off by {off_m} m: {quality:?}");
    }
}

#[test]
fn a_jump_keeps_its_height() {
    let frames = 60;
    let pose = |frame: usize| {
        let air = frame as f32 / FPS - 0.7;
        let mut pose = Pose::REST;
        pose.root_m.y += (2.4 * air - 4.905 * air * air).max(0.0);
        pose
    };
    let jump = Motion { frames: (0..frames).map(pose).collect() };
    let cleaned = clean(&jump, &CleanupSettings::default());
    let top_m = |motion: &Motion| motion.frames.iter().map(|pose| pose.root_m.y).fold(0.0, f32::max);
    assert!((top_m(&jump) - top_m(&cleaned)).abs() < 0.02, "{} became {}", top_m(&jump), top_m(&cleaned));
}

#[test]
fn a_fast_kick_arrives() {
    let frames = 75;
    let pose = |frame: usize| {
        let t = (frame as f32 / FPS - 1.0) / 0.25;
        let mut pose = Pose::REST;
        pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-1.7 * (-t * t).exp());
        pose
    };
    let kick = Motion { frames: (0..frames).map(pose).collect() };
    let cleaned = clean(&kick, &CleanupSettings::default());
    let top_m = |motion: &Motion| world_joints(motion).iter().map(|joints| joints[Joint::RFoot as usize].y).fold(0.0, f32::max);
    assert!(top_m(&kick) - top_m(&cleaned) < 0.03, "{} became {}", top_m(&kick), top_m(&cleaned));
    let left = world_joints(&cleaned).iter().map(|joints| joints[Joint::LFoot as usize]).collect::<Vec<_>>();
    assert!(left.iter().all(|toe| floor_distance_m(*toe, left[0]) < 2e-3), "the other foot stays");
}

#[test]
fn lying_down_is_not_lifted_or_sunk() {
    let mut pose = Pose::REST;
    pose.local[0] = Quat::from_rotation_x(-std::f32::consts::FRAC_PI_2);
    pose.root_m = Vec3::new(0.0, 0.1, 0.0);
    let lying = Motion { frames: vec![pose; 60] };
    let cleaned = clean(&lying, &CleanupSettings::default());
    assert!((cleaned.frames[30].root_m.y - 0.1).abs() < 0.02);
}

#[test]
fn a_walk_that_fades_into_standing_does_not_sink_nor_slide_more() {
    let deepest_m = |motion: &Motion| surfaces(motion).iter().map(|surface| surface.lowest().1).fold(0.0, f32::min);
    let mut sunk_m: f32 = 0.0;
    for end in 40..40 + STEP_FRAMES {
        let before = walk(end).frames.split_off(end - 16);
        let mut standing = Motion { frames: vec![Pose { root_m: before[15].root_m.with_y(Pose::REST.root_m.y), ..Pose::REST }; 40] };
        let rest = standing.frames[0];
        join::inertialise(&mut standing, [&rest, &rest], [&before[14], &before[15]], 15);
        sunk_m = sunk_m.min(deepest_m(&standing));
        let slide_mm = |motion: &Motion| measure(motion).contact_slide_mm_per_frame;
        let faded_mm = slide_mm(&standing);
        plant(&mut standing, &before, 15);
        assert!(deepest_m(&standing) > -0.02, "cut at {end} it sinks {} m", deepest_m(&standing));
        let planted_mm = slide_mm(&standing);
        assert!(planted_mm <= faded_mm + 0.2, "cut at {end} it slides {planted_mm} mm a frame, {faded_mm} before");
        assert_eq!(standing.frames[30], rest, "and it ends as it was");
    }
    assert!(sunk_m < -0.025, "the fade alone sinks: {sunk_m} m");
}

#[test]
fn everything_switched_off_changes_nothing() {
    let noisy = disturbed(&walk(60));
    assert_eq!(clean(&noisy, &CleanupSettings { smoothing: false, ground_correction: false, locking: false }), noisy);
}

fn any_pose() -> impl Strategy<Value = Pose> {
    let number = -3.0f32..3.0;
    (prop::array::uniform3(number.clone()), prop::collection::vec(prop::array::uniform3(number), JOINT_COUNT)).prop_map(
        |(root_m, turns)| Pose {
            root_m: Vec3::from(root_m),
            local: std::array::from_fn(|joint| Quat::from_scaled_axis(Vec3::from(turns[joint]))),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/regressions/cleanup.txt"))), ..ProptestConfig::default() })]

    #[test]
    fn any_poses_clean_to_as_many_usable_frames_with_the_same_bones(frames in prop::collection::vec(any_pose(), 0..24)) {
        let motion = Motion { frames };
        let cleaned = clean(&motion, &CleanupSettings::default());
        prop_assert_eq!(cleaned.len(), motion.len());
        for pose in &cleaned.frames {
            prop_assert!(pose.root_m.is_finite());
            prop_assert!(pose.local.iter().all(|local| local.is_finite() && (local.length() - 1.0).abs() < 1e-3));
            let joints_m = pose.world().positions_m;
            for joint in 1..JOINT_COUNT {
                let parent = PARENTS[joint].expect("only the pelvis has no parent");
                let bone_m = joints_m[joint].distance(joints_m[parent]);
                prop_assert!((bone_m - REST_OFFSETS_M[joint].length()).abs() < 1e-3);
            }
        }
        let quality = measure(&cleaned);
        prop_assert!(quality.jitter_mm_per_frame3.is_finite() && quality.slide_mm_per_frame.is_finite());
        prop_assert_eq!(feet::contact_of_feet(&cleaned).len(), motion.len());
    }
}
