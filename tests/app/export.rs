//! Exports from the window: what is chosen is what is written, one file or many, and the same without the window.

use super::desk::{Desk, session_with};
use super::panels::{harness, two_clips};
use clap::Parser;
use egui_kittest::kittest::Queryable;
use image::AnimationDecoder;
use image::codecs::gif::GifDecoder;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zoetrope::app::film::write;
use zoetrope::author::Action;
use zoetrope::author::export::film::{Film, Scenes};
use zoetrope::author::export::work::{Batch, Watch, WorkOutcome};
use zoetrope::author::export::{ExportChoices, ExportOf, FileKind};
use zoetrope::author::session::{Dialog, Effect, Saved, Session};
use zoetrope::cli::{Args, Command};
use zoetrope::formats::{self, Contents, Units, WriteOptions};
use zoetrope::motion::{Motion, NameStyle, Pose};
use zoetrope::stage::CameraRig;
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

/// What a session wants to have written where.
fn exported_by(session: &mut Session, path: &Path) -> (Take, WriteOptions) {
    let effects = session.apply(Action::Export(path.to_owned()));
    let [Effect::Export { take, options, path: to }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(to, path);
    (take.clone(), (**options).clone())
}

#[test]
fn the_choices_of_the_last_export_are_those_of_the_next() {
    let mut session = session_with(&["a walk"]);
    session.apply(Action::Select(0));
    session.apply(Action::ExportSettings(choices()));
    let (_, options) = exported_by(&mut session, Path::new("out/walk.bvh"));
    assert_eq!((options.fps, options.names, options.root_bone), (60.0, NameStyle::Unreal, Some(false)));
    assert!(options.in_place && options.units == Units::M && options.contents == Contents::Animation);
    session.apply(Action::OpenExport);
    let Dialog::Export { path, .. } = &session.dialog else { panic!("{:?}", session.dialog) };
    assert_eq!(*path, PathBuf::from("out/a-walk.bvh"));
    let stored = ron::to_string(session.export_choices()).expect("text");
    assert_eq!(ron::from_str::<ExportChoices>(&stored).expect("choices"), *session.export_choices());
    assert_eq!(ron::from_str::<ExportChoices>("(fps: 7)").expect("choices").within_bounds().fps, 30);
    let (_, features) = exported_by(&mut session, Path::new("walk.npy"));
    assert_eq!(features.fps, 30.0, "features have one rate");
}

#[test]
fn a_range_goes_out_alone_unless_all_is_wanted() {
    let mut session = two_clips();
    session.apply(Action::Seek(0.5));
    session.apply(Action::InPoint);
    assert_eq!(exported_by(&mut session, Path::new("a.glb")).0.motion.len(), 45);
    session.apply(Action::ExportSettings(ExportChoices { whole: true, ..ExportChoices::default() }));
    assert_eq!(session.export_subject().map(|(_, frames)| frames), Some(60));
    assert_eq!(exported_by(&mut session, Path::new("a.glb")).0.motion.len(), 60);
}

#[test]
fn the_copied_command_writes_the_same_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let [project, ours, theirs] = ["it's a scene.zoetrope", "ours.glb", "theirs.glb"].map(|name| folder.path().join(name));
    let mut session = two_clips();
    session.apply(Action::MannequinColor([200, 10, 30]));
    session.apply(Action::MannequinBuild(-0.25));
    session.apply(Action::Seek(0.5));
    session.apply(Action::InPoint);
    session.apply(Action::ExportSettings(choices()));
    assert_eq!(session.export_command(&theirs), None, "there is no project to read");
    formats::save_project(&project, session.document(), None).expect("saved");
    session.apply(Action::Save(project.clone()));
    session.saved(Saved::Done(project, None));
    session.apply(Action::ExportPath(theirs.clone()));
    let effects = session.apply(Action::CopyCommand);
    let [Effect::Copy(command)] = &effects[..] else { panic!("{effects:?}") };
    let words = shlex::split(command).expect("words of a shell");
    let (take, options) = exported_by(&mut session, &ours);
    formats::write(&ours, &take.motion, &options).expect("written");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(&words[1..]).output().expect("the program runs");
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(std::fs::read(ours).expect("ours"), std::fs::read(theirs).expect("theirs"), "{command}");
    session.apply(Action::Duplicate);
    assert_eq!(session.export_command(Path::new("a.glb")), None, "the project's file is older than what is shown");
}

