//! A compound prompt as a chain of simple ones: "a person walks, then sits down" → "a person walks", "a person sits down".
//! The networks saw captions of one or two actions; each part of a chain is one.

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
    let parts: Vec<&str> = parts.iter().map(|part| without_links(part)).filter(|part| !part.is_empty()).collect();
    if parts.len() < 2 {
        return vec![prompt.trim().to_owned()];
    }
    let subject = subject(parts[0]);
    parts.into_iter().map(|part| with_subject(part, &subject)).collect()
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
    fn what_is_no_sentence_gives_no_empty_parts() {
        for prompt in [", then ", "; ; ;", "a person, then , then walks", "Ünïcode — ; 中文. ﬁ", "x. . . y"] {
            assert!(split(prompt).iter().all(|part| !part.is_empty()), "{prompt:?}: {:?}", split(prompt));
        }
    }
}
