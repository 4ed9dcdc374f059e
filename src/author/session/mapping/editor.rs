//! The mapping of one skeleton while the user looks at it: which joint was found for which part of the body, and what is decided instead.

use crate::body::{BodyMesh, Character, outline};
use crate::motion::mapping::{Found, FoundBy, FoundParts, MAPPED, Mapping, MappingError, Parts, Preset, find_parts};
use crate::motion::rig::Rig;
use crate::motion::skeleton::MIRRORED;
use crate::motion::{Joint, Motion, Pose, rotation::frame_of};
use glam::{Quat, Vec3};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Triangles that are drawn of a body.
const MOST_TRIANGLES: usize = 6000;
/// Steps that can be taken back.
const MOST_STEPS: usize = 200;

/// A skeleton whose mapping is looked at.
#[derive(Clone, Debug)]
pub(in crate::author::session) struct Mapped {
    /// Its file.
    pub path: PathBuf,
    /// The joints, with what presets decided of them.
    pub rig: Rig,
    /// The meshes that they move; none where a motion is mapped.
    pub meshes: Arc<Vec<BodyMesh>>,
    /// Whether it is that of the character on the stage, or to be put there.
    pub is_character: bool,
}

/// The mapping of one skeleton under way.
#[derive(Clone, Debug)]
pub struct MappingEditor {
    path: PathBuf,
    is_character: bool,
    /// Without what is decided here.
    rig: Rig,
    /// Its meshes in whatever mapping.
    meshes: Arc<Vec<BodyMesh>>,
    found: FoundParts,
    parts: Parts,
    before: Vec<Parts>,
    chosen: Joint,
    name: String,
    mapped: Result<Mapping, MappingError>,
    /// How the figure is to be turned to stand upright and face the viewer.
    upright: Quat,
    /// The meshes and the mannequin, coarse enough to be drawn beside the lists.
    outlines: Option<Arc<Outlines>>,
    trial: Option<Trial>,
}

/// Two bodies in their rest poses as triangles, metres.
#[derive(Clone, Debug, Default)]
pub struct Outlines {
    /// What moves with the skeleton; nothing where a motion is mapped.
    pub theirs: Vec<[Vec3; 3]>,
    /// The mannequin.
    pub ours: Vec<[Vec3; 3]>,
}

impl Outlines {
    /// Those of meshes and of the mannequin.
    pub(super) fn of(meshes: &[BodyMesh]) -> Self {
        Self { theirs: outline(meshes, MOST_TRIANGLES), ours: outline(Character::mannequin().meshes(), MOST_TRIANGLES) }
    }
}

/// The walk that is tried out.
#[derive(Clone, Debug)]
struct Trial {
    who: Arc<Character>,
    walk: Arc<Motion>,
    at_secs: f32,
}

impl MappingEditor {
    /// Begins with what was found.
    pub(super) fn new(mapped: Mapped) -> Self {
        let Mapped { path, rig, meshes, is_character } = mapped;
        let found = find_parts(&rig);
        let parts = found.map(|found| found.map(|found| found.joint));
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let rig = rig.undecided();
        let upright = upright(&rig, &parts);
        let mut editor = Self {
            path,
            is_character,
            rig,
            meshes,
            found,
            parts,
            before: Vec::new(),
            chosen: MAPPED[0],
            name,
            mapped: Err(MappingError::NoFrames),
            upright,
            outlines: None,
            trial: None,
        };
        let first = editor.missing().next();
        editor.chosen = first.unwrap_or(MAPPED[0]);
        editor.look();
        editor
    }

    /// The file of the skeleton.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is a character's, or a motion's.
    #[must_use]
    pub fn is_character(&self) -> bool {
        self.is_character
    }

    /// The skeleton.
    #[must_use]
    pub fn rig(&self) -> &Rig {
        &self.rig
    }

    /// What its joints move, to be shared; nothing where a motion is mapped.
    pub(super) fn meshes(&self) -> &Arc<Vec<BodyMesh>> {
        &self.meshes
    }

    /// Its body and the mannequin's, once they are made coarse enough to be drawn.
    #[must_use]
    pub fn outlines(&self) -> Option<&Outlines> {
        self.outlines.as_deref()
    }

    pub(super) fn set_outlines(&mut self, outlines: Outlines) {
        self.outlines = Some(Arc::new(outlines));
    }

    /// How the figure is to be turned to stand upright and to look along +Z.
    #[must_use]
    pub fn upright(&self) -> Quat {
        self.upright
    }

    /// The part that the next joint is for.
    #[must_use]
    pub fn chosen(&self) -> Joint {
        self.chosen
    }

    /// The joint that plays a part, and how it was found; nothing is said of how where the user chose it here.
    #[must_use]
    pub fn part(&self, part: Joint) -> Option<(usize, Option<FoundBy>)> {
        let joint = self.parts[part as usize]?;
        let by = self.found[part as usize].filter(|found| found.joint == joint).map(|found: Found| found.by);
        Some((joint, by))
    }

    /// The part that a joint plays.
    #[must_use]
    pub fn part_of(&self, joint: usize) -> Option<Joint> {
        MAPPED.into_iter().find(|part| self.parts[*part as usize] == Some(joint))
    }

