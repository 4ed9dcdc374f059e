//! What a motion has to meet: a path on the floor, places of joints and poses at times, where it ends and how it faces then.
//!
//! World axes, metres, seconds. The first frame stands on the path's first point and faces along it; without a path it stands at the
//! origin and faces +Z. Plain data of a [`Request`](super::Request), written as the JSON that `--constraints` reads. Not here: how a
//! motion is made to meet it (`motion::direct`, `pipeline`).

use crate::motion::direct::Wish;
use crate::motion::posing::Goal;
use crate::motion::{FPS, Joint, NameStyle, Pose};
use glam::Vec2;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Farther from the origin than this no place lies, metres.
const FARTHEST_M: f32 = 1000.0;
/// The most points of a path, and the most keys.
const MOST: usize = 10_000;
/// Two points of a path that are nearer to each other are one.
const APART_M: f32 = 1e-3;

/// What a motion has to meet; the default is nothing.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Constraints {
    /// Where the body goes on the floor: no points, or at least two.
    pub path: Vec<PathPoint>,
    /// Poses and places of joints at times.
    pub keys: Vec<Key>,
    /// Where the motion ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
}

/// A point of a path on the floor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PathPoint {
    /// Metres along +X.
    pub x: f32,
    /// Metres along +Z.
    pub z: f32,
    /// When the body is there, seconds; none where that is the motion's own business.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t: Option<f32>,
}

impl PathPoint {
    /// How long the way through some points is, corner to corner, metres.
    #[must_use]
    pub fn way_m(path: &[Self]) -> f32 {
        path.windows(2).map(|pair| (pair[1].x - pair[0].x).hypot(pair[1].z - pair[0].z)).sum()
    }
}

/// What the body is like at a time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    /// When, seconds.
    pub t: f32,
    /// Places of joints in the world, metres; `None` is a free coordinate.
    #[serde(with = "by_name", default)]
    pub joints: Vec<(Joint, [Option<f32>; 3])>,
    /// How the whole body is held. Place on the floor and heading are those that the motion has there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pose: Option<Box<Pose>>,
}

/// Where a motion ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct End {
    /// Metres along +X; none is free.
    pub x: Option<f32>,
    /// Metres along +Z; none is free.
    pub z: Option<f32>,
    /// Heading, counted counter-clockwise from above: 0 is +Z, 90 is +X; none is free.
    pub facing_deg: Option<f32>,
}

/// Why no motion can meet the constraints: a sentence that names the place in them and the way out.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{cause}; {help}")]
pub struct ConstraintFault {
    /// What is wrong, and where.
    pub cause: String,
    /// What to do.
    pub help: &'static str,
}

fn fault(cause: String, help: &'static str) -> ConstraintFault {
    ConstraintFault { cause, help }
}

impl Constraints {
    /// Whether anything goes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What can be met of what is drawn so far: a path of one point is only begun.
    #[must_use]
    pub fn drawn(&self) -> Cow<'_, Self> {
        if self.path.len() == 1 { Cow::Owned(Self { path: Vec::new(), ..self.clone() }) } else { Cow::Borrowed(self) }
    }

    /// The places (x, z) that the body passes, metres: the path's, and the end's behind them; none where there is no path.
    #[must_use]
    pub fn places_m(&self) -> Option<Vec<Vec2>> {
        let mut places: Vec<Vec2> = self.path.iter().map(|point| Vec2::new(point.x, point.z)).collect();
        let end = self.end.and_then(|end| Some(Vec2::new(end.x?, end.z?)));
        places.extend(end.filter(|end| places.last().is_some_and(|last| last.distance(*end) > APART_M)));
        (places.len() > 1).then_some(places)
    }

    /// The latest time that they name, seconds.
    #[must_use]
    pub fn last_secs(&self) -> f32 {
        let times = self.path.iter().filter_map(|point| point.t).chain(self.keys.iter().map(|key| key.t));
        times.fold(0.0, f32::max)
    }

    /// Whether they make sense for a motion of at most `most_secs`.
    ///
    /// # Errors
    /// The first thing that does not.
    pub fn check(&self, most_secs: f32) -> Result<(), ConstraintFault> {
        self.check_path(most_secs)?;
        if self.keys.len() > MOST {
            return Err(fault(format!("{} keys", self.keys.len()), "a motion takes at most 10000"));
        }
        for (at, key) in self.keys.iter().enumerate() {
            key.check(&format!("keys[{at}]"), most_secs)?;
        }
        let Some(end) = self.end else { return Ok(()) };
        for (name, value) in [("end.x", end.x), ("end.z", end.z)] {
            value.map_or(Ok(()), |value| within(name, value))?;
        }
        match end.facing_deg {
            Some(facing_deg) if !facing_deg.is_finite() => Err(fault("end.facing_deg is no number".to_owned(), "write degrees")),
            _ => Ok(()),
        }
    }

    fn check_path(&self, most_secs: f32) -> Result<(), ConstraintFault> {
        match self.path.len() {
            0 => return Ok(()),
            1 => return Err(fault("a path of one point".to_owned(), "give at least two, or leave it out")),
            count if count > MOST => return Err(fault(format!("a path of {count} points"), "draw it with at most 10000")),
            _ => {}
        }
        let mut before: Option<(usize, f32)> = None;
        for (at, point) in self.path.iter().enumerate() {
            for (axis, value) in [("x", point.x), ("z", point.z)] {
                within(&format!("path[{at}].{axis}"), value)?;
            }
            let Some(secs) = point.t else { continue };
            timed(&format!("path[{at}].t"), secs, most_secs)?;
            if let Some((earlier, earlier_secs)) = before
                && secs - earlier_secs < 1.0 / FPS
            {
                let cause = format!("path[{at}].t, {secs} s, is not a frame after path[{earlier}].t, {earlier_secs} s");
                return Err(fault(cause, "let the times grow along the path"));
            }
            before = Some((at, secs));
        }
        if PathPoint::way_m(&self.path) < APART_M {
            return Err(fault("a path whose points are all in one place".to_owned(), "draw it longer, or leave it out"));
        }
        if let Some(secs) = self.path[0].t.filter(|secs| *secs != 0.0) {
            return Err(fault(format!("path[0].t is {secs} s"), "the motion begins there: leave it out, or write 0"));
        }
        Ok(())
    }
}

