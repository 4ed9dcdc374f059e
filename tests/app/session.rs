//! The window's session, driven by a stand-in generator.

use glam::Vec3;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zoetrope::app::Action;
use zoetrope::app::player::PlayState;
use zoetrope::app::session::{Body, Effect, ModelState, Session, Showing};
use zoetrope::app::toast::ToastKind;
use zoetrope::body::BodyModel;
use zoetrope::generator::Worker;
use zoetrope::generator::fake::FakeBackend;
use zoetrope::generator::protocol::{Command, Event, ModelInfo};
use zoetrope::motion::{Motion, PARENTS, Pose, rest_positions};
use zoetrope::timeline::{ClipSettings, Context, Length, Provenance, Request, Sampling, Take};

const PATIENCE: Duration = Duration::from_secs(20);

/// A session and its generator, as the window connects them.
pub(crate) struct Desk {
    pub(crate) session: Session,
    worker: Worker,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with_model("stand-in")
    }

    pub(crate) fn with_model(model: &str) -> Self {
        let worker = Worker::spawn(|| FakeBackend::new(Duration::from_millis(2))).expect("a thread");
        worker.send(Command::Load { model: model.to_owned() }).expect("a listening worker");
        let mut desk = Self { session: Session::new(model), worker };
        desk.until(|session| !matches!(session.model, ModelState::Loading { .. }));
        desk
    }

    pub(crate) fn act(&mut self, action: Action) {
        let effects = self.session.apply(action);
        self.tell(effects);
        self.check();
    }

    pub(crate) fn tell(&self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Tell(command) = effect {
                self.worker.send(command).expect("a listening worker");
            }
        }
    }

    pub(crate) fn prompt(&mut self, prompt: &str) {
        self.act(Action::Prompt(prompt.to_owned()));
        self.act(Action::Seconds(Some(2.0)));
        self.act(Action::Generate);
    }

    /// Takes in events until the session is as wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Session) -> bool) {
        let start = Instant::now();
        while !wanted(&self.session) {
            assert!(start.elapsed() < PATIENCE, "still waiting: {:?}", self.session.showing);
            let Some(event) = self.worker.wait_event(Duration::from_millis(5)) else { continue };
            let preview = matches!(event, Event::Preview { .. });
            let effects = self.session.hear(event);
            self.tell(effects);
            if preview && let Some(preview) = self.worker.latest_preview() {
                self.session.preview(&preview);
            }
            self.session.advance(0.01);
            self.check();
        }
    }

    pub(crate) fn until_idle(&mut self) {
        self.until(|session| !session.busy().working);
    }

    /// What holds after every step.
    pub(crate) fn check(&self) {
        let session = &self.session;
        assert!(session.player.at_secs() <= session.player.end_secs());
        assert_eq!(session.document().fault(), None);
        match &session.showing {
            Showing::Nothing => {}
            Showing::Take(id) => assert_eq!(session.player.frames(), session.document().takes()[id].motion.len()),
            Showing::Timeline => assert_eq!(session.player.frames(), session.chain().motion().len()),
            Showing::Row(row) => {
                assert_eq!(session.player.frames(), row.frames());
                assert!(row.job.is_none_or(|job| session.jobs.iter().any(|running| running.id() == job)), "a row of a job that is over");
            }
            Showing::Preview { job, motion } => {
                assert!(session.jobs.iter().any(|running| running.id() == *job), "a preview of a job that is over");
                assert_eq!(session.player.frames(), motion.len());
            }
        }
    }

    pub(crate) fn toast_texts(&self) -> Vec<&str> {
        self.session.toasts.list().iter().map(|toast| toast.text.as_str()).collect()
    }
}

#[test]
fn the_character_moves_while_its_motion_is_still_being_made() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until(|session| matches!(session.showing, Showing::Preview { .. }));
    assert_eq!(desk.session.player.state(), PlayState::Playing);
    assert!(desk.session.pose_at(0.0).is_some());
    desk.until_idle();
    assert_eq!((desk.session.take_count(), desk.session.clips().len()), (1, 1));
    assert!(matches!(desk.session.showing, Showing::Timeline));
    assert_eq!(desk.session.player.frames(), 60);
}

