//! Directing: paths and poses for the next take, poses by hand, motions between clips, parts anew.

use super::desk::{Desk, run_tasks, session_with, wanted};
use zoetrope::author::session::{
    ClipAction, ConstraintAction, DraftAction, GenerationAction, HostCommand, PlayerAction, PoseAction, ProjectAction, SelectionAction,
    Session, StageTool, TimelineAction, ViewAction,
};
use zoetrope::generator::protocol::{Command, Event};
use zoetrope::motion::{Joint, Motion, Pose};
use zoetrope::timeline::{ClipSettings, DIRECTED_CANDIDATES, Length, Request};
use zoetrope::view::CameraMove;

/// What the generator is asked for.
fn asked(session: &mut Session, action: GenerationAction) -> (Request, zoetrope::timeline::Context) {
    let commands = wanted(session, action);
    let Some(HostCommand::Generator(Command::Generate { request, context, .. })) = commands.into_iter().next() else {
        panic!("nothing was asked for: {:?}", session.toasts().list());
    };
    (request, context)
}

/// A session with clips of these takes on its timeline.
fn on_timeline(prompts: &[&str]) -> Session {
    let mut session = session_with(prompts);
    (0..prompts.len()).for_each(|take| session.apply(ClipAction::AddToTimeline(take)));
    session
}

fn joint_m(session: &Session, frame: usize, joint: Joint) -> glam::Vec3 {
    session.timeline().chain().motion().frames[frame].world().positions_m[joint as usize]
}

#[test]
fn a_path_is_drawn_changed_asked_for_undone_and_brought_back() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Prompt("a person walks".to_owned()));
    let line: Vec<[f32; 2]> = (0..60).map(|at| [0.0, 0.05 * at as f32]).chain((0..40).map(|at| [0.05 * at as f32, 3.0])).collect();
    session.apply(ConstraintAction::DrawPath(line));
    let points =
        |session: &Session| session.timeline().constraints().path.iter().map(|point| (point.x, point.z, point.t)).collect::<Vec<_>>();
    assert_eq!(points(&session).len(), 3, "a corner and two ends: {:?}", points(&session));
    session.apply(ConstraintAction::AddPoint { before: 9, at: [2.0, 5.0] });
    for x in [2.1, 2.2, 2.5] {
        session.apply(ConstraintAction::DragPoint { point: 3, to: [x, 5.0] });
    }
    session.apply(ConstraintAction::ReleasePoint);
    session.apply(ConstraintAction::PointTime { point: 3, secs: Some(4.0) });
    assert_eq!(points(&session)[3], (2.5, 5.0, Some(4.0)));
    let (request, _) = asked(&mut session, GenerationAction::Generate);
    assert_eq!((&request.constraints, request.candidates), (session.timeline().constraints(), DIRECTED_CANDIDATES));
    session.apply(TimelineAction::Undo);
    session.apply(TimelineAction::Undo);
    assert_eq!(points(&session)[3], (2.0, 5.0, None), "one drag is one step");
    session.apply(ConstraintAction::RemovePoint(0));
    session.apply(ConstraintAction::ClearConstraints);
    assert!(session.timeline().constraints().is_empty());
    let (free, _) = asked(&mut session, GenerationAction::Generate);
    assert_eq!((free.constraints.is_empty(), free.candidates), (true, 1));
    // What a take had to meet comes back with it.
    let provenance = zoetrope::timeline::Provenance { origin: request.clone().into(), ..Default::default() };
    let take = zoetrope::timeline::Take { motion: Motion { frames: vec![Pose::REST; 60] }.into(), raw: None, provenance };
    session.add_take(take);
    let (again, _) = asked(&mut session, GenerationAction::Again(0));
    assert_eq!((&again.constraints, again.candidates), (&request.constraints, request.candidates));
    assert_eq!(*session.timeline().constraints(), request.constraints);
    session.apply(TimelineAction::Undo);
    assert!(session.timeline().constraints().is_empty());
}

