//! Motions are made, one after the other: takes, previews, cancelling, failures.

use super::desk::{Desk, run_tasks, session_with, wanted};
use zoetrope::author::Action;
use zoetrope::author::player::PlayState;
use zoetrope::author::session::{
    ClipAction, DraftAction, GenerationAction, HostCommand, ModelState, SelectionAction, TakeAction, ViewMode,
};
use zoetrope::author::toast::ToastKind;
use zoetrope::generator::protocol::Command;
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Length, Provenance, Request, Sampling, Take};

#[test]
fn the_character_moves_while_its_motion_is_still_being_made() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until(|session| matches!(session.view().mode(), ViewMode::Preview { .. }));
    assert_eq!(desk.session.view().player().state(), PlayState::Playing);
    assert!(desk.session.view().pose_at(desk.session.timeline(), 0.0).is_some());
    desk.until_idle();
    assert_eq!((desk.session.timeline().take_count(), desk.session.timeline().clips().len()), (1, 1));
    assert!(matches!(desk.session.view().mode(), ViewMode::Timeline));
    assert_eq!(desk.session.view().player().frames(), 60);
}

#[test]
fn the_published_clean_up_makes_a_take_beside_the_old_one() {
    let mut session = session_with(&["a walk"]);
    session.apply(TakeAction::RemoveSliding(0));
    assert!(session.busy().working);
    run_tasks(&mut session);
    assert_eq!((session.timeline().take_count(), session.shown_index(), session.busy().working), (2, Some(1), false));
    // One that is too short for it says so.
    let take = Take { motion: Motion { frames: vec![Pose::REST; 1] }.into(), raw: None, provenance: Provenance::default() };
    session.add_take(take);
    session.apply(TakeAction::RemoveSliding(2));
    run_tasks(&mut session);
    assert_eq!((session.timeline().take_count(), session.busy().working), (3, false));
    assert!(session.toasts().last_error().is_some_and(|text| text.contains("sliding")), "{:?}", session.toasts().last_error());
    session.apply(TakeAction::RemoveSliding(9));
    assert!(!session.busy().working);
}

#[test]
fn making_a_take_again_brings_its_whole_request_back() {
    let mut session = session_with(&[]);
    let sampling = Sampling { temperature: Some(0.8), top_p: Some(0.9), ..Sampling::default() };
    let length = Length::Exact { secs: 2.5 };
    let request = Request { seed: 7, literal: true, length, sampling, ..Request::new("a person jumps") };
    let provenance = Provenance { origin: request.clone().into(), ..Provenance::default() };
    session.add_take(Take { motion: Motion { frames: vec![Pose::REST; 30] }.into(), raw: None, provenance });
    let commands = wanted(&mut session, GenerationAction::Again(0));
    let Some(HostCommand::Generator(Command::Generate { request: again, .. })) = commands.first() else { panic!("{commands:?}") };
    assert_ne!(again.seed, request.seed);
    assert_eq!(*again, Request { seed: again.seed, ..request });
    assert_eq!(session.draft().request(again.constraints.clone()), *again);
}

#[test]
fn a_new_take_replaces_an_untouched_one_and_stands_beside_an_edited_one() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.until_idle();
    assert_eq!((desk.session.timeline().clips().len(), desk.session.timeline().take_count()), (1, 2));
    assert_eq!(desk.session.export_subject().take().expect("a clip").provenance.prompt(), "a person runs");
    desk.act(ClipAction::Trim { clip: 0, from: 0.5, to: 1.5 });
    desk.prompt("a person jumps");
    desk.until_idle();
    assert_eq!(desk.session.shown_index(), Some(2), "the new take is shown alone");
    assert_eq!(desk.session.timeline().clips().len(), 1);
    desk.act(ClipAction::AddToTimeline(2));
    assert_eq!(desk.session.timeline().clips().len(), 2);
    assert!(matches!(desk.session.view().mode(), ViewMode::Timeline));
}

#[test]
fn cancelling_leaves_the_timeline_on_the_stage() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.until(|session| matches!(session.view().mode(), ViewMode::Preview { .. }));
    desk.act(GenerationAction::Cancel);
    desk.until_idle();
    assert!(matches!(desk.session.view().mode(), ViewMode::Timeline));
    assert_eq!(desk.session.timeline().take_count(), 1);
    assert!(desk.toast_texts().is_empty());
}

#[test]
fn a_failed_generation_is_a_message_and_the_next_one_works() {
    let mut desk = Desk::new();
    for trouble in ["please fail", "please panic"] {
        desk.prompt(trouble);
        desk.until_idle();
        assert!(desk.session.toasts().list().iter().any(|toast| toast.kind == ToastKind::Error), "{trouble}");
        desk.prompt("a person walks");
        desk.until(|session| session.timeline().take_count() > 0);
        desk.act(SelectionAction::SelectAll);
        desk.act(ClipAction::Delete);
        desk.act(TakeAction::Remove(0));
        assert_eq!(desk.session.timeline().take_count(), 0);
    }
}

