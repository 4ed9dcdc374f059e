//! Saving a learner so that the next program goes on exactly where this one was.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use candle_core::{Device, Tensor};

use super::learner::Learner;
use super::optimiser::Slot;
use crate::files::Beside;
use crate::model::checkpoint::Checkpoint;
use crate::model::error::{Error, Result};
use crate::model::source::FileSource;

const UPDATES: &str = "updates";
const NOTE: &str = "note";
const PARTS: [&str; 4] = ["weight", "first", "second", "averaged"];

impl Learner {
    /// Writes weights, moments, averages, the count of updates and a note of the caller's into one `.safetensors` file: beside its
    /// place and then renamed, so that there is always a whole one.
    ///
    /// # Errors
    /// A file that cannot be written.
    pub fn save(&self, note: &str, path: &Path) -> Result<()> {
        let shapes = self.shapes();
        let mut tensors = HashMap::new();
        for (name, slot) in &self.slots {
            for (part, values) in PARTS.iter().zip([&slot.weight, &slot.first, &slot.second, &slot.averaged]) {
                let tensor = Tensor::from_slice(values, shapes[name].as_slice(), &Device::Cpu)?;
                tensors.insert(format!("{part}/{name}"), tensor);
            }
        }
        tensors.insert(UPDATES.into(), Tensor::new(&[self.updates as i64], &Device::Cpu)?);
        tensors.insert(NOTE.into(), Tensor::from_slice(note.as_bytes(), note.len(), &Device::Cpu)?);
        write_whole(path, |part| {
            candle_core::safetensors::save(&tensors, part).map_err(std::io::Error::other)?;
            Ok(())
        })
    }

    /// Takes up what [`save`](Self::save) wrote, and returns the note.
    ///
    /// # Errors
    /// A damaged file, and one of another network.
    pub fn resume(&mut self, path: &Path) -> Result<String> {
        let file = FileSource::from(path);
        let mut checkpoint = Checkpoint::open(&file, "")?;
        let expected = self.shapes();
        let known = |name: &String| name.split_once('/').is_none_or(|(_, name)| expected.contains_key(name));
        let extra: Vec<String> = checkpoint.names().into_iter().filter(|name| !known(name)).collect();
        Error::extra(&extra, &file.label())?;
        let mut slots = BTreeMap::new();
        for (name, shape) in &expected {
            let mut part = |part: &str| {
                let tensor = checkpoint.read(&format!("{part}/{name}"))?.dense()?;
                if tensor.dims() != shape {
                    let (found, expected) = (tensor.dims().to_vec(), shape.clone());
                    return Err(Error::Shape { name: name.clone(), found, expected, path: file.label() });
                }
                Ok(tensor.flatten_all()?.to_vec1()?)
            };
            let slot = Slot { weight: part("weight")?, first: part("first")?, second: part("second")?, averaged: part("averaged")? };
            slots.insert(name.clone(), slot);
        }
        let mut whole = |name: &str| Ok::<Vec<f32>, Error>(checkpoint.read(name)?.dense()?.flatten_all()?.to_vec1()?);
        // Read as float32: exact up to 2²⁴ updates and for every byte.
        let updates = whole(UPDATES)?.first().map_or(0, |&updates| updates as u64);
        let note = whole(NOTE)?.into_iter().map(|byte| byte as u8).collect();
        self.restore(slots, updates)?;
        String::from_utf8(note).map_err(|_| Error::Malformed {
            kind: "training state",
            cause: "its note is no text".into(),
            path: file.label(),
        })
    }
}

/// Has a file written beside its place by a function that is handed the path, waits until it is on the disk, and renames it.
///
/// # Errors
/// A file that cannot be written.
pub fn write_whole(path: &Path, write: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    let whole = || {
        let beside = Beside::of(path)?;
        write(beside.place())?;
        beside.finish()
    };
    whole().map_err(|cause| Error::Write { cause, path: path.display().to_string() })
}
