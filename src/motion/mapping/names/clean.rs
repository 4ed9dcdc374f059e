//! A joint's name without what programs add to it: name spaces, prefixes of rigs, suffixes of exporters; and the side that it tells.

use super::said::{Said, Side};
use super::words::{is_limb, translated};

/// Words that stand in front of a joint's own, as rigs and exporters put them there. Numbers between them go too.
const PREFIXES: [&[&str]; 17] = [
    &["mixamorig"],
    &["character"],
    &["robot"],
    &["valve", "biped"],
    &["bip"],
    &["cc", "base"],
    &["j", "bip"],
    &["m", "avg"],
    &["f", "avg"],
    &["armature"],
    &["skeleton"],
    &["def"],
    &["org"],
    &["b"],
    &["bn"],
    &["jnt"],
    &["bone"],
];

/// Words that say no more than that it is a joint.
const SUFFIXES: [&str; 5] = ["jnt", "bind", "bone", "jt", "bn"];

/// What a joint's name says.
pub(super) fn said(name: &str) -> Said {
    // The last of several name spaces: `Armature|mixamorig7:LeftUpLeg`.
    let name = name.rsplit([':', '|']).find(|part| !part.trim().is_empty()).unwrap_or(name);
    if let Some(said) = translated(name) {
        return said;
    }
    let mut tokens = tokens(name);
    trim_prefixes(&mut tokens);
    trim_suffixes(&mut tokens);
    let side = take_side(&mut tokens);
    trim_prefixes(&mut tokens);
    trim_suffixes(&mut tokens);
    let word = tokens.concat();
    match side {
        Some(side) => Said { side, word },
        None => glued(word),
    }
}

/// The words and numbers of a name in small letters: parted at separators, humps, and where digits begin. Numbers have no zeros in front.
fn tokens(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut tokens: Vec<String> = Vec::new();
    let mut begins = true;
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            begins = true;
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let next_is_small = letters.get(at + 1).is_some_and(|next| next.is_lowercase());
        // `leftUp|Leg`, and the last capital of a row before a small letter: `L|Thigh`.
        let hump = letter.is_uppercase() && before.is_some_and(|before| before.is_lowercase() || (before.is_uppercase() && next_is_small));
        let number = before.is_some_and(|before| before.is_ascii_digit() != letter.is_ascii_digit());
        if begins || hump || number {
            tokens.push(String::new());
        }
        begins = false;
        if let Some(token) = tokens.last_mut() {
            token.extend(letter.to_lowercase());
        }
    }
    for token in &mut tokens {
        if token.starts_with(|first: char| first.is_ascii_digit()) {
            let number = token.trim_start_matches('0');
            *token = if number.is_empty() { "0".to_owned() } else { number.to_owned() };
        }
    }
    tokens
}

fn is_number(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_digit())
}

fn trim_prefixes(tokens: &mut Vec<String>) {
    loop {
        let begins = |prefix: &&&[&str]| tokens.len() > prefix.len() && tokens.iter().zip(**prefix).all(|(token, word)| token == word);
        let Some(prefix) = PREFIXES.iter().find(begins) else { return };
        let numbers = tokens[prefix.len()..].iter().take_while(|token| is_number(token)).count();
        // `Bone01` has no other name than that.
        if prefix.len() + numbers >= tokens.len() {
            return;
        }
        tokens.drain(..prefix.len() + numbers);
    }
}

fn trim_suffixes(tokens: &mut Vec<String>) {
    while tokens.len() > 1 && tokens.last().is_some_and(|last| SUFFIXES.contains(&last.as_str())) {
        tokens.pop();
    }
}

/// Takes out the word that tells the side. `c`, `m` and `x` at either end are the middle.
fn take_side(tokens: &mut Vec<String>) -> Option<Side> {
    let side = |token: &String| match token.as_str() {
        "l" | "left" | "lft" => Some(Side::Left),
        "r" | "right" | "rgt" => Some(Side::Right),
        _ => None,
    };
    if let Some((at, side)) = tokens.iter().enumerate().find_map(|(at, token)| Some((at, side(token)?))) {
        tokens.remove(at);
        return Some(side);
    }
    let is_middle = |token: Option<&String>| token.is_some_and(|token| matches!(token.as_str(), "c" | "m" | "x"));
    if tokens.len() > 1 && is_middle(tokens.first()) {
        tokens.remove(0);
        return Some(Side::Middle);
    }
    if tokens.len() > 1 && is_middle(tokens.last()) {
        tokens.pop();
        return Some(Side::Middle);
    }
    None
}

/// The side where it is grown together with the word: `leftupleg`, `lthigh`, `RUArm`.
fn glued(word: String) -> Said {
    for (text, side) in [("left", Side::Left), ("right", Side::Right)] {
        if let Some(rest) = word.strip_prefix(text).or_else(|| word.strip_suffix(text)) {
            return Said { side, word: rest.to_owned() };
        }
    }
    for (letter, side) in [('l', Side::Left), ('r', Side::Right)] {
        // Only before a limb: "leg" is none that lies to the left.
        if let Some(rest) = word.strip_prefix(letter)
            && is_limb(rest)
        {
            return Said { side, word: rest.to_owned() };
        }
    }
    Said { side: Side::Middle, word }
}