#[test]
fn a_take_that_is_chosen_during_a_generation_stays_on_the_stage() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.act(TakeAction::Select(0));
    desk.until_idle();
    assert_eq!(desk.session.shown_index(), Some(0));
    assert_eq!((desk.session.timeline().take_count(), desk.session.timeline().clips().len()), (2, 1));
}

#[test]
fn without_a_model_the_window_says_why_and_lives() {
    let mut desk = Desk::with_model("missing");
    assert!(matches!(&desk.session.models().state(), ModelState::Failed { message } if message.contains("missing")));
    desk.prompt("a person walks");
    assert!(desk.session.generation().jobs().is_empty());
    assert_eq!(desk.toast_texts().len(), 2);
}

#[test]
fn removing_the_shown_take_shows_its_neighbour() {
    let mut session = session_with(&["one", "two", "three"]);
    session.apply(TakeAction::Select(1));
    session.apply(TakeAction::Remove(1));
    assert_eq!(session.view().take(session.timeline()).map(|take| take.provenance.prompt()).as_deref(), Some("three"));
    session.apply(TakeAction::Remove(0));
    assert_eq!(session.view().take(session.timeline()).map(|take| take.provenance.prompt()).as_deref(), Some("three"));
    session.apply(TakeAction::Remove(0));
    assert!(session.view().take(session.timeline()).is_none() && session.view().pose_at(session.timeline(), 0.0).is_none());
    session.apply(TakeAction::Remove(5));
}

#[test]
fn values_out_of_range_are_brought_into_it() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Variations(0));
    session.apply(DraftAction::Seconds(Some(1e9)));
    assert_eq!((session.draft().variations, session.draft().length_secs), (1, Some(10.0)));
    session.apply(DraftAction::Seconds(Some(f32::NAN)));
    assert_eq!(session.draft().length_secs, None);
}

#[test]
fn an_empty_prompt_is_asked_for_and_generates_nothing() {
    let mut desk = Desk::new();
    for action in [Action::Generation(GenerationAction::Generate), Action::Generation(GenerationAction::Continue)] {
        desk.act(DraftAction::Prompt(" \t ".to_owned()));
        desk.act(action);
    }
    assert!(desk.session.generation().jobs().is_empty());
    assert!(desk.toast_texts().iter().any(|text| text.contains("write what the character does")), "{:?}", desk.toast_texts());
}

#[test]
fn generating_twice_gives_two_takes_one_after_the_other() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.act(DraftAction::Seed(7));
    desk.act(GenerationAction::Generate);
    assert_eq!(desk.session.generation().jobs().len(), 2);
    desk.until_idle();
    assert_eq!(desk.session.timeline().take_count(), 2);
}

#[test]
fn cancelling_ends_waiting_generations_too() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.act(GenerationAction::Generate);
    desk.act(GenerationAction::Generate);
    desk.act(GenerationAction::Cancel);
    desk.until_idle();
    assert!(desk.session.timeline().take_count() == 0 && matches!(desk.session.view().mode(), ViewMode::Nothing));
    desk.act(GenerationAction::Cancel);
    desk.prompt("a person runs");
    desk.until(|session| session.timeline().take_count() == 1);
}

#[test]
fn a_generator_that_is_gone_is_a_message_and_no_endless_wait() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Prompt("a person walks".to_owned()));
    let commands = wanted(&mut session, GenerationAction::Generate);
    let Some(HostCommand::Generator(command)) = commands.first() else { panic!("{commands:?}") };
    session.refused(command, "the generator is gone; start Zoetrope again".to_owned());
    assert!(session.generation().jobs().is_empty() && !session.busy().working);
    assert!(session.toasts().list().iter().any(|toast| toast.kind == ToastKind::Error));
}

#[test]
fn a_take_is_made_again_with_another_seed_after_the_same_take() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(DraftAction::Prompt("then sits".to_owned()));
    desk.act(GenerationAction::Continue);
    desk.until_idle();
    desk.act(GenerationAction::Again(1));
    desk.until_idle();
    desk.act(GenerationAction::Again(0));
    desk.until_idle();
    let made: Vec<_> = desk.session.timeline().takes().map(|entry| (entry.take.provenance.prompt(), entry.continued)).collect();
    let expected = [("a person walks", false), ("then sits", true), ("then sits", true), ("a person walks", false)];
    assert_eq!(made, expected.map(|(prompt, continued)| (prompt.into(), continued)));
    let seeds: Vec<u64> = desk.session.timeline().takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
    assert!(seeds[2] != seeds[1] && seeds[3] != seeds[0], "{seeds:?}");
}