impl Key {
    fn check(&self, name: &str, most_secs: f32) -> Result<(), ConstraintFault> {
        timed(&format!("{name}.t"), self.t, most_secs)?;
        let is_sound = |pose: &Pose| {
            let are_turns = pose.local.iter().all(|turn| turn.is_finite() && turn.length_squared() > 1e-6);
            pose.root_m.is_finite() && are_turns
        };
        if self.pose.as_ref().is_some_and(|pose| !is_sound(pose)) {
            return Err(fault(format!("{name}.pose is no pose"), "take it from a frame of a motion"));
        }
        if self.joints.is_empty() && self.pose.is_none() {
            return Err(fault(format!("{name} says nothing"), "give it joints or a pose"));
        }
        for (joint, at_m) in &self.joints {
            let place = format!("{name}.joints.{}", joint.name());
            for value in at_m.iter().flatten() {
                within(&place, *value)?;
            }
            if at_m.iter().all(Option::is_none) {
                return Err(fault(format!("{place} is free in all directions"), "leave it out, or say a coordinate"));
            }
        }
        Ok(())
    }

    /// The frame at which it is met.
    #[must_use]
    pub fn frame(&self) -> usize {
        (self.t * FPS).round().max(0.0) as usize
    }

    /// What it wishes of a motion whose last frame is this one.
    #[must_use]
    pub fn wish(&self, last: usize) -> Wish {
        let goals = self.joints.iter().map(|(joint, at_m)| Goal { joint: *joint, at_m: *at_m }).collect();
        Wish { frame: self.frame().min(last), pose: self.pose.as_deref().copied(), goals }
    }
}

fn within(name: &str, value: f32) -> Result<(), ConstraintFault> {
    if value.is_finite() && value.abs() <= FARTHEST_M {
        return Ok(());
    }
    Err(fault(format!("{name} is {value} m"), "keep within a kilometre of the origin"))
}

fn timed(name: &str, secs: f32, most_secs: f32) -> Result<(), ConstraintFault> {
    if !secs.is_finite() || secs < 0.0 {
        return Err(fault(format!("{name} is {secs} s"), "write seconds from the beginning, 0 or more"));
    }
    if secs > most_secs {
        return Err(fault(format!("{name} is {secs} s, beyond the motion's {most_secs} s"), "ask for a longer motion, or an earlier time"));
    }
    Ok(())
}

/// Joints by their names, `{"L_Wrist": [0.4, 1.6, null]}`.
mod by_name {
    use super::{Joint, NameStyle};
    use serde::de::{Error, MapAccess, Visitor};
    use serde::{Deserializer, Serializer};
    use std::fmt;

    type Places = Vec<(Joint, [Option<f32>; 3])>;

