//! How faithful a retargeted motion is to its source: bone directions, standing feet, sliding, bone lengths.

use super::fit::Fit;
use super::floor::{FOOT_JOINTS, FeetM, feet_m, put_on_floor, rest_levels_m, standing_heights};
use super::parts::MappingError;
use crate::motion::rig::RigMotion;
use crate::motion::skeleton::{JOINT_COUNT, Joint, REST_OFFSETS_M};
use crate::motion::supports::{CARRIED_PELVIS_M, CROWN, FINGER_TIPS, FLOOR_SHARE, SURFACE, Surface, is_arm, is_foot};
use crate::motion::{Motion, PARENTS, Pose, WorldPose};
use glam::Vec3;

/// Lines of the body whose direction is compared, as joint pairs: limb bones, trunk, head, and the axes of hips and shoulders.
pub const BONES: [(&str, Joint, Joint); 12] = [
    ("left thigh", Joint::LHip, Joint::LKnee),
    ("right thigh", Joint::RHip, Joint::RKnee),
    ("left shin", Joint::LKnee, Joint::LAnkle),
    ("right shin", Joint::RKnee, Joint::RAnkle),
    ("left upper arm", Joint::LShoulder, Joint::LElbow),
    ("right upper arm", Joint::RShoulder, Joint::RElbow),
    ("left forearm", Joint::LElbow, Joint::LWrist),
    ("right forearm", Joint::RElbow, Joint::RWrist),
    ("trunk", Joint::Pelvis, Joint::Neck),
    ("head", Joint::Neck, Joint::Head),
    ("hips", Joint::RHip, Joint::LHip),
    ("shoulders", Joint::RShoulder, Joint::LShoulder),
];

/// The bones of arms and legs among [`BONES`].
pub fn limbs() -> impl Iterator<Item = (Joint, Joint)> {
    BONES[..8].iter().map(|(_, from, to)| (*from, *to))
}

/// A palm that is nearer than this to the skin of something touches it.
const TOUCHES_M: f32 = 0.15;
/// A foot lower than this is on the floor.
const ON_FLOOR_M: f32 = 0.15;

/// Whether a bone of an arm or a leg that begins at a joint goes by where its end is, so that no rig of other proportions can have its direction
/// too: an arm whose hand touches the floor, the trunk, the head, a knee or the other hand; a leg whose foot is on the floor under a body that
/// lies or sits there, higher where it is thicker.
#[must_use]
pub fn is_held(surface: &Surface, from: Joint) -> bool {
    use Joint::*;
    let is_near = |wrist: Joint, other: Joint| {
        let tip = FINGER_TIPS[usize::from(wrist == RWrist)];
        let palm_m = 0.5 * (surface.centres_m[wrist as usize] + surface.centres_m[tip]);
        let near = |point: usize| surface.centres_m[point].distance(palm_m) < TOUCHES_M + SURFACE[point].radius_m;
        palm_m.y < TOUCHES_M || near(other as usize) || (0..=CROWN).any(|point| !is_arm(point) && !is_foot(point) && near(point))
    };
    let pelvis_m = surface.centres_m[Pelvis as usize].y;
    let lies = |foot: [Joint; 2]| pelvis_m < CARRIED_PELVIS_M && foot.iter().any(|joint| surface.height_m(*joint as usize) < ON_FLOOR_M);
    match from {
        LShoulder | LElbow => is_near(LWrist, RWrist),
        RShoulder | RElbow => is_near(RWrist, LWrist),
        LHip | LKnee => lies([LAnkle, LFoot]),
        RHip | RKnee => lies([RAnkle, RFoot]),
        _ => false,
    }
}

/// What was found in one clip. Feet are compared at the source's own frame rate, before resampling.
#[derive(Clone, Debug)]
pub struct Fidelity {
    /// Angle to the source's direction, degrees, `[frame][bone]` in the order of [`BONES`]; NaN where the source has no such bone.
    pub bone_degrees: Vec<[f32; BONES.len()]>,
    /// Height of the lowest foot joint above its rest height in frames where it stands, metres.
    pub standing_heights_m: Vec<f32>,
    /// The same of the source, at our scale, above where each of its joints stands.
    pub source_standing_heights_m: Vec<f32>,
    /// Mean horizontal step of a toe while lower than 5 cm, millimetres a frame: ours.
    pub slide_mm: f32,
    /// The same of the source, at our scale and on the same floor.
    pub source_slide_mm: f32,
    /// Largest change of a bone's length over the clip, metres.
    pub stretch_m: f32,
}

