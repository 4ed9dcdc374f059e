//! What is seen: which motion, from where, how finely, and what stands beside it.

use super::comparison::{Comparison, ComparisonEntry};
use super::desk::Desk;
use super::host::HostCommand;
use super::timeline::Timeline;
use crate::author::overlays::Overlay;
use crate::author::player::Player;
use crate::author::settings::Appearance;
use crate::generator::protocol::JobId;
use crate::motion::{Motion, Pose};
use crate::timeline::{Take, TakeId};
use crate::view::{CameraMove, Figure, Quality};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// What the stage shows.
#[derive(Clone, Debug, Default)]
pub enum ViewMode {
    /// Nobody has asked for anything yet.
    #[default]
    Nothing,
    /// A take alone.
    Take(TakeId),
    /// The timeline.
    Timeline,
    /// A generation under way.
    Preview {
        /// Which.
        job: JobId,
        /// All frames so far.
        motion: Arc<Motion>,
    },
    /// Takes side by side, or variations under way.
    Comparison(Comparison),
}

/// What the pointer does on the stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum StageTool {
    /// It moves the camera.
    #[default]
    Camera,
    /// It draws where the next take goes.
    Path,
    /// It poses the character.
    Pose,
}

/// What can be done with the view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ViewAction {
    /// Move the camera.
    Camera(CameraMove),
    /// Choose what the pointer does on the stage.
    Tool(StageTool),
    /// Choose what stands on the stage.
    Show(Figure),
    /// Choose what is seen beside the character.
    Overlay(Overlay, bool),
    /// Choose how many frames lie between two poses of the onion skin.
    OnionFrames(usize),
    /// Choose how finely the stage is drawn; `None` is what suits the graphics device.
    Quality(Option<Quality>),
    /// Choose whether the window fills the screen.
    FullScreen(bool),
    /// Choose whether the window and its stage are dark or light.
    Appearance(Appearance),
    /// Choose how large text and buttons are; 1 is as designed.
    Scale(f32),
    /// Save a picture of the window as PNG; in a script, into the folder of `--screenshots`.
    Screenshot(PathBuf),
}

/// What is seen.
#[derive(Clone, Debug)]
pub struct View {
    mode: ViewMode,
    /// The play head.
    pub(super) player: Player,
    /// The generation that the stage is to show; until another take is chosen.
    watched: Option<JobId>,
    figure: Figure,
    tool: StageTool,
    follow: bool,
    /// Whether the camera follows again as soon as it may.
    follows_again: bool,
    full_screen: bool,
    system_is_light: bool,
    /// The graphics device's name, and whether it is the processor.
    graphics: Option<(String, bool)>,
}

impl Default for View {
    fn default() -> Self {
        Self {
            mode: ViewMode::Nothing,
            player: Player::default(),
            watched: None,
            figure: Figure::Mannequin,
            tool: StageTool::Camera,
            follow: true,
            follows_again: false,
            full_screen: false,
            system_is_light: false,
            graphics: None,
        }
    }
}

impl View {
    /// What the stage shows.
    #[must_use]
    pub fn mode(&self) -> &ViewMode {
        &self.mode
    }

    /// The play head.
    #[must_use]
    pub fn player(&self) -> &Player {
        &self.player
    }

    /// What stands on the stage.
    #[must_use]
    pub fn figure(&self) -> Figure {
        self.figure
    }

    /// What the pointer does on the stage.
    #[must_use]
    pub fn tool(&self) -> StageTool {
        self.tool
    }

