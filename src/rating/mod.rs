//! Blind rating: clips of two models for the same prompts, rated by people who do not know which is whose.
//!
//! A [`Study`] is a folder of clips; each rater has a [`Sheet`] in it, with an order of their own and what they have said so far;
//! [`Results`] is what all sheets say together, a [`Sitting`] a rater at work. Not here: making clips, showing them.

mod agreement;
mod results;
mod sheet;
mod sitting;
mod study;
mod themes;

pub use agreement::{alpha, same_choice};
pub use results::{Results, Tally, ThemeTally, csv};
pub use sheet::{CRITERIA, Pair, SCORES, Scores, Sheet};
pub use sitting::Sitting;
pub use study::{RatingError, Study, StudyClip, StudyPrompt};
pub use themes::{BENCHMARK, themed};
