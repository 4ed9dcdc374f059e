//! Exports from the window: what is chosen is what is written, one file or many, and the same without the window.

use super::desk::{Desk, run_tasks, session_with, wanted};
use super::panels::{harness, two_clips};
use clap::Parser;
use egui_kittest::kittest::Queryable;
use image::codecs::gif::GifDecoder;
use image::{AnimationDecoder, Rgba, RgbaImage};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zoetrope::app::film::write;
use zoetrope::author::Action;
use zoetrope::author::export::film::{Film, Scenes};
use zoetrope::author::export::{ExportChoices, ExportOf, FileKind};
use zoetrope::author::session::{
    CharacterAction, ClipAction, Dialog, DraftAction, ExportAction, ExportWork, GenerationAction, HostCommand, PlayerAction, ProjectAction,
    Session, TakeAction, TimelineAction, ViewAction,
};
use zoetrope::cli::{Args, Command};
use zoetrope::formats::{self, Contents, Program, Units, WriteOptions};
use zoetrope::motion::{Motion, NameStyle, Pose};
use zoetrope::stage::{CameraRig, Picture, StageError};
use zoetrope::tasks::Watch;
use zoetrope::timeline::{Provenance, Request, Sampling, Take};
use zoetrope::view::{Figure, Shown, ViewAngle};

fn choices() -> ExportChoices {
    ExportChoices {
        contents: Contents::Animation,
        names: NameStyle::Unreal,
        root_bone: false,
        units: Units::M,
        fps: 60,
        in_place: true,
        ..ExportChoices::default()
    }
}

/// What a session writes to a file of this name.
fn exported_by(session: &mut Session, path: &Path) -> Motion {
    export(session, path);
    formats::read(path).expect("a motion")
}

fn export(session: &mut Session, path: &Path) {
    session.apply(ExportAction::Export(path.to_owned()));
    run_tasks(session);
    assert_eq!(session.toasts().last_error(), None);
}

#[test]
fn a_program_chooses_all_that_it_wants_and_all_stays_to_be_changed() {
    let unreal = choices().for_program(Program::Unreal);
    assert_eq!(
        (unreal.kind, unreal.names, unreal.root_bone, unreal.units, unreal.fps),
        (FileKind::Fbx, NameStyle::Unreal, true, Units::Cm, 30)
    );
    assert!(unreal.in_place, "what a program has no wish about stays");
    let robot = unreal.for_program(Program::Robot);
    assert_eq!((robot.kind, robot.root_bone, robot.lead_in_ms), (FileKind::Npz, false, 500));
    for program in Program::ALL {
        let chosen = ExportChoices::default().for_program(program);
        let best = program.opens()[0];
        assert_eq!(chosen.kind.ending(), best.ending(), "{program:?}");
    }
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session_with(&["a walk"]);
    session.apply(TakeAction::Select(0));
    let path = folder.path().join("walk.npz");
    let frames = exported_by(&mut session, &path).len();
    session.apply(ExportAction::ExportSettings(robot));
    assert_eq!(exported_by(&mut session, &path).len(), frames + 15);
}

#[test]
fn the_choices_of_the_last_export_are_those_of_the_next() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session_with(&["a walk"]);
    session.apply(TakeAction::Select(0));
    session.apply(ExportAction::ExportSettings(choices()));
    let bvh = folder.path().join("walk.bvh");
    export(&mut session, &bvh);
    let text = std::fs::read_to_string(&bvh).expect("a file");
    assert!(
        text.contains("ROOT pelvis") && text.contains("Frame Time: 0.01666"),
        "Unreal's names without a root, 60 a second: {text:.400}"
    );
    session.apply(ExportAction::OpenExport);
    let Dialog::Export { path, .. } = session.dialog() else { panic!("{:?}", session.dialog()) };
    assert_eq!(*path, folder.path().join("a-walk.bvh"));
    let stored = ron::to_string(&session.settings().export).expect("text");
    assert_eq!(ron::from_str::<ExportChoices>(&stored).expect("choices"), session.settings().export);
    assert_eq!(ron::from_str::<ExportChoices>("(fps: 7)").expect("choices").within_bounds().fps, 30);
    let features = exported_by(&mut session, &folder.path().join("walk.npy"));
    assert_eq!(features.len(), 30, "features have one rate");
}

