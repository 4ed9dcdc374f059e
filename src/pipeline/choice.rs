//! What a sample of a prompt is worth for what it has to meet: it is made to meet it, and that tells.

use super::made::{Distance, Made, Remark};
use crate::model::WishedFeature;
use crate::motion::direct::{Wish, ended, met, missing_m};
use crate::motion::effects::MeasuredAction;
use crate::motion::features::{self, POSITIONS, ROTATIONS};
use crate::motion::measure::measure;
use crate::motion::path::{Curve, Followed, Pin, follow, travel};
use crate::motion::rotation::heading;
use crate::motion::{FPS, JOINT_COUNT, Joint, Motion};
use crate::timeline::{Constraints, Key};
use glam::{Quat, Vec2};
use std::collections::BTreeSet;
use std::ops::RangeInclusive;
use std::sync::Arc;

/// Corners of a path are arcs of this radius for those who walk, and for those who run, metres.
const WALKING_RADIUS_M: f32 = 0.3;
const RUNNING_RADIUS_M: f32 = 0.6;
/// Who is faster than this runs, m/s.
const RUNNING_M_PER_SEC: f32 = 2.2;
/// What a motion can be sped up or slowed down to without looking so, its own pace being 1.
const PACES: RangeInclusive<f32> = 0.7..=1.4;
/// Where the length is free, a motion within this keeps all its frames; a longer one is cut where it has come far enough.
const OWN_PACES: RangeInclusive<f32> = 0.85..=1.15;
/// A body that is pushed sideways by more than this leans by more than 35° and leaves its path; looked at over so many frames before and behind.
const MOST_SIDEWAYS_M_PER_SEC2: f32 = 7.0;
const TURN_FRAMES: usize = 5;
/// What it counts that a motion does not do what the words ask for.
const DISOBEDIENCE: f32 = 1.0;
/// The least that is worth saying, metres.
const MISSED_M: f32 = 0.01;

/// What samples have to meet.
pub(super) struct Direction {
    constraints: Constraints,
    /// The least that a sample may be cut to, seconds; none where its length is fixed.
    least_secs: Option<f32>,
}

/// A sample that was made to meet its constraints.
pub(super) struct Candidate {
    pub(super) made: Made,
    /// Less is better.
    pub(super) cost: f32,
    /// What it could not meet, and how far the model was from it; a sentence each.
    pub(super) misses: Vec<Remark>,
    /// How long a sample must be to come far enough, where this one was too short.
    pub(super) needed_secs: Option<f32>,
}

impl Direction {
    pub(super) fn of(constraints: &Constraints, least_secs: Option<f32>) -> Self {
        Self { constraints: constraints.clone(), least_secs }
    }

    /// The latest time that they name, with the frame there.
    pub(super) fn last_secs(&self) -> f32 {
        let secs = self.constraints.last_secs();
        if secs > 0.0 { secs + 1.0 / FPS } else { 0.0 }
    }

    /// The sample made to meet them.
    pub(super) fn met_by(&self, mut made: Made) -> Candidate {
        let free = measure(&made.take.motion);
        let disobeys = asked_for(&made).is_some_and(|action| !action.is_done_by(&made.take.motion));
        let mut quality = free;
        made.before_finish = (!self.constraints.is_empty()).then(Distance::default);
        let mut candidate = Candidate { made, cost: 0.0, misses: Vec::new(), needed_secs: None };
        if !self.constraints.is_empty() {
            let mut motion = self.on_path(Motion::clone(&candidate.made.take.motion), &mut candidate);
            if let Some(end) = self.constraints.end {
                let place_m = if self.constraints.places_m().is_some() { [None; 2] } else { [end.x, end.z] };
                motion = ended(&motion, place_m, end.facing_deg.map(f32::to_radians));
            }
            motion = self.with_keys(motion, &mut candidate);
            quality = measure(&motion);
            let take = &mut candidate.made.take;
            take.raw = take.raw.take().filter(|raw| raw.len() == motion.len());
            take.motion = Arc::new(motion);
        }
        candidate.cost += if disobeys { DISOBEDIENCE } else { 0.0 };
        candidate.cost += 0.1 * quality.contact_slide_mm_per_frame
            + 0.02 * quality.float_pct
            + 0.05 * quality.penetration_mm
            + 0.1 * (quality.jitter_mm_per_frame3 / free.jitter_mm_per_frame3.max(1.0))
            + 0.01 * (free.contact_pct - quality.contact_pct).max(0.0);
        candidate
    }