#[test]
fn continuing_puts_a_second_clip_behind_the_first_that_goes_on_from_it() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::Prompt("then sits down".to_owned()));
    desk.act(Action::Continue);
    desk.until(|session| matches!(session.showing, Showing::Preview { .. }));
    assert!(desk.session.player.at_secs() > 1.9, "the new part is watched, not the old one again");
    desk.until_idle();
    assert_eq!((desk.session.clips().len(), desk.session.chain().motion().len()), (2, 120));
    let first = desk.session.take_at(0).expect("the first take").take.motion.clone();
    assert_eq!(desk.session.chain().motion().frames[..60], first.frames[..]);
    assert!(desk.session.take_at(1).expect("the second").continued);
    assert_eq!(desk.session.flattened().expect("the timeline").provenance.prompt(), "a person walks → then sits down");
    desk.act(Action::Undo);
    assert_eq!((desk.session.clips().len(), desk.session.take_count()), (1, 2), "the take stays");
}

#[test]
fn a_prompt_of_several_actions_is_laid_out_as_clips_that_go_on_from_each_other() {
    let mut desk = Desk::new();
    let prompts = |session: &Session| -> Vec<String> {
        session.clips().iter().map(|clip| session.document().takes()[&clip.take].provenance.prompt().into_owned()).collect()
    };
    desk.act(Action::Prompt("a man walks, then sits down, and then waves".to_owned()));
    desk.act(Action::Seconds(Some(6.0)));
    desk.act(Action::LayOut);
    desk.until_idle();
    assert_eq!(prompts(&desk.session), ["a man walks", "a man sits down", "a man waves"]);
    assert_eq!(desk.session.chain().motion().len(), 180, "two seconds each");
    assert!((1..3).all(|index| desk.session.take_at(index).expect("a take").continued));
    assert!(matches!(desk.session.showing, Showing::Timeline));

    desk.act(Action::SelectClip(0));
    desk.act(Action::Prompt("he jumps, then bows".to_owned()));
    desk.act(Action::LayOut);
    desk.until_idle();
    assert_eq!(prompts(&desk.session), ["a man walks", "he jumps", "he bows", "a man sits down", "a man waves"]);
}

#[test]
fn the_published_clean_up_makes_a_take_beside_the_old_one() {
    let mut session = session_with(&["a walk"]);
    let effects = session.apply(Action::RemoveSliding(0));
    let Some(Effect::RemoveSliding(take)) = effects.first() else { panic!("{effects:?}") };
    assert!(session.busy().working);
    session.sliding_removed(Ok(Take { motion: Arc::clone(&take.motion), ..take.as_ref().clone() }));
    assert_eq!((session.take_count(), session.shown_index(), session.busy().working), (2, Some(1), false));
    session.apply(Action::RemoveSliding(1));
    session.sliding_removed(Err("too short".to_owned()));
    assert_eq!((session.take_count(), session.busy().working), (2, false));
    assert!(session.apply(Action::RemoveSliding(9)).is_empty());
}

#[test]
fn what_is_laid_out_ends_where_it_is_cancelled_or_its_clip_is_removed() {
    let mut desk = Desk::new();
    desk.act(Action::Prompt("a man walks, then sits down".to_owned()));
    desk.act(Action::LayOut);
    desk.act(Action::Cancel);
    desk.until_idle();
    assert_eq!(desk.session.take_count(), 0);

    desk.prompt("a man runs");
    desk.until_idle();
    desk.act(Action::Prompt("a man walks, then sits down".to_owned()));
    desk.act(Action::LayOut);
    desk.act(Action::SelectClip(0));
    desk.act(Action::Delete);
    desk.until_idle();
    assert_eq!((desk.session.take_count(), desk.session.clips().len()), (2, 0), "the second action has nothing to go on from");
    assert!(desk.toast_texts()[0].contains("“a man sits down” was not made"), "{:?}", desk.toast_texts());
}

#[test]
fn a_continuation_comes_behind_the_selected_clip_and_starts_from_the_edited_motion() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::SelectClip(0));
    desk.act(Action::Duplicate);
    desk.act(Action::Trim { clip: 0, from: 0.5, to: 1.5 });
    desk.act(Action::SelectClip(0));
    desk.act(Action::Prompt("then sits down".to_owned()));
    let effects = desk.session.apply(Action::Continue);
    let Some(Effect::Tell(Command::Generate { context, .. })) = effects.first() else { panic!("{effects:?}") };
    let before = context.before.as_ref().expect("the motion before");
    assert_eq!(before.frames[..], desk.session.chain().motion().frames[..30]);
    desk.tell(effects);
    desk.until_idle();
    let new = desk.session.take_at(1).expect("the new take").id;
    let order: Vec<bool> = desk.session.clips().iter().map(|clip| clip.take == new).collect();
    assert_eq!(order, [false, true, false]);
}

