//! Motion as plain data: skeleton, poses, clips, the 272 features, and what is done to them. Pure functions on flat arrays.
//!
//! Space and units everywhere: Y up, metres, radians, seconds, 30 fps; +Z is forward at heading 0 and +X the character's left.
//! Not here: files, networks, windows.

mod banded;
pub mod bridge;
mod cholesky;
pub mod cleanup;
mod clip;
pub mod dance;
pub mod direct;
pub mod effects;
pub mod features;
pub mod feet;
pub mod ik;
pub mod join;
pub mod layer;
mod lead_in;
pub mod looping;
pub mod mapping;
pub mod measure;
pub mod path;
mod pose;
pub mod posing;
pub mod rig;
pub mod rotation;
pub mod skeleton;
pub mod supports;

pub use clip::{FPS, Motion};
pub use features::Features;
pub use lead_in::led_in;
pub use pose::{Pose, WorldPose};
pub use skeleton::{JOINT_COUNT, Joint, NameStyle, PARENTS, REST_OFFSETS_M, rest_positions};
