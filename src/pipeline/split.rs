//! A compound prompt as a chain of simple ones: "a person walks, then sits down" → "a person walks", "a person sits down".
//! The networks saw captions of one or two actions; each part of a chain is one.

use super::verbs::begins_with_verb;
use crate::motion::FPS;
use crate::timeline::Length;

/// What stands between two actions that follow each other, in the order in which it is looked for.
const BETWEEN: [&str; 10] = [
    ", and after that ",
    " and after that ",
    ", after that ",
    ", and then ",
    " and then ",
    ", then ",
    " then ",
    "; ",
    ". ",
    " and finally ",
];
/// Words at the beginning of a part that only say that it follows.
const LINKS: [&str; 5] = ["then", "finally", "next", "afterwards", "and"];
/// Words that begin a sentence's subject and are all of it.
const PRONOUNS: [&str; 8] = ["he", "she", "they", "it", "someone", "somebody", "i", "you"];
/// Words that begin a longer subject.
const ARTICLES: [&str; 5] = ["a", "an", "the", "this", "one"];
/// Words that end a longer subject.
const PEOPLE: [&str; 18] = [
    "person",
    "man",
    "woman",
    "boy",
    "girl",
    "child",
    "guy",
    "human",
    "figure",
    "character",
    "dancer",
    "player",
    "actor",
    "people",
    "kid",
    "lady",
    "individual",
    "subject",
];
/// Longer subjects than this many words are not found.
const LONGEST_SUBJECT: usize = 5;

/// The simple prompts of a compound one, in order; the prompt itself if it is simple. Parts without a subject, or with a pronoun,
/// get the first part's subject.
#[must_use]
pub fn split(prompt: &str) -> Vec<String> {
    let mut parts = vec![prompt.trim().to_owned()];
    for between in BETWEEN {
        parts = parts.iter().flat_map(|part| part_at(part, between)).collect();
    }
    let parts: Vec<String> = parts.iter().flat_map(|part| listed(part)).collect();
    let parts: Vec<&str> = parts.iter().map(|part| without_links(part)).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return vec![prompt.trim().to_owned()];
    }
    let subject = subject(parts[0]);
    parts.into_iter().map(|part| with_subject(part, &subject)).collect()
}

/// The lengths of so many parts that are as long together. Exact ones take turns with the frames that are left over.
#[must_use]
pub fn shared(length: Length, count: usize) -> Vec<Length> {
    let of = |secs: f32| secs / count.max(1) as f32;
    let part = |place: usize| match length {
        Length::Exact { secs } => {
            let begin = |place: usize| (secs * FPS).round() as usize * place / count;
            Length::Exact { secs: (begin(place + 1) - begin(place)).max(1) as f32 / FPS }
        }
        Length::Between { min_secs, max_secs } => Length::Between { min_secs: of(min_secs), max_secs: of(max_secs) },
    };
    (0..count).map(part).collect()
}

/// The actions of a list: "walks, turns and sits down" are three. What is no list of actions stays whole, and so do two of them that may
/// be meant at once.
fn listed(part: &str) -> Vec<String> {
    let mut actions: Vec<&str> = part.split(", ").map(str::trim).collect();
    if let Some(last) = actions.pop() {
        let (one, other) = match last.strip_prefix("and ") {
            Some(last) => (None, last),
            None => last.split_once(" and ").map_or((None, last), |(one, other)| (Some(one), other)),
        };
        actions.extend(one.into_iter().chain([other]));
    }
    if actions.len() < 3 || !actions[1..].iter().all(|action| begins_with_verb(action)) {
        return vec![part.to_owned()];
    }
    actions.into_iter().map(str::to_owned).collect()
}

/// Cuts at every occurrence of `between`, whatever its capitals.
fn part_at(text: &str, between: &str) -> Vec<String> {
    let mut parts = Vec::new();
    let mut rest = text;
    // ASCII only, so that positions in both texts agree.
    while let Some(at) = rest.to_ascii_lowercase().find(between) {
        parts.push(rest[..at].to_owned());
        rest = &rest[at + between.len()..];
    }
    parts.push(rest.to_owned());
    let tidy = |part: &String| part.trim_matches(|c: char| c.is_whitespace() || c == ',' || c == '.').to_owned();
    parts.iter().map(tidy).filter(|part| !part.is_empty()).collect()
}

