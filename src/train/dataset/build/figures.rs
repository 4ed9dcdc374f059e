//! What is measured on every clip before it may be learned from, and how far each figure may go.
//!
//! The published data set was filtered by the same kinds of figures without publishing its limits. Ours were set on the free
//! archives: what real, sound motion capture reaches, and a margin. Y up, metres, 30 fps, the floor at 0.

use crate::motion::feet::{self, LOW_M};
use crate::motion::supports::{self, Surface};
use crate::motion::{FPS, JOINT_COUNT, Joint, Motion, WorldPose, measure};
use glam::{EulerRot, Quat, Vec3};
use serde::{Deserialize, Serialize};

/// A frame whose lowest surface point is higher than this hangs in the air, one that is lower than minus this stands in the floor.
const OFF_FLOOR_M: f32 = 0.12;
/// Nobody who lives keeps every joint as still as this, metres a frame.
const STILL_M: f32 = 1e-4;
/// How near the pelvis' acceleration comes to gravity's in a flight.
const FREE_FALL_TOLERANCE: f32 = 0.4;

/// The figures of a clip.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Number of frames.
    pub frames: usize,
    /// Mean speed of the pelvis over the floor, m/s.
    pub speed_m_per_sec: f32,
    /// Longest step of the pelvis from one frame to the next, m.
    pub step_m: f32,
    /// Largest change of that step, m/frame².
    pub jolt_m: f32,
    /// Largest change of heading from one frame to the next, degrees.
    pub heading_step_deg: f32,
    /// Mean length of the joints' third difference, mm/frame³.
    pub jerk_mm: f32,
    /// Its peak over joints and frames, mm/frame³.
    pub jerk_peak_mm: f32,
    /// Longest time in which nothing moves, s.
    pub frozen_secs: f32,
    /// Share of frames with a joint turned further than joints go, per cent.
    pub broken_pct: f32,
    /// Share of frames that hang in the air without falling, per cent.
    pub float_pct: f32,
    /// Share of frames that stand in the floor, per cent.
    pub sink_pct: f32,
    /// Share of frames in which something bears weight, per cent.
    pub contact_pct: f32,
    /// How far the stiller of the low feet moves over the floor, mm a frame: near 0 where somebody walks, whose other foot swings low.
    pub slip_mm: f32,
    /// Foot slide, mm a frame (see [`measure`]), which counts low swings too.
    pub slide_mm: f32,
}

/// Why a clip is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The captions name a file that is not there.
    MissingFile,
    /// The file cannot be read as a motion.
    Unreadable,
    /// Shorter than the shortest clip.
    TooShort,
    /// Longer than the longest clip and with a beginning and an end, so that it cannot be cut: left out of the generator's lists.
    TooLong,
    /// No captions: left out of the generator's lists.
    NoCaption,
    /// The body is suddenly elsewhere.
    Teleport,
    /// The body suddenly faces elsewhere.
    HeadingJump,
    /// Shaking, or torn for a moment.
    Jerk,
    /// Nothing moves.
    Frozen,
    /// Limbs turned as no limbs turn.
    BrokenPose,
    /// Hanging in the air: whatever bore the weight is not there.
    Floating,
    /// Standing in the floor.
    Sinking,
    /// Nothing that touches the floor stands on it.
    NoContact,
    /// Feet slide.
    Sliding,
}

impl Reason {
    /// The word for tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingFile => "missing-file",
            Self::Unreadable => "unreadable",
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::NoCaption => "no-caption",
            Self::Teleport => "teleport",
            Self::HeadingJump => "heading-jump",
            Self::Jerk => "jerk",
            Self::Frozen => "frozen",
            Self::BrokenPose => "broken-pose",
            Self::Floating => "floating",
            Self::Sinking => "sinking",
            Self::NoContact => "no-contact",
            Self::Sliding => "sliding",
        }
    }

    /// Whether the tokenizer, which needs neither captions nor an end, may still learn from the clip.
    #[must_use]
    pub fn leaves_tokenizer(self) -> bool {
        matches!(self, Self::TooLong | Self::NoCaption)
    }
}

