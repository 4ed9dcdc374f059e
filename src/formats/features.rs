//! `.npy` files of the networks: features `[frames, 272]` at 30 fps (`docs/representation.md`, Rows), and motion tokens.

use super::error::{Fault, FormatError};
use super::joints::{self, HUMANML_ROW};
use super::rate::{self, Clip};
use super::{ReadOptions, Reading, Recorded, file, npy};
use crate::motion::features::{FeaturesError, ROTATIONS, ROW};
use crate::motion::{self, FPS, Features, JOINT_COUNT};
use glam::Vec3;
use std::path::Path;

const HELP: &str = "use float32 or float64 features of shape [frames, 272]";

/// The features in a `.npy` file, as they are: float32 or float64, `[frames, 272]`, leading dimensions of one allowed.
///
/// # Errors
/// The file cannot be read or holds no such array.
pub fn read_features(path: &Path) -> Result<Features, FormatError> {
    parse(&file::load(path)?).map_err(|fault| fault.while_reading(path))
}

/// Writes features as they are: float32 `[frames, 272]`.
///
/// # Errors
/// The file cannot be written.
pub fn write_features(path: &Path, features: &Features) -> Result<(), FormatError> {
    file::save(path, &encode(features))
}

/// Writes the ids of motion tokens: int32 `[tokens]`.
///
/// # Errors
/// The file cannot be written.
pub fn write_tokens(path: &Path, tokens: &[u32]) -> Result<(), FormatError> {
    let ids: Vec<i32> = tokens.iter().map(|&token| token as i32).collect();
    file::save(path, &npy::integers(&[ids.len()], &ids))
}

/// Writes a row of numbers, such as the statistics of features: float64 `[len]`.
///
/// # Errors
/// The file cannot be written.
pub fn write_vector(path: &Path, values: &[f64]) -> Result<(), FormatError> {
    file::save(path, &npy::doubles(values))
}

/// The motion of a `.npy` file: features of ours, or what others keep a motion in.
pub(super) fn decode(bytes: &[u8], options: &ReadOptions) -> Result<Reading, Fault> {
    let array = npy::parse(bytes)?;
    match array.shape[..] {
        [frames, HUMANML_ROW] if frames > 0 => return joints::of_humanml(&array, options),
        [frames, JOINT_COUNT, 3] if frames > 0 => return joints::of_places(&array.values, 20.0, options),
        _ => {}
    }
    if options.source_fps.is_some_and(|fps| fps != FPS) {
        return Err(Fault::new("features, which always have 30 frames a second", "leave out --source-fps"));
    }
    let features = features(array)?;
    if is_normalised(&features) {
        return Err(Fault::new("normalised features", "multiply them by the model's std.npy, add its mean.npy, and save them again"));
    }
    let motion = motion::features::decode(&features);
    let recorded = Recorded { frames: motion.len(), fps: FPS, joints: JOINT_COUNT };
    Ok(Reading::of(motion, recorded))
}

/// Whether most rows of the rotations are far from any length of a row of a rotation: features that were divided by their deviation.
fn is_normalised(features: &Features) -> bool {
    let rows = (0..features.frames()).flat_map(|frame| features.row(frame)[ROTATIONS].as_chunks::<3>().0);
    let (mut far, mut all) = (0, 0);
    for row in rows {
        all += 1;
        far += usize::from(!(0.5..2.0).contains(&Vec3::from_array(*row).length()));
    }
    far * 2 > all
}

pub(super) fn parse(bytes: &[u8]) -> Result<Features, Fault> {
    features(npy::parse(bytes)?)
}

fn features(array: npy::Array) -> Result<Features, Fault> {
    let frames = match array.shape.as_slice() {
        [leading @ .., frames, ROW] if leading.iter().all(|&n| n == 1) => *frames,
        [_] => return Err(Fault::new(format!("a row of {} numbers, which is no motion", array.values.len()), HELP)),
        shape => return Err(Fault::new(format!("an array of shape {shape:?}"), HELP)),
    };
    rate::check(&Clip { frames, fps: FPS })?;
    Features::new(array.values).map_err(|error| {
        let help = match error {
            FeaturesError::NotFinite { .. } => "mend or leave out that frame, and save it again",
            FeaturesError::Length(_) | FeaturesError::Empty => HELP,
        };
        Fault::new(error.to_string(), help)
    })
}

pub(super) fn encode(features: &Features) -> Vec<u8> {
    npy::floats(&[features.frames(), ROW], features.values())
}
