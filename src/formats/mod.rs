//! Files: BVH, glTF, AMASS npz and 272-feature npy, read to a [`Motion`] and written from one; and the project file.
//!
//! Readers trust nothing: a damaged or hostile file is an error of one line, within bounded memory. Writers write beside the file
//! and rename. What happens to a motion before or after is not known here.

mod amass;
mod archive;
mod body_model;
mod bones;
pub mod bvh;
mod error;
mod features;
mod file;
mod glb;
mod npy;
mod own;
mod pickle;
mod project;
mod rate;

pub use body_model::read_body_model;
pub use error::FormatError;
pub use features::{read_features, write_features, write_tokens, write_vector};
pub use file::write_text;
pub use project::{PROJECT_ENDING, Project, open_project, save_project};

use crate::body::Character;
use crate::motion::{self, FPS, JOINT_COUNT, Motion, NameStyle, Pose};
use crate::timeline::Provenance;
use error::Fault;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;

/// The kinds of motion files, by the ending of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.bvh`: skeleton and animation as text.
    Bvh,
    /// `.glb`: binary glTF; `.gltf` is read too.
    Glb,
    /// `.npz`: AMASS's SMPL pose parameters.
    Npz,
    /// `.npy`: the networks' 272 features a frame.
    Npy,
}

impl Format {
    /// The format of a file by its ending, in upper or lower case.
    ///
    /// # Errors
    /// [`FormatError::UnknownEnding`].
    pub fn of(path: &Path) -> Result<Self, FormatError> {
        let ending = path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
        match ending.as_deref() {
            Some("bvh") => Ok(Self::Bvh),
            Some("glb" | "gltf") => Ok(Self::Glb),
            Some("npz") => Ok(Self::Npz),
            Some("npy") => Ok(Self::Npy),
            _ => Err(FormatError::UnknownEnding { path: path.to_owned(), known: ".bvh, .glb, .npz or .npy" }),
        }
    }
}

/// The unit of a BVH file, which has none of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Units {
    /// Centimetres, what most tools expect.
    #[default]
    Cm,
    /// Metres.
    M,
}

/// What a GLB file holds beside the animation. The other formats hold what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Contents {
    /// The skinned character on its skeleton.
    #[default]
    Character,
    /// The skeleton without the character's mesh.
    Skeleton,
    /// No skeleton to bind anything to: nodes of the joints' names, for engines that lay the animation over a character they have.
    Animation,
}

/// How to write a motion.
#[derive(Clone, Debug, PartialEq)]
pub struct WriteOptions {
    /// Frames a second, 1 to 1000.
    pub fps: f32,
    /// Names of the joints (BVH, GLB).
    pub names: NameStyle,
    /// The unit of lengths (BVH only).
    pub units: Units,
    /// Whether the root stays where it is on the floor.
    pub in_place: bool,
    /// Whether a bone `root` carries the ground motion (BVH, GLB); `None` is what the names usually have.
    pub root_bone: Option<bool>,
    /// What goes out beside the animation (GLB only).
    pub contents: Contents,
    /// Whose bones and mesh go out (GLB, BVH); `None` is the mannequin.
    pub character: Option<Arc<Character>>,
    /// Where the motion came from (GLB only).
    pub provenance: Option<Provenance>,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            fps: FPS,
            names: NameStyle::Smpl,
            units: Units::Cm,
            in_place: false,
            root_bone: None,
            contents: Contents::default(),
            character: None,
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
}

/// What a file holds by itself, before it becomes a motion at 30 fps on our skeleton.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recorded {
    /// Frames; of a glTF file key frames, as many as fit its length.
    pub frames: usize,
    /// Frames a second; glTF has none and is taken at the pace of its most densely keyed joint.
    pub fps: f32,
    /// Joints of the skeleton, ends of bones not counted.
    pub joints: usize,
}

impl Recorded {
    /// Length in seconds, counting every frame as one frame long.
    #[must_use]
    pub fn duration_secs(&self) -> f32 {
        self.frames as f32 / self.fps
    }
}

/// The motion in a file, at 30 fps on our skeleton.
///
/// # Errors
/// The file cannot be read, its ending is unknown, or its contents are damaged, too large or no humanoid motion.
pub fn read(path: &Path) -> Result<Motion, FormatError> {
    read_recorded(path).map(|(motion, _)| motion)
}

/// The motion in a file as [`read`] gives it, and what the file itself holds.
///
/// # Errors
/// As [`read`].
pub fn read_recorded(path: &Path) -> Result<(Motion, Recorded), FormatError> {
    let format = Format::of(path)?;
    let bytes = file::load(path)?;
    let found = match format {
        Format::Bvh => bvh::decode(&bytes),
        Format::Glb => glb::decode(path, &bytes),
        Format::Npz => amass::parse(&bytes),
        Format::Npy => features::parse(&bytes).map(|features| {
            let motion = motion::features::decode(&features);
            let recorded = Recorded { frames: motion.len(), fps: FPS, joints: JOINT_COUNT };
            (motion, recorded)
        }),
    };
    let checked = found.and_then(|found| check(&found.0).map(|()| found));
    checked.map_err(|fault| fault.while_reading(path))
}

/// Writes a motion to a file whose ending says how. An existing file is replaced only by a complete one.
///
/// # Errors
/// The folder or file cannot be written, the ending is unknown, the motion is empty or not finite, or the options do not fit.
pub fn write(path: &Path, motion: &Motion, options: &WriteOptions) -> Result<(), FormatError> {
    let format = Format::of(path)?;
    let bytes = encode(format, motion, options).map_err(|fault| fault.while_writing(path))?;
    file::save(path, &bytes)
}

fn encode(format: Format, motion: &Motion, options: &WriteOptions) -> Result<Vec<u8>, Fault> {
    check(motion)?;
    let fps = rate::check(&rate::Clip { frames: motion.len(), fps: options.fps })?;
    let in_place;
    let motion = if options.in_place {
        in_place = motion.in_place();
        &in_place
    } else {
        motion
    };
    let character = || options.character.clone().unwrap_or_else(|| Arc::new(Character::mannequin()));
    match format {
        Format::Bvh => {
            let character = character();
            let poses = character.follows(motion).poses_at(fps);
            Ok(bvh::encode(&poses, fps, &character.rest_offsets_m, options).into_bytes())
        }
        Format::Glb => {
            let character = character();
            glb::encode(&character.follows(motion).poses_at(fps), fps, &character, options)
        }
        Format::Npz => amass::encode(&motion.poses_at(fps), fps),
        Format::Npy if fps != FPS => Err(Fault::new("features have 30 frames a second", "leave out --fps")),
        Format::Npy => Ok(features::encode(&motion::features::encode(motion))),
    }
}

fn check(motion: &Motion) -> Result<(), Fault> {
    let is_finite = |pose: &Pose| pose.root_m.is_finite() && pose.local.iter().all(|local| local.is_finite());
    match motion.frames.iter().position(|pose| !is_finite(pose)) {
        Some(frame) => Err(Fault::new(format!("frame {frame} holds a number that is not finite"), "choose another clip")),
        None => Ok(()),
    }
}
