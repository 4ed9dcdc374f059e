//! The stage's pictures, and the program itself on a screen.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use zoetrope::author::script::Script;
use zoetrope::motion::{Joint, Motion, Pose};
use zoetrope::stage::{Graphics, PictureOptions, StageError, render_pictures};
use zoetrope::timeline::Chain;
use zoetrope::view::{Figure, ViewAngle};

#[test]
fn the_demo_scripts_are_scripts() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/demos");
    let scripts: Vec<PathBuf> = std::fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()).collect();
    assert!(!scripts.is_empty());
    for path in scripts {
        Script::read(&path).expect("a script");
    }
}

/// Whether tests that draw can run; says so where they cannot, and fails where they must.
pub(super) fn can_draw() -> bool {
    match Graphics::open() {
        Ok(_) => true,
        Err(error @ StageError::NoAdapter) => {
            crate::graphics::skip(&error.to_string());
            false
        }
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn pictures_show_the_character_on_its_floor_and_move_with_it() {
    if !can_draw() {
        return;
    }
    let mut frames = vec![Pose::REST; 31];
    for (frame, pose) in frames.iter_mut().enumerate() {
        pose.local[Joint::LShoulder as usize] = glam::Quat::from_rotation_z(0.04 * frame as f32);
    }
    let options = PictureOptions { times_secs: vec![0.0, 1.0, 0.0], size: (320, 240), angle: ViewAngle::Front, figure: Figure::Mannequin };
    let pictures = render_pictures(&Motion { frames }, &options).expect("pictures");
    assert_eq!(pictures.len(), 3);
    let [first, raised, again] = [&pictures[0].pixels, &pictures[1].pixels, &pictures[2].pixels];
    assert_eq!((first.width(), first.height()), (320, 240));
    let differing = |a: &image::RgbaImage, b: &image::RgbaImage| {
        a.pixels().zip(b.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > 24)).count()
    };
    assert!(differing(first, raised) > 100, "a raised arm is seen");
    assert!(differing(first, again) < 20, "the same time gives the same picture");
    let brightest = first.pixels().map(|pixel| pixel.0[1]).max();
    let corner = first.get_pixel(2, 2).0[1];
    assert!(brightest > Some(120) && corner < 60, "a lit figure before a dark backdrop: {brightest:?}, {corner}");
}

#[test]
fn the_light_studio_is_bright_and_the_character_and_its_ghosts_stand_out_from_it() {
    use zoetrope::stage::{CameraRig, Pictures};
    use zoetrope::view::{Actor, CharacterHandle, Look, Shown, Studio};
    if !can_draw() {
        return;
    }
    let alone = Shown { studio: Studio::Light, ..Shown::alone(Pose::REST, Figure::Mannequin) };
    let beside = Pose { root_m: Pose::REST.root_m + glam::Vec3::Z * 0.4, ..Pose::REST };
    let mut haunted = alone.clone();
    haunted.actors.push(Actor { pose: beside, look: Look::Before(1), character: CharacterHandle::default() });
    let dark = Shown { studio: Studio::Dark, ..alone.clone() };
    let pictures = Pictures::of(vec![alone, haunted, dark].into_iter(), CameraRig::new(ViewAngle::Side), (320, 240)).expect("a stage");
    let pictures: Vec<_> = pictures.map(|picture| picture.expect("a picture").pixels).collect();
    let corner = |picture: usize| pictures[picture].get_pixel(2, 2).0[1];
    assert!(corner(0) > 190 && corner(2) < 60, "{} {}", corner(0), corner(2));
    let darker = |picture: usize| pictures[picture].pixels().filter(|pixel| pixel.0[1] < 150).count();
    assert!(darker(0) > 300, "a figure before a bright backdrop: {}", darker(0));
    let changed = pictures[0].pixels().zip(pictures[1].pixels()).filter(|(a, b)| a.0[0].abs_diff(b.0[0]) > 16).count();
    assert!(changed > 300, "a ghost before a bright backdrop: {changed}");
}

/// One window at a time: they are slow enough on a software adapter.
static SCREEN: Mutex<()> = Mutex::new(());

/// The program itself, where there is a screen; says so where there is none, and fails where there must be one.
fn program(arguments: &[&str]) -> Option<std::process::Command> {
    if std::env::var_os("DISPLAY").is_none() && std::env::var_os("WAYLAND_DISPLAY").is_none() {
        crate::graphics::skip("no display");
        return None;
    }
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope"));
    command.args(arguments);
    Some(command)
}

#[test]
fn a_script_drives_the_real_window_from_prompt_to_file() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [script, glb, pictures] = ["script.ron", "walk.glb", "pictures"].map(|name| folder.path().join(name));
    let text = format!(
        r#"[WaitIdle, Prompt("a person walks forward"), Seconds(2.0), Generate, WaitPreview, Screenshot("making.png"),
            WaitIdle, Seek(1.0), Screenshot("walk.png"), Export({:?}), WaitIdle, Quit]"#,
        glb.display().to_string()
    );
    std::fs::write(&script, text).expect("the script");
    let arguments = ["--script", &script.to_string_lossy(), "--screenshots", &pictures.to_string_lossy()];
    let Some(mut command) = program(&arguments) else { return };
    let _screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let picture = image::open(pictures.join("walk.png")).expect("a picture").into_rgb8();
    assert_eq!((picture.width(), picture.height()), (1280, 720));
    let amber = picture.pixels().filter(|pixel| pixel.0[0] > 220 && pixel.0[2] < 110).count();
    let clay = picture.pixels().filter(|pixel| pixel.0.iter().all(|channel| *channel > 150)).count();
    assert!(amber > 1000 && clay > 2000, "the window and the character are in the picture: {amber}, {clay}");
    assert!(pictures.join("making.png").exists());
    assert_eq!(zoetrope::formats::read(&glb).expect("the exported file").len(), 60);
}

