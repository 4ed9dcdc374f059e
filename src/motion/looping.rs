//! Motions that loop: where a motion comes back to itself, a cycle without a seam, and several loops of it.

use super::join::{beyond, inertialise, placed_at, yaw_of};
use super::{FPS, JOINT_COUNT, Motion, Pose};
use glam::{Quat, Vec3};

/// The shortest cycle that is looked for, seconds.
const SHORTEST_SECS: f32 = 0.5;
/// How much a difference of speed counts beside one of place, metres for metres a second: a tenth of a second's way.
const SPEED_SHARE: f32 = 0.1;
/// What a longer cycle may be worse by, metres for each second: a loop of two steps is better than one of one, if it closes as well.
const LENGTH_BONUS_M_PER_SEC: f32 = 0.004;
/// Longer motions are looked through in coarser steps.
const MOST_STARTS: usize = 300;

/// A stretch of a motion that ends where it began, `from..to` in frames.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cycle {
    /// First frame.
    pub from: usize,
    /// The frame behind the last one, which is like the first one.
    pub to: usize,
    /// How far the joints are from closing, in place and in a tenth of a second's way, metres; about the pelvis and its heading.
    pub gap_m: f32,
}

/// The best cycle of a motion: the one that closes best, and among nearly equal ones the longest. None in less than a second.
#[must_use]
pub fn best_cycle(motion: &Motion) -> Option<Cycle> {
    let shortest = (SHORTEST_SECS * FPS) as usize;
    if motion.len() < 2 * shortest {
        return None;
    }
    let stances: Vec<Stance> = (0..motion.len() - 1).map(|frame| Stance::of(&motion.frames[frame], &motion.frames[frame + 1])).collect();
    let stride = stances.len().div_ceil(MOST_STARTS);
    let ends = |from: usize| (from + shortest..stances.len()).step_by(stride).map(move |to| (from, to));
    let rated = (0..stances.len()).step_by(stride).flat_map(ends).map(|(from, to)| {
        let gap_m = stances[from].gap_m(&stances[to]);
        (gap_m - LENGTH_BONUS_M_PER_SEC * (to - from) as f32 / FPS, Cycle { from, to, gap_m })
    });
    rated.min_by(|(a, _), (b, _)| a.total_cmp(b)).map(|(_, cycle)| cycle)
}

/// A pose with its speed, as somebody sees it who stands at the pelvis and looks where the body looks.
pub(super) struct Stance {
    places_m: [Vec3; JOINT_COUNT],
    speeds_m_per_sec: [Vec3; JOINT_COUNT],
}

impl Stance {
    pub(super) fn of(pose: &Pose, next: &Pose) -> Self {
        let unturned = Quat::from_rotation_y(-yaw_of(pose.local[0]));
        let [here, there] = [pose, next].map(|pose| pose.world().positions_m);
        let pelvis = Vec3::new(here[0].x, 0.0, here[0].z);
        Self {
            places_m: std::array::from_fn(|joint| unturned * (here[joint] - pelvis)),
            speeds_m_per_sec: std::array::from_fn(|joint| unturned * (there[joint] - here[joint]) * FPS),
        }
    }

    pub(super) fn gap_m(&self, other: &Self) -> f32 {
        let joint = |joint: usize| {
            let place = self.places_m[joint].distance_squared(other.places_m[joint]);
            let speed = self.speeds_m_per_sec[joint].distance_squared(other.speeds_m_per_sec[joint]);
            (place + SPEED_SHARE * SPEED_SHARE * speed).sqrt()
        };
        (0..JOINT_COUNT).map(joint).sum::<f32>() / JOINT_COUNT as f32
    }
}

/// A cycle whose beginning goes on from its own end.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// The frames of one loop.
    pub motion: Motion,
    /// Where each loop comes from: the place and heading of the frame before its first.
    came_from: Pose,
}

impl Loop {
    /// A cycle without a seam: over its first `blend_frames` frames the difference to its end dies away. The rest stays itself.
    /// With `returns`, it also ends on the spot and in the heading where it began.
    #[must_use]
    pub fn of(cycle: &Motion, blend_frames: usize, returns: bool) -> Self {
        let [first, second, ..] = cycle.frames[..] else { return Self { motion: cycle.clone(), came_from: Pose::REST } };
        let came_from = beyond(&second, &first);
        let mut motion = if returns { returning(cycle, &came_from) } else { cycle.clone() };
        let [.., before, last] = motion.frames[..] else { return Self { motion, came_from } };
        let lead = [beyond(&first, &came_from), came_from];
        let ending = placed_at(&Motion { frames: vec![before, last] }, &last, &came_from).frames;
        let most = motion.len().saturating_sub(2);
        inertialise(&mut motion, [&lead[0], &lead[1]], [&ending[0], &ending[1]], blend_frames.min(most));
        Self { motion, came_from }
    }

