//! Motions that go along a curve.

use glam::{Quat, Vec2, Vec3, vec2};
use zoetrope::motion::measure::measure;
use zoetrope::motion::path::{Curve, Pin, follow, travel};
use zoetrope::motion::{FPS, Motion, Pose};

/// A person who walks ahead at so many m/s: two steps a second that sway and bob, feet that stand in turn.
pub(crate) fn walk(frames: usize, speed: f32) -> Motion {
    let pose = |frame: usize| {
        let secs = frame as f32 / FPS;
        let beat = std::f32::consts::TAU * secs;
        let mut pose = Pose::REST;
        pose.root_m += Vec3::new(0.02 * beat.sin(), 0.015 * (2.0 * beat).cos() - 0.03, speed * secs);
        for (side, hip, knee, ankle) in [(1.0_f32, 1, 4, 7), (-1.0, 2, 5, 8)] {
            // A leg swings ahead in one half of the beat and is carried back over the floor in the other.
            let phase = (secs + if side > 0.0 { 0.0 } else { 0.5 }).fract();
            let reach = 0.25 * speed;
            let (z, lift) = if phase < 0.5 {
                (reach * (1.0 - 4.0 * phase), 0.0)
            } else {
                (reach * (4.0 * phase - 3.0), (std::f32::consts::TAU * (phase - 0.5)).sin().max(0.0))
            };
            let flexed = 0.7 * lift;
            pose.local[hip] = Quat::from_rotation_x(-(z / 0.8).asin() - 0.5 * flexed);
            pose.local[knee] = Quat::from_rotation_x(flexed);
            pose.local[ankle] = Quat::from_rotation_x((z / 0.8).asin() - 0.5 * flexed);
        }
        pose
    };
    let motion = Motion { frames: (0..frames).map(pose).collect() };
    zoetrope::motion::cleanup::clean(&motion, &zoetrope::motion::cleanup::CleanupSettings::default())
}

fn curve(points: &[[f32; 2]]) -> Curve {
    let points: Vec<Vec2> = points.iter().map(|[x, z]| vec2(*x, *z)).collect();
    Curve::rounded(&points, 0.3).expect("a curve")
}

fn end(motion: &Motion, curve: &Curve) -> Pin {
    Pin { frame: motion.len() - 1, along_m: curve.length_m() }
}

#[test]
fn a_walk_goes_along_a_bent_curve_from_its_beginning_to_its_end_with_feet_that_stand() {
    let walk = walk(120, 1.1);
    for points in [&[[1.0, 2.0], [1.0, 6.3]][..], &[[0.0, 0.0], [0.0, 2.0], [2.3, 2.0]], &[[0.0, 0.0], [-2.0, -2.0], [-4.0, -1.0]]] {
        let curve = curve(points);
        let followed = follow(&walk, &curve, &[end(&walk, &curve)]);
        let way_m = travel(&followed.motion);
        let errors_m: Vec<f32> = way_m.iter().map(|place_m| curve.distance_m(*place_m)).collect();
        let mean_m = errors_m.iter().sum::<f32>() / errors_m.len() as f32;
        assert!(mean_m < 0.02, "{points:?}: {mean_m} m off on average");
        let [first, last] = [way_m[0], way_m[119]];
        assert!(first.distance(curve.place_m(0.0)) < 0.05 && last.distance(curve.place_m(curve.length_m())) < 0.05, "{first} {last}");
        let [own, new] = [measure(&walk), measure(&followed.motion)];
        assert!(
            new.contact_slide_mm_per_frame < own.contact_slide_mm_per_frame.max(1.0) * 1.1,
            "{points:?}: {} {}",
            own.contact_slide_mm_per_frame,
            new.contact_slide_mm_per_frame
        );
        assert!(
            new.jitter_mm_per_frame3 < own.jitter_mm_per_frame3 * 1.2 + 0.2,
            "{points:?}: {} {}",
            own.jitter_mm_per_frame3,
            new.jitter_mm_per_frame3
        );
        assert!(new.contact_pct > own.contact_pct - 2.0, "the feet are on the floor as often");
        assert!(followed.pace.iter().all(|pace| (pace - curve.length_m() / 4.36).abs() < 0.1), "the pace is even: {:?}", followed.pace);
    }
}

#[test]
fn the_body_faces_along_the_curve() {
    let walk = walk(120, 1.1);
    let curve = curve(&[[0.0, 0.0], [0.0, 2.0], [-2.3, 2.0]]);
    let motion = follow(&walk, &curve, &[end(&walk, &curve)]).motion;
    let facing = |frame: usize| zoetrope::motion::rotation::heading(motion.frames[frame].local[0]).to_degrees();
    assert!(facing(5).abs() < 8.0 && (facing(115) + 90.0).abs() < 8.0, "{} {}", facing(5), facing(115));
    let turns = (1..120).map(|frame| (facing(frame) - facing(frame - 1)).abs());
    assert!(turns.fold(0.0, f32::max) < 10.0, "it turns within several frames");
}

#[test]
fn pinned_frames_are_where_they_shall_be_and_the_pace_says_what_that_asks_of_the_motion() {
    let walk = walk(120, 1.1);
    let curve = curve(&[[0.0, 0.0], [0.0, 1.2], [0.0, 4.0]]);
    let pins = [Pin { frame: 60, along_m: curve.point_m(1) }, Pin { frame: 119, along_m: 4.0 }];
    let followed = follow(&walk, &curve, &pins);
    assert!((followed.along_m[60] - 1.2).abs() < 2e-3 && (followed.along_m[119] - 4.0).abs() < 2e-3);
    assert!(followed.along_m.windows(2).all(|pair| pair[1] >= pair[0]));
    assert!(followed.pace[20] < 0.7 && followed.pace[100] > 1.2, "{:?}", followed.pace);
    let nowhere = Motion { frames: vec![Pose::REST; 60] };
    let dragged = follow(&nowhere, &curve, &[Pin { frame: 59, along_m: 4.0 }]);
    assert!(dragged.pace[30].is_infinite() && (dragged.along_m[59] - 4.0).abs() < 1e-3);
}

#[test]
fn the_sway_of_steps_is_not_the_way() {
    let mut walk = walk(120, 1.1);
    let sway_m = |frame: usize| 0.02 * (std::f32::consts::TAU * frame as f32 / FPS).sin();
    walk.frames.iter_mut().enumerate().for_each(|(frame, pose)| pose.root_m.x += sway_m(frame));
    let way_m = travel(&walk);
    assert!(way_m[20..100].iter().all(|place_m| place_m.x.abs() < 0.008));
    let straight = curve(&[[0.0, 0.0], [4.0, 0.0]]);
    let motion = follow(&walk, &straight, &[end(&walk, &straight)]).motion;
    let beside_m: Vec<f32> = motion.frames[20..100].iter().map(|pose| pose.root_m.z.abs()).collect();
    assert!(beside_m.iter().fold(0.0_f32, |most, m| most.max(*m)) > 0.012, "it sways as it did");
}

#[test]
fn next_to_nothing_stays_itself() {
    let straight = curve(&[[0.0, 0.0], [4.0, 0.0]]);
    for frames in 0..3 {
        let little = Motion { frames: vec![Pose::REST; frames] };
        assert_eq!(follow(&little, &straight, &[]).motion, little);
    }
}
