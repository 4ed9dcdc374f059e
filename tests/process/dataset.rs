//! Data sets: the published layout read and made, from files good and bad.

use glam::Quat;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Features, Joint, Motion, Pose, features};
use zoetrope::train::dataset::{
    BuildOptions, BuildReport, Dataset, DatasetError, Purpose, Reason, Split, build, rewrite, summarise, thumbnails,
};

fn write(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    fs::write(path, text).expect("written");
}

fn standing(frames: usize) -> Features {
    features::encode(&Motion { frames: vec![Pose::REST; frames] })
}

/// A data set of the published layout with the clips `a` and `deep/b`.
fn published() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let at = |path: &str| folder.path().join(path);
    for name in ["a", "deep/b"] {
        let motion = at(&format!("motion_data/vector_272/{name}.npy"));
        write(&motion, "");
        formats::write_features(&motion, &standing(100)).expect("features");
    }
    write(&at("texts/a.txt"), "a person stands.#a/DET person/NOUN stand/VERB#0.0#0.0\n\n  someone waits \n");
    write(&at("texts/deep/b.txt"), "\n  \n");
    write(&at("split/version1/t2m_60_300/train.txt"), "a\n\ndeep/b\na\n");
    write(&at("split/version1/tokenizer_96/train.txt"), "a\n");
    write(&at("split/version1/tokenizer_96/val.txt"), "deep/b\n");
    write(&at("split/version1/tokenizer_96/test.txt"), "a\n");
    folder
}

#[test]
fn the_published_layout_is_read() {
    let folder = published();
    let dataset = Dataset::open(folder.path()).expect("a data set");
    assert_eq!(dataset.names(Purpose::Generator, Split::Train).expect("names"), ["a", "deep/b"]);
    assert_eq!(dataset.names(Purpose::Tokenizer, Split::All).expect("names"), ["a", "deep/b"]);
    assert_eq!(dataset.captions("a").expect("captions"), ["a person stands.", "someone waits"]);
    assert!(dataset.augmented_captions("a").expect("none").is_empty());
    assert_eq!(dataset.features("deep/b").expect("features"), standing(100));
}

#[test]
fn what_is_wrong_with_a_data_set_is_one_line_that_names_the_file() {
    let folder = published();
    let at = |path: &str| folder.path().join(path);
    let dataset = Dataset::open(folder.path()).expect("a data set");
    write(&at("split/version1/t2m_60_300/val.txt"), "../../secret\n");
    write(&at("motion_data/vector_272/cut.npy"), "\u{93}NUMPY");
    let complaints = [
        (Dataset::open(&at("nowhere")).expect_err("no folder").to_string(), "nowhere"),
        (dataset.names(Purpose::Generator, Split::Val).expect_err("a path").to_string(), "val.txt"),
        (dataset.names(Purpose::Generator, Split::Test).expect_err("no list").to_string(), "test.txt"),
        (dataset.features("missing").expect_err("no clip").to_string(), "missing.npy"),
        (dataset.features("cut").expect_err("damaged").to_string(), "cut.npy"),
        (dataset.features("../a").expect_err("outside").to_string(), "../a"),
        (dataset.captions("deep/b").expect_err("blank").to_string(), "b.txt"),
        (dataset.statistics().expect_err("no statistics").to_string(), "mean.npy"),
    ];
    for (complaint, file) in complaints {
        assert!(complaint.contains(file), "{complaint} does not name {file}");
        assert_eq!(complaint.lines().count(), 1, "{complaint}");
    }
}

/// Somebody who stands, sways a little and moves the left arm; `of` changes each pose, told its time in seconds.
fn person(frames: usize, of: impl Fn(f32, &mut Pose)) -> Motion {
    let pose = |frame: usize| {
        let secs = frame as f32 / 30.0;
        let mut pose = Pose::REST;
        pose.local[Joint::Spine1 as usize] = Quat::from_rotation_x(0.05 * (2.0 * secs).sin());
        pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(0.6 * (4.0 * secs).sin());
        of(secs, &mut pose);
        pose
    };
    Motion { frames: (0..frames).map(pose).collect() }
}

fn save(path: &Path, motion: &Motion) {
    write(path, "");
    formats::write(path, motion, &WriteOptions::default()).expect("a motion file");
}

/// Saves a motion with a caption file beside it.
fn save_told(path: &Path, motion: &Motion, captions: &str) {
    save(path, motion);
    write(&path.with_extension("txt"), captions);
}

