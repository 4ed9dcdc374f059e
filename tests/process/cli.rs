//! The program from outside: what it writes, what it says, and how it exits.

use glam::Vec3;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use tempfile::TempDir;
use zoetrope::formats::{self, ReadOptions, WriteOptions};
use zoetrope::timeline::{Document, Edit, Provenance, Request, Take};

use crate::program::{apart_m, fails, folder_with_walk, generates, read, succeeds, text, walk, zoetrope};
use crate::shared::kit;

#[test]
fn convert_carries_a_motion_through_every_format_that_keeps_its_place() {
    let (folder, first) = folder_with_walk("walk.bvh");
    let mut before = first;
    for name in ["a.npz", "c.bvh"] {
        let next = folder.path().join(name);
        succeeds(&["convert", text(&before), text(&next)]);
        let motion = formats::read(&next).expect("readable");
        let apart = apart_m(&motion, &walk());
        assert!(apart < 0.001, "{name} is {apart} m away");
        before = next;
    }
}

#[test]
fn convert_resamples_and_keeps_the_duration() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    for fps in ["24", "60"] {
        let out = folder.path().join(format!("walk{fps}.bvh"));
        succeeds(&["convert", text(&walk_file), text(&out), "--fps", fps, "--names", "mixamo", "--units", "m"]);
        let written = std::fs::read_to_string(&out).expect("text");
        assert!(written.contains("Hips"), "mixamo names");
        let frames: f32 = written.lines().find_map(|line| line.strip_prefix("Frames:")).expect("Frames").trim().parse().expect("a number");
        let expected = 59.0 / 30.0 * fps.parse::<f32>().expect("a number") + 1.0;
        assert!((frames - expected).abs() <= 1.0, "{frames} frames at {fps}, expected {expected}");
    }
}

#[test]
fn a_program_is_given_what_it_opens_and_knows() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let out = |name: &str| folder.path().join(name);
    let holds = |file: &Path, word: &str| std::fs::read(file).expect("a file").windows(word.len()).any(|bytes| bytes == word.as_bytes());
    for (program, file, name) in [
        ("blender", "blender.glb", "L_Hip"),
        ("unreal", "unreal.fbx", "thigh_l"),
        ("unity", "unity.fbx", "mixamorig:LeftUpLeg"),
        ("maya", "maya.usda", "mixamorig:LeftUpLeg"),
        ("vrm", "avatar.vrma", "leftUpperLeg"),
    ] {
        succeeds(&["convert", text(&walk_file), text(&out(file)), "--for", program]);
        assert!(holds(&out(file), name), "{program} has no {name}");
    }
    // What is said otherwise is done.
    succeeds(&["convert", text(&walk_file), text(&out("own.fbx")), "--for", "unity", "--names", "unreal"]);
    assert!(holds(&out("own.fbx"), "thigh_l"));
    succeeds(&["convert", text(&walk_file), text(&out("robot.npz")), "--for", "robot"]);
    let (before, after) = (formats::read(&walk_file).expect("read"), formats::read(&out("robot.npz")).expect("read"));
    assert_eq!(after.len(), before.len() + 15, "half a second from standing, in front");
    let refused = fails(&["convert", text(&walk_file), text(&out("walk.bvh")), "--for", "unity"]);
    assert!(refused.contains("Unity does not open") && refused.contains("write .fbx"), "{refused}");
}

#[test]
fn convert_in_place_keeps_the_root_where_it_is() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let out = folder.path().join("in-place.bvh");
    succeeds(&["convert", text(&walk_file), text(&out), "--in-place"]);
    let motion = formats::read(&out).expect("readable");
    let roots: Vec<Vec3> = motion.frames.iter().map(|pose| pose.root_m).collect();
    assert!(roots.iter().all(|root| (root.x - roots[0].x).abs() < 1e-3 && (root.z - roots[0].z).abs() < 1e-3));
}

