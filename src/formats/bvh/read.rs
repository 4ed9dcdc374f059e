//! Reading BVH: any joint names, channel order, unit and frame rate. Text in, a foreign skeleton and its animation (`rows.rs`) out, with
//! notes on what in the text was not as it says.

use super::hierarchy::{Channel, END, Hierarchy, JointChannels};
use super::rows;
use super::text::{AGAIN, Words, shortened};
use crate::formats::error::Fault;
use crate::motion::rig::RigMotion;
use glam::{Quat, Vec3};

/// More joints than any humanoid has; a file that declares more is not one.
const MAX_JOINTS: usize = 2048;
/// A parsed file.
pub(in crate::formats) struct Parsed {
    /// The first person. End Sites are joints called `NAME_end`. Its rate is what the file says, which may be none.
    pub(in crate::formats) clip: RigMotion,
    /// How many of its joints are no ends of bones.
    pub(in crate::formats) joints: usize,
    /// What a reader of the motion should know.
    pub(in crate::formats) notes: Vec<String>,
}

/// Parses the text of a BVH file.
pub(super) fn parse(text: &str) -> Result<Parsed, Fault> {
    let mut words = Words::of(text);
    if words.peek().is_none() {
        return Err(Fault::new("no text", "export it again"));
    }
    words.expect("HIERARCHY")?;
    let mut hierarchy = Hierarchy::default();
    loop {
        parse_root(&mut words, &mut hierarchy)?;
        if !words.peek().is_some_and(|word| word.eq_ignore_ascii_case("ROOT")) {
            break;
        }
    }
    words.expect("MOTION")?;
    words.expect_label("Frames")?;
    let line = words.line();
    let frames = words.next().unwrap_or("");
    let bad_count = || Fault::new(format!("line {line}: \"{}\" is no number of frames", shortened(frames)), AGAIN);
    let declared: u64 = frames.parse().map_err(|_| bad_count())?;
    words.expect("Frame")?;
    words.expect_label("Time")?;
    let frame_secs = words.number(|| "the Frame Time".to_owned())?.ok_or_else(|| Fault::cut_off("the Frame Time is missing"))?;
    let mut notes = Vec::new();
    if let [first, ..] = hierarchy.others.as_slice() {
        let count = hierarchy.others.len();
        let who = if count == 1 { "another person".to_owned() } else { format!("{count} other persons") };
        notes.push(format!("the first person is read; the file has {who} too ({})", shortened(first)));
    }
    let joints = hierarchy.joints();
    let clip = rows::parse(&mut words, hierarchy, declared, 1.0 / frame_secs, &mut notes)?;
    Ok(Parsed { clip, joints, notes })
}

/// One person's joints.
fn parse_root(words: &mut Words<'_>, hierarchy: &mut Hierarchy) -> Result<(), Fault> {
    words.expect("ROOT")?;
    let is_first = hierarchy.channels.is_empty();
    let name = words.name();
    if !is_first {
        hierarchy.others.push(name.to_owned());
    }
    // The joints around this place in the text; their index in the rig, where they belong to the first person.
    let mut open = vec![open_joint(words, hierarchy, None, name.to_owned(), is_first)?];
    while let Some(&innermost) = open.last() {
        let parent = hierarchy.channels[innermost].joint;
        let line = words.line();
        let name = |hierarchy: &Hierarchy| parent.map_or("", |joint| hierarchy.rig.names()[joint].as_str()).to_owned();
        let Some(word) = words.next() else { return Err(Fault::cut_off("the text ends within the HIERARCHY")) };
        match word.to_ascii_uppercase().as_str() {
            "JOINT" => {
                let name = words.name();
                open.push(open_joint(words, hierarchy, parent, name.to_owned(), is_first)?);
            }
            "END" => {
                words.expect("Site")?;
                let name = format!("{}{END}", name(hierarchy));
                open.push(open_joint(words, hierarchy, parent, name, is_first)?);
            }
            "OFFSET" => {
                let mut offset = Vec3::ZERO;
                for axis in 0..3 {
                    let what = || format!("the OFFSET of {}", name(hierarchy));
                    let value = words.number(what)?.ok_or_else(|| Fault::cut_off("the text ends within an OFFSET"))?;
                    offset[axis] = value;
                }
                if let Some(joint) = parent {
                    hierarchy.rig.set_rest_translation(joint, offset);
                }
            }
            "CHANNELS" => hierarchy.channels[innermost].channels = parse_channels(words, &name(hierarchy))?,
            "}" => drop(open.pop()),
            _ => {
                let cause = format!("line {line}: \"{}\" stands where joint {} is described", shortened(word), name(hierarchy));
                return Err(Fault::new(cause, AGAIN));
            }
        }
    }
    Ok(())
}

/// Opens a joint; its place among [`Hierarchy::channels`].
fn open_joint(
    words: &mut Words<'_>,
    hierarchy: &mut Hierarchy,
    parent: Option<usize>,
    name: String,
    is_first: bool,
) -> Result<usize, Fault> {
    if hierarchy.channels.len() == MAX_JOINTS {
        return Err(Fault::new(format!("more than {MAX_JOINTS} joints"), "export one person's skeleton alone"));
    }
    if name.is_empty() || name == "{" {
        return Err(Fault::new(format!("line {}: a joint without a name", words.line()), AGAIN));
    }
    words.expect("{")?;
    let joint = is_first.then(|| hierarchy.rig.push(&name, parent, Vec3::ZERO, Quat::IDENTITY));
    hierarchy.channels.push(JointChannels { joint, channels: Vec::new() });
    Ok(hierarchy.channels.len() - 1)
}

fn parse_channels(words: &mut Words<'_>, joint: &str) -> Result<Vec<Channel>, Fault> {
    let line = words.line();
    let count = words.next().unwrap_or("");
    let bad_count = || Fault::new(format!("line {line}: joint {joint} has \"{}\" CHANNELS, not 0 to 6", shortened(count)), AGAIN);
    let count = count.parse::<usize>().ok().filter(|count| *count <= 6).ok_or_else(bad_count)?;
    let mut channels = Vec::with_capacity(count);
    for _ in 0..count {
        let word = words.next().unwrap_or("");
        let unknown = || {
            let cause = format!("line {line}: \"{}\" is no channel of joint {joint}", shortened(word));
            Fault::new(cause, "channels are Xposition, Yposition, Zposition, Xrotation, Yrotation and Zrotation")
        };
        channels.push(Channel::of(word).ok_or_else(unknown)?);
    }
    Ok(channels)
}