/// A limit on a figure.
struct Limit {
    reason: Reason,
    /// The figure; more is worse.
    of: fn(&Figures) -> f32,
    most: f32,
    unit: &'static str,
}

/// The limits, the plainest faults first.
const LIMITS: [Limit; 11] = [
    Limit { reason: Reason::Teleport, of: |f| f.step_m, most: 0.35, unit: "m/frame" },
    Limit { reason: Reason::Teleport, of: |f| f.jolt_m, most: 0.10, unit: "m/frame2" },
    Limit { reason: Reason::HeadingJump, of: |f| f.heading_step_deg, most: 60.0, unit: "degrees/frame" },
    Limit { reason: Reason::Jerk, of: |f| f.jerk_peak_mm, most: 700.0, unit: "mm/frame3, peak" },
    Limit { reason: Reason::Jerk, of: |f| f.jerk_mm, most: 40.0, unit: "mm/frame3, mean" },
    Limit { reason: Reason::Frozen, of: |f| f.frozen_secs, most: 0.5, unit: "s" },
    Limit { reason: Reason::BrokenPose, of: |f| f.broken_pct, most: 5.0, unit: "% of frames" },
    Limit { reason: Reason::Floating, of: |f| f.float_pct, most: 25.0, unit: "% of frames" },
    Limit { reason: Reason::Sinking, of: |f| f.sink_pct, most: 25.0, unit: "% of frames" },
    Limit { reason: Reason::NoContact, of: |f| 100.0 - f.contact_pct, most: 90.0, unit: "% of frames without" },
    Limit { reason: Reason::Sliding, of: |f| f.slip_mm, most: 60.0, unit: "mm/frame" },
];

/// What a clip failed by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in crate::train::dataset) struct Fault {
    /// Why.
    pub(super) reason: Reason,
    /// The figure with its unit and its limit, or what the reader said.
    pub(super) figure: String,
}

impl Figures {
    /// The first limit that the clip breaks.
    #[must_use]
    pub(in crate::train::dataset) fn fault(&self) -> Option<Fault> {
        // A figure that is not a number breaks its limit too.
        let breaks = |limit: &&Limit| (limit.of)(self) > limit.most || (limit.of)(self).is_nan();
        let broken = LIMITS.iter().find(breaks)?;
        let figure = format!("{:.3} {} (limit {})", (broken.of)(self), broken.unit, broken.most);
        Some(Fault { reason: broken.reason, figure })
    }

    /// Measures a motion whose floor is at 0.
    #[must_use]
    pub fn of(motion: &Motion) -> Self {
        let worlds: Vec<WorldPose> = motion.frames.iter().map(crate::motion::Pose::world).collect();
        let joints_m: Vec<[Vec3; JOINT_COUNT]> = worlds.iter().map(|world| world.positions_m).collect();
        let quality = measure::measure(motion);
        let steps_m: Vec<Vec3> = joints_m.windows(2).map(|pair| pair[1][0] - pair[0][0]).collect();
        let jolts = steps_m.windows(2).map(|pair| (pair[1] - pair[0]).length());
        let headings: Vec<f32> = motion.frames.iter().map(|pose| heading_rad(pose.local[0])).collect();
        let turns = headings.windows(2).map(|pair| wrapped_rad(pair[1] - pair[0]).abs().to_degrees());
        let still = |frame: usize| (0..JOINT_COUNT).all(|joint| joints_m[frame][joint].distance(joints_m[frame + 1][joint]) < STILL_M);
        let frozen = feet::runs(steps_m.len(), still).iter().map(ExactSizeIterator::len).max().unwrap_or(0);
        let surfaces: Vec<Surface> = worlds.iter().map(Surface::of).collect();
        let lowest_m: Vec<f32> = surfaces.iter().map(|surface| surface.lowest().1).collect();
        let flying = supports::in_flight(&surfaces, FREE_FALL_TOLERANCE);
        let floating = lowest_m.iter().zip(&flying).filter(|(height_m, flying)| **height_m > OFF_FLOOR_M && !**flying);
        let bearing = |frame: &usize| lowest_m[*frame].abs() < OFF_FLOOR_M && supports::bears(&surfaces, *frame);
        let share_pct = |count: usize| 100.0 * count as f32 / joints_m.len().max(1) as f32;
        Self {
            frames: motion.len(),
            speed_m_per_sec: quality.path_m / motion.duration_secs().max(1.0 / FPS),
            step_m: highest(steps_m.iter().map(|step| step.length())),
            jolt_m: highest(jolts),
            heading_step_deg: highest(turns),
            jerk_mm: quality.jitter_mm_per_frame3,
            jerk_peak_mm: 1e3 * jerk_peak_m(&joints_m),
            frozen_secs: frozen as f32 / FPS,
            broken_pct: share_pct(motion.frames.iter().filter(|pose| is_broken(&pose.local)).count()),
            float_pct: share_pct(floating.count()),
            sink_pct: share_pct(lowest_m.iter().filter(|height_m| **height_m < -OFF_FLOOR_M).count()),
            contact_pct: share_pct((0..joints_m.len()).filter(bearing).count()),
            slip_mm: 1e3 * slip_m(&joints_m),
            slide_mm: quality.slide_mm_per_frame,
        }
    }
}