#[test]
fn what_goes_wrong_is_one_line_that_names_the_file() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let missing = folder.path().join("missing.bvh");
    assert!(fails(&["convert", text(&missing), "out.glb"]).contains("missing.bvh"));
    let unknown = folder.path().join("walk.usd");
    assert!(fails(&["convert", text(&walk_file), text(&unknown)]).contains("walk.usd"));
    let damaged = folder.path().join("damaged.bvh");
    std::fs::write(&damaged, "HIERARCHY\nROOT Hips\n{\n").expect("written");
    assert!(fails(&["convert", text(&damaged), "out.glb"]).contains("damaged.bvh"));
    assert!(fails(&["eval", "starter", text(folder.path())]).contains("motion_data"));
    let nowhere = folder.path().join("no such folder").join("walk.glb");
    assert!(fails(&["convert", text(&walk_file), text(&nowhere)]).contains("no such folder"));
}

#[test]
fn a_failed_conversion_leaves_the_old_file_alone() {
    let (folder, _) = folder_with_walk("walk.bvh");
    let damaged = folder.path().join("damaged.bvh");
    std::fs::write(&damaged, "HIERARCHY").expect("written");
    let out = folder.path().join("out.glb");
    std::fs::write(&out, "precious").expect("written");
    fails(&["convert", text(&damaged), text(&out)]);
    assert_eq!(std::fs::read_to_string(&out).expect("still there"), "precious");
}

#[test]
fn convert_names_joints_and_leaves_the_character_out_when_asked() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let text_of = |file: &Path| String::from_utf8_lossy(&std::fs::read(file).expect("a file")).into_owned();
    for (names, thigh) in [("smpl", "L_Hip"), ("mixamo", "mixamorig:LeftUpLeg"), ("unreal", "thigh_l")] {
        for ending in ["bvh", "glb"] {
            let out = folder.path().join(format!("{names}.{ending}"));
            succeeds(&["convert", text(&walk_file), text(&out), "--names", names]);
            assert!(text_of(&out).contains(thigh), "{names}.{ending}");
        }
    }
    let bones = folder.path().join("bones.glb");
    succeeds(&["convert", text(&walk_file), text(&bones), "--skeleton-only"]);
    assert!(text_of(&folder.path().join("smpl.glb")).contains("\"meshes\"") && !text_of(&bones).contains("\"meshes\""));
    assert!(apart_m(&formats::read(&bones).expect("readable"), &walk()) < 0.001);
}

#[test]
fn convert_cleans_up_the_feet_when_asked() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let mut floating = walk();
    floating.frames.iter_mut().for_each(|pose| pose.root_m.y += 0.1);
    formats::write(&walk_file, &floating, &WriteOptions::default()).expect("a file");
    let [plain, clean] = ["plain.bvh", "clean.bvh"].map(|name| folder.path().join(name));
    succeeds(&["convert", text(&walk_file), text(&plain)]);
    succeeds(&["convert", text(&walk_file), text(&clean), "--cleanup"]);
    assert!(apart_m(&formats::read(&plain).expect("readable"), &floating) < 0.001);
    let [plain, clean] = [&plain, &clean].map(|file| inspected(file)["float_pct"].as_f64().expect("a number"));
    assert!(plain > 50.0 && clean < 5.0, "floating {plain} % became {clean} %");
}

/// What `inspect --json` says of a file.
fn inspected(file: &Path) -> serde_json::Value {
    serde_json::from_str(&succeeds(&["inspect", text(file), "--json"])).expect("JSON")
}

#[test]
fn inspect_tells_what_the_file_itself_holds() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    for (name, options, frames, fps, joints) in [
        ("a.bvh", &["--fps", "60"][..], 119, 60.0, 22),
        ("b.bvh", &["--fps", "24", "--names", "unreal"], 48, 24.0, 23),
        ("c.glb", &["--fps", "60"], 119, 60.0, 22),
        ("d.glb", &["--fps", "24", "--names", "unreal", "--skeleton-only"], 48, 24.0, 23),
        ("e.npz", &["--fps", "60"], 119, 60.0, 22),
        ("f.npy", &[], 60, 30.0, 22),
    ] {
        let out = folder.path().join(name);
        succeeds(&[&["convert", text(&walk_file), text(&out)], options].concat());
        let report = inspected(&out);
        assert_eq!(report["frames"], frames, "{name}: {report}");
        assert!((report["fps"].as_f64().expect("a number") - fps).abs() < 1e-3, "{name}: {report}");
        assert_eq!(report["joints"], joints, "{name}: {report}");
        assert!((report["seconds"].as_f64().expect("a number") - f64::from(frames) / fps).abs() < 1e-3, "{name}: {report}");
        for measure in ["path_m", "slide_mm", "contact_slide_mm", "contact_pct", "float_pct", "penetration_mm", "jitter"] {
            assert!(report[measure].as_f64().is_some_and(|value| value >= 0.0), "{name}: {measure} in {report}");
        }
        assert!(succeeds(&["inspect", text(&out)]).contains(&format!("{frames} at {fps} a second, {joints} joints")), "{name}");
    }
}

