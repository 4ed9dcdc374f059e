//! Project files read: whatever they hold, within bounds.

use super::super::archive;
use super::super::bounds::check;
use super::super::error::Fault;
use super::super::npy::{self, Array};
use super::container::{Beginning, end_before_tear};
use super::format_1;
use super::index::ProjectIndex;
use super::layout::{CONTENTS, Contents, FORMAT, HEADER, Limits, StoredTake, Version, member};
use super::poses::{ROW, pose};
use crate::body::CharacterChoice;
use crate::motion::Motion;
use crate::timeline::{Context, Document, Origin, Provenance, Take, TakeId};
use std::collections::BTreeMap;
use std::io::{BufRead, Read, Seek, SeekFrom};
use std::sync::Arc;
use zip::ZipArchive;

/// What a project file holds.
#[derive(Debug, Default)]
pub struct Project {
    /// Takes and clips.
    pub document: Document,
    /// Who is on the stage; none in files of older programs, and of the command line's.
    pub character: Option<CharacterChoice>,
    /// Which motions are in the file, for the next save.
    pub index: ProjectIndex,
    /// Whether the file ends in the middle of a save: this is what it held before.
    pub cut_off: bool,
}

/// The project that a source holds.
pub(super) fn parse<R: BufRead + Seek>(mut source: R, limits: &Limits) -> Result<Project, Fault> {
    let unreadable = |error: std::io::Error| Fault::damaged(format!("no whole project ({error})"));
    let tear = end_before_tear(&mut source).map_err(unreadable)?;
    let end = tear.map_or_else(|| source.seek(SeekFrom::End(0)), Ok).map_err(unreadable)?;
    let mut index = ProjectIndex::of(&mut source).map_err(unreadable)?;
    let mut archive = archive::open_from(Beginning::of(source, end).map_err(unreadable)?, "project")?;
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
    // The first save of an older one makes it one of this format as a whole.
    if version.format != FORMAT || archive.offset() != 0 {
        index = ProjectIndex::default();
    }
    let mut motions = Motions { archive, limits, left: limits.all, index };
    let mut takes = BTreeMap::new();
    for StoredTake { id, mut provenance } in contents.takes {
        let motion = motions.read(id, "")?;
        let motion = motion.ok_or_else(|| Fault::damaged(format!("no {}", member(id, ""))))?;
        let raw = motions.read(id, ".raw")?.filter(|raw| raw.len() == motion.len());
        if let Some(context) = context_of(&mut provenance.origin) {
            *context = Context { before: motions.read(id, ".before")?, after: motions.read(id, ".after")?, ..Context::default() };
        }
        takes.insert(id, Arc::new(Take { motion, raw, provenance }));
    }
    let document = Document::restored(takes, contents.arrangement).map_err(Fault::damaged)?;
    Ok(Project { document, character: contents.character, index: motions.index, cut_off: tear.is_some() })
}

/// Where a take keeps what it was made between.
fn context_of(origin: &mut Origin) -> Option<&mut Context> {
    match origin {
        Origin::Prompt { context, .. } => Some(context),
        Origin::Edit { of, .. } => context_of(of),
        Origin::File { .. } | Origin::Video { .. } | Origin::Dance { .. } | Origin::Chain { .. } => None,
    }
}

/// The motions in an archive.
struct Motions<'a, R> {
    archive: ZipArchive<R>,
    limits: &'a Limits,
    /// Bytes that may still come.
    left: usize,
    index: ProjectIndex,
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
        let motion = Arc::new(motion);
        self.index.found(&self.archive, name, &motion);
        Ok(Some(motion))
    }
}
