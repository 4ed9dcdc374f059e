//! `zoetrope bench --constraints`: does a motion meet what it is asked to meet, and at what cost? Random paths and key sets, three seeds each,
//! beside the same prompts left free; gaps between clips and parts made anew; the best of several samples.

use super::control_paths::{Manner, PathCase, path_cases};
use super::error::CliError;
use super::generate::{load_model, make_one, the_one};
use super::interrupt::Interrupt;
use super::progress::answer;
use crate::model::MotionModel;
use crate::motion::bridge::Gap;
use crate::motion::direct::missing_m;
use crate::motion::effects::Ask;
use crate::motion::feet::world_joints;
use crate::motion::measure::{MotionQuality, measure};
use crate::motion::path::Curve;
use crate::motion::{FPS, Joint, Motion, direct};
use crate::pipeline::{Batch, Made};
use crate::timeline::{Constraints, DIRECTED_CANDIDATES, Key, Length, PathPoint, Request};
use glam::{Vec2, Vec3};
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use std::path::Path;
use std::time::{Duration, Instant};

const SEEDS: u64 = 3;
const KEY_SETS: u64 = 30;
const PAIRS: usize = 20;
const GAPS_SECS: [f32; 3] = [0.5, 1.0, 2.0];
/// The sway of steps is not the way: the root is smoothed by a Gaussian that is half as high so far from its middle, seconds.
const HALF_WIDTH_SECS: f32 = 0.25;
/// Prompts of the clips that are led over into each other.
const CLIPS: [&str; 10] = [
    "a person walks forward",
    "a person runs forward",
    "a person waves with the right hand",
    "a person dances",
    "a person sits down",
    "a person jumps up and down",
    "a person kicks with the right leg",
    "a person walks backwards",
    "a person boxes",
    "a person bows",
];

/// Which part of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum ControlPart {
    /// All of it
    All,
    /// Paths on the floor
    Paths,
    /// Keys
    Keys,
    /// Gaps between two clips
    Between,
    /// Parts made anew
    Redo,
    /// The best of several samples of prompts that have nothing to meet
    Choice,
}

/// Prints the tables.
pub(super) fn run(model: &Path, part: ControlPart) -> Result<(), CliError> {
    let bench = Bench { model: load_model(model)?, interrupt: Interrupt::listen() };
    let is_asked = |asked: ControlPart| part == ControlPart::All || part == asked;
    if is_asked(ControlPart::Paths) {
        bench.paths()?;
    }
    if is_asked(ControlPart::Keys) {
        bench.keys()?;
    }
    if is_asked(ControlPart::Between) {
        bench.between()?;
    }
    if is_asked(ControlPart::Redo) {
        bench.redo()?;
    }
    if is_asked(ControlPart::Choice) {
        bench.choice()?;
    }
    Ok(())
}

struct Bench {
    model: MotionModel,
    interrupt: Interrupt,
}

/// Means over several motions, each beside the same prompt left free.
#[derive(Default)]
struct Means {
    /// Path or key error before and after the finish, metres.
    before_m: Vec<f32>,
    after_m: Vec<f32>,
    /// 95 of 100 frames are nearer to the path than this.
    most_m: Vec<f32>,
    slide: [Vec<f32>; 2],
    jerk: [Vec<f32>; 2],
    contact: [Vec<f32>; 2],
    obeyed: [usize; 2],
    secs: Vec<f32>,
}

impl Means {
    fn add(&mut self, directed: &Motion, free: &Motion, asks: &[Ask], took: Duration) {
        for (at, motion) in [directed, free].into_iter().enumerate() {
            let MotionQuality { contact_slide_mm_per_frame, jitter_mm_per_frame3, contact_pct, .. } = measure(motion);
            self.slide[at].push(contact_slide_mm_per_frame);
            self.jerk[at].push(jitter_mm_per_frame3);
            self.contact[at].push(contact_pct);
            self.obeyed[at] += usize::from(Ask::all_kept(asks, motion));
        }
        self.secs.push(took.as_secs_f32());
    }