#[test]
fn a_continuation_gets_the_end_of_a_long_timeline_alone_and_knows_it_after_saving() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    let one = desk.session.clips()[0].frames();
    for _ in 0..40 {
        desk.act(Action::SelectClip(0));
        desk.act(Action::Duplicate);
    }
    desk.act(Action::SelectNone);
    desk.act(Action::Prompt("then sits down".to_owned()));
    desk.act(Action::Continue);
    desk.until_idle();
    let whole = desk.session.chain().motion().frames[..41 * one].to_vec();
    let tail = |session: &Session| {
        let take = session.takes().last().expect("a take").take;
        take.provenance.origin.asked().and_then(|(_, context)| context.before.clone()).expect("what it goes on from")
    };
    let before = tail(&desk.session);
    assert_eq!(before.frames[..], whole[whole.len() - Context::FRAMES..]);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    zoetrope::formats::save_project(&path, desk.session.document(), None).expect("saved");
    let mut session = session_with(&[]);
    session.opened(zoetrope::formats::open_project(&path).map(|project| (path, project)).map_err(|error| error.to_string()), None);
    assert_eq!(tail(&session), before);
    let effects = session.apply(Action::Again(1));
    let Some(Effect::Tell(Command::Generate { context, .. })) = effects.first() else { panic!("{effects:?}") };
    assert_eq!(context.before, Some(before));
}

#[test]
fn making_a_take_again_brings_its_whole_request_back() {
    let mut session = session_with(&[]);
    let sampling = Sampling { temperature: Some(0.8), top_p: Some(0.9), ..Sampling::default() };
    let length = Length::Exact { secs: 2.5 };
    let request = Request { seed: 7, literal: true, length, sampling, ..Request::new("a person jumps") };
    let provenance = Provenance { origin: request.clone().into(), ..Provenance::default() };
    session.add_take(Take { motion: Motion { frames: vec![Pose::REST; 30] }.into(), raw: None, provenance });
    let effects = session.apply(Action::Again(0));
    let Some(Effect::Tell(Command::Generate { request: again, .. })) = effects.first() else { panic!("{effects:?}") };
    assert_ne!(again.seed, request.seed);
    assert_eq!(*again, Request { seed: again.seed, ..request });
    assert_eq!(session.draft.request(), *again);
}

#[test]
fn a_new_take_replaces_an_untouched_one_and_stands_beside_an_edited_one() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.until_idle();
    assert_eq!((desk.session.clips().len(), desk.session.take_count()), (1, 2));
    assert_eq!(desk.session.flattened().expect("a clip").provenance.prompt(), "a person runs");
    desk.act(Action::Trim { clip: 0, from: 0.5, to: 1.5 });
    desk.prompt("a person jumps");
    desk.until_idle();
    assert_eq!(desk.session.shown_index(), Some(2), "the new take is shown alone");
    assert_eq!(desk.session.clips().len(), 1);
    desk.act(Action::AddToTimeline(2));
    assert_eq!(desk.session.clips().len(), 2);
    assert!(matches!(desk.session.showing, Showing::Timeline));
}

#[test]
fn a_clip_in_the_middle_is_made_anew_in_its_place() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    for prompt in ["then sits down", "then waves"] {
        desk.act(Action::Prompt(prompt.to_owned()));
        desk.act(Action::Continue);
        desk.until_idle();
    }
    let settings = ClipSettings { mirror: true, facing_deg: 30.0, ..desk.session.clips()[1].settings.clone() };
    desk.act(Action::SetClip { clip: 1, settings: settings.clone() });
    desk.act(Action::Prompt("something else".to_owned()));
    desk.act(Action::SelectNone);
    desk.act(Action::Anew);
    assert!(desk.session.jobs.is_empty(), "which one?");
    desk.act(Action::SelectClip(1));
    let before = desk.session.document().arrangement().clone();
    desk.act(Action::Anew);
    assert_eq!(desk.session.jobs[0].frames_before(), before.clips[0].frames(), "it goes on from the clip before it");
    desk.until_idle();
    let clips = desk.session.clips().to_vec();
    assert_eq!((clips.len(), &clips[0], &clips[2]), (3, &before.clips[0], &before.clips[2]));
    assert_ne!(clips[1].take, before.clips[1].take);
    assert_eq!((&clips[1].settings, clips[1].from), (&settings, 0), "what was done to it stays");
    let [old, new] = [before.clips[1].take, clips[1].take].map(|take| desk.session.document().takes()[&take].clone());
    let asked = |take: &Take| take.provenance.origin.asked().map(|(request, _)| request.clone()).expect("a request");
    assert_eq!(asked(&new).prompt, asked(&old).prompt);
    assert_ne!(asked(&new).seed, asked(&old).seed);
    assert!(desk.session.is_selected(clips[1].id));
    desk.act(Action::Undo);
    assert_eq!(desk.session.clips(), before.clips, "one change for undo");

    // A clip that has left meanwhile leaves its take in the list.
    let takes = desk.session.take_count();
    desk.act(Action::SelectClip(1));
    desk.act(Action::Anew);
    desk.act(Action::Delete);
    desk.until_idle();
    assert_eq!((desk.session.take_count(), desk.session.clips().len()), (takes + 1, 2));
}

