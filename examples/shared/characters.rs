//! Our motions on the rigs of files: how directions, planted feet, the floor and touching hands come out.

use std::path::{Path, PathBuf};
use zoetrope::body::{Character, skin};
use zoetrope::formats;
use zoetrope::motion::cleanup::{CleanupSettings, clean};
use zoetrope::motion::feet::{self, FEET};
use zoetrope::motion::mapping::Presets;
use zoetrope::motion::mapping::fidelity::{is_held, limbs};
use zoetrope::motion::rig::RigWorld;
use zoetrope::motion::supports::{SURFACE, Surface};
use zoetrope::motion::{Joint, Motion};

const NEAR_DEG: f32 = 5.0;
/// Hands as near as this touch.
const TOUCHES_M: f32 = 0.10;
/// Every so many frames the skin is looked at.
const SKIN_STEP: usize = 10;
/// Ours moves less than this in a contact while it stands; what rolls over heel or ball or turns on it moves more.
const STANDS_M: f32 = 0.01;
/// Longer motions are cut.
const MOST_FRAMES: usize = 300;

/// One motion on one rig.
#[derive(Default)]
struct Measures {
    limbs: usize,
    near: usize,
    /// The same without those that go by where their end is.
    free: usize,
    free_near: usize,
    planted_m: f32,
    /// How deep the lowest vertex is under the floor, beyond what it is in the rest pose.
    sunk_m: f32,
    touching: usize,
    kept: usize,
}

/// Prints the second half of the report: a row for each file with a rig, and the files that are refused.
pub(crate) fn report(folder: &Path, motions: &[PathBuf]) {
    let motions: Vec<(String, Motion)> = motions.iter().filter_map(|path| Some((super::name_of(path), prepared(path)?))).collect();
    let mut files = Vec::new();
    collect(folder, &mut files);
    files.sort();
    println!("\n# Our motion on other rigs\n");
    println!(
        "From a folder of characters and {} motions, cleaned up: {}. Asked of each: 95 % of the limbs within {NEAR_DEG:.0}° of ours, planted \
         feet (ankles and toes in our contacts, while ours move less than {:.0} cm) that stray at most 1 cm from where ours stand, no vertex more \
         than 2 cm under the floor beyond the rest pose, hands within {:.0} cm of each other or of the floor that stay so within 10 cm. Metres \
         are those of our own size, in which all legs are as long as ours.\n",
        motions.len(),
        motions.iter().map(|(name, motion)| format!("`{name}` ({} frames)", motion.len())).collect::<Vec<_>>().join(", "),
        STANDS_M * 100.0,
        TOUCHES_M * 100.0
    );
    println!(
        "*Held* limbs go by where their end is: arms whose hands touch the floor, the body or each other, legs of a body that lies or sits on the \
         floor, where what is thick lies higher than ours and feet do not. No other proportions can have their directions too, so they are not \
         counted in the first figure.\n"
    );
    println!(
        "| rig | joints | vertices | limbs within {NEAR_DEG:.0}° | held ones too | planted feet, worst | under the floor | hands that stay near |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut refused = Vec::new();
    for file in &files {
        let name = file.strip_prefix(folder).unwrap_or(file).display().to_string();
        match formats::read_humanoid(file, &Presets::NONE) {
            Ok((character, _)) => println!("{}", row(&name, &character, &motions)),
            Err(error) => refused.push(format!("- {name}: {}", reason(&error.to_string(), file))),
        }
    }
    println!("\n## Not read as a character\n");
    refused.iter().for_each(|line| println!("{line}"));
}

/// The error without the path, which is of no use to others.
fn reason(error: &str, file: &Path) -> String {
    error.replace(&file.display().to_string(), "the file")
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if formats::may_hold_character(&path) {
            files.push(path);
        }
    }
}

fn prepared(path: &Path) -> Option<Motion> {
    let mut motion = formats::read(path).ok()?;
    motion.frames.truncate(MOST_FRAMES);
    Some(clean(&motion, &CleanupSettings::default()))
}