    fn merge(&mut self, other: Self) {
        self.before_m.extend(other.before_m);
        self.after_m.extend(other.after_m);
        self.most_m.extend(other.most_m);
        for at in 0..2 {
            self.slide[at].extend(&other.slide[at]);
            self.jerk[at].extend(&other.jerk[at]);
            self.contact[at].extend(&other.contact[at]);
            self.obeyed[at] += other.obeyed[at];
        }
        self.secs.extend(other.secs);
    }

    fn line(&self, name: &str) -> String {
        let ratio = |of: &[Vec<f32>; 2]| mean(&of[0]) / mean(&of[1]).max(1e-6);
        format!(
            "| {name} | {} | {:.1} | {:.2} | {:.1} | {:.2} / {:.2} = {:.2} | {:.2} / {:.2} = {:.2} | {:.0} / {:.0} | {} / {} | {:.2} |",
            self.secs.len(),
            100.0 * mean(&self.before_m),
            100.0 * mean(&self.after_m),
            100.0 * mean(&self.most_m),
            mean(&self.slide[0]),
            mean(&self.slide[1]),
            ratio(&self.slide),
            mean(&self.jerk[0]),
            mean(&self.jerk[1]),
            ratio(&self.jerk),
            mean(&self.contact[0]),
            mean(&self.contact[1]),
            self.obeyed[0],
            self.obeyed[1],
            mean(&self.secs),
        )
    }
}

const HEADING: &str = "takes | before cm | after cm | 95 % cm | contact slide mm: directed / free | jerk mm: directed / free | feet on the floor %: directed / free | obeyed: directed / free | s a take |\n|---|---|---|---|---|---|---|---|---|---|";

const SEAMS_HEADING: &str = "| gap s | seams | speed within its range | acceleration within its range | speed, share of its most: mean, 95 % | acceleration: mean, 95 % | contact slide mm: gap, clips | s a gap |\n|---|---|---|---|---|---|---|---|";

impl Bench {
    fn made(&self, request: &Request) -> Result<(Made, Duration), CliError> {
        let start = Instant::now();
        let made = make_one(&self.model, request, None, &self.interrupt, |_, _| ())?;
        Ok((made, start.elapsed()))
    }

    /// The same prompt and seed, as long, left free.
    fn free(&self, prompt: &str, seed: u64, like: &Motion) -> Result<Motion, CliError> {
        let request = Request { seed, length: Length::Exact { secs: like.duration_secs() }, ..Request::new(prompt) };
        Ok(Motion::clone(&self.made(&request)?.0.take.motion))
    }

    fn paths(&self) -> Result<(), CliError> {
        answer(&format!("paths\n\n| path | {HEADING}"));
        let (mut all, mut missed) = (Means::default(), Vec::new());
        for PathCase { name, manner, points } in path_cases() {
            let mut means = Means::default();
            for seed in 0..SEEDS {
                let path: Vec<PathPoint> = points.iter().map(|at| PathPoint { x: at.x, z: at.y, t: None }).collect();
                let constraints = Constraints { path, ..Constraints::default() };
                let request = Request { seed, constraints, candidates: DIRECTED_CANDIDATES, ..Request::new(manner.prompt()) };
                let (made, took) = self.made(&request)?;
                let motion = &made.take.motion;
                let free = self.free(manner.prompt(), seed, motion)?;
                means.add(motion, &free, &manner.asks(), took);
                let Some(curve) = Curve::rounded(&points, manner.radius_m()) else { continue };
                let mut off_m: Vec<f32> = without_sway(motion).iter().map(|at| curve.distance_m(*at)).collect();
                means.before_m.push(made.before_finish.and_then(|distance| distance.path_m).unwrap_or(f32::NAN));
                means.after_m.push(mean(&off_m));
                off_m.sort_by(f32::total_cmp);
                means.most_m.push(off_m[off_m.len() * 95 / 100]);
                missed.extend(made.warnings.iter().map(|miss| format!("{name}, seed {seed}: {miss}")));
            }
            answer(&means.line(&name));
            all.merge(means);
        }
        answer(&all.line("all"));
        answer(&format!("\nsaid to be out of reach: {} of {}", missed.len(), all.secs.len()));
        missed.iter().for_each(|miss| answer(&format!("- {miss}")));
        Ok(())
    }