#[test]
fn how_long_a_running_motion_becomes_is_a_matter_of_its_own_variations() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until(|session| matches!(session.showing, Showing::Preview { .. }));
    let expected = |session: &Session| session.jobs[0].expected_frames(session.player.frames());
    let before = expected(&desk.session);
    assert!(before > 0);
    desk.act(Action::Variations(4));
    assert_eq!(expected(&desk.session), before, "the next request says nothing of this one");
}

#[test]
fn what_is_exported_is_the_timeline_or_its_range() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::Trim { clip: 0, from: 0.2, to: 1.8 });
    desk.act(Action::Prompt("then sits down".to_owned()));
    desk.act(Action::Continue);
    desk.until_idle();
    desk.act(Action::FindLoop(0));
    let exported = |desk: &mut Desk| {
        let effects = desk.session.apply(Action::Export("out.npz".into()));
        let [Effect::Export { take, .. }] = &effects[..] else { panic!("{effects:?}") };
        let take = take.clone();
        desk.session.exported(Ok("out.npz".into()));
        take
    };
    let chain = desk.session.chain().motion().clone();
    assert!(desk.session.clips()[0].settings.rounds > 1);
    assert_eq!(*exported(&mut desk).motion, chain);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.npz");
    zoetrope::formats::write(&path, &chain, &zoetrope::formats::WriteOptions::default()).expect("a file");
    let read = zoetrope::formats::read(&path).expect("the file");
    assert_eq!(read.len(), chain.len());
    for (written, read) in chain.frames.iter().zip(&read.frames) {
        let [written, read] = [written, read].map(|pose| pose.world().positions_m);
        assert!(written.iter().zip(read).all(|(written, read)| written.distance(read) < 1e-3));
    }
    desk.act(Action::Seek(1.0));
    desk.act(Action::InPoint);
    desk.act(Action::Seek(2.0));
    desk.act(Action::OutPoint);
    assert_eq!(exported(&mut desk).motion.frames[..], chain.frames[30..61]);
    desk.act(Action::Select(0));
    assert_eq!(exported(&mut desk).motion.len(), 60, "a take that is shown alone is exported alone");
}

#[test]
fn variations_come_side_by_side_and_the_one_that_is_picked_is_put_on_the_timeline() {
    let mut desk = Desk::new();
    desk.act(Action::Seed(7));
    desk.act(Action::Variations(3));
    desk.prompt("a person dances");
    desk.until(|session| session.row().is_some_and(|row| row.members.len() == 2));
    assert!(desk.session.busy().showing);
    desk.until_idle();
    let seeds: Vec<u64> = desk.session.takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
    assert_eq!(seeds, [7, 8, 9]);
    let row = desk.session.row().expect("a row");
    assert_eq!(row.members.iter().map(|member| member.seed).collect::<Vec<_>>(), [7, 8, 9]);
    assert!(desk.session.clips().is_empty(), "nobody has picked one");
    desk.act(Action::Pick(1));
    assert_eq!(desk.session.clips()[0].take, desk.session.take_at(1).expect("the second").id);
    assert!(matches!(desk.session.showing, Showing::Timeline));
    assert_eq!(desk.session.take_count(), 3, "the others stay");
}

#[test]
fn a_variation_picked_before_all_are_made_is_placed_once_it_is_done_and_the_others_join_the_list() {
    for (place, seeds) in [(0, [7, 8, 9]), (1, [8, 7, 9])] {
        let mut desk = Desk::new();
        desk.act(Action::Seed(7));
        desk.act(Action::Variations(3));
        desk.prompt("a person dances");
        desk.until(|session| session.row().is_some_and(|row| row.members.len() == 2));
        desk.act(Action::Pick(place));
        if place == 1 {
            desk.act(Action::Pick(place));
            assert_eq!(desk.session.picked_in_row(), None, "the same again is another thought");
            desk.act(Action::Pick(place));
            assert_eq!(desk.session.picked_in_row(), Some(1), "it is marked meanwhile");
            desk.until(|session| !session.clips().is_empty());
        }
        assert!(matches!(desk.session.showing, Showing::Timeline) && desk.session.busy().working, "the others are still made");
        assert_eq!((desk.session.clips().len(), desk.session.take_count()), (1, 1));
        desk.until_idle();
        let made: Vec<u64> = desk.session.takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
        assert_eq!((made, desk.session.clips().len()), (seeds.to_vec(), 1));
        assert!(matches!(desk.session.showing, Showing::Timeline));
    }
}

