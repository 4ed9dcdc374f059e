//! What the next take has to meet: drawn on the stage, kept in the document, undone like every edit.

use crate::author::session::desk::Desk;
use crate::author::session::timeline::Timeline;
use crate::author::session::view::{View, ViewMode};
use crate::formats;
use crate::motion::Pose;
use crate::motion::path::simplified;
use crate::timeline::{Constraints, Edit, End, Key, PathPoint};
use glam::Vec2;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// A line that a hand draws trembles by this much, metres.
const TREMBLE_M: f32 = 0.06;

/// What can be done with what the next take has to meet. Places on the floor are x and z, metres.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ConstraintAction {
    /// Draw a path through these places, in the place of the one that is there; those are kept that tell its shape.
    DrawPath(Vec<[f32; 2]>),
    /// Put a point of the path before the one of this number, or at the end.
    AddPoint {
        /// Number of the point, from 0.
        before: usize,
        /// Where.
        at: [f32; 2],
    },
    /// Move a point of the path.
    MovePoint {
        /// Number of the point, from 0.
        point: usize,
        /// Where to.
        to: [f32; 2],
    },
    /// Live move while dragging; one undo step until [`ConstraintAction::ReleasePoint`].
    DragPoint {
        /// Number of the point, from 0.
        point: usize,
        /// Where to.
        to: [f32; 2],
    },
    /// The drag ends.
    ReleasePoint,
    /// Choose when the body is at a point of the path, in seconds; `None` leaves that to the motion.
    PointTime {
        /// Number of the point, from 0.
        point: usize,
        /// When.
        secs: Option<f32>,
    },
    /// Take a point off the path.
    RemovePoint(usize),
    /// Take the path away.
    ClearPath,
    /// Have the next take in the pose that the stage shows, at a time in seconds.
    AddTarget(f32),
    /// Move a pose to another time, in seconds.
    MoveTarget {
        /// Number of the pose, from 0.
        target: usize,
        /// When.
        secs: f32,
    },
    /// Take a pose away.
    RemoveTarget(usize),
    /// Choose where the next take ends, and how it faces then.
    EndAt(Option<End>),
    /// Read what the next take has to meet from a file of `--constraints`.
    LoadConstraints(PathBuf),
    /// Let the next take be as it comes.
    ClearConstraints,
}

/// Something that a motion could not meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    /// Where on the floor, x and z, metres.
    pub at_m: [f32; 2],
    /// What, and the way out.
    pub text: String,
}

impl ConstraintAction {
    /// Does it.
    pub(in crate::author::session) fn apply(self, timeline: &mut Timeline, desk: &mut Desk, view: &View) {
        let mut wanted = timeline.constraints().clone();
        let is_drag = matches!(self, Self::DragPoint { .. });
        match self {
            Self::DrawPath(places) => wanted.path = drawn(&places),
            Self::AddPoint { before, at: [x, z] } => {
                wanted.path.insert(before.min(wanted.path.len()), PathPoint { x, z, t: None });
                // The first point is where the motion begins.
                wanted.path[0].t = None;
            }
            Self::MovePoint { point, to } | Self::DragPoint { point, to } => {
                let Some(point) = wanted.path.get_mut(point) else { return };
                (point.x, point.z) = to.into();
            }
            Self::ReleasePoint => return timeline.release(),
            Self::PointTime { point, secs } => {
                let Some(point) = wanted.path.get_mut(point) else { return };
                point.t = secs;
            }
            Self::RemovePoint(point) if point < wanted.path.len() => {
                wanted.path.remove(point);
                wanted.path.first_mut().into_iter().for_each(|first| first.t = None);
            }
            Self::RemovePoint(_) => return,
            Self::ClearPath => wanted.path.clear(),
            Self::AddTarget(t) => match pose_on_stage(timeline, view) {
                Some(pose) => wanted.keys.push(Key { t, pose: Some(Box::new(pose)), ..Key::default() }),
                None => return desk.warn("show a take or the timeline first: its pose under the play head is taken"),
            },
            Self::MoveTarget { target, secs } => {
                let Some(key) = wanted.keys.get_mut(target) else { return };
                key.t = secs;
            }
            Self::RemoveTarget(target) if target < wanted.keys.len() => drop(wanted.keys.remove(target)),
            Self::RemoveTarget(_) => return,
            Self::EndAt(end) => wanted.end = end,
            Self::LoadConstraints(path) => match formats::read_constraints(&path, f32::INFINITY) {
                Ok(read) => wanted = read,
                Err(error) => return desk.fail(error.to_string()),
            },
            Self::ClearConstraints => wanted = Constraints::default(),
        }
        wanted.keys.sort_by(|one, other| one.t.total_cmp(&other.t));
        let edit = Edit::Constrain(wanted);
        if is_drag {
            timeline.drag(&edit, desk);
        } else {
            timeline.edit(&edit, desk);
        }
    }
}

fn pose_on_stage(timeline: &Timeline, view: &View) -> Option<Pose> {
    match view.mode() {
        ViewMode::Take(_) | ViewMode::Timeline => view.pose_at(timeline, view.player().at_secs()),
        ViewMode::Nothing | ViewMode::Preview { .. } | ViewMode::Comparison(_) => None,
    }
}

/// A path through places that a hand has drawn.
fn drawn(places: &[[f32; 2]]) -> Vec<PathPoint> {
    let places: Vec<Vec2> = places.iter().map(|place| Vec2::from(*place)).filter(|place| place.is_finite()).collect();
    simplified(&places, TREMBLE_M).into_iter().map(|place| PathPoint { x: place.x, z: place.y, t: None }).collect()
}
