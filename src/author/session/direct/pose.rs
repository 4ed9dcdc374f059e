//! Posing by hand: a joint of the character is drawn to a place, the whole body follows, and the pose is a key on the clip under the play head.

use crate::author::session::desk::Desk;
use crate::author::session::timeline::Timeline;
use crate::author::session::view::View;
use crate::motion::layer::PoseOffset;
use crate::motion::posing::{Goal, held_as, posed};
use crate::motion::{Joint, Motion, Pose};
use crate::timeline::{ClipId, ClipSettings, Edit, PoseKey, PoseLayer};
use serde::{Deserialize, Serialize};

/// A pose that comes out of the clip's clean-up farther than this from the one that was set is set again, metres; so often at most.
const OFF_M: f32 = 2e-4;
const CORRECTIONS: usize = 4;

/// What can be done by hand with the pose under the play head. Places are of the stage's motion, metres.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum PoseAction {
    /// Take hold of a joint, or of none.
    SelectJoint(Option<Joint>),
    /// Draw a joint to a place; the body follows, feet that stand stay.
    MoveJoint {
        /// Which.
        joint: Joint,
        /// Where to: x, y, z.
        to: [f32; 3],
    },
    /// Live move while dragging; one undo step until [`PoseAction::ReleaseJoint`].
    DragJoint {
        /// Which.
        joint: Joint,
        /// Where to: x, y, z.
        to: [f32; 3],
    },
    /// The drag ends.
    ReleaseJoint,
    /// Exchange left and right in the pose.
    MirrorPose,
    /// Remember the pose that the stage shows.
    CopyPose,
    /// Hold the body as the remembered pose does, where it stands.
    PastePose,
    /// Choose the key at a frame of the take of a clip.
    SelectKey {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Frame of its take.
        frame: usize,
    },
    /// Move a key to another frame; one that was there goes.
    MoveKey {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Frame of its take.
        from: usize,
        /// Where to.
        to: usize,
    },
    /// Put a copy of a key at another frame.
    CopyKey {
        /// Place on the timeline, from 0.
        clip: usize,
        /// Frame of its take.
        from: usize,
        /// Where to.
        to: usize,
    },
    /// Take the chosen key away.
    DeleteKey,
}

/// What the hand holds.
#[derive(Clone, Debug, Default)]
pub struct PoseTool {
    joint: Option<Joint>,
    copied: Option<Pose>,
    key: Option<(ClipId, usize)>,
    held: Option<Held>,
}

/// What a drag began from.
#[derive(Clone, Debug)]
struct Held {
    frame: usize,
    place: usize,
    clip: ClipId,
    settings: ClipSettings,
    pose: Pose,
    standing: [bool; 2],
}

/// What posing reaches.
pub(in crate::author::session) struct Context<'a> {
    pub(in crate::author::session) desk: &'a mut Desk,
    pub(in crate::author::session) timeline: &'a mut Timeline,
    pub(in crate::author::session) view: &'a mut View,
}

impl PoseTool {
    /// The joint that is held.
    #[must_use]
    pub fn joint(&self) -> Option<Joint> {
        self.joint
    }

    /// Whether a pose is remembered.
    #[must_use]
    pub fn has_copied(&self) -> bool {
        self.copied.is_some()
    }

    /// The clip's place and the take's frame of the chosen key, as long as it is there.
    #[must_use]
    pub fn key(&self, timeline: &Timeline) -> Option<(usize, usize)> {
        let (clip, frame) = self.key?;
        let place = timeline.clips().iter().position(|other| other.id == clip)?;
        timeline.clips()[place].settings.layer.key_at(frame).map(|_| (place, frame))
    }

    /// Does an action.
    pub(in crate::author::session) fn apply(&mut self, action: PoseAction, context: &mut Context<'_>) {
        if !matches!(action, PoseAction::DragJoint { .. }) {
            self.release(context);
        }
        match action {
            PoseAction::SelectJoint(joint) => self.joint = joint,
            PoseAction::MoveJoint { joint, to } => self.move_joint(joint, to, false, context),
            PoseAction::DragJoint { joint, to } => self.move_joint(joint, to, true, context),
            PoseAction::ReleaseJoint => {}
            PoseAction::MirrorPose => self.set(|pose| held_as(&Motion { frames: vec![*pose] }.mirrored().frames[0], pose), context),
            PoseAction::CopyPose => self.copied = context.view.pose_at(context.timeline, context.view.player().at_secs()),
            PoseAction::PastePose => match self.copied {
                Some(copied) => self.set(|pose| held_as(&copied, pose), context),
                None => context.desk.warn("copy a pose first: it is pasted here"),
            },
            PoseAction::SelectKey { clip, frame } => {
                self.key = context.timeline.clips().get(clip).map(|clip| (clip.id, frame));
            }
            PoseAction::MoveKey { clip, from, to } => self.change_key(clip, to, context, |layer| layer.move_key(from, to)),
            PoseAction::CopyKey { clip, from, to } => self.change_key(clip, to, context, |layer| layer.copy_key(from, to)),
            PoseAction::DeleteKey => {
                if let Some((clip, frame)) = self.key(context.timeline) {
                    self.change_key(clip, frame, context, |layer| layer.remove(frame));
                    self.key = None;
                }
            }
        }
        context.view.follow(context.timeline);
    }