#[test]
fn a_range_goes_out_alone_unless_all_is_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("a.glb");
    let mut session = two_clips();
    session.apply(PlayerAction::Seek(0.5));
    session.apply(TimelineAction::InPoint);
    assert_eq!(exported_by(&mut session, &file).len(), 45);
    session.apply(ExportAction::ExportSettings(ExportChoices { whole: true, ..ExportChoices::default() }));
    assert_eq!(session.export_subject().provenance().map(|(_, frames)| frames), Some(60));
    assert_eq!(exported_by(&mut session, &file).len(), 60);
}

#[test]
fn the_copied_command_writes_the_same_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let [project, ours, theirs] = ["it's a scene.zoetrope", "ours.glb", "theirs.glb"].map(|name| folder.path().join(name));
    let mut session = two_clips();
    session.apply(CharacterAction::MannequinColor([200, 10, 30]));
    session.apply(CharacterAction::MannequinBuild(-0.25));
    session.apply(PlayerAction::Seek(0.5));
    session.apply(TimelineAction::InPoint);
    session.apply(ExportAction::ExportSettings(choices()));
    assert_eq!(session.export_subject().command(&theirs), None, "there is no project to read");
    session.apply(ProjectAction::Save(project));
    run_tasks(&mut session);
    session.apply(ExportAction::ExportPath(theirs.clone()));
    let commands = wanted(&mut session, ExportAction::CopyCommand);
    let [HostCommand::Copy(command)] = &commands[..] else { panic!("{commands:?}") };
    let words = shlex::split(command).expect("words of a shell");
    export(&mut session, &ours);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(&words[1..]).output().expect("the program runs");
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read(ours).expect("ours"), std::fs::read(theirs).expect("theirs"), "{command}");
    session.apply(ClipAction::Duplicate);
    assert_eq!(session.export_subject().command(Path::new("a.glb")), None, "the project's file is older than what is shown");
}

#[test]
fn a_take_is_made_again_by_the_copied_command_with_its_own_words() {
    let sampling = Sampling { temperature: Some(0.7), top_k: Some(40), guidance: Some(2.5), ..Sampling::default() };
    let request = Request { seed: 7, literal: true, sampling, ..Request::new("-- a person's \"walk\" $HOME\nends") };
    let provenance = Provenance { origin: request.clone().into(), model: "starter".to_owned(), ..Provenance::default() };
    let mut session = session_with(&[]);
    session.add_take(Take { motion: Arc::new(Motion { frames: vec![Pose::REST; 30] }), raw: None, provenance });
    session.apply(TakeAction::Select(0));
    session.apply(ExportAction::ExportSettings(choices()));
    let command = session.export_subject().command(Path::new("a b.bvh")).expect("a command");
    let args = Args::try_parse_from(shlex::split(&command).expect("words")).expect("a command line of ours");
    let Some(Command::Generate(args)) = args.command else { panic!("{command}") };
    assert_eq!((args.prompt, args.network.seed, args.output), (vec![request.prompt], 7, PathBuf::from("a b.bvh")), "{command}");
    assert_eq!((args.export.fps.as_deref(), args.export.root_bone, args.export.in_place), (Some("60"), Some(false), true), "{command}");
    assert_eq!((args.literal, args.temperature, args.top_k, args.guidance), (true, Some(0.7), Some(40), Some(2.5)), "{command}");
}

