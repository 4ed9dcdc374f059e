//! Which motions a project file has.

use super::container::{Directory, Member};
use crate::motion::Motion;
use std::collections::HashMap;
use std::io::{self, Read, Seek};
use std::sync::{Arc, Weak};
use zip::{CompressionMethod, ZipArchive};

/// Which motions a project file holds, and where. Motions never change behind their [`Arc`], so that they are told apart by identity; an
/// index keeps none of them alive. That a file is still the one that the index is of is told from its table of contents, which holds
/// every member's checksum. The default is the index of no file.
#[derive(Debug, Default)]
pub struct ProjectIndex {
    pub(super) directory: Directory,
    pub(super) motions: Vec<(Member, Weak<Motion>)>,
}

/// An index by name.
pub(super) struct Lookup<'a>(HashMap<&'a str, &'a (Member, Weak<Motion>)>);

impl<'a> Lookup<'a> {
    /// Whether a member is this very motion.
    pub(super) fn has(&self, name: &str, motion: &Arc<Motion>) -> bool {
        self.get(name, motion).is_some()
    }

    pub(super) fn get(&self, name: &str, motion: &Arc<Motion>) -> Option<&'a Member> {
        let (member, stored) = self.0.get(name)?;
        // A weak pointer keeps the place in memory: no other motion can have come there meanwhile.
        (stored.as_ptr() == Arc::as_ptr(motion)).then_some(member)
    }
}

impl ProjectIndex {
    /// The index of a file of which no motion is read yet.
    pub(super) fn of(source: &mut (impl Read + Seek)) -> io::Result<Self> {
        Ok(Self { directory: Directory::at_end_of(source)?.unwrap_or_default(), motions: Vec::new() })
    }

    /// A motion was read from an archive's member. One that we would have stored in another way is written again.
    pub(super) fn found<R: Read + Seek>(&mut self, archive: &ZipArchive<R>, name: String, motion: &Arc<Motion>) {
        let Some(entry) = archive.index_for_name(&name).and_then(|at| archive.by_index_data(at).ok()) else { return };
        let is_plain = entry.compression() == CompressionMethod::Stored && !entry.encrypted() && entry.size() == entry.compressed_size();
        if let (true, Ok(start), Ok(size)) = (is_plain, u32::try_from(entry.header_start()), u32::try_from(entry.size())) {
            self.motions.push((Member { name, start, size, crc: entry.crc32() }, Arc::downgrade(motion)));
        }
    }

    pub(super) fn lookup(&self) -> Lookup<'_> {
        Lookup(self.motions.iter().map(|stored| (stored.0.name.as_str(), stored)).collect())
    }

    /// Whether a file is the one that this is the index of.
    pub(super) fn is_of(&self, file: &mut (impl Read + Seek)) -> io::Result<bool> {
        Ok(self.directory != Directory::default() && Directory::at_end_of(file)? == Some(self.directory))
    }
}
