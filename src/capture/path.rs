//! Where the body goes: sideways and up by where it is in the picture, towards the camera by its size there, and up from the floor by its
//! standing feet.

use super::sightings::Moment;
use super::smooth::smoothed;
use crate::model::blazepose::BODY_LANDMARKS;
use crate::motion::{Motion, feet};
use glam::{DMat3, DVec3, Quat, Vec3};

/// A camera's focal length in sides of its picture, the longer one. Nothing in a video says it; lenses of phones have 0.7 to 1.1, long
/// ones more. A wrong one makes ways towards the camera too long or too short.
const FOCAL_SIDES: f32 = 1.0;
/// How surely a landmark must be seen to count.
const SEEN: f32 = 0.5;
/// The way is smoother than limbs are, and the distance, which is seen in the size alone, is smoother still.
const WAY_HZ: [f32; 2] = [2.0, 2.0];
const DISTANCE_HZ: [f32; 2] = [0.4, 0.5];
/// A body that is this much higher than its feet say jumps.
const JUMP_M: f32 = 0.06;
/// Around a moment, where the floor is looked for, frames to each side.
const FLOOR_FRAMES: usize = 20;

/// The pelvis' way in the camera's view: X to the right, Y up, Z towards it; metres. `size` is the picture's.
pub(super) fn in_view(moments: &[Moment], size: [usize; 2]) -> Vec<Vec3> {
    let focal = FOCAL_SIDES * size[0].max(size[1]) as f32;
    let mut last = Vec3::new(0.0, 0.0, -3.0);
    let places: Vec<Vec3> = moments
        .iter()
        .map(|moment| {
            last = place(moment, focal).unwrap_or(last);
            last
        })
        .collect();
    let distances = smoothed(&places.iter().map(|place| Vec3::Z * place.z).collect::<Vec<_>>(), DISTANCE_HZ[0], DISTANCE_HZ[1]);
    // Sideways and up are shares of the distance, and must not take part in its tremble.
    let straight: Vec<Vec3> = places.iter().zip(&distances).map(|(place, far)| *place * (far.z / place.z)).collect();
    let ways = smoothed(&straight, WAY_HZ[0], WAY_HZ[1]);
    ways.iter().zip(&distances).map(|(way, far)| way.with_z(far.z)).collect()
}

/// Where the middle of the hips is so that the landmarks lie where they are seen (least squares); none where too few are seen.
fn place(moment: &Moment, focal: f32) -> Option<Vec3> {
    let (mut matrix, mut sums, mut count) = (DMat3::ZERO, DVec3::ZERO, 0);
    for landmark in (0..BODY_LANDMARKS).filter(|landmark| moment.visibility[*landmark] > SEEN) {
        let from_hips = moment.world_m[landmark].as_dvec3();
        let seen = (moment.picture[landmark] / focal).as_dvec2();
        // (x + X) = -u (z + Z): the camera looks along -Z.
        for (row, known) in [
            (DVec3::new(1.0, 0.0, seen.x), -from_hips.x - seen.x * from_hips.z),
            (DVec3::new(0.0, 1.0, seen.y), -from_hips.y - seen.y * from_hips.z),
        ] {
            matrix += DMat3::from_cols(row * row.x, row * row.y, row * row.z);
            sums += row * known;
        }
        count += 1;
    }
    let found = (matrix.inverse() * sums).as_vec3();
    (count >= 6 && matrix.determinant() > 1e-9 && found.is_finite() && (-100.0..-0.2).contains(&found.z)).then_some(found)
}

/// Puts poses whose pelvis is at the origin on their way: the first one above the origin of the floor.
pub(super) fn set_out(motion: &mut Motion, in_view_m: &[Vec3], world_from_camera: Quat) {
    let ways_m: Vec<Vec3> = in_view_m.iter().map(|place| world_from_camera * *place).collect();
    let Some(first_m) = ways_m.first().copied() else { return };
    let standing_m: Vec<f32> = feet::world_joints(motion).iter().map(|joints| -feet::lowest_m(joints)).collect();
    let above_m: Vec<f32> = ways_m.iter().zip(&standing_m).map(|(way, standing)| way.y - standing).collect();
    for (frame, pose) in motion.frames.iter_mut().enumerate() {
        let around = &above_m[frame.saturating_sub(FLOOR_FRAMES)..(frame + FLOOR_FRAMES + 1).min(above_m.len())];
        let jump_m = (above_m[frame] - median(around) - JUMP_M).max(0.0);
        let way_m = ways_m[frame] - first_m;
        pose.root_m = Vec3::new(way_m.x, standing_m[frame] + jump_m, way_m.z);
    }
}

fn median(values: &[f32]) -> f32 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f32::total_cmp);
    sorted[sorted.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;
    use glam::Vec2;

    /// A body of points as a camera sees it.
    fn seen(at_m: Vec3, focal: f32) -> Moment {
        let world_m: [Vec3; BODY_LANDMARKS] = std::array::from_fn(|at| {
            let at = at as f32;
            Vec3::new((at * 1.3).sin() * 0.4, 0.8 - at * 0.05, (at * 2.1).cos() * 0.2)
        });
        let picture = world_m.map(|place| {
            let place = place + at_m;
            Vec2::new(place.x, place.y) * (focal / -place.z)
        });
        Moment { world_m, picture, visibility: [1.0; BODY_LANDMARKS] }
    }

    #[test]
    fn the_way_is_that_of_the_body_before_the_camera() {
        let at = |frame: usize| Vec3::new(-0.5 + 0.02 * frame as f32, -0.1, -3.0 - 0.01 * frame as f32);
        let moments: Vec<Moment> = (0..60).map(|frame| seen(at(frame), 640.0)).collect();
        let found = in_view(&moments, [640, 480]);
        let worst = (10..50).map(|frame| found[frame].distance(at(frame))).fold(0.0, f32::max);
        assert!(worst < 0.03, "{worst}");
    }

    #[test]
    fn feet_stand_on_the_floor_and_a_jump_leaves_it() {
        let mut motion = Motion { frames: vec![Pose { root_m: Vec3::ZERO, ..Pose::REST }; 60] };
        let height = |frame: usize| 0.3 * (1.0 - ((frame as f32 - 30.0) / 6.0).powi(2)).max(0.0);
        let ways: Vec<Vec3> = (0..60).map(|frame| Vec3::new(0.0, height(frame), -4.0)).collect();
        set_out(&mut motion, &ways, Quat::IDENTITY);
        assert!((motion.frames[5].root_m - Pose::REST.root_m).length() < 1e-4);
        assert!((motion.frames[30].root_m.y - Pose::REST.root_m.y - 0.24).abs() < 0.02);
    }
}