#[test]
fn cancelling_after_picking_a_variation_places_nothing_and_keeps_what_is_done() {
    let mut desk = Desk::new();
    desk.act(Action::Variations(3));
    desk.prompt("a person dances");
    desk.until(|session| session.row().is_some_and(|row| row.members.len() == 2));
    desk.act(Action::Pick(1));
    desk.act(Action::Cancel);
    desk.until_idle();
    assert_eq!((desk.session.clips().len(), desk.session.take_count()), (0, 1));
    assert!(desk.session.row().is_none());
}

#[test]
fn a_picked_variation_of_a_continuation_comes_behind_its_clip() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::Variations(2));
    desk.act(Action::Prompt("then sits down".to_owned()));
    desk.act(Action::Continue);
    desk.until_idle();
    assert_eq!((desk.session.clips().len(), desk.session.row().expect("a row").members.len()), (1, 2));
    desk.act(Action::Pick(1));
    assert_eq!((desk.session.clips().len(), desk.session.chain().motion().len()), (2, 120));
    assert!((desk.session.player.at_secs() - 2.0).abs() < 0.05, "it is seen from where it begins");
}

#[test]
fn a_shorter_take_in_the_row_holds_its_last_pose() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::Seconds(Some(1.0)));
    desk.act(Action::Generate);
    desk.until_idle();
    desk.act(Action::Row(vec![0, 1, 1, 99]));
    let row = desk.session.row().expect("a row");
    assert_eq!((row.members.len(), row.frames()), (2, 60));
    let [long, short] = [0, 1].map(|place| &row.members[place]);
    assert_eq!(short.pose_at(1.8).local, short.motion.frames[29].local);
    assert_ne!(long.pose_at(1.8).local, long.pose_at(1.0).local);
    desk.act(Action::Remove(0));
    assert_eq!(desk.session.row().expect("a row").members.len(), 1, "who leaves the list leaves the row");
    desk.act(Action::SideBySide(false));
    assert!(matches!(desk.session.showing, Showing::Timeline));
}

#[test]
fn cancelling_leaves_the_timeline_on_the_stage() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.until(|session| matches!(session.showing, Showing::Preview { .. }));
    desk.act(Action::Cancel);
    desk.until_idle();
    assert!(matches!(desk.session.showing, Showing::Timeline));
    assert_eq!(desk.session.take_count(), 1);
    assert!(desk.toast_texts().is_empty());
}

#[test]
fn a_failed_generation_is_a_message_and_the_next_one_works() {
    let mut desk = Desk::new();
    for trouble in ["please fail", "please panic"] {
        desk.prompt(trouble);
        desk.until_idle();
        assert!(desk.session.toasts.list().iter().any(|toast| toast.kind == ToastKind::Error), "{trouble}");
        desk.prompt("a person walks");
        desk.until(|session| session.take_count() > 0);
        desk.act(Action::SelectAll);
        desk.act(Action::Delete);
        desk.act(Action::Remove(0));
        assert_eq!(desk.session.take_count(), 0);
    }
}

#[test]
fn a_take_that_is_chosen_during_a_generation_stays_on_the_stage() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.prompt("a person runs");
    desk.act(Action::Select(0));
    desk.until_idle();
    assert_eq!(desk.session.shown_index(), Some(0));
    assert_eq!((desk.session.take_count(), desk.session.clips().len()), (2, 1));
}

#[test]
fn without_a_model_the_window_says_why_and_lives() {
    let mut desk = Desk::with_model("missing");
    assert!(matches!(&desk.session.model, ModelState::Failed { message } if message.contains("missing")));
    desk.prompt("a person walks");
    assert!(desk.session.jobs.is_empty());
    assert_eq!(desk.toast_texts().len(), 2);
}