    /// Changes the keys of a clip, if that changes anything; the one at `frame` is the chosen one then.
    fn change_key(&mut self, place: usize, frame: usize, context: &mut Context<'_>, change: impl FnOnce(&mut PoseLayer) -> bool) {
        let Some(clip) = context.timeline.clips().get(place) else { return };
        let (id, mut settings) = (clip.id, clip.settings.clone());
        let is_inside = context.timeline.take(clip.take).is_some_and(|take| frame < take.motion.len());
        if is_inside && change(&mut settings.layer) && context.timeline.edit(&Edit::Set { clip: id, settings }, context.desk) {
            self.key = Some((id, frame));
        }
    }

    fn move_joint(&mut self, joint: Joint, to: [f32; 3], is_drag: bool, context: &mut Context<'_>) {
        if !to.iter().all(|value| value.is_finite()) {
            return;
        }
        self.joint = Some(joint);
        if self.held.is_none() {
            self.held = context.hold();
            if self.held.is_some() {
                context.view.hold_camera(true, context.desk);
            }
        }
        let Some(held) = &self.held else { return };
        let pose = posed(&held.pose, &[Goal { joint, at_m: to.map(Some) }], held.standing);
        self.key = held.set(&pose, context).or(self.key);
        if !is_drag {
            self.release(context);
        }
    }

    /// Makes another pose of the one under the play head.
    fn set(&mut self, change: impl FnOnce(&Pose) -> Pose, context: &mut Context<'_>) {
        let Some(held) = context.hold() else { return };
        self.key = held.set(&change(&held.pose), context).or(self.key);
        context.timeline.release();
    }

    fn release(&mut self, context: &mut Context<'_>) {
        if self.held.take().is_some() {
            context.timeline.release();
            context.view.hold_camera(false, context.desk);
        }
    }
}

impl Context<'_> {
    /// What there is under the play head to begin with.
    fn hold(&mut self) -> Option<Held> {
        let frame = self.view.frame_under(self.timeline, self.desk)?;
        let (place, _) = self.timeline.arrangement().at(frame)?;
        let clip = &self.timeline.clips()[place];
        let pose = *self.timeline.chain().motion().frames.get(frame)?;
        let standing = self.timeline.curves().contacts.get(frame).copied().unwrap_or_default();
        self.view.player.pause();
        Some(Held { frame, place, clip: clip.id, settings: clip.settings.clone(), pose, standing })
    }
}

impl Held {
    /// Sets the key that gives the frame this pose. Answers which key.
    fn set(&self, pose: &Pose, context: &mut Context<'_>) -> Option<(ClipId, usize)> {
        let clip = context.timeline.clips().get(self.place).filter(|clip| clip.id == self.clip)?;
        let at = clip.take_frame(self.frame - context.timeline.clip_start(self.place));
        let take = context.timeline.take(clip.take)?;
        let base = *take.motion.frames.get(at)?;
        // What is changed on the stage is changed in the take as well, where it lies and faces otherwise.
        let mut in_take = *self.settings.layer.over(&take.motion).frames.get(at)?;
        let mut shown = self.pose;
        let mut settings = self.settings.clone();
        settings.layer.is_muted = false;
        let before = self.settings.layer.key_at(at);
        for _ in 0..=CORRECTIONS {
            let change = PoseOffset::between(&shown, pose);
            in_take = if settings.mirror { change.mirrored() } else { change }.on(&in_take, 1.0);
            let offset = PoseOffset::between(&base, &in_take);
            settings.layer.set(before.map_or_else(|| PoseKey::new(at, offset), |key| PoseKey { offset, ..*key }));
            context.timeline.drag(&Edit::Set { clip: self.clip, settings: settings.clone() }, context.desk);
            shown = *context.timeline.chain().motion().frames.get(self.frame)?;
            let off = std::iter::zip(shown.world().positions_m, pose.world().positions_m).map(|(one, other)| one.distance(other));
            if off.fold(0.0, f32::max) < OFF_M {
                break;
            }
        }
        Some((self.clip, at))
    }
}
