//! Inverse kinematics: a limb of two bones that reaches for a place, in closed form, and a chain of any length by cyclic coordinate
//! descent (Wang and Chen, 1991). Pure geometry in one space; whose limbs these are is the caller's business.

use super::rotation::shortest_arc;
use glam::{Quat, Vec3};

/// The rotations of an upper and a lower bone of which the lower is bent by `flexion_rad` more about `axis` (unit length), and both are then
/// swung about the root until the limb ends in the direction `to`.
///
/// `bones` are the two bones in their joints' own frames; all else in the world.
#[must_use]
pub fn two_bone([upper, lower]: [Quat; 2], bones: [Vec3; 2], axis: Vec3, flexion_rad: f32, to: Vec3) -> [Quat; 2] {
    let lower = Quat::from_axis_angle(axis, flexion_rad) * lower;
    let swing = shortest_arc(upper * bones[0] + lower * bones[1], to);
    [(swing * upper).normalize(), (swing * lower).normalize()]
}

/// The rotations of an upper and a lower bone, changed as little as possible, so that the limb from `root` ends at `target`, or points to it where that is out of reach. The
/// plane in which the limb bends is kept.
#[must_use]
pub fn reach(root: Vec3, limb: [Quat; 2], bones: [Vec3; 2], target: Vec3) -> [Quat; 2] {
    let [a, b] = [0, 1].map(|bone| limb[bone] * bones[bone]);
    let (near, other) = (a.length(), b.length());
    if !can_bend(near, other) {
        return limb;
    }
    let wanted = (target - root).length().max((near - other).abs() + 1e-4).min((near + other) * 0.9999);
    let axis = a.cross(b).try_normalize().unwrap_or_else(|| limb[0] * Vec3::X);
    let inner_angle = ((near * near + other * other - wanted * wanted) / (2.0 * near * other)).clamp(-1.0, 1.0).acos();
    let flexion_rad = (-a).angle_between(b) - inner_angle;
    two_bone(limb, bones, axis, flexion_rad, target - root)
}

/// The turns, in the world, of the two bones of a limb (seen in the world) that make it end at `target`, or point to it where that is out of
/// reach. It bends in its own plane; the straighter it is, the more about `hinge` (unit length), so that a knee or an elbow never bends back.
#[must_use]
pub fn reach_bending(root: Vec3, [upper, lower]: [Vec3; 2], hinge: Vec3, target: Vec3) -> [Quat; 2] {
    let (near, other) = (upper.length(), lower.length());
    if !can_bend(near, other) {
        return [Quat::IDENTITY; 2];
    }
    let wanted = (target - root).length().max((near - other).abs() + 1e-4 * (near + other)).min((near + other) * 0.9999);
    let across = upper.normalize_or_zero().cross(lower.normalize_or_zero());
    let axis = (across + 0.05 * hinge).try_normalize().unwrap_or(hinge);
    // Both angles from lengths: a straight limb that stays as long is not bent by rounding.
    let flexion = |reach: f32| ((reach * reach - near * near - other * other) / (2.0 * near * other)).clamp(-1.0, 1.0).acos();
    let bent_rad = flexion((upper + lower).length()).copysign(across.dot(axis));
    let flexion_rad = flexion(wanted) - bent_rad;
    two_bone([Quat::IDENTITY; 2], [upper, lower], axis, flexion_rad, target - root)
}

/// Whether bones of these lengths make a limb: damaged rigs have some without any.
fn can_bend(near: f32, other: f32) -> bool {
    let whole = near + other;
    whole.is_finite() && near.min(other) > 1e-3 * whole
}

/// How often the joints of a chain are gone through.
const SWEEPS: usize = 8;

/// The turns, in the world, of the joints of a chain (root first) that bring its `end` to `target` or as near as they can: each joint takes
/// the same share of the way, and turns by `most_rad` against the one before it at most. What hangs on a joint turns with it.
#[must_use]
pub fn chain(joints: &[Vec3], end: Vec3, target: Vec3, most_rad: f32) -> Vec<Quat> {
    let mut places: Vec<Vec3> = joints.iter().copied().chain([end]).collect();
    let mut own = vec![Quat::IDENTITY; joints.len()];
    for _ in 0..SWEEPS {
        for joint in (0..joints.len()).rev() {
            let at = places[joint];
            let whole = shortest_arc(places[joints.len()] - at, target - at);
            let wanted = Quat::IDENTITY.slerp(whole, 1.0 / (joint + 1) as f32) * own[joint];
            let limited = limited(wanted, most_rad);
            let step = (limited * own[joint].inverse()).normalize();
            own[joint] = limited.normalize();
            for place in &mut places[joint + 1..] {
                *place = at + step * (*place - at);
            }
            // The turns of the joints further out are seen from the world.
            for outer in &mut own[joint + 1..] {
                *outer = (step * *outer * step.inverse()).normalize();
            }
        }
    }
    let mut above = Quat::IDENTITY;
    own.iter()
        .map(|own| {
            above = (*own * above).normalize();
            above
        })
        .collect()
}

