//! What captions say, and how else it can be said: sides swapped for mirrored motion, other words and forms, two actions at once.
//!
//! English only; what is not understood is left as it is. The word lists are our own (`assets/words`).

mod inflect;
mod lists;
mod sentence;

use lists::{lists, replaced};
use rand::Rng;
use rand::seq::IndexedRandom;
use sentence::{Form, Sentence};

/// The caption of the mirrored motion: left and right, clockwise and counterclockwise change places.
#[must_use]
pub fn swap_sides(caption: &str) -> String {
    let mut swapped = String::with_capacity(caption.len());
    let mut word = String::new();
    for letter in caption.chars().map(Some).chain([None]) {
        match letter {
            // "counter-clockwise" is one word, "left-handed" two.
            Some(letter) if letter.is_alphabetic() || (letter == '-' && word.eq_ignore_ascii_case("counter")) => word.push(letter),
            other => {
                swapped.push_str(&opposite(&word));
                word.clear();
                swapped.extend(other);
            }
        }
    }
    swapped
}

/// The word for the other side, in the same case; other words as they are.
fn opposite(word: &str) -> String {
    const PAIRS: [(&str, &str); 11] = [
        ("left", "right"),
        ("lefts", "rights"),
        ("leftward", "rightward"),
        ("leftwards", "rightwards"),
        ("lefthand", "righthand"),
        ("lefthanded", "righthanded"),
        ("leftmost", "rightmost"),
        ("clockwise", "counterclockwise"),
        ("clockwise", "counter-clockwise"),
        ("clockwise", "anticlockwise"),
        ("lefty", "righty"),
    ];
    let small = word.to_lowercase();
    let found = PAIRS.iter().find_map(|&(a, b)| if small == a { Some(b) } else { (small == b).then_some(a) });
    let Some(other) = found else { return word.to_owned() };
    let mut letters = word.chars();
    match (letters.next().is_some_and(char::is_uppercase), letters.next().is_some_and(char::is_uppercase)) {
        (true, true) => other.to_uppercase(),
        (true, false) => other[..1].to_uppercase() + &other[1..],
        _ => other.to_owned(),
    }
}

/// Whether two captions name the same sides, senses of rotation and ways back.
#[must_use]
pub(super) fn same_sides(a: &str, b: &str) -> bool {
    const FAMILIES: [&[&str]; 5] = [
        &["left", "leftward", "leftwards"],
        &["right", "rightward", "rightwards"],
        &["clockwise"],
        &["counterclockwise", "anticlockwise"],
        &["backward", "backwards", "reverse"],
    ];
    let named = |text: &str| {
        let text = text.to_lowercase().replace("counter-clockwise", "counterclockwise");
        let words: Vec<&str> = text.split(|letter: char| !letter.is_alphabetic()).collect();
        FAMILIES.map(|family| words.iter().any(|word| family.contains(word)))
    };
    named(a) == named(b)
}

/// Up to `count` other ways to say what the captions say: other subjects, verbs and phrases that mean the same, and other forms of the
/// sentence. None repeats a caption or another; captions that are not understood give fewer.
#[must_use]
pub(super) fn reworded(captions: &[String], count: usize, random: &mut impl Rng) -> Vec<String> {
    let mut made: Vec<String> = Vec::new();
    for _ in 0..count * 6 {
        if made.len() >= count {
            break;
        }
        let Some(caption) = captions.choose(random) else { break };
        let other = rewording(caption, random);
        if !captions.contains(&other) && !made.contains(&other) {
            made.push(other);
        }
    }
    made
}

fn rewording(caption: &str, random: &mut impl Rng) -> String {
    let text = replaced(caption, &lists().phrases, 0.4, random);
    let Some(mut sentence) = Sentence::parse(&text) else { return text };
    sentence.replace_verbs(0.5, random);
    let subject = lists().subjects.choose(random).map_or("a person", String::as_str);
    sentence.say(*Form::ALL.choose_weighted(random, |form| form.weight()).unwrap_or(&Form::Present), subject)
}

