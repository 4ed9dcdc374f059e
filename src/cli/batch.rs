//! The table at the end of `generate --prompts`: what each prompt took and how clean its motion is.

use super::progress::answer;
use crate::motion::Motion;
use crate::motion::measure::measure;
use std::time::Duration;

/// What became of the prompts of a file, in order.
#[derive(Default)]
pub(super) struct Table(Vec<Row>);

struct Row {
    prompt: String,
    outcome: Outcome,
}

enum Outcome {
    Made(Vec<f32>),
    There,
    Failed(String),
}

impl Table {
    /// A motion was made in this time.
    pub(super) fn made(&mut self, prompt: &str, took: Duration, motion: &Motion) {
        let quality = measure(motion);
        let numbers =
            vec![took.as_secs_f32(), motion.len() as f32, quality.slide_mm_per_frame, quality.float_pct, quality.jitter_mm_per_frame3];
        self.0.push(Row { prompt: prompt.to_owned(), outcome: Outcome::Made(numbers) });
    }

    /// Its files were there.
    pub(super) fn there(&mut self, prompt: &str) {
        self.0.push(Row { prompt: prompt.to_owned(), outcome: Outcome::There });
    }

    /// It failed for this reason.
    pub(super) fn failed(&mut self, prompt: &str, reason: &str) {
        self.0.push(Row { prompt: prompt.to_owned(), outcome: Outcome::Failed(reason.to_owned()) });
    }

    /// How many failed.
    pub(super) fn failures(&self) -> usize {
        self.0.iter().filter(|row| matches!(row.outcome, Outcome::Failed(_))).count()
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Prints the table, with the means of what was made.
    pub(super) fn print(&self) {
        self.lines().iter().for_each(|line| answer(line));
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("{:>8} {:>7} {:>9} {:>8} {:>9}  prompt", "seconds", "frames", "slide mm", "float %", "jitter mm")];
        let numbers = |numbers: &[f32], prompt: &str| {
            format!("{:>8.2} {:>7.0} {:>9.2} {:>8.1} {:>9.2}  {prompt}", numbers[0], numbers[1], numbers[2], numbers[3], numbers[4])
        };
        let mut made: Vec<&[f32]> = Vec::new();
        for row in &self.0 {
            lines.push(match &row.outcome {
                Outcome::Made(measured) => {
                    made.push(measured);
                    numbers(measured, &row.prompt)
                }
                Outcome::There => format!("{:>45}  {}", "there already", row.prompt),
                Outcome::Failed(reason) => format!("{:>45}  {}: {reason}", "failed", row.prompt),
            });
        }
        if made.len() > 1 {
            let mean = |column: usize| made.iter().map(|row| row[column]).sum::<f32>() / made.len() as f32;
            lines.push(numbers(&[0, 1, 2, 3, 4].map(mean), &format!("mean of {}", made.len())));
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;

    #[test]
    fn every_prompt_has_a_line_and_what_was_made_a_mean() {
        let mut table = Table::default();
        let still = Motion { frames: vec![Pose::REST; 60] };
        table.made("stands", Duration::from_secs(1), &still);
        table.made("waits", Duration::from_secs(3), &still);
        table.there("walks");
        table.failed("  ", "the prompt is empty");
        let lines = table.lines();
        assert_eq!((table.len(), table.failures(), lines.len()), (4, 1, 6));
        assert!(lines[1].contains("1.00") && lines[1].contains("60") && lines[1].ends_with("stands"));
        assert!(lines[3].contains("there already") && lines[4].contains("empty"));
        assert!(lines[5].contains("2.00") && lines[5].ends_with("mean of 2"));
    }
}