    /// So many loops, each from where the one before ends. Heights do not add up: every loop is as high as the first.
    #[must_use]
    pub fn repeated(&self, loops: usize) -> Motion {
        let mut motion = self.motion.clone();
        for _ in 1..loops {
            let Some(last) = motion.frames.last().copied() else { break };
            motion.frames.extend(placed_at(&self.motion, &self.came_from, &last).frames);
        }
        motion
    }
}

/// The motion whose way and turning are taken off it bit by bit, so that it ends where it came from.
fn returning(cycle: &Motion, start: &Pose) -> Motion {
    let Some(end) = cycle.frames.last() else { return cycle.clone() };
    let turned_rad = yaw_of(end.local[0] * start.local[0].inverse());
    let steps = cycle.len() as f32;
    let way_m = |from: &Pose, to: &Pose| (to.root_m - from.root_m) * Vec3::new(1.0, 0.0, 1.0);
    let mut turned = cycle.clone();
    for (frame, pose) in turned.frames.iter_mut().enumerate() {
        let back = Quat::from_rotation_y(-turned_rad * (frame + 1) as f32 / steps);
        let out_m = way_m(start, pose);
        pose.root_m = Vec3::new(start.root_m.x, pose.root_m.y, start.root_m.z) + back * out_m;
        pose.local[0] = (back * pose.local[0]).normalize();
    }
    let drift_m = turned.frames.last().map_or(Vec3::ZERO, |end| way_m(start, end));
    for (frame, pose) in turned.frames.iter_mut().enumerate() {
        pose.root_m -= drift_m * ((frame + 1) as f32 / steps);
    }
    turned
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A person who walks in a circle: steps of 1.2 s, a full turn in 12 s.
    fn walk(frames: usize) -> Motion {
        let pose = |frame: usize| {
            let secs = frame as f32 / FPS;
            let heading = secs * std::f32::consts::TAU / 12.0;
            let step = secs * std::f32::consts::TAU / 1.2;
            let mut pose = Pose::REST;
            pose.root_m = Vec3::new(2.0 * (1.0 - heading.cos()), 0.92 + 0.02 * (2.0 * step).cos(), 2.0 * heading.sin());
            pose.local[0] = Quat::from_rotation_y(heading);
            for (joint, angle) in [(1, 0.5 * step.sin()), (2, -0.5 * step.sin()), (16, -0.4 * step.sin()), (17, 0.4 * step.sin())] {
                pose.local[joint] = Quat::from_rotation_x(angle);
            }
            pose
        };
        Motion { frames: (0..frames).map(pose).collect() }
    }

    fn greatest_bend_m(motion: &Motion) -> f32 {
        let joints: Vec<_> = motion.frames.iter().map(|pose| pose.world().positions_m).collect();
        let bends = joints.windows(3).flat_map(|w| (0..JOINT_COUNT).map(|j| (w[2][j] - 2.0 * w[1][j] + w[0][j]).length()));
        bends.fold(0.0, f32::max)
    }

    #[test]
    fn a_walk_closes_after_whole_double_steps() {
        let cycle = best_cycle(&walk(100)).expect("a cycle");
        assert_eq!((cycle.to - cycle.from) % 36, 0, "{cycle:?}");
        assert!(cycle.gap_m < 1e-3);
        assert_eq!(cycle.to - cycle.from, 72, "the longest of them");
    }

    #[test]
    fn too_little_has_no_cycle() {
        assert!(best_cycle(&walk(20)).is_none());
        assert!(best_cycle(&Motion { frames: Vec::new() }).is_none());
    }

    #[test]
    fn rounds_follow_each_other_without_a_seam() {
        let cycle = Motion { frames: walk(60).frames[..45].to_vec() };
        let loops = Loop::of(&cycle, 10, false).repeated(3);
        assert_eq!(loops.len(), 135);
        let plain = greatest_bend_m(&walk(60));
        assert!(greatest_bend_m(&Loop::of(&cycle, 0, false).repeated(3)) > 10.0 * plain, "a cut is one");
        assert!(greatest_bend_m(&loops) < 6.0 * plain, "{} {plain}", greatest_bend_m(&loops));
    }

    #[test]
    fn a_returning_cycle_ends_where_it_began() {
        let loops = Loop::of(&Motion { frames: walk(100).frames[..72].to_vec() }, 8, true).repeated(5);
        let (first, last) = (loops.frames[0], loops.frames[72 * 4]);
        assert!((first.root_m - last.root_m).length() < 0.02, "{} {}", first.root_m, last.root_m);
        assert!(first.local[0].angle_between(last.local[0]) < 0.02);
    }

    #[test]
    fn heights_do_not_add_up() {
        let mut cycle = walk(40);
        cycle.frames.iter_mut().enumerate().for_each(|(frame, pose)| pose.root_m.y += 0.002 * frame as f32);
        let loops = Loop::of(&cycle, 8, false).repeated(6);
        assert!(loops.frames.iter().all(|pose| pose.root_m.y < 1.1));
    }

    #[test]
    fn next_to_nothing_stays_itself() {
        for frames in 0..4 {
            let little = walk(frames);
            assert_eq!(Loop::of(&little, 8, true).repeated(2).len(), 2 * frames);
        }
    }
}
