//! `zoetrope bench --prompts`: does the model do what it is told? Committed lists of prompts, three seeds each, and a measured effect
//! for each action: simple prompts, a wider vocabulary, one action after another in one sentence, and actions that have to last.

use super::error::CliError;
use super::generate::{load_model, make_one};
use super::interrupt::Interrupt;
use super::progress::answer;
use crate::model::MotionModel;
use crate::motion::effects::{Ask, MeasuredAction};
use crate::motion::{FPS, Motion};
use crate::timeline::{Length, Request};
use std::path::Path;
use std::sync::Arc;

/// Each line: an action, a prompt, and what the captions do not say (for models/recipe), between tabs; `#` begins a comment.
const LISTS: [(&str, &str); 2] =
    [("obedience", include_str!("../../assets/prompts/obedience.tsv")), ("plain", include_str!("../../assets/prompts/plain.tsv"))];
/// Each line: what is asked in one or two words, the bounds that a motion which does it keeps ([`Ask::list`]), a prompt, and what the
/// captions do not say.
const WIDE: &str = include_str!("../../assets/prompts/wide.tsv");
/// Each line: two actions and a prompt.
const COMPOUND: &str = include_str!("../../assets/prompts/compound.tsv");
const SEEDS: u64 = 3;
/// A prompt counts as obeyed when this many of its seeds show the effect.
const ENOUGH: usize = 2;
/// Long enough for every action, and the same for all.
const CLIP_SECS: f32 = 4.0;
/// Where a motion of two actions may be cut, as shares of it.
const CUTS: [f32; 5] = [0.3, 0.4, 0.5, 0.6, 0.7];
/// What can go on for as long as one likes, in plain words.
const LASTING: [(MeasuredAction, &str); 8] = [
    (MeasuredAction::Walk, "a person walks straight ahead"),
    (MeasuredAction::Run, "a person runs straight ahead"),
    (MeasuredAction::WalkBackwards, "a person walks backwards"),
    (MeasuredAction::Dance, "a person dances"),
    (MeasuredAction::Wave, "a person waves"),
    (MeasuredAction::Punch, "a person boxes"),
    (MeasuredAction::JumpingJacks, "a person does jumping jacks"),
    (MeasuredAction::StandStill, "a person stands still"),
];
/// The longest clip.
const LASTING_SECS: f32 = 10.0;

/// Prints the tables.
pub(super) fn run(model: &Path) -> Result<(), CliError> {
    let asked = Asked { model: load_model(model)?, interrupt: Interrupt::listen() };
    for (list, text) in LISTS {
        let prompts = simple(text);
        let summary =
            format!("{list}: {{}} of {} prompts obeyed, in at least {ENOUGH} of {SEEDS} seeds, {CLIP_SECS} s each", prompts.len());
        let mut obeyed = 0;
        for (action, prompt) in &prompts {
            obeyed += usize::from(asked.report(action.name(), prompt, CLIP_SECS, &|motion| action.is_done_by(motion))?);
        }
        answer(&summary.replace("{}", &obeyed.to_string()));
    }
    let prompts = wide(WIDE);
    let mut obeyed = 0;
    for (name, asks, prompt) in &prompts {
        obeyed += usize::from(asked.report(name, prompt, CLIP_SECS, &|motion| Ask::all_kept(asks, motion))?);
    }
    answer(&format!("wide: {obeyed} of {} prompts obeyed, {CLIP_SECS} s each", prompts.len()));
    let prompts = compound(COMPOUND);
    let mut obeyed = 0;
    for (actions, prompt) in &prompts {
        let name = format!("{}, {}", actions[0].name(), actions[1].name());
        obeyed += usize::from(asked.report(&name, prompt, 2.0 * CLIP_SECS, &|motion| in_order(*actions, motion))?);
    }
    answer(&format!("compound: {obeyed} of {} prompts obeyed in order, {} s each", prompts.len(), 2.0 * CLIP_SECS));
    let mut obeyed = 0;
    for (action, prompt) in LASTING {
        let name = format!("{}, at last", action.name());
        let last = |motion: &Motion| action.is_done_by(&part(motion, motion.len() - (CLIP_SECS * FPS) as usize, motion.len()));
        obeyed += usize::from(asked.report(&name, prompt, LASTING_SECS, &last)?);
    }
    answer(&format!("lasting: {obeyed} of {} still done in the last {CLIP_SECS} of {LASTING_SECS} s", LASTING.len()));
    Ok(())
}

/// A model that is asked for things.
struct Asked {
    model: MotionModel,
    interrupt: Interrupt,
}