pub(super) fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn all_takes_favourites_or_clips_become_a_file_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = two_clips();
    session.apply(TakeAction::Favourite(1, true));
    session.apply(ExportAction::ExportSettings(ExportChoices { kind: FileKind::Bvh, pattern: "{prompt}".to_owned(), ..choices() }));
    for (of, expected) in [
        (ExportOf::Takes, vec!["a-run.bvh", "a-walk.bvh"]),
        // What is there stays.
        (ExportOf::Favourites, vec!["a-run-2.bvh", "a-run.bvh", "a-walk.bvh"]),
        (ExportOf::Clips, vec!["a-run-2.bvh", "a-run-3.bvh", "a-run.bvh", "a-walk-2.bvh", "a-walk.bvh"]),
    ] {
        session.apply(ExportAction::ExportAll(of, folder.path().join("new")));
        assert!(session.busy().working && session.exports().work().is_some());
        session.apply(ExportAction::ExportAll(of, folder.path().join("elsewhere")));
        run_tasks(&mut session);
        assert!(!folder.path().join("elsewhere").exists(), "one at a time");
        assert!(!session.busy().working && session.exports().work().is_none());
        let expected: Vec<String> = expected.iter().map(|name| (*name).to_owned()).collect();
        assert_eq!((session.toasts().last_error(), files_in(&folder.path().join("new"))), (None, expected));
    }
    assert_eq!(formats::read(&folder.path().join("new/a-walk.bvh")).expect("a motion").len(), 30);
}

#[test]
fn all_takes_become_animations_of_one_file_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut harness = harness(two_clips());
    let session = &mut harness.state_mut().session;
    session.apply(ExportAction::ExportSettings(ExportChoices { kind: FileKind::Fbx, pattern: "{prompt}".to_owned(), ..choices() }));
    let path = folder.path().join("all.fbx");
    session.apply(ExportAction::OpenExport);
    session.apply(ExportAction::ExportPath(path.clone()));
    session.apply(ExportAction::ExportOf(ExportOf::Takes));
    harness.run();
    harness.get_by_label("One file, an animation each").click();
    harness.run();
    harness.get_by_label("Save").click();
    harness.run();
    let session = &mut harness.state_mut().session;
    run_tasks(session);
    assert_eq!((session.toasts().last_error(), files_in(folder.path())), (None, vec!["all.fbx".to_owned()]));
    let animations = formats::read_with(&path, &formats::ReadOptions::default()).expect("a file").animations;
    let names: Vec<&str> = animations.iter().map(|animation| animation.name.as_str()).collect();
    assert_eq!(names, ["a-walk", "a-run"]);
}

#[test]
fn a_file_that_fails_is_named_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session_with(&["a walk", "a run"]);
    let broken = Motion { frames: vec![Pose { root_m: glam::Vec3::NAN, ..Pose::REST }; 3] };
    session.add_take(Take { motion: Arc::new(broken), raw: None, provenance: Provenance::default() });
    session.add_take(Take { motion: Arc::new(Motion { frames: vec![Pose::REST; 3] }), raw: None, provenance: Provenance::default() });
    session.apply(ExportAction::ExportAll(ExportOf::Takes, folder.path().to_owned()));
    run_tasks(&mut session);
    assert_eq!(files_in(folder.path()), ["1-a-walk-0.glb", "2-a-run-0.glb", "4-motion-0.glb"]);
    let error = session.toasts().last_error().expect("an error");
    assert!(error.contains("3-motion-0.glb") && error.contains("not finite"), "{error}");
    assert!(session.toasts().list().iter().any(|toast| toast.text.contains("saved 3 of 4 files")));
}

#[test]
fn a_cancelled_batch_ends_and_says_how_far_it_came() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session_with(&["a walk", "a run"]);
    session.apply(ExportAction::ExportAll(ExportOf::Takes, folder.path().to_owned()));
    session.apply(ExportAction::CancelExport);
    assert!(session.exports().work().is_some_and(ExportWork::is_ending));
    run_tasks(&mut session);
    assert!(session.toasts().list().iter().any(|toast| toast.text.contains("saved 0 of 2 files")));
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn the_dialog_offers_what_the_kind_of_file_has() {
    let mut harness = harness(two_clips());
    harness.state_mut().session.apply(ExportAction::OpenExport);
    harness.run_steps(4);
    harness.get_by_label("Animation only").click();
    harness.run_steps(3);
    harness.get_by_label("Unreal").click();
    harness.run_steps(3);
    harness.get_by_label("60").click();
    harness.run_steps(3);
    let chosen = harness.state().session.settings().export.clone();
    assert!(chosen.contents == Contents::Animation && chosen.names == NameStyle::Unreal && chosen.root_bone && chosen.fps == 60);
    harness.get_by_label_contains("119 frames at 60 fps  ·  23 bones");
    assert!(harness.query_by_label("cm").is_none());
    harness.get_by_label("BVH").click();
    harness.run_steps(3);
    assert!(harness.query_by_label("cm").is_some() && harness.query_by_label("Animation only").is_none());
    harness.get_by_label("All takes · 2").click();
    harness.run_steps(3);
    harness.get_by_label_contains("2 files such as 1-a-person-walks-7.bvh");
    harness.get_by_label("Save").click();
    harness.run_steps(3);
    assert!(harness.state().session.exports().work().is_some());
    harness.get_by_label("Exporting files: 0 of 2");
    harness.get_by_label("Cancel the export").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&Action::Exports(ExportAction::CancelExport)));
}