    fn keys(&self) -> Result<(), CliError> {
        answer(&format!("\nkeys\n\n| keys | {HEADING}"));
        let mut all = [Means::default(), Means::default()];
        for number in 0..KEY_SETS {
            let whole = number % 2 == 1;
            let manner = Manner::ALL[number as usize / 2 % 4];
            for seed in 0..SEEDS {
                let mut rng = StdRng::seed_from_u64(1000 * number + seed);
                let length = Length::Exact { secs: 4.0 };
                let keys = self.key_set(&mut rng, whole)?;
                let wishes: Vec<direct::Wish> = keys.iter().map(|key| key.wish(usize::MAX)).collect();
                let constraints = Constraints { keys, ..Constraints::default() };
                let request = Request { seed, length, constraints, candidates: DIRECTED_CANDIDATES, ..Request::new(manner.prompt()) };
                let (made, took) = self.made(&request)?;
                let motion = &made.take.motion;
                let means = &mut all[usize::from(whole)];
                means.add(motion, &self.free(manner.prompt(), seed, motion)?, &manner.asks(), took);
                let mut off_m: Vec<f32> = wishes.iter().map(|wish| missing_m(&motion.frames[wish.frame], wish)).collect();
                means.before_m.push(made.before_finish.and_then(|distance| distance.keys_m).unwrap_or(f32::NAN));
                means.after_m.push(mean(&off_m));
                off_m.sort_by(f32::total_cmp);
                means.most_m.push(off_m[off_m.len() - 1]);
            }
        }
        for (means, name) in all.iter().zip(["places of a hand", "whole poses"]) {
            answer(&means.line(name));
        }
        Ok(())
    }

    /// One to three keys: how a whole body is held in a frame of another motion, or where a hand is, about a person who walks ahead at the
    /// pace of most.
    fn key_set(&self, rng: &mut StdRng, whole: bool) -> Result<Vec<Key>, CliError> {
        let count = rng.random_range(1..=3);
        let key = |at: usize, rng: &mut StdRng| {
            let t = (at as f32 + rng.random_range(0.3..0.8)) * 4.0 / count as f32;
            if whole {
                let prompt = CLIPS[rng.random_range(0..CLIPS.len())];
                let request = Request { seed: rng.random_range(0..100), length: Length::Exact { secs: 3.0 }, ..Request::new(prompt) };
                let motion = self.made(&request)?.0.take.motion;
                let pose = motion.frames[rng.random_range(30..60)];
                return Ok(Key { t, joints: Vec::new(), pose: Some(Box::new(pose)) });
            }
            let (joint, side) = if rng.random() { (Joint::LWrist, 1.0) } else { (Joint::RWrist, -1.0) };
            // Only beside the body and in height: how far it has gone is the motion's own business.
            let at_m = [Some(side * rng.random_range(0.2..0.5)), Some(rng.random_range(0.8..1.7)), None];
            Ok(Key { t, joints: vec![(joint, at_m)], pose: None })
        };
        (0..count).map(|at| key(at, rng)).collect()
    }

    /// A clip of a prompt.
    fn clip(&self, number: usize) -> Result<Motion, CliError> {
        let request = Request { seed: number as u64, length: Length::Exact { secs: 3.0 }, ..Request::new(CLIPS[number % CLIPS.len()]) };
        Ok(Motion::clone(&self.made(&request)?.0.take.motion))
    }

    fn bridged(&self, gap: Gap, seed: u64) -> Result<(Made, Duration), CliError> {
        let start = Instant::now();
        let request = Request { seed, literal: true, candidates: DIRECTED_CANDIDATES, ..Request::new("") };
        let batch = Batch::over(&self.model, &request, gap).map_err(CliError::from_below)?;
        Ok((the_one(batch, &self.interrupt, |_, _| ())?, start.elapsed()))
    }