    /// The motion on the path; without one at the origin, facing +Z.
    fn on_path(&self, motion: Motion, found: &mut Candidate) -> Motion {
        let Some(first) = motion.frames.first() else { return motion };
        let Some(points) = self.constraints.places_m() else {
            let turn_rad = -heading(first.local[0]);
            let at_m = Quat::from_rotation_y(turn_rad) * first.root_m;
            return motion.placed(turn_rad, -at_m.with_y(0.0));
        };
        let speed = way_m(&travel(&motion)) / motion.duration_secs();
        let radius_m = if speed > RUNNING_M_PER_SEC { RUNNING_RADIUS_M } else { WALKING_RADIUS_M };
        let Some(curve) = Curve::rounded(&points, radius_m) else { return motion };
        let motion = self.cut(motion, curve.length_m());
        let last = motion.len() - 1;
        let timed = self.constraints.path.iter().enumerate().filter_map(|(at, point)| Some((at, (point.t? * FPS).round() as usize)));
        let mut pins: Vec<Pin> =
            timed.map(|(at, frame)| Pin { frame: frame.min(last), along_m: curve.point_m(at) }).filter(|pin| pin.frame > 0).collect();
        let is_reached = pins.last().is_some_and(|pin| pin.along_m >= curve.length_m());
        if !is_reached && pins.last().is_none_or(|pin| pin.frame < last) {
            pins.push(Pin { frame: last, along_m: curve.length_m() });
        }
        let followed = follow(&motion, &curve, &pins);
        if let Some(distance) = &mut found.made.before_finish {
            distance.path_m = Some(beside_m(&travel(&motion), &curve, &followed.along_m));
        }
        self.judge(&followed, &curve, &motion, found);
        followed.motion
    }

    /// A sample that comes further than the path is cut, where its length is free.
    fn cut(&self, mut motion: Motion, length_m: f32) -> Motion {
        let Some(least_secs) = self.least_secs else { return motion };
        let way = travel(&motion);
        let timed = self.constraints.path.last().and_then(|point| point.t).filter(|_| self.constraints.end.is_none());
        let frames = match timed {
            Some(secs) => (secs * FPS).round() as usize + 1,
            None if length_m / way_m(&way).max(1e-3) >= *OWN_PACES.start() => return motion,
            None => {
                let mut gone_m = 0.0;
                let far = way.windows(2).position(|pair| {
                    gone_m += pair[0].distance(pair[1]);
                    gone_m >= length_m
                });
                far.map_or(motion.len(), |step| step + 2)
            }
        };
        motion.frames.truncate(frames.max((self.last_secs().max(least_secs) * FPS).round() as usize).max(2));
        motion
    }

    /// What the path asks of the motion beyond what looks natural.
    fn judge(&self, followed: &Followed, curve: &Curve, motion: &Motion, found: &mut Candidate) {
        let beyond = |pace: f32| {
            let clamped = pace.clamp(*PACES.start(), *PACES.end());
            if pace.is_finite() { (pace.max(1e-2) / clamped).ln().abs() } else { 3.0 }
        };
        let off_pace: f32 = followed.pace.iter().map(|pace| if pace.is_finite() { pace.max(0.1).ln().abs() } else { 3.0 }).sum();
        let off_limits: f32 = followed.pace.iter().map(|pace| beyond(*pace)).sum();
        let turning: f32 = followed.turning.iter().map(|turn| turn * turn).sum();
        let frames = followed.pace.len().max(1) as f32;
        found.cost += off_pace / frames + 3.0 * off_limits / frames + 0.3 * (turning / frames).sqrt();
        judge_turns(followed, curve, found);
        let worst = (0..followed.pace.len()).max_by(|one, other| beyond(followed.pace[*one]).total_cmp(&beyond(followed.pace[*other])));
        let Some(worst) = worst.filter(|worst| beyond(followed.pace[*worst]) > 0.05) else { return };
        let (pace, at_m) = (followed.pace[worst], curve.place_m(followed.along_m[worst]));
        let own_m = way_m(&travel(motion));
        if pace > 1.0 {
            found.needed_secs = Some(motion.duration_secs() * curve.length_m() / own_m.max(0.3));
        }
        let place = format!("at ({:.1}, {:.1}), {:.1} s,", at_m.x, at_m.y, worst as f32 / FPS);
        let text = if !pace.is_finite() {
            format!("{place} the path goes on and the model's motion does not: ask for walking or running, or for a later time there")
        } else if pace > 1.0 {
            format!("{place} the path asks for {pace:.1} times the model's speed: draw it shorter, or give it more time")
        } else {
            format!("{place} the path asks for {pace:.1} times the model's speed: draw it longer, or give it less time")
        };
        found.misses.push(Remark { text, at_m: Some(at_m.to_array()) });
    }

