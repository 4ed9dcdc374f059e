//! A file of constraints: the JSON of [`Constraints`], in which a pose is a frame of a motion file beside it,
//! `{"t": 4.0, "pose": "pose.npz", "frame": 0}`.

use super::error::{Fault, FormatError};
use super::{file, read};
use crate::motion::Motion;
use crate::timeline::{Constraints, Key};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// The largest file of constraints.
const MOST_BYTES: usize = 8 << 20;
const HELP: &str =
    "write it as {\"path\": [{\"x\": 0, \"z\": 0}, …], \"keys\": [{\"t\": 1, \"joints\": {\"L_Wrist\": [x, y, z]}}], \"end\": {…}}";

/// The constraints in a JSON file, for a motion of at most `most_secs`. Poses are read from the motion files that it names, which lie where it
/// says, seen from its own folder.
///
/// # Errors
/// The file or one that it names cannot be read, or says nothing that a motion can meet; the place in the file is named.
pub fn read_constraints(path: &Path, most_secs: f32) -> Result<Constraints, FormatError> {
    let bytes = file::load(path)?;
    let found = parse(&bytes, path.parent().unwrap_or(Path::new(""))).and_then(|constraints| match constraints.check(most_secs) {
        Ok(()) => Ok(constraints),
        Err(fault) => Err(Fault::new(fault.cause, fault.help)),
    });
    found.map_err(|fault| fault.while_reading(path))
}

fn parse(bytes: &[u8], folder: &Path) -> Result<Constraints, Fault> {
    if bytes.len() > MOST_BYTES {
        return Err(Fault::new(format!("more than {} MiB", MOST_BYTES >> 20), "keep fewer points and keys"));
    }
    let json: Value = serde_json::from_slice(bytes).map_err(|error| Fault::new(format!("no JSON ({error})"), HELP))?;
    let Value::Object(members) = json else { return Err(Fault::new("no constraints", HELP)) };
    let (mut constraints, mut poses) = (Constraints::default(), Poses { folder, read: BTreeMap::new() });
    for (name, value) in members {
        match name.as_str() {
            "path" => constraints.path = each(&name, value, entry)?,
            "keys" => constraints.keys = each(&name, value, |name, value| key(name, value, &mut poses))?,
            "end" => constraints.end = entry(&name, value)?,
            _ => return Err(Fault::new(format!("an unknown member {name}"), HELP)),
        }
    }
    Ok(constraints)
}

/// The entries of an array, each read by itself so that a fault names its number.
fn each<T>(name: &str, value: Value, mut read: impl FnMut(&str, Value) -> Result<T, Fault>) -> Result<Vec<T>, Fault> {
    let Value::Array(entries) = value else { return Err(Fault::new(format!("{name} that is no list"), HELP)) };
    entries.into_iter().enumerate().map(|(at, entry)| read(&format!("{name}[{at}]"), entry)).collect()
}

fn entry<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Fault> {
    serde_json::from_value(value).map_err(|error| Fault::new(format!("{name}: {error}"), HELP))
}

fn key(name: &str, mut value: Value, poses: &mut Poses<'_>) -> Result<Key, Fault> {
    let named = value.as_object_mut().and_then(|members| Some((members.remove("pose")?, members.remove("frame"))));
    let mut key: Key = entry(name, value)?;
    if let Some((file, frame)) = named {
        let file: String = entry(&format!("{name}.pose"), file)?;
        let frame: usize = frame.map_or(Ok(0), |frame| entry(&format!("{name}.frame"), frame))?;
        let motion =
            poses.motion(&file).map_err(|error| Fault::new(format!("{name}.pose: {error}"), "name a motion file that can be read"))?;
        let pose = motion
            .frames
            .get(frame)
            .ok_or_else(|| Fault::new(format!("{name}.frame is {frame}, and {file} has {} frames", motion.len()), "frames count from 0"))?;
        key.pose = Some(Box::new(*pose));
    }
    Ok(key)
}

/// The motion files that poses are taken from, each read once.
struct Poses<'a> {
    folder: &'a Path,
    read: BTreeMap<String, Motion>,
}

impl Poses<'_> {
    fn motion(&mut self, file: &str) -> Result<&Motion, FormatError> {
        if !self.read.contains_key(file) {
            let motion = read(&self.folder.join(file))?;
            self.read.insert(file.to_owned(), motion);
        }
        Ok(&self.read[file])
    }
}
