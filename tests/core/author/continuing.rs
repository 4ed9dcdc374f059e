//! What goes on from a clip: continuations, several actions laid out, a clip made anew in its place.

use super::desk::{Desk, run_tasks, session_with, wanted};
use zoetrope::author::session::{
    ClipAction, DraftAction, GenerationAction, HostCommand, ProjectAction, SelectionAction, Session, TimelineAction, ViewMode,
};
use zoetrope::generator::protocol::Command;
use zoetrope::timeline::{ClipSettings, Context, Take};

#[test]
fn continuing_puts_a_second_clip_behind_the_first_that_goes_on_from_it() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(DraftAction::Prompt("then sits down".to_owned()));
    desk.act(GenerationAction::Continue);
    desk.until(|session| matches!(session.view().mode(), ViewMode::Preview { .. }));
    assert!(desk.session.view().player().at_secs() > 1.9, "the new part is watched, not the old one again");
    desk.until_idle();
    assert_eq!((desk.session.timeline().clips().len(), desk.session.timeline().chain().motion().len()), (2, 120));
    let first = desk.session.timeline().take_at(0).expect("the first take").take.motion.clone();
    assert_eq!(desk.session.timeline().chain().motion().frames[..60], first.frames[..]);
    assert!(desk.session.timeline().take_at(1).expect("the second").continued);
    assert_eq!(desk.session.export_subject().take().expect("the timeline").provenance.prompt(), "a person walks → then sits down");
    desk.act(TimelineAction::Undo);
    assert_eq!((desk.session.timeline().clips().len(), desk.session.timeline().take_count()), (1, 2), "the take stays");
}

#[test]
fn a_prompt_of_several_actions_is_laid_out_as_clips_that_go_on_from_each_other() {
    let mut desk = Desk::new();
    let prompts = |session: &Session| -> Vec<String> {
        session
            .timeline()
            .clips()
            .iter()
            .map(|clip| session.timeline().document().takes()[&clip.take].provenance.prompt().into_owned())
            .collect()
    };
    desk.act(DraftAction::Prompt("a man walks, then sits down, and then waves".to_owned()));
    desk.act(DraftAction::Seconds(Some(6.0)));
    desk.act(GenerationAction::LayOut);
    desk.until_idle();
    assert_eq!(prompts(&desk.session), ["a man walks", "a man sits down", "a man waves"]);
    assert_eq!(desk.session.timeline().chain().motion().len(), 180, "two seconds each");
    assert!((1..3).all(|index| desk.session.timeline().take_at(index).expect("a take").continued));
    assert!(matches!(desk.session.view().mode(), ViewMode::Timeline));

    desk.act(SelectionAction::SelectClip(0));
    desk.act(DraftAction::Prompt("he jumps, then bows".to_owned()));
    desk.act(GenerationAction::LayOut);
    desk.until_idle();
    assert_eq!(prompts(&desk.session), ["a man walks", "he jumps", "he bows", "a man sits down", "a man waves"]);
}

#[test]
fn what_is_laid_out_ends_where_it_is_cancelled_or_its_clip_is_removed() {
    let mut desk = Desk::new();
    desk.act(DraftAction::Prompt("a man walks, then sits down".to_owned()));
    desk.act(GenerationAction::LayOut);
    desk.act(GenerationAction::Cancel);
    desk.until_idle();
    assert_eq!(desk.session.timeline().take_count(), 0);

    desk.prompt("a man runs");
    desk.until_idle();
    desk.act(DraftAction::Prompt("a man walks, then sits down".to_owned()));
    desk.act(GenerationAction::LayOut);
    desk.act(SelectionAction::SelectClip(0));
    desk.act(ClipAction::Delete);
    desk.until_idle();
    assert_eq!(
        (desk.session.timeline().take_count(), desk.session.timeline().clips().len()),
        (2, 0),
        "the second action has nothing to go on from"
    );
    assert!(desk.toast_texts()[0].contains("“a man sits down” was not made"), "{:?}", desk.toast_texts());
}

#[test]
fn a_continuation_comes_behind_the_selected_clip_and_starts_from_the_edited_motion() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(SelectionAction::SelectClip(0));
    desk.act(ClipAction::Duplicate);
    desk.act(ClipAction::Trim { clip: 0, from: 0.5, to: 1.5 });
    desk.act(SelectionAction::SelectClip(0));
    desk.act(DraftAction::Prompt("then sits down".to_owned()));
    let commands = wanted(&mut desk.session, GenerationAction::Continue);
    let Some(HostCommand::Generator(Command::Generate { context, .. })) = commands.first() else { panic!("{commands:?}") };
    let before = context.before.as_ref().expect("the motion before");
    assert_eq!(before.frames[..], desk.session.timeline().chain().motion().frames[..30]);
    desk.send(commands);
    desk.until_idle();
    let new = desk.session.timeline().take_at(1).expect("the new take").id;
    let order: Vec<bool> = desk.session.timeline().clips().iter().map(|clip| clip.take == new).collect();
    assert_eq!(order, [false, true, false]);
}