#[test]
fn what_makes_no_sense_is_said_and_a_point_alone_asks_for_nothing() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Prompt("a person walks".to_owned()));
    session.apply(ConstraintAction::AddPoint { before: 0, at: [0.0, 0.0] });
    assert!(asked(&mut session, GenerationAction::Generate).0.constraints.is_empty());
    for action in [
        ConstraintAction::AddPoint { before: 1, at: [f32::NAN, 0.0] },
        ConstraintAction::AddPoint { before: 1, at: [0.0, 1e9] },
        ConstraintAction::AddPoint { before: 1, at: [0.0, 0.0] },
        ConstraintAction::PointTime { point: 0, secs: Some(1.0) },
        ConstraintAction::AddTarget(1.0),
    ] {
        let before = session.timeline().constraints().clone();
        let told = session.toasts().list().len();
        session.apply(action.clone());
        let is_refused = *session.timeline().constraints() == before && session.toasts().list().len() > told;
        assert!(is_refused || matches!(action, ConstraintAction::PointTime { .. }), "{action:?}");
    }
    session.apply(ConstraintAction::LoadConstraints("/nowhere/path.json".into()));
    assert!(session.toasts().last_error().is_some_and(|error| error.contains("path.json")));
}

#[test]
fn what_the_generator_says_of_a_place_is_known_until_it_is_asked_again() {
    let mut session = session_with(&[]);
    session.apply(DraftAction::Prompt("a person walks".to_owned()));
    session.handle_event(Event::Warning { message: "too fast here".to_owned(), at_m: Some([1.0, 2.0]) });
    session.handle_event(Event::Warning { message: "of no place".to_owned(), at_m: None });
    let misses = session.generation().misses();
    assert_eq!((misses.len(), misses[0].at_m, &misses[0].text[..]), (1, [1.0, 2.0], "too fast here"));
    session.apply(GenerationAction::Generate);
    assert!(session.generation().misses().is_empty());
}

#[test]
fn a_posed_hand_is_where_it_was_put_whatever_is_done_to_the_clip_and_nothing_else_moves() {
    let plain = ClipSettings::default();
    for settings in [
        plain.clone(),
        ClipSettings { mirror: true, ..plain.clone() },
        ClipSettings { facing_deg: 70.0, offset_m: [0.4, -0.3], ..plain.clone() },
        ClipSettings { speed: 2.0, ..plain.clone() },
        ClipSettings { loops: 2, ..plain.clone() },
        ClipSettings { smoothing: 0.6, foot_lock: 1.0, ..plain },
    ] {
        let mut session = on_timeline(&["one", "two"]);
        session.apply(ClipAction::SetClip { clip: 0, settings: settings.clone() });
        session.apply(TimelineAction::ShowTimeline);
        session.apply(PlayerAction::Seek(8.0 / 30.0));
        let before = session.timeline().chain().motion().clone();
        let to = joint_m(&session, 8, Joint::LWrist) + glam::vec3(-0.1, -0.25, 0.2);
        for share in [0.3, 0.7, 1.0] {
            let at = joint_m(&session, 8, Joint::LWrist).lerp(to, share);
            session.apply(PoseAction::DragJoint { joint: Joint::LWrist, to: at.to_array() });
        }
        session.apply(PoseAction::DragJoint { joint: Joint::LWrist, to: to.to_array() });
        session.apply(PoseAction::ReleaseJoint);
        let off_mm = 1000.0 * joint_m(&session, 8, Joint::LWrist).distance(to);
        assert!(off_mm < 1.0, "{settings:?}: {off_mm} mm");
        let layer = &session.timeline().clips()[0].settings.layer;
        assert_eq!(layer.keys().len(), 1);
        assert_eq!(session.pose().key(session.timeline()), Some((0, layer.keys()[0].frame)));
        if settings.smoothing == 0.0 && settings.loops == 1 && settings.speed == 1.0 {
            assert!(session.timeline().chain().motion().frames[19..30] == before.frames[19..30], "no key reaches there");
        }
        session.apply(TimelineAction::Undo);
        assert!(*session.timeline().chain().motion() == before, "one drag is one step");
    }
}

