//! The project file, `NAME.zoetrope`: a whole document in one zip archive.
//!
//! - `project.json`: `format` (the version of this layout, 2), `program` (which Zoetrope wrote it), `takes` (number and provenance of
//!   each), `arrangement` (clips with their settings, the range, the list of takes; the names are those of [`crate::timeline`]) and, where
//!   it is known, `character` (who is on the stage, see [`CharacterChoice`]; a file of it that lies beside the project or under it is named from
//!   there; written as `cast` before).
//! - `takes/N.npy` for each take: float32 `[frames, 91]`, a pose a row at 30 frames a second: the pelvis's place in metres (Y up), then
//!   22 local rotations as quaternions x y z w, in the order of SMPL's joints. Exactly the numbers that the program holds.
//! - `takes/N.raw.npy` where a take was cleaned up: the same before that.
//! - `takes/N.before.npy`, `takes/N.after.npy` where a take was made between other motions: the frames of these that were used.
//!
//! A newer program may add members and fields, which older ones leave out; what would be misread gets a higher `format`. Format 1, of
//! Zoetrope 0.1, had sentences in the place of requests ([`format_1`]).

mod format_1;

use super::archive::{self, Packer};
use super::bounds::check;
use super::error::Fault;
use super::npy::{self, Array};
use super::{FormatError, file};
use crate::body::CharacterChoice;
use crate::motion::{JOINT_COUNT, Motion, Pose};
use crate::timeline::{Arrangement, Context, Document, Origin, Provenance, Take, TakeId};
use glam::{Quat, Vec3};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zip::{CompressionMethod, ZipArchive};

/// How the name of a project file ends.
pub const PROJECT_ENDING: &str = "zoetrope";

const FORMAT: u32 = 2;
const CONTENTS: &str = "project.json";
/// Numbers of a pose.
const ROW: usize = 3 + 4 * JOINT_COUNT;

/// How large the parts of a project may be. They hold for writing as for reading: what could not be opened again is not written.
struct Limits {
    /// The list of takes and clips, bytes.
    contents: usize,
    /// The numbers of a motion, bytes.
    motion: usize,
    /// The numbers of all motions together, bytes.
    all: usize,
}

/// A motion of an hour and a half, and two days and nights of all motions together.
const LIMITS: Limits = Limits { contents: 64 << 20, motion: npy::MAX_VALUES * size_of::<f32>(), all: 2 << 30 };

/// What a member may have beside its numbers, bytes.
const HEADER: usize = 1 << 14;

#[derive(Serialize, Deserialize)]
struct Contents<P> {
    format: u32,
    program: String,
    takes: Vec<StoredTake<P>>,
    arrangement: Arrangement,
    #[serde(default, alias = "cast", skip_serializing_if = "Option::is_none")]
    character: Option<CharacterChoice>,
}

/// What a project file holds.
#[derive(Clone, Debug)]
pub struct Project {
    /// Takes and clips.
    pub document: Document,
    /// Who is on the stage; none in files of older programs, and of the command line's.
    pub character: Option<CharacterChoice>,
}

