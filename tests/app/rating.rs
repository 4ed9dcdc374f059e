//! Rating in the window: two clips without names, scores by keys and by clicks, kept at once.

use super::desk::session_with;
use super::panels::harness;
use bevy_egui::egui::Key;
use egui_kittest::kittest::Queryable;
use std::path::Path;
use zoetrope::author::Action;
use zoetrope::author::session::{Dialog, Effect, Rating, Session, Showing};
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Motion, Pose};
use zoetrope::rating::{Sheet, Study, StudyPrompt};

fn study(folder: &Path) -> Study {
    let prompt = |prompt: &str| StudyPrompt { theme: "work".to_owned(), prompt: prompt.to_owned() };
    let prompts = vec![prompt("a person hammers nails"), prompt("a person carries a tray"), prompt("a person digs")];
    let study = Study::begin(folder, ["tortoise".to_owned(), "hare".to_owned()], 0, prompts).expect("a study");
    for clip in study.missing() {
        let motion = Motion { frames: vec![Pose::REST; 20 + 10 * clip.model] };
        formats::write(&study.clip_path(clip), &motion, &WriteOptions::default()).expect("a clip");
    }
    study
}

/// Does what a rating asks of the outside, as the window's errands do.
fn carry_out(session: &mut Session, effects: Vec<Effect>) {
    for effect in effects {
        match effect {
            Effect::OpenStudy { folder, rater } => {
                session.rating_read(Rating::open(&folder, &rater).map(Box::new).map_err(|error| error.to_string()));
            }
            Effect::KeepRating(rating) => session.rating_read(rating.saved().map(Box::new).map_err(|error| error.to_string())),
            Effect::ExportRatings(study) => drop(session.exported(Rating::export(&study).map_err(|error| error.to_string()))),
            other => panic!("{other:?}"),
        }
    }
}

fn act(session: &mut Session, action: Action) {
    let effects = session.apply(action);
    carry_out(session, effects);
}

fn rating_session(folder: &Path) -> Session {
    let mut session = session_with(&["a walk"]);
    act(&mut session, Action::Rate { folder: folder.to_owned(), rater: "Ann".to_owned() });
    session
}

#[test]
fn a_pair_is_scored_kept_and_followed_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = study(folder.path());
    let mut session = rating_session(folder.path());
    assert!(matches!(session.showing, Showing::Row(_)) && session.player.is_playing() && !session.busy().working);
    let first = session.rating().and_then(|rating| rating.pair.clone()).expect("a pair").0;
    act(&mut session, Action::RatePair);
    assert_eq!(session.rating().expect("a rating").sheet.progress().0, 0, "nothing is kept before all is said");
    for (side, criterion) in [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)] {
        assert_eq!(session.next_score(), Some((side, criterion)));
        act(&mut session, Action::Score { side, criterion, score: 4 - side as u8 });
    }
    act(&mut session, Action::RatePair);
    let kept = Sheet::open(&study, "Ann").expect("the sheet");
    let left = first.models[0];
    assert_eq!((kept.progress().0, kept.scores()[&first.prompt][left], kept.scores()[&first.prompt][1 - left]), (1, [4; 3], [3; 3]));
    let second = session.rating().and_then(|rating| rating.pair.clone()).expect("another pair").0;
    assert_ne!(first.prompt, second.prompt);
    act(&mut session, Action::Score { side: 0, criterion: 0, score: 1 });
    act(&mut session, Action::Unscore);
    assert_eq!(session.next_score(), Some((0, 0)));
    act(&mut session, Action::Unscore);
    assert_eq!(session.rating().and_then(|rating| rating.pair.clone()).map(|(pair, _)| pair), Some(first), "the last pair comes again");
    act(&mut session, Action::EndRating);
    assert!(session.rating().is_none() && matches!(session.showing, Showing::Take(_)));
    act(&mut session, Action::OpenRating);
    let here = Dialog::Rating { folder: folder.path().to_owned(), rater: "Ann".to_owned() };
    assert_eq!(session.dialog, here, "the next sitting begins where this one ended");
}

#[test]
fn a_study_that_is_none_is_an_error_and_nothing_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = rating_session(&folder.path().join("none"));
    assert!(session.rating().is_none() && !session.busy().working);
    assert!(session.toasts.last_error().is_some_and(|error| error.contains("zoetrope rate clips")));
}

#[test]
fn raters_see_no_names_and_rate_with_keys_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    study(folder.path());
    let mut harness = harness(rating_session(folder.path()));
    for hidden in ["tortoise", "hare", "starter", "Takes"] {
        assert!(harness.query_by_label_contains(hidden).is_none(), "{hidden} is in sight");
    }
    harness.get_by_label("Physical plausibility");
    for _ in 0..3 {
        for key in [Key::Num4, Key::Num2, Key::Num3, Key::Num3, Key::Num1, Key::Num4, Key::Enter] {
            harness.key_press(key);
            harness.run_steps(2);
        }
        // What the window does with the effect of Enter.
        let rating = harness.state().session.rating().expect("a rating").clone();
        let next = rating.saved().map(Box::new).map_err(|error| error.to_string());
        harness.state_mut().session.rating_read(next);
        harness.run_steps(3);
    }
    harness.get_by_label_contains("All pairs are rated");
    let effects = harness.state_mut().session.apply(Action::ExportRatings);
    carry_out(&mut harness.state_mut().session, effects);
    let csv = std::fs::read_to_string(folder.path().join("scores.csv")).expect("written");
    assert_eq!(csv.lines().count(), 1 + 3 * 2);
    assert!(csv.contains(",4,3,1") && csv.contains(",2,3,4"), "{csv}");
    assert!(folder.path().join("results.json").exists());
}

#[test]
fn the_dialog_asks_for_a_folder_and_a_name() {
    let mut harness = harness(session_with(&[]));
    harness.state_mut().session.apply(Action::OpenRating);
    harness.run_steps(4);
    harness.state_mut().session.apply(Action::RatingForm { folder: "study".into(), rater: "Ann".to_owned() });
    harness.run_steps(3);
    harness.get_by_label("Rate").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&Action::Rate { folder: "study".into(), rater: "Ann".to_owned() }));
    assert_eq!(harness.state().session.dialog, Dialog::None);
}