fn options(folder: &Path, output: &Path) -> BuildOptions {
    let mut options = BuildOptions::new(vec![folder.to_owned()], output.to_owned());
    options.threads = 2;
    options
}

fn built(options: &BuildOptions) -> BuildReport {
    build(options, &|_, _, _| {}, &AtomicBool::new(false)).expect("a data set")
}

/// Reason and figure of each clip that was left out.
fn rejected(output: &Path) -> HashMap<String, (String, String)> {
    let table = fs::read_to_string(output.join("rejected.tsv")).expect("rejected.tsv");
    let rows = table.lines().skip(1).map(|row| row.split('\t').map(str::to_owned).collect::<Vec<_>>());
    rows.map(|row| (row[0].clone(), (row[1].clone(), row[2].clone()))).collect()
}

/// Column `at` of `clips.tsv` for each clip.
fn column(output: &Path, at: usize) -> BTreeMap<String, String> {
    let table = fs::read_to_string(output.join("clips.tsv")).expect("clips.tsv");
    let rows = table.lines().skip(1).map(|row| row.split('\t').map(str::to_owned).collect::<Vec<_>>());
    rows.map(|row| (row[0].clone(), row[at].clone())).collect()
}

#[test]
fn clips_of_every_format_become_features_captions_and_mirror_images() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    let motion = person(100, |_, _| {});
    save_told(&input.join("deep/a.bvh"), &motion, "a person raises the left hand\n");
    save_told(&input.join("b.npz"), &motion, "a person waves with the right hand#a/DET#0.0#0.0\n");
    save_told(&input.join("c.npy"), &motion, "someone turns left\n");
    save_told(&input.join("d.glb"), &motion, "someone claps\n");
    let report = built(&options(&input, &output));
    assert_eq!((report.files, report.clips, report.mirrored), (4, 4, 4));

    let dataset = Dataset::open(&output).expect("a data set");
    assert_eq!(dataset.captions("deep/Ma").expect("captions"), ["a person raises the right hand"]);
    assert_eq!(dataset.captions("Mb").expect("captions"), ["a person waves with the left hand"]);
    let made = dataset.augmented_captions("deep/Ma").expect("made");
    assert!(!made.is_empty() && made.iter().all(|text| text.contains("right") && !text.contains("left")), "{made:?}");
    let expected = features::encode(&motion.mirrored());
    for name in ["deep/Ma", "Mb", "Mc", "Md"] {
        let found = dataset.features(name).expect("features");
        assert_eq!(found.frames(), 100, "{name}");
        let apart = found.values().iter().zip(expected.values()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(apart < 2e-3, "{name} is {apart} away");
    }
    let statistics = dataset.statistics().expect("statistics");
    assert!(statistics.std[8..74].iter().all(|std| *std == statistics.std[8]), "one deviation a block");
    let mirrored_joint = |joint: usize| 8 + 3 * joint;
    let [left, right] = [16, 17].map(|joint| statistics.mean[mirrored_joint(joint)]);
    assert!((left + right).abs() < 1e-4, "clips and mirror images together are symmetric: {left} and {right}");
}

#[test]
fn segments_and_long_cyclic_motion_are_cut() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    save(&input.join("take.bvh"), &person(400, |_, _| {}));
    save_told(&input.join("salsa.bvh"), &person(700, |_, _| {}), "a person dances salsa\n");
    save_told(&input.join("told.bvh"), &person(200, |_, _| {}), "a person waves#x#0.0#0.0\na person bows#x#1.0#4.0\n");
    let list = folder.path().join("list.jsonl");
    write(
        &list,
        concat!(
            "{\"file\": \"else/where/in/take.bvh\", \"start_s\": 0, \"end_s\": 3.0, \"captions\": [\"not this file\"]}\n",
            "{\"file\": \"in/take.bvh\", \"start_s\": 1, \"end_s\": 4.0, \"captions\": [\"a person bows\"], \"clip\": \"x\"}\n",
            "{\"file\": \"take.npz\", \"start_s\": 1, \"end_s\": 4.0, \"captions\": [\"someone bows\"]}\n",
            "{\"file\": \"take.bvh\", \"start_s\": 5, \"end_s\": 99, \"captions\": [\"a person kneels\"]}\n",
            "this is no line\n",
        ),
    );
    let mut options = options(&input, &output);
    options.captions.push(list);
    let report = built(&options);
    assert!(report.warnings.iter().any(|warning| warning.contains("line 5")), "{:?}", report.warnings);
    assert_eq!(rejected(&output)["else/where/in/take.bvh"].0, "missing-file");

    let dataset = Dataset::open(&output).expect("a data set");
    assert_eq!(dataset.captions("take@30-120").expect("captions"), ["a person bows", "someone bows"]);
    assert_eq!(dataset.features("take@150-400").expect("features").frames(), 250);
    let windows = ["salsa@0-233", "salsa@233-466", "salsa@466-700"];
    assert!(windows.iter().all(|name| dataset.captions(name).is_ok()), "{:?}", column(&output, 5));
    assert_eq!(dataset.captions("told@30-120").expect("captions"), ["a person bows"]);
    assert_eq!(dataset.captions("told@0-200").expect("captions"), ["a person waves"]);
}

