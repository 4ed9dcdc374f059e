//! Reading BVH: any joint names, channel order, unit and frame rate. Text in, a foreign skeleton and its animation out.

use crate::motion::retarget::{SourceClip, SourceSkeleton};
use glam::{Quat, Vec3};
use std::str::SplitAsciiWhitespace;

/// More joints than any humanoid has; a file that declares more is not one.
const MAX_JOINTS: usize = 2048;
/// Joints times frames: eleven minutes of 75 joints at 120 fps, 170 MB. Joints without channels take memory but no text, so the
/// length of the file does not bound it.
const MAX_JOINT_FRAMES: usize = 6_000_000;

/// What the end of a bone is called, after its joint.
pub(super) const END: &str = "_end";

/// One number of a frame line, and what it does to its joint.
#[derive(Clone, Copy, Debug)]
enum Channel {
    Position(usize),
    Rotation(usize),
}

struct Hierarchy {
    skeleton: SourceSkeleton,
    channels: Vec<Vec<Channel>>,
}

/// Parses a BVH file. End Sites become joints called `NAME_end`.
///
/// # Errors
/// What is wrong, in a few words, without the file's name.
pub fn parse(text: &str) -> Result<SourceClip, String> {
    let mut words = text.split_ascii_whitespace();
    expect(&mut words, "HIERARCHY")?;
    let hierarchy = parse_hierarchy(&mut words)?;
    let (frames, frame_secs) = parse_motion_header(&mut words, hierarchy.channels.len())?;
    let count = frames * hierarchy.channels.len();
    let (translations, rotations) = (Vec::with_capacity(count), Vec::with_capacity(count));
    let mut clip = SourceClip { skeleton: hierarchy.skeleton, fps: 1.0 / frame_secs, translations, rotations };
    for frame in 0..frames {
        for (joint, channels) in hierarchy.channels.iter().enumerate() {
            let mut translation = clip.skeleton.rest_translations[joint];
            let mut rotation = Quat::IDENTITY;
            for channel in channels {
                let value = number(&mut words, || format!("frame {} of {frames} ends early", frame + 1))?;
                match *channel {
                    Channel::Position(axis) => translation[axis] = value,
                    Channel::Rotation(axis) => {
                        rotation *= Quat::from_axis_angle(Vec3::AXES[axis], value.to_radians());
                    }
                }
            }
            clip.translations.push(translation);
            clip.rotations.push(rotation.normalize());
        }
    }
    Ok(clip)
}

fn parse_hierarchy(words: &mut SplitAsciiWhitespace<'_>) -> Result<Hierarchy, String> {
    let mut hierarchy = Hierarchy { skeleton: SourceSkeleton::default(), channels: Vec::new() };
    let mut open: Vec<usize> = Vec::new();
    expect(words, "ROOT")?;
    let name = words.next().ok_or("the root has no name")?;
    open_joint(&mut hierarchy, &mut open, name.to_owned(), words)?;
    while !open.is_empty() {
        match words.next() {
            Some("JOINT") => {
                let name = words.next().ok_or("a joint has no name")?;
                open_joint(&mut hierarchy, &mut open, name.to_owned(), words)?;
            }
            Some("End") => {
                expect(words, "Site")?;
                let parent = open.last().map_or("", |joint| &hierarchy.skeleton.names[*joint]);
                let name = format!("{parent}{END}");
                open_joint(&mut hierarchy, &mut open, name, words)?;
            }
            Some("OFFSET") => {
                let joint = *open.last().ok_or("an OFFSET stands outside a joint")?;
                for axis in 0..3 {
                    let missing = || format!("the OFFSET of {} is incomplete", hierarchy.skeleton.names[joint]);
                    hierarchy.skeleton.rest_translations[joint][axis] = number(words, missing)?;
                }
            }
            Some("CHANNELS") => {
                let joint = *open.last().ok_or("CHANNELS stand outside a joint")?;
                hierarchy.channels[joint] = parse_channels(words)?;
            }
            Some("}") => {
                open.pop();
            }
            Some(word) => return Err(format!("\"{}\" stands where a joint is described", shortened(word))),
            None => return Err("the file ends inside the HIERARCHY".to_owned()),
        }
    }
    Ok(hierarchy)
}