#[test]
fn removing_the_shown_take_shows_its_neighbour() {
    let mut session = session_with(&["one", "two", "three"]);
    session.apply(Action::Select(1));
    session.apply(Action::Remove(1));
    assert_eq!(session.shown_take().map(|take| take.provenance.prompt()).as_deref(), Some("three"));
    session.apply(Action::Remove(0));
    assert_eq!(session.shown_take().map(|take| take.provenance.prompt()).as_deref(), Some("three"));
    session.apply(Action::Remove(0));
    assert!(session.shown_take().is_none() && session.pose_at(0.0).is_none());
    session.apply(Action::Remove(5));
}

#[test]
fn values_out_of_range_are_brought_into_it() {
    let mut session = session_with(&[]);
    session.apply(Action::Variations(0));
    session.apply(Action::Seconds(Some(1e9)));
    assert_eq!((session.draft.variations, session.draft.length_secs), (1, Some(10.0)));
    session.apply(Action::Seconds(Some(f32::NAN)));
    assert_eq!(session.draft.length_secs, None);
}

#[test]
fn an_empty_prompt_is_asked_for_and_generates_nothing() {
    let mut desk = Desk::new();
    for action in [Action::Generate, Action::Continue] {
        desk.act(Action::Prompt(" \t ".to_owned()));
        desk.act(action);
    }
    assert!(desk.session.jobs.is_empty());
    assert!(desk.toast_texts().iter().any(|text| text.contains("write what the character does")), "{:?}", desk.toast_texts());
}

#[test]
fn generating_twice_gives_two_takes_one_after_the_other() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.act(Action::Seed(7));
    desk.act(Action::Generate);
    assert_eq!(desk.session.jobs.len(), 2);
    desk.until_idle();
    assert_eq!(desk.session.take_count(), 2);
}

#[test]
fn the_largest_seed_has_variations_too() {
    let mut desk = Desk::new();
    desk.act(Action::Seed(u64::MAX));
    desk.act(Action::Variations(2));
    desk.prompt("a person walks");
    desk.until_idle();
    let seeds: Vec<u64> = desk.session.takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
    assert_eq!(seeds, [u64::MAX, 0]);
}

#[test]
fn cancelling_ends_waiting_generations_too() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.act(Action::Generate);
    desk.act(Action::Generate);
    desk.act(Action::Cancel);
    desk.until_idle();
    assert!(desk.session.take_count() == 0 && matches!(desk.session.showing, Showing::Nothing));
    desk.act(Action::Cancel);
    desk.prompt("a person runs");
    desk.until(|session| session.take_count() == 1);
}

#[test]
fn a_generator_that_is_gone_is_a_message_and_no_endless_wait() {
    let mut session = session_with(&[]);
    session.apply(Action::Prompt("a person walks".to_owned()));
    let effects = session.apply(Action::Generate);
    let Some(Effect::Tell(command)) = effects.first() else { panic!("{effects:?}") };
    session.refused(command, "the generator is gone; start Zoetrope again".to_owned());
    assert!(session.jobs.is_empty() && !session.busy().working);
    assert!(session.toasts.list().iter().any(|toast| toast.kind == ToastKind::Error));
}

/// A session with a model and finished takes, without a generator.
pub(crate) fn session_with(prompts: &[&str]) -> Session {
    let mut session = Session::new("starter");
    let model = ModelInfo {
        name: "starter".to_owned(),
        licence: "CC BY-NC 4.0".to_owned(),
        device: "cpu".to_owned(),
        sampling: Sampling { temperature: Some(0.9), top_k: Some(0), top_p: Some(0.95), guidance: Some(2.5), greedy: false },
        card: vec![("It cannot", "fly".to_owned())],
    };
    session.hear(Event::Ready { model });
    for prompt in prompts {
        let provenance = Provenance { origin: Request::new(*prompt).into(), model: "starter".to_owned(), ..Provenance::default() };
        let take = Take { motion: Motion { frames: vec![Pose::REST; 30] }.into(), raw: None, provenance };
        session.add_take(take);
    }
    session
}

#[test]
fn a_take_is_made_again_with_another_seed_after_the_same_take() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(Action::Prompt("then sits".to_owned()));
    desk.act(Action::Continue);
    desk.until_idle();
    desk.act(Action::Again(1));
    desk.until_idle();
    desk.act(Action::Again(0));
    desk.until_idle();
    let made: Vec<_> = desk.session.takes().map(|entry| (entry.take.provenance.prompt(), entry.continued)).collect();
    let expected = [("a person walks", false), ("then sits", true), ("then sits", true), ("a person walks", false)];
    assert_eq!(made, expected.map(|(prompt, continued)| (prompt.into(), continued)));
    let seeds: Vec<u64> = desk.session.takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
    assert!(seeds[2] != seeds[1] && seeds[3] != seeds[0], "{seeds:?}");
}