/// A small file that unfolds into as much as the reader lets it must be refused before it takes much memory.
#[cfg(target_os = "linux")]
#[test]
fn hostile_files_are_refused_within_300_mb() {
    use std::io::Write;
    let folder = TempDir::new().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        path
    };
    let joints = "JOINT b\n{\nOFFSET 0 0 0\nCHANNELS 0\n".repeat(1999);
    let hierarchy = format!(
        "HIERARCHY\nROOT a\n{{\nOFFSET 0 0 0\nCHANNELS 1 Xrotation\n{joints}{}MOTION\nFrames: 3000\nFrame Time: 0.01\n",
        "}\n".repeat(2000)
    );
    let unfolding = file("unfolding.bvh", format!("{hierarchy}{}", "0\n".repeat(3000)).as_bytes());
    let mut bomb = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    bomb.start_file("trans.npy", zip::write::SimpleFileOptions::default()).expect("started");
    let header = "{'descr': '<f8', 'fortran_order': False, 'shape': (4000000, 3), }\n";
    bomb.write_all(&[b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes()].concat()).expect("written");
    (0..96).for_each(|_| bomb.write_all(&vec![0; 1_000_000]).expect("written"));
    let bomb = file("bomb.npz", &bomb.finish().expect("finished").into_inner());
    for path in [unfolding, bomb] {
        let limited = format!("ulimit -d 300000; exec '{}' inspect '{}'", env!("CARGO_BIN_EXE_zoetrope"), path.display());
        let output = Command::new("sh").args(["-c", &limited]).output().expect("a shell");
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{complaint}");
        assert!(complaint.contains(text(&path)) && complaint.lines().count() == 1, "{complaint}");
    }
}

#[test]
fn models_are_listed_with_licences_and_imported_with_their_faults_named() {
    let folder = TempDir::new().expect("a folder");
    let listed = succeeds(&["models", "list"]);
    assert!(listed.lines().next().is_some_and(|line| line.starts_with("starter") && line.contains("CC-BY-NC")), "{listed}");

    let missing = folder.path().join("no-tokenizer.pth");
    let import = |tokenizer: &Path, out: &Path, kit: &Path| {
        let of = |file: &str| kit.join(file).display().to_string();
        let words = ["models", "import", "--tokenizer", text(tokenizer), "--heads", "4", "-o", text(out)].map(str::to_owned);
        let files = [
            ("--transformer", "pipeline_small/transformer.safetensors"),
            ("--text-encoder", "t5_small"),
            ("--mean", "data/mean.npy"),
            ("--std", "data/std.npy"),
        ];
        words.into_iter().chain(files.into_iter().flat_map(|(option, file)| [option.to_owned(), of(file)])).collect::<Vec<String>>()
    };
    let (small, Some(kit)) = (folder.path().join("small"), kit("")) else { return };
    let words = import(&missing, &small, &kit);
    assert!(fails(&words.iter().map(String::as_str).collect::<Vec<_>>()).contains("no-tokenizer.pth"));
    assert!(!small.exists(), "nothing is left of a failed import");
    let words = import(&kit.join("pipeline_small/tokenizer.safetensors"), &small, &kit);
    assert!(succeeds(&words.iter().map(String::as_str).collect::<Vec<_>>()).contains("small"));
    generates(folder.path(), "small.npy", &["--model", text(&small), "--seconds", "1"]);
    assert_eq!(read(&folder.path().join("small.npy")).len(), 30);
}

