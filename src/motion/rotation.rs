//! Rotations beyond what glam has: heading, swing, the frame of two directions. Radians, Y up.

use glam::{Mat3, Quat, Vec3};

/// Heading of an orientation: the angle about +Y of the image of +Z on the floor (`docs/representation.md`, Conventions).
#[must_use]
pub fn heading(world_from_body: Quat) -> f32 {
    let forward = world_from_body * Vec3::Z;
    forward.x.atan2(forward.z)
}

/// An angle by the shorter way.
#[must_use]
pub fn wrapped(angle_rad: f32) -> f32 {
    angle_rad - std::f32::consts::TAU * (angle_rad / std::f32::consts::TAU).round()
}

/// The shortest rotation that takes direction `from` to direction `to`; the identity where either has no length.
#[must_use]
pub fn shortest_arc(from: Vec3, to: Vec3) -> Quat {
    match (from.try_normalize(), to.try_normalize()) {
        (Some(from), Some(to)) => Quat::from_rotation_arc(from, to),
        _ => Quat::IDENTITY,
    }
}

/// The frame whose X axis points along `lateral` and whose Y axis lies as near as possible to `up`.
#[must_use]
pub fn frame_of(lateral: Vec3, up: Vec3) -> Option<Quat> {
    let x = lateral.try_normalize()?;
    let z = x.cross(up).try_normalize()?;
    Some(Quat::from_mat3(&Mat3::from_cols(x, z.cross(x), z)))
}
