//! `zoetrope bench --prompts`: does the model do what it is told? A committed list of prompts, three seeds each, and a measured
//! effect for each action.

use super::error::CliError;
use super::generate::{load_model, make};
use super::interrupt::Interrupt;
use super::progress::answer;
use crate::motion::effects::Action;
use crate::pipeline::{Length, Request};

/// An action, a tab, a prompt on each line; `#` begins a comment.
const PROMPTS: &str = include_str!("../../assets/prompts/obedience.tsv");
const SEEDS: u64 = 3;
/// An action counts as obeyed when this many of its seeds show the effect.
const ENOUGH: usize = 2;
/// Long enough for every action, and the same for all.
const CLIP_SECS: f32 = 4.0;

/// Prints the table.
pub(super) fn run(model: &str) -> Result<(), CliError> {
    let interrupt = Interrupt::listen();
    let model = load_model(model)?;
    let mut obeyed = 0;
    let prompts = prompts();
    for (action, prompt) in &prompts {
        let mut marks = String::new();
        let mut times = 0;
        for seed in 0..SEEDS {
            let request = Request { seed, length: Length::Exact { secs: CLIP_SECS }, ..Request::new(*prompt) };
            let made = make(&model, &[request], &interrupt)?;
            let done = action.is_done_by(&made.take.motion);
            times += usize::from(done);
            marks.push(if done { '+' } else { '-' });
        }
        obeyed += usize::from(times >= ENOUGH);
        let verdict = if times >= ENOUGH { "obeyed" } else { "" };
        answer(&format!("{:<18} {marks} {verdict:<7} {prompt}", action.name()));
    }
    answer(&format!("{obeyed} of {} actions obeyed, in at least {ENOUGH} of {SEEDS} seeds, {CLIP_SECS} s each", prompts.len()));
    Ok(())
}

fn prompts() -> Vec<(Action, &'static str)> {
    let rows = PROMPTS.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t'));
    rows.filter_map(|(name, prompt)| Some((Action::ALL.into_iter().find(|action| action.name() == name)?, prompt))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_one_prompt() {
        let actions: Vec<Action> = prompts().into_iter().map(|(action, _)| action).collect();
        assert_eq!(actions, Action::ALL);
    }
}
