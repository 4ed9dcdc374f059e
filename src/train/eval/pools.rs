//! Who is compared with whom: pools of 32 different captions for R-precision, random pairs for diversity, groups by action.

use rand::Rng;
use rand::seq::SliceRandom;
use std::collections::HashSet;

/// Clips that a caption's own is hidden among, itself included.
pub const POOL: usize = 32;

/// Clips in random order, in pools of [`POOL`] whose captions all differ. (The published pools are whatever comes together: where
/// two clips have the same caption, either is a right answer and one counts as wrong.) What fills no pool is left out.
#[must_use]
pub fn pools(captions: &[String], rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let mut order: Vec<usize> = (0..captions.len()).collect();
    order.shuffle(rng);
    let mut open: Vec<(Vec<usize>, HashSet<String>)> = Vec::new();
    for clip in order {
        let caption = plain(&captions[clip]);
        match open.iter_mut().find(|(pool, taken)| pool.len() < POOL && !taken.contains(&caption)) {
            Some((pool, taken)) => {
                pool.push(clip);
                taken.insert(caption);
            }
            None => open.push((vec![clip], HashSet::from([caption]))),
        }
    }
    open.into_iter().map(|(pool, _)| pool).filter(|pool| pool.len() == POOL).collect()
}

/// A caption without what makes no difference: capitals, the full stop, spaces.
#[must_use]
pub fn plain(caption: &str) -> String {
    caption.to_lowercase().trim_end_matches(['.', '!', ' ']).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Two independent random choices of the rows, 300 each (100 of at most 300 rows, and never more than there are), without repeats.
#[must_use]
pub fn random_pairs(rows: usize, rng: &mut impl Rng) -> [Vec<usize>; 2] {
    let count = if rows > 300 { 300 } else { 100 };
    [(); 2].map(|()| rand::seq::index::sample(rng, rows, count.min(rows)).into_vec())
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
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn pools_hold_thirty_two_different_captions_and_no_clip_twice() {
        let captions: Vec<String> = (0..200).map(|clip| format!("A person does {}.", clip % 50)).collect();
        let pools = pools(&captions, &mut StdRng::seed_from_u64(1));
        assert!(!pools.is_empty());
        let mut seen = HashSet::new();
        for pool in &pools {
            let different: HashSet<_> = pool.iter().map(|&clip| plain(&captions[clip])).collect();
            assert_eq!((pool.len(), different.len()), (POOL, POOL));
            assert!(pool.iter().all(|clip| seen.insert(*clip)));
        }
    }

    #[test]
    fn few_different_captions_fill_no_pool() {
        let captions: Vec<String> = (0..500).map(|clip| format!("{}", clip % 31)).collect();
        assert!(pools(&captions, &mut StdRng::seed_from_u64(1)).is_empty());
    }

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

    #[test]
    fn random_pairs_repeat_no_row() {
        for rows in [1, 50, 150, 400] {
            let [first, second] = random_pairs(rows, &mut StdRng::seed_from_u64(3));
            assert_eq!((first.len(), second.len()), (if rows > 300 { 300 } else { rows.min(100) }, first.len()));
            assert_eq!(first.iter().collect::<HashSet<_>>().len(), first.len());
        }
    }
}