/// A prompt without the words at its beginning that only say that it follows something.
pub(super) fn without_links(part: &str) -> &str {
    let mut rest = part;
    while let Some(word) = rest.split_whitespace().next() {
        if !LINKS.contains(&word.to_lowercase().trim_end_matches(',')) {
            break;
        }
        rest = rest[word.len()..].trim_start();
    }
    rest
}

/// The words that say who acts; empty if that cannot be told.
fn subject(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let plain = |word: &str| word.to_lowercase().trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    let Some(first) = words.first().map(|word| plain(word)) else { return String::new() };
    if PRONOUNS.contains(&first.as_str()) {
        return words[0].to_owned();
    }
    if !ARTICLES.contains(&first.as_str()) {
        return String::new();
    }
    let end = words.iter().take(LONGEST_SUBJECT).position(|word| PEOPLE.contains(&plain(word).as_str()));
    end.map(|end| words[..=end].join(" ")).unwrap_or_default()
}

fn with_subject(part: &str, first: &str) -> String {
    let own = subject(part);
    if first.is_empty() || own.split_whitespace().count() > 1 {
        return part.to_owned();
    }
    let predicate = part[own.len()..].trim_start();
    format!("{first} {predicate}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simple_prompt_stays_as_it_is() {
        for prompt in ["a person walks forward and waves", "jump", "a man sits down and stands up.", "She dances", "then", ""] {
            assert_eq!(split(prompt), [prompt]);
        }
        assert_eq!(split("  a person walks.  "), ["a person walks."]);
    }

    #[test]
    fn actions_that_follow_each_other_become_parts_with_the_same_subject() {
        assert_eq!(split("a person walks forward and then sits down"), ["a person walks forward", "a person sits down"]);
        assert_eq!(
            split("An old man bows, then he turns around; waves. Finally, jumps."),
            ["An old man bows", "An old man turns around", "An old man waves", "An old man jumps"]
        );
        assert_eq!(split("walk, then sit"), ["walk", "sit"]);
        assert_eq!(split("a woman kneels. A man helps her"), ["a woman kneels", "A man helps her"]);
    }

    #[test]
    fn the_parts_of_a_length_are_as_long_together() {
        for (secs, count, frames) in [(1.5, 2, vec![22, 23]), (4.0, 3, vec![40, 40, 40]), (0.1, 2, vec![1, 2]), (2.0, 1, vec![60])] {
            let parts = shared(Length::Exact { secs }, count);
            let of = |part: &Length| if let Length::Exact { secs } = part { (secs * FPS).round() as usize } else { 0 };
            assert_eq!(parts.iter().map(of).collect::<Vec<_>>(), frames, "{secs} s");
        }
        let between = shared(Length::Between { min_secs: 1.0, max_secs: 5.0 }, 2);
        assert_eq!(between, [Length::Between { min_secs: 0.5, max_secs: 2.5 }; 2]);
    }

    #[test]
    fn a_list_of_actions_is_as_many_parts_and_a_list_of_other_things_none() {
        let three = ["a person walks forward", "a person turns around", "a person sits down"];
        for prompt in ["a person walks forward, turns around and sits down", "a person walks forward, turns around, and sits down"] {
            assert_eq!(split(prompt), three);
        }
        assert_eq!(split("run, jump, crouch and clap"), ["run", "jump", "crouch", "clap"]);
        assert_eq!(
            split("She bows, waves and slowly walks away, then kneels"),
            ["She bows", "She waves", "She slowly walks away", "She kneels"]
        );
        for prompt in [
            "a person moves his arms, legs and hips",
            "a person walks forward, backward and sideways",
            "an old, tired man walks and limps",
            "a person waves with the left, the right and both hands",
            "a person jumps, and waves",
        ] {
            assert_eq!(split(prompt), [prompt]);
        }
    }

    #[test]
    fn what_is_no_sentence_gives_no_empty_parts() {
        for prompt in [", then ", "; ; ;", "a person, then , then walks", "Ünïcode — ; 中文. ﬁ", "x. . . y"] {
            assert!(split(prompt).iter().all(|part| !part.is_empty()), "{prompt:?}: {:?}", split(prompt));
        }
    }
}
