//! Arrays of the reference kit, of any type.

use crate::shared::kit;
use safetensors::{Dtype, SafeTensors};
use std::path::PathBuf;

/// Arrays of one safetensors file.
pub(crate) struct Arrays {
    bytes: Vec<u8>,
    path: PathBuf,
}

impl Arrays {
    /// A file of the complete kit, or of the goldens; `None`, said aloud, where it is in neither.
    pub(crate) fn open(name: &str) -> Option<Self> {
        let path = kit(name)?;
        Some(Self { bytes: std::fs::read(&path).expect("readable fixture"), path })
    }

    /// The text of a file in the same folder.
    pub(crate) fn file_beside(&self, name: &str) -> String {
        std::fs::read_to_string(self.path.with_file_name(name)).expect("readable fixture")
    }

    /// An array flattened to float64, whatever its type.
    pub(crate) fn get(&self, name: &str) -> Vec<f64> {
        let file = SafeTensors::deserialize(&self.bytes).expect("a safetensors file");
        let view = file.tensor(name).unwrap_or_else(|_| panic!("{name} in {}", self.path.display()));
        match view.dtype() {
            Dtype::F64 => view.data().chunks_exact(8).map(|b| f64::from_le_bytes(b.try_into().expect("8 bytes"))).collect(),
            Dtype::F32 => view.data().chunks_exact(4).map(|b| f64::from(f32::from_le_bytes(b.try_into().expect("4 bytes")))).collect(),
            other => panic!("{name} is {other:?}"),
        }
    }
}

/// Largest distance of two arrays of the same length.
pub(crate) fn farthest(ours: &[f64], theirs: &[f64]) -> f64 {
    assert_eq!(ours.len(), theirs.len());
    ours.iter().zip(theirs).map(|(a, b)| if a.is_finite() { (a - b).abs() } else { f64::INFINITY }).fold(0.0, f64::max)
}
