//! The outer shell of a glTF file: the JSON document and the buffers it refers to, from one `.glb` or from a `.gltf` and what it
//! names.

use super::extensions;
use crate::formats::error::Fault;
use crate::formats::file;
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use gltf::binary::Glb;
use gltf_json::{Buffer, Root};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use std::borrow::Cow;
use std::path::{Component, Path};

/// Most brackets and commas of a document: a crowd of characters has a tenth of it. Bounds the memory that parsing takes.
const MAX_PARTS: usize = 1_000_000;

/// A parsed file.
pub(super) struct Container<'a> {
    pub(super) root: Root,
    /// The text of the document, for what [`Root`] leaves out.
    pub(super) json: Cow<'a, [u8]>,
    pub(super) buffers: Vec<Cow<'a, [u8]>>,
    /// What was left out, a sentence each.
    pub(super) notes: Vec<String>,
}

/// Opens the bytes of the file at `path`.
pub(super) fn open<'a>(path: &Path, bytes: &'a [u8]) -> Result<Container<'a>, Fault> {
    let (json, bin) = split(bytes)?;
    let parts = json.iter().filter(|byte| matches!(byte, b'{' | b'[' | b',')).count();
    if parts > MAX_PARTS {
        return Err(Fault::new(format!("a document of {parts} parts"), "export only the character and its animation"));
    }
    let root = Root::from_slice(&json).map_err(|error| if is_version_one(&json) { version_one() } else { no_document(&error) })?;
    let notes = extensions::check(&root.extensions_required)?;
    let buffers = buffers(path, &root, bin, file::MAX_FILE_BYTES as usize)?;
    Ok(Container { root, json, buffers, notes })
}

impl Container<'_> {
    /// Refuses a file whose meshes are compressed.
    pub(super) fn decompressible(&self) -> Result<(), Fault> {
        extensions::check_meshes(&self.root.extensions_required)
    }

    /// The bytes of a buffer view, if they are there.
    pub(super) fn view(&self, view: usize) -> Option<&[u8]> {
        let view = self.root.buffer_views.get(view)?;
        let buffer = self.buffers.get(view.buffer.value())?;
        let start = usize::try_from(view.byte_offset.unwrap_or_default().0).ok()?;
        buffer.get(start..start.checked_add(usize::try_from(view.byte_length.0).ok()?)?)
    }
}

/// The bytes of each buffer; those outside of the file at `path` are at most `left` together, whatever the same file is named for.
fn buffers<'a>(path: &Path, root: &Root, mut bin: Option<Chunk<'a>>, mut left: usize) -> Result<Vec<Chunk<'a>>, Fault> {
    let mut buffer = |buffer: &Buffer| match &buffer.uri {
        None => Ok(bin.take().unwrap_or_default()),
        Some(uri) => {
            let buffer = load(path, uri, "buffer")?;
            left = left.checked_sub(buffer.len()).ok_or_else(|| Fault::new("too large buffers", "export it as one .glb"))?;
            Ok(Cow::Owned(buffer))
        }
    };
    root.buffers.iter().map(&mut buffer).collect()
}

fn no_document(error: &serde_json::Error) -> Fault {
    // What ends early was not copied whole; anything else was written wrong.
    if error.is_eof() {
        return Fault::cut_off(format!("a glTF document that ends early ({error})"));
    }
    Fault::new(format!("no glTF document ({error})"), "export it again, as one .glb")
}

fn version_one() -> Fault {
    Fault::new("glTF 1.0", "convert it to glTF 2.0: open it in a viewer of that time and export it again")
}

fn is_version_one(json: &[u8]) -> bool {
    #[derive(Deserialize)]
    struct Document {
        asset: Asset,
    }
    #[derive(Deserialize)]
    struct Asset {
        version: String,
    }
    serde_json::from_slice::<Document>(json).is_ok_and(|document| document.asset.version.starts_with('1'))
}

type Chunk<'a> = Cow<'a, [u8]>;

/// The text and the binary part of a file.
pub(super) fn split(bytes: &[u8]) -> Result<(Chunk<'_>, Option<Chunk<'_>>), Fault> {
    if !bytes.starts_with(b"glTF") {
        return Ok((Cow::Borrowed(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)), None));
    }
    let number = |at: usize| bytes.get(at..at + 4).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    if number(4) == Some(1) {
        return Err(version_one());
    }
    // The container's parser subtracts its own header's size from the declared length without looking.
    let declared = number(8).filter(|&length| length >= 12).ok_or_else(|| Fault::cut_off("a glTF header that is cut off"))?;
    if declared as usize > bytes.len() {
        return Err(Fault::cut_off(format!("{declared} bytes declared and {} there", bytes.len())));
    }
    let glb = Glb::from_slice(bytes).map_err(|error| Fault::damaged(format!("no glTF container ({error})")))?;
    Ok((glb.json, glb.bin))
}

