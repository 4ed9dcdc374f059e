//! A caption as subject and verbs, so that it can be said in another form.

use super::inflect::{base_of_third_person, gerund, third_person};
use super::lists::lists;
use rand::Rng;
use rand::seq::IndexedRandom;

/// How a sentence is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// "a person walks"
    Present,
    /// "a person is walking"
    Progressive,
    /// "walk"
    Bare,
    /// "walking"
    Gerund,
    /// "there is a person walking"
    ThereIs,
}

impl Form {
    pub(super) const ALL: [Self; 5] = [Self::Present, Self::Progressive, Self::Bare, Self::Gerund, Self::ThereIs];

    /// How often people say it so.
    pub(super) fn weight(self) -> f64 {
        match self {
            Self::Present => 5.0,
            Self::Progressive => 3.0,
            Self::Bare | Self::Gerund => 1.0,
            Self::ThereIs => 0.5,
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Part {
    /// A verb that agrees with the subject, in its basic form.
    Verb(String),
    /// Anything else, with the marks around it.
    Text(String),
}

/// A caption that is understood.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sentence {
    pub(super) subject: String,
    parts: Vec<Part>,
}

impl Sentence {
    /// Understands "SUBJECT VERBs …" and "SUBJECT is VERBing …", with more verbs behind "and" and "then".
    pub(super) fn parse(caption: &str) -> Option<Self> {
        let text = caption.trim().trim_end_matches('.');
        // In ASCII the small letters are as long as the large ones.
        let small = text.to_ascii_lowercase();
        let begins = |subject: &&String| small.strip_prefix(subject.as_str()).is_some_and(|rest| rest.starts_with(' '));
        let subject = lists().known_subjects.iter().find(begins)?.clone();
        let mut words = text[subject.len()..].split_whitespace().peekable();
        let progressive = words.next_if(|word| *word == "is").is_some();
        let base = |word: &str, first: bool| {
            let known =
                lists().base_of.get(word).filter(|base| if progressive { gerund(base) == word } else { third_person(base) == word });
            known.cloned().or_else(|| if first && !progressive { base_of_third_person(word) } else { None })
        };
        let mut parts = vec![Part::Verb(base(words.next()?, true)?)];
        let mut may_be_verb = false;
        for word in words {
            // A mark behind the word stays: "walks, turns".
            let bare = word.trim_end_matches([',', ';']);
            match base(bare, false).filter(|_| may_be_verb) {
                Some(verb) => {
                    parts.push(Part::Verb(verb));
                    if bare.len() < word.len() {
                        parts.push(Part::Text(word[bare.len()..].to_owned()));
                    }
                }
                None if may_be_verb && (bare.ends_with("ing") == progressive) && bare.ends_with(if progressive { "ing" } else { "s" }) => {
                    return None; // perhaps a verb, perhaps a noun: "turns and wibbles"
                }
                None => parts.push(Part::Text(word.to_owned())),
            }
            may_be_verb = matches!(bare, "and" | "then") || bare.len() < word.len();
        }
        Some(Self { subject, parts })
    }

    /// The first verb, in its basic form.
    pub(super) fn first_verb(&self) -> Option<&str> {
        self.parts.iter().find_map(|part| match part {
            Part::Verb(verb) => Some(verb.as_str()),
            Part::Text(_) => None,
        })
    }

    /// Whether it tells of one action only.
    pub(super) fn is_one_action(&self) -> bool {
        let several = |part: &Part| matches!(part, Part::Text(text) if matches!(text.as_str(), "and" | "then" | "while" | "as") || text.ends_with(','));
        !self.parts.iter().any(several)
    }

    /// Replaces verbs by others that mean the same.
    pub(super) fn replace_verbs(&mut self, chance: f64, random: &mut impl Rng) {
        for part in &mut self.parts {
            if let Part::Verb(verb) = part
                && let Some(other) = lists().verbs.get(verb).and_then(|others| others.choose(random))
                && random.random_bool(chance)
            {
                verb.clone_from(other);
            }
        }
    }

    /// The sentence in a form, about a subject.
    pub(super) fn say(&self, form: Form, subject: &str) -> String {
        let predicate = self.predicate(form);
        match form {
            Form::Present => format!("{subject} {predicate}"),
            Form::Progressive => format!("{subject} is {predicate}"),
            Form::Bare | Form::Gerund => predicate,
            Form::ThereIs => format!("there is {} {predicate}", subject.replacen("the ", "a ", 1)),
        }
    }

    /// What is done, in a form, without the subject.
    pub(super) fn predicate(&self, form: Form) -> String {
        let mut said = String::new();
        for part in &self.parts {
            let word = match (part, form) {
                (Part::Text(text), _) => text.clone(),
                (Part::Verb(verb), Form::Present) => third_person(verb),
                (Part::Verb(verb), Form::Bare) => verb.clone(),
                (Part::Verb(verb), _) => gerund(verb),
            };
            if !said.is_empty() && !word.starts_with([',', ';']) {
                said.push(' ');
            }
            said.push_str(&word);
        }
        said
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_said_in_every_form() {
        let sentence = Sentence::parse("A person walks forward, turns left and then waves a hand.").expect("understood");
        assert_eq!(sentence.say(Form::Present, "someone"), "someone walks forward, turns left and then waves a hand");
        let sentence = Sentence::parse("a man is running and then jumping over a box").expect("understood");
        let said = Form::ALL.map(|form| sentence.say(form, "the man"));
        assert_eq!(
            said,
            [
                "the man runs and then jumps over a box",
                "the man is running and then jumping over a box",
                "run and then jump over a box",
                "running and then jumping over a box",
                "there is a man running and then jumping over a box",
            ]
        );
    }

    #[test]
    fn what_may_be_a_verb_or_a_noun_is_not_guessed() {
        assert_eq!(Sentence::parse("a person moves arms and wibbles"), None);
        assert_eq!(Sentence::parse("some words about nothing"), None);
    }
}
