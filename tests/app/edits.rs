//! The timeline in the session: whatever is done, in any order, the document stays sound and everything can be undone.

use super::desk::session_with;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use zoetrope::author::Action;
use zoetrope::author::export::{ExportChoices, ExportOf};
use zoetrope::author::session::{ImportForm, ImportPart, ModelAction, Overlay, Session, Showing};
use zoetrope::author::settings::Appearance;
use zoetrope::motion::cleanup::ContactEdit;
use zoetrope::timeline::{ClipSettings, Sampling};
use zoetrope::view::{CameraMove, Figure, Quality, Shown};

/// The kind of action with models behind this one.
fn next_model_action(action: &ModelAction) -> Action {
    let model = || "another".to_owned();
    Action::Models(match action {
        ModelAction::Menu => ModelAction::Choose(model()),
        ModelAction::Choose(_) => ModelAction::Switch { model: model(), stopping: true },
        ModelAction::Switch { .. } => ModelAction::CancelLoad,
        ModelAction::CancelLoad => ModelAction::OpenGet,
        ModelAction::OpenGet => ModelAction::Accept { offer: model(), accepted: true },
        ModelAction::Accept { .. } => ModelAction::Fetch { offer: model(), base: None },
        ModelAction::Fetch { .. } => ModelAction::OpenImport,
        ModelAction::OpenImport => ModelAction::Form(ImportForm { name: model(), ..ImportForm::default() }),
        ModelAction::Form(_) => ModelAction::Browse(ImportPart::Mean),
        ModelAction::Browse(_) => ModelAction::Part(ImportPart::Mean, "mean.npy".into()),
        ModelAction::Part(..) => ModelAction::Import,
        ModelAction::Import => ModelAction::CancelWork,
        ModelAction::CancelWork => ModelAction::AskRemove(model()),
        ModelAction::AskRemove(_) => ModelAction::Remove(model()),
        ModelAction::Remove(_) => return Action::Generate,
    })
}