    /// What the decoder should have made at the keys: the finished poses there, seen from the body's own place and heading. Of the place of a
    /// joint, the limb that it ends.
    pub(super) fn wished_features(&self, finished: &Motion) -> Vec<WishedFeature> {
        let last = finished.len().saturating_sub(1);
        let of_key = |key: &Key| {
            let frame = key.frame().min(last);
            let row = features::encode(&Motion { frames: vec![finished.frames[frame]] });
            let joints: BTreeSet<usize> = if key.pose.is_some() {
                (0..JOINT_COUNT).collect()
            } else {
                let limb = |joint: &Joint| [Some(*joint), joint.parent(), joint.parent().and_then(Joint::parent)];
                key.joints.iter().flat_map(|(joint, _)| limb(joint)).flatten().map(|joint| joint as usize).collect()
            };
            let elements = joints.into_iter().flat_map(|joint| {
                let (place, turn) = (POSITIONS.start + 3 * joint, ROTATIONS.start + 6 * joint);
                (place..place + 3).chain(turn..turn + 6)
            });
            elements.map(|element| WishedFeature { frame, element, value: row.row(0)[element] }).collect::<Vec<_>>()
        };
        self.constraints.keys.iter().flat_map(of_key).collect()
    }

    fn with_keys(&self, motion: Motion, found: &mut Candidate) -> Motion {
        let last = motion.len().saturating_sub(1);
        let wishes: Vec<Wish> = self.constraints.keys.iter().map(|key| key.wish(last)).collect();
        if wishes.is_empty() {
            return motion;
        }
        let missing = |motion: &Motion| wishes.iter().map(|wish| missing_m(&motion.frames[wish.frame], wish)).collect::<Vec<_>>();
        let before_m = missing(&motion);
        let after = met(&motion, &wishes);
        let after_m = missing(&after);
        found.cost +=
            2.0 * before_m.iter().sum::<f32>() / before_m.len() as f32 + 10.0 * after_m.iter().sum::<f32>() / after_m.len() as f32;
        if let Some(distance) = &mut found.made.before_finish {
            distance.keys_m = Some(before_m.iter().sum::<f32>() / before_m.len() as f32);
        }
        for (key, after_m) in self.constraints.keys.iter().zip(after_m) {
            if after_m > MISSED_M {
                let text = format!("the key at {} s is out of reach by {:.0} cm: bring it nearer to the body", key.t, 100.0 * after_m);
                let place_m = key.joints.first().and_then(|(_, at_m)| Some([at_m[0]?, at_m[2]?]));
                found.misses.push(Remark { text, at_m: place_m });
            }
        }
        after
    }
}

/// What turns ask of the body at the speed that it has there.
fn judge_turns(followed: &Followed, curve: &Curve, found: &mut Candidate) {
    let along_m = &followed.along_m;
    let around = |frame: usize| (frame.saturating_sub(TURN_FRAMES), (frame + TURN_FRAMES).min(along_m.len() - 1));
    let sideways = |frame: usize| {
        let (from, to) = around(frame);
        let secs = (to - from) as f32 / FPS;
        let turned_rad = curve.heading_rad(along_m[to]) - curve.heading_rad(along_m[from]);
        (along_m[to] - along_m[from]) / secs * (turned_rad / secs).abs()
    };
    let Some(worst) = (0..along_m.len()).max_by(|one, other| sideways(*one).total_cmp(&sideways(*other))) else { return };
    if sideways(worst) <= MOST_SIDEWAYS_M_PER_SEC2 {
        return;
    }
    found.cost += 0.1 * (sideways(worst) / MOST_SIDEWAYS_M_PER_SEC2);
    let (from, to) = around(worst);
    let speed = (along_m[to] - along_m[from]) / ((to - from) as f32 / FPS);
    let at_m = curve.place_m(along_m[worst]);
    let secs = worst as f32 / FPS;
    let text = format!(
        "at ({:.1}, {:.1}), {secs:.1} s, the path turns too tightly for {speed:.1} m/s: draw a wider turn, or give it more time there",
        at_m.x, at_m.y
    );
    found.misses.push(Remark { text, at_m: Some(at_m.to_array()) });
}

/// The action that a sample was asked for, as far as its effect is measured.
fn asked_for(made: &Made) -> Option<MeasuredAction> {
    let origin = &made.take.provenance.origin;
    MeasuredAction::of_caption(origin.canonical_prompt().unwrap_or(&origin.prompt()))
}

/// How far a way is from a curve on average, when both begin in one place and direction and each frame is at its share of the curve.
fn beside_m(way: &[Vec2], curve: &Curve, along_m: &[f32]) -> f32 {
    let Some(first) = way.first() else { return 0.0 };
    // Where it goes in its first half metre, or at all.
    let ahead = way.iter().find(|place| place.distance(*first) > 0.5).or(way.last()).map_or(Vec2::Y, |place| *place - *first);
    let turn_rad = curve.heading_rad(0.0) - ahead.x.atan2(ahead.y);
    let begin = curve.place_m(0.0);
    // A heading grows from +Z to +X, which as (x, z) is the other way round.
    let placed = way.iter().map(|place| begin + Vec2::from_angle(-turn_rad).rotate(*place - *first));
    let sum_m: f32 = placed.zip(along_m).map(|(place, along_m)| place.distance(curve.place_m(*along_m))).sum();
    sum_m / way.len() as f32
}

fn way_m(places_m: &[Vec2]) -> f32 {
    places_m.windows(2).map(|pair| pair[0].distance(pair[1])).sum()
}