#[test]
fn a_graphics_device_that_is_not_there_is_refused_with_those_that_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("walk.glb");
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoetrope"));
    command.args(["generate", "walk", "-o", text(&file), "--device", "gpu:no such card"]).env_remove("XDG_RUNTIME_DIR");
    let output = command.output().expect("the program runs");
    assert_eq!(output.status.code(), Some(1));
    // Drivers may complain before, of their own affairs.
    let said = String::from_utf8(output.stderr).expect("UTF-8");
    assert!(!said.contains("XDG_RUNTIME_DIR"), "nobody asks Wayland for the order of devices: {said}");
    let said = said.lines().last().expect("a line");
    assert!(said.contains("no such card") && said.contains("--device cpu"), "{said}");
    assert!(!file.exists());
}

#[test]
fn bench_measures_a_graphics_device_and_remembers_what_it_likes() {
    let Some(adapter) = zoetrope::engine::adapters().pop() else {
        return crate::graphics::skip("no graphics device");
    };
    let cache = tempfile::tempdir().expect("a folder");
    let mut command = Command::new(env!("CARGO_BIN_EXE_zoetrope"));
    // Where caches are kept on the systems that tests run on.
    command.env("XDG_CACHE_HOME", cache.path()).env("HOME", cache.path());
    let output = command.args(["bench", "--config", "44M", "--quant", "q8_0"]).arg(format!("--device=gpu:{}", adapter.name)).output();
    let output = output.expect("it runs");
    let said = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    for what in [adapter.name.as_str(), "memory copied", "gate and up", "attention", "prefill", "tokens/s", "longest submit"] {
        assert!(said.contains(what), "{what}: {said}");
    }
    if cfg!(target_os = "linux") {
        let tuning = std::fs::read_to_string(cache.path().join("zoetrope/tuning.json")).expect("it is remembered");
        assert!(tuning.contains(&adapter.name), "{tuning}");
    }
}

#[test]
fn wrong_usage_exits_with_two() {
    for arguments in [
        &["convert", "in.bvh"][..],
        &["dance"],
        &["--screenshots", "x"],
        &["generate", "-o", "a.glb"],
        &["generate", "walk"],
        &["generate", "walk", "sit", "-o", "a.glb"],
        &["generate", "walk", "--prompts", "list.txt", "-o", "a"],
        &["generate", "walk", "-o", "a.glb", "--seconds", "-1"],
        &["generate", "walk", "-o", "a.glb", "--seconds", "2", "--max-seconds", "3"],
        &["generate", "walk", "-o", "a.glb", "--min-seconds", "12"],
        &["generate", "walk", "-o", "a.glb", "--greedy", "--temperature", "1"],
        &["generate", "walk", "-o", "a.glb", "--top-p", "2"],
        &["generate", "walk", "-o", "a.glb", "--published", "--chain"],
        &["generate", "walk", "-o", "a.glb", "--variations", "0"],
        &["convert", "a.bvh", "b.bvh", "--fps", "26"],
        &["convert", "a.bvh", "b.bvh", "--names", "maya"],
        &["render", "a.bvh", "-o", "a.png", "--size", "1x1"],
        &["render", "a.bvh"],
        &["models"],
        &["models", "import", "--heads", "4"],
        &["bench", "--quant", "q8_0"],
        &["bench", "--prompts", "--config", "44M"],
    ] {
        assert_eq!(zoetrope(arguments).status.code(), Some(2), "{arguments:?}");
    }
}

