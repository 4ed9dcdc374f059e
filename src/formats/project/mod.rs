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
//! A save writes the new motions, `project.json` and the table of contents behind what is there (see [`container`]): the file is a zip
//! archive at every moment, and one that was cut off is opened as it was before. When more than half of it is out of date, and where it
//! is not what was last read or written, a whole one takes its place.
//!
//! A newer program may add members and fields, which older ones leave out; what would be misread gets a higher `format`. Format 1, of
//! Zoetrope 0.1, had sentences in the place of requests ([`format_1`]).

mod container;
mod format_1;
mod growing;
mod index;
mod layout;
mod packed;
mod poses;
mod reading;

pub use index::ProjectIndex;
pub use reading::Project;

use super::error::FormatError;
use super::file;
use crate::body::CharacterChoice;
use crate::timeline::Document;
use layout::LIMITS;
use packed::Packed;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};

/// How the name of a project file ends.
pub const PROJECT_ENDING: &str = "zoetrope";

/// Writes a document with the takes of its list, and who is on the stage; takes that only an undo would bring back stay behind. An
/// existing file is replaced only by a complete one.
///
/// # Errors
/// The folder or file cannot be written, or the project is too large to be opened again.
pub fn save_project(path: &Path, document: &Document, character: Option<&CharacterChoice>) -> Result<(), FormatError> {
    update_project(path, document, character, &mut ProjectIndex::default())
}

/// The same, but a file that is still what `index` says of it gets what is new behind its end, and motions that it has are not written
/// again. Killed at any moment, it opens as before or as after. The index is that of the file as it is then.
///
/// # Errors
/// As [`save_project`], or another program is writing the file; file and index are what they were.
pub fn update_project(
    path: &Path,
    document: &Document,
    character: Option<&CharacterChoice>,
    index: &mut ProjectIndex,
) -> Result<(), FormatError> {
    let character = character.map(|character| character.clone().with_paths_relative_to(&folder(path)));
    let project = Packed::new(document, character, &LIMITS, index).map_err(|fault| fault.while_writing(path))?;
    let failed = |source| FormatError::Write { path: path.to_owned(), source };
    *index = match growing::append(path, &project, index).map_err(failed)? {
        Some(grown) => grown,
        None => {
            let mut whole = ProjectIndex::default();
            file::save_with(path, |file| {
                whole = growing::write(BufWriter::new(file), &project)?;
                Ok(())
            })?;
            whole
        }
    };
    Ok(())
}

/// What a project file holds.
///
/// # Errors
/// The file cannot be read, is no project, is one of a newer Zoetrope, or does not fit together.
pub fn open_project(path: &Path) -> Result<Project, FormatError> {
    let file = file::open(path)?;
    let project = reading::parse(BufReader::new(file), &LIMITS).map_err(|fault| fault.while_reading(path))?;
    Ok(Project { character: project.character.map(|character| character.within_bounds().with_paths_from(&folder(path))), ..project })
}

/// The whole path of the folder that a file lies in.
fn folder(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    path.parent().map_or_else(PathBuf::new, Path::to_owned)
}

#[cfg(test)]
mod tests {
    use super::super::error::Fault;
    use super::layout::Limits;
    use super::poses::ROW;
    use super::*;
    use crate::motion::{Motion, Pose};
    use crate::timeline::{Provenance, Take};
    use std::io::Cursor;
    use std::sync::Arc;

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
        growing::write(&mut file, &Packed::new(document, None, limits, &ProjectIndex::default())?).expect("memory");
        reading::parse(file, limits).map(|opened| assert_eq!(opened.document.takes(), document.takes()))
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