#[test]
fn keys_are_moved_copied_mirrored_pasted_muted_and_deleted() {
    let mut session = on_timeline(&["one", "two"]);
    session.apply(TimelineAction::ShowTimeline);
    session.apply(PlayerAction::Seek(10.0 / 30.0));
    let to = joint_m(&session, 10, Joint::RWrist) + glam::vec3(0.1, -0.3, 0.2);
    session.apply(PoseAction::MoveJoint { joint: Joint::RWrist, to: to.to_array() });
    let frames = |session: &Session| session.timeline().clips()[0].settings.layer.keys().iter().map(|key| key.frame).collect::<Vec<_>>();
    assert_eq!(frames(&session), [10]);
    session.apply(PoseAction::CopyKey { clip: 0, from: 10, to: 20 });
    session.apply(PoseAction::MoveKey { clip: 0, from: 10, to: 4 });
    session.apply(PoseAction::MoveKey { clip: 0, from: 4, to: 400 });
    assert_eq!(frames(&session), [4, 20], "a key stays inside its take");
    assert!(joint_m(&session, 20, Joint::RWrist).distance(to) < 1e-3);

    session.apply(PlayerAction::Seek(20.0 / 30.0));
    session.apply(PoseAction::CopyPose);
    session.apply(PoseAction::MirrorPose);
    let from_pelvis = |joint: Joint| joint_m(&session, 20, joint) - joint_m(&session, 20, Joint::Pelvis);
    let (mirrored, of) = (from_pelvis(Joint::LWrist), to - joint_m(&session, 20, Joint::Pelvis));
    assert!((mirrored.y - of.y).abs() < 1e-3 && (mirrored.length() - of.length()).abs() < 1e-3, "{mirrored} of {of}");
    session.apply(PlayerAction::Seek(40.0 / 30.0));
    session.apply(PoseAction::PastePose);
    assert_eq!((frames(&session), session.timeline().clips()[1].settings.layer.keys().len()), (vec![4, 20], 1));
    let pelvis_m = joint_m(&session, 40, Joint::Pelvis);
    assert!((joint_m(&session, 40, Joint::RWrist) - pelvis_m - (to - joint_m(&session, 20, Joint::Pelvis))).with_y(0.0).length() < 0.02);

    session.apply(PoseAction::SelectKey { clip: 0, frame: 4 });
    session.apply(PoseAction::DeleteKey);
    assert_eq!((frames(&session), session.pose().key(session.timeline())), (vec![20], None));
    let mut settings = session.timeline().clips()[0].settings.clone();
    settings.layer.is_muted = true;
    session.apply(ClipAction::SetClip { clip: 0, settings });
    assert_eq!(session.timeline().chain().motion().frames[20].local, Pose::REST.local);
    // Whoever poses there wants to see it.
    session.apply(PlayerAction::Seek(12.0 / 30.0));
    session.apply(PoseAction::MoveJoint { joint: Joint::RWrist, to: to.to_array() });
    assert!(!session.timeline().clips()[0].settings.layer.is_muted);
}

#[test]
fn a_motion_between_two_clips_is_asked_for_between_them_and_comes_there() {
    let mut desk = Desk::new();
    for prompt in ["a person walks", "a person sits"] {
        desk.prompt(prompt);
        desk.until_idle();
    }
    desk.act(ClipAction::AddToTimeline(0));
    let takes = |session: &Session| session.timeline().clips().iter().map(|clip| clip.take.0).collect::<Vec<_>>();
    assert_eq!(desk.session.timeline().clips().len(), 2);
    let around = takes(&desk.session);
    desk.act(SelectionAction::SelectClip(1));
    desk.act(GenerationAction::Between(1.0));
    assert!(desk.toast_texts().iter().any(|text| text.contains("another one follows")));
    desk.act(SelectionAction::SelectClip(0));
    desk.act(DraftAction::Prompt(String::new()));
    desk.act(GenerationAction::Between(1.0));
    let request = desk.session.generation().jobs()[0].request().clone();
    assert_eq!((request.literal, request.length, request.candidates), (true, Length::Exact { secs: 1.0 }, DIRECTED_CANDIDATES));
    desk.until_idle();
    let now = takes(&desk.session);
    assert_eq!((now.len(), now[0], now[2]), (3, around[0], around[1]));
    assert_eq!(desk.session.timeline().clips()[1].frames(), 30);
    desk.act(TimelineAction::Undo);
    assert_eq!(takes(&desk.session), around);
}

