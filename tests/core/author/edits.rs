//! The timeline in the session: whatever is done, in any order, the document stays sound and everything can be undone.

use super::actions::all_kinds;
use super::desk::session_with;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use zoetrope::author::Action;
use zoetrope::author::session::{ClipAction, PlayerAction, SelectionAction, Session, TakeAction, TimelineAction, ViewMode};
use zoetrope::motion::cleanup::ContactEdit;
use zoetrope::timeline::ClipSettings;
use zoetrope::view::Shown;

fn check(session: &Session, action: &Action) {
    let mut shown = Shown::default();
    session.scene().fill(&mut shown, session.view().player().at_secs());
    assert!(shown.actors.iter().all(|actor| actor.pose.root_m.is_finite()), "after {action:?}");
    assert_eq!(session.timeline().document().fault(), None, "after {action:?}");
    let frames = session.timeline().document().arrangement().frames();
    assert_eq!(session.timeline().chain().motion().len(), frames, "after {action:?}");
    assert_eq!(session.timeline().curves().contacts.len(), frames, "after {action:?}");
    assert!(session.view().player().at_secs() <= session.view().player().end_secs(), "after {action:?}");
    if let Some(row) = session.view().comparison() {
        assert!(!row.entries.is_empty() && row.entries.len() <= 9, "after {action:?}");
        assert_eq!(session.view().player().frames(), row.frames(), "after {action:?}");
    }
    if matches!(session.view().mode(), ViewMode::Timeline) {
        assert_eq!(session.view().player().frames(), frames, "after {action:?}");
    }
}

#[test]
fn three_thousand_random_actions_keep_the_document_sound_and_can_all_be_undone_and_done_again() {
    let mut rng = StdRng::seed_from_u64(8);
    let mut session = session_with(&["a walk", "a run", "a jump"]);
    let start = session.timeline().document().arrangement().clone();
    let mut done = 0;
    while done < 3000 {
        let kinds = all_kinds(&mut rng);
        let action = kinds[rng.random_range(0..kinds.len())].clone();
        // Enough clips to be of interest, few enough to be quick.
        let action = if session.timeline().clips().len() > 12 { Action::Selection(SelectionAction::SelectAll) } else { action };
        session.apply(action.clone());
        check(&session, &action);
        if session.timeline().clips().len() > 12 {
            session.apply(ClipAction::Delete);
        }
        session.update(0.01);
        done += 1;
    }
    let end = session.timeline().document().arrangement().clone();
    let mut steps = 0;
    while session.timeline().document().can_undo() {
        session.apply(TimelineAction::Undo);
        check(&session, &Action::Timeline(TimelineAction::Undo));
        steps += 1;
    }
    assert!(steps > 100, "only {steps} changes");
    assert_eq!(*session.timeline().document().arrangement(), start);
    // What had been undone before is behind the end.
    for _ in 0..steps {
        session.apply(TimelineAction::Redo);
    }
    assert_eq!(*session.timeline().document().arrangement(), end);
}

#[test]
fn a_hand_on_a_clips_end_is_one_change_for_undo() {
    let mut session = session_with(&["a walk"]);
    session.apply(ClipAction::AddToTimeline(0));
    let start = session.timeline().document().arrangement().clone();
    // The first is where the clip begins already: the hand has not moved.
    for from in [0.0, 0.1, 0.2, 0.3] {
        session.apply(ClipAction::DragTrim { clip: 0, from, to: 1.0 });
        assert_eq!(session.view().player().frames(), 30 - (from * 30.0_f32).round() as usize, "it is seen while it is dragged");
    }
    session.apply(ClipAction::Release);
    let trimmed = session.timeline().document().arrangement().clone();
    session.apply(ClipAction::DragTrim { clip: 0, from: 0.4, to: 1.0 });
    session.apply(TimelineAction::Undo);
    assert_eq!(*session.timeline().document().arrangement(), trimmed);
    session.apply(TimelineAction::Undo);
    assert_eq!(*session.timeline().document().arrangement(), start);
}

#[test]
fn several_clips_are_selected_moved_copied_and_removed_together() {
    let mut session = session_with(&["one", "two", "three", "four"]);
    for take in 0..4 {
        session.apply(ClipAction::AddToTimeline(take));
    }
    let order = |session: &Session| session.timeline().clips().iter().map(|clip| clip.take.0).collect::<Vec<_>>();
    session.apply(SelectionAction::SelectClip(0));
    session.apply(SelectionAction::SelectTo(1));
    session.apply(ClipAction::MoveClip { clip: 1, to: 4 });
    assert_eq!(order(&session), [3, 4, 1, 2]);
    session.apply(ClipAction::Duplicate);
    assert_eq!((order(&session), session.timeline().selected_count()), (vec![3, 4, 1, 2, 1, 2], 2));
    session.apply(SelectionAction::SelectAlso(0));
    session.apply(ClipAction::Delete);
    assert_eq!(order(&session), [4, 1, 2]);
    session.apply(TimelineAction::Undo);
    assert_eq!(order(&session), [3, 4, 1, 2, 1, 2]);
}

