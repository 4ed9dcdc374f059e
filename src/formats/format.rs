//! The kinds of motion files, and what their names say.

use super::error::{Fault, FormatError};
use std::path::Path;

/// The kinds of motion files, by the ending of the name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `.bvh`: skeleton and animation as text.
    Bvh,
    /// `.glb`: binary glTF; `.gltf` and `.vrm` too, which are written on the user's own file alone.
    Glb,
    /// `.vrma`: the motion alone, for any VRM character.
    Vrma,
    /// `.fbx`: what Maya, MotionBuilder and Unity open.
    Fbx,
    /// `.usda` and `.usdz`: what Houdini, Omniverse and Maya open.
    Usd,
    /// `.npz`: AMASS's SMPL pose parameters; a `.pkl` of AIST++ is read too.
    Npz,
    /// `.npy`: the networks' 272 features a frame.
    Npy,
}

impl Format {
    /// The format in which a file of this name is written, by its ending in upper or lower case. `.gltf` and `.vrm` are the user's own file
    /// with a motion in it ([`super::check_own_file`]).
    ///
    /// # Errors
    /// [`FormatError::UnknownEnding`].
    pub fn of(path: &Path) -> Result<Self, FormatError> {
        let ending = ending(path);
        // Pickles are read alone.
        let format = Self::by_ending(&ending).filter(|format| *format != Self::Npz || ending == "npz");
        format.ok_or_else(|| FormatError::UnknownEnding { path: path.to_owned(), known: WRITTEN })
    }

    /// The format in which a file of this name is read: VRM and VRMA files are glTF.
    ///
    /// # Errors
    /// [`FormatError::UnknownEnding`], or what to do with files of other programs.
    pub fn readable(path: &Path) -> Result<Self, FormatError> {
        let ending = ending(path);
        if let Some(format) = Self::by_ending(&ending).filter(|format| *format != Self::Usd) {
            return Ok(format);
        }
        match elsewhere(&ending) {
            Some((cause, help)) => Err(Fault::new(cause, help).while_reading(path)),
            None => Err(FormatError::UnknownEnding { path: path.to_owned(), known: READ }),
        }
    }

    /// The ending of the names of files that are written so.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Bvh => "bvh",
            Self::Glb => "glb",
            Self::Vrma => "vrma",
            Self::Fbx => "fbx",
            Self::Usd => "usda",
            Self::Npz => "npz",
            Self::Npy => "npy",
        }
    }

    /// Whether a file can hold several animations.
    #[must_use]
    pub fn holds_several(self) -> bool {
        matches!(self, Self::Glb | Self::Fbx)
    }

    fn by_ending(ending: &str) -> Option<Self> {
        match ending {
            "bvh" => Some(Self::Bvh),
            "glb" | "gltf" | "vrm" => Some(Self::Glb),
            "vrma" => Some(Self::Vrma),
            "fbx" => Some(Self::Fbx),
            "usda" | "usdz" => Some(Self::Usd),
            "npz" | "pkl" | "pickle" | "p" => Some(Self::Npz),
            "npy" => Some(Self::Npy),
            _ => None,
        }
    }
}

const READ: &str = ".bvh, .glb, .gltf, .vrm, .vrma, .fbx, .npz, .pkl or .npy";
const WRITTEN: &str = ".bvh, .glb, .fbx, .usda, .usdz, .vrma, .npz or .npy, and .gltf or .vrm of your own character";

/// The ending of a file's name in lower case; empty where it has none.
fn ending(path: &Path) -> String {
    path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase()).unwrap_or_default()
}

/// Files in which motion is kept that is not read, by their ending: what they are, and the way round.
fn elsewhere(ending: &str) -> Option<(&'static str, &'static str)> {
    Some(match ending {
        "dae" | "usd" | "usda" | "usdc" | "usdz" | "blend" | "ma" | "mb" => {
            ("a scene of another program", "open it in Blender or the program that wrote it and export .bvh or .glb")
        }
        "pt" | "pth" | "ckpt" => ("a PyTorch file", "save its arrays with numpy.savez as .npz"),
        "vmd" | "pmx" | "pmd" => ("a file of MikuMikuDance", "open it in Blender with an MMD add-on and export .bvh or .glb"),
        "c3d" | "trc" => ("markers without a skeleton", "solve them to a skeleton in a motion capture program and export .bvh"),
        "asf" | "amc" => ("an Acclaim skeleton or motion", "use the same clip as .bvh"),
        _ => return None,
    })
}