#[test]
fn a_scene_of_two_prompts_is_edited_saved_opened_and_exported_as_it_was() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let [make, export, project, glb, bvh] =
        ["make.ron", "export.ron", "scene.zoetrope", "scene.glb", "scene.bvh"].map(|name| folder.path().join(name));
    let quoted = |path: &Path| format!("{:?}", path.display().to_string());
    let text = format!(
        r#"[WaitIdle, Prompt("a person walks forward"), Seconds(3.0), Seed(4), Generate, WaitIdle, Trim(clip: 0, from: 0.3, to: 2.6),
            Prompt("a person runs forward"), Continue, WaitIdle, FindLoop(1),
            SetClip(clip: 0, settings: (foot_lock: 1.0, smoothing: 0.3, blend_frames: 15)), Save({}), WaitIdle, Quit]"#,
        quoted(&project)
    );
    std::fs::write(&make, text).expect("the script");
    let text = format!("[Open({}), WaitIdle, Export({}), WaitIdle, Export({}), WaitIdle]", quoted(&project), quoted(&glb), quoted(&bvh));
    std::fs::write(&export, text).expect("the script");
    let _screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    for script in [make, export] {
        let Some(mut command) = program(&["--script", &script.to_string_lossy()]) else { return };
        let output = command.output().expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    let document = zoetrope::formats::open_project(&project).expect("the project").document;
    let arrangement = document.arrangement();
    assert_eq!((arrangement.clips.len(), arrangement.clips[0].from, arrangement.clips[0].to), (2, 9, 78));
    assert!(arrangement.clips[1].settings.loops > 1 && arrangement.clips[0].settings.foot_lock == 1.0, "{:?}", arrangement.clips);
    let timeline = Chain::of(arrangement, document.takes());
    for path in [glb, bvh] {
        let exported = zoetrope::formats::read(&path).expect("the exported file");
        assert_eq!(exported.len(), timeline.motion().len(), "{}", path.display());
        let positions = |motion: &Motion| motion.frames.iter().flat_map(|pose| pose.world().positions_m).collect::<Vec<_>>();
        let apart = positions(&exported).iter().zip(positions(timeline.motion())).map(|(a, b)| a.distance(b)).fold(0.0, f32::max);
        assert!(apart < 1e-3, "{} is {apart} m apart from the timeline", path.display());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_window_that_is_killed_leaves_a_copy_of_what_was_not_saved() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.ron");
    let text = r#"[WaitIdle, Prompt("a person walks"), Seconds(1.0), Generate, WaitIdle, Trim(clip: 0, from: 0.2, to: 0.8), Wait(99.0)]"#;
    std::fs::write(&script, text).expect("the script");
    let Some(mut command) = program(&["--script", &script.to_string_lossy()]) else { return };
    let _screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut window = command.env("XDG_DATA_HOME", folder.path()).spawn().expect("the program runs");
    let copy = folder.path().join("zoetrope/recovery/1.zoetrope");
    let mut patience = 1800;
    while !copy.exists() && patience > 0 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        patience -= 1;
    }
    window.kill().expect("it runs");
    window.wait().expect("it is over");
    let document = zoetrope::formats::open_project(&copy).expect("a whole copy").document;
    let [clip] = &document.arrangement().clips[..] else { panic!("{:?}", document.arrangement()) };
    assert!(clip.to <= 30);
    let orphan = zoetrope::author::recovery::Orphan::newest(&folder.path().join("zoetrope/recovery")).expect("it is offered");
    assert_eq!(orphan.project, None);
}

