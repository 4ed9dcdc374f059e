//! Reading a motion from any file that has one.

use super::bounds::check;
use super::error::{Fault, FormatError};
use super::format::Format;
use super::reading::{ReadOptions, Reading};
use super::{amass, bvh, fbx, features, file, glb};
use crate::motion::Motion;
use crate::motion::rig::{Rig, RigMotion};
use std::path::Path;

/// The motion in a file, at 30 fps on our skeleton.
///
/// # Errors
/// The file cannot be read, its ending is unknown, or its contents are damaged, too large or no humanoid motion.
pub fn read(path: &Path) -> Result<Motion, FormatError> {
    read_with(path, &ReadOptions::default()).map(|reading| reading.motion)
}

/// The motion in a file that the options choose, and what the file holds.
///
/// # Errors
/// As [`read`], and where the file has no such animation.
pub fn read_with(path: &Path, options: &ReadOptions) -> Result<Reading, FormatError> {
    Format::readable(path)?;
    let bytes = file::load(path)?;
    decode(path, &bytes, options)
}

/// The skeleton and the frames of a BVH file as they are, for those who look at how they are retargeted.
///
/// # Errors
/// As [`read`].
pub fn read_bvh(path: &Path) -> Result<RigMotion, FormatError> {
    let parsed = bvh::parse(&file::load(path)?, &ReadOptions::default());
    parsed.map(|parsed| parsed.clip).map_err(|fault| fault.while_reading(path))
}

/// The skeleton of a file that has one of its own, whether something moves it or not.
///
/// # Errors
/// As [`read`], and for files that hold numbers of a known skeleton alone.
pub fn read_rig(path: &Path) -> Result<Rig, FormatError> {
    let format = Format::readable(path)?;
    let bytes = file::load(path)?;
    let found = match format {
        Format::Bvh => bvh::parse(&bytes, &ReadOptions::default()).map(|parsed| parsed.clip.rig),
        Format::Glb | Format::Vrma => glb::rig(path, &bytes),
        Format::Fbx => fbx::rig(&bytes),
        Format::Usd | Format::Npz | Format::Npy => {
            Err(Fault::new("no skeleton of its own", "its joints are SMPL's; ask for a BVH, glTF or FBX file"))
        }
    };
    found.map_err(|fault| fault.while_reading(path))
}

/// The motion in the bytes of a file, whose name says how they are read; what a glTF document refers to is looked for beside it.
///
/// # Errors
/// As [`read_with`].
pub fn decode(path: &Path, bytes: &[u8], options: &ReadOptions) -> Result<Reading, FormatError> {
    let format = Format::readable(path)?;
    if options.clip.is_some() && !matches!(format, Format::Glb | Format::Vrma | Format::Fbx) {
        return Err(Fault::new("one animation alone", "leave out --clip: only glTF and FBX files have several").while_reading(path));
    }
    let found = match format {
        Format::Bvh => bvh::decode(bytes, options),
        Format::Glb | Format::Vrma => glb::decode(path, bytes, options),
        Format::Npz => amass::decode(bytes, options),
        Format::Npy => features::decode(bytes, options),
        Format::Fbx => fbx::decode(bytes, options),
        Format::Usd => Err(Fault::new("a scene of another program", "export .glb")),
    };
    let checked = found.and_then(|found| check(&found.motion).map(|()| found));
    checked.map_err(|fault| fault.while_reading(path))
}