/// A turn, or as much of it as is allowed.
pub(super) fn limited(turn: Quat, most_rad: f32) -> Quat {
    let angle_rad = turn.angle_between(Quat::IDENTITY);
    if angle_rad > most_rad { Quat::IDENTITY.slerp(turn, most_rad / angle_rad) } else { turn }
}

#[cfg(test)]
mod tests {
    use super::*;
    use glam::vec3;

    #[test]
    fn a_limb_with_a_bone_of_no_length_stays_as_it_is() {
        for lower in [Vec3::ZERO, Vec3::NEG_Y * 1e-5, Vec3::splat(f32::NAN), Vec3::splat(f32::INFINITY)] {
            assert_eq!(reach(Vec3::Y, [Quat::IDENTITY; 2], [Vec3::NEG_Y, lower], Vec3::X), [Quat::IDENTITY; 2]);
            assert_eq!(reach_bending(Vec3::Y, [Vec3::NEG_Y, lower], Vec3::X, Vec3::X), [Quat::IDENTITY; 2]);
        }
    }

    #[test]
    fn a_limb_lands_on_targets_within_reach_and_keeps_bone_lengths() {
        let bones_m = [Vec3::new(0.0, -0.4, 0.0), Vec3::new(0.0, -0.39, 0.0)];
        for target in [vec3(0.1, -0.6, 0.2), vec3(-0.3, -0.5, 0.1), vec3(0.0, -0.75, 0.05)] {
            let [upper, lower] = reach(Vec3::ZERO, [Quat::from_rotation_x(-0.1), Quat::from_rotation_x(0.2)], bones_m, target);
            let end = upper * bones_m[0] + lower * bones_m[1];
            assert!(end.distance(target) < 1e-3, "{end} is not {target}");
        }
    }

    #[test]
    fn a_limb_out_of_reach_points_there_and_a_straight_one_bends_forwards_at_the_knee() {
        let bones_m = [Vec3::new(0.0, -0.4, 0.0), Vec3::new(0.0, -0.4, 0.0)];
        let [upper, lower] = reach(Vec3::ZERO, [Quat::IDENTITY; 2], bones_m, vec3(0.0, -3.0, 0.0));
        assert!((upper * bones_m[0] + lower * bones_m[1]).distance(vec3(0.0, -0.8, 0.0)) < 1e-3);
        let [upper, _] = reach(Vec3::ZERO, [Quat::IDENTITY; 2], bones_m, vec3(0.0, -0.6, 0.0));
        assert!((upper * bones_m[0]).z > 0.1, "the knee goes ahead");
    }

    #[test]
    fn an_all_but_straight_limb_bends_about_its_hinge_whatever_way_it_is_off() {
        let bones = [Vec3::new(0.0, -0.4, 0.0), Vec3::new(0.0, -0.4, 0.002)];
        let turns = reach_bending(Vec3::ZERO, bones, Vec3::X, vec3(0.0, -0.7, 0.0));
        assert!((turns[0] * bones[0]).z > 0.05, "the knee goes ahead");
        assert!((turns[0] * bones[0] + turns[1] * bones[1]).distance(vec3(0.0, -0.7, 0.0)) < 1e-3);
    }

    #[test]
    fn a_chain_reaches_its_target_with_every_joint_taking_part() {
        let joints: Vec<Vec3> = (0..5).map(|joint| Vec3::Y * 0.1 * joint as f32).collect();
        let (end, target) = (Vec3::Y * 0.5, vec3(0.2, 0.43, 0.05));
        let turns = chain(&joints, end, target, 1.0);
        let mut at = joints[0];
        for (joint, turn) in turns.iter().enumerate() {
            let next = joints.get(joint + 1).copied().unwrap_or(end);
            at += *turn * (next - joints[joint]);
            assert!(joint == 0 || turns[joint - 1].angle_between(*turn) > 0.02, "joint {joint} is stiff");
        }
        assert!(at.distance(target) < 0.01, "{at} is not {target}");
    }

    #[test]
    fn a_chain_keeps_its_limits() {
        let joints = [Vec3::ZERO, Vec3::Y * 0.1, Vec3::Y * 0.2];
        let turns = chain(&joints, Vec3::Y * 0.3, vec3(0.1, -0.2, 0.0), 0.2);
        let mut before = Quat::IDENTITY;
        for turn in turns {
            assert!(turn.angle_between(before) < 0.201, "{} rad", turn.angle_between(before));
            before = turn;
        }
        let still = chain(&joints, Vec3::Y * 0.3, Vec3::Y * 0.3, 0.2);
        assert!(still.iter().all(|turn| turn.angle_between(Quat::IDENTITY) < 1e-3));
    }
}