#[test]
fn every_reason_to_leave_out_a_clip_is_found_and_told_with_its_figure() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    // From 0 to 1 between 2 and 3 seconds, without a jolt.
    let late = |secs: f32| {
        let share = (secs - 2.0).clamp(0.0, 1.0);
        share * share * (3.0 - 2.0 * share)
    };
    // Way after gliding at a speed from the given second on.
    let glide = |secs: f32, from: f32, speed: f32| (secs - from).max(0.0) * speed;
    let clips: Vec<(&str, Motion)> = vec![
        ("sound", person(120, |_, _| {})),
        ("too-short", person(40, |_, _| {})),
        ("too-long", person(400, |_, _| {})),
        ("teleport", person(120, |secs, pose| pose.root_m.x += if secs > 2.0 { 1.0 } else { 0.0 })),
        ("heading-jump", person(120, |secs, pose| pose.local[0] = Quat::from_rotation_y(if secs > 2.0 { 2.0 } else { 0.0 }))),
        ("jerk", person(120, |secs, pose| pose.local[18] = Quat::from_rotation_y((secs * 78.0).sin()))),
        ("frozen", Motion { frames: vec![Pose::REST; 120] }),
        ("broken-pose", person(120, |_, pose| pose.local[Joint::LKnee as usize] = Quat::from_rotation_x(-1.2))),
        ("floating", person(120, |secs, pose| pose.root_m.y += 0.6 * late(secs))),
        // Deeper by more than a step it would have come down from something, and hung in the air before.
        ("sinking", person(120, |secs, pose| pose.root_m.y -= 0.18 * late(secs))),
        ("no-contact", person(120, |secs, pose| pose.root_m.z += glide(secs, -1.0, 1.5))),
        ("sliding", person(120, |secs, pose| pose.root_m.z += glide(secs, 1.0, 2.8))),
    ];
    for (name, motion) in &clips {
        save_told(&input.join(format!("{name}.bvh")), motion, "a person does something\n");
    }
    save(&input.join("no-caption.bvh"), &person(120, |_, _| {}));
    write(&input.join("unreadable.bvh"), "HIERARCHY\nROOT Hips\n{\n");
    let report = built(&options(&input, &output));

    let found = rejected(&output);
    assert!(!found.contains_key("sound"), "{:?}", found["sound"]);
    for (name, _) in clips.iter().skip(1).chain(&[("no-caption", Motion { frames: vec![] }), ("unreadable", Motion { frames: vec![] })]) {
        let (reason, figure) = found.get(*name).unwrap_or_else(|| panic!("{name} was let through"));
        assert_eq!(reason, name, "{figure}");
        assert!(!figure.is_empty());
    }
    assert!(found["teleport"].1.contains("limit"), "{}", found["teleport"].1);
    assert!(found["unreadable"].1.contains("unreadable.bvh"), "{}", found["unreadable"].1);
    assert_eq!(report.rejected[&Reason::Floating], 1);

    let dataset = Dataset::open(&output).expect("a data set");
    let generator = dataset.names(Purpose::Generator, Split::All).expect("names");
    let tokenizer = dataset.names(Purpose::Tokenizer, Split::All).expect("names");
    assert_eq!(generator, ["sound", "Msound"]);
    for name in ["sound", "Msound", "too-long", "no-caption"] {
        assert!(tokenizer.contains(&name.to_owned()), "{name} is not left to the tokenizer: {tokenizer:?}");
    }
    assert_eq!(tokenizer.len(), 6);
}

