//! The benchmark's prompts by theme.

use super::study::StudyPrompt;

/// MotionMillion-Eval in seven themes; its head says how they were grouped.
pub const BENCHMARK: &str = include_str!("../../assets/prompts/motionmillion-eval.txt");

/// The prompts of a list: a theme and a prompt with a tab between, or a prompt alone; `#` begins a comment.
#[must_use]
pub fn themed(text: &str) -> Vec<StudyPrompt> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let prompt = |line: &str| match line.split_once('\t') {
        Some((theme, prompt)) => StudyPrompt { theme: theme.trim().to_owned(), prompt: prompt.trim().to_owned() },
        None => StudyPrompt { theme: "prompts".to_owned(), prompt: line.to_owned() },
    };
    lines.map(prompt).collect()
}