#[test]
fn a_part_made_anew_leaves_the_rest_to_the_last_digit() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(GenerationAction::RedoPart);
    assert!(desk.toast_texts().iter().any(|text| text.contains("mark the part first")));
    let settings = ClipSettings { facing_deg: 40.0, ..desk.session.timeline().clips()[0].settings.clone() };
    desk.act(ClipAction::SetClip { clip: 0, settings: settings.clone() });
    desk.act(ClipAction::Trim { clip: 0, from: 0.2, to: 1.8 });
    let before = desk.session.timeline().chain().motion().clone();
    let old = desk.session.timeline().take_at(0).expect("a take").take.motion.clone();
    desk.act(PlayerAction::Seek(10.0 / 30.0));
    desk.act(TimelineAction::InPoint);
    desk.act(PlayerAction::Seek(19.0 / 30.0));
    desk.act(TimelineAction::OutPoint);
    desk.act(DraftAction::Prompt("a person jumps".to_owned()));
    desk.act(GenerationAction::RedoPart);
    desk.until_idle();
    let after = desk.session.timeline().chain().motion().clone();
    assert_eq!(desk.session.timeline().clips()[0].settings, settings);
    let new = desk.session.timeline().take_at(1).expect("a take").take.clone();
    assert_eq!((&new.motion.frames[..16], &new.motion.frames[26..]), (&old.frames[..16], &old.frames[26..]));
    assert_ne!(new.motion.frames[16..26], old.frames[16..26]);
    assert_eq!((&after.frames[..10], &after.frames[20..]), (&before.frames[..10], &before.frames[20..]), "where it was, too");
    assert_eq!(new.provenance.prompt(), "a person walks → a person jumps");
    // Several to choose from.
    desk.act(DraftAction::Variations(3));
    desk.act(GenerationAction::RedoPart);
    desk.until_idle();
    assert_eq!(desk.session.view().comparison().map(|row| row.entries.len()), Some(3));
    desk.act(zoetrope::author::session::ComparisonAction::Pick(1));
    assert_eq!(desk.session.timeline().clips().len(), 1);
    assert_eq!(desk.session.timeline().chain().motion().frames[20..], before.frames[20..]);
}

#[test]
fn what_was_directed_is_saved_and_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.zoetrope");
    let mut session = on_timeline(&["one"]);
    session.apply(TimelineAction::ShowTimeline);
    session.apply(ConstraintAction::DrawPath(vec![[0.0, 0.0], [0.0, 2.0], [1.5, 3.0]]));
    session.apply(PoseAction::MoveJoint { joint: Joint::LWrist, to: [0.4, 1.2, 0.3] });
    session.apply(ConstraintAction::AddTarget(1.5));
    let (constraints, motion) = (session.timeline().constraints().clone(), session.timeline().chain().motion().clone());
    assert_eq!((constraints.path.len(), constraints.keys.len()), (3, 1));
    session.apply(ProjectAction::Save(path.clone()));
    run_tasks(&mut session);
    let mut other = session_with(&[]);
    other.apply(ProjectAction::Open(path));
    run_tasks(&mut other);
    assert_eq!((other.timeline().constraints(), other.timeline().chain().motion()), (&constraints, &motion));
}

#[test]
fn the_camera_stands_still_while_a_path_is_drawn_or_a_joint_is_dragged_and_follows_again() {
    let mut session = on_timeline(&["one"]);
    assert!(session.view().follows());
    session.apply(ViewAction::Tool(StageTool::Path));
    assert!(!session.view().follows() && !session.view().player().is_playing());
    session.apply(ViewAction::Tool(StageTool::Pose));
    assert!(session.view().follows());
    session.apply(TimelineAction::ShowTimeline);
    session.apply(PoseAction::DragJoint { joint: Joint::Pelvis, to: [0.3, 0.9, 0.2] });
    assert!(!session.view().follows());
    session.apply(PoseAction::ReleaseJoint);
    assert!(session.view().follows());
    // Whoever moved the camera by hand keeps it.
    session.apply(ViewAction::Camera(CameraMove::Pan(0.1, 0.0)));
    for tool in [StageTool::Path, StageTool::Camera] {
        session.apply(ViewAction::Tool(tool));
        assert!(!session.view().follows());
    }
}
