//! What the next generation is asked for, as the prompt bar shows it.

use super::desk::Desk;
use super::dialog::{Dialog, FilePurpose};
use crate::model::Rewriter;
use crate::tasks::{Task, TaskKind};
use crate::timeline::{Constraints, DIRECTED_CANDIDATES, Length, MOST_CANDIDATES, Request, Sampling};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::time::Duration;

/// Most takes of one prompt.
pub const MOST_VARIATIONS: u32 = 9;
/// Shortest and longest motion to ask for, seconds.
pub const LENGTH_RANGE_SECS: (f32, f32) = (1.0, 10.0);
/// How long a language model may look for other words: it may read gigabytes first.
const REWRITING_PATIENCE: Duration = Duration::from_secs(60);

/// Temperatures that can be chosen.
pub const TEMPERATURES: (f32, f32) = (0.05, 2.0);
/// Shares of the likeliest tokens that can be chosen.
pub const TOP_PS: (f32, f32) = (0.05, 1.0);
/// The most of the likeliest tokens that can be chosen; 0 is all.
pub const MOST_TOP_K: usize = 1000;
/// Guidance scales that can be chosen.
pub const GUIDANCES: (f32, f32) = (1.0, 10.0);

/// How many samples a take is chosen from where nobody says otherwise.
#[must_use]
pub fn usual_candidates(constraints: &Constraints) -> u32 {
    if constraints.is_empty() { 1 } else { DIRECTED_CANDIDATES }
}

/// What can be done with the draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DraftAction {
    /// Write the prompt.
    Prompt(String),
    /// Choose the seed.
    Seed(u64),
    /// Choose the length in seconds; `None` lets the model end where it wants.
    Seconds(Option<f32>),
    /// Choose how many takes a prompt gives.
    Variations(u32),
    /// Choose whether the model reads the prompt word by word, instead of the canonical prompt that its normaliser makes of it.
    Literal(bool),
    /// Choose of how many samples each take is the best; `None` is as many as what it has to meet needs.
    Candidates(Option<u32>),
    /// Choose how the next generation is sampled, where not as the model comes.
    Sampling(Sampling),
    /// Choose the language model that says prompts in other words, or none.
    Rewriter(Option<PathBuf>),
    /// Say the prompt in other words with it.
    Rewrite,
}

/// What the next generation is asked for.
#[derive(Debug)]
pub struct Draft {
    /// What the person does.
    pub prompt: String,
    /// Seed of the first variation.
    pub seed: u64,
    /// Seconds; none lets the model end where it wants.
    pub length_secs: Option<f32>,
    /// Takes of the prompt.
    pub variations: u32,
    /// Whether the model reads the prompt word by word.
    pub literal: bool,
    /// Of how many samples each take is the best; none is as many as what it has to meet needs.
    pub candidates: Option<u32>,
    /// What differs from the model's own sampler settings.
    pub sampling: Sampling,
    /// The prompt that is being said in other words.
    rewriting: Option<(String, Task<Option<String>>)>,
}

impl Default for Draft {
    fn default() -> Self {
        Self {
            prompt: String::new(),
            seed: 0,
            length_secs: None,
            variations: 1,
            literal: false,
            candidates: None,
            sampling: Sampling::default(),
            rewriting: None,
        }
    }
}

impl Draft {
    /// Takes on what asks for a request again.
    pub(super) fn ask_again(&mut self, request: &Request) {
        *self = Self { rewriting: self.rewriting.take(), ..Self::of(request) };
    }

    fn of(request: &Request) -> Self {
        let length_secs = match request.length {
            Length::Exact { secs } => Some(secs),
            Length::Between { .. } => None,
        };
        Self {
            prompt: request.prompt.clone(),
            seed: request.seed,
            length_secs,
            variations: request.variations,
            literal: request.literal,
            candidates: Some(request.candidates).filter(|count| *count != usual_candidates(&request.constraints)),
            sampling: request.sampling.clone(),
            ..Self::default()
        }
    }

