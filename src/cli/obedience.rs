//! `zoetrope bench --prompts`: does the model do what it is told? A committed list of prompts, three seeds each, and a measured
//! effect for each action.

use super::error::CliError;
use super::generate::{load_model, make};
use super::interrupt::Interrupt;
use super::progress::answer;
use crate::motion::effects::Action;
use crate::pipeline::{Length, Request};

/// Each line: an action, a prompt, and what the captions do not say (for models/recipe), between tabs; `#` begins a comment.
const LISTS: [(&str, &str); 2] =
    [("obedience", include_str!("../../assets/prompts/obedience.tsv")), ("plain", include_str!("../../assets/prompts/plain.tsv"))];
const SEEDS: u64 = 3;
/// An action counts as obeyed when this many of its seeds show the effect.
const ENOUGH: usize = 2;
/// Long enough for every action, and the same for all.
const CLIP_SECS: f32 = 4.0;

/// Prints the tables.
pub(super) fn run(model: &str) -> Result<(), CliError> {
    let interrupt = Interrupt::listen();
    let model = load_model(model)?;
    for (list, text) in LISTS {
        let mut obeyed = 0;
        let prompts = prompts(text);
        for (action, prompt) in &prompts {
            let mut marks = String::new();
            for seed in 0..SEEDS {
                let request = Request { seed, length: Length::Exact { secs: CLIP_SECS }, ..Request::new(*prompt) };
                let made = make(&model, &[request], &interrupt)?;
                marks.push(if action.is_done_by(&made.take.motion) { '+' } else { '-' });
            }
            let enough = marks.matches('+').count() >= ENOUGH;
            obeyed += usize::from(enough);
            answer(&format!("{:<20} {marks} {:<7} {prompt}", action.name(), if enough { "obeyed" } else { "" }));
        }
        answer(&format!("{list}: {obeyed} of {} prompts obeyed, in at least {ENOUGH} of {SEEDS} seeds, {CLIP_SECS} s each", prompts.len()));
    }
    Ok(())
}

fn prompts(list: &'static str) -> Vec<(Action, &'static str)> {
    let rows = list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut columns = line.split('\t');
        Some((columns.next()?, columns.next()?))
    });
    rows.filter_map(|(name, prompt)| Some((Action::ALL.into_iter().find(|action| action.name() == name)?, prompt))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_lists_names_an_action() {
        for (list, text) in LISTS {
            let lines = text.lines().filter(|line| !line.starts_with('#')).count();
            assert_eq!(prompts(text).len(), lines, "{list}");
        }
        let actions: Vec<Action> = prompts(LISTS[0].1).into_iter().map(|(action, _)| action).collect();
        assert_eq!(actions, Action::ALL[..16], "one prompt each");
    }
}