#[test]
fn a_script_that_runs_into_an_error_ends_with_exit_code_1() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.ron");
    std::fs::write(
        &script,
        r#"[Prompt("a person walks"), WaitIdle, Seconds(1.0), Generate, WaitIdle, Export("/nowhere/at/all.glb"), WaitIdle]"#,
    )
    .expect("the script");
    let Some(mut command) = program(&["--script", &script.to_string_lossy()]) else { return };
    let _screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("/nowhere/at"), "{text}");
}

#[test]
#[cfg(target_os = "linux")]
fn without_a_display_there_is_one_sentence_and_exit_code_1() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("WAYLAND_SOCKET")
        .output()
        .expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("no display") && text.trim().lines().count() == 1, "{text}");
}

#[test]
fn fewer_pixels_make_the_stage_softer_and_nothing_else() {
    if !can_draw() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.ron");
    let quality = |resolution: &str| format!("Quality(Some((resolution: {resolution}, shadows: Small, smooth_edges: false)))");
    let text = format!(
        r#"[WaitIdle, {}, Wait(0.5), Screenshot("full.png"), {}, Wait(0.5), Screenshot("half.png"), {}, Wait(0.5), Screenshot("again.png"), Quit]"#,
        quality("Full"),
        quality("Half"),
        quality("Full")
    );
    std::fs::write(&script, text).expect("the script");
    let Some(mut command) = program(&["--script", &script.to_string_lossy(), "--screenshots", &folder.path().to_string_lossy()]) else {
        return;
    };
    let _screen = SCREEN.lock().unwrap_or_else(PoisonError::into_inner);
    let output = command.output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let [full, half, again] =
        ["full.png", "half.png", "again.png"].map(|name| image::open(folder.path().join(name)).expect("a picture").into_rgb8());
    let apart = |a: &image::RgbImage, b: &image::RgbImage, x: u32, y: u32| a.get_pixel(x, y).0[1].abs_diff(b.get_pixel(x, y).0[1]);
    let places = |top: u32, bottom: u32| (top..bottom).flat_map(|y| (300..1000).map(move |x| (x, y)));
    let softer = places(60, 460).filter(|(x, y)| apart(&full, &half, *x, *y) > 12).count();
    let mean: f32 = places(60, 460).map(|(x, y)| f32::from(apart(&full, &half, x, y))).sum::<f32>() / (700.0 * 400.0);
    assert!(softer > 300 && mean < 3.0, "the same picture, softer: {softer} pixels, {mean} on average");
    assert!(places(60, 460).all(|(x, y)| apart(&full, &again, x, y) < 30), "and sharp again");
    let panel = places(664, 700).filter(|(x, y)| apart(&full, &half, *x, *y) > 12).count();
    assert!(panel < 20, "panels stay as sharp as they were: {panel}");
}