/// A folder like CMU's: so many subjects with two takes each, the second with two overlapping segments.
fn subjects(input: &Path, count: usize) {
    let mut lines = String::new();
    for subject in 1..=count {
        let sway = 0.05 + 0.001 * subject as f32;
        let motion = person(150, |secs, pose| pose.local[3] = Quat::from_rotation_x(sway * (2.0 * secs).sin()));
        for take in ["01", "02"] {
            save(&input.join(format!("{subject:02}/{subject:02}_{take}.npz")), &motion);
        }
        let file = format!("{subject:02}/{subject:02}_02.bvh");
        for (from, to) in [(0.0, 3.0), (1.5, 4.5)] {
            lines +=
                &format!("{{\"file\":\"{file}\",\"start_s\":{from},\"end_s\":{to},\"captions\":[\"a person raises the left hand\"]}}\n");
        }
    }
    write(&input.join("captions.jsonl"), &lines);
}

#[test]
fn no_performer_is_in_two_parts_of_the_split() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    subjects(&input, 20);
    let report = built(&options(&input, &output));
    assert_eq!(report.clips, 60);
    assert!(report.performers[1] >= 1 && report.performers[2] >= 1, "{:?}", report.performers);

    let dataset = Dataset::open(&output).expect("a data set");
    let performer = column(&output, 2);
    let mut part_of: HashMap<String, Split> = HashMap::new();
    for purpose in [Purpose::Generator, Purpose::Tokenizer] {
        for split in Split::PARTS {
            let names: HashSet<String> = dataset.names(purpose, split).expect("names").into_iter().collect();
            for name in names.iter().filter(|name| !name.contains("/M")) {
                let mirror = name.replacen('/', "/M", 1);
                assert!(names.contains(&mirror), "{mirror} is not with {name}");
                let who = performer[name].clone();
                assert_eq!(*part_of.entry(who.clone()).or_insert(split), split, "{who} is in two parts");
            }
        }
    }
    assert_eq!(part_of.len(), 20);
}

#[test]
fn two_actions_are_composed_from_training_clips_only() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    for i in 0..6 {
        let walk = person(90 + i, |secs, pose| {
            pose.root_m.z += 0.45 * secs;
            pose.local[Joint::LShoulder as usize] = Quat::IDENTITY;
        });
        save_told(&input.join(format!("w{i}/walk.npz")), &walk, "a person walks forward\n");
        save_told(&input.join(format!("a{i}/wave.npz")), &person(90 + i, |_, _| {}), "someone waves with the left hand\n");
    }
    let mut options = options(&input, &output);
    options.compositions = Some(4);
    let report = built(&options);
    assert_eq!(report.composed, 4);
    let dataset = Dataset::open(&output).expect("a data set");
    let train = dataset.names(Purpose::Generator, Split::Train).expect("names");
    let composed: Vec<&String> = train.iter().filter(|name| name.starts_with("composed/")).collect();
    assert_eq!(composed.len(), 4);
    for name in composed {
        let captions = dataset.captions(name).expect("captions");
        assert!(captions[0].starts_with("a person walks forward while waving with the"), "{captions:?}");
        let motion = features::decode(&dataset.features(name).expect("features"));
        assert!(motion.frames[60].root_m.z > 0.8, "it goes");
        assert!(
            motion
                .frames
                .iter()
                .any(|pose| pose.local[16].angle_between(Quat::IDENTITY) > 0.4 || pose.local[17].angle_between(Quat::IDENTITY) > 0.4),
            "and waves"
        );
    }
    for split in [Split::Val, Split::Test] {
        assert!(dataset.names(Purpose::Generator, split).expect("names").iter().all(|name| !name.starts_with("composed/")));
    }
}

#[test]
fn a_cancelled_build_goes_on_where_it_stopped_and_ends_the_same() {
    let folder = TempDir::new().expect("a folder");
    let (input, output, fresh) = (folder.path().join("in"), folder.path().join("out"), folder.path().join("fresh"));
    subjects(&input, 6);
    let options = options(&input, &output);
    let cancel = AtomicBool::new(false);
    let stopped = build(&options, &|_, done, _| cancel.store(done >= 4, Ordering::SeqCst), &cancel);
    assert!(matches!(stopped, Err(DatasetError::Cancelled)), "{stopped:?}");
    let report = built(&options);
    assert!((4..12).contains(&report.resumed), "{} resumed", report.resumed);
    assert_eq!(built(&options).resumed, 12, "a finished build has nothing left to do");
    same_files(&output, &fresh, &BuildOptions { output: fresh.clone(), ..options });
}

