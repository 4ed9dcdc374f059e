//! Forms of English verbs, regular ones and those few whose spelling is not.

/// "walk" → "walks". Of several words the first is inflected.
pub(super) fn third_person(verb: &str) -> String {
    on_first(verb, |verb| match verb {
        "have" => "has".to_owned(),
        _ if verb.ends_with('y') && !vowel_before_last(verb) => format!("{}ies", &verb[..verb.len() - 1]),
        _ if ["s", "x", "z", "ch", "sh", "o"].iter().any(|ending| verb.ends_with(ending)) => format!("{verb}es"),
        _ => format!("{verb}s"),
    })
}

/// "walk" → "walking".
pub(super) fn gerund(verb: &str) -> String {
    on_first(verb, |verb| {
        if let Some(stem) = verb.strip_suffix("ie") {
            format!("{stem}ying")
        } else if verb.ends_with('e') && !["ee", "oe", "ye"].iter().any(|ending| verb.ends_with(ending)) && verb.len() > 2 {
            format!("{}ing", &verb[..verb.len() - 1])
        } else if doubles(verb) {
            format!("{verb}{}ing", &verb[verb.len() - 1..])
        } else {
            format!("{verb}ing")
        }
    })
}

/// "walks" → "walk", by the rules alone; `None` for words that are no third person.
pub(super) fn base_of_third_person(word: &str) -> Option<String> {
    let stem = word.strip_suffix('s').filter(|stem| stem.len() > 1 && !stem.ends_with('s') && stem.is_ascii())?;
    let base = match (stem.strip_suffix("ie"), stem.strip_suffix('e')) {
        (Some(stem), _) if stem.len() > 1 => format!("{stem}y"),
        (_, Some(stem)) if ["s", "x", "z", "ch", "sh", "o"].iter().any(|ending| stem.ends_with(ending)) => stem.to_owned(),
        _ => stem.to_owned(),
    };
    (third_person(&base) == word).then_some(base)
}

fn on_first(verb: &str, inflected: impl Fn(&str) -> String) -> String {
    match verb.split_once(' ') {
        Some((first, rest)) => format!("{} {rest}", inflected(first)),
        None => inflected(verb),
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn vowel_before_last(verb: &str) -> bool {
    verb.chars().rev().nth(1).is_some_and(is_vowel)
}

/// One short syllable of consonant, vowel, consonant: "run", "stop", "spin".
fn doubles(verb: &str) -> bool {
    let letters: Vec<char> = verb.chars().rev().take(3).collect();
    let &[last, vowel, before] = letters.as_slice() else { return false };
    let syllables = verb.chars().filter(|letter| is_vowel(*letter)).count() - usize::from(verb.starts_with("squ"));
    !is_vowel(last) && !matches!(last, 'w' | 'x' | 'y') && is_vowel(vowel) && (!is_vowel(before) || verb.contains("qu")) && syllables == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verbs_are_spelt_as_in_english() {
        let cases = [
            ("walk", "walks", "walking"),
            ("run", "runs", "running"),
            ("dance", "dances", "dancing"),
            ("carry", "carries", "carrying"),
            ("play", "plays", "playing"),
            ("punch", "punches", "punching"),
            ("go on foot", "goes on foot", "going on foot"),
            ("lie", "lies", "lying"),
            ("squat", "squats", "squatting"),
            ("do", "does", "doing"),
            ("throw", "throws", "throwing"),
            ("box", "boxes", "boxing"),
            ("swing", "swings", "swinging"),
            ("lean", "leans", "leaning"),
            ("come", "comes", "coming"),
            ("twist", "twists", "twisting"),
        ];
        for (base, third, ing) in cases {
            assert_eq!((third_person(base).as_str(), gerund(base).as_str()), (third, ing));
            if !base.contains(' ') && base != "lie" {
                assert_eq!(base_of_third_person(third).as_deref(), Some(base));
            }
        }
        assert_eq!(base_of_third_person("grass"), None);
        assert_eq!(base_of_third_person("a"), None);
    }
}
