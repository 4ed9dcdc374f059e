//! What holds for every rig that the generator makes.

use super::generated::{Generated, cartoon, human, quadruped};
use super::{moves, skins};
use glam::Vec3;
use std::collections::BTreeMap;
use zoetrope::motion::feet::{self, FEET};
use zoetrope::motion::mapping::fidelity::{is_held, limbs};
use zoetrope::motion::mapping::{Mapping, SkinPoint, find_parts};
use zoetrope::motion::rig::{Rig, RigWorld};
use zoetrope::motion::supports::Surface;
use zoetrope::motion::{Joint, Motion, WorldPose};

const RIGS: u64 = 200;

#[test]
fn at_least_98_in_100_rigs_without_names_map_fully_and_the_others_say_what_is_missing() {
    let mut missed = Vec::new();
    for seed in 0..RIGS {
        let Generated { rig, parts, spine, ground, what, .. } = human(seed);
        let found = find_parts(&rig).map(|found| found.map(|found| found.joint));
        let wrong: Vec<_> = (0..parts.len())
            .filter(|joint| parts[*joint] != found[*joint])
            .map(|joint| (Joint::ALL[joint], parts[joint], found[joint]))
            .collect();
        match Mapping::of(&rig) {
            Ok(mapping) if wrong.is_empty() && mapping.spine()[1..] == spine && mapping.ground() == ground => {}
            Ok(_) => missed.push(format!("{what}: {wrong:?}")),
            Err(error) => {
                assert!(!error.to_string().is_empty());
                missed.push(format!("{what}: {error}"));
            }
        }
    }
    println!("{} of {RIGS} rigs; missed:\n{}", RIGS as usize - missed.len(), missed.join("\n"));
    assert!(missed.len() as u64 * 50 <= RIGS, "{} of {RIGS} rigs:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn animals_are_refused() {
    for seed in 0..40 {
        assert!(Mapping::of(&quadruped(seed)).is_err(), "quadruped {seed}");
    }
}

fn degrees(a: Vec3, b: Vec3) -> f32 {
    a.angle_between(b).to_degrees()
}

/// The largest angle between the bones of a pose of ours and those of a rig, degrees; our world is the rig's.
fn bones_apart(ours: &WorldPose, rig: &RigWorld, parts: &[Option<usize>]) -> f32 {
    let angle = |(from, to): (Joint, Joint)| {
        let line = rig.positions[parts[to as usize]?] - rig.positions[parts[from as usize]?];
        Some(degrees(ours.positions_m[to as usize] - ours.positions_m[from as usize], line))
    };
    limbs().filter_map(angle).fold(0.0, f32::max)
}

/// The mapping of a rig whose parts are found; the others are another test's.
fn mapped(rig: &Rig, parts: &[Option<usize>]) -> Option<Mapping> {
    let mapping = Mapping::of(rig).ok()?;
    let is_whole = parts.iter().zip(mapping.parts()).all(|(part, found)| part.is_none() || *part == found);
    is_whole.then_some(mapping)
}

#[test]
fn a_motion_onto_a_rig_and_back_keeps_every_direction() {
    for seed in 0..RIGS {
        let Generated { rig, parts, what, .. } = human(seed);
        let Some(mapping) = mapped(&rig, &parts) else { continue };
        for (name, motion) in moves::all() {
            let on_rig = mapping.directions_onto(&motion);
            let again = mapping.directions_to_ours(&on_rig);
            for (frame, (before, after)) in motion.frames.iter().zip(&again.frames).enumerate().step_by(7) {
                let (before, after) = (before.world(), after.world());
                let on_rig = bones_apart(&before, &on_rig.world(frame), &parts);
                assert!(on_rig < 0.5, "{name}, frame {frame}: a bone of the rig is off by {on_rig}°; {what}");
                let back = limbs().map(|(from, to)| {
                    let line = |world: &WorldPose| world.positions_m[to as usize] - world.positions_m[from as usize];
                    degrees(line(&before), line(&after))
                });
                let back = back.fold(0.0, f32::max);
                assert!(back < 0.5, "{name}, frame {frame}: a bone comes back off by {back}°; {what}");
                for joint in [Joint::Pelvis, Joint::Spine3, Joint::Head, Joint::LWrist, Joint::RAnkle] {
                    let apart = before.rotations[joint as usize].angle_between(after.rotations[joint as usize]).to_degrees();
                    assert!(apart < 0.5, "{name}, frame {frame}: {joint:?} comes back turned by {apart}°; {what}");
                }
            }
        }
    }
}

#[test]
fn standing_feet_come_back_at_their_heights() {
    let motion = moves::walk();
    for seed in 0..RIGS {
        let Generated { rig, what, .. } = human(seed);
        let Ok(mapping) = Mapping::of(&rig) else { continue };
        let again = mapping.to_ours(&mapping.onto(&motion));
        for (before, after) in motion.frames.iter().zip(&again.frames).step_by(5) {
            let (before, after) = (before.world().positions_m, after.world().positions_m);
            for joint in [Joint::LAnkle, Joint::RAnkle] {
                let height_m = feet::height_m(&before, joint);
                let apart_m = (after[joint as usize].y - before[joint as usize].y).abs();
                assert!(height_m > 0.02 || apart_m < 0.01, "{joint:?} comes back {apart_m} m away; {what}");
            }
        }
    }
}

/// What is asked of a motion on a rig, in our metres.
#[derive(Default)]
struct Measures {
    bones: usize,
    within_5_degrees: usize,
    worst_planted_m: f32,
    lowest_m: f32,
    /// Of the skin, and which joint of the rig moves it.
    lowest_skin_m: (f32, usize),
}

/// Ours moves less than this in a contact while it stands; what rolls over heel or ball or turns on it moves more.
const STANDS_M: f32 = 0.01;

/// Measures a motion on a rig. Ankles and toes of the rig count as standing in our contacts, from where they are in their middle, as long as
/// ours stand.
fn measured(motion: &Motion, mapping: &Mapping, skin: &[SkinPoint]) -> Measures {
    let parts = mapping.parts();
    let on_rig = mapping.onto(motion);
    let m_per_unit = 1.0 / mapping.scale();
    let worlds: Vec<RigWorld> = (0..on_rig.frame_count()).map(|frame| on_rig.world(frame)).collect();
    let mut measures = Measures::default();
    for (pose, world) in motion.frames.iter().zip(&worlds) {
        let ours = pose.world();
        let surface = Surface::of(&ours);
        for (from, to) in limbs() {
            if is_held(&surface, from) {
                continue;
            }
            let (Some(from_joint), Some(to_joint)) = (parts[from as usize], parts[to as usize]) else { continue };
            let line = world.positions[to_joint] - world.positions[from_joint];
            let apart = degrees(ours.positions_m[to as usize] - ours.positions_m[from as usize], line);
            measures.bones += 1;
            measures.within_5_degrees += usize::from(apart < 5.0);
        }
        let lowest = world.positions.iter().zip(parts_mask(&parts, world.positions.len())).filter(|(_, part)| *part);
        measures.lowest_m = lowest.map(|(at, _)| at.y * m_per_unit).fold(measures.lowest_m, f32::min);
        let (lowest_m, joint) = skins::lowest_m(mapping.rig(), skin, world, 1.0 / m_per_unit);
        if lowest_m < measures.lowest_skin_m.0 {
            measures.lowest_skin_m = (lowest_m, joint);
        }
    }
    let joints_m = feet::world_joints(motion);
    for joint in FEET.into_iter().flatten() {
        let Some(index) = parts[joint as usize] else { continue };
        for stand in feet::contacts(&joints_m, joint) {
            let middle = stand.start + stand.len() / 2;
            let stands = |frame: &usize| joints_m[*frame][joint as usize].distance(joints_m[middle][joint as usize]) < STANDS_M;
            let apart_m = |frame: usize| {
                let rigs = (worlds[frame].positions[index] - worlds[middle].positions[index]) * m_per_unit;
                let ours = joints_m[frame][joint as usize] - joints_m[middle][joint as usize];
                (rigs - ours).length()
            };
            let apart_m = stand.filter(stands).map(apart_m).fold(0.0, f32::max);
            measures.worst_planted_m = measures.worst_planted_m.max(apart_m);
        }
    }
    measures
}

fn parts_mask(parts: &[Option<usize>], joints: usize) -> Vec<bool> {
    (0..joints).map(|joint| parts.contains(&Some(joint))).collect()
}

#[test]
fn every_rig_walks_turns_a_cartwheel_sits_down_and_waves() {
    for (name, motion) in moves::all() {
        let (mut bones, mut within, mut worst_m, mut lowest_m) = (0, 0, (0.0_f32, String::new()), (0.0_f32, String::new()));
        let mut poor = Vec::new();
        for seed in 0..RIGS {
            let Generated { rig, parts, what, .. } = human(seed);
            let Some(mapping) = mapped(&rig, &parts) else { continue };
            let found = measured(&motion, &mapping, &[]);
            bones += found.bones;
            within += found.within_5_degrees;
            if (found.within_5_degrees as f32) < 0.95 * found.bones as f32 {
                poor.push(format!("{:.0} % {what}", 100.0 * found.within_5_degrees as f32 / found.bones as f32));
            }
            if found.worst_planted_m > worst_m.0 {
                worst_m = (found.worst_planted_m, what.clone());
            }
            if found.lowest_m < lowest_m.0 {
                lowest_m = (found.lowest_m, what);
            }
        }
        println!(
            "{name}: limbs within 5°: {:.2} %, planted feet {:.1} mm {}, lowest joint {:.1} mm {}; {} rigs below 95 %:\n{}",
            100.0 * within as f32 / bones as f32,
            1000.0 * worst_m.0,
            worst_m.1,
            1000.0 * lowest_m.0,
            lowest_m.1,
            poor.len(),
            poor[..poor.len().min(8)].join("\n")
        );
        assert!(within as f32 >= 0.98 * bones as f32, "{name}: {within} of {bones} limbs are within 5°");
        assert!(poor.len() as u64 * 50 <= RIGS, "{name}: less than 95 % of the limbs are within 5°: {poor:?}");
        assert!(worst_m.0 < 0.01, "{name}: a planted foot moves by {} m; {}", worst_m.0, worst_m.1);
        assert!(lowest_m.0 > -0.02, "{name}: a joint is {} m under the floor; {}", lowest_m.0, lowest_m.1);
    }
}

#[test]
fn cartoons_move_as_we_do_on_standing_feet_and_out_of_the_floor() {
    for (name, motion) in moves::all().into_iter().chain([("lie", moves::lie())]) {
        let (mut bones, mut within, mut faults) = (0, 0, Vec::new());
        let mut kinds: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for seed in 0..60 {
            let made = cartoon(seed);
            let Some(mapping) = mapped(&made.rig, &made.parts) else { continue };
            let skin = skins::skin(&made);
            let mapping = mapping.with_skin(skin.iter().copied());
            let found = measured(&motion, &mapping, &skin);
            bones += found.bones;
            within += found.within_5_degrees;
            let kind = kinds.entry(made.what.split([':', ',']).nth(1).unwrap_or_default().to_owned()).or_default();
            *kind = (kind.0 + found.within_5_degrees, kind.1 + found.bones);
            // On a head that is larger than the legs are long no foot reaches the floor.
            if found.worst_planted_m > 0.01 && name != "lie" {
                faults.push(format!("a planted foot moves by {} m; {}", found.worst_planted_m, made.what));
            }
            if found.lowest_skin_m.0 < -0.02 {
                let (lowest_m, joint) = found.lowest_skin_m;
                let part = made.parts.iter().position(|part| *part == Some(joint)).map(|part| Joint::ALL[part]);
                faults.push(format!("the skin of {part:?} is {lowest_m} m under the floor; {}", made.what));
            }
        }
        println!("{name}: {:.2} % {kinds:?}, faults: {faults:#?}", 100.0 * within as f32 / bones as f32);
        assert!(within as f32 >= 0.95 * bones as f32, "{name}: {within} of {bones} limbs are within 5°: {kinds:?}");
        assert!(faults.is_empty(), "{name}: {}", faults.join("\n"));
    }
}
