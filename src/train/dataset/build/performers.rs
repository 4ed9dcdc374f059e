//! Who performed a clip, from the conventions of the archives' names; and the split by performers.

use super::hash::hash;
use std::collections::BTreeMap;

/// How performers are told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PerformerRule {
    /// By the name: CMU's `SUBJECT_TRIAL`, HDM05's `xx_ACTION_NNN`; else the folder; for names that do not tell (Bandai Namco), all
    /// repetitions of one action in one style together.
    #[default]
    Auto,
    /// The folder that holds the file.
    Folder,
    /// Each file for itself.
    File,
}

/// The performer of a clip, from its name (a relative path without an ending). Clips with the same answer stay together.
#[must_use]
pub(super) fn performer(name: &str, rule: PerformerRule) -> String {
    let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
    match rule {
        PerformerRule::File => name.to_owned(),
        PerformerRule::Folder => folder.to_owned(),
        PerformerRule::Auto => by_convention(folder, file),
    }
}

fn by_convention(folder: &str, file: &str) -> String {
    let parts: Vec<&str> = file.split('_').collect();
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    match parts.as_slice() {
        // CMU, also where its release was converted by others: the subject's number, whatever the folder.
        [subject, trial, ..] if is_number(subject) && is_number(trial) => format!("subject {}", subject.trim_start_matches('0')),
        // HDM05: the performer's two letters.
        [who, _, .., take] if who.len() == 2 && who.bytes().all(|b| b.is_ascii_lowercase()) && is_number(take) => {
            format!("performer {who}")
        }
        // Numbered takes of one thing.
        [thing @ .., take] if !thing.is_empty() && is_number(take) => format!("{folder}/{}", thing.join("_")),
        _ if !folder.is_empty() => folder.to_owned(),
        _ => file.to_owned(),
    }
}

/// Which part of the split each performer belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Train,
    Val,
    Test,
}

/// Assigns performers with so many frames each to parts, so that test and validation get about their shares of the frames. Who is
/// drawn depends on the seed and on the performers' names only. The largest performer always trains.
pub(super) fn split(frames_of: &BTreeMap<String, usize>, val_share: f32, test_share: f32, seed: u64) -> BTreeMap<String, Part> {
    let total: usize = frames_of.values().sum();
    let largest = frames_of.iter().max_by_key(|(_, frames)| **frames).map(|(who, _)| who.clone());
    let mut order: Vec<&String> = frames_of.keys().filter(|who| Some(*who) != largest.as_ref()).collect();
    order.sort_by_key(|who| (hash(&[&seed.to_string(), who]), (*who).clone()));
    let mut parts: BTreeMap<String, Part> = frames_of.keys().map(|who| (who.clone(), Part::Train)).collect();
    for (part, share) in [(Part::Test, test_share), (Part::Val, val_share)] {
        let wanted = total as f32 * share;
        let mut has = 0.0;
        order.retain(|who| {
            let frames = frames_of[*who] as f32;
            // A performer who would overfill the part by half trains instead, unless the part has nobody yet.
            let fits = has + frames <= 1.5 * wanted || (has == 0.0 && frames <= 3.0 * wanted);
            let takes = wanted > 0.0 && has < wanted && fits;
            if takes {
                has += frames;
                parts.insert((*who).clone(), part);
            }
            !takes
        });
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archives_names_tell_the_performer() {
        let cases = [
            ("cmu_bvh30/02/02_01", "subject 2"),
            ("deepmimic_bvh30/cmu/02_04", "subject 2"),
            ("CMU/02/02_01_poses", "subject 2"),
            ("hdm05_bvh30/mm_depositFloorR_019", "performer mm"),
            ("d1/dataset-1_bow_active_001", "d1/dataset-1_bow_active"),
            ("BMLmovi/Subject_5/jump_poses", "BMLmovi/Subject_5"),
            ("walk", "walk"),
        ];
        for (name, who) in cases {
            assert_eq!(performer(name, PerformerRule::Auto), who, "{name}");
        }
    }

    #[test]
    fn shares_are_met_with_whole_performers_and_the_same_seed_gives_the_same_split() {
        let frames_of: BTreeMap<String, usize> = (0..100).map(|i| (format!("p{i}"), 50 + i)).collect();
        let parts = split(&frames_of, 0.05, 0.1, 7);
        let share = |part: Part| frames_of.iter().filter(|(who, _)| parts[*who] == part).map(|(_, n)| n).sum::<usize>() as f32 / 9950.0;
        assert!((0.09..0.13).contains(&share(Part::Test)), "{}", share(Part::Test));
        assert!((0.04..0.075).contains(&share(Part::Val)), "{}", share(Part::Val));
        assert_eq!(parts, split(&frames_of, 0.05, 0.1, 7));
        assert_ne!(parts, split(&frames_of, 0.05, 0.1, 8));
    }

    #[test]
    fn a_single_performer_trains() {
        let frames_of = BTreeMap::from([("only".to_owned(), 1000)]);
        assert_eq!(split(&frames_of, 0.05, 0.1, 0)["only"], Part::Train);
    }
}
