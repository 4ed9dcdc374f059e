//! What all raters of a study say together: means, who wins where, and how much they agree.

use super::agreement::{alpha, same_choice};
use super::sheet::{CRITERIA, Sheet};
use super::study::{RatingError, Study};
use serde::Serialize;
use std::cmp::Ordering;
use std::fmt::Write;

/// How often the first model was better than the second, as good, and worse.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Tally {
    pub wins: usize,
    pub ties: usize,
    pub losses: usize,
}

impl Tally {
    fn count(&mut self, choice: Ordering) {
        match choice {
            Ordering::Greater => self.wins += 1,
            Ordering::Equal => self.ties += 1,
            Ordering::Less => self.losses += 1,
        }
    }
}

/// What was said of the prompts of a theme.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeTally {
    /// The theme; "all" for all of them.
    pub theme: String,
    /// Rated pairs.
    pub pairs: usize,
    /// Of the sum of the scores, from the first model's side.
    pub overall: Tally,
    /// Of each criterion.
    pub criteria: [Tally; 3],
    /// Mean scores of the two models, by criterion.
    pub means: [[f64; 3]; 2],
}

/// What all raters say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Results {
    /// The two models.
    pub models: [String; 2],
    /// What was rated.
    pub criteria: [&'static str; 3],
    /// Who rated, and how many pairs.
    pub raters: Vec<(String, usize)>,
    /// By theme, all of them first.
    pub themes: Vec<ThemeTally>,
    /// Krippendorff's alpha of the scores by criterion, where a clip was rated by more than one.
    pub alpha: [Option<f64>; 3],
    /// The share of pairs of raters who prefer the same model of a prompt, by the sum of its scores.
    pub same_choice: Option<f64>,
}

impl Results {
    /// The results of a study so far.
    ///
    /// # Errors
    /// A sheet cannot be read.
    pub fn of(study: &Study) -> Result<Self, RatingError> {
        let sheets = Sheet::all(study)?;
        let tally = |theme: Option<&str>| tally(study, &sheets, theme);
        let themes = std::iter::once(None).chain(study.themes().into_iter().map(Some)).map(tally).collect();
        let prompts = 0..study.prompts().len();
        let scores = |criterion: usize| -> Vec<Vec<u8>> {
            let of = |prompt, model: usize| sheets.iter().filter_map(move |sheet| Some(sheet.scores().get(&prompt)?[model][criterion]));
            prompts.clone().flat_map(|prompt| [0, 1].map(|model| of(prompt, model).collect())).collect()
        };
        let choices: Vec<Vec<Ordering>> =
            prompts.clone().map(|prompt| sheets.iter().filter_map(|sheet| Some(choice(sheet.scores().get(&prompt)?))).collect()).collect();
        Ok(Self {
            models: study.models().clone(),
            criteria: CRITERIA,
            raters: sheets.iter().map(|sheet| (sheet.rater.clone(), sheet.progress().0)).collect(),
            themes,
            alpha: [0, 1, 2].map(|criterion| alpha(&scores(criterion))),
            same_choice: same_choice(&choices),
        })
    }

    /// A table for people.
    #[must_use]
    pub fn table(&self) -> String {
        let [first, second] = &self.models;
        let raters: Vec<String> = self.raters.iter().map(|(rater, pairs)| format!("{rater} ({pairs})")).collect();
        let mut text =
            format!("{first} against {second}; rated by {}\n", if raters.is_empty() { "nobody".to_owned() } else { raters.join(", ") });
        let _ =
            writeln!(text, "{:<12} {:>5} {:>5} {:>5} {:>5}   mean scores: {}", "theme", "pairs", "win", "tie", "loss", CRITERIA.join(", "));
        for theme in &self.themes {
            let Tally { wins, ties, losses } = theme.overall;
            let _ = write!(text, "{:<12} {:>5} {wins:>5} {ties:>5} {losses:>5}  ", theme.theme, theme.pairs);
            let means = |criterion: usize| format!(" {:.2} : {:.2}", theme.means[0][criterion], theme.means[1][criterion]);
            let means = if theme.pairs > 0 { [0, 1, 2].map(means).join(",") } else { " –".to_owned() };
            let _ = writeln!(text, "{means}");
        }
        let shown = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| format!("{value:.2}"));
        let alphas: Vec<String> = CRITERIA.iter().zip(self.alpha).map(|(name, value)| format!("{name} {}", shown(value))).collect();
        let _ = write!(text, "agreement (Krippendorff's alpha): {}; same preference: {}", alphas.join(", "), shown(self.same_choice));
        text
    }
}

/// Every score of a study, a line each: `rater,theme,prompt,model,text alignment,physical plausibility,smoothness`.
///
/// # Errors
/// A sheet cannot be read.
pub fn csv(study: &Study) -> Result<String, RatingError> {
    let mut text = format!("rater,theme,prompt,model,{}\n", CRITERIA.join(","));
    for sheet in Sheet::all(study)? {
        for (prompt, scores) in sheet.scores() {
            let asked = &study.prompts()[*prompt];
            for (model, [text_score, plausible, smooth]) in study.models().iter().zip(scores) {
                let fields = [&sheet.rater, &asked.theme, &asked.prompt, model].map(|field| quoted(field));
                let _ = writeln!(text, "{},{text_score},{plausible},{smooth}", fields.join(","));
            }
        }
    }
    Ok(text)
}

/// A field as RFC 4180 wants it.
fn quoted(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field.to_owned() }
}

/// Which model a rater prefers, from the first one's side.
fn choice(scores: &[[u8; 3]; 2]) -> Ordering {
    let [first, second] = scores.map(|scores| scores.iter().sum::<u8>());
    first.cmp(&second)
}

fn tally(study: &Study, sheets: &[Sheet], theme: Option<&str>) -> ThemeTally {
    let mut tally = ThemeTally {
        theme: theme.unwrap_or("all").to_owned(),
        pairs: 0,
        overall: Tally::default(),
        criteria: [Tally::default(); 3],
        means: [[0.0; 3]; 2],
    };
    let wanted = |prompt: usize| theme.is_none_or(|theme| study.prompts()[prompt].theme == theme);
    for scores in sheets.iter().flat_map(|sheet| sheet.scores()).filter(|(prompt, _)| wanted(**prompt)).map(|(_, scores)| scores) {
        tally.pairs += 1;
        tally.overall.count(choice(scores));
        let [first, second] = scores;
        for (tally, (first, second)) in tally.criteria.iter_mut().zip(first.iter().zip(second)) {
            tally.count(first.cmp(second));
        }
        for (sum, score) in tally.means.as_flattened_mut().iter_mut().zip(scores.as_flattened()) {
            *sum += f64::from(*score);
        }
    }
    tally.means.as_flattened_mut().iter_mut().for_each(|sum| *sum /= tally.pairs.max(1) as f64);
    tally
}