fn open_joint(hierarchy: &mut Hierarchy, open: &mut Vec<usize>, name: String, words: &mut SplitAsciiWhitespace<'_>) -> Result<(), String> {
    let joint = hierarchy.skeleton.names.len();
    if joint == MAX_JOINTS {
        return Err(format!("it has more than {MAX_JOINTS} joints"));
    }
    expect(words, "{")?;
    hierarchy.skeleton.names.push(name);
    hierarchy.skeleton.parents.push(open.last().copied());
    hierarchy.skeleton.rest_translations.push(Vec3::ZERO);
    hierarchy.skeleton.rest_rotations.push(Quat::IDENTITY);
    hierarchy.channels.push(Vec::new());
    open.push(joint);
    Ok(())
}

fn parse_channels(words: &mut SplitAsciiWhitespace<'_>) -> Result<Vec<Channel>, String> {
    let count = words.next().and_then(|word| word.parse::<usize>().ok()).filter(|count| *count <= 6);
    let count = count.ok_or("a joint's CHANNELS count is not between 0 and 6")?;
    let channel = |word: &str| {
        let axis = "XYZ".find(word.get(..1)?)?;
        match word.get(1..)?.to_ascii_lowercase().as_str() {
            "position" => Some(Channel::Position(axis)),
            "rotation" => Some(Channel::Rotation(axis)),
            _ => None,
        }
    };
    (0..count)
        .map(|_| {
            let word = words.next().unwrap_or("");
            channel(word).ok_or_else(|| format!("\"{}\" is no channel (known: Xposition … Zrotation)", shortened(word)))
        })
        .collect()
}

fn parse_motion_header(words: &mut SplitAsciiWhitespace<'_>, joints: usize) -> Result<(usize, f32), String> {
    expect(words, "MOTION")?;
    expect(words, "Frames:")?;
    let frames = words.next().unwrap_or("");
    let frames: usize = frames.parse().map_err(|_| format!("\"{}\" is no number of frames", shortened(frames)))?;
    let max_frames = MAX_JOINT_FRAMES / joints.max(1);
    if frames == 0 || frames > max_frames {
        return Err(format!("it declares {frames} frames (1 to {max_frames} are possible)"));
    }
    expect(words, "Frame")?;
    expect(words, "Time:")?;
    let frame_secs = number(words, || "the Frame Time is missing".to_owned())?;
    if !(1e-4..=10.0).contains(&frame_secs) {
        return Err(format!("a Frame Time of {frame_secs} s is not possible"));
    }
    Ok((frames, frame_secs))
}

fn expect(words: &mut SplitAsciiWhitespace<'_>, expected: &str) -> Result<(), String> {
    match words.next() {
        Some(word) if word.eq_ignore_ascii_case(expected) => Ok(()),
        Some(word) => Err(format!("\"{}\" stands where \"{expected}\" should", shortened(word))),
        None => Err(format!("it ends where \"{expected}\" should stand")),
    }
}

/// Positions beyond this are no motion and would overflow later arithmetic.
const MAX_MAGNITUDE: f32 = 1e7;

fn number(words: &mut SplitAsciiWhitespace<'_>, missing: impl FnOnce() -> String) -> Result<f32, String> {
    let word = words.next().ok_or_else(missing)?;
    match word.parse::<f32>() {
        Ok(value) if value.abs() <= MAX_MAGNITUDE => Ok(value),
        _ => Err(format!("\"{}\" is not a usable number", shortened(word))),
    }
}

fn shortened(word: &str) -> String {
    word.chars().take(32).collect()
}
