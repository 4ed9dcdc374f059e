//! Files: BVH, glTF, FBX, USD, AMASS npz and 272-feature npy, read to a [`Motion`](crate::motion::Motion) and written from one; and the project file.
//!
//! Readers trust nothing: a damaged or hostile file is an error of one line, within bounded memory. Writers write beside the file
//! and rename. What happens to a motion before or after is not known here.

mod amass;
mod archive;
mod arrays;
mod body_model;
mod bones;
mod bounds;
mod bvh;
mod characters;
mod clips;
mod constraints;
mod error;
mod euler;
mod fbx;
mod features;
mod file;
mod format;
mod glb;
mod joints;
mod npy;
mod own;
mod pickled;
mod program;
mod project;
mod rate;
mod read;
mod reading;
mod rigged;
mod unique;
mod usd;
mod write;
mod writing;

pub use amass::NpzOrigin;
pub use body_model::read_body_model;
pub use characters::{may_hold_character, read_character, read_humanoid};
pub use constraints::read_constraints;
pub use error::FormatError;
pub use features::{read_features, write_features, write_tokens, write_vector};
pub use file::write_text;
pub use format::Format;
pub use program::Program;
pub use project::{PROJECT_ENDING, Project, ProjectIndex, open_project, save_project, update_project};
pub use read::{decode, read, read_bvh, read_rig, read_with};
pub use reading::{Animation, ClipChoice, ReadOptions, Reading, Recorded};
pub use rigged::ReadCharacter;
pub use write::{check_own_file, write, write_all};
pub use writing::{Contents, NamedMotion, Units, WriteOptions};
