//! Project files written: as a whole, or behind what is there.

use super::container::{Directory, MOST_BYTES, Member, write_member};
use super::index::ProjectIndex;
use super::layout::{CONTENTS, HEADER, bytes};
use super::packed::Packed;
use super::poses::encoded;
use crate::files::Append;
use std::fs::File;
use std::io::{self, BufWriter, Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Arc;

/// Writes a whole file. Answers its index.
pub(super) fn write(mut target: impl Write, project: &Packed<'_>) -> io::Result<ProjectIndex> {
    let (index, end_record) = write_members(&mut target, project, &ProjectIndex::default(), 0)?;
    target.write_all(&end_record)?;
    target.flush()?;
    Ok(index)
}

/// Writes contents, the motions that `known` has not, and the table of contents, from `start` on. Answers the index of the file that has
/// them, and the record that ends it.
fn write_members(target: &mut impl Write, project: &Packed<'_>, known: &ProjectIndex, start: u64) -> io::Result<(ProjectIndex, Vec<u8>)> {
    let mut at = start;
    let mut add = |name: String, bytes: &[u8]| {
        let member = Member::new(name, at, bytes)?;
        write_member(target, &member, bytes)?;
        at += member.room();
        io::Result::Ok(member)
    };
    // Rotations of real motion hardly compress, and saving must not be waited for.
    let contents = add(CONTENTS.to_owned(), &project.contents)?;
    let known = known.lookup();
    let mut motions = Vec::with_capacity(project.motions.len());
    for (name, motion) in &project.motions {
        let member = match known.get(name, motion) {
            Some(member) => member.clone(),
            None => add(name.clone(), &encoded(motion))?,
        };
        motions.push((member, Arc::downgrade(motion)));
    }
    let members = || [&contents].into_iter().chain(motions.iter().map(|(member, _)| member));
    let (directory, table) = Directory::of(members(), at)?;
    target.write_all(&table)?;
    let end_record = directory.end_record(members().count())?;
    Ok((ProjectIndex { directory, motions }, end_record))
}

/// Writes what is new behind the end of the file that `index` is of. Answers the index that it has then; none where a whole file is to be
/// written: it is another file, cannot be added to, or more than half of it would be out of date.
pub(super) fn append(path: &Path, project: &Packed<'_>, index: &ProjectIndex) -> io::Result<Option<ProjectIndex>> {
    if !is_worth_while(project, index) {
        return Ok(None);
    }
    let Some(mut append) = Append::open(path)? else { return Ok(None) };
    if !index.is_of(append.file())? {
        return Ok(None);
    }
    let end = append.end();
    append.file().seek(SeekFrom::Start(end))?;
    let mut target = BufWriter::new(append.file());
    let (grown, end_record) = write_members(&mut target, project, index, end)?;
    target.flush()?;
    drop(target);
    // What the end record counts on is on the disk before it is.
    append.sync()?;
    append.file().write_all(&end_record)?;
    append.commit()?;
    if !File::open(path).and_then(|mut file| grown.is_of(&mut file))? {
        return Err(io::Error::other("another program put a file in its place meanwhile"));
    }
    Ok(Some(grown))
}

/// Whether the grown file would be up to date by half at least.
fn is_worth_while(project: &Packed<'_>, index: &ProjectIndex) -> bool {
    if index.motions.is_empty() {
        return false;
    }
    let (known, end) = (index.lookup(), index.directory.end());
    let (mut new, mut stored) = (project.contents.len() as u64 + index.directory.room(), 0);
    for (name, motion) in &project.motions {
        match known.get(name, motion) {
            Some(member) => stored += member.room(),
            None => new += bytes(motion) as u64 + HEADER as u64,
        }
    }
    let out_of_date = end.saturating_sub(stored);
    out_of_date <= stored + new && end + new + index.directory.room() < MOST_BYTES
}
