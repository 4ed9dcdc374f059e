//! Files: BVH, glTF, FBX, AMASS npz and 272-feature npy, read to a [`Motion`] and written from one; and the project file.
//!
//! Readers trust nothing: a damaged or hostile file is an error of one line, within bounded memory. Writers write beside the file
//! and rename. What happens to a motion before or after is not known here.

mod amass;
mod archive;
mod arrays;
mod body_model;
mod bones;
mod bvh;
mod error;
mod euler;
mod fbx;
mod features;
mod file;
mod glb;
mod joints;
mod npy;
mod own;
mod pickled;
mod project;
mod rate;
mod reading;

pub use amass::NpzOrigin;
pub use body_model::read_body_model;
pub use error::FormatError;
pub use features::{read_features, write_features, write_tokens, write_vector};
pub use file::write_text;
pub use project::{PROJECT_ENDING, Project, open_project, save_project};
pub use reading::{Animation, ClipChoice, ReadOptions, Reading, Recorded, decode, read, read_bvh, read_rig, read_with};

use crate::body::Character;
use crate::motion::{self, FPS, Motion, NameStyle, led_in};
use crate::timeline::Provenance;
use error::Fault;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// The kinds of motion files, by the ending of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.bvh`: skeleton and animation as text.
    Bvh,
    /// `.glb`: binary glTF; `.gltf` is read too.
    Glb,
    /// `.fbx`: what Maya, MotionBuilder and Unity open.
    Fbx,
    /// `.npz`: AMASS's SMPL pose parameters; a `.pkl` of AIST++ is read too.
    Npz,
    /// `.npy`: the networks' 272 features a frame.
    Npy,
}

impl Format {
    /// The format in which a file of this name is written, by its ending in upper or lower case.
    ///
    /// # Errors
    /// [`FormatError::UnknownEnding`].
    pub fn of(path: &Path) -> Result<Self, FormatError> {
        let ending = ending(path);
        // The others of glTF's endings, and pickles, are read alone.
        let format = Self::by_ending(&ending).filter(|format| match format {
            Self::Glb => ending == "glb",
            Self::Npz => ending == "npz",
            Self::Bvh | Self::Fbx | Self::Npy => true,
        });
        format.ok_or_else(|| FormatError::UnknownEnding { path: path.to_owned(), known: WRITTEN })
    }

    /// The format in which a file of this name is read: VRM and VRMA files are glTF.
    ///
    /// # Errors
    /// [`FormatError::UnknownEnding`], or what to do with files of other programs.
    pub fn readable(path: &Path) -> Result<Self, FormatError> {
        let ending = ending(path);
        if let Some(format) = Self::by_ending(&ending).filter(|format| *format != Self::Fbx) {
            return Ok(format);
        }
        match elsewhere(&ending) {
            Some((cause, help)) => Err(Fault::new(cause, help).while_reading(path)),
            None => Err(FormatError::UnknownEnding { path: path.to_owned(), known: READ }),
        }
    }

    fn by_ending(ending: &str) -> Option<Self> {
        match ending {
            "bvh" => Some(Self::Bvh),
            "glb" | "gltf" | "vrm" | "vrma" => Some(Self::Glb),
            "fbx" => Some(Self::Fbx),
            "npz" | "pkl" | "pickle" | "p" => Some(Self::Npz),
            "npy" => Some(Self::Npy),
            _ => None,
        }
    }
}

const READ: &str = ".bvh, .glb, .gltf, .vrm, .vrma, .npz, .pkl or .npy";
const WRITTEN: &str = ".bvh, .glb, .fbx, .npz or .npy";

