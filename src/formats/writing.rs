//! How a motion is written: the options of all formats.

use super::amass::NpzOrigin;
use crate::body::Character;
use crate::motion::rig::RigMotion;
use crate::motion::{FPS, Motion, NameStyle};
use crate::timeline::Provenance;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// The unit of a BVH file, which has none of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Units {
    /// Centimetres, what most tools expect.
    #[default]
    Cm,
    /// Metres.
    M,
}

/// An animation's longest name.
const LONGEST_NAME: usize = 60;
/// What an animation is called that came from no prompt.
const NAMELESS: &str = "Motion";

/// What a GLB, FBX or USD file holds beside the animation. The other formats hold what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contents {
    /// The skinned character on its skeleton.
    #[default]
    Character,
    /// The skeleton without the character's mesh.
    Skeleton,
    /// No skeleton to bind anything to: nodes of the joints' names, for engines that lay the animation over a character they have. FBX has
    /// no nodes of that kind: it is the skeleton again.
    Animation,
}

/// How to write a motion.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteOptions {
    /// Frames a second, 1 to 1000.
    pub fps: f32,
    /// Names of the joints (BVH, GLB, FBX, USD); a rig of its own names keeps them.
    pub names: NameStyle,
    /// The unit of lengths (BVH only).
    pub units: Units,
    /// Whether the root stays where it is on the floor.
    pub in_place: bool,
    /// Whether a bone `root` carries the ground motion (BVH, GLB, FBX, USD); `None` is what the names usually have. A rig of its own has one or not.
    pub root_bone: Option<bool>,
    /// Seconds from standing still to the first pose, in front; 0 is none.
    pub lead_in_secs: f32,
    /// Where the translation is measured from (AMASS npz only).
    pub npz_origin: NpzOrigin,
    /// What goes out beside the animation (GLB, FBX, USD).
    pub contents: Contents,
    /// Whose bones and mesh go out (GLB, FBX, USD, BVH); `None` is the mannequin.
    pub character: Option<Arc<Character>>,
    /// The file whose character that is: a GLB of a glTF file is this file with one more animation and else as it was, and so is an FBX of a
    /// binary FBX file.
    pub onto: Option<PathBuf>,
    /// Where the motion came from (GLB, FBX, USD).
    pub provenance: Option<Provenance>,
}

/// A motion to write, and what it is called in its file.
#[derive(Clone, Debug)]
pub struct NamedMotion<'a> {
    /// Its name; others of the same name get a number.
    pub name: String,
    /// The motion, at 30 fps.
    pub motion: &'a Motion,
    /// Where it came from.
    pub provenance: Option<Provenance>,
}

/// The same as it goes out: on a rig, at the rate of the file.
pub(super) struct NamedClip {
    pub(super) name: String,
    pub(super) clip: RigMotion,
    pub(super) provenance: Option<Provenance>,
}

/// Who made the motions, under which licence, each said once.
pub(super) fn credits(clips: &[NamedClip]) -> Option<String> {
    let mut credits: Vec<String> = Vec::new();
    for credit in clips.iter().filter_map(|clip| clip.provenance.as_ref()).map(Provenance::credit) {
        if !credits.contains(&credit) {
            credits.push(credit);
        }
    }
    (!credits.is_empty()).then(|| credits.join("; "))
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            fps: FPS,
            names: NameStyle::Smpl,
            units: Units::Cm,
            in_place: false,
            root_bone: None,
            lead_in_secs: 0.0,
            npz_origin: NpzOrigin::default(),
            contents: Contents::default(),
            character: None,
            onto: None,
            provenance: None,
        }
    }
}

impl WriteOptions {
    /// Whether a bone `root` carries the ground motion.
    #[must_use]
    pub fn has_root_bone(&self) -> bool {
        self.root_bone.unwrap_or(self.names.has_root_bone())
    }

    /// What the animation is called: the prompt, as far as it is short.
    pub(super) fn clip_name(&self) -> String {
        let prompt = self.provenance.as_ref().map(Provenance::prompt).unwrap_or_default();
        short_name(&prompt)
    }
}

/// What an animation is called that somebody calls so: as far as that is short, and something where it is nothing.
pub(super) fn short_name(name: &str) -> String {
    let name: String = name.trim().chars().take(LONGEST_NAME).collect();
    if name.is_empty() { NAMELESS.to_owned() } else { name }
}
