//! BVH files.

mod read;

pub use read::parse;
