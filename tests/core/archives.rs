//! The bounds of `motion::effects` on real motion capture. Where `ZOETROPE_MOCAP` names a folder with the unpacked archives and
//! their captions, prints for each action the share of its clips that keep its bounds and the share of the others.

use serde::Deserialize;
use std::path::Path;
use zoetrope::formats;
use zoetrope::motion::Motion;
use zoetrope::motion::effects::MeasuredAction;

const ARCHIVES: [&str; 4] = ["bandai_namco", "cmu", "hdm05", "mesh2motion"];
/// Dances go on and on; they are measured in pieces of the length that people generate.
const PIECE_SECS: f32 = 5.0;

#[derive(Deserialize)]
struct Segment {
    file: String,
    start_s: f32,
    end_s: f32,
    captions: Vec<String>,
}

/// What a caption says of an action.
#[derive(Clone, Copy, PartialEq)]
enum Says {
    Yes,
    /// Among other things, or something near it: counts neither way.
    Partly,
    No,
}

fn says(caption: &str, action: MeasuredAction) -> Says {
    let any = |words: &[&str]| words.iter().any(|word| caption.contains(word));
    let of = |yes: bool, partly: bool| {
        if yes {
            Says::Yes
        } else if partly {
            Says::Partly
        } else {
            Says::No
        }
    };
    let walks = any(&["walk", "strides"]);
    let runs = any(&["runs", "jogs", "dashes"]);
    let backwards = caption.starts_with("a person walks backward");
    let sideways = any(&["turn", "to the left", "to the right", "veers", "around", "circle", "figure", "side"]);
    let interrupted =
        any(&["stops", "jump", "leap", "dive", "duck", "steps over", "in place", "basketball", "zombie", "running", "and back"]);
    match action {
        MeasuredAction::Walk => of(walks && !any(&["backward", "old", "elderly", "happily"]) && !runs && !sideways && !interrupted, walks),
        MeasuredAction::Run => of(runs && !sideways && !interrupted, runs || any(&["running"])),
        MeasuredAction::Jump => {
            let only = ["a person jumps", "a person jumps forward", "a person makes a high jump", "a person hops once on both legs"];
            of(only.contains(&caption) || any(&["jumps and t"]), any(&["jump", "hop", "leap", "flip"]))
        }
        MeasuredAction::TurnLeft => of((walks || runs) && any(&["turns left", "to the left", "around to the left"]), any(&["turn"])),
        MeasuredAction::TurnRight => of((walks || runs) && any(&["turns right", "to the right", "around to the right"]), any(&["turn"])),
        MeasuredAction::Wave => of(caption.starts_with("a person waves"), any(&["wav"])),
        MeasuredAction::Bow => of(any(&["bows"]), false),
        MeasuredAction::Kick => of(any(&["kicks", "spin kick", "jump kick"]) && !any(&["hand", "flip"]), any(&["kick"])),
        MeasuredAction::Punch => of(any(&["punch", "boxing", "jabs"]) && !any(&["blocks"]), any(&["karate", "punch"])),
        MeasuredAction::Dance => of(any(&["dances", "Indian dance"]), any(&["danc", "ballet"])),
        MeasuredAction::RaiseBothHands => of(any(&["raises both hands"]), false),
        MeasuredAction::WalkBackwards => of(backwards, any(&["backward"])),
        // No archive has anybody who is told to stand still; these come nearest.
        MeasuredAction::StandStill => of(any(&["stands and listens"]) || caption == "a person nods", false),
        MeasuredAction::OldWalk => of(walks && !backwards && any(&["old person", "elderly"]), any(&["walks slowly"])),
        MeasuredAction::HappyWalk => of(walks && !backwards && any(&["happily"]), false),
        MeasuredAction::Crouch => of(any(&["does squats", "does a squat with"]), any(&["squat", "crouch"])),
        MeasuredAction::WalkSlowly => of(
            any(&["walks slowly"]) && !interrupted,
            walks && (sideways || any(&["slow", "old", "elderly", "exhausted", "tired", "zombie", "sad", "uneven"])),
        ),
        MeasuredAction::StepLeft => of(caption.starts_with("a person walks to the left"), any(&["side"])),
        MeasuredAction::StepRight => of(caption.starts_with("a person walks to the right"), any(&["side"])),
        MeasuredAction::RunAndTurnLeft => of(runs && any(&["turns left"]), runs && any(&["left", "turn", "circle"])),
        MeasuredAction::RunAndTurnRight => of(runs && any(&["turns right"]), runs && any(&["right", "turn", "circle"])),
        MeasuredAction::WaveLeftHand => of(any(&["waves the left hand"]), any(&["waves goodbye"])),
        MeasuredAction::WaveRightHand => of(any(&["waves the right hand"]), any(&["waves goodbye"])),
        MeasuredAction::RaiseLeftHand => of(any(&["raises the left hand"]), false),
        MeasuredAction::RaiseRightHand => of(any(&["raises the right hand"]), false),
        MeasuredAction::TiredWalk => of(
            walks && !backwards && !sideways && any(&["exhausted", "tired"]),
            walks && any(&["slow", "old", "elderly", "sad", "exhausted", "tired"]),
        ),
        MeasuredAction::JumpingJacks => of(caption == "a person does jumping jacks", any(&["jumping jacks"])),
        // The archives do not have them: only that others do not do them can be measured.
        MeasuredAction::WalkAndWave => of(false, walks && any(&["wav"])),
    }
}

