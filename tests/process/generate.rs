//! `zoetrope generate`: the files that it writes, and how it ends.

use crate::program::{apart_m, fails, generates, read, succeeds, text, zoetrope};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;
use zoetrope::formats;
use zoetrope::motion::Motion;

/// The values of an int32 `.npy` file of one dimension.
fn tokens_in(file: &Path) -> Vec<i32> {
    let bytes = std::fs::read(file).expect("a file");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = String::from_utf8_lossy(&bytes[10..10 + length]).replace(' ', "");
    let values: Vec<i32> = bytes[10 + length..].chunks(4).map(|value| i32::from_le_bytes(value.try_into().expect("4 bytes"))).collect();
    assert!(header.contains("'<i4'") && header.contains(&format!("({},)", values.len())), "{header}");
    values
}

#[test]
fn generate_writes_the_same_motion_in_every_format() {
    let folder = TempDir::new().expect("a folder");
    let output = zoetrope(&["generate", "a person walks", "-o", text(&folder.path().join("walk.bvh")), "--seconds", "1.2"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("licence"), "the log names the licence");
    let bvh = read(&folder.path().join("walk.bvh"));
    assert_eq!(bvh.len(), 36);
    for name in ["walk.glb", "walk.npz", "walk.npy"] {
        let file = folder.path().join(name);
        succeeds(&["generate", "a person walks", "-o", text(&file), "--seconds", "1.2"]);
        let motion = read(&file);
        let first = |motion: &Motion| motion.frames[0].root_m.with_y(0.0);
        let apart = apart_m(&bvh.placed(0.0, -first(&bvh)), &motion.placed(0.0, -first(&motion)));
        assert!(apart < 0.01, "{name} is {apart} m away from the BVH");
    }
    let glb = String::from_utf8_lossy(&std::fs::read(folder.path().join("walk.glb")).expect("a file")).into_owned();
    assert!(glb.contains("\"copyright\"") && glb.contains("starter") && glb.contains("a person walks"), "it says where it came from");
}

#[test]
fn the_same_seed_writes_the_same_file_and_another_seed_another() {
    let folder = TempDir::new().expect("a folder");
    let of_seed = |name: &str, seed: &str| std::fs::read(generates(folder.path(), name, &["--seconds", "1", "--seed", seed])).ok();
    let first = of_seed("a.glb", "3");
    assert!(first.is_some() && first == of_seed("b.glb", "3"));
    assert_ne!(first, of_seed("c.glb", "4"));
}

#[test]
fn variations_are_numbered_files_of_the_seeds_that_follow() {
    let folder = TempDir::new().expect("a folder");
    generates(folder.path(), "my.walk.npy", &["--seconds", "1", "--seed", "5", "--variations", "2"]);
    let alone = generates(folder.path(), "alone.npy", &["--seconds", "1", "--seed", "6"]);
    let mut names: Vec<String> = std::fs::read_dir(folder.path())
        .expect("a folder")
        .map(|file| file.expect("a file").file_name().to_string_lossy().into())
        .collect();
    names.sort();
    assert_eq!(names, ["alone.npy", "my.walk-1.npy", "my.walk-2.npy"]);
    let bytes = |file: &Path| std::fs::read(file).expect("a file");
    assert_eq!(bytes(&folder.path().join("my.walk-2.npy")), bytes(&alone));
    assert_ne!(bytes(&folder.path().join("my.walk-1.npy")), bytes(&alone));
}

#[test]
fn a_file_of_prompts_becomes_a_folder_of_files() {
    let folder = TempDir::new().expect("a folder");
    let (list, out) = (folder.path().join("list.txt"), folder.path().join("out"));
    std::fs::write(&list, "a person walks\n\n  someone jumps!\n").expect("written");
    succeeds(&["generate", "--prompts", text(&list), "-o", text(&out), "--format", "bvh,npz", "--seconds", "1"]);
    for name in ["001-a-person-walks.bvh", "001-a-person-walks.npz", "002-someone-jumps.bvh", "002-someone-jumps.npz"] {
        assert_eq!(read(&out.join(name)).len(), 30, "{name}");
    }
    assert_eq!(std::fs::read_dir(&out).expect("a folder").count(), 4);
    std::fs::write(&list, "\n \n").expect("written");
    assert!(fails(&["generate", "--prompts", text(&list), "-o", text(&out)]).contains("list.txt"));
}

#[test]
fn a_chain_is_one_motion_of_all_its_prompts() {
    let folder = TempDir::new().expect("a folder");
    let both = folder.path().join("both.glb");
    succeeds(&["generate", "a person walks", "then sits down", "-o", text(&both), "--chain", "--seconds", "1"]);
    assert_eq!(read(&both).len(), 60);
    let glb = String::from_utf8_lossy(&std::fs::read(&both).expect("a file")).into_owned();
    assert!(glb.contains("a person walks → then sits down"));
}

#[test]
fn seconds_are_exact_and_otherwise_the_model_ends_within_its_bounds() {
    let folder = TempDir::new().expect("a folder");
    let tokens = folder.path().join("tokens.npy");
    for (secs, expected) in [("0.1", 3_usize), ("0.5", 15), ("0.7", 21), ("1.27", 38), ("1.5", 45), ("2", 60)] {
        let file = generates(folder.path(), "walk.npz", &["--seconds", secs, "--tokens", text(&tokens)]);
        assert_eq!((tokens_in(&tokens).len(), read(&file).len()), (expected.div_ceil(2), expected), "{secs} s");
    }
    generates(folder.path(), "walk.npz", &["--min-seconds", "1", "--max-seconds", "1.6", "--tokens", text(&tokens)]);
    assert!((15..=24).contains(&tokens_in(&tokens).len()));
}

#[test]
fn raw_leaves_the_decoders_numbers_alone_and_published_is_greedy_and_short() {
    let folder = TempDir::new().expect("a folder");
    let tokens = ["clean", "raw", "published", "greedy"].map(|name| folder.path().join(format!("{name}-tokens.npy")));
    let clean = generates(folder.path(), "clean.npy", &["--seconds", "1", "--tokens", text(&tokens[0])]);
    let raw = generates(folder.path(), "raw.npy", &["--seconds", "1", "--raw", "--tokens", text(&tokens[1])]);
    assert_eq!(tokens_in(&tokens[0]), tokens_in(&tokens[1]), "only what comes after the tokens differs");
    let features = |file: &Path| formats::read_features(file).expect("features");
    assert_ne!(features(&clean).values(), features(&raw).values());

    let published = generates(folder.path(), "published.npy", &["--published", "--seed", "1", "--tokens", text(&tokens[2])]);
    let made = tokens_in(&tokens[2]);
    assert!((1..=50).contains(&made.len()));
    assert_eq!(features(&published).frames(), 2 * made.len());
    generates(folder.path(), "again.npy", &["--published", "--seed", "2", "--tokens", text(&tokens[3])]);
    assert_eq!(made, tokens_in(&tokens[3]), "greedy: the seed has no say");
}

/// Ctrl-C in the middle of many takes: what is there is whole.
#[cfg(unix)]
#[test]
fn an_interrupted_generation_leaves_no_half_written_file() {
    use std::time::{Duration, Instant};
    let folder = TempDir::new().expect("a folder");
    let out = folder.path().join("walk.glb");
    let mut child = Command::new(env!("CARGO_BIN_EXE_zoetrope"))
        .args(["generate", "a person walks", "-o", text(&out), "--variations", "1000", "--seconds", "1"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .expect("the program runs");
    let deadline = Instant::now() + Duration::from_secs(60);
    while !folder.path().join("walk-2.glb").exists() {
        assert!(Instant::now() < deadline && child.try_wait().expect("a child").is_none(), "it never wrote two files");
        std::thread::sleep(Duration::from_millis(10));
    }
    let kill = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(kill.success());
    assert_eq!(child.wait().expect("an end").code(), Some(130));
    let files: Vec<PathBuf> = std::fs::read_dir(folder.path()).expect("a folder").map(|file| file.expect("a file").path()).collect();
    assert!((2..1000).contains(&files.len()));
    for file in files {
        assert_eq!(read(&file).len(), 30, "{} is whole", file.display());
    }
}

#[test]
fn constraints_are_met_and_faults_in_them_are_one_line() {
    let folder = TempDir::new().expect("a folder");
    let (file, walk) = (folder.path().join("path.json"), folder.path().join("walk.npz"));
    std::fs::write(&file, r#"{"path": [{"x": 1, "z": 0}, {"x": 1, "z": 1.5}], "end": {"facing_deg": 0}}"#).expect("written");
    let generate = |seconds: &str| {
        ["generate", "a person walks", "-o", text(&walk), "--constraints", text(&file), "--candidates", "2", "--seconds", seconds]
            .map(str::to_owned)
    };
    let line = generate("2");
    let output = zoetrope(&line.each_ref().map(String::as_str));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("before the exact finish the model was"), "{said}");
    let (first, last) = (read(&walk).frames[0].root_m, read(&walk).frames[59].root_m);
    assert!((first.x - 1.0).abs() < 0.1 && first.z.abs() < 0.1 && (last.z - 1.5).abs() < 0.1, "{first} {last}");
    std::fs::write(&file, r#"{"path": [{"x": 1, "z": 0}, {"x": 1, "z": 1.5, "t": 3}]}"#).expect("written");
    let said = fails(&line.each_ref().map(String::as_str));
    assert!(said.contains("path[1].t is 3 s, beyond the motion's 2 s") && said.contains("path.json"), "{said}");
}

#[test]
fn between_and_redo_leave_the_rest_as_and_where_it_was() {
    let folder = TempDir::new().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let walk = generates(folder.path(), "walk.npz", &["--seconds", "2"]);
    let stop = generates(folder.path(), "stop.npz", &["--seconds", "1", "--seed", "4"]);
    let (both, redone) = (at("both.npz"), at("redone.npz"));
    succeeds(&["between", text(&walk), text(&stop), "--seconds", "0.8", "-o", text(&both), "--candidates", "2"]);
    let (before, whole) = (read(&walk), read(&both));
    assert_eq!(whole.len(), 60 + 24 + 30);
    let first = |motion: &Motion, frames: usize| Motion { frames: motion.frames[..frames].to_vec() };
    assert!(apart_m(&before, &first(&whole, 60)) < 1e-3);
    succeeds(&["redo", text(&walk), "a person waves", "--from", "0.7", "--to", "1.4", "-o", text(&redone), "--candidates", "2"]);
    let anew = read(&redone);
    let rest = |motion: &Motion| Motion { frames: motion.frames[..21].iter().chain(&motion.frames[42..]).copied().collect() };
    assert_eq!(anew.len(), 60);
    assert!(apart_m(&rest(&before), &rest(&anew)) < 1e-3, "the rest is where it was");
    assert_ne!(anew.frames[30], before.frames[30]);
    assert!(fails(&["redo", text(&walk), "--from", "3", "--to", "4", "-o", text(&redone)]).contains("which is 2.00 s long"));
    assert!(fails(&["redo", text(&walk), "--from", "0", "--to", "9", "-o", text(&redone)]).contains("nothing would be left"));
}
