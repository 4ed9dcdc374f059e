//! Paths on the floor: a curve by its length ([`Curve`]), and a motion that goes along one ([`follow`]). Metres, seconds, radians; a place
//! on the floor is (x, z), a heading counts as everywhere: 0 is +Z, a quarter turn +X.

mod curve;
mod follow;
mod simplify;

pub use curve::Curve;
pub use follow::{Followed, Pin, follow, travel};
pub use simplify::simplified;
