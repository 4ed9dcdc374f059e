//! Imports every BVH file below each given folder and reports how faithful the retargeted motions are.
//!
//! `cargo run --no-default-features --example mocap_report -- DIR…`

#![allow(clippy::print_stdout, reason = "a report for the terminal")]

use std::path::{Path, PathBuf};
use zoetrope::formats::bvh;
use zoetrope::motion::retarget::fidelity::{BONES, fidelity};

#[derive(Default)]
struct Tally {
    clips: usize,
    failed: Vec<String>,
    outside: Vec<String>,
    angles: Vec<Vec<f32>>,
    standing: Vec<f32>,
    slide: (f32, f32),
    stretch_m: f32,
}

fn main() {
    for folder in std::env::args().skip(1) {
        let mut files = Vec::new();
        collect(Path::new(&folder), &mut files);
        files.sort();
        let mut tally = Tally { angles: vec![Vec::new(); BONES.len()], ..Tally::default() };
        for file in &files {
            measure(file, &mut tally);
        }
        print(&folder, &mut tally);
    }
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "bvh") {
            files.push(path);
        }
    }
}

fn measure(file: &Path, tally: &mut Tally) {
    tally.clips += 1;
    let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
    let clip = text.and_then(|text| bvh::parse(&text));
    let found = match clip.and_then(|clip| fidelity(&clip).map_err(|error| error.to_string())) {
        Ok(found) => found,
        Err(reason) => return tally.failed.push(format!("{name}: {reason}")),
    };
    let share = |inside: usize, of: usize| if of == 0 { 1.0 } else { inside as f32 / of as f32 };
    let angles = || found.bone_degrees.iter().flatten().filter(|angle| angle.is_finite());
    let directions = share(angles().filter(|angle| **angle <= 10.0).count(), angles().count());
    let grounded = share(found.standing_heights_m.iter().filter(|m| (-0.01..=0.03).contains(*m)).count(), found.standing_heights_m.len());
    let slid = found.slide_mm > 1.3 * found.source_slide_mm + 0.3;
    if directions < 0.99 || grounded < 0.9 || slid {
        tally.outside.push(format!(
            "{name}: directions {:.1} %, standing feet {:.0} %, slide {:.1} of {:.1} mm",
            directions * 100.0,
            grounded * 100.0,
            found.slide_mm,
            found.source_slide_mm
        ));
    }
    for frame in &found.bone_degrees {
        for (bone, angle) in frame.iter().enumerate() {
            if angle.is_finite() {
                tally.angles[bone].push(*angle);
            }
        }
    }
    tally.standing.extend(&found.standing_heights_m);
    if found.source_slide_mm.is_finite() {
        tally.slide.0 += found.slide_mm;
        tally.slide.1 += found.source_slide_mm;
    }
    tally.stretch_m = tally.stretch_m.max(found.stretch_m);
}

fn print(folder: &str, tally: &mut Tally) {
    println!("\n{folder}: {} clips, {} failed, {} outside", tally.clips, tally.failed.len(), tally.outside.len());
    let all: Vec<f32> = tally.angles.iter().flatten().copied().collect();
    let within = all.iter().filter(|angle| **angle <= 10.0).count() as f32 / all.len().max(1) as f32;
    println!("  bone directions within 10°: {:.2} %", within * 100.0);
    for ((name, ..), angles) in BONES.iter().zip(&mut tally.angles) {
        angles.sort_by(f32::total_cmp);
        let at = |share: f32| angles.get((angles.len() as f32 * share) as usize).copied().unwrap_or(f32::NAN);
        println!("    {name:<15} median {:5.1}°  99 % {:5.1}°", at(0.5), at(0.99));
    }
    let grounded = tally.standing.iter().filter(|m| (-0.01..=0.03).contains(*m)).count() as f32 / tally.standing.len().max(1) as f32;
    tally.standing.sort_by(f32::total_cmp);
    let at = |share: f32| tally.standing.get((tally.standing.len() as f32 * share) as usize).copied().unwrap_or(f32::NAN) * 100.0;
    println!(
        "  standing feet within −1…+3 cm: {:.1} %  (5 % {:.1} cm, median {:.1}, 95 % {:.1})",
        grounded * 100.0,
        at(0.05),
        at(0.5),
        at(0.95)
    );
    println!("  slide: {:.2} × the source's; bone lengths change by at most {:.1e} m", tally.slide.0 / tally.slide.1, tally.stretch_m);
    for line in tally.failed.iter().chain(&tally.outside) {
        println!("    {line}");
    }
}
