//! A zip archive that grows. What is new is written behind the old end, then a table of contents of all that counts, then the end record
//! that makes it count: any zip program reads the latest state, and an archive whose last end record is missing or torn still has the one
//! before. Members are stored as they are. The layout is that of PKWARE's APPNOTE.TXT, 4.3.6 to 4.3.16, without its 64 bit extension.

use std::io::{self, BufRead, Read, Seek, SeekFrom, Write};

/// The most members and bytes of an archive without the 64 bit extension.
pub(super) const MOST_MEMBERS: usize = u16::MAX as usize - 1;
pub(super) const MOST_BYTES: u64 = u32::MAX as u64 - 1;

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
/// Lengths of these records without names, extra fields and comments.
const LOCAL_BYTES: u64 = 30;
const CENTRAL_BYTES: u64 = 46;
const END_BYTES: u64 = 22;
/// Version 1.0 unpacks what is stored as it is.
const VERSION: u16 = 10;
/// The first of January 1980, from which zip counts: the same project makes the same bytes.
const DATE: u16 = 1 << 5 | 1;

/// A member of an archive and where it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: String,
    pub(super) start: u32,
    pub(super) size: u32,
    pub(super) crc: u32,
}

impl Member {
    /// A member that is still to be written.
    pub(super) fn new(name: String, start: u64, bytes: &[u8]) -> io::Result<Self> {
        let narrow = |number: u64| u32::try_from(number).map_err(|_| io::Error::other("more than 4 GiB"));
        Ok(Self { name, start: narrow(start)?, size: narrow(bytes.len() as u64)?, crc: crc32fast::hash(bytes) })
    }

    /// How much room it takes with its header, bytes.
    pub(super) fn room(&self) -> u64 {
        LOCAL_BYTES + self.name.len() as u64 + u64::from(self.size)
    }

    /// Checksum, size as it is stored and size, length of the name; no extra field.
    fn common(&self, record: &mut Vec<u8>) {
        record.extend([self.crc, self.size, self.size].iter().flat_map(|number| number.to_le_bytes()));
        record.extend((self.name.len() as u16).to_le_bytes());
        record.extend(0u16.to_le_bytes());
    }

    /// What goes before the member's bytes.
    pub(super) fn header(&self) -> Vec<u8> {
        let mut record = LOCAL.to_le_bytes().to_vec();
        // Version, flags, method, time, date.
        record.extend([VERSION, 0, 0, 0, DATE].iter().flat_map(|number| number.to_le_bytes()));
        self.common(&mut record);
        record.extend(self.name.as_bytes());
        record
    }

    /// Its line in the table of contents.
    fn entry(&self) -> Vec<u8> {
        let mut record = CENTRAL.to_le_bytes().to_vec();
        record.extend([VERSION, VERSION, 0, 0, 0, DATE].iter().flat_map(|number| number.to_le_bytes()));
        self.common(&mut record);
        // Length of the comment, disk, kind of file.
        record.extend([0; 6]);
        // Permissions.
        record.extend([0; 4]);
        record.extend(self.start.to_le_bytes());
        record.extend(self.name.as_bytes());
        record
    }
}

/// The table of contents of an archive.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Directory {
    start: u32,
    size: u32,
    crc: u32,
}

impl Directory {
    /// The table that begins at `start`, and its bytes.
    pub(super) fn of<'a>(members: impl Iterator<Item = &'a Member>, start: u64) -> io::Result<(Self, Vec<u8>)> {
        let bytes: Vec<u8> = members.flat_map(Member::entry).collect();
        let Member { start, size, crc, .. } = Member::new(String::new(), start, &bytes)?;
        Ok((Self { start, size, crc }, bytes))
    }

    /// The record that makes a table of so many members count.
    pub(super) fn end_record(&self, members: usize) -> io::Result<Vec<u8>> {
        let members = u16::try_from(members).map_err(|_| io::Error::other("more than 65,535 members"))?;
        let mut record = END.to_le_bytes().to_vec();
        // This disk, the first one, members on it and all.
        record.extend([0, 0, members, members].iter().flat_map(|number| number.to_le_bytes()));
        record.extend([self.size, self.start].iter().flat_map(|number| number.to_le_bytes()));
        record.extend(0u16.to_le_bytes());
        Ok(record)
    }

    /// Where the archive ends that has this table.
    pub(super) fn end(&self) -> u64 {
        u64::from(self.start) + u64::from(self.size) + END_BYTES
    }

    /// How much room the table and its end record take, bytes.
    pub(super) fn room(&self) -> u64 {
        u64::from(self.size) + END_BYTES
    }

    /// That of an archive whose end record is the file's last bytes; none where they are none.
    pub(super) fn at_end_of(source: &mut (impl Read + Seek)) -> io::Result<Option<Self>> {
        let length = source.seek(SeekFrom::End(0))?;
        let Some(at) = length.checked_sub(END_BYTES) else { return Ok(None) };
        source.seek(SeekFrom::Start(at))?;
        let Some((start, size, _)) = end_record(source, at)? else { return Ok(None) };
        source.seek(SeekFrom::Start(u64::from(start)))?;
        let mut crc = crc32fast::Hasher::new();
        let mut left = source.take(u64::from(size));
        let mut part = [0; 1 << 14];
        loop {
            match left.read(&mut part)? {
                0 => break,
                read => crc.update(&part[..read]),
            }
        }
        Ok(Some(Self { start, size, crc: crc.finalize() }))
    }
}

