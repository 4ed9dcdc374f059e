//! How good a motion is, in numbers: the same definitions in `inspect`, in tests and in every report.
//!
//! Float and penetration look at the whole surface of the body ([`supports`]), sliding at the toes, whose heights count from the rest
//! pose ([`feet`]). Real motion capture measured the same way stands beside any figure.
//!
//! Sliding has two figures. [`MotionQuality::slide_mm_per_frame`] is the mean over every low toe, as the field counts it: a toe that swings
//! low counts too, so real walks have 10 to 40 mm. [`MotionQuality::contact_slide_mm_per_frame`] looks at toes in contact with the floor
//! alone (the contacts of the clean-up) and is what clean feet bring to nothing; [`MotionQuality::contact_pct`] says how much of the motion
//! it speaks for, because what glides too fast for a contact is not in it.

use super::feet::{self, LOW_M};
use super::supports::{self, Surface};
use super::{JOINT_COUNT, Joint, Motion, Pose, WorldPose};
use glam::Vec3;

/// Soles are soft, and the rest of a body is softer: only what is deeper than this counts as penetration.
const SOFT_SOLE_M: f32 = 0.01;
const SOFT_FLESH_M: f32 = 0.02;
/// The toes.
const TOES: [Joint; 2] = [Joint::LFoot, Joint::RFoot];

/// The longest step of a joint from one frame to the next: 99 of 100 clips of the free archives stay below, and a torn pelvis makes
/// more than a metre.
pub const REAL_STEP_MM: f32 = 650.0;
/// A surface point deeper than this has sunk into the floor, and so many frames of a clip may have one, per cent.
pub const DEEP_M: f32 = 0.03;
/// See [`DEEP_M`].
pub const DEEP_FRAMES_PCT: f32 = 1.0;

/// Quality measures of a motion at 30 fps with the floor at 0.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MotionQuality {
    /// Length of the pelvis' way on the floor, metres.
    pub path_m: f32,
    /// Mean horizontal step of a toe while it is lower than 5 cm (before and after the step), mm a frame.
    pub slide_mm_per_frame: f32,
    /// Mean horizontal step of a toe within its contacts with the floor ([`feet::contacts`]), mm a frame.
    pub contact_slide_mm_per_frame: f32,
    /// Share of frames in which a toe is in contact with the floor, per cent.
    pub contact_pct: f32,
    /// Share of frames in which no surface point is within 5 cm of the floor, flights left out, per cent.
    pub float_pct: f32,
    /// Mean over the frames of how far the deepest surface point lies below −1 cm (feet) or −2 cm (elsewhere), mm.
    pub penetration_mm: f32,
    /// Mean length of the third difference of the 22 world joints, mm a frame³.
    pub jitter_mm_per_frame3: f32,
    /// Longest step of a joint from one frame to the next, mm: fast hands and feet reach a few hundred, a motion that tears more.
    pub largest_step_mm: f32,
}

/// Measures a motion. Every number is 0 where a motion is too short for it.
#[must_use]
pub fn measure(motion: &Motion) -> MotionQuality {
    let worlds: Vec<WorldPose> = motion.frames.iter().map(Pose::world).collect();
    let joints_m: Vec<[Vec3; JOINT_COUNT]> = worlds.iter().map(|world| world.positions_m).collect();
    let surfaces: Vec<Surface> = worlds.iter().map(Surface::of).collect();
    let pelvis = Joint::Pelvis as usize;
    let flying = supports::in_flight(&surfaces, supports::FREE_FALL_TOLERANCE);
    let floats = surfaces.iter().zip(&flying).filter(|(surface, flying)| surface.lowest().1 > LOW_M && !**flying);

    let slides_m = joints_m.windows(2).flat_map(|pair| {
        let low = TOES.into_iter().filter(|toe| pair.iter().all(|joints| feet::height_m(joints, *toe) < LOW_M));
        low.map(|toe| feet::floor_distance_m(pair[0][toe as usize], pair[1][toe as usize])).collect::<Vec<_>>()
    });
    let contacts = TOES.map(|toe| (toe, feet::contacts(&joints_m, toe)));
    let contact_slides_m = contacts.iter().flat_map(|(toe, runs)| {
        let within = runs.iter().flat_map(|run| joints_m[run.clone()].windows(2));
        within.map(|pair| feet::floor_distance_m(pair[0][*toe as usize], pair[1][*toe as usize]))
    });
    let touching = (0..joints_m.len()).filter(|frame| contacts.iter().any(|(_, runs)| runs.iter().any(|run| run.contains(frame))));
    let share_pct = |frames: usize| 100.0 * frames as f32 / joints_m.len().max(1) as f32;
    let steps_m = joints_m.windows(2).flat_map(|pair| pair[0].iter().zip(&pair[1]).map(|(from, to)| from.distance(*to)));
    let jerks_m = joints_m
        .windows(4)
        .flat_map(|w| (0..w[0].len()).map(|j| (w[3][j] - w[0][j] - 3.0 * (w[2][j] - w[1][j])).length()).collect::<Vec<_>>());

    MotionQuality {
        path_m: joints_m.windows(2).map(|pair| feet::floor_distance_m(pair[0][pelvis], pair[1][pelvis])).sum(),
        slide_mm_per_frame: 1e3 * mean(slides_m),
        contact_slide_mm_per_frame: 1e3 * mean(contact_slides_m),
        contact_pct: share_pct(touching.count()),
        float_pct: share_pct(floats.count()),
        penetration_mm: 1e3 * mean(surfaces.iter().map(depth_m)),
        jitter_mm_per_frame3: 1e3 * mean(jerks_m),
        largest_step_mm: 1e3 * steps_m.fold(0.0, f32::max),
    }
}

/// Share of the frames with a surface point deeper than [`DEEP_M`], per cent.
#[must_use]
pub fn deep_pct(surfaces: &[Surface]) -> f32 {
    let deep = surfaces.iter().filter(|surface| surface.lowest().1 < -DEEP_M).count();
    100.0 * deep as f32 / surfaces.len().max(1) as f32
}

/// How far the deepest surface point lies below what is soft.
fn depth_m(surface: &Surface) -> f32 {
    let soft_m = |point: usize| if supports::is_foot(point) { SOFT_SOLE_M } else { SOFT_FLESH_M };
    (0..supports::POINTS).map(|point| -soft_m(point) - surface.height_m(point)).fold(0.0, f32::max)
}

fn mean(values: impl Iterator<Item = f32>) -> f32 {
    let (sum, count) = values.fold((0.0_f64, 0_u32), |(sum, count), value| (sum + f64::from(value), count + 1));
    (sum / f64::from(count.max(1))) as f32
}
