//! A leg of two bones that reaches for a place: hip, knee, ankle.

use super::foot_target::FootTarget;
use crate::motion::ik::two_bone;
use crate::motion::{Joint, Pose, REST_OFFSETS_M, WorldPose};
use glam::{Quat, Vec3};

/// A leg is never straighter than this share of its length, unless it was.
const STRAIGHTEST: f32 = 0.9995;
/// From this share of its length on, it stretches ever more slowly, so that the knee does not pop.
const EASY: f32 = 0.985;

/// From the end of this range of its length down, a leg counts as folded more and more.
const FOLDED: std::ops::Range<f32> = 0.2..0.4;

/// The joints of a leg.
#[derive(Clone, Copy)]
pub(super) struct Leg {
    hip: usize,
    knee: usize,
    ankle: usize,
    pub(super) toe: Joint,
}

impl Leg {
    pub(super) const LEFT: Self =
        Self { hip: Joint::LHip as usize, knee: Joint::LKnee as usize, ankle: Joint::LAnkle as usize, toe: Joint::LFoot };
    pub(super) const RIGHT: Self =
        Self { hip: Joint::RHip as usize, knee: Joint::RKnee as usize, ankle: Joint::RAnkle as usize, toe: Joint::RFoot };

    fn length_m(self) -> f32 {
        REST_OFFSETS_M[self.knee].length() + REST_OFFSETS_M[self.ankle].length()
    }

    /// How far the ankle may be from the hip: as far as is easy, or as it was.
    fn reach_m(self, world: &WorldPose) -> f32 {
        (EASY * self.length_m()).max(world.positions_m[self.hip].distance(world.positions_m[self.ankle]))
    }

    /// The turn of the foot about its toe, axis and angle, that brings the ankle within reach of the hip, or as near as it can.
    pub(super) fn rolling(self, world: &WorldPose, target: &FootTarget) -> (Vec3, f32) {
        let (ankle, hip) = (target.ankle_m(self.toe) - target.toe_m, world.positions_m[self.hip] - target.toe_m);
        let (foot_m, hip_m, reach_m) = (ankle.length(), hip.length(), self.reach_m(world));
        let axis = ankle.cross(hip).normalize_or(Vec3::X);
        if ankle.distance(hip) <= reach_m {
            return (axis, 0.0);
        }
        let cosine = (foot_m * foot_m + hip_m * hip_m - reach_m * reach_m) / (2.0 * foot_m * hip_m);
        (axis, (ankle.angle_between(hip) - cosine.clamp(-1.0, 1.0).acos()).max(0.0))
    }

    /// How far the hip must go down to come within easy reach of a place for the ankle (or as near to it as the leg was stretched).
    pub(super) fn lowering_m(self, world: &WorldPose, ankle_m: Vec3) -> f32 {
        let hip_m = world.positions_m[self.hip];
        let reach_m = self.reach_m(world);
        let to = ankle_m - hip_m;
        if to.length() <= reach_m {
            return 0.0;
        }
        let beside_m = to.with_y(0.0).length().min(reach_m);
        (-to.y - (reach_m * reach_m - beside_m * beside_m).sqrt()).max(0.0)
    }

    /// Turns hip, knee, ankle and toes of `pose` so that the foot comes to where it shall be. `world` is the pose before it was
    /// lowered by `lowered_m`.
    pub(super) fn reach(self, pose: &mut Pose, world: &WorldPose, lowered_m: f32, target: &FootTarget) {
        let ankle_m = target.ankle_m(self.toe);
        let down = Vec3::Y * lowered_m;
        let [hip_m, knee_m, old_ankle_m] = [self.hip, self.knee, self.ankle].map(|joint| world.positions_m[joint] - down);
        let (thigh, shin) = (knee_m - hip_m, old_ankle_m - knee_m);
        let (thigh_m, shin_m) = (thigh.length(), shin.length());
        let old_reach_m = hip_m.distance(old_ankle_m);
        let reach_m = self.eased(hip_m.distance(ankle_m), old_reach_m).max((thigh_m - shin_m).abs() + 1e-3);

        let limb = [self.hip, self.knee].map(|joint| world.rotations[joint]);
        let bones_m = [self.knee, self.ankle].map(|joint| REST_OFFSETS_M[joint]);
        let axis = bend_axis(thigh, shin, world.rotations[self.hip]);
        // Both angles from lengths: a straight leg that stays as long is not bent at all.
        let flexion = |reach_m: f32| {
            let cosine = (reach_m * reach_m - thigh_m * thigh_m - shin_m * shin_m) / (2.0 * thigh_m * shin_m);
            cosine.clamp(-1.0, 1.0).acos()
        };
        let flexion_rad = flexion(reach_m) - flexion(old_reach_m);
        let [world_from_thigh, world_from_shin] = two_bone(limb, bones_m, axis, flexion_rad, ankle_m - hip_m);

        let world_from_pelvis = pose.local[0];
        pose.local[self.hip] = (world_from_pelvis.inverse() * world_from_thigh).normalize();
        pose.local[self.knee] = (world_from_thigh.inverse() * world_from_shin).normalize();
        pose.local[self.ankle] = (world_from_shin.inverse() * target.world_from_foot).normalize();
        pose.local[self.toe as usize] = (target.world_from_foot.inverse() * target.world_from_toes).normalize();
    }

    /// How far the leg reaches out: 0 where it is folded, so that a small step of the ankle would swing the knee far, 1 where it is not.
    pub(super) fn unfolded(self, world: &WorldPose) -> f32 {
        let reach = world.positions_m[self.hip].distance(world.positions_m[self.ankle]) / self.length_m();
        let share = ((reach - FOLDED.start) / (FOLDED.end - FOLDED.start)).clamp(0.0, 1.0);
        share * share * (3.0 - 2.0 * share)
    }

    /// The reach to use for one that is asked for: the same up to what the leg had or has easily, then ever more slowly up to straight.
    fn eased(self, asked_m: f32, old_m: f32) -> f32 {
        let (easy_m, straight_m) = (EASY * self.length_m(), STRAIGHTEST * self.length_m());
        if asked_m <= easy_m {
            return asked_m;
        }
        let room_m = straight_m - easy_m;
        let soft_m = easy_m + room_m * (1.0 - (-(asked_m - easy_m) / room_m).exp());
        soft_m.max(asked_m.min(old_m))
    }
}

/// The axis about which more flexion bends the knee: across thigh and shin, and along the thigh's own X axis the straighter they are.
fn bend_axis(thigh: Vec3, shin: Vec3, world_from_thigh: Quat) -> Vec3 {
    let across = thigh.normalize_or_zero().cross(shin.normalize_or_zero());
    (across + 0.05 * (world_from_thigh * Vec3::X)).try_normalize().unwrap_or(Vec3::X)
}