/// "A while B": the legs' caption first. `None` where one of the captions is not understood, or is of two actions already.
#[must_use]
pub(super) fn together(legs: &str, arms: &str) -> Option<String> {
    let understood = |caption: &str| Sentence::parse(caption).filter(|sentence| sentence.is_one_action());
    let (legs, arms) = (understood(legs)?, understood(arms)?);
    Some(format!("{} while {}", legs.say(Form::Present, &legs.subject), arms.predicate(Form::Gerund)))
}

/// What a caption's subject does first, in the verb's basic form.
#[must_use]
pub(super) fn first_verb(caption: &str) -> Option<String> {
    Sentence::parse(caption).and_then(|sentence| sentence.first_verb().map(str::to_owned))
}

/// Those of a clip's captions that hold for every stretch of it, because what they tell goes on without a beginning and an end. None if
/// any caption tells of several things in order.
#[must_use]
pub(super) fn cyclic(captions: &[String]) -> Vec<String> {
    const IN_ORDER: [&str; 9] = [" then ", " stop", " turns around", " before ", " after ", " until ", " back", " return", " finally"];
    const SEVERAL: [&str; 2] = [" and ", ","];
    if captions.iter().any(|caption| IN_ORDER.iter().any(|mark| caption.contains(mark))) {
        return Vec::new();
    }
    let single = captions.iter().filter(|caption| !SEVERAL.iter().any(|mark| caption.contains(mark)));
    single.filter(|caption| lists().names_a_cycle(caption)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn sides_change_places_whole_word_by_whole_word() {
        let cases = [
            ("a person turns left and waves the right hand", "a person turns right and waves the left hand"),
            ("Left, then RIGHT.", "Right, then LEFT."),
            ("spins counter-clockwise", "spins clockwise"),
            ("spins clockwise on the left-hand side", "spins counterclockwise on the right-hand side"),
            ("brightly upright, leftover", "brightly upright, leftover"),
            ("geht nach links – größer", "geht nach links – größer"),
        ];
        for (text, swapped) in cases {
            assert_eq!(swap_sides(text), swapped);
        }
        assert_eq!(swap_sides(&swap_sides(cases[0].0)), cases[0].0);
    }

    #[test]
    fn two_actions_become_one_sentence() {
        let said = together("a person walks forward", "someone waves with the left hand").expect("both are plain");
        assert_eq!(said, "a person walks forward while waving with the left hand");
        assert_eq!(together("a man is jogging", "a person claps").as_deref(), Some("a man jogs while clapping"));
        assert_eq!(together("quantum foam", "a person claps"), None);
        assert_eq!(together("a person walks and waves", "a person claps"), None);
    }

    #[test]
    fn other_words_are_new_and_keep_sides_and_speeds() {
        let captions = ["a person walks forward and turns left quickly".to_owned()];
        let made = reworded(&captions, 12, &mut StdRng::seed_from_u64(1));
        assert!(made.len() >= 8, "{made:?}");
        for text in &made {
            assert!(text.contains("left"), "{text}");
            assert!(["quick", "fast", "rapid", "swift"].iter().any(|word| text.contains(word)), "{text}");
            assert!(!captions.contains(text));
        }
        let unknown = ["quantum foam".to_owned()];
        assert!(reworded(&unknown, 5, &mut StdRng::seed_from_u64(1)).is_empty(), "what is not understood is left alone");
    }

    #[test]
    fn only_what_goes_on_and_on_is_cyclic() {
        let cyclic = |captions: &[&str]| cyclic(&captions.iter().map(|&caption| caption.to_owned()).collect::<Vec<_>>());
        assert_eq!(cyclic(&["a person dances salsa", "someone is dancing salsa steps"]).len(), 2);
        assert_eq!(cyclic(&["a person does jumping jacks"]).len(), 1);
        assert!(cyclic(&["a person walks, stops and waves"]).is_empty());
        assert!(cyclic(&["a person walks forward, turns around and walks back", "a person walks"]).is_empty());
        assert!(cyclic(&["a person climbs a ladder"]).is_empty());
    }
}
