//! Imports every BVH file below each given folder and reports, as Markdown, how faithful the retargeted motions are; and how some motions
//! come out on every character in a folder.
//!
//! `cargo run --no-default-features --example mocap_report -- DIR… --onto CHARACTERS MOTION… > docs/retarget.md`

#![allow(clippy::print_stdout, reason = "a report for the terminal")]

#[path = "shared/characters.rs"]
mod characters;
mod shared;

use shared::collect;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use zoetrope::formats;
use zoetrope::motion::mapping::fidelity::{BONES, Fidelity, fidelity};

/// What is asked of a clip. A source that hardly slides may slide by this much more.
const DIRECTION_DEG: f32 = 10.0;
const DIRECTIONS: f32 = 0.99;
const STANDING_M: std::ops::RangeInclusive<f32> = -0.01..=0.03;
const STANDING: f32 = 0.9;
const SLIDE: f32 = 1.3;
const SLIDE_SPARE_MM: f32 = 0.3;

#[derive(Default)]
struct Tally {
    clips: usize,
    failed: Vec<String>,
    /// By reason: how many clips of each trial.
    outside: BTreeMap<String, BTreeMap<String, usize>>,
    angles: Vec<Vec<f32>>,
    standing: Vec<f32>,
    source_standing: Vec<f32>,
    slide: (f32, f32),
    stretch_m: f32,
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (folders, onto) = arguments.split_at(arguments.iter().position(|argument| argument == "--onto").unwrap_or(arguments.len()));
    let tallies: Vec<(String, Tally)> = folders.iter().map(|folder| (name_of(Path::new(folder)), tally(folder))).collect();
    println!("# How faithful imported motion capture is\n");
    println!(
        "Both halves are made by `cargo run --no-default-features --example mocap_report -- DIR… --onto CHARACTERS MOTION… > docs/retarget.md`, this \
         one from folders of BVH files.\n"
    );
    println!(
        "Asked of each clip: {:.0} % of the bone directions (limbs, trunk, head, hips, shoulders) within {DIRECTION_DEG:.0}° of the \
         source's; standing feet from {:.0} to +{:.0} cm off the floor; feet that slide at most {SLIDE} times as far as the source's; \
         bones that keep their lengths. A foot stands where its lowest joint moves slower than 0.25 m/s; *the source's own* is the same \
         figure of the source's feet about the level on which they stand most, and says what stairs, props and lying down are to blame \
         for.\n",
        DIRECTIONS * 100.0,
        STANDING_M.start() * 100.0,
        STANDING_M.end() * 100.0
    );
    println!(
        "| archive | clips | not read | directions within 10° | worst line of the body, 99 % | standing feet | the source's own | slide | bones |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    tallies.iter().for_each(|(name, tally)| println!("{}", row(name, tally)));
    for (name, tally) in &tallies {
        list(name, tally);
    }
    if let [_, folder, motions @ ..] = onto {
        characters::report(Path::new(folder), &motions.iter().map(PathBuf::from).collect::<Vec<_>>());
    }
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn tally(folder: &str) -> Tally {
    let mut files = Vec::new();
    collect(Path::new(folder), &mut files);
    files.sort();
    let mut tally = Tally { angles: vec![Vec::new(); BONES.len()], ..Tally::default() };
    for file in &files {
        measure(file, &mut tally);
    }
    tally.angles.iter_mut().for_each(|angles| angles.sort_by(f32::total_cmp));
    tally
}

fn measure(file: &Path, tally: &mut Tally) {
    tally.clips += 1;
    let name = name_of(file);
    let clip = formats::read_bvh(file).map_err(|error| error.to_string());
    let found = match clip.and_then(|clip| fidelity(&clip).map_err(|error| error.to_string())) {
        Ok(found) => found,
        Err(reason) => return tally.failed.push(format!("{name}: {reason}")),
    };
    for reason in reasons(&found) {
        let trial = name.trim_end_matches(|c: char| c.is_ascii_digit()).trim_end_matches('_');
        let trial = if trial.is_empty() { &name } else { trial };
        *tally.outside.entry(reason).or_default().entry(trial.to_owned()).or_default() += 1;
    }
    for frame in &found.bone_degrees {
        for (bone, angle) in frame.iter().enumerate() {
            if angle.is_finite() {
                tally.angles[bone].push(*angle);
            }
        }
    }
    tally.standing.extend(&found.standing_heights_m);
    tally.source_standing.extend(&found.source_standing_heights_m);
    if found.source_slide_mm > 0.0 {
        tally.slide.0 += found.slide_mm;
        tally.slide.1 += found.source_slide_mm;
    }
    tally.stretch_m = tally.stretch_m.max(found.stretch_m);
}

/// Why a clip is not as it should be; nothing if it is.
fn reasons(found: &Fidelity) -> Vec<String> {
    let mut reasons = Vec::new();
    let angles: Vec<f32> = found.bone_degrees.iter().flatten().copied().filter(|angle| angle.is_finite()).collect();
    if share(&angles, |angle| angle <= DIRECTION_DEG) < DIRECTIONS {
        reasons.push("directions: other places of hips, shoulders or neck in the body, which only stretching would reach".to_owned());
    }
    let has_toes = found.source_slide_mm > 0.0;
    if standing(&found.standing_heights_m) < STANDING {
        let own = standing(&found.source_standing_heights_m) < STANDING;
        reasons.push(match (has_toes, own) {
            (false, _) => "standing feet: the source has no toes, so nothing says how its feet lie".to_owned(),
            (true, true) => {
                "standing feet: the source's own stand at several heights (stairs, props, lying down, a leg held still in the air)"
                    .to_owned()
            }
            (true, false) => "standing feet: feet of other proportions, in poses on heels, edges or tips".to_owned(),
        });
    }
    if has_toes && found.slide_mm > SLIDE * found.source_slide_mm + SLIDE_SPARE_MM {
        reasons.push(
            "slide: toes that the source swings just above 5 cm swing just below it, or legs that cannot follow within 8°".to_owned(),
        );
    }
    reasons
}

fn standing(heights_m: &[f32]) -> f32 {
    share(heights_m, |height_m| STANDING_M.contains(&height_m))
}

fn share(values: &[f32], holds: impl Fn(f32) -> bool) -> f32 {
    if values.is_empty() { 1.0 } else { values.iter().filter(|value| holds(**value)).count() as f32 / values.len() as f32 }
}

fn row(name: &str, tally: &Tally) -> String {
    let all = tally.angles.concat();
    let at_99 = |angles: &[f32]| angles.get((angles.len() as f32 * 0.99) as usize).copied().unwrap_or(0.0);
    let worst = BONES.iter().zip(&tally.angles).max_by(|a, b| at_99(a.1).total_cmp(&at_99(b.1)));
    let worst = worst.map_or(String::new(), |((bone, ..), angles)| format!("{bone} {:.1}°", at_99(angles)));
    let slide = if tally.slide.1 > 0.0 { format!("{:.2} × the source's", tally.slide.0 / tally.slide.1) } else { "no toes".to_owned() };
    let bones = if tally.stretch_m < 1e-5 { "constant".to_owned() } else { format!("{:.1e} m", tally.stretch_m) };
    format!(
        "| {name} | {} | {} | {:.2} % | {worst} | {:.1} % | {:.1} % | {slide} | {bones} |",
        tally.clips,
        tally.failed.len(),
        share(&all, |angle| angle <= DIRECTION_DEG) * 100.0,
        standing(&tally.standing) * 100.0,
        standing(&tally.source_standing) * 100.0,
    )
}

fn list(name: &str, tally: &Tally) {
    if tally.failed.is_empty() && tally.outside.is_empty() {
        return;
    }
    println!("\n## {name}: what falls outside\n");
    tally.failed.iter().for_each(|line| println!("- not read: {line}"));
    for (reason, trials) in &tally.outside {
        let clips: usize = trials.values().sum();
        let names: Vec<String> =
            trials.iter().map(|(trial, count)| if *count > 1 { format!("{trial} ×{count}") } else { trial.clone() }).collect();
        println!("- {reason}: {clips} clips. {}", names.join(", "));
    }
}
