//! Cleans up every BVH file below each given folder and reports, as Markdown, how the bodies stand on the floor before and after.
//!
//! `cargo run --no-default-features --example floor_report -- DIR… > docs/floor.md`

#![allow(clippy::print_stdout, reason = "a report for the terminal")]

mod shared;

use shared::collect;
use std::path::Path;
use zoetrope::motion::cleanup::{CleanupSettings, clean};
use zoetrope::motion::feet::{LOW_M, runs};
use zoetrope::motion::measure::{DEEP_FRAMES_PCT, DEEP_M, MotionQuality, deep_pct, measure};
use zoetrope::motion::supports::{FREE_FALL_TOLERANCE, Surface, in_flight, surfaces};
use zoetrope::motion::{FPS, Motion};

/// What is asked of a clip after clean-up beside few deep frames ([`DEEP_FRAMES_PCT`]): float, slide and jitter by no
/// more above the source's than this, jumps as high (metres) and as long (frames).
const FLOAT_PCT: f32 = 1.0;
const APEX_M: f32 = 0.02;
const LENGTH_FRAMES: usize = 1;
/// Below this a slide is clean, whatever the source has.
const CLEAN_SLIDE_MM: f32 = 1.0;
/// Differences that no figure shows.
const NOTHING_MM: f32 = 0.02;
/// A jump flies at least this long, which tells it from a running step.
const JUMP_SECS: f32 = 0.2;
/// The ground that a jump leaves and lands on is looked for this far around it.
const GROUND_FRAMES: usize = 8;
/// Trials on stairs, stools, ladders and playgrounds, which are not there.
const PROPS: [&str; 4] = ["01_", "43_", "49_21", "14_"];

fn main() {
    println!("# How bodies stand on the floor\n");
    println!("Made by `cargo run --no-default-features --example floor_report -- DIR… > docs/floor.md` from folders of BVH files.\n");
    println!(
        "Asked of each clip after clean-up: at most {DEEP_FRAMES_PCT} % of the frames have a surface point more than {:.0} cm under the floor; \
         float at most {FLOAT_PCT} % above the source's (frames in which the source flies left out); jumps whose apex is within {:.0} cm \
         of the source's (in the world, or above the ground that the source itself leaves and lands on) and whose length is within a \
         frame; contact slide (above {CLEAN_SLIDE_MM} mm) and jitter no more than the source's. Trials with props that are not there \
         ({}) are left out.\n",
        100.0 * DEEP_M,
        100.0 * APEX_M,
        PROPS.map(|name| format!("`{name}*`")).join(", ")
    );
    println!(
        "| archive | clips | sink: before, after | float %: before, after | penetration mm: before, after | contact slide mm: before, after | jitter mm: before, after |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- |");
    let mut missed = Vec::new();
    for folder in std::env::args().skip(1) {
        missed.push((name_of(Path::new(&folder)), archive(&folder)));
    }
    for (name, lines) in missed.into_iter().filter(|(_, lines)| !lines.is_empty()) {
        println!("\n## {name}: what misses it\n");
        lines.iter().for_each(|line| println!("- {line}"));
    }
}

fn name_of(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

/// Prints an archive's row; what misses.
fn archive(folder: &str) -> Vec<String> {
    let mut files = Vec::new();
    collect(Path::new(folder), &mut files);
    files.sort();
    let (mut missed, mut clips, mut sink) = (Vec::new(), 0.0_f32, [0, 0]);
    let mut sums = [[0.0_f32; 4]; 2];
    for file in files.iter().filter(|file| !PROPS.iter().any(|props| name_of(file).starts_with(props))) {
        let source = match zoetrope::formats::read(file) {
            Ok(source) => source,
            Err(error) => {
                missed.push(format!("{}: {error}", name_of(file)));
                continue;
            }
        };
        let cleaned = clean(&source, &CleanupSettings::default());
        clips += 1.0;
        for (at, motion) in [&source, &cleaned].into_iter().enumerate() {
            let quality = measure(motion);
            sink[at] += usize::from(deep_pct(&surfaces(motion)) > DEEP_FRAMES_PCT);
            let figures = [quality.float_pct, quality.penetration_mm, quality.contact_slide_mm_per_frame, quality.jitter_mm_per_frame3];
            sums[at].iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure);
        }
        let reasons = misses(&source, &cleaned);
        if !reasons.is_empty() {
            missed.push(format!("{}: {}", name_of(file), reasons.join("; ")));
        }
    }
    let means = |figure: usize| format!("{:.2}, {:.2}", sums[0][figure] / clips.max(1.0), sums[1][figure] / clips.max(1.0));
    println!(
        "| {} | {clips} | {}, {} | {} | {} | {} | {} |",
        name_of(Path::new(folder)),
        sink[0],
        sink[1],
        means(0),
        means(1),
        means(2),
        means(3)
    );
    missed
}

