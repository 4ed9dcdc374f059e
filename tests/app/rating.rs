//! Rating in the window: two clips without names, scores by keys and by clicks, kept at once.

use super::desk::{run_tasks, session_with};
use super::panels::harness;
use bevy_egui::egui::Key;
use egui_kittest::kittest::Queryable;
use std::path::Path;
use zoetrope::author::Action;
use zoetrope::author::session::{Dialog, RatingAction, Session, ViewMode};
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Motion, Pose};
use zoetrope::rating::{Sheet, Sitting, Study, StudyPrompt};

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

fn act(session: &mut Session, action: RatingAction) {
    session.apply(action);
    run_tasks(session);
}

fn rating_session(folder: &Path) -> Session {
    let mut session = session_with(&["a walk"]);
    act(&mut session, RatingAction::Rate { folder: folder.to_owned(), rater: "Ann".to_owned() });
    session
}

#[test]
fn a_pair_is_scored_kept_and_followed_by_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let study = study(folder.path());
    let mut session = rating_session(folder.path());
    assert!(matches!(session.view().mode(), ViewMode::Comparison(_)) && session.view().player().is_playing() && !session.busy().working);
    let first = session.sitting().and_then(|rating| rating.pair.clone()).expect("a pair").0;
    act(&mut session, RatingAction::RatePair);
    assert_eq!(session.sitting().expect("a rating").sheet.progress().0, 0, "nothing is kept before all is said");
    for (side, criterion) in [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (1, 2)] {
        assert_eq!(session.sitting().and_then(Sitting::next_score), Some((side, criterion)));
        act(&mut session, RatingAction::Score { side, criterion, score: 4 - side as u8 });
    }
    act(&mut session, RatingAction::RatePair);
    let kept = Sheet::open(&study, "Ann").expect("the sheet");
    let left = first.models[0];
    assert_eq!((kept.progress().0, kept.scores()[&first.prompt][left], kept.scores()[&first.prompt][1 - left]), (1, [4; 3], [3; 3]));
    let second = session.sitting().and_then(|rating| rating.pair.clone()).expect("another pair").0;
    assert_ne!(first.prompt, second.prompt);
    act(&mut session, RatingAction::Score { side: 0, criterion: 0, score: 1 });
    act(&mut session, RatingAction::Unscore);
    assert_eq!(session.sitting().and_then(Sitting::next_score), Some((0, 0)));
    act(&mut session, RatingAction::Unscore);
    assert_eq!(session.sitting().and_then(|rating| rating.pair.clone()).map(|(pair, _)| pair), Some(first), "the last pair comes again");
    act(&mut session, RatingAction::EndRating);
    assert!(session.sitting().is_none() && matches!(session.view().mode(), ViewMode::Take(_)));
    act(&mut session, RatingAction::OpenRating);
    let here = Dialog::Rating { folder: folder.path().to_owned(), rater: "Ann".to_owned() };
    assert_eq!(*session.dialog(), here, "the next sitting begins where this one ended");
}

#[test]
fn a_study_that_is_none_is_an_error_and_nothing_changes() {
    let folder = tempfile::tempdir().expect("a folder");
    let session = rating_session(&folder.path().join("none"));
    assert!(session.sitting().is_none() && !session.busy().working);
    assert!(session.toasts().last_error().is_some_and(|error| error.contains("zoetrope rate clips")));
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
        run_tasks(&mut harness.state_mut().session);
        harness.run_steps(3);
    }
    harness.get_by_label_contains("All pairs are rated");
    act(&mut harness.state_mut().session, RatingAction::ExportRatings);
    let csv = std::fs::read_to_string(folder.path().join("scores.csv")).expect("written");
    assert_eq!(csv.lines().count(), 1 + 3 * 2);
    assert!(csv.contains(",4,3,1") && csv.contains(",2,3,4"), "{csv}");
    assert!(folder.path().join("results.json").exists());
}

#[test]
fn the_dialog_asks_for_a_folder_and_a_name() {
    let mut harness = harness(session_with(&[]));
    harness.state_mut().session.apply(RatingAction::OpenRating);
    harness.run_steps(4);
    harness.state_mut().session.apply(RatingAction::RatingForm { folder: "study".into(), rater: "Ann".to_owned() });
    harness.run_steps(3);
    harness.get_by_label("Rate").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&Action::Rating(RatingAction::Rate { folder: "study".into(), rater: "Ann".to_owned() })));
    assert_eq!(*harness.state().session.dialog(), Dialog::None);
}