    /// Whether the camera follows the character.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.follow
    }

    /// Whether the window fills the screen.
    #[must_use]
    pub fn is_full_screen(&self) -> bool {
        self.full_screen
    }

    /// Whether the system's other windows are light.
    #[must_use]
    pub fn system_is_light(&self) -> bool {
        self.system_is_light
    }

    /// The graphics device's name, and whether it is the processor.
    #[must_use]
    pub fn graphics(&self) -> Option<&(String, bool)> {
        self.graphics.as_ref()
    }

    /// The takes side by side, if there are.
    #[must_use]
    pub fn comparison(&self) -> Option<&Comparison> {
        if let ViewMode::Comparison(comparison) = &self.mode { Some(comparison) } else { None }
    }

    /// The motion on the stage.
    #[must_use]
    pub fn motion<'a>(&'a self, timeline: &'a Timeline) -> Option<&'a Motion> {
        match &self.mode {
            ViewMode::Nothing => None,
            ViewMode::Take(id) => timeline.take(*id).map(|take| take.motion.as_ref()),
            ViewMode::Timeline => Some(timeline.chain().motion()),
            ViewMode::Preview { motion, .. } => Some(motion),
            ViewMode::Comparison(comparison) => comparison.entries.first().map(|entry| entry.motion.as_ref()),
        }
    }

    /// The take that the stage shows alone.
    #[must_use]
    pub fn take<'a>(&self, timeline: &'a Timeline) -> Option<&'a Take> {
        if let ViewMode::Take(id) = self.mode { timeline.take(id).map(Arc::as_ref) } else { None }
    }

    /// The pose on the stage at a time.
    #[must_use]
    pub fn pose_at(&self, timeline: &Timeline, secs: f32) -> Option<Pose> {
        self.motion(timeline).filter(|motion| !motion.is_empty()).map(|motion| motion.pose_at(secs))
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: ViewAction, desk: &mut Desk) {
        match action {
            ViewAction::Camera(camera_move) => {
                match camera_move {
                    CameraMove::Follow(follow) => (self.follow, self.follows_again) = (follow, false),
                    CameraMove::Pan(..) => (self.follow, self.follows_again) = (false, false),
                    CameraMove::Turn(..) | CameraMove::Zoom(_) | CameraMove::LookFrom(_) | CameraMove::GoRound(_) => {}
                }
                desk.host.push(HostCommand::Camera(camera_move));
            }
            ViewAction::Tool(tool) => self.take_up(tool, desk),
            ViewAction::Show(figure) => self.figure = figure,
            ViewAction::Overlay(overlay, on) => desk.settings.overlays.set(overlay, on),
            ViewAction::OnionFrames(frames) => desk.settings.overlays.set_onion_frames(frames),
            ViewAction::Quality(quality) => desk.settings.quality = quality,
            ViewAction::FullScreen(full_screen) => {
                self.full_screen = full_screen;
                desk.host.push(HostCommand::FullScreen(full_screen));
            }
            ViewAction::Appearance(appearance) => desk.settings.appearance = appearance,
            ViewAction::Scale(scale) => desk.settings.set_scale(scale),
            ViewAction::Screenshot(path) => desk.host.push(HostCommand::Screenshot(path)),
        }
    }

    /// Takes up a tool. While a path is drawn the camera follows nobody.
    fn take_up(&mut self, tool: StageTool, desk: &mut Desk) {
        self.tool = tool;
        self.hold_camera(tool == StageTool::Path, desk);
        if tool != StageTool::Camera {
            self.player.pause();
        }
    }

    /// Keeps the camera where it is, or lets it follow again if it did before: what is drawn or dragged stays under the pointer.
    pub(super) fn hold_camera(&mut self, hold: bool, desk: &mut Desk) {
        let changes = if hold { self.follow } else { self.follows_again };
        if changes {
            self.apply(ViewAction::Camera(CameraMove::Follow(!hold)), desk);
            self.follows_again = hold;
        }
    }

    /// The frame under the play head, if it is on the timeline; if not, the user is told.
    pub(super) fn frame_under(&self, timeline: &Timeline, desk: &mut Desk) -> Option<usize> {
        if matches!(self.mode, ViewMode::Timeline) && !timeline.chain().motion().is_empty() {
            return Some(self.player.frame());
        }
        desk.warn("show the timeline first: that is done at its play head");
        None
    }

    /// Tells whether the system's other windows are light.
    pub(super) fn set_system_light(&mut self, is_light: bool) {
        self.system_is_light = is_light;
    }

    /// What is so from the beginning.
    pub(super) fn begin(&mut self, full_screen: bool, graphics: Option<(String, bool)>) {
        (self.full_screen, self.graphics) = (full_screen, graphics);
    }

    /// Time goes by.
    pub(super) fn advance(&mut self, delta_secs: f32) {
        self.player.advance(delta_secs);
        if let ViewMode::Comparison(comparison) = &mut self.mode {
            comparison.advance(delta_secs);
        }
    }

    /// The stage is for this generation as soon as there are frames of it.
    pub(super) fn watch(&mut self, job: JobId) {
        self.watched = Some(job);
    }

    /// The stage belongs to something else than the generations under way.
    pub(super) fn unwatch(&mut self) {
        self.watched = None;
    }

    /// Whether the stage is for this generation.
    pub(super) fn watches(&self, job: JobId) -> bool {
        self.watched == Some(job)
    }

    /// Whether the stage shows this generation.
    pub(super) fn previews(&self, id: JobId) -> bool {
        match &self.mode {
            ViewMode::Preview { job, .. } => *job == id,
            ViewMode::Comparison(comparison) => comparison.job == Some(id),
            _ => false,
        }
    }

    /// Shows the frames so far of a generation, from `before_secs` on at first.
    pub(super) fn show_preview(&mut self, job: JobId, motion: Arc<Motion>, before_secs: f32) {
        let already = self.previews(job);
        let frames = motion.len();
        self.mode = ViewMode::Preview { job, motion };
        if already {
            self.player.resize(frames, true);
        } else {
            self.player.open(frames, true, before_secs);
            self.player.set_range(None);
        }
    }

    /// Shows a take alone, from its start.
    pub(super) fn show_take(&mut self, id: TakeId, timeline: &Timeline) {
        let frames = timeline.take(id).map_or(0, |take| take.motion.len());
        self.mode = ViewMode::Take(id);
        self.player.open(frames, false, 0.0);
        self.player.set_range(None);
        self.unwatch();
    }

    /// Shows a take alone at a time; playing, if it was.
    pub(super) fn show_take_at(&mut self, id: TakeId, at_secs: f32, timeline: &Timeline) {
        self.show_take(id, timeline);
        self.player.scrub(at_secs);
        self.player.end_scrub();
    }

    /// Shows the timeline at a time, playing.
    pub(super) fn show_timeline(&mut self, from_secs: f32, timeline: &Timeline) {
        self.mode = ViewMode::Timeline;
        self.player.open(timeline.chain().motion().len(), false, from_secs);
        self.player.set_range(timeline.range().cloned());
    }

    /// Shows takes side by side, or something else if there are none.
    pub(super) fn show_comparison(&mut self, comparison: Comparison, from_secs: f32, timeline: &Timeline) {
        if comparison.entries.is_empty() {
            return self.show_something(timeline);
        }
        self.player.open(comparison.frames(), comparison.job.is_some(), from_secs);
        self.player.set_range(None);
        self.follow = true;
        self.mode = ViewMode::Comparison(comparison);
    }

    /// Puts one more beside the others that are being made, or in the place of an older version of it.
    pub(super) fn put_beside(&mut self, entry: ComparisonEntry) {
        if let ViewMode::Comparison(comparison) = &mut self.mode {
            comparison.put(entry);
            self.player.resize(comparison.frames(), true);
        }
    }

    /// The timeline if it has clips, else the last take, else nothing.
    pub(super) fn show_something(&mut self, timeline: &Timeline) {
        if !timeline.clips().is_empty() {
            self.show_timeline(0.0, timeline);
        } else if let Some(last) = timeline.takes().last() {
            self.show_take(last.id, timeline);
        } else {
            self.mode = ViewMode::Nothing;
            self.player.open(0, false, 0.0);
            self.player.set_range(None);
        }
    }

    /// Follows what has become of takes and clips.
    pub(super) fn follow(&mut self, timeline: &Timeline) {
        match &mut self.mode {
            ViewMode::Timeline => {
                let frames = timeline.chain().motion().len();
                if frames != self.player.frames() {
                    self.player.resize(frames, false);
                }
                self.player.set_range(timeline.range().cloned());
            }
            ViewMode::Take(id) if timeline.take(*id).is_none() => self.show_something(timeline),
            ViewMode::Comparison(comparison) => {
                // Only takes that the list still has.
                let before = comparison.entries.len();
                comparison.keep(|entry| entry.take.is_none_or(|id| timeline.is_listed(id)));
                let (now, frames, growing) = (comparison.entries.len(), comparison.frames(), comparison.job.is_some());
                if now == 0 {
                    self.show_something(timeline);
                } else if now != before {
                    self.player.resize(frames, growing);
                }
            }
            ViewMode::Nothing | ViewMode::Take(_) | ViewMode::Preview { .. } => {}
        }
    }
}