    /// The parts that no joint plays.
    pub fn missing(&self) -> impl Iterator<Item = Joint> + '_ {
        MAPPED.into_iter().filter(|part| self.parts[*part as usize].is_none())
    }

    /// Why the mapping does not make a body; nothing where it does.
    #[must_use]
    pub fn trouble(&self) -> Option<&MappingError> {
        self.mapped.as_ref().err()
    }

    /// The same as a sentence that says what to do.
    #[must_use]
    pub fn trouble_and_help(&self) -> Option<String> {
        let trouble = self.trouble()?;
        let help = if matches!(trouble, MappingError::MissingPart { .. }) { ": choose its joint" } else { "" };
        Some(format!("{trouble}{help}"))
    }

    /// What the preset is called.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether something can be taken back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        !self.before.is_empty()
    }

    /// Who is tried out, and in which pose; nobody where nothing is.
    #[must_use]
    pub fn trial(&self) -> Option<(Arc<Character>, Pose)> {
        let trial = self.trial.as_ref()?;
        Some((Arc::clone(&trial.who), trial.walk.pose_at(trial.at_secs)))
    }

    /// Whether somebody is tried out.
    #[must_use]
    pub fn is_trying(&self) -> bool {
        self.trial.is_some()
    }

    /// What is decided, as a preset.
    pub(super) fn preset(&self) -> Preset {
        let decided = MAPPED.map(|part| (part, self.parts[part as usize]));
        let name = self.name.trim();
        Preset::of(if name.is_empty() { "mapping" } else { name }, &self.rig, &decided)
    }

    pub(super) fn set_name(&mut self, name: String) {
        self.name = name;
    }

    pub(super) fn choose(&mut self, part: Joint) {
        if MAPPED.contains(&part) {
            self.chosen = part;
        }
    }

    /// A joint plays a part and no other, or none plays it. What is missing next is then chosen.
    pub(super) fn assign(&mut self, part: Joint, joint: Option<usize>) {
        if !MAPPED.contains(&part) || joint.is_some_and(|joint| joint >= self.rig.len()) {
            return;
        }
        let mut parts = self.parts;
        parts.iter_mut().filter(|other| joint.is_some() && **other == joint).for_each(|other| *other = None);
        parts[part as usize] = joint;
        self.change(parts);
        self.chosen = part;
        if joint.is_some() {
            let place = MAPPED.iter().position(|other| *other == part).unwrap_or(0);
            let after = MAPPED.iter().cycle().skip(place + 1).take(MAPPED.len() - 1);
            self.chosen = after.copied().find(|part| self.parts[*part as usize].is_none()).unwrap_or(part);
        }
    }

    /// Left and right the other way round.
    pub(super) fn exchange(&mut self) {
        self.change(std::array::from_fn(|part| self.parts[MIRRORED[part]]));
    }

    /// As it was found.
    pub(super) fn reset(&mut self) {
        self.change(self.found.map(|found| found.map(|found| found.joint)));
    }

    pub(super) fn undo(&mut self) {
        if let Some(parts) = self.before.pop() {
            self.parts = parts;
            self.look();
        }
    }

    fn change(&mut self, parts: Parts) {
        if parts == self.parts {
            return;
        }
        self.before.push(std::mem::replace(&mut self.parts, parts));
        let too_many = self.before.len().saturating_sub(MOST_STEPS);
        self.before.drain(..too_many);
        self.look();
    }

    /// Looks what the mapping makes of the skeleton.
    fn look(&mut self) {
        let mut rig = self.rig.clone();
        for part in MAPPED {
            rig.decide(part, self.parts[part as usize], true);
        }
        self.mapped = Mapping::of(&rig);
        self.trial = self.trial.take().and_then(|trial| Some(Trial { who: self.who()?, ..trial }));
    }

    /// Who walks in the mapping. All of the skin is looked at for it: made while somebody walks alone.
    fn who(&self) -> Option<Arc<Character>> {
        let mapping = self.mapped.as_ref().ok()?;
        Some(Arc::new(Character::sharing(mapping.clone(), Arc::clone(&self.meshes))))
    }

    /// Walks, or stands still again.
    pub(super) fn try_out(&mut self, walks: bool, walk: impl FnOnce() -> Motion) {
        let who = if walks { self.who() } else { None };
        self.trial = who.map(|who| Trial { who, walk: Arc::new(walk()), at_secs: 0.0 });
    }

    pub(super) fn advance(&mut self, delta_secs: f32) {
        if let Some(trial) = &mut self.trial {
            trial.at_secs = (trial.at_secs + delta_secs) % trial.walk.duration_secs();
        }
    }
}

/// What turns a rig in its rest pose so that it stands upright and looks along +Z, as far as its parts are known.
fn upright(rig: &Rig, parts: &Parts) -> Quat {
    let world = rig.rest_world().positions;
    let at = |part: Joint| parts[part as usize].map(|joint| world[joint]);
    let of = |left: Joint, right: Joint| Some(at(left)? - at(right)?);
    let left = of(Joint::LHip, Joint::RHip).or_else(|| of(Joint::LShoulder, Joint::RShoulder));
    let up = at(Joint::Head).or_else(|| at(Joint::Neck)).zip(at(Joint::Pelvis)).map(|(head, pelvis)| head - pelvis);
    left.zip(up).and_then(|(left, up)| frame_of(left, up)).map_or(Quat::IDENTITY, Quat::inverse)
}