/// The kind of action behind this one; none behind the last. It has to name every kind there is.
fn next_kind(action: &Action, rng: &mut StdRng) -> Option<Action> {
    let place = rng.random_range(0..6);
    let secs = rng.random_range(-1.0..4.0);
    let settings = ClipSettings {
        speed: rng.random_range(0.0..3.0),
        mirror: rng.random_bool(0.3),
        in_place: rng.random_bool(0.2),
        rounds: rng.random_range(0..3),
        returns: rng.random_bool(0.3),
        foot_lock: if rng.random_bool(0.2) { 0.7 } else { 0.0 },
        smoothing: if rng.random_bool(0.2) { 0.5 } else { 0.0 },
        facing_deg: rng.random_range(-400.0..400.0),
        offset_m: [rng.random_range(-2.0..2.0), 0.1],
        blend_frames: rng.random_range(0..99),
        contacts: vec![ContactEdit { foot: rng.random_range(0..3), frames: place..9, touches: rng.random() }],
    };
    Some(match action {
        Action::Prompt(_) => Action::Seed(rng.random()),
        Action::Seed(_) => Action::Seconds(Some(secs)),
        Action::Seconds(_) => Action::Variations(place as u32),
        Action::Variations(_) => Action::Literal(rng.random()),
        Action::Literal(_) => Action::Sampling(Sampling { temperature: Some(f32::NAN), top_k: Some(place), ..Sampling::default() }),
        Action::Sampling(_) => Action::OpenSampling,
        Action::OpenSampling => Action::Rewriter(Some("llama.gguf".into())),
        Action::Rewriter(_) => Action::Rewrite,
        Action::Rewrite => Action::Models(ModelAction::Menu),
        Action::Models(action) => next_model_action(action),
        Action::Generate => Action::Continue,
        Action::Continue => Action::LayOut,
        Action::LayOut => Action::Cancel,
        Action::Cancel => Action::Select(place),
        Action::Select(_) => Action::Remove(place),
        Action::Remove(_) => Action::Again(place),
        Action::Again(_) => Action::Anew,
        Action::Anew => Action::RemoveSliding(place),
        Action::RemoveSliding(_) => Action::Favourite(place, rng.random()),
        Action::Favourite(..) => Action::Search("walk".to_owned()),
        Action::Search(_) => Action::OnlyFavourites(rng.random()),
        Action::OnlyFavourites(_) => Action::Row(vec![place, 0, place / 2]),
        Action::Row(_) => Action::RowAlso(place),
        Action::RowAlso(_) => Action::SideBySide(rng.random()),
        Action::SideBySide(_) => Action::Pick(place / 2),
        Action::Pick(_) => Action::ShowTimeline,
        Action::ShowTimeline => Action::AddToTimeline(place),
        Action::AddToTimeline(_) => Action::Insert { take: place, at: place / 2 },
        Action::Insert { .. } => Action::SelectClip(place),
        Action::SelectClip(_) => Action::SelectAlso(place),
        Action::SelectAlso(_) => Action::SelectTo(place),
        Action::SelectTo(_) => Action::SelectAll,
        Action::SelectAll => Action::SelectNone,
        Action::SelectNone => Action::SetContact { foot: place, from: secs, to: 1.0, touches: rng.random() },
        Action::SetContact { .. } => Action::Split,
        Action::Split => Action::Trim { clip: place, from: secs, to: secs + 0.5 },
        Action::Trim { .. } => Action::DragTrim { clip: place, from: secs, to: 2.0 - secs },
        Action::DragTrim { .. } => Action::TrimStartHere,
        Action::TrimStartHere => Action::TrimEndHere,
        Action::TrimEndHere => Action::SetClip { clip: place, settings },
        Action::SetClip { .. } => Action::DragClip { clip: place, settings },
        Action::DragClip { .. } => Action::Release,
        Action::Release => Action::Duplicate,
        Action::Duplicate => Action::Delete,
        Action::Delete => Action::MoveClip { clip: place, to: rng.random_range(0..9) },
        Action::MoveClip { .. } => Action::InPoint,
        Action::InPoint => Action::OutPoint,
        Action::OutPoint => Action::ClearRange,
        Action::ClearRange => Action::FindLoop(place),
        Action::FindLoop(_) => Action::Undo,
        Action::Undo => Action::Redo,
        Action::Redo => Action::ZoomTimeline { factor: rng.random_range(-1.0..3.0), around: secs },
        Action::ZoomTimeline { .. } => Action::ScrollTimeline(secs),
        Action::ScrollTimeline(_) => Action::FitTimeline,
        Action::FitTimeline => Action::Play,
        Action::Play => Action::Pause,
        Action::Pause => Action::TogglePlay,
        Action::TogglePlay => Action::Seek(secs),
        Action::Seek(_) => Action::Scrub(secs),
        Action::Scrub(_) => Action::EndScrub,
        Action::EndScrub => Action::Step(place as i32 - 3),
        Action::Step(_) => Action::ToStart,
        Action::ToStart => Action::ToEnd,
        Action::ToEnd => Action::Speed(secs),
        Action::Speed(_) => Action::Loop(rng.random()),
        Action::Loop(_) => Action::Camera(CameraMove::Zoom(1.1)),
        Action::Camera(_) => Action::Show(Figure::Skeleton),
        Action::Show(_) => {
            Action::Overlay([Overlay::Original, Overlay::OnionSkin, Overlay::FootTrails, Overlay::RootPath][place % 4], rng.random())
        }
        Action::Overlay(..) => Action::OnionFrames(place * 20),
        Action::OnionFrames(_) => Action::Quality(Some(Quality::LOW)),
        Action::Quality(_) => Action::OpenBody,
        Action::OpenBody => Action::LoadBody("body.npz".into()),
        Action::LoadBody(_) => Action::BodyShape(place, secs),
        Action::BodyShape(..) => Action::DropBody,
        Action::DropBody => Action::MannequinColor([rng.random(), 90, 40]),
        Action::MannequinColor(_) => Action::MannequinBuild(secs),
        Action::MannequinBuild(_) => Action::FullScreen(rng.random()),
        Action::FullScreen(_) => Action::NewProject,
        Action::NewProject => Action::OpenProject,
        Action::OpenProject => Action::OpenRecent("a.zoetrope".into()),
        Action::OpenRecent(_) => Action::SaveProject,
        Action::SaveProject => Action::SaveProjectAs,
        Action::SaveProjectAs => Action::ImportFile,
        Action::ImportFile => Action::FilePath("a.zoetrope".into()),
        Action::FilePath(_) => Action::BrowseFile,
        Action::BrowseFile => Action::Save("a.zoetrope".into()),
        Action::Save(_) => Action::SaveOver("a.zoetrope".into()),
        Action::SaveOver(_) => Action::Open("a.zoetrope".into()),
        Action::Open(_) => Action::Import("a.bvh".into()),
        Action::Import(_) => Action::ImportClips { path: "a.glb".into(), clips: vec![2] },
        Action::ImportClips { .. } => Action::Leave { saving: true },
        Action::Leave { .. } => Action::CloseExporting { waiting: rng.random() },
        Action::CloseExporting { .. } => Action::Recover(rng.random()),
        Action::Recover(_) => Action::Appearance([Appearance::System, Appearance::Dark, Appearance::Light][place % 3]),
        Action::Appearance(_) => Action::Scale(secs),
        Action::Scale(_) => Action::Close,
        Action::Close => Action::OpenExport,
        Action::OpenExport => Action::OpenModel,
        Action::OpenModel => Action::OpenHelp,
        Action::OpenHelp => Action::OpenPalette,
        Action::OpenPalette => Action::PaletteWords("sp".to_owned()),
        Action::PaletteWords(_) => Action::CloseDialog,
        Action::CloseDialog => Action::ExportPath("a.glb".into()),
        Action::ExportPath(_) => Action::ExportOf(ExportOf::Clips),
        Action::ExportOf(_) => Action::ExportSettings(ExportChoices { whole: rng.random(), ..ExportChoices::default() }),
        Action::ExportSettings(_) => Action::BrowseExportPath,
        Action::BrowseExportPath => Action::CopyCommand,
        Action::CopyCommand => Action::ExportAll(ExportOf::Takes, "out".into()),
        Action::ExportAll(..) => Action::CancelExport,
        Action::CancelExport => Action::OpenRating,
        Action::OpenRating => Action::RatingForm { folder: "study".into(), rater: "Ann".to_owned() },
        Action::RatingForm { .. } => Action::Rate { folder: "study".into(), rater: "Ann".to_owned() },
        Action::Rate { .. } => Action::Score { side: place % 3, criterion: place, score: place as u8 },
        Action::Score { .. } => Action::Unscore,
        Action::Unscore => Action::RatePair,
        Action::RatePair => Action::ExportRatings,
        Action::ExportRatings => Action::EndRating,
        Action::EndRating => Action::Export("a.glb".into()),
        Action::Export(_) => Action::Dismiss(place as u64),
        Action::Dismiss(_) => Action::Screenshot("a.png".into()),
        Action::Screenshot(_) => Action::WaitIdle,
        Action::WaitIdle => Action::WaitPreview,
        Action::WaitPreview => Action::Wait(secs),
        Action::Wait(_) => Action::Quit,
        Action::Quit => return None,
    })
}