#[derive(Serialize, Deserialize)]
struct StoredTake<P> {
    id: TakeId,
    provenance: P,
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
/// The folder or file cannot be written, or the project is too large to be opened again.
pub fn save_project(path: &Path, document: &Document, character: Option<&CharacterChoice>) -> Result<(), FormatError> {
    let character = character.map(|character| character.clone().with_paths_relative_to(&folder(path)));
    let project = Packed::new(document, character, &LIMITS).map_err(|fault| fault.while_writing(path))?;
    file::save_with(path, |file| project.write(BufWriter::new(file)))
}

/// What a project file holds.
///
/// # Errors
/// The file cannot be read, is no project, is one of a newer Zoetrope, or does not fit together.
pub fn open_project(path: &Path) -> Result<Project, FormatError> {
    let file = file::open(path)?;
    let project = parse(BufReader::new(file), &LIMITS).map_err(|fault| fault.while_reading(path))?;
    Ok(Project { character: project.character.map(|character| character.within_bounds().with_paths_from(&folder(path))), ..project })
}

/// The whole path of the folder that a file lies in.
fn folder(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.parent().map_or_else(PathBuf::new, Path::to_owned)
}

/// A project that may be written.
struct Packed<'a> {
    contents: Vec<u8>,
    /// By the names of their members.
    motions: Vec<(String, &'a Motion)>,
}

impl<'a> Packed<'a> {
    fn new(document: &'a Document, character: Option<CharacterChoice>, limits: &Limits) -> Result<Self, Fault> {
        let take_list = &document.arrangement().take_list;
        let kept: Vec<(&TakeId, &Arc<Take>)> = take_list.iter().filter_map(|listed| document.takes().get_key_value(&listed.take)).collect();
        let contents = Contents {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            takes: kept.iter().map(|(id, take)| StoredTake { id: **id, provenance: &take.provenance }).collect(),
            arrangement: document.arrangement().clone(),
            character,
        };
        let contents = serde_json::to_vec_pretty(&contents).map_err(|error| Fault::new(error.to_string(), "please report this project"))?;
        if contents.len() > limits.contents {
            return Err(Fault::new("the list of takes and clips is too long", "remove some takes or clips"));
        }
        let motions: Vec<(String, &Motion)> = kept.iter().flat_map(|(id, take)| motions(**id, take)).collect();
        let mut all = 0;
        for (name, motion) in &motions {
            check(motion).map_err(|fault| fault.in_member(name))?;
            let size = bytes(motion);
            if size > limits.motion {
                let cause = format!("{name} is longer than a project can keep, {:.0} minutes", motion.duration_secs() / 60.0);
                return Err(Fault::new(cause, "remove this take from the list, or cut its file into shorter ones"));
            }
            all += size;
        }
        if all > limits.all {
            let cause = format!("the takes are {} MiB, more than the {} of a project", all >> 20, limits.all >> 20);
            return Err(Fault::new(cause, "remove takes from the list, or save some in another project"));
        }
        Ok(Self { contents, motions })
    }

    fn write<W: Write + Seek>(&self, target: W) -> std::io::Result<()> {
        // Rotations of real motion hardly compress, and saving must not be waited for.
        let mut packer = Packer::new(target, CompressionMethod::Stored);
        packer.add(CONTENTS, &self.contents)?;
        for (name, motion) in &self.motions {
            let values: Vec<f32> = motion.frames.iter().flat_map(numbers).collect();
            packer.add(name, &npy::floats(&[motion.len(), ROW], &values))?;
        }
        packer.finish()?.flush()
    }
}

/// The motions of a take and the names of their members.
fn motions(id: TakeId, take: &Take) -> impl Iterator<Item = (String, &Motion)> {
    let context = take.provenance.origin.asked().map(|(_, context)| context);
    let motions = [
        ("", Some(&take.motion)),
        (".raw", take.raw.as_ref()),
        (".before", context.and_then(|context| context.before.as_ref())),
        (".after", context.and_then(|context| context.after.as_ref())),
    ];
    motions.into_iter().filter_map(move |(kind, motion)| Some((member(id, kind), motion?.as_ref())))
}

fn bytes(motion: &Motion) -> usize {
    motion.len() * ROW * size_of::<f32>()
}

fn parse<R: Read + Seek>(source: R, limits: &Limits) -> Result<Project, Fault> {
    let mut archive = archive::open_from(source, "project")?;
    let no_project = || Fault::new("no project", "choose a file that Zoetrope saved");
    let json = archive::unpacked(&mut archive, CONTENTS, limits.contents as u64)?.ok_or_else(no_project)?;
    let damaged = |error: serde_json::Error| Fault::damaged(format!("unreadable {CONTENTS} ({error})"));
    let version: Version = serde_json::from_slice(&json).map_err(damaged)?;
    let contents: Contents<Provenance> = match version.format {
        1 => format_1::contents(&json).map_err(damaged)?,
        FORMAT => serde_json::from_slice(&json).map_err(damaged)?,
        format => {
            let cause = format!("a project of a newer Zoetrope ({}, format {format})", version.program);
            return Err(Fault::new(cause, "update Zoetrope to open it"));
        }
    };
    let mut motions = Motions { archive, limits, left: limits.all };
    let mut takes = BTreeMap::new();
    for StoredTake { id, mut provenance } in contents.takes {
        let motion = motions.read(id, "")?;
        let motion = motion.ok_or_else(|| Fault::damaged(format!("no {}", member(id, ""))))?;
        let raw = motions.read(id, ".raw")?.filter(|raw| raw.len() == motion.len());
        if let Some(context) = context_of(&mut provenance.origin) {
            *context = Context { before: motions.read(id, ".before")?, after: motions.read(id, ".after")? };
        }
        takes.insert(id, Arc::new(Take { motion, raw, provenance }));
    }
    let document = Document::restored(takes, contents.arrangement).map_err(Fault::damaged)?;
    Ok(Project { document, character: contents.character })
}

/// Where a take keeps what it was made between.
fn context_of(origin: &mut Origin) -> Option<&mut Context> {
    match origin {
        Origin::Prompt { context, .. } => Some(context),
        Origin::Edit { of, .. } => context_of(of),
        Origin::File { .. } | Origin::Chain { .. } => None,
    }
}

/// The motions in an archive.
struct Motions<'a, R> {
    archive: ZipArchive<R>,
    limits: &'a Limits,
    /// Bytes that may still come.
    left: usize,
}