/// A walk along x with a swinging hip, as it is before and after a clean-up that only lifts it.
fn walked(prompt: &str) -> Take {
    let frame = |lift_m: f32, frame: usize| {
        let mut pose = Pose::REST;
        pose.root_m += Vec3::new(0.03 * frame as f32, lift_m, 0.0);
        pose.local[1] = glam::Quat::from_rotation_x(0.02 * frame as f32);
        pose
    };
    let motion = |lift_m: f32| Motion { frames: (0..60).map(|at| frame(lift_m, at)).collect() };
    let provenance = Provenance { origin: Request::new(prompt).into(), ..Provenance::default() };
    Take { motion: motion(0.02).into(), raw: Some(motion(0.0).into()), provenance }
}

#[test]
fn the_ghost_of_a_take_is_what_it_was_before_its_clean_up() {
    let mut session = Session::new("stand-in");
    session.add_take(walked("a walk"));
    session.apply(Action::Select(0));
    session.apply(Action::Seek(1.0));
    let (shown, ghost) =
        (session.pose_at(session.player.at_secs()).expect("a pose"), session.original_pose_at(session.player.at_secs()).expect("a ghost"));
    assert!((shown.root_m - ghost.root_m - Vec3::Y * 0.02).length() < 1e-5);
    assert_eq!(shown.local, ghost.local);
}

#[test]
fn the_ghost_of_a_clip_goes_beside_it_as_it_was_made() {
    let mut session = Session::new("stand-in");
    session.add_take(walked("a walk"));
    for _ in 0..2 {
        session.apply(Action::AddToTimeline(0));
    }
    let settings = ClipSettings { blend_frames: 5, mirror: true, ..ClipSettings::default() };
    session.apply(Action::SetClip { clip: 1, settings: settings.clone() });
    for secs in [2.5, 3.0, 3.8] {
        session.apply(Action::Seek(secs));
        let (shown, ghost) = (
            session.pose_at(session.player.at_secs()).expect("a pose"),
            session.original_pose_at(session.player.at_secs()).expect("a ghost"),
        );
        let way_m = shown.root_m - ghost.root_m;
        // The mirror sends it the other way; the ghost goes the way of the take.
        assert!((way_m.y - 0.02).abs() < 1e-4, "{way_m}");
        assert_eq!(ghost.local[1], session.take_at(0).expect("the take").take.raw.as_ref().expect("raw").pose_at(secs - 2.0).local[1]);
    }
    session.apply(Action::SetClip { clip: 1, settings: ClipSettings { mirror: false, ..settings } });
    session.apply(Action::Seek(3.5));
    let (shown, ghost) =
        (session.pose_at(session.player.at_secs()).expect("a pose"), session.original_pose_at(session.player.at_secs()).expect("a ghost"));
    assert!((shown.root_m - ghost.root_m - Vec3::Y * 0.02).length() < 1e-3, "unedited, it goes where the clip goes");
}

#[test]
fn ghosts_before_and_after_now_stay_within_the_motion() {
    use zoetrope::app::session::Overlay;
    use zoetrope::stage::{Look, Shown};
    let mut session = Session::new("stand-in");
    session.add_take(walked("a walk"));
    session.apply(Action::Select(0));
    session.apply(Action::Overlay(Overlay::OnionSkin, true));
    session.apply(Action::Overlay(Overlay::RootPath, true));
    session.apply(Action::Overlay(Overlay::FootTrails, true));
    session.apply(Action::Seek(0.4));
    let mut shown = Shown::default();
    zoetrope::app::scene::fill(&mut shown, &session, session.player.at_secs());
    let looks: Vec<Look> = shown.actors.iter().map(|actor| actor.look).collect();
    assert_eq!(looks, [Look::Solid, Look::Before(1), Look::After(1), Look::After(2), Look::After(3)]);
    assert!(shown.actors[1].pose.root_m.x < shown.actors[0].pose.root_m.x);
    assert_eq!((shown.lines.root.len(), shown.lines.feet[0].len()), (60, 37));
    session.apply(Action::Row(vec![0]));
    zoetrope::app::scene::fill(&mut shown, &session, session.player.at_secs());
    assert!(shown.lines.root.is_empty() && shown.actors.len() == 1, "nothing stands between those in a row");
}