    /// Takes on sampler settings, as far as they mean something.
    fn set_sampling(&mut self, wanted: Sampling) {
        let within =
            |value: Option<f32>, (least, most): (f32, f32)| value.filter(|value| value.is_finite()).map(|value| value.clamp(least, most));
        self.sampling = Sampling {
            greedy: wanted.greedy,
            temperature: within(wanted.temperature, TEMPERATURES),
            top_k: wanted.top_k.map(|top_k| top_k.min(MOST_TOP_K)),
            top_p: within(wanted.top_p, TOP_PS),
            guidance: within(wanted.guidance, GUIDANCES),
        };
    }

    /// The draft as a request for a motion that has something to meet, or nothing.
    #[must_use]
    pub fn request(&self, constraints: Constraints) -> Request {
        let length = self.length_secs.map_or_else(Length::default, |secs| Length::Exact { secs });
        Request {
            literal: self.literal,
            seed: self.seed,
            length,
            variations: self.variations,
            candidates: self.candidates.unwrap_or(usual_candidates(&constraints)),
            sampling: self.sampling.clone(),
            constraints,
            ..Request::new(self.prompt.trim())
        }
    }

    /// Whether the prompt is being said in other words.
    #[must_use]
    pub fn is_rewriting(&self) -> bool {
        self.rewriting.is_some()
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: DraftAction, desk: &mut Desk) {
        match action {
            DraftAction::Prompt(prompt) => self.prompt = prompt,
            DraftAction::Seed(seed) => self.seed = seed,
            DraftAction::Seconds(secs) => {
                let (shortest, longest) = LENGTH_RANGE_SECS;
                self.length_secs = secs.filter(|secs| secs.is_finite()).map(|secs| secs.clamp(shortest, longest));
            }
            DraftAction::Variations(variations) => self.variations = variations.clamp(1, MOST_VARIATIONS),
            DraftAction::Literal(literal) => self.literal = literal,
            DraftAction::Candidates(count) => self.candidates = count.map(|count| count.clamp(1, MOST_CANDIDATES)),
            DraftAction::Sampling(sampling) => self.set_sampling(sampling),
            DraftAction::Rewriter(file) => {
                // Another day begins in another folder.
                desk.settings.rewriter = file.map(|file| std::path::absolute(&file).unwrap_or(file));
                if matches!(desk.dialog, Dialog::File { .. }) {
                    desk.dialog = Dialog::Sampling;
                }
            }
            DraftAction::Rewrite => self.rewrite(desk),
        }
    }

    /// Has a language model of the user's say the prompt in other words.
    fn rewrite(&mut self, desk: &mut Desk) {
        let prompt = self.prompt.trim().to_owned();
        let Some(with) = desk.settings.rewriter.clone() else {
            desk.dialog = Dialog::to_read(FilePurpose::Rewriter, PathBuf::new());
            return;
        };
        if prompt.is_empty() {
            return desk.warn("write a prompt first: it is said in other words");
        }
        if self.rewriting.is_some() {
            return;
        }
        let asked = prompt.clone();
        let rewrite = move || {
            let words = Rewriter::load(&with).and_then(|mut rewriter| rewriter.rewrite(&asked, REWRITING_PATIENCE));
            words.map_err(|error| error.to_string())
        };
        self.rewriting = Some((prompt, desk.tasks.run(TaskKind::READ, rewrite)));
    }

    /// Takes in what the prompt is in other words.
    pub(super) fn update(&mut self, desk: &mut Desk) {
        if let Some((prompt, words)) = self.rewriting.as_ref().and_then(|(prompt, task)| Some((prompt.clone(), task.outcome()?))) {
            self.rewriting = None;
            self.rewritten(&prompt, words, desk);
        }
    }

    fn rewritten(&mut self, prompt: &str, words: Result<Option<String>, String>, desk: &mut Desk) {
        match words {
            Ok(Some(words)) if self.prompt.trim() == prompt => {
                self.prompt = words;
                desk.done(format!("the prompt was “{prompt}”"));
            }
            // Somebody went on writing meanwhile.
            Ok(Some(words)) => desk.done(format!("other words for “{prompt}”: {words}")),
            Ok(None) => desk.warn("no other words were found in time: the prompt stays as it is"),
            Err(message) => desk.fail(message),
        }
    }
}
