//! What the session wants to be seen, as the stage takes it.

use super::character::CharacterAssets;
use super::original::original_pose_at;
use super::timeline::Timeline;
use super::view::View;
use crate::author::overlays::Overlay;
use crate::author::settings::Settings;
use crate::body::Character;
use crate::motion::{FPS, JOINT_COUNT, Joint, Motion, Pose};
use crate::view::{Actor, CharacterHandle, ComparisonRoom, Figure, Line, Look, MOST_ECHOES, Shown, Studio};
use glam::{Quat, Vec2, Vec3};
use std::sync::Arc;

/// Corners of the line on the floor at most.
const MOST_CORNERS: usize = 400;
/// How far beside the mannequin somebody is tried out, metres.
const TRIED_OUT_BESIDE_M: f32 = 1.3;
/// How high over the floor the line lies, metres.
const LINE_HEIGHT_M: f32 = 0.004;
/// How far before and after now the feet's ways are seen, frames.
const TRAIL_FRAMES: usize = 24;

/// What the stage takes from a session.
#[derive(Clone)]
pub struct Scene<'a> {
    /// What is seen.
    pub view: &'a View,
    /// Takes and clips.
    pub timeline: &'a Timeline,
    /// Who is seen.
    pub character: &'a CharacterAssets,
    /// The user's choices.
    pub settings: &'a Settings,
    /// Who tries a mapping out, and in which pose: nobody else is seen then but the mannequin in the same.
    pub trial: Option<(Arc<Character>, Pose)>,
}

impl Scene<'_> {
    /// How many times as large as our own body the one on the stage is, and so the way it goes.
    #[must_use]
    pub fn scale(&self) -> f32 {
        scale(self.character)
    }

    /// Where the joints of the one character on the stage are at a time, metres.
    #[must_use]
    pub fn joints_m(&self, now_secs: f32) -> Option<[Vec3; JOINT_COUNT]> {
        let pose = self.view.pose_at(self.timeline, now_secs).filter(|_| self.view.comparison().is_none())?;
        Some(self.character.own().map_or_else(|| pose.world(), |own| own.character().stands(&pose)).positions_m)
    }

    /// Writes what is to be seen at a time. Called every frame: what `shown` has allocated is used again.
    pub fn fill(&self, shown: &mut Shown, now_secs: f32) {
        let Self { view, timeline, character, settings, ref trial } = *self;
        shown.actors.clear();
        shown.figure = view.figure();
        shown.studio = if settings.is_light(view.system_is_light()) { Studio::Light } else { Studio::Dark };
        if let Some((character, pose)) = trial {
            return try_out(shown, character, *pose);
        }
        let chosen = CharacterHandle(character.character());
        let actor = |pose, look| Actor { pose, look, character: chosen.clone() };
        match view.comparison() {
            Some(comparison) => shown.actors.extend(comparison.entries.iter().map(|entry| actor(entry.pose_at(now_secs), Look::Solid))),
            None => shown.actors.push(actor(view.pose_at(timeline, now_secs).unwrap_or_else(relaxed), Look::Solid)),
        }
        shown.comparison = view.comparison().and_then(|comparison| comparison.room());
        shown.lines.clear();
        if view.comparison().is_none() {
            let scale = self.scale();
            let route = timeline.route().iter().map(|(place, speed)| (route_m(*place, scale), speed.map(|speed| scale * speed)));
            shown.lines.path.extend(route);
        }
        let motion = view.motion(timeline).filter(|motion| !motion.is_empty() && view.comparison().is_none());
        let Some(motion) = motion else { return };
        let overlays = &settings.overlays;
        if overlays.has(Overlay::Original) {
            shown.actors.extend(original_pose_at(view, timeline, now_secs).map(|pose| actor(pose, Look::Original)));
        }
        if overlays.has(Overlay::OnionSkin) {
            let step_secs = overlays.onion_frames as f32 / FPS;
            for steps in 1..=MOST_ECHOES {
                let away_secs = f32::from(steps) * step_secs;
                for (secs, look) in [(now_secs - away_secs, Look::Before(steps)), (now_secs + away_secs, Look::After(steps))] {
                    if (0.0..=view.player().end_secs()).contains(&secs) {
                        shown.actors.push(actor(motion.pose_at(secs), look));
                    }
                }
            }
        }
        let now = (now_secs * FPS).round() as usize;
        if overlays.has(Overlay::RootPath) {
            root_path(&mut shown.lines.root, motion, now, character);
        }
        if overlays.has(Overlay::FootTrails) {
            foot_trails(&mut shown.lines.feet, motion, now, character);
        }
    }
}