#[test]
fn a_continuation_gets_the_end_of_a_long_timeline_alone_and_knows_it_after_saving() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    let one = desk.session.timeline().clips()[0].frames();
    for _ in 0..40 {
        desk.act(SelectionAction::SelectClip(0));
        desk.act(ClipAction::Duplicate);
    }
    desk.act(SelectionAction::SelectNone);
    desk.act(DraftAction::Prompt("then sits down".to_owned()));
    desk.act(GenerationAction::Continue);
    desk.until_idle();
    let whole = desk.session.timeline().chain().motion().frames[..41 * one].to_vec();
    let tail = |session: &Session| {
        let take = session.timeline().takes().last().expect("a take").take;
        take.provenance.origin.asked().and_then(|(_, context)| context.before.clone()).expect("what it goes on from")
    };
    let before = tail(&desk.session);
    assert_eq!(before.frames[..], whole[whole.len() - Context::FRAMES..]);

    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("scene.zoetrope");
    zoetrope::formats::save_project(&path, desk.session.timeline().document(), None).expect("saved");
    let mut session = session_with(&[]);
    session.apply(ProjectAction::Open(path));
    run_tasks(&mut session);
    session.take_host_commands();
    assert_eq!(tail(&session), before);
    let commands = wanted(&mut session, GenerationAction::Again(1));
    let Some(HostCommand::Generator(Command::Generate { context, .. })) = commands.first() else { panic!("{commands:?}") };
    assert_eq!(context.before, Some(before));
}

#[test]
fn a_clip_in_the_middle_is_made_anew_in_its_place() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    for prompt in ["then sits down", "then waves"] {
        desk.act(DraftAction::Prompt(prompt.to_owned()));
        desk.act(GenerationAction::Continue);
        desk.until_idle();
    }
    let settings = ClipSettings { mirror: true, facing_deg: 30.0, ..desk.session.timeline().clips()[1].settings.clone() };
    desk.act(ClipAction::SetClip { clip: 1, settings: settings.clone() });
    desk.act(DraftAction::Prompt("something else".to_owned()));
    desk.act(SelectionAction::SelectNone);
    desk.act(GenerationAction::Anew);
    assert!(desk.session.generation().jobs().is_empty(), "which one?");
    desk.act(SelectionAction::SelectClip(1));
    let before = desk.session.timeline().document().arrangement().clone();
    desk.act(GenerationAction::Anew);
    desk.act(SelectionAction::SelectClip(1));
    desk.act(GenerationAction::Anew);
    assert_eq!(desk.session.generation().jobs().len(), 1, "pressed twice it is made once");
    assert_eq!(desk.session.generation().jobs()[0].frames_before(), before.clips[0].frames(), "it goes on from the clip before it");
    desk.until_idle();
    let clips = desk.session.timeline().clips().to_vec();
    assert_eq!((clips.len(), &clips[0], &clips[2]), (3, &before.clips[0], &before.clips[2]));
    assert_ne!(clips[1].take, before.clips[1].take);
    assert_eq!((&clips[1].settings, clips[1].from), (&settings, 0), "what was done to it stays");
    let [old, new] = [before.clips[1].take, clips[1].take].map(|take| desk.session.timeline().document().takes()[&take].clone());
    let asked = |take: &Take| take.provenance.origin.asked().map(|(request, _)| request.clone()).expect("a request");
    assert_eq!(asked(&new).prompt, asked(&old).prompt);
    assert_ne!(asked(&new).seed, asked(&old).seed);
    assert!(desk.session.timeline().is_selected(clips[1].id));
    desk.act(TimelineAction::Undo);
    assert_eq!(desk.session.timeline().clips(), before.clips, "one change for undo");

    // A clip that has left meanwhile leaves its take in the list.
    let takes = desk.session.timeline().take_count();
    desk.act(SelectionAction::SelectClip(1));
    desk.act(GenerationAction::Anew);
    desk.act(ClipAction::Delete);
    desk.until_idle();
    assert_eq!((desk.session.timeline().take_count(), desk.session.timeline().clips().len()), (takes + 1, 2));
}