/// Retargets a clip and compares it with its source.
///
/// # Errors
/// See [`super::retarget`].
pub fn fidelity(clip: &RigMotion) -> Result<Fidelity, MappingError> {
    let fit = Fit::new(clip)?;
    let sources: Vec<[Option<Vec3>; JOINT_COUNT]> = (0..clip.frame_count())
        .map(|frame| {
            let world = clip.world(frame);
            fit.parts.map(|part| part.map(|index| fit.ours_from_rig_world * world.positions[index] * fit.scale))
        })
        .collect();
    let mut motion = Motion { frames: (0..clip.frame_count()).map(|frame| fit.pose(&clip.world(frame))).collect() };
    put_on_floor(&mut motion);
    let ours: Vec<WorldPose> = motion.frames.iter().map(Pose::world).collect();

    let bone_degrees = std::iter::zip(&ours, &sources).map(|(ours, source)| bone_angles(ours, source)).collect();
    let our_feet: Vec<FeetM> = ours.iter().map(feet_m).collect();
    let source_feet: Vec<FeetM> =
        sources.iter().map(|source| FOOT_JOINTS.map(|joint| source[joint as usize].unwrap_or(Vec3::NAN))).collect();
    let [our_toes, source_toes] =
        [&our_feet, &source_feet].map(|feet| feet.iter().map(|[_, left, _, right]| [*left, *right]).collect::<Vec<_>>());
    let rate = clip.fps / crate::motion::FPS;
    Ok(Fidelity {
        bone_degrees,
        standing_heights_m: standing_heights(&our_feet, rest_levels_m()),
        source_standing_heights_m: above_own_floor(&source_feet),
        slide_mm: slide_mm(&our_toes) * rate,
        source_slide_mm: slide_mm(&source_toes) * rate,
        stretch_m: stretch_m(&ours),
    })
}

/// How high the source stands in frames in which it stands, above where it stands most.
fn above_own_floor(feet: &[FeetM]) -> Vec<f32> {
    let level_m = |joint: usize| {
        let mut heights_m: Vec<f32> = feet.iter().map(|feet| feet[joint].y).filter(|y| y.is_finite()).collect();
        heights_m.sort_by(f32::total_cmp);
        heights_m.get(heights_m.len() / 10).copied().unwrap_or(f32::NAN)
    };
    let mut heights_m = standing_heights(feet, std::array::from_fn(level_m));
    heights_m.sort_by(f32::total_cmp);
    let floor_m = heights_m.get((heights_m.len() as f32 * FLOOR_SHARE) as usize).copied().unwrap_or_default();
    heights_m.iter().map(|height_m| height_m - floor_m).collect()
}

fn bone_angles(ours: &WorldPose, source: &[Option<Vec3>; JOINT_COUNT]) -> [f32; BONES.len()] {
    BONES.map(|(_, from, to)| {
        let (Some(source_from), Some(source_to)) = (source[from as usize], source[to as usize]) else { return f32::NAN };
        let ours = ours.positions_m[to as usize] - ours.positions_m[from as usize];
        ours.angle_between(source_to - source_from).to_degrees()
    })
}

/// Mean horizontal step of a toe while it is lower than 5 cm above where it is when it stands, millimetres a frame.
fn slide_mm(toes: &[[Vec3; 2]]) -> f32 {
    let mut steps = Vec::new();
    for toe in 0..2 {
        let mut heights: Vec<f32> = toes.iter().map(|toes| toes[toe].y).filter(|y| y.is_finite()).collect();
        heights.sort_by(f32::total_cmp);
        let Some(floor) = heights.get(heights.len() / 10) else { continue };
        for pair in toes.windows(2) {
            if pair[0][toe].y - floor < 0.05 && pair[1][toe].y - floor < 0.05 {
                let step = pair[1][toe] - pair[0][toe];
                steps.push(step.x.hypot(step.z) * 1000.0);
            }
        }
    }
    if steps.is_empty() { 0.0 } else { steps.iter().sum::<f32>() / steps.len() as f32 }
}

fn stretch_m(worlds: &[WorldPose]) -> f32 {
    let mut worst: f32 = 0.0;
    for world in worlds {
        for (joint, parent) in PARENTS.iter().enumerate() {
            let Some(parent) = *parent else { continue };
            let length_m = world.positions_m[joint].distance(world.positions_m[parent]);
            worst = worst.max((length_m - REST_OFFSETS_M[joint].length()).abs());
        }
    }
    worst
}
