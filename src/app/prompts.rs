//! Prompts to try, all of which the bundled model can do.

/// The prompts of the window or, curated, of a demo.
#[must_use]
pub fn examples(demo: bool) -> Vec<&'static str> {
    let text = if demo { include_str!("../../assets/prompts/demo.txt") } else { include_str!("../../assets/prompts/examples.txt") };
    text.lines().filter(|line| !line.trim().is_empty()).collect()
}