#[test]
fn pictures_of_the_stage_follow_the_motion_at_their_own_pace() {
    let mut session = two_clips();
    session.apply(ExportAction::ExportSettings(ExportChoices { film_size: (320, 180), film_fps: 12, ..ExportChoices::default() }));
    session.apply(ExportAction::ExportPath("walk.gif".into()));
    assert!(
        matches!(&session.dialog(), Dialog::Export { path, .. } if session.settings().export.summary(path, 60, None).contains("24 pictures"))
    );
    let commands = wanted(&mut session, ExportAction::Export("walk.gif".into()));
    let [HostCommand::Film(film, _)] = &commands[..] else { panic!("{commands:?}") };
    assert_eq!((film.scenes.count(), film.size, film.fps), (24, (320, 180), 12.0));
    assert!(session.exports().work().is_some_and(|work| work.progress() == (0, 24)) && session.busy().working);
    assert!(wanted(&mut session, ExportAction::Export("walk.png".into())).is_empty(), "one film at a time");
    assert_eq!(session.export_subject().command(Path::new("walk.gif")), None);
    // It shows what was seen when it was begun, whatever is done meanwhile.
    let seen_at = |session: &Session, secs: f32| {
        let mut shown = Shown::default();
        session.scene().fill(&mut shown, secs);
        shown
    };
    let expected: Vec<Shown> = (0..24).map(|picture| seen_at(&session, picture as f32 / 12.0)).collect();
    session.apply(TakeAction::Select(0));
    session.apply(ViewAction::Show(Figure::Skeleton));
    assert!((0..24).all(|picture| film.scenes.at(picture) == expected[picture]));
    assert_ne!(seen_at(&session, 0.5), expected[6]);
}

#[test]
fn a_gif_is_written_while_its_pictures_come_and_one_that_ends_early_leaves_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("noise.gif");
    let in_progress = || {
        let entries = std::fs::read_dir(folder.path()).expect("the folder").flatten();
        entries.filter(|entry| entry.file_name() != "noise.gif").map(|entry| entry.metadata().expect("a file").len()).sum::<u64>()
    };
    let picture = |number: usize| {
        let pixel = |x: u32, y: u32| Rgba([(x * 7 + y * 13) as u8 ^ (number * 31) as u8, (x ^ y) as u8, (x * y) as u8, 255]);
        Picture { pixels: RgbaImage::from_fn(96, 96, pixel) }
    };
    let mut grew = Vec::new();
    let pictures = (0..24).map(|number| {
        grew.push(in_progress());
        Ok(picture(number))
    });
    Picture::save_gif(pictures, 30.0, &path).expect("a GIF");
    assert!(grew[23] > grew[6] && grew[6] > 0, "what is made is on the disk, not in memory: {grew:?}");
    let whole = std::fs::metadata(&path).expect("the GIF").len();
    assert_eq!(in_progress(), 0);
    let cut = (0..24).map(|number| if number < 12 { Ok(picture(number)) } else { Err(StageError::Cancelled) });
    assert!(matches!(Picture::save_gif(cut, 30.0, &path), Err(StageError::Cancelled)));
    assert_eq!((in_progress(), std::fs::metadata(&path).expect("the old one").len()), (0, whole));
}