/// A body half as large again as ours; its first shape number makes it a tenth larger.
fn large_body() -> BodyModel {
    let corners = [Vec3::X, Vec3::NEG_X, Vec3::Y, Vec3::NEG_Y, Vec3::Z, Vec3::NEG_Z];
    let template_m: Vec<Vec3> =
        rest_positions().into_iter().flat_map(|joint_m| corners.map(|corner| 1.5 * joint_m + 0.03 * corner)).collect();
    BodyModel {
        shapes_m: vec![template_m.iter().map(|place_m| 0.1 * place_m).collect()],
        joint_of_vertices: (0..22).map(|joint| (6 * joint..6 * joint + 6).map(|vertex| (vertex, 1.0 / 6.0)).collect()).collect(),
        weights: (0..template_m.len()).map(|vertex| (0..22).map(|joint| f32::from(u8::from(vertex / 6 == joint))).collect()).collect(),
        parents: PARENTS.iter().map(|parent| parent.unwrap_or(0)).collect(),
        pose_shapes: Arc::default(),
        triangles: (0..22).map(|joint| [6 * joint, 6 * joint + 2, 6 * joint + 4]).collect(),
        template_m,
    }
}

#[test]
fn an_own_body_takes_the_mannequins_place_in_exports_until_it_is_dropped() {
    let mut session = Session::new("stand-in");
    session.add_take(walked("a walk"));
    session.apply(Action::Select(0));
    assert!(matches!(&session.apply(Action::LoadBody("body.npz".into()))[..], [Effect::LoadBody { .. }]));
    assert!(session.busy().working);
    let model = large_body();
    model.check().expect("a body");
    session.body_loaded(Ok(Body::new("body.npz".into(), model, &[])));
    assert!(!session.body().expect("a body").shape().is_empty());
    let exported = |session: &mut Session| match &session.apply(Action::Export("walk.glb".into()))[..] {
        [Effect::Export { options, .. }] => options.character.clone(),
        other => panic!("{other:?}"),
    };
    let pelvis_m = |session: &mut Session| exported(session).expect("the body").rest_offsets_m[0].y;
    let mean_m = pelvis_m(&mut session);
    session.apply(Action::BodyShape(0, 1.0));
    assert!((pelvis_m(&mut session) / mean_m - 1.1).abs() < 1e-3);
    session.apply(Action::BodyShape(0, 99.0));
    session.apply(Action::BodyShape(7, 1.0));
    assert_eq!(session.body().expect("a body").shape(), [5.0]);
    session.apply(Action::DropBody);
    assert!(exported(&mut session).is_none());
    session.body_loaded(Err("no body model: body.npz".to_owned()));
    assert!(session.toasts.list().iter().any(|toast| toast.kind == ToastKind::Error));
}

#[test]
fn the_window_is_as_light_as_the_system_unless_somebody_chose() {
    use zoetrope::app::settings::Appearance;
    use zoetrope::stage::{Shown, Studio};
    let mut session = session_with(&[]);
    let studio = |session: &Session| {
        let mut shown = Shown::default();
        zoetrope::app::scene::fill(&mut shown, session, 0.0);
        shown.studio
    };
    assert_eq!(studio(&session), Studio::Dark);
    session.system_is_light = true;
    assert_eq!(studio(&session), Studio::Light);
    session.apply(Action::Appearance(Appearance::Dark));
    assert_eq!(studio(&session), Studio::Dark);
    session.system_is_light = false;
    session.apply(Action::Appearance(Appearance::Light));
    assert_eq!(studio(&session), Studio::Light);
}

#[test]
fn the_mannequins_colour_and_build_are_shown_and_go_out_and_undo_leaves_them_alone() {
    use zoetrope::stage::Shown;
    let mut session = session_with(&["a walk"]);
    session.apply(Action::AddToTimeline(0));
    assert!(session.character().is_none(), "as it comes");
    session.apply(Action::MannequinColor([10, 120, 30]));
    session.apply(Action::MannequinBuild(7.0));
    session.apply(Action::Undo);
    assert_eq!((session.cast().mannequin.color, session.cast().mannequin.build), ([10, 120, 30], 1.0));
    let character = session.character().expect("a look of its own");
    let mut shown = Shown::default();
    zoetrope::app::scene::fill(&mut shown, &session, 0.0);
    assert_eq!(shown.worn.0.as_ref(), Some(&character));
    session.apply(Action::Select(0));
    let effects = session.apply(Action::Export("walk.glb".into()));
    let [Effect::Export { options, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(options.character.as_ref(), Some(&character));
    session.apply(Action::MannequinBuild(0.0));
    session.apply(Action::MannequinColor(zoetrope::body::COLORS[0].1));
    assert!(session.character().is_none());
}
