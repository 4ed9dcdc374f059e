//! Rotations as three angles, for the formats that want them.

use glam::{DMat3, DQuat, DVec3, Quat};
use std::f64::consts::{PI, TAU};

/// Angles about X, Y and Z, radians: the rotation is `Rz · Ry · Rx`.
pub(super) type Euler = DVec3;

/// Of all angles that make this rotation, those nearest to the frame before, so that curves neither jump by a turn nor flip.
pub(super) fn nearest_euler(rotation: Quat, before: Euler) -> Euler {
    let m = DMat3::from_quat(DQuat::from_xyzw(rotation.x.into(), rotation.y.into(), rotation.z.into(), rotation.w.into()).normalize());
    // Rz Ry Rx = [[cy cz, sx sy cz - cx sz, …], [cy sz, sx sy sz + cx cz, …], [-sy, sx cy, cx cy]]; m.x_axis is its first column.
    let cos_y = m.x_axis.x.hypot(m.x_axis.y);
    let y = (-m.x_axis.z).atan2(cos_y);
    if cos_y < 1e-6 {
        // Gimbal lock: X and Z turn about the same axis, so Z stays and X makes up the rest.
        let (sin_z, cos_z) = before.z.sin_cos();
        let x = (sin_z * m.z_axis.x - cos_z * m.z_axis.y).atan2(cos_z * m.y_axis.y - sin_z * m.y_axis.x);
        return unwound(DVec3::new(x, y, before.z), before);
    }
    let first = unwound(DVec3::new(m.y_axis.z.atan2(m.z_axis.z), y, m.x_axis.y.atan2(m.x_axis.x)), before);
    let second = unwound(DVec3::new(first.x + PI, PI - y, first.z + PI), before);
    if second.distance_squared(before) < first.distance_squared(before) { second } else { first }
}

/// The same for rotations about other axes first: `order` names the first, second and third (0 is X), `[0, 1, 2]` is [`nearest_euler`]'s.
/// Each angle stands at its axis.
pub(super) fn nearest_euler_in(order: [usize; 3], rotation: Quat, before: Euler) -> Euler {
    // Renamed axes make the usual order of any; an odd renaming mirrors, so that all turns go the other way round.
    let [i, j, k] = order;
    let sign = if (i + 1) % 3 == j { 1.0 } else { -1.0 };
    let axis = rotation.xyz() * sign;
    let renamed = Quat::from_xyzw(axis[i], axis[j], axis[k], rotation.w);
    let sign = f64::from(sign);
    let found = nearest_euler(renamed, sign * DVec3::new(before[i], before[j], before[k])) * sign;
    let mut angles = Euler::ZERO;
    (angles[i], angles[j], angles[k]) = (found.x, found.y, found.z);
    angles
}

/// Whole turns added to each angle so that it is within half a turn of the frame before.
fn unwound(angles: Euler, before: Euler) -> Euler {
    angles - ((angles - before) / TAU).round() * TAU
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::EulerRot;

    fn composed(angles: Euler) -> DQuat {
        DQuat::from_euler(EulerRot::ZYX, angles.z, angles.y, angles.x)
    }

    #[test]
    fn angles_make_the_rotation_also_in_gimbal_lock() {
        for y in [-PI / 2.0, -1.57, -0.3, 0.0, 1.2, 1.57, PI / 2.0] {
            for (x, z) in [(0.0, 0.0), (0.4, -2.0), (-2.9, 0.7), (1.0, 3.1)] {
                let rotation = composed(DVec3::new(x, y, z)).as_quat();
                let angles = nearest_euler(rotation, DVec3::new(0.2, 0.1, -0.3));
                let difference = composed(angles).angle_between(rotation.as_dquat().normalize());
                assert!(difference < 2e-4, "{x} {y} {z}: {difference} rad");
            }
        }
    }

    #[test]
    fn angles_about_axes_in_any_order_make_the_rotation() {
        use std::f64::consts::FRAC_PI_2;
        let orders = [[0, 1, 2], [0, 2, 1], [1, 2, 0], [1, 0, 2], [2, 0, 1], [2, 1, 0]];
        let axes = [DVec3::X, DVec3::Y, DVec3::Z];
        for order in orders {
            for (first, second, third) in [(0.4, 1.2, -2.0), (-2.9, -0.3, 0.7), (0.1, FRAC_PI_2 - 1e-4, 3.1)] {
                let turn = |at: usize, angle: f64| DQuat::from_axis_angle(axes[order[at]], angle);
                let rotation = (turn(2, third) * turn(1, second) * turn(0, first)).as_quat();
                let angles = nearest_euler_in(order, rotation, DVec3::new(0.2, 0.1, -0.3));
                let again = turn(2, angles[order[2]]) * turn(1, angles[order[1]]) * turn(0, angles[order[0]]);
                let difference = again.angle_between(rotation.as_dquat().normalize());
                assert!(difference < 2e-4, "{order:?} {first} {second} {third}: {difference} rad");
            }
        }
    }

    #[test]
    fn a_spin_unwinds_instead_of_jumping_back() {
        let mut before = Euler::ZERO;
        for step in 0..200 {
            let angles = nearest_euler(Quat::from_rotation_y(0.1 * step as f32), before);
            assert!((angles - before).abs().max_element() < 0.11, "a jump at step {step}");
            before = angles;
        }
    }
}
