//! The frames of a BVH file: rows of numbers for the channels of its joints.

use super::hierarchy::{Channel, Hierarchy, JointChannels};
use super::text::{AGAIN, Words};
use crate::formats::error::Fault;
use crate::motion::rig::RigMotion;
use glam::{Quat, Vec3};
use std::collections::BTreeMap;

/// Joints times frames: eleven minutes of 75 joints at 120 fps, 170 MB. Joints without channels take memory but no text, so the
/// length of the file does not bound it.
const MAX_JOINT_FRAMES: usize = 6_000_000;

/// The rows of numbers, as many as are there of those that the file declares.
pub(super) fn parse(
    words: &mut Words<'_>,
    hierarchy: Hierarchy,
    declared: u64,
    fps: f32,
    notes: &mut Vec<String>,
) -> Result<RigMotion, Fault> {
    let Hierarchy { rig, channels, .. } = hierarchy;
    let width: usize = channels.iter().map(|joint| joint.channels.len()).sum();
    if width == 0 {
        return Err(Fault::new("a skeleton without CHANNELS, which cannot move", "export it again with its animation"));
    }
    if declared == 0 {
        return Err(Fault::new("no frames (Frames: 0)", "export it again with its animation"));
    }
    let max_frames = MAX_JOINT_FRAMES / rig.len().max(1);
    let mut clip = RigMotion { rig, fps, translations: Vec::new(), rotations: Vec::new() };
    // Where a frame has a line of its own, a line of another length is a fault that would shift all that follows.
    let first_line = Lines::count(words.clone(), true);
    let a_frame_a_line = first_line.lengths.contains_key(&width) || Lines::count(words.clone(), false).hold_frames(width, declared)?;
    let mut row = Vec::with_capacity(width);
    let mut frame = 0;
    while (frame as u64) < declared {
        let line = words.line();
        row.clear();
        let mut end_line = line;
        for joint in &channels {
            let name = || joint.joint.map_or("another person", |joint| clip.rig.names()[joint].as_str());
            for channel in &joint.channels {
                end_line = words.line();
                let what = || format!("frame {}, {} {}", frame + 1, name(), channel.name());
                let Some(value) = words.number(what)? else { break };
                row.push(value);
            }
        }
        let next_line = words.line();
        let is_end = words.peek().is_none();
        let is_whole = row.len() == width;
        if a_frame_a_line && !row.is_empty() && !(is_end && row.len() <= width && end_line == line) {
            if end_line != line {
                return Err(wrong_length(line, "fewer", width));
            }
            if next_line == line {
                return Err(wrong_length(line, "more", width));
            }
        }
        if !is_whole {
            if !row.is_empty() {
                notes.push(format!("the last row is cut off (line {line}, {} of {width} numbers) and left out", row.len()));
            }
            break;
        }
        if frame == max_frames {
            return Err(Fault::new(format!("more than {max_frames} frames"), "cut it into shorter clips"));
        }
        push_frame(&mut clip, &channels, &row);
        frame += 1;
    }
    if frame == 0 {
        return Err(Fault::cut_off("no whole row of numbers"));
    }
    if (frame as u64) < declared {
        notes.push(format!("{declared} frames are declared and {frame} are there; those are read"));
    } else if words.peek().is_some() {
        notes.push(format!("the {declared} declared frames are read; there is more from line {} on", words.line()));
    }
    Ok(clip)
}

/// How the numbers of a text are spread over its lines.
struct Lines {
    /// The line of the first number.
    first: usize,
    /// How many lines have as many numbers.
    lengths: BTreeMap<usize, usize>,
}

impl Lines {
    /// Counts the numbers of each line, or of the first alone, up to the first word that is none.
    fn count(mut words: Words<'_>, first_alone: bool) -> Self {
        let first = words.line();
        let mut lengths = BTreeMap::new();
        let (mut line, mut length) = (first, 0);
        loop {
            let next = words.line();
            let is_number = words.number(String::new).is_ok_and(|number| number.is_some());
            if (next != line || !is_number) && length > 0 {
                *lengths.entry(length).or_default() += 1;
                length = 0;
            }
            if !is_number || (first_alone && !lengths.is_empty()) {
                return Self { first, lengths };
            }
            line = next;
            length += 1;
        }
    }

    /// Whether a line is a frame of `width` numbers: most files are written so, but numbers may also run on over the line ends.
    ///
    /// # Errors
    /// Lines that are frames of another width: whichever number is wrong, all others would go to other channels than they belong to.
    fn hold_frames(&self, width: usize, declared: u64) -> Result<bool, Fault> {
        let lines: usize = self.lengths.values().sum();
        let numbers: usize = self.lengths.iter().map(|(length, count)| length * count).sum();
        let usual = self.lengths.iter().max_by_key(|(length, count)| (**count, **length == width));
        let Some((&usual, _)) = usual else { return Ok(false) };
        // A single row may be cut off.
        if usual == width || (lines == 1 && usual < width) {
            return Ok(true);
        }
        let runs_on = numbers as u64 == declared.saturating_mul(width as u64);
        // What is wrapped has several lines a frame, or several frames a line.
        let is_wrapped = 2 * usual < width || usual.is_multiple_of(width) || width.is_multiple_of(usual);
        if runs_on || (is_wrapped && lines as u64 != declared) {
            return Ok(false);
        }
        let cause = format!("rows of {usual} numbers (from line {} on) where the joints have {width} CHANNELS", self.first);
        Err(Fault::new(cause, "its joints and its rows are not of the same skeleton: export it again"))
    }
}

fn wrong_length(line: usize, how: &str, width: usize) -> Fault {
    Fault::new(format!("line {line} has {how} than the {width} numbers of a frame"), AGAIN)
}

/// Adds the frame that a row of numbers describes.
fn push_frame(clip: &mut RigMotion, channels: &[JointChannels], row: &[f32]) {
    let mut values = row.iter();
    for joint in channels {
        let own: Vec<(Channel, f32)> = joint.channels.iter().copied().zip(values.by_ref().copied()).collect();
        let Some(index) = joint.joint else { continue };
        let mut translation = clip.rig.rest_translations()[index];
        let mut rotation = Quat::IDENTITY;
        for (channel, value) in own {
            match channel {
                Channel::Position(axis) => translation[axis] = value,
                Channel::Rotation(axis) => rotation *= Quat::from_axis_angle(Vec3::AXES[axis], value.to_radians()),
            }
        }
        clip.translations.push(translation);
        clip.rotations.push(rotation.normalize());
    }
}
