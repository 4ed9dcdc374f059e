//! The surface points against the mannequin, and what bears a body.

use glam::{Quat, Vec3};
use std::f32::consts::PI;
use zoetrope::body::Character;
use zoetrope::motion::supports::{self, CROWN, FINGER_TIPS, POINTS, SURFACE, Surface, surfaces};
use zoetrope::motion::{FPS, Joint, Motion, Pose};

/// A motion that stands with its feet at a height in each frame, moving sideways at a speed.
fn standing(frames: usize, at: impl Fn(usize) -> (f32, f32)) -> Motion {
    let mut x_m = 0.0;
    let pose = |frame: usize| {
        let (height_m, m_per_sec) = at(frame);
        x_m += m_per_sec / FPS;
        Pose { root_m: Pose::REST.root_m + Vec3::new(x_m, height_m, 0.0), ..Pose::REST }
    };
    Motion { frames: (0..frames).map(pose).collect() }
}

#[test]
fn the_radii_are_those_of_the_mannequin() {
    let skin_m = Character::mannequin().into_meshes().remove(0).positions_m;
    let surface = Surface::of(&Pose::REST.world());
    for (point, place) in SURFACE.iter().enumerate() {
        let nearest_m = skin_m.iter().map(|vertex_m| vertex_m.distance(surface.centres_m[point])).fold(f32::INFINITY, f32::min);
        if supports::is_foot(point) {
            assert!(surface.height_m(point).abs() < 1e-3, "{:?} stands at {}", place.joint, surface.height_m(point));
        } else {
            // Vertices are up to a centimetre and a half apart.
            assert!((nearest_m - place.radius_m).abs() < 0.012, "{:?}: {} m, not {nearest_m} m", place.joint, place.radius_m);
        }
    }
    let top_m = skin_m.iter().map(|vertex_m| vertex_m.y).fold(0.0, f32::max);
    assert!((surface.centres_m[CROWN].y + SURFACE[CROWN].radius_m - top_m).abs() < 0.005, "the crown is at {top_m} m");
    let widest_m = skin_m.iter().map(|vertex_m| vertex_m.x).fold(0.0, f32::max);
    assert!((surface.centres_m[FINGER_TIPS[0]].x + SURFACE[FINGER_TIPS[0]].radius_m - widest_m).abs() < 0.01, "{widest_m} m");
}

#[test]
fn hands_bear_where_nothing_else_does() {
    let mut pose = Pose::REST;
    for (side, shoulder) in [(1.0, Joint::LShoulder), (-1.0, Joint::RShoulder)] {
        pose.local[shoulder as usize] = Quat::from_rotation_z(side * 1.5);
    }
    assert!(supports::is_foot(Surface::of(&pose.world()).bearing().0));
    pose.local[0] = Quat::from_rotation_x(PI);
    let (point, _) = Surface::of(&pose.world()).bearing();
    assert!(matches!(SURFACE[point].joint, Joint::LWrist | Joint::RWrist) && point < POINTS - 2, "wrists bend, so fingers never bear");
}

#[test]
fn the_floor_is_where_most_of_what_bears_is() {
    // A dance whose feet are slow, not still; then it stands, deeper by 15 cm.
    let dance = standing(100, |frame| if frame < 80 { (0.15, 0.4 * if frame % 20 < 10 { 1.0 } else { -1.0 }) } else { (0.0, 0.0) });
    assert!((supports::floor_m(&surfaces(&dance)) - 0.15).abs() < 0.01);
    // Somebody who stands and then sits up on something for longer: the floor is where the feet stood.
    let perched = standing(100, |frame| (if frame < 30 { 0.0 } else { 0.4 }, 0.0));
    assert!(supports::floor_m(&surfaces(&perched)).abs() < 0.01);
    // Somebody who stands and then lies down, deep in the floor: it is where the feet stood.
    let mut falls = perched;
    for pose in &mut falls.frames[30..] {
        pose.local[0] = Quat::from_rotation_x(-PI / 2.0);
        pose.root_m.y = -0.25;
    }
    assert!(supports::floor_m(&surfaces(&falls)).abs() < 0.01, "{}", supports::floor_m(&surfaces(&falls)));
    assert_eq!(supports::floor_m(&[]), 0.0);
}

#[test]
fn only_a_short_free_fall_is_a_flight() {
    let jump = |gravity: f32, secs: f32| {
        let motion = standing(90, |frame| {
            let t = (frame as f32 / FPS - 0.5).clamp(0.0, secs);
            (gravity / 2.0 * t * (secs - t), 0.0)
        });
        supports::in_flight(&surfaces(&motion), 0.25).iter().filter(|flies| **flies).count()
    };
    assert!((12..=15).contains(&jump(9.81, 0.5)), "{} frames", jump(9.81, 0.5));
    assert_eq!(jump(4.0, 0.7), 0, "a balloon");
    assert_eq!(jump(9.81, 1.2), 0, "nobody flies that long");
}
