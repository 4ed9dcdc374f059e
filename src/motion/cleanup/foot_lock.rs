//! Brings the legs to where the feet belong, and the body to where the legs can do it.

use super::contact::ContactEdit;
use super::foot_target::FootTarget;
use super::foot_targets::foot_targets;
use super::ground::FREE_FALL_TOLERANCE;
use super::leg::Leg;
use crate::motion::banded::smooth_curve;
use crate::motion::feet::{FEET, rest_height_m};
use crate::motion::supports;
use crate::motion::{JOINT_COUNT, Joint, Motion, Pose, WorldPose};
use glam::{Quat, Vec3};
use std::ops::Range;

/// A heel that must rise for its leg to reach rises at most this far about the toe.
const ROLLED_MOST_RAD: f32 = 0.7;
const ROLLING: Envelope = Envelope { frames: 2, stiffness: 6.0 };
/// After that the pelvis goes down, at most this far.
const LOWERED_MOST_M: f32 = 0.08;
const LOWERING: Envelope = Envelope { frames: 5, stiffness: 60.0 };

/// Pins touching feet to the floor, keeps the others out of it, and bends the legs accordingly.
pub(super) fn lock(motion: &mut Motion, contacts: &[ContactEdit]) {
    if motion.is_empty() {
        return;
    }
    let worlds: Vec<WorldPose> = motion.frames.iter().map(|pose| pose.world()).collect();
    let joints_m: Vec<[Vec3; JOINT_COUNT]> = worlds.iter().map(|world| world.positions_m).collect();
    let surfaces: Vec<supports::Surface> = worlds.iter().map(supports::Surface::of).collect();
    let flying = supports::in_flight(&surfaces, FREE_FALL_TOLERANCE);
    let legs = [Leg::LEFT, Leg::RIGHT];
    let feet: [Vec<FootTarget>; 2] = [0, 1].map(|foot| {
        let mut feet =
            foot_targets(&worlds, &joints_m, &flying, FEET[foot], legs[foot], &|stands| corrected(stands, foot, worlds.len(), contacts));
        roll(&worlds, legs[foot], &mut feet);
        feet
    });
    let needed_m = |frame: usize| {
        let touching = legs.iter().zip(&feet).filter(|(_, targets)| targets[frame].touching);
        let needs_m = touching.map(|(leg, targets)| leg.lowering_m(&worlds[frame], targets[frame].ankle_m(leg.toe)));
        needs_m.fold(0.0, f32::max).min(LOWERED_MOST_M)
    };
    let lowered_m = LOWERING.over((0..worlds.len()).map(needed_m).collect());

    for (frame, pose) in motion.frames.iter_mut().enumerate() {
        pose.root_m.y -= lowered_m[frame];
        for (leg, targets) in legs.iter().zip(&feet) {
            leg.reach(pose, &worlds[frame], lowered_m[frame], &targets[frame]);
        }
    }
}

/// Keeps feet out of the floor, wherever they are; what is out of it stays as it is.
pub(super) fn keep_feet_out(poses: &mut [Pose]) {
    for pose in poses {
        let world = pose.world();
        for (leg, [ankle, toe]) in [Leg::LEFT, Leg::RIGHT].into_iter().zip(FEET) {
            let at = |joint: Joint| world.positions_m[joint as usize];
            if [ankle, toe].into_iter().all(|joint| at(joint).y >= rest_height_m(joint)) {
                continue;
            }
            let turn = |joint: Joint| world.rotations[joint as usize];
            let mut target = FootTarget { toe_m: at(toe), world_from_foot: turn(ankle), world_from_toes: turn(toe), touching: false };
            target.keep_out([ankle, toe]);
            leg.reach(pose, &world, 0.0, &target);
        }
    }
}

/// Where a foot stands, after what somebody said of it. A contact that was asked for takes in those that it meets: one place for all.
fn corrected(stands: Vec<Range<usize>>, foot: usize, frames: usize, contacts: &[ContactEdit]) -> Vec<Range<usize>> {
    contacts.iter().filter(|edit| edit.foot == foot).fold(stands, |stands, edit| {
        let mut asked = edit.frames.start.min(frames)..edit.frames.end.min(frames);
        if asked.is_empty() {
            return stands;
        }
        let mut after = Vec::new();
        for stand in stands {
            let apart = stand.end < asked.start || asked.end < stand.start;
            if edit.touches && !apart {
                asked = asked.start.min(stand.start)..asked.end.max(stand.end);
            } else {
                let (before, behind) = (stand.start..stand.end.min(asked.start), stand.start.max(asked.end)..stand.end);
                after.extend([before, behind].into_iter().filter(|part| !part.is_empty()).take(if apart { 1 } else { 2 }));
            }
        }
        if edit.touches {
            after.push(asked);
            after.sort_by_key(|stand| stand.start);
        }
        after
    })
}

/// Raises the heels of feet that their legs cannot reach otherwise, about toes that stay where they shall be.
fn roll(worlds: &[WorldPose], leg: Leg, targets: &mut [FootTarget]) {
    let turns: Vec<(Vec3, f32)> = worlds.iter().zip(&*targets).map(|(world, target)| leg.rolling(world, target)).collect();
    let needed_rad = turns.iter().map(|(_, angle_rad)| angle_rad.min(ROLLED_MOST_RAD));
    let angles_rad = ROLLING.over(needed_rad.collect());
    for ((target, (axis, _)), angle_rad) in targets.iter_mut().zip(&turns).zip(angles_rad) {
        target.world_from_foot = Quat::from_axis_angle(*axis, angle_rad) * target.world_from_foot;
    }
}

/// A smooth curve that lies about on top of what is needed.
struct Envelope {
    /// How far it reaches before and after what needs it.
    frames: usize,
    stiffness: f64,
}

impl Envelope {
    /// The curve over needs of at least 0, of which there is at least one.
    fn over(&self, needs: Vec<f32>) -> Vec<f32> {
        if needs.iter().all(|need| *need <= 0.0) {
            return needs;
        }
        let frames = needs.len();
        let widened: Vec<f64> = (0..frames)
            .map(|frame| {
                let around = frame.saturating_sub(self.frames)..(frame + self.frames + 1).min(frames);
                f64::from(needs[around].iter().copied().fold(0.0, f32::max))
            })
            .collect();
        let (alike, free) = (vec![1.0; frames], vec![0.0; frames - 1]);
        smooth_curve(&alike, &widened, &free, &free, self.stiffness).into_iter().map(|need| need.max(0.0) as f32).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_says_of_a_foot_changes_where_it_stands() {
        let edit = |frames: Range<usize>, touches| ContactEdit { foot: 0, frames, touches };
        let stands = || vec![2..8, 12..20];
        assert_eq!(corrected(stands(), 0, 30, &[edit(4..6, false)]), [2..4, 6..8, 12..20]);
        assert_eq!(corrected(stands(), 0, 30, &[edit(8..12, true), edit(25..26, true)]), [2..20, 25..26], "one place for all");
        assert_eq!(corrected(stands(), 0, 30, &[edit(24..99, true)]), [2..8, 12..20, 24..30]);
        assert_eq!(corrected(stands(), 0, 30, &[edit(0..30, false), edit(9..10, true), edit(4..5, true)]), [4..5, 9..10]);
        assert_eq!(corrected(stands(), 1, 30, &[edit(0..30, false)]), stands(), "the other foot");
    }
}
