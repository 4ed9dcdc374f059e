//! Who is compared with whom: pools of 32 different captions for R-precision, random pairs for diversity.

use crate::train::captions::plain;
use rand::Rng;
use rand::seq::{IndexedRandom, SliceRandom};
use std::collections::{BTreeMap, HashSet};

/// Clips that a caption's own is hidden among, itself included.
pub const POOL: usize = 32;

/// A clip as it is asked for, and everything that is said of it.
pub struct Asked<'a> {
    /// The caption by which it is asked for.
    pub caption: &'a str,
    /// All its captions.
    pub captions: &'a [String],
}

/// As many pools as the clips would fill, each of [`POOL`] clips with different captions, drawn anew: captions at random, and of each
/// one of its clips. No clip's caption is also said of another one of its pool. (The published pools are whatever comes together:
/// where two clips have the same caption, either is a right answer and one counts as wrong.) None where captions are too few.
#[must_use]
pub fn pools(clips: &[Asked<'_>], rng: &mut impl Rng) -> Vec<Vec<usize>> {
    let said: Vec<HashSet<String>> = clips.iter().map(|clip| clip.captions.iter().map(|caption| plain(caption)).collect()).collect();
    let asked: Vec<String> = clips.iter().map(|clip| plain(clip.caption)).collect();
    let mut by_caption: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (clip, caption) in asked.iter().enumerate() {
        by_caption.entry(caption).or_default().push(clip);
    }
    let mut captions: Vec<&Vec<usize>> = by_caption.values().collect();
    let draw = |_| {
        captions.shuffle(rng);
        let mut pool: Vec<usize> = Vec::with_capacity(POOL);
        for same in &captions {
            let Some(&clip) = same.choose(rng) else { continue };
            if pool.iter().all(|&other| !said[clip].contains(&asked[other]) && !said[other].contains(&asked[clip])) {
                pool.push(clip);
            }
            if pool.len() == POOL {
                return Some(pool);
            }
        }
        None
    };
    (0..(clips.len() / POOL).max(1)).filter_map(draw).collect()
}

/// Two independent random choices of the rows, 300 each (100 of at most 300 rows, and never more than there are), without repeats.
#[must_use]
pub fn random_pairs(rows: usize, rng: &mut impl Rng) -> [Vec<usize>; 2] {
    let count = if rows > 300 { 300 } else { 100 };
    [(); 2].map(|()| rand::seq::index::sample(rng, rows, count.min(rows)).into_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    /// Clips that are said to do one of `actions` things, in two ways each, and are asked for in either.
    fn drawn(clips: usize, actions: usize) -> (Vec<Vec<String>>, Vec<Vec<usize>>) {
        let said: Vec<Vec<String>> =
            (0..clips).map(|clip| ["A person", "someone"].map(|who| format!("{who} does {}.", clip % actions)).to_vec()).collect();
        let asked: Vec<Asked<'_>> =
            said.iter().enumerate().map(|(clip, captions)| Asked { caption: &captions[clip / actions % 2], captions }).collect();
        let pools = pools(&asked, &mut StdRng::seed_from_u64(1));
        (said, pools)
    }

    #[test]
    fn pools_hold_thirty_two_clips_of_which_different_things_are_said() {
        let (said, pools) = drawn(320, 40);
        assert_eq!(pools.len(), 10);
        for pool in &pools {
            let different: HashSet<&String> = pool.iter().flat_map(|&clip| &said[clip]).collect();
            assert_eq!((pool.len(), different.len()), (POOL, 2 * POOL));
        }
    }

    #[test]
    fn few_different_captions_fill_no_pool() {
        assert!(drawn(500, 31).1.is_empty());
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