#[test]
fn a_killed_build_goes_on_where_it_stopped() {
    let folder = TempDir::new().expect("a folder");
    let (input, output, fresh) = (folder.path().join("in"), folder.path().join("out"), folder.path().join("fresh"));
    subjects(&input, 30);
    let arguments = ["dataset", "build", input.to_str().expect("plain"), "-o", output.to_str().expect("plain"), "--threads", "1"];
    let record = output.join("build.jsonl");
    let was_killed = || {
        let _ = fs::remove_dir_all(&output);
        let mut child = Command::new(env!("CARGO_BIN_EXE_zoetrope")).args(arguments).spawn().expect("the program");
        let begun = Instant::now();
        while fs::read_to_string(&record).map_or(0, |text| text.lines().count()) < 5 {
            assert!(begun.elapsed() < Duration::from_secs(120), "it does not begin");
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().expect("killed");
        !child.wait().expect("ended").success()
    };
    // On a busy machine it may be done before we look.
    assert!((0..5).any(|_| was_killed()), "it was always too fast to be killed");
    assert!(!output.join("split").exists(), "the lists come last");
    let report = built(&options(&input, &output));
    assert!((5..60).contains(&report.resumed), "{} of 60 resumed", report.resumed);
    same_files(&output, &fresh, &options(&input, &fresh));
}

/// Builds `fresh` anew and compares all that a trainer reads.
fn same_files(output: &Path, fresh: &Path, options: &BuildOptions) {
    assert_eq!(built(options).resumed, 0);
    for below in ["split", "texts", "texts_augmented", "mean_std", "motion_data"] {
        let (a, b) = (files_below(&output.join(below)), files_below(&fresh.join(below)));
        assert_eq!(a.len(), b.len(), "{below}");
        for (a, b) in a.iter().zip(&b) {
            assert!(fs::read(a).expect("a file") == fs::read(b).expect("a file"), "{} differs", a.display());
        }
    }
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        // A kill may leave a file that was being written beside its place; no list names it.
        let is_hidden = entry.file_name().to_string_lossy().starts_with('.');
        if path.is_dir() {
            files.extend(files_below(&path));
        } else if !is_hidden {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn hostile_files_are_named_and_passed_over() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    save_told(&input.join("good.bvh"), &person(120, |_, _| {}), "a person\u{1b}[2J waves\n\n\u{0}\n");
    let hostile = ["a.bvh", "b.npz", "c.npy", "d.glb", "e.gltf"];
    for name in hostile {
        write(&input.join(name), "\u{1b}]0;x\u{7} PK\u{3}\u{4} \u{93}NUMPY {\"asset\": 9} glTF\n");
        write(&input.join(name).with_extension("txt"), "a person walks#x#inf#-inf\n");
    }
    write(&input.join("f.bvh"), "");
    fs::write(input.join("g.npz"), [0xff; 4096]).expect("written");
    fs::write(input.join("list.jsonl"), b"{\"file\": 7}\n\xff\xfe\n[[[[[[[[\n{\"file\":\"../../good.bvh\",\"captions\":[]}\n")
        .expect("written");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&input, input.join("loop")).expect("a link");
    let report = built(&options(&input, &output));
    let found = rejected(&output);
    for name in ["a", "b", "c", "d", "e", "f", "g"] {
        assert_eq!(found[name].0, "unreadable", "{name}");
    }
    assert_eq!(report.warnings.iter().filter(|warning| warning.contains("list.jsonl")).count(), 3, "{:?}", report.warnings);
    let everything = report.warnings.join("\n") + &fs::read_to_string(output.join("rejected.tsv")).expect("a table");
    assert!(!everything.contains('\u{1b}'), "no codes for terminals");
    let captions = Dataset::open(&output).expect("a data set").captions("good").expect("captions");
    assert_eq!(captions, ["a person [2J waves"]);
}

#[test]
fn a_file_with_the_longest_of_names_becomes_a_clip_as_others_do() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).expect("a folder");
    save_told(&input.join("short.bvh"), &person(60, |_, _| {}), "a person stands");
    save_told(&input.join(format!("{}.bvh", "n".repeat(251))), &person(70, |_, _| {}), "a person stands still");
    let report = built(&options(&input, &output));
    assert_eq!((report.clips, report.mirrored), (2, 2), "{report:?}");
}