/// Mean over the frames with a low foot of the shortest step of a low foot joint.
fn slip_m(joints_m: &[[Vec3; JOINT_COUNT]]) -> f32 {
    let shortest = |pair: &[[Vec3; JOINT_COUNT]]| {
        let low = feet::FEET.into_iter().flatten().filter(|joint| pair.iter().all(|joints| feet::height_m(joints, *joint) < LOW_M));
        low.map(|joint| feet::floor_distance_m(pair[0][joint as usize], pair[1][joint as usize])).min_by(f32::total_cmp)
    };
    let (sum, count) = joints_m.windows(2).filter_map(shortest).fold((0.0, 0_u32), |(sum, count), step| (sum + step, count + 1));
    sum / count.max(1) as f32
}

fn jerk_peak_m(joints_m: &[[Vec3; JOINT_COUNT]]) -> f32 {
    highest(joints_m.windows(4).map(|w| highest((0..JOINT_COUNT).map(|j| (w[3][j] - w[0][j] - 3.0 * (w[2][j] - w[1][j])).length()))))
}

/// Direction of the image of +Z on the floor (`docs/representation.md`, Conventions).
fn heading_rad(world_from_pelvis: Quat) -> f32 {
    let ahead = world_from_pelvis * Vec3::Z;
    ahead.x.atan2(ahead.z)
}

fn wrapped_rad(angle: f32) -> f32 {
    angle.sin().atan2(angle.cos())
}

/// How far each joint turns from the T-pose at most, degrees: beyond what the suppler half of people can do.
fn most_deg(joint: Joint) -> f32 {
    match joint {
        Joint::Pelvis => 360.0,
        // Skeletons with fewer joints bend all of their back here.
        Joint::Spine1 => 125.0,
        Joint::Spine2 | Joint::Spine3 => 75.0,
        Joint::Neck | Joint::Head | Joint::LFoot | Joint::RFoot => 95.0,
        Joint::LCollar | Joint::RCollar => 75.0,
        Joint::LAnkle | Joint::RAnkle => 105.0,
        Joint::LWrist | Joint::RWrist => 150.0,
        Joint::LHip | Joint::RHip => 165.0,
        Joint::LKnee | Joint::RKnee | Joint::LElbow | Joint::RElbow | Joint::LShoulder | Joint::RShoulder => 172.0,
    }
}

/// Knees that bend forward by more than this are broken, degrees.
const KNEE_BACKWARD_DEG: f32 = 40.0;

fn is_broken(local: &[Quat; JOINT_COUNT]) -> bool {
    let too_far = Joint::ALL.iter().any(|joint| local[*joint as usize].angle_between(Quat::IDENTITY).to_degrees() > most_deg(*joint));
    let backward = [Joint::LKnee, Joint::RKnee].iter().any(|knee| {
        let (bend, _, _) = local[*knee as usize].to_euler(EulerRot::XYZ);
        bend.to_degrees() < -KNEE_BACKWARD_DEG
    });
    too_far || backward
}

fn highest(values: impl Iterator<Item = f32>) -> f32 {
    values.fold(0.0, |most, value| if value <= most { most } else { value })
}
