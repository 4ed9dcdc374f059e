//! The project file, `NAME.zoetrope`: a whole document in one zip archive.
//!
//! - `project.json`: `format` (the version of this layout, 1), `program` (which Zoetrope wrote it), `takes` (number and provenance of
//!   each), `arrangement` (clips with their settings, the range, the list of takes; the names are those of [`crate::timeline`]) and, where
//!   it is known, `cast` (who is on the stage, see [`Cast`]; a body's file that lies beside the project or under it is named from there).
//! - `takes/N.npy` for each take: float32 `[frames, 91]`, a pose a row at 30 frames a second: the pelvis's place in metres (Y up), then
//!   22 local rotations as quaternions x y z w, in the order of SMPL's joints. Exactly the numbers that the program holds.
//! - `takes/N.raw.npy` where a take was cleaned up: the same before that.
//!
//! A newer program may add members and fields, which older ones leave out; what would be misread gets a higher `format`.

use super::archive::{self, Archive};
use super::error::Fault;
use super::npy::{self, Array};
use super::{FormatError, check, file};
use crate::body::Cast;
use crate::motion::{JOINT_COUNT, Motion, Pose};
use crate::timeline::{Arrangement, Document, Provenance, Take, TakeId};
use glam::{Quat, Vec3};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zip::CompressionMethod;

/// How the name of a project file ends.
pub const PROJECT_ENDING: &str = "zoetrope";

const FORMAT: u32 = 1;
const CONTENTS: &str = "project.json";
/// Numbers of a pose.
const ROW: usize = 3 + 4 * JOINT_COUNT;
/// No list of clips is longer.
const MAX_CONTENTS_BYTES: u64 = 64 << 20;
/// No take is longer: an hour.
const MAX_TAKE_BYTES: u64 = 40 << 20;
/// All takes together.
const MAX_TAKES_BYTES: usize = 1 << 30;

#[derive(Serialize, Deserialize)]
struct Contents {
    format: u32,
    program: String,
    takes: Vec<StoredTake>,
    arrangement: Arrangement,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cast: Option<Cast>,
}

/// What a project file holds.
#[derive(Clone, Debug)]
pub struct Project {
    /// Takes and clips.
    pub document: Document,
    /// Who is on the stage; none in files of older programs, and of the command line's.
    pub cast: Option<Cast>,
}

#[derive(Serialize, Deserialize)]
struct StoredTake {
    id: TakeId,
    provenance: Provenance,
}

/// The version alone, which every version has.
#[derive(Deserialize)]
struct Version {
    format: u32,
    #[serde(default)]
    program: String,
}

/// Writes a document with the takes of its list, and who is on the stage; takes that only an undo would bring back stay behind. An
/// existing file is replaced only by a complete one.
///
/// # Errors
/// The folder or file cannot be written.
pub fn save_project(path: &Path, document: &Document, cast: Option<&Cast>) -> Result<(), FormatError> {
    let cast = cast.map(|cast| cast.clone().seen_from(&folder(path)));
    let bytes = encode(document, cast).map_err(|fault| fault.while_writing(path))?;
    file::save(path, &bytes)
}

/// What a project file holds.
///
/// # Errors
/// The file cannot be read, is no project, is one of a newer Zoetrope, or does not fit together.
pub fn open_project(path: &Path) -> Result<Project, FormatError> {
    let bytes = file::load(path)?;
    let project = parse(&bytes).map_err(|fault| fault.while_reading(path))?;
    Ok(Project { cast: project.cast.map(|cast| cast.within_bounds().kept_in(&folder(path))), ..project })
}

/// The whole path of the folder that a file lies in.
fn folder(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.parent().map_or_else(PathBuf::new, Path::to_owned)
}