/// Somebody in a pose, and the mannequin in the same beside them: the one that is known beside the one that is tried.
fn try_out(shown: &mut Shown, character: &Arc<Character>, pose: Pose) {
    let beside_m = TRIED_OUT_BESIDE_M * character.scale().max(1.0);
    let (mut walker, mut beside) = (pose, pose);
    walker.root_m.x -= 0.5 * beside_m / character.scale().max(1e-3);
    beside.root_m.x += 0.5 * beside_m;
    let actor = |pose, character| Actor { pose, look: Look::Solid, character: CharacterHandle(character) };
    shown.actors.extend([actor(walker, Some(Arc::clone(character))), actor(beside, None)]);
    // A motion's skeleton has nothing but its bones.
    shown.figure = if character.meshes().is_empty() { Figure::Skeleton } else { Figure::Mannequin };
    shown.comparison = Some(ComparisonRoom { half_width_m: beside_m, half_depth_m: 0.4 });
    shown.lines.clear();
}

fn scale(assets: &CharacterAssets) -> f32 {
    assets.own().map_or(1.0, |own| own.character().scale())
}

/// A place of the next take's way on the stage.
fn route_m(place: Vec2, scale: f32) -> Vec3 {
    Vec3::new(scale * place.x, LINE_HEIGHT_M, scale * place.y)
}

/// The whole way on the floor; what is still to come is fainter.
fn root_path(line: &mut Line, motion: &Motion, now: usize, assets: &CharacterAssets) {
    let last = motion.len() - 1;
    let step = motion.len().div_ceil(MOST_CORNERS);
    let scale = scale(assets);
    let place_m = |frame: usize| (motion.frames[frame].root_m * scale).with_y(LINE_HEIGHT_M);
    line.extend((0..last).step_by(step).chain([last]).map(|frame| (place_m(frame), if frame <= now { 0.9 } else { 0.35 })));
}

/// The ways of both feet around now, fading away from it.
fn foot_trails(lines: &mut [Line; 2], motion: &Motion, now: usize, assets: &CharacterAssets) {
    for frame in now.saturating_sub(TRAIL_FRAMES)..=(now + TRAIL_FRAMES).min(motion.len() - 1) {
        let pose = &motion.frames[frame];
        let joints_m = assets.own().map_or_else(|| pose.world(), |own| own.character().stands(pose)).positions_m;
        let clearly = 1.0 - frame.abs_diff(now) as f32 / (TRAIL_FRAMES + 1) as f32;
        for (line, foot) in lines.iter_mut().zip([Joint::LFoot, Joint::RFoot]) {
            line.push((joints_m[foot as usize], clearly));
        }
    }
}

/// How the character stands before there is a motion: arms down, at ease.
fn relaxed() -> Pose {
    let mut pose = Pose::REST;
    for (side, collar, shoulder, elbow) in
        [(1.0, Joint::LCollar, Joint::LShoulder, Joint::LElbow), (-1.0, Joint::RCollar, Joint::RShoulder, Joint::RElbow)]
    {
        pose.local[collar as usize] = Quat::from_rotation_z(side * -0.10);
        pose.local[shoulder as usize] = Quat::from_rotation_z(side * -1.18);
        pose.local[elbow as usize] = Quat::from_rotation_y(side * -0.22);
    }
    pose
}