#[test]
fn a_take_is_made_again_by_the_copied_command_with_its_own_words() {
    let sampling = Sampling { temperature: Some(0.7), top_k: Some(40), guidance: Some(2.5), ..Sampling::default() };
    let request = Request { seed: 7, literal: true, sampling, ..Request::new("-- a person's \"walk\" $HOME\nends") };
    let provenance = Provenance { origin: request.clone().into(), model: "starter".to_owned(), ..Provenance::default() };
    let mut session = session_with(&[]);
    session.add_take(Take { motion: Arc::new(Motion { frames: vec![Pose::REST; 30] }), raw: None, provenance });
    session.apply(Action::Select(0));
    session.apply(Action::ExportSettings(choices()));
    let command = session.export_command(Path::new("a b.bvh")).expect("a command");
    let args = Args::try_parse_from(shlex::split(&command).expect("words")).expect("a command line of ours");
    let Some(Command::Generate(args)) = args.command else { panic!("{command}") };
    assert_eq!((args.prompt, args.seed, args.output), (vec![request.prompt], 7, PathBuf::from("a b.bvh")), "{command}");
    assert_eq!((args.export.fps.as_str(), args.export.root_bone, args.export.in_place), ("60", Some(false), true), "{command}");
    assert_eq!((args.literal, args.temperature, args.top_k, args.guidance), (true, Some(0.7), Some(40), Some(2.5)), "{command}");
}

fn outcome_of(session: &mut Session, of: ExportOf, folder: &Path) -> WorkOutcome {
    let effects = session.apply(Action::ExportAll(of, folder.to_owned()));
    let [Effect::ExportAll(batch)] = &effects[..] else { panic!("{effects:?}") };
    Batch::clone(batch).write(&Watch::default())
}

fn files_in(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn all_takes_favourites_or_clips_become_a_file_each() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = two_clips();
    session.apply(Action::Favourite(1, true));
    session.apply(Action::ExportSettings(ExportChoices { kind: FileKind::Bvh, pattern: "{prompt}".to_owned(), ..choices() }));
    for (of, expected) in [
        (ExportOf::Takes, vec!["a-run.bvh", "a-walk.bvh"]),
        // What is there stays.
        (ExportOf::Favourites, vec!["a-run-2.bvh", "a-run.bvh", "a-walk.bvh"]),
        (ExportOf::Clips, vec!["a-run-2.bvh", "a-run-3.bvh", "a-run.bvh", "a-walk-2.bvh", "a-walk.bvh"]),
    ] {
        let outcome = outcome_of(&mut session, of, &folder.path().join("new"));
        assert_eq!(
            (outcome.failures.len(), files_in(&folder.path().join("new"))),
            (0, expected.iter().map(|name| (*name).to_owned()).collect())
        );
        assert!(session.busy().working && session.work().is_some());
        assert!(session.apply(Action::ExportAll(of, "elsewhere".into())).is_empty(), "one at a time");
        session.work_over(outcome);
        assert!(!session.busy().working && session.work().is_none());
    }
    assert_eq!(formats::read(&folder.path().join("new/a-walk.bvh")).expect("a motion").len(), 30);
}

#[test]
fn a_file_that_fails_is_named_and_the_others_go_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session_with(&["a walk", "a run"]);
    let broken = Motion { frames: vec![Pose { root_m: glam::Vec3::NAN, ..Pose::REST }; 3] };
    session.add_take(Take { motion: Arc::new(broken), raw: None, provenance: Provenance::default() });
    session.add_take(Take { motion: Arc::new(Motion { frames: vec![Pose::REST; 3] }), raw: None, provenance: Provenance::default() });
    let outcome = outcome_of(&mut session, ExportOf::Takes, folder.path());
    assert_eq!(files_in(folder.path()), ["1-a-walk-0.glb", "2-a-run-0.glb", "4-motion-0.glb"]);
    session.work_over(outcome);
    let error = session.toasts.last_error().expect("an error");
    assert!(error.contains("3-motion-0.glb") && error.contains("not finite"), "{error}");
    assert!(session.toasts.list().iter().any(|toast| toast.text.contains("saved 3 of 4 files")));
}