fn row(name: &str, character: &Character, motions: &[(String, Motion)]) -> String {
    let mut all = Measures::default();
    for (_, motion) in motions {
        let found = measured(character, motion);
        all.limbs += found.limbs;
        all.near += found.near;
        all.free += found.free;
        all.free_near += found.free_near;
        all.touching += found.touching;
        all.kept += found.kept;
        all.planted_m = all.planted_m.max(found.planted_m);
        all.sunk_m = all.sunk_m.max(found.sunk_m);
    }
    let vertices: usize = character.meshes().iter().map(|mesh| mesh.positions_m.len()).sum();
    let share = |of: usize, all: usize| if all == 0 { "-".to_owned() } else { format!("{:.1} %", 100.0 * of as f32 / all as f32) };
    format!(
        "| {name} | {} | {vertices} | {} | {} | {:.1} mm | {:.1} mm | {} |",
        character.rig().len(),
        share(all.free_near, all.free),
        share(all.near, all.limbs),
        1000.0 * all.planted_m,
        1000.0 * all.sunk_m,
        share(all.kept, all.touching)
    )
}

fn measured(character: &Character, motion: &Motion) -> Measures {
    let parts = character.mapping().parts();
    let m_per_unit = 1.0 / character.scale();
    let worlds: Vec<RigWorld> = motion.frames.iter().map(|pose| character.world(pose)).collect();
    let mut measures = Measures::default();
    // A mesh that rests under its own soles (a hem, a stand) does so in every pose.
    let rest_m = lowest_m(&character.meshes().iter().flat_map(|mesh| mesh.positions_m.iter().copied()).collect::<Vec<_>>());
    let below_m = if rest_m.is_finite() && rest_m < 0.0 { -rest_m } else { 0.0 };
    for (frame, (pose, world)) in motion.frames.iter().zip(&worlds).enumerate() {
        let ours = pose.world();
        let surface = Surface::of(&ours);
        let at = |joint: Joint| Some(world.positions[parts[joint as usize]?] * m_per_unit);
        for (from, to) in limbs() {
            let (Some(from_m), Some(to_m)) = (at(from), at(to)) else { continue };
            let ours = ours.positions_m[to as usize] - ours.positions_m[from as usize];
            measures.limbs += 1;
            let near = usize::from(ours.angle_between(to_m - from_m).to_degrees() < NEAR_DEG);
            measures.near += near;
            if !is_held(&surface, from) {
                measures.free += 1;
                measures.free_near += near;
            }
        }
        let [left, right] = [Joint::LWrist, Joint::RWrist];
        if let (Some(left_m), Some(right_m)) = (at(left), at(right)) {
            let gap_m = surface.centres_m[left as usize].distance(surface.centres_m[right as usize]);
            let near = gap_m < TOUCHES_M + 0.1;
            measures.touching += usize::from(near);
            measures.kept += usize::from(near && (left_m.distance(right_m) - gap_m).abs() < 0.10);
            for (hand, hand_m) in [(left, left_m), (right, right_m)] {
                let height_m = surface.centres_m[hand as usize].y - SURFACE[hand as usize].radius_m;
                measures.touching += usize::from(height_m < TOUCHES_M);
                measures.kept += usize::from(height_m < TOUCHES_M && (hand_m.y - surface.centres_m[hand as usize].y).abs() < 0.10);
            }
        }
        if frame.is_multiple_of(SKIN_STEP) {
            let lowest_m = lowest_m(&skin(character, pose)) * m_per_unit;
            let ours_m = surface.lowest().1.min(0.0);
            if lowest_m.is_finite() {
                measures.sunk_m = measures.sunk_m.max(ours_m - lowest_m - below_m * m_per_unit);
            }
        }
    }
    let joints_m = feet::world_joints(motion);
    for joint in FEET.into_iter().flatten() {
        let Some(index) = parts[joint as usize] else { continue };
        for stand in feet::contacts(&joints_m, joint) {
            let middle = stand.start + stand.len() / 2;
            for frame in stand.filter(|frame| joints_m[*frame][joint as usize].distance(joints_m[middle][joint as usize]) < STANDS_M) {
                let rigs_m = (worlds[frame].positions[index] - worlds[middle].positions[index]) * m_per_unit;
                let ours_m = joints_m[frame][joint as usize] - joints_m[middle][joint as usize];
                measures.planted_m = measures.planted_m.max((rigs_m - ours_m).length());
            }
        }
    }
    measures
}

fn lowest_m(places_m: &[glam::Vec3]) -> f32 {
    places_m.iter().map(|place_m| place_m.y).fold(f32::INFINITY, f32::min)
}
