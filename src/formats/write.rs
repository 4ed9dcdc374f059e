//! Writing a motion to any kind of file.

use super::bounds::check;
use super::error::{Fault, FormatError};
use super::format::Format;
use super::writing::{Contents, WriteOptions};
use super::{amass, bones, bvh, fbx, features, file, glb, rate, usd};
use crate::body::Character;
use crate::motion::{self, FPS, Motion, led_in};
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// Writes a motion to a file whose ending says how. An existing file is replaced only by a complete one.
///
/// # Errors
/// The folder or file cannot be written, the ending is unknown, the motion is empty or not finite, or the options do not fit.
pub fn write(path: &Path, motion: &Motion, options: &WriteOptions) -> Result<(), FormatError> {
    let format = Format::of(path)?;
    check_own_file(path, options)?;
    let bytes = encode(format, form_of(path), motion, options).map_err(|fault| fault.while_writing(path))?;
    file::save(path, &bytes)
}

/// Whether a `.gltf` or `.vrm` file can be written so: it is the user's own file with a motion in it.
///
/// # Errors
/// Where there is no such file of the user's.
pub fn check_own_file(path: &Path, options: &WriteOptions) -> Result<(), FormatError> {
    let is_own = options.onto.is_some() && options.contents == Contents::Character;
    if form_of(path) == glb::Form::Glb || is_own {
        return Ok(());
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let cause = format!("a .{ending} file is a character of your own with a motion in it, and none was chosen");
    Err(Fault::new(cause, "choose one (--character FILE), or write .glb").while_writing(path))
}

fn form_of(path: &Path) -> glb::Form {
    let is = |ending: &str| path.extension().is_some_and(|other| other.eq_ignore_ascii_case(ending));
    if is("vrm") {
        glb::Form::Vrm
    } else if is("gltf") {
        glb::Form::Gltf
    } else {
        glb::Form::Glb
    }
}

fn encode(format: Format, form: glb::Form, motion: &Motion, options: &WriteOptions) -> Result<Vec<u8>, Fault> {
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
            let clip = character.follows(motion).at_fps(fps);
            match options.onto.as_ref().filter(|_| options.contents == Contents::Character) {
                Some(whose) => {
                    let bytes = file::load(whose).map_err(|error| Fault::new(error.to_string(), "choose the character again"))?;
                    glb::onto(whose, &bytes, &clip, options, form)
                }
                None => glb::encode(&clip, &character, options),
            }
        }
        Format::Fbx => {
            let character = character();
            fbx::encode(&character.follows(motion).at_fps(fps), &character, options)
        }
        Format::Vrma => glb::encode_vrma(motion, fps, options),
        Format::Usd => {
            let character = character();
            Ok(usd::encode(&character.follows(motion).at_fps(fps), &character, options).into_bytes())
        }
        Format::Npz => amass::encode(&motion.poses_at(fps), fps, options.npz_origin),
        Format::Npy if fps != FPS => Err(Fault::new("features have 30 frames a second", "leave out --fps")),
        Format::Npy => Ok(features::encode(&motion::features::encode(motion))),
    }
}
