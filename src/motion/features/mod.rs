//! The 272 numbers a frame that the networks see (`docs/representation.md`), and motions from and to them.
//!
//! [`encode`] and [`decode`] work on our skeleton: decoding what was encoded gives the motion back, moved to the origin and turned
//! to face +Z in its first frame, at its own height above the floor. (The published encoder instead lowers each clip until its
//! lowest joint touches 0. That puts toe joints into the floor by the height of a toe, and a jump that starts in the air onto it;
//! motions from a network trained that way are set on the floor by the clean-up.)

pub mod conversions;
mod layout;
mod mend;
pub mod rows;

pub use layout::{HEADING_STEP, POSITIONS, ROOT_STEP, ROTATIONS, ROW, VELOCITIES};

use super::rotation::heading;
use super::{JOINT_COUNT, Motion, Pose, REST_OFFSETS_M};
use conversions::{heading_of, matrix_from_quat, published_quat_from_matrix, six_d_from_matrix};
use glam::{DMat3, DQuat, DVec3, Quat, Vec3};
use rows::{Accumulate, Joints, Turned};

/// What is wrong with an array that should hold features.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum FeaturesError {
    /// The array does not divide into rows.
    #[error("{0} numbers are not a whole number of frames of {ROW}")]
    Length(usize),
    /// There are no rows.
    #[error("there are no frames")]
    Empty,
    /// NaN, an infinity, or a number too large for any motion.
    #[error("number {element} of frame {frame} is not a usable number")]
    NotFinite {
        /// Row of the number.
        frame: usize,
        /// Column of the number.
        element: usize,
    },
}

/// Features of a motion: float32 `[frames, 272]`, 30 fps, at least one frame, every number finite and below 10⁶ in size.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    values: Vec<f32>,
}

impl Features {
    /// Takes over a flat array `[frames, 272]`.
    ///
    /// # Errors
    /// The array is empty, is not a whole number of rows, or holds numbers that no motion has.
    pub fn new(values: Vec<f32>) -> Result<Self, FeaturesError> {
        if values.is_empty() {
            return Err(FeaturesError::Empty);
        }
        if !values.len().is_multiple_of(ROW) {
            return Err(FeaturesError::Length(values.len()));
        }
        // Larger numbers are finite but overflow once squared or summed.
        if let Some(bad) = values.iter().position(|value| !value.is_finite() || value.abs() >= 1e6) {
            return Err(FeaturesError::NotFinite { frame: bad / ROW, element: bad % ROW });
        }
        Ok(Self { values })
    }

    /// Number of frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.values.len() / ROW
    }

    /// All numbers, flat `[frames, 272]`.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// These frames and those behind them.
    #[must_use]
    pub fn followed_by(&self, next: &Self) -> Self {
        Self { values: [self.values.as_slice(), &next.values].concat() }
    }

    /// The numbers of one frame.
    ///
    /// # Panics
    /// If there is no such frame.
    #[must_use]
    pub fn row(&self, frame: usize) -> &[f32] {
        &self.values[frame * ROW..(frame + 1) * ROW]
    }

    fn widened(&self) -> Vec<f64> {
        self.values.iter().copied().map(f64::from).collect()
    }
}

/// Features of a motion on our skeleton: the position block is forward kinematics of the rotations, heights are kept.
///
/// An empty motion counts as one frame of rest.
#[must_use]
pub fn encode(motion: &Motion) -> Features {
    let rest = [Pose::REST];
    let frames = if motion.is_empty() { &rest[..] } else { &motion.frames };
    let joints: Vec<Joints> = frames.iter().map(exact_joints).collect();
    Features { values: rows::encode(&joints, 0.0).into_iter().map(|value| value as f32).collect() }
}

/// The motion that features describe: root path and rotations (`docs/representation.md`, Decoding) with the faults of the published decoder
/// put right.
///
/// The pelvis is where the features say, heading steps turn about the vertical only, and the first frame stands at the origin and
/// faces +Z whatever row 0 says. Rotations that point far from the positions beside them are turned to these, and where these say nothing
/// a step that only the rotations take is bridged.
#[must_use]
pub fn decode(features: &Features) -> Motion {
    let rows = features.widened();
    let mut turned = rows::rotations(&rows, Accumulate::Upright);
    let start = turned.first().map_or(DMat3::IDENTITY, |first| conversions::yaw_matrix(-heading_of(&first.local[0])));
    for frame in &mut turned {
        frame.root_m = start * frame.root_m;
        frame.local[0] = start * frame.local[0];
    }
    let quat = |matrix: &DMat3| conversions::quat_from_six_d(&six_d_from_matrix(matrix));
    let positions = rows::positions(&rows, Accumulate::Upright);
    let positions_m: Vec<[Vec3; JOINT_COUNT]> = positions.iter().map(|at_m| at_m.map(|joint_m| (start * joint_m).as_vec3())).collect();
    let as_is: Vec<Pose> = turned.iter().map(|frame| pose_of(frame, DVec3::ZERO, quat)).collect();
    let mut frames: Vec<Pose> = as_is.iter().zip(&positions_m).map(|(pose, at_m)| mend::mended(pose, at_m)).collect();
    mend::bridged(&mut frames, &positions_m);
    match (frames.first(), as_is.first()) {
        // A start that had to be mended faced elsewhere.
        (Some(first), Some(before)) if first != before => Motion { frames: frames.clone() }.placed(-heading(first.local[0]), Vec3::ZERO),
        _ => Motion { frames },
    }
}

/// The motion as the published decoder gives it, faults included, for comparisons: the heading product drifts off the vertical,
/// row 0 moves the start, and the pelvis joint is taken for a body translation, so that the body hangs off by its rest pelvis.
#[must_use]
pub fn decode_published(features: &Features) -> Motion {
    let turned = rows::rotations(&features.widened(), Accumulate::Published);
    let rest_pelvis_m = REST_OFFSETS_M[0].as_dvec3();
    Motion { frames: turned.iter().map(|frame| pose_of(frame, rest_pelvis_m, published_quat_from_matrix)).collect() }
}

fn pose_of(frame: &Turned, offset_m: DVec3, quat: impl Fn(&DMat3) -> DQuat) -> Pose {
    let unit = |matrix: &DMat3| {
        let quat = quat(matrix).as_quat();
        if quat.length_squared() > 1e-6 { quat.normalize() } else { Quat::IDENTITY }
    };
    Pose { root_m: (frame.root_m + offset_m).as_vec3(), local: std::array::from_fn(|joint| unit(&frame.local[joint])) }
}

fn exact_joints(pose: &Pose) -> Joints {
    let local = pose.local.map(|quat| matrix_from_quat(quat.as_dquat()));
    let mut world = local;
    let mut positions_m = [pose.root_m.as_dvec3(); JOINT_COUNT];
    for joint in 1..JOINT_COUNT {
        let parent = super::PARENTS[joint].expect("only the pelvis has no parent");
        positions_m[joint] = positions_m[parent] + world[parent] * REST_OFFSETS_M[joint].as_dvec3();
        world[joint] = world[parent] * local[joint];
    }
    Joints { positions_m, local }
}
