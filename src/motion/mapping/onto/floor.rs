//! Nothing of the body is deeper in the floor than ours is.

use super::posing::Posing;
use crate::motion::supports::{CROWN, SURFACE, Surface, is_arm, is_foot};

/// Raises the body where its trunk, head or knees would be deeper in the floor than ours are.
pub(super) fn keep_out_of_floor(posing: &mut Posing<'_>) {
    let ours = Surface::of(posing.ours);
    let deeper_m = |point: usize| {
        let surface = SURFACE[point];
        let joint = posing.driven(surface.joint)?;
        // The rig's skin is thicker or thinner round the joint than ours.
        let centre_m = posing.ours_m(joint) + posing.ours.rotations[surface.joint as usize] * surface.offset_m;
        let height_m = centre_m.y - posing.fit.flesh_m[surface.joint as usize].unwrap_or(surface.radius_m);
        Some(ours.height_m(point).min(0.0) - height_m)
    };
    let trunk = (0..=CROWN).filter(|point| !is_arm(*point) && !is_foot(*point));
    let raised_m = trunk.filter_map(deeper_m).fold(0.0, f32::max);
    if raised_m > 0.0 {
        posing.moved_m.y += raised_m;
        posing.follow();
    }
}