/// An action of every kind.
pub(super) fn all_kinds(rng: &mut StdRng) -> Vec<Action> {
    let first = Action::Prompt("a person walks".to_owned());
    std::iter::successors(Some(first), |action| next_kind(action, rng)).collect()
}

fn check(session: &Session, action: &Action) {
    let mut shown = Shown::default();
    zoetrope::author::scene::fill(&mut shown, session, session.player.at_secs());
    assert!(shown.actors.iter().all(|actor| actor.pose.root_m.is_finite()), "after {action:?}");
    assert_eq!(session.document().fault(), None, "after {action:?}");
    let frames = session.document().arrangement().frames();
    assert_eq!(session.chain().motion().len(), frames, "after {action:?}");
    assert_eq!(session.curves().contacts.len(), frames, "after {action:?}");
    assert!(session.player.at_secs() <= session.player.end_secs(), "after {action:?}");
    if let Some(row) = session.row() {
        assert!(!row.members.is_empty() && row.members.len() <= 9, "after {action:?}");
        assert_eq!(session.player.frames(), row.frames(), "after {action:?}");
    }
    if matches!(session.showing, Showing::Timeline) {
        assert_eq!(session.player.frames(), frames, "after {action:?}");
    }
}

#[test]
fn three_thousand_random_actions_keep_the_document_sound_and_can_all_be_undone_and_done_again() {
    let mut rng = StdRng::seed_from_u64(7);
    let mut session = session_with(&["a walk", "a run", "a jump"]);
    let start = session.document().arrangement().clone();
    let mut done = 0;
    while done < 3000 {
        let kinds = all_kinds(&mut rng);
        let action = kinds[rng.random_range(0..kinds.len())].clone();
        // Enough clips to be of interest, few enough to be quick.
        let action = if session.clips().len() > 12 { Action::SelectAll } else { action };
        session.apply(action.clone());
        check(&session, &action);
        if session.clips().len() > 12 {
            session.apply(Action::Delete);
        }
        session.advance(0.01);
        done += 1;
    }
    let end = session.document().arrangement().clone();
    let mut steps = 0;
    while session.document().can_undo() {
        session.apply(Action::Undo);
        check(&session, &Action::Undo);
        steps += 1;
    }
    assert!(steps > 100, "only {steps} changes");
    assert_eq!(*session.document().arrangement(), start);
    // What had been undone before is behind the end.
    for _ in 0..steps {
        session.apply(Action::Redo);
    }
    assert_eq!(*session.document().arrangement(), end);
}

