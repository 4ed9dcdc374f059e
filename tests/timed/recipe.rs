//! The PyTorch recipe for several GPUs and machines (`models/recipe/large`), in its tiniest size on a CPU: it learns from a data set of
//! ours, goes on after a kill as if nothing had happened, and the program imports what it made.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use candle_core::{Device, Tensor};
use glam::Quat;
use tempfile::TempDir;
use zoetrope::formats::{self, WriteOptions};
use zoetrope::motion::{Joint, Motion, Pose};
use zoetrope::train::dataset::{BuildOptions, Dataset, Purpose, Split, build};

/// Ends well where the recipe's packages are there; finding them is quicker than loading them.
const NEEDS: &str = "import importlib.util as u; assert all(map(u.find_spec, 'torch accelerate numpy safetensors tokenizers'.split()))";
/// Longer than a run of a few seconds takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);

fn repository() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn python() -> Command {
    let mut command = Command::new("python3");
    command.current_dir(repository().join("models/recipe"));
    command.envs([("OMP_NUM_THREADS", "1"), ("CUDA_VISIBLE_DEVICES", ""), ("PYTHONDONTWRITEBYTECODE", "1")]);
    command
}

/// The recipe's command line without the program's name.
fn training(what: &str, dataset: &Path, output: &Path, more: &[&OsStr]) -> Command {
    let mut command = python();
    command.args(["-m", "large.train", what]).arg(dataset).arg("-o").arg(output).args(["--config", "tiny", "--workers", "0"]).args(more);
    command
}

fn succeed(command: &mut Command) {
    let output = command.output().expect("it starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {told}");
}

/// Starts a run, kills it behind its first save, and lets the same command finish.
fn killed_and_taken_up_again(run: impl Fn() -> Command, output: &Path) {
    let mut child = run().args(["--save-secs", "0"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    let began = Instant::now();
    while !has_state(output) {
        assert!(child.try_wait().expect("a child").is_none(), "it ended without a save");
        assert!(began.elapsed() < PATIENCE, "no save comes");
        std::thread::sleep(Duration::from_millis(10));
    }
    child.kill().expect("a child");
    child.wait().expect("it is gone");
    succeed(&mut run());
}

fn has_state(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("state-"))
}

/// A data set of twelve performers who sway and wave.
fn data_set(folder: &Path) -> PathBuf {
    let (input, output) = (folder.join("in"), folder.join("dataset"));
    for performer in 0..12 {
        let speed = 2.0 + 0.3 * performer as f32;
        let pose = |frame: usize| {
            let secs = frame as f32 / 30.0;
            let mut pose = Pose::REST;
            pose.local[Joint::Spine1 as usize] = Quat::from_rotation_x(0.05 * (2.0 * secs).sin());
            pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(0.6 * (speed * secs).sin());
            pose
        };
        let path = input.join(format!("p{performer}/wave.npz"));
        fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
        let motion = Motion { frames: (0..100 + 3 * performer).map(pose).collect() };
        formats::write(&path, &motion, &WriteOptions::default()).expect("a motion file");
        fs::write(path.with_extension("txt"), "a person waves with the left hand\nsomeone sways").expect("captions");
    }
    let options = BuildOptions { val_share: 0.2, threads: 1, ..BuildOptions::new(vec![input], output.clone()) };
    build(&options, &|_, _, _| {}, &AtomicBool::new(false)).expect("a data set");
    let dataset = Dataset::open(&output).expect("a data set");
    assert!(!dataset.names(Purpose::Generator, Split::Val).expect("names").is_empty(), "something is held out");
    output
}

/// Losses that a run has written down, learned and held out.
fn losses(folder: &Path) -> Vec<(f64, f64)> {
    let log = fs::read_to_string(folder.join("log.jsonl")).expect("a log");
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"));
    lines.map(|line| (line["loss"].as_f64().expect("a loss"), line["held_out"].as_f64().expect("a measure"))).collect()
}

fn numbers(path: &Path, name: &str) -> Vec<f32> {
    let tensors = candle_core::safetensors::load(path, &Device::Cpu).expect("weights");
    tensors[name].flatten_all().and_then(|tensor: Tensor| tensor.to_vec1()).expect("numbers")
}

#[test]
fn the_large_recipe_learns_survives_a_kill_to_the_bit_and_is_imported() {
    if !python().args(["-c", NEEDS]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no torch");
        return;
    }
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let dataset = data_set(folder.path());
    let often: [&OsStr; 2] = ["--report-every".as_ref(), "4".as_ref()];

    succeed(&mut training("tokenizer", &dataset, &at("tokenizer"), &often));
    let tokenizer = at("tokenizer");
    let text_encoder = repository().join("models/bundled/text_encoder");
    let parts = ["--tokenizer".as_ref(), tokenizer.as_os_str(), "--text-encoder".as_ref(), text_encoder.as_os_str()];
    let more = [&often[..], &parts].concat();
    succeed(&mut training("transformer", &dataset, &at("transformer"), &more));
    let output = at("transformer-killed");
    killed_and_taken_up_again(|| training("transformer", &dataset, &output, &more), &output);

    let weights = |run: &str| fs::read(at(run).join("transformer.safetensors")).expect("weights");
    assert!(weights("transformer") == weights("transformer-killed"), "the run that was killed has other weights");
    for what in ["tokenizer", "transformer"] {
        let losses = losses(&at(what));
        let [first, .., last] = losses[..] else { panic!("{losses:?}") };
        assert!(last.0 < first.0 && last.1 < first.1, "the {what} has learned nothing: {losses:?}");
    }
    // What is handed on are the averaged weights, not the last ones.
    let handed_on = numbers(&at("transformer/transformer.safetensors"), "llama_proj.bias");
    let last = numbers(&at("transformer/state-00000012/model.safetensors"), "net.llama_proj.bias");
    let apart = handed_on.iter().zip(&last).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(apart > 0.0 && apart < 0.01, "averaged and last weights are {apart} apart");

    let zoetrope = || Command::new(env!("CARGO_BIN_EXE_zoetrope"));
    let mut import = zoetrope();
    import.args(["models", "import", "--heads", "2", "--tokenizer"]).arg(tokenizer.join("tokenizer.safetensors"));
    import.arg("--transformer").arg(at("transformer/transformer.safetensors")).arg("--text-encoder").arg(&text_encoder);
    import.arg("--mean").arg(tokenizer.join("mean.npy")).arg("--std").arg(tokenizer.join("std.npy"));
    succeed(import.arg("--config").arg(at("transformer/import.json")).arg("-o").arg(at("model")));
    let clip = at("clip.npy");
    succeed(zoetrope().args(["generate", "a person waves", "--seconds", "2", "--model"]).arg(at("model")).arg("-o").arg(&clip));
    assert_eq!(formats::read_features(&clip).expect("features").frames(), 60);
}

#[test]
fn the_recipe_keeps_to_its_licences_and_makes_what_it_says() {
    if !python().args(["--version"]).output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no python3");
        return;
    }
    succeed(python().args(["-m", "unittest", "-q", "test_recipe"]));
}