#[test]
fn a_split_at_the_play_head_selects_the_second_part() {
    let mut session = session_with(&["a walk"]);
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(PlayerAction::Seek(0.5));
    session.apply(ClipAction::Split);
    assert_eq!((session.timeline().clips().len(), session.timeline().selected_clip()), (2, Some(1)));
    session.apply(TakeAction::Select(0));
    session.apply(ClipAction::Split);
    assert_eq!(session.timeline().clips().len(), 2, "a take alone is not cut");
}

#[test]
fn a_take_that_the_timeline_shows_cannot_be_lost() {
    let mut session = session_with(&["a walk"]);
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(TakeAction::Remove(0));
    assert_eq!((session.timeline().take_count(), session.timeline().clips().len()), (1, 1));
    assert!(session.toasts().list().iter().any(|toast| toast.text.contains("the timeline shows this take")));
}

#[test]
fn zooming_keeps_what_is_under_the_pointer() {
    let mut session = session_with(&["a walk"]);
    for _ in 0..9 {
        session.apply(ClipAction::AddToTimeline(0));
    }
    session.apply(TimelineAction::ZoomTimeline { factor: 0.25, around: 6.0 });
    let (from, span) = session.timeline().visible();
    let whole = 9.0 * 1.02;
    assert!(((6.0 - from) / span - 6.0 / whole).abs() < 1e-3, "{from} {span}");
    session.apply(TimelineAction::ZoomTimeline { factor: 100.0, around: 0.0 });
    assert_eq!(session.timeline().visible().0, 0.0);
}

#[test]
fn a_contact_set_by_hand_pins_the_foot_there_and_can_be_undone() {
    let mut session = session_with(&["a walk"]);
    session.apply(ClipAction::AddToTimeline(0));
    session.apply(ClipAction::Trim { clip: 0, from: 0.2, to: 1.0 });
    session.apply(ClipAction::SetContact { foot: 1, from: 0.2, to: 0.4, touches: false });
    let settings = &session.timeline().clips()[0].settings;
    assert_eq!(settings.contacts, [ContactEdit { foot: 1, frames: 12..18, touches: false }], "frames of the take");
    assert_eq!(settings.foot_lock, 1.0, "without the lock it would do nothing");
    session.apply(ClipAction::SetContact { foot: 1, from: 0.3, to: 0.34, touches: true });
    let frames =
        |session: &Session| session.timeline().clips()[0].settings.contacts.iter().map(|edit| edit.frames.clone()).collect::<Vec<_>>();
    assert_eq!(frames(&session), [12..15, 16..18, 15..16], "the newer word counts");
    session.apply(ClipAction::SetContact { foot: 1, from: 0.7, to: 9.0, touches: true });
    assert_eq!(frames(&session).last(), Some(&(27..30)), "no farther than the clip");
    session.apply(TimelineAction::Undo);
    session.apply(TimelineAction::Undo);
    session.apply(TimelineAction::Undo);
    assert!(session.timeline().clips()[0].settings.contacts.is_empty());
}

#[test]
fn what_is_changed_in_one_selected_clip_is_changed_in_all_and_nothing_else() {
    let mut session = session_with(&["one", "two", "three"]);
    (0..3).for_each(|take| {
        session.apply(ClipAction::AddToTimeline(take));
    });
    session.apply(ClipAction::SetClip { clip: 0, settings: ClipSettings { mirror: true, ..ClipSettings::default() } });
    session.apply(SelectionAction::SelectClip(0));
    session.apply(SelectionAction::SelectTo(1));
    let before = session.timeline().document().arrangement().clone();
    for speed in [1.2, 1.5, 2.0] {
        session.apply(ClipAction::DragClip { clip: 1, settings: ClipSettings { speed, ..ClipSettings::default() } });
    }
    session.apply(ClipAction::Release);
    let settings: Vec<_> = session.timeline().clips().iter().map(|clip| (clip.settings.speed, clip.settings.mirror)).collect();
    assert_eq!(settings, [(2.0, true), (2.0, false), (1.0, false)]);
    session.apply(TimelineAction::Undo);
    assert_eq!(*session.timeline().document().arrangement(), before, "one drag is one change");
}