/// What a cleaned clip misses.
fn misses(source: &Motion, cleaned: &Motion) -> Vec<String> {
    let (before, after): (MotionQuality, MotionQuality) = (measure(source), measure(cleaned));
    let [source_surface, surface] = [source, cleaned].map(surfaces);
    let mut reasons = Vec::new();
    let deep = deep_pct(&surface);
    if deep > DEEP_FRAMES_PCT {
        reasons.push(format!("{deep:.1} % of the frames sink"));
    }
    let float = float_pct(&surface, &source_surface);
    if float > before.float_pct + FLOAT_PCT {
        reasons.push(format!("float {float:.1} % after {:.1} %", before.float_pct));
    }
    let slide = after.contact_slide_mm_per_frame;
    if slide > (before.contact_slide_mm_per_frame + NOTHING_MM).max(CLEAN_SLIDE_MM) {
        reasons.push(format!("contact slide {slide:.2} mm after {:.2} mm", before.contact_slide_mm_per_frame));
    }
    if after.jitter_mm_per_frame3 > before.jitter_mm_per_frame3 + NOTHING_MM {
        reasons.push(format!("jitter {:.2} mm after {:.2} mm", after.jitter_mm_per_frame3, before.jitter_mm_per_frame3));
    }
    let flown = jumps(cleaned, &surface, 1);
    for jump in jumps(source, &source_surface, (JUMP_SECS * FPS) as usize) {
        if !flown.iter().any(|other| other.is_like(&jump)) {
            reasons.push(format!("the jump at frame {} is another", jump.frames.start));
        }
    }
    reasons
}

/// Float as it is measured, without frames in which the source flies or is about to: what flies was not lifted.
fn float_pct(surfaces: &[Surface], source: &[Surface]) -> f32 {
    let [flies, source_flies] = [surfaces, source].map(|surfaces| in_flight(surfaces, FREE_FALL_TOLERANCE));
    let near = |frame: usize| source_flies[frame.saturating_sub(1)..(frame + 2).min(source.len())].iter().any(|flies| *flies);
    let floats = (0..surfaces.len()).filter(|frame| surfaces[*frame].lowest().1 > LOW_M && !flies[*frame] && !near(*frame));
    100.0 * floats.count() as f32 / surfaces.len().max(1) as f32
}

/// A flight.
struct Jump {
    frames: std::ops::Range<usize>,
    /// Highest place of the pelvis in the world and above the ground around the jump, metres.
    apex_m: [f32; 2],
    /// Frames higher than 5 cm over the world's floor and over that ground.
    lengths: [usize; 2],
}

impl Jump {
    fn is_like(&self, other: &Self) -> bool {
        let overlap = self.frames.start < other.frames.end && other.frames.start < self.frames.end;
        let as_high = self.apex_m.iter().zip(other.apex_m).any(|(a, b)| (a - b).abs() <= APEX_M);
        overlap && as_high && self.lengths.iter().zip(other.lengths).any(|(a, b)| a.abs_diff(b) <= LENGTH_FRAMES)
    }
}

fn jumps(motion: &Motion, surfaces: &[Surface], least_frames: usize) -> Vec<Jump> {
    let flying = in_flight(surfaces, FREE_FALL_TOLERANCE);
    let flights = runs(flying.len(), |frame| flying[frame]).into_iter().filter(|run| run.len() >= least_frames);
    flights
        .map(|frames| {
            let lowest = |range: std::ops::Range<usize>| range.map(|frame| surfaces[frame].bearing().1).reduce(f32::min);
            let left_m = lowest(frames.start.saturating_sub(GROUND_FRAMES)..frames.start);
            let landed_m = lowest(frames.end..(frames.end + GROUND_FRAMES).min(surfaces.len()));
            let (left_m, landed_m) = (left_m.or(landed_m).unwrap_or(0.0), landed_m.or(left_m).unwrap_or(0.0));
            let ground_m = |frame: usize| {
                let share = (frame as f32 - frames.start as f32) / frames.len() as f32;
                left_m + (landed_m - left_m) * share.clamp(0.0, 1.0)
            };
            let apex = |above: &dyn Fn(usize) -> f32| {
                frames.clone().map(|frame| motion.frames[frame].root_m.y - above(frame)).fold(f32::NEG_INFINITY, f32::max)
            };
            let around = frames.start.saturating_sub(GROUND_FRAMES)..(frames.end + GROUND_FRAMES).min(surfaces.len());
            let high = around.filter(|frame| surfaces[*frame].lowest().1 - ground_m(*frame) > LOW_M).count();
            Jump { apex_m: [apex(&|_| 0.0), apex(&ground_m)], lengths: [frames.len(), high], frames }
        })
        .collect()
}