#[test]
fn what_cannot_be_generated_is_one_line_that_names_the_file_or_the_model() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name).display().to_string();
    for (arguments, named) in [
        (&["generate", "walk", "-o", &at("walk.usd")][..], "walk.usd"),
        (&["generate", "walk", "-o", &at("nowhere/walk.glb"), "--seconds", "0.5"], "nowhere"),
        (&["generate", "walk", "-o", &at("walk.npy"), "--fps", "60", "--seconds", "0.5"], "walk.npy"),
        (&["generate", "walk", "-o", &at("walk.glb"), "--model", "no-such-model"], "no-such-model"),
        (&["generate", "--prompts", &at("missing.txt"), "-o", &at("out")], "missing.txt"),
        (&["generate", " ", "-o", &at("walk.glb")], "prompt"),
        (&["generate", "walk", "-o", &at("walk.glb"), "--seconds", "900"], "900 s"),
        (&["inspect", &at("missing.bvh")], "missing.bvh"),
        (&["render", &at("missing.bvh"), "-o", &at("a.png")], if cfg!(feature = "app") { "missing.bvh" } else { "a.png" }),
        (&["bench", "--config", "45M"], "45M"),
    ] {
        let complaint = fails(arguments);
        assert!(complaint.contains(named), "{arguments:?}: {complaint}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0, "and leaves nothing behind");
}

/// Drawing needs a graphics driver, in software at least.
#[cfg(feature = "app")]
#[test]
fn render_draws_a_picture_and_an_animation() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let picture = folder.path().join("walk.png");
    let arguments = ["render", text(&walk_file), "-o", text(&picture), "--times", "0,0.5", "--size", "64x48", "--camera", "side"];
    let output = zoetrope(&arguments);
    let complaint = String::from_utf8_lossy(&output.stderr);
    if complaint.contains("adapter") || complaint.contains("graphics") {
        return crate::graphics::skip(&complaint);
    }
    assert!(output.status.success(), "{complaint}");
    let drawn = image::open(&picture).expect("a picture");
    assert_eq!((drawn.width(), drawn.height()), (128, 48), "two pictures beside each other");
    let animation = folder.path().join("walk.gif");
    succeeds(&["render", text(&walk_file), "-o", text(&animation), "--times", "0,0.5,1", "--size", "64x48"]);
    assert!(std::fs::read(&animation).expect("a file").starts_with(b"GIF89a"));
    // Without ffmpeg, whatever is installed here.
    let film = |name: &str| {
        let path = folder.path().join(name);
        let mut program = Command::new(env!("CARGO_BIN_EXE_zoetrope"));
        program.env("ZOETROPE_FFMPEG", "no-such-program-anywhere").args([
            "render",
            text(&walk_file),
            "--times",
            "0,0.5,1",
            "--size",
            "64x48",
        ]);
        let output = program.arg("-o").arg(&path).output().expect("the program runs");
        (std::fs::read(&path).ok(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (video, said) = film("walk.mp4");
    assert_eq!(video.expect("a video").get(4..8), Some(&b"ftyp"[..]), "{said}");
    let (video, said) = film("walk.webm");
    assert!(video.is_none() && said.contains("walk.webm") && said.contains("https://ffmpeg.org"), "{said}");
    let nowhere = folder.path().join("nowhere/walk.gif");
    assert!(fails(&["render", text(&walk_file), "-o", text(&nowhere)]).contains("nowhere"), "before an hour of drawing");
    let sound = folder.path().join("walk.wav");
    assert!(fails(&["render", text(&walk_file), "-o", text(&sound)]).contains("walk.wav"));
}

#[cfg(not(feature = "app"))]
#[test]
fn without_its_window_the_program_says_so_in_one_line() {
    assert!(fails(&[]).contains("without its window"));
}

#[test]
fn a_project_is_converted_whole_in_part_or_take_by_take() {
    let folder = TempDir::new().expect("a folder");
    let [project, out] = ["scene.zoetrope", "out.glb"].map(|name| folder.path().join(name));
    let mut document = Document::default();
    for prompt in ["a walk", "another walk"] {
        let provenance = Provenance { origin: Request::new(prompt).into(), model: "starter".to_owned(), ..Provenance::default() };
        let take = document.add(Take { motion: Arc::new(walk()), raw: None, provenance });
        document.apply(&Edit::Insert { take, at: 9 }).expect("a clip");
    }
    formats::save_project(&project, &document, None).expect("saved");
    let seconds = |options: &[&str]| {
        succeeds(&[&["convert", text(&project), text(&out)], options].concat());
        formats::read(&out).expect("written").duration_secs()
    };
    assert_eq!(seconds(&[]), 4.0);
    assert!(String::from_utf8_lossy(&std::fs::read(&out).expect("read")).contains("a walk → another walk"));
    assert_eq!(seconds(&["--from", "0.5", "--to", "3"]), 2.5);
    assert_eq!(seconds(&["--take", "2", "--from", "1"]), 1.0);
    assert!(!String::from_utf8_lossy(&std::fs::read(&out).expect("read")).contains("a walk"));
    assert!(fails(&["convert", text(&project), text(&out), "--take", "3"]).contains("no take 3"));
    succeeds(&["convert", text(&project), text(&out), "--take", "2,1"]);
    let several = formats::read_with(&out, &ReadOptions::default()).expect("written").animations;
    assert_eq!(several.iter().map(|animation| animation.name.as_str()).collect::<Vec<_>>(), ["another walk", "a walk"]);
}

#[test]
fn several_files_become_animations_of_one() {
    let (folder, walk_file) = folder_with_walk("walk.bvh");
    let [run, both, glb] = ["run.npz", "both.fbx", "both.glb"].map(|name| folder.path().join(name));
    succeeds(&["convert", text(&walk_file), text(&run), "--from", "0.5"]);
    for out in [&both, &glb] {
        succeeds(&["convert", text(&walk_file), text(&run), "-o", text(out)]);
        let animations = formats::read_with(out, &ReadOptions::default()).expect("written").animations;
        let found: Vec<(&str, bool)> = animations.iter().map(|animation| (animation.name.as_str(), animation.moves)).collect();
        assert_eq!(found, [("walk", true), ("run", true)]);
    }
    let bvh = folder.path().join("both.bvh");
    let said = fails(&["convert", text(&walk_file), text(&run), "-o", text(&bvh)]);
    assert!(said.contains("several motions") && !bvh.exists(), "{said}");
    // Which of several is to be written is never guessed: it would be replaced.
    let output = zoetrope(&["convert", text(&walk_file), text(&run), text(&both)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("-o"));
}

#[test]
fn inspect_tells_which_joint_was_taken_for_which_part_and_how_it_was_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("clip.bvh");
    let joint = |name: &str, offset: &str, below: String| {
        format!("JOINT {name} {{ OFFSET {offset} CHANNELS 3 Zrotation Yrotation Xrotation {below} }}")
    };
    let end = "End Site { OFFSET 0 0 8 }".to_owned();
    let leg = |side: &str, x: f32| {
        let foot = joint(&format!("{side}Foot"), "0 -39 0", joint(&format!("{side}ToeBase"), "0 -5 12", end.clone()));
        joint(&format!("{side}UpLeg"), &format!("{x} -6 0"), joint(&format!("{side}Leg"), "0 -40 0", foot))
    };
    let arm = |side: &str, names: [&str; 3], x: f32| {
        let hand = joint(&format!("{side}{}", names[2]), &format!("{} 0 0", 2.4 * x), end.clone());
        let forearm = joint(&format!("{side}{}", names[1]), &format!("{} 0 0", 2.6 * x), hand);
        joint(&format!("{side}{}", names[0]), &format!("{} 10 0", 1.8 * x), forearm)
    };
    let head = joint("Neck", "0 20 0", joint("Head", "0 10 0", end.clone()));
    let arms = [arm("Left", ["Arm", "ForeArm", "Hand"], 10.0), arm("Right", ["Wing", "Flap", "Tip"], -10.0)].concat();
    let spine = joint("Spine", "0 20 0", joint("Spine1", "0 20 0", [head, arms].concat()));
    let body = [leg("Left", 9.0), leg("Right", -9.0), spine].concat();
    let channels = "6 Xposition Yposition Zposition Zrotation Yrotation Xrotation";
    let row = format!("0 95 0{}", " 0".repeat(3 + 3 * 18));
    let text = format!("HIERARCHY ROOT Hips {{ OFFSET 0 0 0 CHANNELS {channels} {body} }} MOTION Frames: 1 Frame Time: 0.033 {row}\n");
    std::fs::write(&path, text).expect("written");

    let report: serde_json::Value =
        serde_json::from_str(&succeeds(&["inspect", path.to_str().expect("a path"), "--bones", "--json"])).expect("JSON");
    let bone = |part: &str| report["bones"].as_array().expect("bones").iter().find(|bone| bone["part"] == part).expect("a part").clone();
    assert_eq!(
        (bone("L_Elbow")["joint"].as_str(), bone("R_Elbow")["joint"].as_str()),
        (Some("LeftForeArm"), Some("RightFlap")),
        "{report}"
    );
    assert!(bone("L_Elbow")["confidence"].as_f64() > bone("R_Elbow")["confidence"].as_f64(), "{report}");
    assert_eq!(report["missing"], serde_json::Value::Null);
    let text = succeeds(&["inspect", path.to_str().expect("a path"), "--bones"]);
    let line = text.lines().find(|line| line.starts_with("R_Elbow")).expect("a line");
    assert!(line.contains("RightFlap") && line.contains("by its place in the rest pose"), "{line}");
}