impl<R: Read + Seek> Motions<'_, R> {
    /// The motion in a member; none where there is no such member.
    fn read(&mut self, id: TakeId, kind: &str) -> Result<Option<Arc<Motion>>, Fault> {
        let name = member(id, kind);
        let Some(Array { shape, values }) = npy::in_member(&mut self.archive, &name, self.limits.motion + HEADER)? else { return Ok(None) };
        if !matches!(shape[..], [_, ROW]) {
            return Err(Fault::damaged(format!("{name} of shape {shape:?} instead of [frames, {ROW}]")));
        }
        self.left = self.left.checked_sub(values.len() * size_of::<f32>()).ok_or_else(|| {
            let cause = format!("takes of more than {} MiB", self.limits.all >> 20);
            Fault::new(cause, "remove some in the program that saved it")
        })?;
        let motion = Motion { frames: values.chunks_exact(ROW).map(pose).collect() };
        check(&motion).map_err(|fault| fault.in_member(&name))?;
        Ok(Some(Arc::new(motion)))
    }
}

fn member(id: TakeId, kind: &str) -> String {
    format!("takes/{}{kind}.npy", id.0)
}

fn numbers(pose: &Pose) -> impl Iterator<Item = f32> {
    pose.root_m.to_array().into_iter().chain(pose.local.iter().flat_map(|turn| turn.to_array()))
}

fn pose(row: &[f32]) -> Pose {
    let turn = |joint: usize| Quat::from_slice(&row[3 + 4 * joint..]);
    Pose { root_m: Vec3::from_slice(row), local: std::array::from_fn(turn) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Cursor;

    fn document(takes: usize, frames: usize) -> Document {
        let mut document = Document::default();
        for _ in 0..takes {
            let motion = Arc::new(Motion { frames: vec![Pose::REST; frames] });
            document.add(Take { motion, raw: None, provenance: Provenance::default() });
        }
        document
    }

    /// Whether it may be written; then it opens again within the same limits.
    fn fits(document: &Document, limits: &Limits) -> Result<(), Fault> {
        let mut file = Cursor::new(Vec::new());
        Packed::new(document, None, limits)?.write(&mut file).expect("memory");
        parse(file, limits).map(|opened| assert_eq!(opened.document.takes(), document.takes()))
    }

    #[test]
    fn what_could_not_be_opened_again_is_not_written() {
        let frame = ROW * size_of::<f32>();
        let limits = |contents, motion, all| Limits { contents, motion: motion * frame, all: all * frame };
        assert!(fits(&document(3, 10), &limits(10_000, 10, 30)).is_ok());
        let refused = |document: &Document, limits: Limits| {
            fits(document, &limits).expect_err("too large").while_writing(Path::new("scene.zoetrope")).to_string()
        };
        for (error, says) in [
            (refused(&document(3, 10), limits(10_000, 10, 29)), "remove takes"),
            (refused(&document(1, 11), limits(10_000, 10, 30)), "takes/1.npy"),
            (refused(&document(1, 1), limits(100, 10, 30)), "list of takes"),
        ] {
            assert!(error.contains(says) && error.contains("scene.zoetrope was not written"), "{error}");
        }
    }
}