impl Asked {
    /// Prints a line on a prompt, made so many seconds long: whether enough seeds obey, how many, how far apart the seeds are, and what
    /// the canonical prompt was.
    fn report(&self, name: &str, prompt: &str, secs: f32, is_done: &dyn Fn(&Motion) -> bool) -> Result<bool, CliError> {
        let (mut motions, mut canonical) = (Vec::new(), String::new());
        for seed in 0..SEEDS {
            let request = Request { seed, length: Length::Exact { secs }, ..Request::new(prompt) };
            let take = make_one(&self.model, &request, None, &self.interrupt, |_, _| ())?.take;
            canonical = take.provenance.origin.canonical_prompt().unwrap_or_default().to_owned();
            motions.push(take.motion);
        }
        let marks: String = motions.iter().map(|motion| if is_done(motion) { '+' } else { '-' }).collect();
        let enough = marks.matches('+').count() >= ENOUGH;
        let apart_cm = 100.0 * apart_m(&motions);
        answer(&format!("{name:<28} {marks} {:<7} {apart_cm:3.0} cm  {prompt} [{canonical}]", if enough { "obeyed" } else { "" }));
        Ok(enough)
    }
}

/// Whether a cut leaves the first action before it and the second behind it.
fn in_order([first, second]: [MeasuredAction; 2], motion: &Motion) -> bool {
    CUTS.iter().any(|share| {
        let cut = (share * motion.len() as f32) as usize;
        first.is_done_by(&part(motion, 0, cut)) && second.is_done_by(&part(motion, cut, motion.len()))
    })
}

fn part(motion: &Motion, from: usize, to: usize) -> Motion {
    Motion { frames: motion.frames[from..to].to_vec() }
}

/// How different takes are: the distance of their joints about the pelvis, on average over pairs of takes, frames and joints.
fn apart_m(motions: &[Arc<Motion>]) -> f32 {
    let pairs = motions.iter().enumerate().flat_map(|(at, first)| motions[at + 1..].iter().map(move |second| (first, second)));
    let frames = pairs.flat_map(|(first, second)| first.frames.iter().zip(&second.frames));
    let distances = frames.flat_map(|(first, second)| {
        let [first, second] = [first, second].map(|pose| pose.world().positions_m);
        first.into_iter().zip(second).map(move |(a, b)| ((a - first[0]) - (b - second[0])).length())
    });
    let (sum, count) = distances.fold((0.0, 0_u32), |(sum, count), distance| (sum + distance, count + 1));
    sum / count.max(1) as f32
}

fn simple(list: &'static str) -> Vec<(MeasuredAction, &'static str)> {
    rows(list).filter_map(|columns| Some((named(columns.first()?)?, *columns.get(1)?))).collect()
}

fn wide(list: &'static str) -> Vec<(&'static str, Vec<Ask>, &'static str)> {
    rows(list).filter_map(|columns| Some((*columns.first()?, Ask::list(columns.get(1)?)?, *columns.get(2)?))).collect()
}

fn compound(list: &'static str) -> Vec<([MeasuredAction; 2], &'static str)> {
    rows(list).filter_map(|columns| Some(([named(columns.first()?)?, named(columns.get(1)?)?], *columns.get(2)?))).collect()
}

fn rows(list: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    list.lines().filter(|line| !line.starts_with('#')).map(|line| line.split('\t').collect())
}

fn named(name: &str) -> Option<MeasuredAction> {
    MeasuredAction::ALL.into_iter().find(|action| action.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;
    use glam::Vec3;

    #[test]
    fn every_line_of_the_lists_names_its_actions() {
        for (list, text) in LISTS {
            assert_eq!(simple(text).len(), rows(text).count(), "{list}");
        }
        assert_eq!(compound(COMPOUND).len(), rows(COMPOUND).count());
        assert_eq!(wide(WIDE).len(), rows(WIDE).count(), "every bound is understood");
        let actions: Vec<MeasuredAction> = simple(LISTS[0].1).into_iter().map(|(action, _)| action).collect();
        assert_eq!(actions, MeasuredAction::ALL[..16], "one prompt each");
    }

    #[test]
    fn every_compound_prompt_is_split_in_two() {
        for (_, prompt) in compound(COMPOUND) {
            assert_eq!(crate::pipeline::split(prompt).len(), 2, "{prompt}");
        }
    }

    /// Somebody who glides forward, then stays (or the other way round).
    fn glides(first: bool) -> Motion {
        let frame = |frame: usize| {
            let way = if first { frame.min(120) } else { frame.max(120) } as f32 / FPS;
            Pose { root_m: Pose::REST.root_m + Vec3::Z * way, ..Pose::REST }
        };
        Motion { frames: (0..240).map(frame).collect() }
    }

    #[test]
    fn two_actions_count_in_their_order_only() {
        let asked = [MeasuredAction::Walk, MeasuredAction::StandStill];
        assert!(in_order(asked, &glides(true)));
        assert!(!in_order(asked, &glides(false)));
    }

    #[test]
    fn takes_that_are_the_same_are_nothing_apart() {
        let [one, other] = [true, false].map(|first| Arc::new(glides(first)));
        assert!(apart_m(&[Arc::clone(&one), other]) < 1e-6, "about the pelvis both stand");
        let mut waving = (*one).clone();
        waving.frames.iter_mut().for_each(|pose| pose.local[16] = glam::Quat::from_rotation_z(1.0));
        assert!(apart_m(&[one, Arc::new(waving)]) > 0.01);
    }
}
