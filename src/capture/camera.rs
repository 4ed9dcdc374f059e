//! How the camera looks at the person: it is still and does not lean to a side; how far it looks down is said by who stands before it.

use super::fit::{ANKLE, HIP, KNEE, SHOULDER, middle};
use super::sightings::Moment;
use glam::{Quat, Vec3};

/// Cameras are held at the height of the chest and look down a little.
const USUAL_TILT_RAD: f32 = 0.1;
/// How much who stands before it counts against that: people lean too.
const STANDING_SHARE: f32 = 0.5;
/// Legs and trunk of somebody standing lie in a line, to this cosine, and are so long together, metres.
const IN_LINE: f32 = 0.95;
const STANDING_M: f32 = 1.1;
/// The networks hardly see the tilt in the trunk, measured on our own stage.
const TRUNK_RAD: f32 = 0.1;
/// Landmarks of the trunk, the head and the arms come before those of the hips.
const TRUNK_LANDMARKS: usize = HIP;

/// How far the camera looks down, radians.
pub(super) fn tilt_rad(moments: &[Moment]) -> f32 {
    let standing = |moment: &Moment| {
        let [shoulders, hips, knees, ankles] = [SHOULDER, HIP, KNEE, ANKLE].map(|left| middle(&moment.world_m, left));
        let up = shoulders - ankles;
        let cosine = |one: Vec3, other: Vec3| one.normalize_or_zero().dot(other.normalize_or_zero());
        let is_straight = cosine(shoulders - hips, hips - ankles) > IN_LINE && cosine(hips - knees, knees - ankles) > IN_LINE;
        (is_straight && up.length() > STANDING_M).then(|| up.z.atan2(up.y))
    };
    let mut tilts_rad: Vec<f32> = moments.iter().filter_map(standing).collect();
    tilts_rad.sort_by(f32::total_cmp);
    let median = tilts_rad.get(tilts_rad.len() / 2).copied();
    median.map_or(USUAL_TILT_RAD, |seen| USUAL_TILT_RAD + STANDING_SHARE * (seen - USUAL_TILT_RAD))
}

/// What turns the camera's view into the world's.
pub(super) fn world_from_camera(tilt_rad: f32) -> Quat {
    Quat::from_rotation_x(-tilt_rad)
}

/// The landmarks of a moment in the world, metres from between the hips.
pub(super) fn levelled(moment: &Moment, world_from_camera: Quat) -> [Vec3; crate::model::blazepose::BODY_LANDMARKS] {
    let hips_m = middle(&moment.world_m, HIP);
    let lean = Quat::from_rotation_x(TRUNK_RAD);
    std::array::from_fn(|landmark| {
        let from_hips_m = moment.world_m[landmark] - hips_m;
        world_from_camera * if landmark < TRUNK_LANDMARKS { lean * from_hips_m } else { from_hips_m }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::blazepose::BODY_LANDMARKS;
    use glam::Vec2;

    fn standing(tilt_rad: f32) -> Moment {
        let camera_from_world = Quat::from_rotation_x(tilt_rad);
        let mut world_m = [Vec3::ZERO; BODY_LANDMARKS];
        for (left, height_m) in [(SHOULDER, 0.5), (HIP, 0.0), (KNEE, -0.42), (ANKLE, -0.82)] {
            for side in 0..2 {
                world_m[left + side] = camera_from_world * Vec3::new(0.1 - 0.2 * side as f32, height_m, 0.0);
            }
        }
        Moment { world_m, picture: [Vec2::ZERO; BODY_LANDMARKS], visibility: [1.0; BODY_LANDMARKS] }
    }

    #[test]
    fn who_stands_tells_how_far_the_camera_looks_down() {
        let low = tilt_rad(&[standing(0.0), standing(0.0)]);
        let high = tilt_rad(&[standing(0.4), standing(0.4), standing(0.4)]);
        assert!(low < USUAL_TILT_RAD && high > USUAL_TILT_RAD, "{low} {high}");
        assert!((high - low - 0.4 * STANDING_SHARE).abs() < 1e-3);
    }

    #[test]
    fn nobody_standing_says_nothing() {
        let mut crouching = standing(0.4);
        crouching.world_m[KNEE].z += 0.4;
        crouching.world_m[KNEE + 1].z += 0.4;
        assert_eq!(tilt_rad(&[crouching]), USUAL_TILT_RAD);
        assert_eq!(tilt_rad(&[]), USUAL_TILT_RAD);
    }
}
