//! Pictures that lie beside a file: its copy elsewhere has them within it.

use crate::formats::fbx::binary::{Node, Value};
use crate::formats::fbx::read::materials::beside;
use crate::formats::rigged::pictures::MOST_BYTES;
use std::path::Path;

/// Takes the pictures into the document of the file at `path`, as far as they are found.
pub(super) fn take_in(document: &mut [Node], path: &Path) {
    let mut bytes = 0;
    let objects = document.iter_mut().filter(|top| top.name() == "Objects").flat_map(Node::children_mut);
    for video in objects.filter(|object| object.name() == "Video" && !has_content(object)) {
        let text = |name: &str| match video.child(name)?.values().first()? {
            Value::Text(text) => Some(String::from_utf8_lossy(text).into_owned()),
            _ => None,
        };
        let names: Vec<String> = ["RelativeFilename", "Filename", "FileName"].into_iter().filter_map(text).collect();
        let found = beside(path, &names.iter().map(String::as_str).collect::<Vec<_>>());
        let Some(picture) = found.filter(|picture| bytes + picture.len() <= MOST_BYTES) else { continue };
        bytes += picture.len();
        video.children_mut().retain(|child| child.name() != "Content");
        video.children_mut().push(Node::new("Content").raw(&picture));
    }
}

fn has_content(video: &Node) -> bool {
    video.child("Content").is_some_and(|content| matches!(content.values().first(), Some(Value::Raw(bytes)) if !bytes.is_empty()))
}