/// Where the table begins and how long it is that an end record at `at` closes, with the number of its members; none where there is no
/// such record, or one of another shape.
fn end_record(source: &mut impl Read, at: u64) -> io::Result<Option<(u32, u32, u16)>> {
    let mut record = [0; END_BYTES as usize];
    match source.read_exact(&mut record) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let number = |at: usize| u32::from_le_bytes([record[at], record[at + 1], record[at + 2], record[at + 3]]);
    let short = |at: usize| u16::from_le_bytes([record[at], record[at + 1]]);
    let (size, start) = (number(12), number(16));
    let is_one =
        number(0) == END && [short(4), short(6), short(20)] == [0; 3] && short(8) == short(10) && u64::from(start) + u64::from(size) == at;
    Ok(is_one.then_some((start, size, short(10))))
}

/// Where the last whole archive in a source ends that is not the source's end: what a save left that was cut off. None where the source
/// is whole, or was never an archive that grows. One walk from record to record, whatever the members hold.
pub(super) fn end_before_tear(source: &mut (impl BufRead + Seek)) -> io::Result<Option<u64>> {
    if Directory::at_end_of(source)?.is_some() {
        return Ok(None);
    }
    source.rewind()?;
    let (mut at, mut whole) = (0, None);
    // Where the entries of a table begin that is being walked over, and how many there were.
    let (mut table, mut entries) = (0, 0u64);
    loop {
        let mut signature = [0; 4];
        match source.read_exact(&mut signature) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => break,
            Err(error) => return Err(error),
        }
        let length = match u32::from_le_bytes(signature) {
            LOCAL => {
                entries = 0;
                let Some(record) = rest::<{ LOCAL_BYTES as usize - 4 }>(source)? else { break };
                let short = |at: usize| u64::from(u16::from_le_bytes([record[at - 4], record[at - 3]]));
                let flags = short(6);
                // A size that follows behind the bytes is none of ours.
                if flags & 8 != 0 {
                    break;
                }
                LOCAL_BYTES + (short(18) | short(20) << 16) + short(26) + short(28)
            }
            CENTRAL => {
                if entries == 0 {
                    table = at;
                }
                entries += 1;
                let Some(record) = rest::<{ CENTRAL_BYTES as usize - 4 }>(source)? else { break };
                let short = |at: usize| u64::from(u16::from_le_bytes([record[at - 4], record[at - 3]]));
                CENTRAL_BYTES + short(28) + short(30) + short(32)
            }
            END => {
                source.seek(SeekFrom::Start(at))?;
                match end_record(source, at)? {
                    Some((start, _, members)) if u64::from(start) == table && u64::from(members) == entries && entries > 0 => {
                        whole = Some(at + END_BYTES);
                    }
                    _ => break,
                }
                entries = 0;
                END_BYTES
            }
            _ => break,
        };
        at += length;
        source.seek(SeekFrom::Start(at))?;
    }
    Ok(whole)
}

/// The rest of a record; none where the source ends before it does.
fn rest<const N: usize>(source: &mut impl Read) -> io::Result<Option<[u8; N]>> {
    let mut record = [0; N];
    match source.read_exact(&mut record) {
        Ok(()) => Ok(Some(record)),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

/// The beginning of a source, as if it ended there.
#[derive(Debug)]
pub(super) struct Beginning<R> {
    source: R,
    at: u64,
    end: u64,
}

impl<R: Read + Seek> Beginning<R> {
    /// The source up to `end`, from its start.
    pub(super) fn of(mut source: R, end: u64) -> io::Result<Self> {
        source.rewind()?;
        Ok(Self { source, at: 0, end })
    }
}

impl<R: Read> Read for Beginning<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.end.saturating_sub(self.at)).unwrap_or(usize::MAX);
        let most = buffer.len().min(left);
        let read = self.source.read(&mut buffer[..most])?;
        self.at += read as u64;
        Ok(read)
    }
}

impl<R: Seek> Seek for Beginning<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::End(distance) => self.end.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.at.checked_add_signed(distance),
        };
        let place = place.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, "a place before the start"))?;
        self.at = self.source.seek(SeekFrom::Start(place))?;
        Ok(self.at)
    }
}

/// Writes a member with its header.
pub(super) fn write_member(target: &mut impl Write, member: &Member, bytes: &[u8]) -> io::Result<()> {
    target.write_all(&member.header())?;
    target.write_all(bytes)
}