fn encode(document: &Document, cast: Option<Cast>) -> Result<Vec<u8>, Fault> {
    let kept = document.arrangement().shelf.iter().filter_map(|shelved| document.takes().get_key_value(&shelved.take));
    let kept: Vec<(&TakeId, &Arc<Take>)> = kept.collect();
    let contents = Contents {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        takes: kept.iter().map(|(id, take)| StoredTake { id: **id, provenance: take.provenance.clone() }).collect(),
        arrangement: document.arrangement().clone(),
        cast,
    };
    let json = serde_json::to_vec_pretty(&contents).map_err(|error| Fault::new(error.to_string(), "please report this project"))?;
    let mut files = vec![(CONTENTS.to_owned(), json)];
    for (id, take) in kept {
        check(&take.motion)?;
        let values: Vec<f32> = take.motion.frames.iter().flat_map(numbers).collect();
        files.push((member(*id), npy::floats(&[take.motion.len(), ROW], &values)));
        if let Some(raw) = &take.raw {
            check(raw)?;
            let values: Vec<f32> = raw.frames.iter().flat_map(numbers).collect();
            files.push((raw_member(*id), npy::floats(&[raw.len(), ROW], &values)));
        }
    }
    // Rotations of real motion hardly compress, and saving must not be waited for.
    archive::packed(&files, CompressionMethod::Stored)
}

fn parse(bytes: &[u8]) -> Result<Project, Fault> {
    let mut archive = archive::open(bytes, "project")?;
    let no_project = || Fault::new("no project", "choose a file that Zoetrope saved");
    let json = archive::unpacked(&mut archive, CONTENTS, MAX_CONTENTS_BYTES)?.ok_or_else(no_project)?;
    let damaged = |error: serde_json::Error| Fault::damaged(format!("unreadable {CONTENTS} ({error})"));
    let version: Version = serde_json::from_slice(&json).map_err(damaged)?;
    if version.format > FORMAT {
        let cause = format!("a project of a newer Zoetrope ({}, format {})", version.program, version.format);
        return Err(Fault::new(cause, "update Zoetrope to open it"));
    }
    let contents: Contents = serde_json::from_slice(&json).map_err(damaged)?;
    let mut takes = BTreeMap::new();
    let mut values = 0;
    for stored in contents.takes {
        let motion = read_motion(&mut archive, &member(stored.id))?;
        let motion = motion.ok_or_else(|| Fault::damaged(format!("no {}", member(stored.id))))?;
        let raw = read_motion(&mut archive, &raw_member(stored.id))?.filter(|raw| raw.len() == motion.len());
        values += (motion.len() + raw.as_ref().map_or(0, Motion::len)) * ROW;
        if values * size_of::<f32>() > MAX_TAKES_BYTES {
            return Err(Fault::new(
                format!("takes of more than {} MiB", MAX_TAKES_BYTES >> 20),
                "remove some in the program that saved it",
            ));
        }
        takes.insert(stored.id, Arc::new(Take { motion: Arc::new(motion), raw: raw.map(Arc::new), provenance: stored.provenance }));
    }
    let document = Document::restored(takes, contents.arrangement).map_err(Fault::damaged)?;
    Ok(Project { document, cast: contents.cast })
}

/// The motion in a member; none where there is no such member.
fn read_motion(archive: &mut Archive<'_>, name: &str) -> Result<Option<Motion>, Fault> {
    let Some(bytes) = archive::unpacked(archive, name, MAX_TAKE_BYTES)? else { return Ok(None) };
    let Array { shape, values } = npy::parse(&bytes)?;
    if !matches!(shape[..], [_, ROW]) {
        return Err(Fault::damaged(format!("{name} of shape {shape:?} instead of [frames, {ROW}]")));
    }
    let motion = Motion { frames: values.chunks_exact(ROW).map(pose).collect() };
    check(&motion)?;
    Ok(Some(motion))
}

fn member(id: TakeId) -> String {
    format!("takes/{}.npy", id.0)
}

fn raw_member(id: TakeId) -> String {
    format!("takes/{}.raw.npy", id.0)
}

fn numbers(pose: &Pose) -> impl Iterator<Item = f32> {
    pose.root_m.to_array().into_iter().chain(pose.local.iter().flat_map(|turn| turn.to_array()))
}

fn pose(row: &[f32]) -> Pose {
    let turn = |joint: usize| Quat::from_slice(&row[3 + 4 * joint..]);
    Pose { root_m: Vec3::from_slice(row), local: std::array::from_fn(turn) }
}