#[test]
fn a_cancelled_batch_ends_and_says_how_far_it_came() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut session = session_with(&["a walk", "a run"]);
    let effects = session.apply(Action::ExportAll(ExportOf::Takes, folder.path().to_owned()));
    let [Effect::ExportAll(batch)] = &effects[..] else { panic!("{effects:?}") };
    assert!(matches!(session.apply(Action::CancelExport)[..], [Effect::CancelWork]));
    let watch = Watch::default();
    watch.cancel();
    session.work_over(Batch::clone(batch).write(&watch));
    assert!(session.toasts.list().iter().any(|toast| toast.text.contains("saved 0 of 2 files")));
    assert!(files_in(folder.path()).is_empty());
}

#[test]
fn the_dialog_offers_what_the_kind_of_file_has() {
    let mut harness = harness(two_clips());
    harness.state_mut().session.apply(Action::OpenExport);
    harness.run_steps(4);
    harness.get_by_label("Animation only").click();
    harness.run_steps(3);
    harness.get_by_label("Unreal").click();
    harness.run_steps(3);
    harness.get_by_label("60").click();
    harness.run_steps(3);
    let chosen = harness.state().session.export_choices().clone();
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
    assert!(harness.state().session.work().is_some());
    harness.get_by_label("Exporting files: 0 of 2");
    harness.get_by_label("Cancel the export").click();
    harness.run_steps(3);
    assert!(harness.state().done.contains(&Action::CancelExport));
}

#[test]
fn pictures_of_the_stage_follow_the_motion_at_their_own_pace() {
    let mut session = two_clips();
    session.apply(Action::ExportSettings(ExportChoices { film_size: (320, 180), film_fps: 12, ..ExportChoices::default() }));
    session.apply(Action::ExportPath("walk.gif".into()));
    assert!(matches!(&session.dialog, Dialog::Export { path, .. } if session.export_choices().summary(path, 60).contains("24 pictures")));
    let effects = session.apply(Action::Export("walk.gif".into()));
    let [Effect::Film(film)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((film.scenes.count(), film.size, film.fps), (24, (320, 180), 12.0));
    assert!(session.work().is_some_and(|work| work.of == 24) && session.busy().working);
    assert!(session.apply(Action::Export("walk.png".into())).is_empty(), "one film at a time");
    assert_eq!(session.export_command(Path::new("walk.gif")), None);
    // It shows what was seen when it was begun, whatever is done meanwhile.
    let seen_at = |session: &Session, secs: f32| {
        let mut shown = Shown::default();
        zoetrope::author::scene::fill(&mut shown, session, secs);
        shown
    };
    let expected: Vec<Shown> = (0..24).map(|picture| seen_at(&session, picture as f32 / 12.0)).collect();
    session.apply(Action::Select(0));
    session.apply(Action::Show(Figure::Skeleton));
    assert!((0..24).all(|picture| film.scenes.at(picture) == expected[picture]));
    assert_ne!(seen_at(&session, 0.5), expected[6]);
}

#[test]
fn a_gif_is_written_while_its_pictures_come_and_one_that_ends_early_leaves_nothing() {
    use zoetrope::stage::{Picture, StageError};
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("noise.gif");
    let in_progress = || {
        let entries = std::fs::read_dir(folder.path()).expect("the folder").flatten();
        entries.filter(|entry| entry.file_name() != "noise.gif").map(|entry| entry.metadata().expect("a file").len()).sum::<u64>()
    };
    let picture = |number: usize| {
        let pixel = |x: u32, y: u32| image::Rgba([(x * 7 + y * 13) as u8 ^ (number * 31) as u8, (x ^ y) as u8, (x * y) as u8, 255]);
        Picture { pixels: image::RgbaImage::from_fn(96, 96, pixel) }
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
    formats::write(&path, &chain, &WriteOptions::default()).expect("a file");
    let read = formats::read(&path).expect("the file");
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