/// The ending of a file's name in lower case; empty where it has none.
fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// Files in which motion is kept that is not read, by their ending: what they are, and the way round.
fn elsewhere(ending: &str) -> Option<(&'static str, &'static str)> {
    Some(match ending {
        "fbx" | "dae" | "usd" | "usda" | "usdc" | "usdz" | "blend" | "ma" | "mb" => {
            ("a scene of another program", "open it in Blender or the program that wrote it and export .bvh or .glb")
        }
        "pt" | "pth" | "ckpt" => ("a PyTorch file", "save its arrays with numpy.savez as .npz"),
        "vmd" | "pmx" | "pmd" => ("a file of MikuMikuDance", "open it in Blender with an MMD add-on and export .bvh or .glb"),
        "c3d" | "trc" => ("markers without a skeleton", "solve them to a skeleton in a motion capture program and export .bvh"),
        "asf" | "amc" => ("an Acclaim skeleton or motion", "use the same clip as .bvh"),
        _ => return None,
    })
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

/// What a GLB or FBX file holds beside the animation. The other formats hold what they are for.
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
    /// Names of the joints (BVH, GLB, FBX); a rig of its own names keeps them.
    pub names: NameStyle,
    /// The unit of lengths (BVH only).
    pub units: Units,
    /// Whether the root stays where it is on the floor.
    pub in_place: bool,
    /// Whether a bone `root` carries the ground motion (BVH, GLB, FBX); `None` is what the names usually have. A rig of its own has one or not.
    pub root_bone: Option<bool>,
    /// Seconds from standing still to the first pose, in front; 0 is none.
    pub lead_in_secs: f32,
    /// Where the translation is measured from (AMASS npz only).
    pub npz_origin: NpzOrigin,
    /// What goes out beside the animation (GLB, FBX).
    pub contents: Contents,
    /// Whose bones and mesh go out (GLB, FBX, BVH); `None` is the mannequin.
    pub character: Option<Arc<Character>>,
    /// Where the motion came from (GLB, FBX).
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
            lead_in_secs: 0.0,
            npz_origin: NpzOrigin::default(),
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
    let mut motion = Cow::Borrowed(motion);
    if options.lead_in_secs > 0.0 {
        motion = Cow::Owned(led_in(&motion, options.lead_in_secs));
    }
    rate::check(&rate::Clip { frames: motion.len(), fps: FPS })?;
    let fps = rate::check(&rate::Clip { frames: 1, fps: options.fps })?;
    if options.in_place {
        motion = Cow::Owned(motion.in_place());
    }
    let motion = &*motion;
    let character = || options.character.clone().unwrap_or_else(|| Arc::new(Character::mannequin()));
    match format {
        Format::Bvh => {
            let character = character();
            let bones = bones::of(&character, options.names, options.has_root_bone());
            Ok(bvh::encode(&character.follows(motion).at_fps(fps), &bones, options.units).into_bytes())
        }
        Format::Glb => {
            let character = character();
            glb::encode(&character.follows(motion).at_fps(fps), &character, options)
        }
        Format::Fbx => {
            let character = character();
            fbx::encode(&character.follows(motion).at_fps(fps), &character, options)
        }
        Format::Npz => amass::encode(&motion.poses_at(fps), fps, options.npz_origin),
        Format::Npy if fps != FPS => Err(Fault::new("features have 30 frames a second", "leave out --fps")),
        Format::Npy => Ok(features::encode(&motion::features::encode(motion))),
    }
}

/// No motion is farther away than this, metres; there single precision ends to hold millimetres.
const FARTHEST_M: f32 = 1e5;

fn check(motion: &Motion) -> Result<(), Fault> {
    for (frame, pose) in motion.frames.iter().enumerate() {
        if !(pose.root_m.is_finite() && pose.local.iter().all(|local| local.is_finite())) {
            return Err(Fault::new(format!("frame {frame} holds a number that is not finite"), "choose another clip"));
        }
        let away_m = pose.root_m.abs().max_element();
        if away_m > FARTHEST_M {
            let cause = format!("frame {frame} is {:.0} km away from the origin", away_m / 1000.0);
            return Err(Fault::new(cause, "check the unit and the root's position, and export it again"));
        }
    }
    Ok(())
}