#[test]
fn a_hand_on_a_clips_end_is_one_change_for_undo() {
    let mut session = session_with(&["a walk"]);
    session.apply(Action::AddToTimeline(0));
    let start = session.document().arrangement().clone();
    // The first is where the clip begins already: the hand has not moved.
    for from in [0.0, 0.1, 0.2, 0.3] {
        session.apply(Action::DragTrim { clip: 0, from, to: 1.0 });
        assert_eq!(session.player.frames(), 30 - (from * 30.0_f32).round() as usize, "it is seen while it is dragged");
    }
    session.apply(Action::Release);
    let trimmed = session.document().arrangement().clone();
    session.apply(Action::DragTrim { clip: 0, from: 0.4, to: 1.0 });
    session.apply(Action::Undo);
    assert_eq!(*session.document().arrangement(), trimmed);
    session.apply(Action::Undo);
    assert_eq!(*session.document().arrangement(), start);
}

#[test]
fn several_clips_are_selected_moved_copied_and_removed_together() {
    let mut session = session_with(&["one", "two", "three", "four"]);
    for take in 0..4 {
        session.apply(Action::AddToTimeline(take));
    }
    let order = |session: &Session| session.clips().iter().map(|clip| clip.take.0).collect::<Vec<_>>();
    session.apply(Action::SelectClip(0));
    session.apply(Action::SelectTo(1));
    session.apply(Action::MoveClip { clip: 1, to: 4 });
    assert_eq!(order(&session), [3, 4, 1, 2]);
    session.apply(Action::Duplicate);
    assert_eq!((order(&session), session.selected_count()), (vec![3, 4, 1, 2, 1, 2], 2));
    session.apply(Action::SelectAlso(0));
    session.apply(Action::Delete);
    assert_eq!(order(&session), [4, 1, 2]);
    session.apply(Action::Undo);
    assert_eq!(order(&session), [3, 4, 1, 2, 1, 2]);
}

