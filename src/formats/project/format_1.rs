//! Projects of Zoetrope 0.1: what made a take stood there as a sentence, which is taken apart here and nowhere else.

use super::layout::{Contents, FORMAT, StoredTake};
use crate::timeline::{Finish, Length, Origin, Provenance, Request, TakeEdit};
use serde::Deserialize;

/// What the window of that version called the maker of a motion that it had read from a file.
const IMPORTED: &str = "an imported file";

/// Where a take came from.
#[derive(Deserialize)]
struct OldProvenance {
    prompt: String,
    #[serde(default)]
    understood: Option<String>,
    seed: u64,
    model: String,
    licence: String,
    settings: String,
}

/// The contents of such a project.
pub(super) fn contents(json: &[u8]) -> serde_json::Result<Contents<Provenance>> {
    let Contents { program, takes, arrangement, character, .. } = serde_json::from_slice::<Contents<OldProvenance>>(json)?;
    let takes = takes.into_iter().map(|take| StoredTake { id: take.id, provenance: provenance(take.provenance) }).collect();
    Ok(Contents { format: FORMAT, program, takes, arrangement, character })
}

fn provenance(old: OldProvenance) -> Provenance {
    let OldProvenance { prompt, understood, seed, model, licence, settings } = old;
    let mut is_edited = false;
    let mut settings = settings.as_str();
    while let Some(before) = settings.strip_suffix(", then the published remove-sliding") {
        settings = before;
        is_edited = true;
    }
    let made = if model == IMPORTED {
        Origin::File { name: prompt }
    } else {
        let request = Request { seed, ..Request::new(prompt) };
        // Words that are not understood leave the defaults: the motion is there all the same.
        let request = request_of(settings, request.clone()).unwrap_or(request);
        Origin::Prompt { request, canonical_prompt: understood, context: Default::default() }
    };
    // Once more changes nothing: it goes back to what the network made.
    let origin = if is_edited { Origin::Edit { of: Box::new(made), edit: TakeEdit::RemoveSliding } } else { made };
    Provenance { origin, model, licence, ..Provenance::default() }
}

/// The request with what the sentence says: `4 s, greedy, top-k 40, cleaned up, to the letter`.
fn request_of(settings: &str, mut request: Request) -> Option<Request> {
    for part in settings.split(", ") {
        match part.rsplit_once(' ') {
            _ if part == Finish::Clean.to_string() => request.finish = Finish::Clean,
            _ if part == Finish::Published.to_string() => request.finish = Finish::Published,
            _ if part == "the model's own sampling" => {}
            _ if part == "to the letter" => request.literal = true,
            Some((length, "s")) => request.length = length_of(length)?,
            Some(("temperature", number)) => request.sampling.temperature = Some(number.parse().ok()?),
            Some(("top-k", number)) => request.sampling.top_k = Some(number.parse().ok()?),
            Some(("top-p", number)) => request.sampling.top_p = Some(number.parse().ok()?),
            Some(("guidance", number)) => request.sampling.guidance = Some(number.parse().ok()?),
            None if part == "greedy" => request.sampling.greedy = true,
            None if part == Finish::Raw.to_string() => request.finish = Finish::Raw,
            _ => return None,
        }
    }
    Some(request)
}

/// `4` or `0 to 10`, in seconds.
fn length_of(text: &str) -> Option<Length> {
    let secs = |text: &str| text.parse().ok().filter(|secs: &f32| secs.is_finite());
    match text.split_once(" to ") {
        Some((min, max)) => Some(Length::Between { min_secs: secs(min)?, max_secs: secs(max)? }),
        None => Some(Length::Exact { secs: secs(text)? }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::Sampling;

    fn old(settings: &str) -> OldProvenance {
        OldProvenance {
            prompt: "a person walks".to_owned(),
            understood: Some("a person walks forward".to_owned()),
            seed: 7,
            model: "starter".to_owned(),
            licence: "CC0".to_owned(),
            settings: settings.to_owned(),
        }
    }

    #[test]
    fn the_sentence_of_every_request_becomes_that_request() {
        let plain = Request { seed: 7, length: Length::Exact { secs: 2.35 }, ..Request::new("a person walks") };
        let all = Sampling { greedy: true, temperature: Some(0.9), top_k: Some(40), top_p: Some(0.95), guidance: Some(2.5) };
        for request in [
            plain.clone(),
            Request { length: Length::default(), ..plain.clone() },
            Request { sampling: all, literal: true, ..plain.clone() },
            Request { sampling: Sampling { guidance: Some(1.5), ..Sampling::default() }, finish: Finish::Raw, ..plain.clone() },
            Request { finish: Finish::Published, length: Length::default(), ..plain },
        ] {
            let provenance = provenance(old(&request.settings()));
            assert_eq!(provenance.origin.asked().map(|(request, _)| request), Some(&request));
            assert_eq!(provenance.origin.canonical_prompt(), Some("a person walks forward"));
        }
    }

    #[test]
    fn edits_files_and_unknown_words_keep_what_is_known() {
        let edited = provenance(old("4 s, raw, then the published remove-sliding"));
        assert!(matches!(&edited.origin, Origin::Edit { of, .. } if of.asked().is_some_and(|(request, _)| request.finish == Finish::Raw)));
        let file = provenance(OldProvenance { model: IMPORTED.to_owned(), ..old("") });
        assert_eq!(file.origin, Origin::File { name: "a person walks".to_owned() });
        for words in ["", "4 s, in a good mood", "NaN s", "temperature hot"] {
            let request = Request { seed: 7, ..Request::new("a person walks") };
            assert_eq!(provenance(old(words)).origin.asked().map(|(request, _)| request), Some(&request), "{words}");
        }
    }
}
