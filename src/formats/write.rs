//! Writing motions to any kind of file.

use super::bounds::check;
use super::error::{Fault, FormatError};
use super::format::Format;
use super::writing::{Contents, NamedClip, NamedMotion, WriteOptions, short_name};
use super::{amass, bones, bvh, fbx, features, file, glb, rate, usd};
use crate::body::Character;
use crate::motion::{self, FPS, Motion, led_in};
use std::borrow::Cow;
use std::fs::create_dir_all;
use std::path::Path;
use std::sync::Arc;

/// Writes a motion to a file whose ending says how. An existing file is replaced only by a complete one.
///
/// # Errors
/// The folder or file cannot be written, the ending is unknown, the motion is empty or not finite, or the options do not fit.
pub fn write(path: &Path, motion: &Motion, options: &WriteOptions) -> Result<(), FormatError> {
    write_all(path, &[NamedMotion { name: options.clip_name(), motion, provenance: options.provenance.clone() }], options)
}

/// Writes motions to one file, each as an animation of its own. Where they came from is said by each; a format that holds one motion takes
/// that from the options.
///
/// # Errors
/// As [`write()`], and for several motions where the format holds one ([`Format::holds_several`]).
pub fn write_all(path: &Path, motions: &[NamedMotion<'_>], options: &WriteOptions) -> Result<(), FormatError> {
    let format = Format::of(path)?;
    check_own_file(path, options)?;
    let files = encode(format, path, motions, options).map_err(|fault| fault.while_writing(path))?;
    // What a file refers to is there before it.
    for (name, bytes) in &files.beside {
        let beside = path.with_file_name(name);
        let folder = beside.parent().unwrap_or(Path::new(""));
        create_dir_all(folder).map_err(|source| FormatError::Write { path: folder.to_owned(), source })?;
        file::save(&beside, bytes)?;
    }
    file::save(path, &files.bytes)
}

/// What is written.
struct Files {
    bytes: Vec<u8>,
    /// Files that it refers to: their paths, relative to it, and what is in them.
    beside: Vec<(String, Vec<u8>)>,
}

impl From<Vec<u8>> for Files {
    fn from(bytes: Vec<u8>) -> Self {
        Self { bytes, beside: Vec::new() }
    }
}

/// Whether a `.gltf` or `.vrm` file can be written so: it is the user's own file with a motion in it.
///
/// # Errors
/// Where there is no such file of the user's.
pub fn check_own_file(path: &Path, options: &WriteOptions) -> Result<(), FormatError> {
    let is_own = whose(options, Format::Glb).is_some() && options.contents == Contents::Character;
    if form_of(path) == glb::Form::Glb || is_own {
        return Ok(());
    }
    let ending = path.extension().unwrap_or_default().to_string_lossy().to_ascii_lowercase();
    let what = format!("a .{ending} file is a character of your own with a motion in it");
    let fault = if options.contents != Contents::Character {
        Fault::new(format!("{what}, and whole"), "leave out --skeleton-only and --animation-only, or write .glb")
    } else if options.onto.is_some() {
        Fault::new(format!("{what}, and yours is no glTF file"), "write .glb, or the format of your character")
    } else {
        Fault::new(format!("{what}, and none was chosen"), "choose one (--character FILE), or write .glb")
    };
    Err(fault.while_writing(path))
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

fn encode(format: Format, path: &Path, motions: &[NamedMotion<'_>], options: &WriteOptions) -> Result<Files, Fault> {
    if motions.len() > 1 && !format.holds_several() {
        return Err(Fault::new("several motions in a file that holds one", "write a .glb or .fbx, or a file for each"));
    }
    let fps = rate::check(&rate::Clip { frames: 1, fps: options.fps })?;
    let prepared = motions.iter().map(|named| prepared(named.motion, options)).collect::<Result<Vec<_>, _>>()?;
    let Some(motion) = prepared.first() else { return Err(Fault::new("no motion", "choose one")) };
    let character = || options.character.clone().unwrap_or_else(|| Arc::new(Character::mannequin()));
    let clips_of = |character: &Character| -> Vec<NamedClip> {
        let clip = |(named, motion): (&NamedMotion<'_>, &Cow<'_, Motion>)| NamedClip {
            name: short_name(&named.name),
            clip: character.follows(motion).at_fps(fps),
            provenance: named.provenance.clone(),
        };
        motions.iter().zip(&prepared).map(clip).collect()
    };
    let bytes = match format {
        Format::Bvh => {
            let character = character();
            let bones = bones::of(&character, options.names, options.has_root_bone());
            Ok(bvh::encode(&character.follows(motion).at_fps(fps), &bones, options.units).into_bytes())
        }
        Format::Glb => {
            let character = character();
            let clips = clips_of(&character);
            match whose(options, Format::Glb).filter(|_| options.contents == Contents::Character) {
                Some(whose) => glb::onto(whose, &load(whose)?, &clips, form_of(path)),
                None => glb::encode(&clips, &character, options),
            }
        }
        Format::Fbx => {
            let character = character();
            let clips = clips_of(&character);
            let onto = whose(options, Format::Fbx).map(|whose| fbx::onto(whose, &load(whose)?, &clips, options.contents)).transpose()?;
            onto.flatten().map_or_else(|| fbx::encode(&clips, &character, options), Ok)
        }
        Format::Vrma => glb::encode_vrma(motion, fps, options),
        Format::Usd => {
            let character = character();
            let stem = path.file_stem().unwrap_or_default().to_string_lossy();
            let layer = usd::encode(&character.follows(motion).at_fps(fps), &character, options, &stem);
            if path.extension().is_none_or(|ending| !ending.eq_ignore_ascii_case("usdz")) {
                return Ok(Files { bytes: layer.text.into_bytes(), beside: layer.pictures });
            }
            layer.package(&stem)
        }
        Format::Npz => amass::encode(&motion.poses_at(fps), fps, options.npz_origin),
        Format::Npy if fps != FPS => Err(Fault::new("features have 30 frames a second", "leave out --fps")),
        Format::Npy => Ok(features::encode(&motion::features::encode(motion))),
    };
    bytes.map(Files::from)
}

/// The motion with what the options do to it.
fn prepared<'a>(motion: &'a Motion, options: &WriteOptions) -> Result<Cow<'a, Motion>, Fault> {
    check(motion)?;
    let mut motion = Cow::Borrowed(motion);
    if options.lead_in_secs > 0.0 {
        motion = Cow::Owned(led_in(&motion, options.lead_in_secs));
    }
    rate::check(&rate::Clip { frames: motion.len(), fps: FPS })?;
    if options.in_place {
        motion = Cow::Owned(motion.in_place());
    }
    Ok(motion)
}

/// The user's own file that the motion goes into, where it is of this format.
fn whose(options: &WriteOptions, format: Format) -> Option<&Path> {
    options.onto.as_deref().filter(|file| Format::readable(file).is_ok_and(|of| of == format))
}

fn load(whose: &Path) -> Result<Vec<u8>, Fault> {
    file::load(whose).map_err(|error| Fault::new(error.to_string(), "choose the character again"))
}
