//! The outer shell of a glTF file: the JSON document and the buffers it refers to, from one `.glb` or from a `.gltf` and what it
//! names.

use crate::formats::error::Fault;
use crate::formats::file;
use gltf::binary::Glb;
use gltf_json::Root;
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
}

/// Opens the bytes of the file at `path`.
pub(super) fn open<'a>(path: &Path, bytes: &'a [u8]) -> Result<Container<'a>, Fault> {
    let (json, bin) = split(bytes)?;
    let parts = json.iter().filter(|byte| matches!(byte, b'{' | b'[' | b',')).count();
    if parts > MAX_PARTS {
        return Err(Fault::new(format!("a document of {parts} parts"), "export only the character and its animation"));
    }
    let root = Root::from_slice(&json).map_err(|error| Fault::damaged(format!("no glTF document ({error})")))?;
    let mut bin = bin;
    let buffers = root
        .buffers
        .iter()
        .map(|buffer| match &buffer.uri {
            None => Ok(bin.take().unwrap_or_default()),
            Some(uri) => load(path, uri).map(Cow::Owned),
        })
        .collect::<Result<_, Fault>>()?;
    Ok(Container { root, json, buffers })
}

type Chunk<'a> = Cow<'a, [u8]>;

fn split(bytes: &[u8]) -> Result<(Chunk<'_>, Option<Chunk<'_>>), Fault> {
    if !bytes.starts_with(b"glTF") {
        return Ok((Cow::Borrowed(bytes), None));
    }
    // The container's parser subtracts its own header's size from the declared length without looking.
    let declared = bytes.get(8..12).map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    if declared.is_none_or(|length| length < 12) {
        return Err(Fault::damaged("a glTF header that is cut off"));
    }
    let glb = Glb::from_slice(bytes).map_err(|error| Fault::damaged(format!("no glTF container ({error})")))?;
    Ok((glb.json, glb.bin))
}

/// A buffer outside the document: in a data URI, or a file below the document's folder.
fn load(path: &Path, uri: &str) -> Result<Vec<u8>, Fault> {
    if let Some(data) = uri.strip_prefix("data:") {
        let (_, encoded) = data.split_once(";base64,").ok_or_else(|| Fault::damaged("a data URI that is not base64"))?;
        return base64(encoded).ok_or_else(|| Fault::damaged("a data URI that is not base64"));
    }
    let name = uri.replace("%20", " ");
    let relative = Path::new(&name);
    // A document from somebody else must not open files elsewhere.
    if name.contains(':') || !relative.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        let shown: String = name.chars().take(60).collect();
        return Err(Fault::new(format!("a buffer outside the file's folder ({shown})"), "export it as one .glb"));
    }
    let beside = path.parent().unwrap_or(Path::new("")).join(relative);
    file::load(&beside).map_err(|error| Fault::new(format!("a buffer that does not open ({error})"), "export it as one .glb"))
}

fn base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for letter in text.trim_end_matches('=').bytes() {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_knows_padding_and_rubbish() {
        assert_eq!(base64("Wm9l").as_deref(), Some(b"Zoe".as_slice()));
        assert_eq!(base64("Wm8=").as_deref(), Some(b"Zo".as_slice()));
        assert_eq!(base64("Wg==").as_deref(), Some(b"Z".as_slice()));
        assert_eq!(base64("W m9"), None);
    }

    #[test]
    fn buffers_stay_in_the_folder() {
        for uri in ["../secret.bin", "/etc/passwd", "file:///etc/passwd", "C:\\x.bin"] {
            let fault = load(Path::new("here/a.gltf"), uri).expect_err(uri).while_reading(Path::new("a.gltf"));
            assert!(fault.to_string().contains("outside"), "{fault}");
        }
    }
}
