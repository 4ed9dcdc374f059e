//! Two actions at once: the upper body of one clip over the legs of another, captioned "A while B".
//!
//! Legs come from clips that go somewhere, arms from clips that stay where they are and move their arms. The pelvis is the legs';
//! the two must stand about equally upright, or the chest would lean where it never leant. Only clips that are trained on are used.

use super::assigned::Clip;
use super::clips::{mirrored_name, write};
use super::figures::Figures;
use super::hash::hash;
use super::options::BuildOptions;
use super::performers::Part;
use super::pool;
use crate::motion::effects::Effect;
use crate::motion::{Joint, Motion, Pose, features};
use crate::train::dataset::{Dataset, DatasetError, Layout, words};
use glam::Vec3;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{Rng, SeedableRng};
use std::sync::atomic::AtomicBool;

/// The folder of composed clips.
const FOLDER: &str = "composed";
/// Pairs tried for each composition.
const TRIES: usize = 12;
/// Who is slower stays about where they are, who is faster goes, m/s.
const STAYS_M_PER_SEC: f32 = 0.2;
const GOES_M_PER_SEC: f32 = 0.4;
/// Least mean speed of arms that do something, most of legs that stand, m/s about the pelvis.
const ARMS_M_PER_SEC: f32 = 0.25;
const STANDING_LEGS_M_PER_SEC: f32 = 0.3;
/// Upright: the pelvis never comes lower.
const UPRIGHT_M: f32 = 0.75;
/// Most mean difference of the two pelvises' tilt, degrees.
const TILT_DEG: f32 = 12.0;
/// Most turning of the body whose arms are taken, degrees.
const TURN_DEG: f32 = 40.0;

/// Joints of the upper body.
const UPPER: [Joint; 13] = [
    Joint::Spine1,
    Joint::Spine2,
    Joint::Spine3,
    Joint::Neck,
    Joint::LCollar,
    Joint::RCollar,
    Joint::Head,
    Joint::LShoulder,
    Joint::RShoulder,
    Joint::LElbow,
    Joint::RElbow,
    Joint::LWrist,
    Joint::RWrist,
];

/// Composes clips and answers their names.
pub(super) fn compose(
    options: &BuildOptions,
    layout: &Layout,
    clips: &[Clip<'_>],
    progress: &(dyn Fn(usize, usize) + Sync),
    cancel: &AtomicBool,
) -> Result<Vec<String>, DatasetError> {
    let trained = || clips.iter().filter(|clip| clip.part == Part::Train && clip.kept.for_generator);
    let names = |fits: &dyn Fn(f32) -> bool| {
        let fitting = trained().filter(|clip| fits(clip.kept.figures.speed_m_per_sec));
        fitting.map(|clip| clip.kept.name.clone()).collect::<Vec<_>>()
    };
    let (legs, arms) = (names(&|speed| speed > GOES_M_PER_SEC), names(&|speed| speed < STAYS_M_PER_SEC));
    let wanted = options.compositions.unwrap_or(trained().count() / 10);
    let numbers: Vec<usize> = if legs.is_empty() || arms.is_empty() { Vec::new() } else { (0..wanted).collect() };
    let dataset = Dataset::open(layout.root())?;
    let made = pool::each(options.threads, &numbers, cancel, &|done| progress(done, numbers.len()), |number| {
        let mut random = StdRng::seed_from_u64(hash(&[&options.seed.to_string(), FOLDER, &number.to_string()]));
        let mut pick = |names: &[String]| {
            let name = names.choose(&mut random).cloned().unwrap_or_default();
            if options.mirror && random.random_bool(0.5) { mirrored_name(&name) } else { name }
        };
        for _ in 0..TRIES {
            let (legs, arms) = (pick(&legs), pick(&arms));
            let captions = together(&dataset.captions(&legs)?, &dataset.captions(&arms)?);
            if captions.is_empty() {
                continue;
            }
            let motion = |name: &str| dataset.features(name).map(|features| features::decode(&features));
            let (legs, arms) = (motion(&legs)?, motion(&arms)?);
            let Some(both) = upper_over_lower(&legs, &arms, options.frames().start) else { continue };
            if Figures::of(&both).fault().is_none() {
                let name = format!("{FOLDER}/{number:06}");
                write(layout, &name, &both, &captions, &[])?;
                return Ok(Some(name));
            }
        }
        Ok(None)
    })?;
    Ok(made.into_iter().flatten().collect())
}

/// A few captions for both at once.
fn together(legs: &[String], arms: &[String]) -> Vec<String> {
    let mut captions: Vec<String> = Vec::new();
    for said in legs.iter().flat_map(|legs| arms.iter().filter_map(|arms| words::together(legs, arms))) {
        if captions.len() < 4 && !captions.contains(&said) {
            captions.push(said);
        }
    }
    captions
}

/// The upper body of `arms` on the pelvis and legs of `legs`, as long as the shorter of the two; `None` where they do not fit.
fn upper_over_lower(legs: &Motion, arms: &Motion, least_frames: usize) -> Option<Motion> {
    let frames = legs.len().min(arms.len());
    let is_upright = |motion: &Motion| Effect::PelvisLow.measure(motion) > UPRIGHT_M;
    let fits = frames >= least_frames
        && is_upright(legs)
        && is_upright(arms)
        && Effect::ArmSpeed.measure(arms) > ARMS_M_PER_SEC
        && Effect::LegSpeed.measure(arms) < STANDING_LEGS_M_PER_SEC
        && Effect::Turn.measure(arms).abs() < TURN_DEG;
    let tilt = |pose: &Pose| {
        // Seen from the body's own heading: forward and sideways lean of the pelvis.
        let up_in_pelvis = pose.local[0].inverse() * Vec3::Y;
        up_in_pelvis.normalize_or(Vec3::Y)
    };
    let pairs = || legs.frames.iter().zip(&arms.frames);
    let apart_deg = pairs().map(|(legs, arms)| tilt(legs).angle_between(tilt(arms)).to_degrees()).sum::<f32>() / frames.max(1) as f32;
    if !fits || apart_deg > TILT_DEG {
        return None;
    }
    let both = pairs().map(|(legs, arms)| {
        let mut pose = *legs;
        for joint in UPPER {
            pose.local[joint as usize] = arms.local[joint as usize];
        }
        pose
    });
    Some(Motion { frames: both.collect() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::Quat;

    fn person(speed_m_per_sec: f32, arm_hz: f32) -> Motion {
        let pose = |frame: usize| {
            let secs = frame as f32 / 30.0;
            let mut pose = Pose::REST;
            pose.root_m.z += speed_m_per_sec * secs;
            pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z((std::f32::consts::TAU * arm_hz * secs).sin());
            pose
        };
        Motion { frames: (0..90).map(pose).collect() }
    }

    #[test]
    fn arms_of_one_go_with_the_legs_of_another() {
        let (legs, arms) = (person(1.0, 0.0), person(0.0, 1.0));
        let both = upper_over_lower(&legs, &arms, 60).expect("they fit");
        assert_eq!(both.frames[80].root_m, legs.frames[80].root_m);
        assert_eq!(both.frames[80].local[16], arms.frames[80].local[16]);
        assert!(upper_over_lower(&legs, &legs, 60).is_none(), "arms that do nothing are not worth it");
        assert!(upper_over_lower(&legs, &arms, 91).is_none(), "too short together");
    }
}
