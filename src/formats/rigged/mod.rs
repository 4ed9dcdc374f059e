//! Rigged characters of users: a skeleton with the meshes that it moves, what they are made of, and what the file says about its use.
//!
//! What glTF and FBX files have in common once they are parsed is here: the rest pose ([`skeleton`]), skinning to the four heaviest joints
//! ([`skin`]), pictures ([`pictures`]). Space: metres, Y up, as in the rest pose.

pub(super) mod pictures;
pub(super) mod skeleton;
pub(super) mod skin;

use crate::body::{BodyMesh, Character};
use crate::motion::mapping::{Mapping, MappingError};
use crate::motion::rig::Rig;

/// A rigged character as its file has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadCharacter {
    /// The joints that move its meshes and those above them, metres, with what the file says of parts of the body.
    pub rig: Rig,
    /// Its meshes, one for each material, in the rest pose of the rig. Morphs are as they rest.
    pub meshes: Vec<BodyMesh>,
    /// Which node of the file each joint is `[joints]`.
    pub nodes: Vec<usize>,
    /// Its morph targets (shape keys), which stay in the file.
    pub morphs: usize,
    /// The names of the animations in its file.
    pub clips: Vec<String>,
    /// What the file says of its maker and of what may be done with it, a line each.
    pub rights: Vec<String>,
    /// What was left out or taken otherwise, a sentence each.
    pub notes: Vec<String>,
}

impl ReadCharacter {
    /// The character, its joints found by what the file says, by their names and by their places.
    ///
    /// # Errors
    /// Where a part of the body is not found, or it is no human.
    pub fn character(self) -> Result<Character, MappingError> {
        Ok(Character::new(Mapping::of(&self.rig)?, self.meshes))
    }
}

/// A body taller than this is a file in centimetres that says metres, or the other way round. Giants and dolls are between.
const TALLEST_M: f32 = 25.0;
const SMALLEST_M: f32 = 0.05;

/// What lengths are multiplied by so that a body of these heights is in metres.
fn metres(lowest: f32, highest: f32) -> f32 {
    let height = highest - lowest;
    if height > TALLEST_M {
        0.01
    } else if height > 0.0 && height < SMALLEST_M {
        100.0
    } else {
        1.0
    }
}

/// Metres for each unit of a rig as its file has it: 1, unless it is a hundred times too large or too small for any figure.
pub(super) fn metres_per_unit(rig: &Rig) -> f32 {
    let heights = || rig.rest_world().positions.into_iter().map(|place| place.y);
    metres(heights().fold(f32::INFINITY, f32::min), heights().fold(f32::NEG_INFINITY, f32::max))
}

/// Puts a character that is a hundred times too large or too small into metres, and says so.
pub(super) fn into_metres(read: &mut ReadCharacter) {
    let factor = metres_per_unit(&read.rig);
    if factor == 1.0 {
        return;
    }
    for joint in 0..read.rig.len() {
        read.rig.set_rest_translation(joint, read.rig.rest_translations()[joint] * factor);
    }
    read.meshes.iter_mut().flat_map(|mesh| &mut mesh.positions_m).for_each(|place| *place *= factor);
    let times = if factor < 1.0 { "a hundredth" } else { "a hundred times" };
    read.notes.push(format!("its lengths are no metres; it is shown {times} as large"));
}
