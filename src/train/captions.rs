//! What captions say: whether two say the same, and which action they name.

/// A caption without what makes no difference: capitals, the full stop, spaces.
#[must_use]
pub fn plain(caption: &str) -> String {
    caption.to_lowercase().trim_end_matches(['.', '!', ' ']).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Verbs by their first letters, and the action they stand for. The first word of a caption that begins so names its action.
const ACTIONS: [(&str, &str); 47] = [
    ("walk", "walk"),
    ("stroll", "walk"),
    ("pac", "walk"),
    ("wander", "walk"),
    ("march", "march"),
    ("run", "run"),
    ("jog", "run"),
    ("sprint", "run"),
    ("dash", "run"),
    ("jump", "jump"),
    ("leap", "jump"),
    ("hop", "jump"),
    ("skip", "jump"),
    ("danc", "dance"),
    ("wav", "wave"),
    ("bow", "bow"),
    ("kick", "kick"),
    ("punch", "punch"),
    ("box", "punch"),
    ("turn", "turn"),
    ("spin", "turn"),
    ("rotat", "turn"),
    ("sit", "sit"),
    ("seat", "sit"),
    ("crouch", "crouch"),
    ("squat", "crouch"),
    ("duck", "crouch"),
    ("crawl", "crawl"),
    ("climb", "climb"),
    ("step", "step"),
    ("rais", "raise"),
    ("lift", "raise"),
    ("throw", "throw"),
    ("toss", "throw"),
    ("catch", "catch"),
    ("pick", "pick up"),
    ("stretch", "stretch"),
    ("swing", "swing"),
    ("point", "gesture"),
    ("guid", "gesture"),
    ("call", "gesture"),
    ("beckon", "gesture"),
    ("respond", "gesture"),
    ("stand", "stand"),
    ("wait", "stand"),
    ("fall", "fall"),
    ("slash", "slash"),
];

/// The action that a caption names first; "other" where it names none that is known.
#[must_use]
pub fn action(caption: &str) -> &'static str {
    let named = |word: &str| ACTIONS.iter().find(|(start, _)| word.starts_with(start)).map(|(_, action)| *action);
    let lower = caption.to_lowercase();
    lower.split(|c: char| !c.is_alphabetic()).find_map(named).unwrap_or("other")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_and_full_stops_make_no_other_caption() {
        assert_eq!(plain("A man  walks. "), plain("a man walks"));
    }

    #[test]
    fn the_first_verb_names_the_action() {
        assert_eq!(action("A person walks forward, then bows."), "walk");
        assert_eq!(action("someone is sitting down"), "sit");
        assert_eq!(action("la la"), "other");
    }
}