#[test]
fn a_folder_with_other_things_is_not_written_into() {
    let folder = TempDir::new().expect("a folder");
    let input = folder.path().join("in");
    save_told(&input.join("a.bvh"), &person(120, |_, _| {}), "a person waves\n");
    let error = build(&options(&input, folder.path()), &|_, _, _| {}, &AtomicBool::new(false)).expect_err("not empty");
    assert!(error.to_string().contains("choose a new folder"), "{error}");
    let only_bad = folder.path().join("bad");
    write(&only_bad.join("a.bvh"), "no");
    let error = build(&options(&only_bad, &folder.path().join("out")), &|_, _, _| {}, &AtomicBool::new(false)).expect_err("nothing");
    assert!(error.to_string().contains("rejected.tsv"), "{error}");
}

#[test]
fn a_data_set_is_summed_up_and_drawn() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    subjects(&input, 6);
    save_told(&input.join("x/short.bvh"), &person(30, |_, _| {}), "a person waves\n");
    built(&options(&input, &output));
    let dataset = Dataset::open(&output).expect("a data set");
    fs::write(output.join("motion_data/vector_272/01/01_01.npy"), "damaged").expect("written");
    let summary = summarise(&dataset, 1000, 2, &|_, _| {}, &AtomicBool::new(false)).expect("a summary");
    let generator: usize = summary.parts.iter().map(|part| part.for_generator).sum();
    assert_eq!(generator, 6 * 2 * 2);
    assert_eq!(summary.verbs[0].0, "raise");
    assert_eq!(summary.rejected["too-short"], 1);
    assert!(summary.unreadable.len() == 1 && summary.unreadable[0].contains("01_01.npy"), "{:?}", summary.unreadable);
    let names = dataset.names(Purpose::Generator, Split::All).expect("names");
    let (sheet, bad) = thumbnails(&dataset, &names[..3]);
    assert!(bad.is_empty());
    assert_eq!(sheet.rgb.len(), sheet.width * sheet.height * 3);
    assert_eq!(sheet.rows[0].1, "a person raises the left hand");
    let inked = sheet.rgb.chunks(3).filter(|pixel| pixel[0] < 100).count();
    assert!(inked > 2000, "{inked} dark pixels are no figures");
}

#[test]
fn a_language_models_rewordings_are_kept_apart_and_a_stopped_run_goes_on() {
    let folder = TempDir::new().expect("a folder");
    let (input, output) = (folder.path().join("in"), folder.path().join("out"));
    save_told(&input.join("a.bvh"), &person(120, |_, _| {}), "a person raises the left hand\nsomeone waits\n");
    save_told(&input.join("b.bvh"), &person(121, |_, _| {}), "someone waits\n");
    let mut options = options(&input, &output);
    options.augment = 0;
    built(&options);
    let dataset = Dataset::open(&output).expect("a data set");
    let never = AtomicBool::new(false);
    let mut asked = Vec::new();
    let mut ask = |message: &str| {
        asked.push(message.to_owned());
        Ok(message.contains("left").then(|| "1. The left hand goes up.\n2. The right hand goes up.".to_owned()))
    };
    let report = rewrite(&dataset, &mut ask, &|_, _| {}, &never).expect("rewritten");
    assert_eq!((report.captions, report.reworded, report.unanswered), (2, 1, 1));
    assert_eq!(asked.len(), 2, "the mirror image is not asked for again");
    assert_eq!(dataset.augmented_captions("a").expect("captions"), ["The left hand goes up."]);
    assert_eq!(dataset.augmented_captions("Ma").expect("captions"), ["The right hand goes up."]);
    assert_eq!(dataset.captions("a").expect("captions").len(), 2, "the original captions stay");

    let record = output.join("rewrites.jsonl");
    let text = fs::read_to_string(&record).expect("a record");
    write(&record, &text[..text.trim_end().len() - 5]);
    let mut asked_again = 0;
    let mut ask = |_: &str| {
        asked_again += 1;
        Ok(None)
    };
    rewrite(&dataset, &mut ask, &|_, _| {}, &never).expect("rewritten");
    assert_eq!(asked_again, 1, "only what was cut off is asked for again");
}