fn clips(folder: &Path) -> Vec<(String, Motion)> {
    let mut clips = Vec::new();
    for archive in ARCHIVES {
        let captions = folder.join(format!("{archive}.captions.jsonl"));
        let lines = std::fs::read_to_string(&captions).unwrap_or_else(|error| panic!("{}: {error}", captions.display()));
        let mut last: Option<(String, Motion)> = None;
        for line in lines.lines() {
            let segment: Segment = serde_json::from_str(line).expect("a line of captions");
            if last.as_ref().is_none_or(|(file, _)| *file != segment.file) {
                let path = folder.join(&segment.file);
                // Or what `convert` made of it.
                let path = if path.exists() { path } else { path.with_extension("npz") };
                let motion = formats::read(&path).unwrap_or_else(|error| panic!("{error}"));
                last = Some((segment.file.clone(), motion));
            }
            let Some((_, motion)) = &last else { continue };
            let caption = &segment.captions[0];
            let pieces = match says(caption, MeasuredAction::Dance) {
                Says::Yes => ((segment.end_s - segment.start_s) / PIECE_SECS).ceil().max(1.0),
                Says::Partly | Says::No => 1.0,
            };
            let piece_secs = (segment.end_s - segment.start_s) / pieces;
            for piece in 0..pieces as usize {
                let from = segment.start_s + piece as f32 * piece_secs;
                clips.push((caption.clone(), motion.trimmed(from, from + piece_secs)));
            }
        }
    }
    clips.retain(|(_, motion)| motion.len() >= 10);
    clips
}

#[test]
fn real_clips_keep_the_bounds_of_their_action_and_others_do_not() {
    let Some(folder) = std::env::var_os("ZOETROPE_MOCAP") else {
        println!("skipped: no motion capture (ZOETROPE_MOCAP)");
        return;
    };
    let clips = clips(Path::new(&folder));
    println!("{:18} {:>12} {:>16}", "action", "its clips", "other clips");
    let mut outside = Vec::new();
    for action in MeasuredAction::ALL {
        let share = |wanted: Says| {
            let these: Vec<bool> =
                clips.iter().filter(|(caption, _)| says(caption, action) == wanted).map(|(_, motion)| action.is_done_by(motion)).collect();
            (100.0 * these.iter().filter(|done| **done).count() as f32 / these.len().max(1) as f32, these.len())
        };
        let ((own, own_count), (others, others_count)) = (share(Says::Yes), share(Says::No));
        println!("{:18} {own:5.1} % of {own_count:4} {others:5.1} % of {others_count:4}", action.name());
        if own_count > 0 && own < 90.0 || others > 20.0 {
            outside.push(action.name());
        }
    }
    assert!(outside.is_empty(), "the bounds do not divide: {outside:?}");
}