    fn between(&self) -> Result<(), CliError> {
        answer(&format!("\nbetween\n\n{SEAMS_HEADING}"));
        for secs in GAPS_SECS {
            let mut seams = Seams::default();
            for pair in 0..PAIRS {
                let (a, b) = (self.clip(pair)?, self.clip(pair * 3 + 1)?);
                let frames = (secs * FPS).round() as usize;
                let (made, took) = self.bridged(Gap { before: a.clone(), after: b.clone(), frames, is_fixed: false }, pair as u64)?;
                seams.add(&a, &made.take.motion, &made.behind(&b), took);
            }
            answer(&seams.line(&format!("{secs}")));
        }
        Ok(())
    }

    fn redo(&self) -> Result<(), CliError> {
        answer(&format!("\nredo (the middle second of a clip)\n\n{SEAMS_HEADING}"));
        let mut seams = Seams::default();
        for number in 0..PAIRS {
            let clip = self.clip(number)?;
            let part = |from: usize, to: usize| Motion { frames: clip.frames[from..to].to_vec() };
            let gap = Gap { before: part(0, 30), after: part(60, clip.len()), frames: 30, is_fixed: true };
            let (made, took) = self.bridged(gap.clone(), number as u64)?;
            seams.add(&gap.before, &made.take.motion, &gap.after, took);
        }
        answer(&seams.line("1"));
        Ok(())
    }

    /// Whether the best of several is better where nothing is to be met.
    fn choice(&self) -> Result<(), CliError> {
        answer(
            "\nbest of several, nothing to meet\n\n| candidates | obeyed | contact slide mm | float % | penetration mm | jerk mm | s a take |\n|---|---|---|---|---|---|---|",
        );
        for candidates in [1, 4, 16] {
            let (mut obeyed, mut qualities, mut secs) = (0, Vec::new(), Vec::new());
            for manner in Manner::ALL {
                for seed in 0..10 {
                    let length = Length::Exact { secs: 4.0 };
                    let (made, took) = self.made(&Request { seed, candidates, length, ..Request::new(manner.prompt()) })?;
                    obeyed += usize::from(Ask::all_kept(&manner.asks(), &made.take.motion));
                    qualities.push(measure(&made.take.motion));
                    secs.push(took.as_secs_f32());
                }
            }
            let of = |of: fn(&MotionQuality) -> f32| mean(&qualities.iter().map(of).collect::<Vec<_>>());
            answer(&format!(
                "| {candidates} | {obeyed} of {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
                qualities.len(),
                of(|quality| quality.contact_slide_mm_per_frame),
                of(|quality| quality.float_pct),
                of(|quality| quality.penetration_mm),
                of(|quality| quality.jitter_mm_per_frame3),
                mean(&secs)
            ));
        }
        Ok(())
    }
}

/// What happens at the two seams of a bridge, as shares of the most that the clips on either side do by themselves.
#[derive(Default)]
struct Seams {
    speed: Vec<f32>,
    acceleration: Vec<f32>,
    slide: [Vec<f32>; 2],
    secs: Vec<f32>,
}

impl Seams {
    fn add(&mut self, before: &Motion, bridge: &Motion, behind: &Motion, took: Duration) {
        let joined = |parts: &[&Motion]| Motion { frames: parts.iter().flat_map(|part| part.frames.iter().copied()).collect() };
        let changes = [before, behind].map(changes);
        let most =
            |order: usize| changes.iter().flat_map(|orders| &orders[order]).fold(0.0_f32, |most, change| most.max(*change)).max(1e-6);
        let whole = self::changes(&joined(&[before, bridge, behind]));
        for seam in [before.len(), before.len() + bridge.len()] {
            // The steps and bends that the seam has a part in.
            let speed = whole[0][seam - 1];
            let acceleration = whole[1][seam.saturating_sub(2)..seam].iter().fold(0.0_f32, |most, bend| most.max(*bend));
            self.speed.push(speed / most(0));
            self.acceleration.push(acceleration / most(1));
        }
        self.slide[0].push(measure(bridge).contact_slide_mm_per_frame);
        self.slide[1].push(0.5 * (measure(before).contact_slide_mm_per_frame + measure(behind).contact_slide_mm_per_frame));
        self.secs.push(took.as_secs_f32());
    }