    pub(super) fn serialize<S: Serializer>(joints: &[(Joint, [Option<f32>; 3])], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(joints.iter().map(|(joint, at_m)| (joint, at_m)))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Places, D::Error> {
        deserializer.deserialize_map(ByName)
    }

    struct ByName;

    impl<'de> Visitor<'de> for ByName {
        type Value = Places;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("places of joints by their names")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Places, A::Error> {
            let mut places = Places::new();
            while let Some((name, at_m)) = map.next_entry::<String, _>()? {
                let names = NameStyle::Smpl.joint_names();
                let joint = names.iter().position(|known| *known == name).map(|at| Joint::ALL[at]);
                let Some(joint) = joint else {
                    return Err(A::Error::custom(format!("no joint is called {name}; there are {}", names.join(" "))));
                };
                if places.iter().any(|(there, _)| *there == joint) {
                    return Err(A::Error::custom(format!("{name} is there twice")));
                }
                places.push((joint, at_m));
            }
            Ok(places)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraints(json: &str) -> Constraints {
        serde_json::from_str(json).expect("constraints")
    }

    #[test]
    fn constraints_are_the_json_of_the_command_line() {
        let given = constraints(
            r#"{"path": [{"x": 0, "z": 0}, {"x": 2, "z": 1, "t": 3.0}], "keys": [{"t": 1.5, "joints": {"L_Wrist": [0.4, null, 0.3]}}],
                "end": {"x": 3, "z": 0, "facing_deg": 90}}"#,
        );
        assert_eq!(given.path[1], PathPoint { x: 2.0, z: 1.0, t: Some(3.0) });
        assert_eq!(given.keys[0].joints, [(Joint::LWrist, [Some(0.4), None, Some(0.3)])]);
        assert_eq!(given.end, Some(End { x: Some(3.0), z: Some(0.0), facing_deg: Some(90.0) }));
        assert_eq!((given.last_secs(), given.keys[0].frame()), (3.0, 45));
        assert_eq!(given.check(4.0), Ok(()));
        let json = serde_json::to_string(&given).expect("data");
        assert_eq!(constraints(&json), given);
        let posed = Constraints { keys: vec![Key { pose: Some(Box::new(Pose::REST)), ..Key::default() }], ..given };
        assert_eq!(constraints(&serde_json::to_string(&posed).expect("data")), posed, "a pose is data too");
        assert!(constraints("{}").is_empty() && constraints("[]").is_empty(), "so it was written before there were any");
    }

    #[test]
    fn each_fault_is_a_sentence_with_its_place() {
        for (json, says) in [
            (r#"{"path": [{"x": 0, "z": 0}]}"#, "one point"),
            (r#"{"path": [{"x": 1, "z": 2}, {"x": 1, "z": 2}]}"#, "one place"),
            (r#"{"path": [{"x": 0, "z": 0}, {"x": 1, "z": 0, "t": 5}]}"#, "path[1].t is 5 s, beyond the motion's 4 s"),
            (r#"{"path": [{"x": 0, "z": 0, "t": 1}, {"x": 1, "z": 0, "t": 2}]}"#, "path[0].t is 1 s"),
            (
                r#"{"path": [{"x": 0, "z": 0}, {"x": 1, "z": 0, "t": 2}, {"x": 2, "z": 0, "t": 2}]}"#,
                "path[2].t, 2 s, is not a frame after path[1].t",
            ),
            (r#"{"path": [{"x": 0, "z": 0}, {"x": 1e9, "z": 0}]}"#, "path[1].x"),
            (r#"{"keys": [{"t": 1}]}"#, "keys[0] says nothing"),
            (r#"{"keys": [{"t": -1, "joints": {"Head": [0, 1, 0]}}]}"#, "keys[0].t is -1 s"),
            (r#"{"keys": [{"t": 9, "joints": {"Head": [0, 1, 0]}}]}"#, "keys[0].t is 9 s, beyond"),
            (r#"{"keys": [{"t": 1, "joints": {"Head": [null, null, null]}}]}"#, "keys[0].joints.Head is free"),
            (r#"{"end": {"x": 2000}}"#, "end.x is 2000 m"),
        ] {
            let fault = constraints(json).check(4.0).expect_err(json);
            assert!(fault.to_string().contains(says), "{fault} does not say {says}");
        }
        let mut nobody = Pose::REST;
        nobody.local[3] = glam::Quat::from_xyzw(0.0, 0.0, 0.0, 0.0);
        let posed = Constraints { keys: vec![Key { pose: Some(Box::new(nobody)), ..Key::default() }], ..Constraints::default() };
        assert!(posed.check(4.0).expect_err("no turn").to_string().contains("keys[0].pose is no pose"));
        let unknown = serde_json::from_str::<Constraints>(r#"{"keys": [{"t": 1, "joints": {"Hand": [0, 1, 0]}}]}"#).expect_err("unknown");
        assert!(unknown.to_string().contains("no joint is called Hand; there are Pelvis"), "{unknown}");
    }
}
