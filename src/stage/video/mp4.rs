//! MP4 with one track of H.264 (ISO/IEC 14496-12 and -15): the pictures as they come, and behind them the boxes that say where they are.
//!
//! Written here because what writes MP4 in Rust counts the time of a picture in whole milliseconds, keeps the whole film in memory, is no longer
//! kept up, or leaves the tables to its caller.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};

/// How long a picture is shown, ticks. There are so many times the pictures of a second in a second, which is exact for all rates in use.
const PICTURE_TICKS: u32 = 1000;
/// Kinds of H.264's units.
const SEQUENCE_PARAMETERS: u8 = 7;
const PICTURE_PARAMETERS: u8 = 8;
/// No turn and no zoom, as the headers of film and track say it.
const UNTURNED: [u32; 9] = [0x1_0000, 0, 0, 0, 0x1_0000, 0, 0, 0, 0x4000_0000];
/// Before the pictures: kind and size of their box, the size in the long form.
const MEDIA_HEAD: u64 = 16;

/// What the film is like.
#[derive(Clone, Copy, Debug)]
pub(super) struct Film {
    /// Pixels.
    pub(super) width: u16,
    /// Pixels.
    pub(super) height: u16,
    /// Pictures a second.
    pub(super) fps: f32,
}

/// A film being written. Of its pictures their sizes are kept.
pub(super) struct Mp4<'a> {
    file: &'a mut File,
    film: Film,
    /// Bytes of each picture.
    sizes: Vec<u32>,
    /// The numbers, from one, of pictures that stand for themselves.
    alone: Vec<u32>,
    sequence_parameters: Vec<u8>,
    picture_parameters: Vec<u8>,
    /// Where the box of the pictures begins.
    media_at: u64,
}

impl<'a> Mp4<'a> {
    /// Begins a film in a file that is empty.
    pub(super) fn begin(file: &'a mut File, film: Film) -> io::Result<Self> {
        let kind = boxed(b"ftyp", &[&b"isom"[..], &0x200_u32.to_be_bytes(), b"isomiso2avc1mp41"].concat());
        let media_at = kind.len() as u64;
        file.write_all(&kind)?;
        // How large it is comes last.
        file.write_all(&[&1_u32.to_be_bytes()[..], b"mdat", &[0; 8]].concat())?;
        let (sequence_parameters, picture_parameters) = (Vec::new(), Vec::new());
        Ok(Self { file, film, sizes: Vec::new(), alone: Vec::new(), sequence_parameters, picture_parameters, media_at })
    }

    /// Adds the units of a picture. Parameters, the same in all of the film, go into the boxes behind.
    pub(super) fn add(&mut self, units: &[Vec<u8>], stands_alone: bool) -> io::Result<()> {
        let mut bytes = Vec::new();
        for unit in units {
            match unit.first().map(|head| head & 0x1f) {
                Some(SEQUENCE_PARAMETERS) => self.sequence_parameters.clone_from(unit),
                Some(PICTURE_PARAMETERS) => self.picture_parameters.clone_from(unit),
                _ => {
                    bytes.extend((unit.len() as u32).to_be_bytes());
                    bytes.extend_from_slice(unit);
                }
            }
        }
        self.file.write_all(&bytes)?;
        self.sizes.push(bytes.len() as u32);
        if stands_alone {
            self.alone.push(self.sizes.len() as u32);
        }
        Ok(())
    }

    /// Writes what is behind the pictures, and how long they are.
    pub(super) fn end(&mut self) -> io::Result<()> {
        let end = self.file.stream_position()?;
        let boxes = self.boxes();
        self.file.write_all(&boxes)?;
        self.file.seek(SeekFrom::Start(self.media_at + 8))?;
        self.file.write_all(&(end - self.media_at).to_be_bytes())
    }

    fn boxes(&self) -> Vec<u8> {
        let second = (self.film.fps * PICTURE_TICKS as f32).round() as u32;
        let count = self.sizes.len() as u32;
        let length = PICTURE_TICKS * count;
        let film_header = words(&[&[0, 0, 0, second, length, 0x1_0000, 0x100_0000, 0, 0][..], &UNTURNED, &[0; 6], &[2]].concat());
        let size = [self.film.width, self.film.height].map(|side| u32::from(side) << 16);
        let track_header = words(&[&[3, 0, 0, 1, 0, length, 0, 0, 0, 0][..], &UNTURNED, &size].concat());
        // Its language is none ("und").
        let media_header = words(&[0, 0, 0, second, length, 0x55c4_0000]);
        let handler = [&words(&[0, 0])[..], b"vide", &[0; 12], b"Video\0"].concat();
        let location = boxed(b"dinf", &boxed(b"dref", &[&words(&[0, 1])[..], &boxed(b"url ", &words(&[1]))].concat()));
        let table = [
            boxed(b"stsd", &[&words(&[0, 1])[..], &self.description()].concat()),
            boxed(b"stts", &words(&[0, 1, count, PICTURE_TICKS])),
            boxed(b"stss", &words(&[&[0, self.alone.len() as u32][..], &self.alone].concat())),
            boxed(b"stsc", &words(&[0, 1, 1, count, 1])),
            boxed(b"stsz", &words(&[&[0, 0, count][..], &self.sizes].concat())),
            // All pictures lie in one piece.
            boxed(b"co64", &[&words(&[0, 1])[..], &(self.media_at + MEDIA_HEAD).to_be_bytes()].concat()),
        ];
        let media = [boxed(b"vmhd", &words(&[1, 0, 0])), location, boxed(b"stbl", &table.concat())];
        let media = [boxed(b"mdhd", &media_header), boxed(b"hdlr", &handler), boxed(b"minf", &media.concat())];
        let track = [boxed(b"tkhd", &track_header), boxed(b"mdia", &media.concat())];
        boxed(b"moov", &[boxed(b"mvhd", &film_header), boxed(b"trak", &track.concat())].concat())
    }

    /// How the pictures are coded.
    fn description(&self) -> Vec<u8> {
        let set = |unit: &[u8]| [&(unit.len() as u16).to_be_bytes(), unit].concat();
        let [profile, compatible, level] = [1, 2, 3].map(|at| self.sequence_parameters.get(at).copied().unwrap_or_default());
        // Lengths of units have four bytes; there is one set of each kind of parameters.
        let head = [1, profile, compatible, level, 0xff, 0xe1];
        let config = [&head[..], &set(&self.sequence_parameters), &[1], &set(&self.picture_parameters)].concat();
        // Primaries, transfer and matrix of BT.709, not of full range.
        let colors = boxed(b"colr", &[&b"nclx"[..], &[0, 1, 0, 1, 0, 1, 0]].concat());
        let size = [self.film.width.to_be_bytes(), self.film.height.to_be_bytes()].concat();
        let dots_an_inch = words(&[0x48_0000, 0x48_0000, 0]);
        let about = [&[0, 0, 0, 0, 0, 0, 0, 1][..], &[0; 16], &size, &dots_an_inch, &[0, 1], &[0; 32], &[0, 24, 0xff, 0xff]].concat();
        boxed(b"avc1", &[about, boxed(b"avcC", &config), colors].concat())
    }
}

/// A box of a kind: its size, its kind, what is in it.
fn boxed(kind: &[u8; 4], contents: &[u8]) -> Vec<u8> {
    [&(contents.len() as u32 + 8).to_be_bytes(), &kind[..], contents].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}
