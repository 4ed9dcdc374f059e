//! Variations of a prompt side by side.

use super::desk::{Desk, session_with, wanted};
use std::sync::Arc;
use zoetrope::author::session::{ComparisonAction, DraftAction, GenerationAction, HostCommand, Session, TakeAction, ViewMode};
use zoetrope::generator::protocol::{Command, Event, Preview};
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Provenance, Take};

#[test]
fn how_long_a_running_motion_becomes_is_a_matter_of_its_own_variations() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until(|session| matches!(session.view().mode(), ViewMode::Preview { .. }));
    let expected = |session: &Session| session.generation().jobs()[0].expected_frames(session.view().player().frames());
    let before = expected(&desk.session);
    assert!(before > 0);
    desk.act(DraftAction::Variations(4));
    assert_eq!(expected(&desk.session), before, "the next request says nothing of this one");
}

#[test]
fn variations_come_side_by_side_and_the_one_that_is_picked_is_put_on_the_timeline() {
    let mut desk = Desk::new();
    desk.act(DraftAction::Seed(7));
    desk.act(DraftAction::Variations(3));
    desk.prompt("a person dances");
    desk.until(|session| session.view().comparison().is_some_and(|row| row.entries.len() == 2));
    assert!(desk.session.busy().has_preview);
    desk.until_idle();
    let seeds: Vec<u64> = desk.session.timeline().takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
    assert_eq!(seeds, [7, 8, 9]);
    let row = desk.session.view().comparison().expect("a row");
    assert_eq!(row.entries.iter().map(|member| member.seed).collect::<Vec<_>>(), [7, 8, 9]);
    assert!(desk.session.timeline().clips().is_empty(), "nobody has picked one");
    desk.act(ComparisonAction::Pick(1));
    assert_eq!(desk.session.timeline().clips()[0].take, desk.session.timeline().take_at(1).expect("the second").id);
    assert!(matches!(desk.session.view().mode(), ViewMode::Timeline));
    assert_eq!(desk.session.timeline().take_count(), 3, "the others stay");
}

#[test]
fn a_variation_picked_before_all_are_made_is_placed_once_it_is_done_and_the_others_join_the_list() {
    for (place, seeds) in [(0, [7, 8, 9]), (1, [8, 7, 9])] {
        let mut desk = Desk::new();
        desk.act(DraftAction::Seed(7));
        desk.act(DraftAction::Variations(3));
        desk.prompt("a person dances");
        desk.until(|session| session.view().comparison().is_some_and(|row| row.entries.len() >= 2));
        desk.act(ComparisonAction::Pick(place));
        if place == 1 {
            desk.act(ComparisonAction::Pick(place));
            assert_eq!(desk.session.picked_in_comparison(), None, "the same again is another thought");
            desk.act(ComparisonAction::Pick(place));
            assert_eq!(desk.session.picked_in_comparison(), Some(1), "it is marked meanwhile");
        }
        desk.until(|session| !session.timeline().clips().is_empty());
        assert!(matches!(desk.session.view().mode(), ViewMode::Timeline) && desk.session.busy().working, "the others come behind it");
        assert_eq!((desk.session.timeline().clips().len(), desk.session.timeline().take_count()), (1, 1));
        desk.until_idle();
        let made: Vec<u64> = desk.session.timeline().takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
        assert_eq!((made, desk.session.timeline().clips().len()), (seeds.to_vec(), 1));
        assert!(matches!(desk.session.view().mode(), ViewMode::Timeline));
    }
}

#[test]
fn cancelling_after_picking_a_variation_places_nothing_and_keeps_what_is_done() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Variations(3));
    session.apply(DraftAction::Prompt("a person dances".to_owned()));
    let commands = wanted(&mut session, GenerationAction::Generate);
    let [HostCommand::Generator(Command::Generate { job, request, .. })] = &commands[..] else { panic!("{commands:?}") };
    let job = *job;
    let motion = Arc::new(Motion { frames: vec![Pose::REST; 8] });
    (0..3).for_each(|variation| session.preview(&Preview { job, variation, motion: Arc::clone(&motion) }));
    assert_eq!(session.view().comparison().expect("a row").entries.len(), 3);
    session.apply(ComparisonAction::Pick(1));
    let provenance = Provenance { origin: request.variation(0).into(), ..Provenance::default() };
    session.handle_event(Event::Made { job, variation: 0, take: Take { motion, raw: None, provenance } });
    session.apply(GenerationAction::Cancel);
    session.handle_event(Event::Cancelled { job });
    assert_eq!((session.timeline().clips().len(), session.timeline().take_count()), (0, 1));
    assert!(session.view().comparison().is_none());
}

#[test]
fn a_picked_variation_of_a_continuation_comes_behind_its_clip() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(DraftAction::Variations(2));
    desk.act(DraftAction::Prompt("then sits down".to_owned()));
    desk.act(GenerationAction::Continue);
    desk.until_idle();
    assert_eq!((desk.session.timeline().clips().len(), desk.session.view().comparison().expect("a row").entries.len()), (1, 2));
    desk.act(ComparisonAction::Pick(1));
    assert_eq!((desk.session.timeline().clips().len(), desk.session.timeline().chain().motion().len()), (2, 120));
    assert!((desk.session.view().player().at_secs() - 2.0).abs() < 0.05, "it is seen from where it begins");
}

#[test]
fn a_shorter_take_in_the_row_holds_its_last_pose() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(DraftAction::Seconds(Some(1.0)));
    desk.act(GenerationAction::Generate);
    desk.until_idle();
    desk.act(ComparisonAction::Compare(vec![0, 1, 1, 99]));
    let row = desk.session.view().comparison().expect("a row");
    assert_eq!((row.entries.len(), row.frames()), (2, 60));
    let [long, short] = [0, 1].map(|place| &row.entries[place]);
    assert_eq!(short.pose_at(1.8).local, short.motion.frames[29].local);
    assert_ne!(long.pose_at(1.8).local, long.pose_at(1.0).local);
    desk.act(TakeAction::Remove(0));
    assert_eq!(desk.session.view().comparison().expect("a row").entries.len(), 1, "who leaves the list leaves the row");
    desk.act(ComparisonAction::SideBySide(false));
    assert!(matches!(desk.session.view().mode(), ViewMode::Timeline));
}

#[test]
fn the_largest_seed_has_variations_too() {
    let mut desk = Desk::new();
    desk.act(DraftAction::Seed(u64::MAX));
    desk.act(DraftAction::Variations(2));
    desk.prompt("a person walks");
    desk.until_idle();
    let seeds: Vec<u64> = desk.session.timeline().takes().filter_map(|entry| entry.take.provenance.origin.seed()).collect();
    assert_eq!(seeds, [u64::MAX, 0]);
}