/// A buffer or picture outside the document: in a data URI, or a file below the document's folder.
pub(super) fn load(path: &Path, uri: &str, what: &str) -> Result<Vec<u8>, Fault> {
    if let Some(data) = uri.strip_prefix("data:") {
        return in_data(data);
    }
    let unreadable = |_| Fault::new(format!("a {what} whose name is no text"), "export it as one .glb");
    let name = percent_decode_str(uri).decode_utf8().map_err(unreadable)?;
    let relative = Path::new(&*name);
    let shown: String = name.chars().take(60).collect();
    // A document from somebody else must not open files elsewhere.
    if name.contains(':') || !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(Fault::new(format!("a {what} outside the file's folder ({shown})"), "export it as one .glb"));
    }
    let beside = path.parent().unwrap_or(Path::new("")).join(relative);
    if !beside.exists() {
        return Err(Fault::new(
            format!("its {what} {shown} is not beside it"),
            "put that file into the same folder, or export it as one .glb",
        ));
    }
    file::load(&beside).map_err(|error| Fault::new(format!("a {what} that does not open ({error})"), "export it as one .glb"))
}

/// The bytes of a data URI, what follows `data:`.
fn in_data(data: &str) -> Result<Vec<u8>, Fault> {
    let (kind, encoded) = data.split_once(',').ok_or_else(|| Fault::cut_off("a data URI without data"))?;
    let decoded: Cow<'_, [u8]> = percent_decode_str(encoded).into();
    if !kind.to_ascii_lowercase().ends_with(";base64") {
        return Ok(decoded.into_owned());
    }
    let bad = |error| Fault::new(format!("a data URI that is not base64 ({error})"), "export it as one .glb");
    BASE64.decode(&*decoded).map_err(bad)
}

/// Padding may be there or not.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_uris_are_base64_with_and_without_padding_or_percent_codes() {
        for data in ["application/octet-stream;base64,Wm8=", ";base64,Wm8", "a/b;BASE64,Wm8%3D", "text/plain,Zo", ",%5a%6F"] {
            assert_eq!(in_data(data).expect(data), b"Zo", "{data}");
        }
        assert!(in_data(";base64,W m9").is_err() && in_data("nothing").is_err());
    }

    #[test]
    fn buffers_have_names_in_any_letters_and_codes() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a b+ü#.bin"), b"Zo").expect("written");
        for uri in ["a%20b+ü#.bin", "a b%2B%C3%BC%23.bin", "./a%20b%2b%c3%bc%23%2Ebin"] {
            assert_eq!(load(&folder.path().join("x.gltf"), uri, "buffer").expect(uri), b"Zo", "{uri}");
        }
        let missing = load(&folder.path().join("x.gltf"), "walk.bin", "buffer").expect_err("not there").while_reading(Path::new("x.gltf"));
        assert!(missing.to_string().contains("walk.bin is not beside it"), "{missing}");
    }

    #[test]
    fn a_file_that_is_named_again_and_again_counts_each_time() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.bin"), [0; 100]).expect("written");
        let named = r#"{"uri":"a.bin","byteLength":100}"#;
        let json = format!(r#"{{"asset":{{"version":"2.0"}},"buffers":[{}]}}"#, [named; 3].join(","));
        let root = Root::from_slice(json.as_bytes()).expect("a document");
        let taken = |left: usize| buffers(&folder.path().join("x.gltf"), &root, None, left).map(|buffers| buffers.len());
        assert_eq!(taken(300).expect("300 bytes"), 3);
        let fault = taken(299).expect_err("more than 299 bytes").while_reading(Path::new("x.gltf"));
        assert!(fault.to_string().contains("too large buffers"), "{fault}");
    }

    #[test]
    fn buffers_stay_in_the_folder() {
        for uri in ["../secret.bin", "%2e%2e/secret.bin", "%2Fetc/passwd", "/etc/passwd", "file:///etc/passwd", "C:\\x.bin"] {
            let fault = load(Path::new("here/a.gltf"), uri, "buffer").expect_err(uri).while_reading(Path::new("a.gltf"));
            assert!(fault.to_string().contains("outside"), "{fault}");
        }
    }
}