    fn line(&self, name: &str) -> String {
        let within = |shares: &[f32]| shares.iter().filter(|share| **share <= 1.0).count();
        let most = |shares: &[f32]| {
            let mut sorted = shares.to_vec();
            sorted.sort_by(f32::total_cmp);
            sorted.get(sorted.len() * 95 / 100).copied().unwrap_or(0.0)
        };
        format!(
            "| {name} | {} | {} | {} | {:.2}, {:.2} | {:.2}, {:.2} | {:.2}, {:.2} | {:.2} |",
            self.speed.len(),
            within(&self.speed),
            within(&self.acceleration),
            mean(&self.speed),
            most(&self.speed),
            mean(&self.acceleration),
            most(&self.acceleration),
            mean(&self.slide[0]),
            mean(&self.slide[1]),
            mean(&self.secs)
        )
    }
}

/// The largest first and second difference of any joint at each frame, metres.
fn changes(motion: &Motion) -> [Vec<f32>; 2] {
    let joints_m = world_joints(motion);
    let largest = |each: &dyn Fn(usize) -> Vec3| (0..joints_m[0].len()).map(|joint| each(joint).length()).fold(0.0, f32::max);
    [
        joints_m.windows(2).map(|w| largest(&|joint| w[1][joint] - w[0][joint])).collect(),
        joints_m.windows(3).map(|w| largest(&|joint| w[2][joint] - 2.0 * w[1][joint] + w[0][joint])).collect(),
    ]
}

/// The root on the floor, smoothed by a Gaussian; beyond its ends it goes on as it came.
fn without_sway(motion: &Motion) -> Vec<Vec2> {
    let at = |frame: isize| {
        let last = motion.len() as isize - 1;
        let place = |frame: isize| motion.frames[frame.clamp(0, last) as usize].root_m;
        let end = frame.clamp(0, last);
        let place_m = if end == frame { place(frame) } else { 2.0 * place(end) - place(2 * end - frame) };
        Vec2::new(place_m.x, place_m.z)
    };
    let half = HALF_WIDTH_SECS * FPS;
    let weight = |off: isize| 0.5_f32.powf((off as f32 / half).powi(2));
    let reach = -(3.0 * half) as isize..=(3.0 * half) as isize;
    let whole: f32 = reach.clone().map(weight).sum();
    (0..motion.len() as isize).map(|frame| reach.clone().map(|off| at(frame + off) * weight(off)).sum::<Vec2>() / whole).collect()
}

fn mean(values: &[f32]) -> f32 {
    values.iter().sum::<f32>() / values.len().max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;

    fn walks(sway_m: f32) -> Motion {
        let pose = |frame: usize| {
            let secs = frame as f32 / FPS;
            let sway = sway_m * (std::f32::consts::TAU * secs).sin();
            Pose { root_m: Pose::REST.root_m + Vec3::new(sway, 0.0, secs), ..Pose::REST }
        };
        Motion { frames: (0..90).map(pose).collect() }
    }

    #[test]
    fn a_straight_way_stays_and_sway_goes() {
        let plain = without_sway(&walks(0.0));
        assert!(plain.iter().enumerate().all(|(frame, at)| at.distance(Vec2::new(0.0, frame as f32 / FPS)) < 1e-3));
        let swaying = without_sway(&walks(0.03));
        assert!(swaying[15..75].iter().all(|at| at.x.abs() < 0.015), "less than half is left");
    }

    #[test]
    fn a_cut_is_beyond_the_range_of_the_clips() {
        let (mut a, mut b) = (walks(0.0), walks(0.0));
        b.frames.iter_mut().for_each(|pose| pose.root_m += Vec3::Z * 3.5);
        let mut seams = Seams::default();
        let bridge = Motion { frames: a.frames.split_off(60) };
        seams.add(&a, &bridge, &b, Duration::ZERO);
        assert!(seams.speed[0] < 1.01 && seams.speed[1] > 5.0, "{:?}", seams.speed);
    }
}