#[test]
fn films_are_written_as_a_gif_or_as_numbered_pictures_and_can_be_cancelled() {
    if !super::window::can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let shown = |frame: usize| {
        let mut pose = Pose::REST;
        pose.local[16] = glam::Quat::from_rotation_z(0.2 * frame as f32);
        Shown::alone(pose, Figure::Mannequin)
    };
    let film = |name: &str| Film { scenes: Scenes::new(12, shown), size: (160, 120), fps: 30.0, path: folder.path().join(name) };
    let watch = Watch::default();
    let outcome = write(film("walk.gif"), CameraRig::new(ViewAngle::Front), &watch);
    assert!(outcome.failures.is_empty() && watch.done() == 12, "{outcome:?}");
    let gif = std::io::BufReader::new(std::fs::File::open(folder.path().join("walk.gif")).expect("a file"));
    let frames = GifDecoder::new(gif).expect("a GIF").into_frames().collect_frames().expect("frames");
    let millis: u32 = frames.iter().map(|frame| frame.delay().numer_denom_ms().0 / frame.delay().numer_denom_ms().1).sum();
    assert_eq!((frames.len(), millis), (12, 400), "what is rounded off one picture is made up by the next");
    assert!(write(film("walk.png"), CameraRig::new(ViewAngle::Front), &Watch::default()).failures.is_empty());
    assert!(folder.path().join("walk-0012.png").exists() && !folder.path().join("walk-0013.png").exists());
    let [first, last] =
        ["walk-0001.png", "walk-0012.png"].map(|name| image::open(folder.path().join(name)).expect("a picture").into_rgb8());
    assert!(first.dimensions() == (160, 120) && first != last);
    let watch = Watch::default();
    watch.cancel();
    let outcome = write(film("other.gif"), CameraRig::new(ViewAngle::Front), &watch);
    assert!(outcome.failures.is_empty() && !folder.path().join("other.gif").exists(), "{outcome:?}");
    let left: Vec<String> = files_in(folder.path()).into_iter().filter(|name| name.ends_with(".part")).collect();
    assert!(left.is_empty(), "{left:?}");
    // A folder that is not there is told before anything is drawn.
    for name in ["nowhere/walk.gif", "nowhere/walk.png"] {
        let (watch, scenes) = (Watch::default(), Scenes::new(12, |_| panic!("nothing is to be drawn")));
        let film = Film { scenes, size: (160, 120), fps: 30.0, path: folder.path().join(name) };
        let outcome = write(film, CameraRig::new(ViewAngle::Front), &watch);
        assert!(outcome.failures.len() == 1 && outcome.failures[0].contains("nowhere"), "{outcome:?}");
    }
}

#[test]
fn what_is_exported_is_the_timeline_or_its_range() {
    let mut desk = Desk::new();
    desk.prompt("a person walks");
    desk.until_idle();
    desk.act(ClipAction::Trim { clip: 0, from: 0.2, to: 1.8 });
    desk.act(DraftAction::Prompt("then sits down".to_owned()));
    desk.act(GenerationAction::Continue);
    desk.until_idle();
    desk.act(ClipAction::FindLoop(0));
    let exported = |desk: &mut Desk| desk.session.export_subject().take().expect("something to export");
    let chain = desk.session.timeline().chain().motion().clone();
    assert!(desk.session.timeline().clips()[0].settings.loops > 1);
    assert_eq!(*exported(&mut desk).motion, chain);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("out.npz");
    formats::write(&path, &chain, &WriteOptions::default()).expect("a file");
    let read = formats::read(&path).expect("the file");
    assert_eq!(read.len(), chain.len());
    for (written, read) in chain.frames.iter().zip(&read.frames) {
        let [written, read] = [written, read].map(|pose| pose.world().positions_m);
        assert!(written.iter().zip(read).all(|(written, read)| written.distance(read) < 1e-3));
    }
    desk.act(PlayerAction::Seek(1.0));
    desk.act(TimelineAction::InPoint);
    desk.act(PlayerAction::Seek(2.0));
    desk.act(TimelineAction::OutPoint);
    assert_eq!(exported(&mut desk).motion.frames[..], chain.frames[30..61]);
    desk.act(TakeAction::Select(0));
    assert_eq!(exported(&mut desk).motion.len(), 60, "a take that is shown alone is exported alone");
}
