//! What the reports on motion capture share.

use std::path::{Path, PathBuf};

/// Adds every BVH file in a folder and below it.
pub(crate) fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|ending| ending == "bvh") {
            files.push(path);
        }
    }
}