#[test]
fn a_split_at_the_play_head_selects_the_second_part() {
    let mut session = session_with(&["a walk"]);
    session.apply(Action::AddToTimeline(0));
    session.apply(Action::Seek(0.5));
    session.apply(Action::Split);
    assert_eq!((session.clips().len(), session.selected_clip()), (2, Some(1)));
    session.apply(Action::Select(0));
    session.apply(Action::Split);
    assert_eq!(session.clips().len(), 2, "a take alone is not cut");
}

#[test]
fn a_take_that_the_timeline_shows_cannot_be_lost() {
    let mut session = session_with(&["a walk"]);
    session.apply(Action::AddToTimeline(0));
    session.apply(Action::Remove(0));
    assert_eq!((session.take_count(), session.clips().len()), (1, 1));
    assert!(session.toasts.list().iter().any(|toast| toast.text.contains("the timeline shows this take")));
}

#[test]
fn zooming_keeps_what_is_under_the_pointer() {
    let mut session = session_with(&["a walk"]);
    for _ in 0..9 {
        session.apply(Action::AddToTimeline(0));
    }
    session.apply(Action::ZoomTimeline { factor: 0.25, around: 6.0 });
    let (from, span) = session.in_sight();
    let whole = 9.0 * 1.02;
    assert!(((6.0 - from) / span - 6.0 / whole).abs() < 1e-3, "{from} {span}");
    session.apply(Action::ZoomTimeline { factor: 100.0, around: 0.0 });
    assert_eq!(session.in_sight().0, 0.0);
}

#[test]
fn a_contact_set_by_hand_pins_the_foot_there_and_can_be_undone() {
    let mut session = session_with(&["a walk"]);
    session.apply(Action::AddToTimeline(0));
    session.apply(Action::Trim { clip: 0, from: 0.2, to: 1.0 });
    session.apply(Action::SetContact { foot: 1, from: 0.2, to: 0.4, touches: false });
    let settings = &session.clips()[0].settings;
    assert_eq!(settings.contacts, [ContactEdit { foot: 1, frames: 12..18, touches: false }], "frames of the take");
    assert_eq!(settings.foot_lock, 1.0, "without the lock it would do nothing");
    session.apply(Action::SetContact { foot: 1, from: 0.3, to: 0.34, touches: true });
    let frames = |session: &Session| session.clips()[0].settings.contacts.iter().map(|edit| edit.frames.clone()).collect::<Vec<_>>();
    assert_eq!(frames(&session), [12..15, 16..18, 15..16], "the newer word counts");
    session.apply(Action::SetContact { foot: 1, from: 0.7, to: 9.0, touches: true });
    assert_eq!(frames(&session).last(), Some(&(27..30)), "no farther than the clip");
    session.apply(Action::Undo);
    session.apply(Action::Undo);
    session.apply(Action::Undo);
    assert!(session.clips()[0].settings.contacts.is_empty());
}

#[test]
fn what_is_changed_in_one_selected_clip_is_changed_in_all_and_nothing_else() {
    let mut session = session_with(&["one", "two", "three"]);
    (0..3).for_each(|take| {
        session.apply(Action::AddToTimeline(take));
    });
    session.apply(Action::SetClip { clip: 0, settings: ClipSettings { mirror: true, ..ClipSettings::default() } });
    session.apply(Action::SelectClip(0));
    session.apply(Action::SelectTo(1));
    let before = session.document().arrangement().clone();
    for speed in [1.2, 1.5, 2.0] {
        session.apply(Action::DragClip { clip: 1, settings: ClipSettings { speed, ..ClipSettings::default() } });
    }
    session.apply(Action::Release);
    let settings: Vec<_> = session.clips().iter().map(|clip| (clip.settings.speed, clip.settings.mirror)).collect();
    assert_eq!(settings, [(2.0, true), (2.0, false), (1.0, false)]);
    session.apply(Action::Undo);
    assert_eq!(*session.document().arrangement(), before, "one drag is one change");
}
