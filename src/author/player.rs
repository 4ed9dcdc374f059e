//! The play head: a state machine over the frames of the shown motion, which may still be growing.

use crate::motion::FPS;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Slowest and fastest speed.
pub const SPEED_RANGE: (f32, f32) = (0.1, 4.0);

/// What can be done with the play head.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum PlayerAction {
    /// Start the play head.
    Play,
    /// Stop the play head.
    Pause,
    /// Start or stop the play head.
    TogglePlay,
    /// Stop at a time, in seconds.
    Seek(f32),
    /// Pin the play head at a time while scrubbing, in seconds.
    Scrub(f32),
    /// The scrubbing ends: play on, if it played before.
    EndScrub,
    /// Stop and move by frames.
    Step(i32),
    /// Stop at the first frame.
    ToStart,
    /// Stop at the last frame.
    ToEnd,
    /// Choose the speed; 1 is real time.
    Speed(f32),
    /// Choose whether the end leads back to the start.
    Loop(bool),
}

/// What the play head is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlayState {
    /// Stands.
    #[default]
    Paused,
    /// Moves.
    Playing,
    /// At the end of a motion that is still growing: goes on when there is more.
    Waiting,
    /// Pinned while scrubbing.
    Scrubbing {
        /// Whether it plays on afterwards.
        resume: bool,
    },
}

/// Where the play head is in a motion of some frames. Frame `i` is at `i / FPS` seconds.
#[derive(Clone, Debug, PartialEq)]
pub struct Player {
    state: PlayState,
    at_secs: f32,
    speed: f32,
    looping: bool,
    frames: usize,
    growing: bool,
    /// What is played, frames; nothing is everything.
    range: Option<Range<usize>>,
}

impl Default for Player {
    fn default() -> Self {
        Self { state: PlayState::Paused, at_secs: 0.0, speed: 1.0, looping: true, frames: 0, growing: false, range: None }
    }
}

impl Player {
    /// What the play head is doing.
    #[must_use]
    pub fn state(&self) -> PlayState {
        self.state
    }

    /// Whether it moves or will as soon as it can.
    #[must_use]
    pub fn is_playing(&self) -> bool {
        matches!(self.state, PlayState::Playing | PlayState::Waiting)
    }

    /// The time, seconds from the first frame.
    #[must_use]
    pub fn at_secs(&self) -> f32 {
        // While the last frame lasts, it is the last frame's time.
        self.at_secs.min(self.end_secs())
    }

    /// The time of the last frame.
    #[must_use]
    pub fn end_secs(&self) -> f32 {
        self.frames.saturating_sub(1) as f32 / FPS
    }

    /// The time of the first frame that is played.
    #[must_use]
    pub fn first_secs(&self) -> f32 {
        self.range.as_ref().map_or(0.0, |range| (range.start as f32 / FPS).min(self.end_secs()))
    }

    /// The time of the last frame that is played.
    #[must_use]
    pub fn last_secs(&self) -> f32 {
        let all_secs = self.end_secs();
        self.range.as_ref().map_or(all_secs, |range| (range.end.saturating_sub(1) as f32 / FPS).min(all_secs))
    }

    /// Chooses what is played, frames; nothing is everything. The play head may still be put anywhere.
    pub fn set_range(&mut self, range: Option<Range<usize>>) {
        self.range = range;
    }

    /// The frame nearest to the play head.
    #[must_use]
    pub fn frame(&self) -> usize {
        (self.at_secs() * FPS).round() as usize
    }

    /// Number of frames there are so far.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The speed; 1 is real time.
    #[must_use]
    pub fn speed(&self) -> f32 {
        self.speed
    }

    /// Whether the end leads back to the start.
    #[must_use]
    pub fn looping(&self) -> bool {
        self.looping
    }

    /// Does an action.
    pub(super) fn apply(&mut self, action: PlayerAction) {
        match action {
            PlayerAction::Play => self.play(),
            PlayerAction::Pause => self.pause(),
            PlayerAction::TogglePlay => self.toggle(),
            PlayerAction::Seek(secs) => self.seek(secs),
            PlayerAction::Scrub(secs) => self.scrub(secs),
            PlayerAction::EndScrub => self.end_scrub(),
            PlayerAction::Step(frames) => self.step(frames),
            PlayerAction::ToStart => self.seek(self.first_secs()),
            PlayerAction::ToEnd => self.seek(self.last_secs()),
            PlayerAction::Speed(speed) => self.set_speed(speed),
            PlayerAction::Loop(looping) => self.set_looping(looping),
        }
    }

    /// Takes up a motion and plays it from `from_secs`. A growing one has more frames to come.
    pub fn open(&mut self, frames: usize, growing: bool, from_secs: f32) {
        self.frames = frames;
        self.growing = growing;
        self.at_secs = from_secs.clamp(0.0, self.end_secs());
        self.state = PlayState::Playing;
    }

    /// The motion has become longer (or, finished, turned out shorter); the play head stays where it is.
    pub fn resize(&mut self, frames: usize, growing: bool) {
        self.frames = frames;
        self.growing = growing;
        self.at_secs = self.at_secs.min(self.end_secs());
        if self.state == PlayState::Waiting && (!growing || self.at_secs < self.end_secs()) {
            self.state = PlayState::Playing;
        }
    }

    /// Starts; from the first frame, if it stands on the last of a motion that does not loop.
    pub fn play(&mut self) {
        if !self.looping && !self.growing && self.at_secs >= self.last_secs() {
            self.at_secs = self.first_secs();
        }
        self.state = PlayState::Playing;
    }

    /// Stops.
    pub fn pause(&mut self) {
        self.state = PlayState::Paused;
    }

    /// Starts or stops.
    pub fn toggle(&mut self) {
        if self.is_playing() { self.pause() } else { self.play() }
    }

    /// Stops at a time.
    pub fn seek(&mut self, secs: f32) {
        self.pause();
        self.go_to(secs);
    }

    /// Stops and moves by frames, from the nearest one.
    pub fn step(&mut self, frames: i32) {
        self.seek((self.frame() as f32 + frames as f32) / FPS);
    }

    /// Pins the play head at `secs` while scrubbing.
    pub fn scrub(&mut self, secs: f32) {
        let resume = match self.state {
            PlayState::Scrubbing { resume } => resume,
            PlayState::Playing | PlayState::Waiting => true,
            PlayState::Paused => false,
        };
        self.state = PlayState::Scrubbing { resume };
        self.go_to(secs);
    }

    /// The scrubbing ends.
    pub fn end_scrub(&mut self) {
        if let PlayState::Scrubbing { resume } = self.state {
            self.state = if resume { PlayState::Playing } else { PlayState::Paused };
        }
    }

    /// Chooses the speed, within [`SPEED_RANGE`].
    pub fn set_speed(&mut self, speed: f32) {
        if speed.is_finite() {
            self.speed = speed.clamp(SPEED_RANGE.0, SPEED_RANGE.1);
        }
    }

    /// Chooses whether the end leads back to the start.
    pub fn set_looping(&mut self, looping: bool) {
        self.looping = looping;
    }

    /// Time goes by.
    pub fn advance(&mut self, delta_secs: f32) {
        if self.state != PlayState::Playing || self.frames == 0 {
            return;
        }
        // Behind the range it plays on to the very end.
        let (first_secs, last_secs) = (self.first_secs(), self.last_secs());
        let end_secs = if self.at_secs >= last_secs + 1.0 / FPS { self.end_secs() } else { last_secs };
        let next_secs = self.at_secs + delta_secs * self.speed;
        (self.at_secs, self.state) = if next_secs <= end_secs {
            (next_secs, PlayState::Playing)
        } else if self.growing {
            (end_secs, PlayState::Waiting)
        } else if self.looping {
            // The last frame lasts as long as every other one.
            let round_secs = last_secs - first_secs + 1.0 / FPS;
            (first_secs + (next_secs - first_secs) % round_secs, PlayState::Playing)
        } else {
            (end_secs, PlayState::Paused)
        };
    }

    fn go_to(&mut self, secs: f32) {
        if secs.is_finite() {
            self.at_secs = secs.clamp(0.0, self.end_secs());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn playing(frames: usize) -> Player {
        let mut player = Player::default();
        player.open(frames, false, 0.0);
        player
    }

    #[test]
    fn a_new_motion_plays_from_its_start() {
        let player = playing(31);
        assert_eq!((player.state(), player.at_secs(), player.end_secs()), (PlayState::Playing, 0.0, 1.0));
    }

    #[test]
    fn the_end_leads_back_to_the_start_when_looping() {
        let mut player = playing(30);
        player.advance(1.25);
        assert_eq!(player.state(), PlayState::Playing);
        assert!((player.at_secs() - 0.25).abs() < 1e-5);
    }

    #[test]
    fn a_range_goes_round_by_itself() {
        let mut player = playing(61);
        player.set_range(Some(15..31));
        player.seek(0.9);
        player.play();
        player.advance(0.2);
        assert!((0.5..0.6).contains(&player.at_secs()), "{}", player.at_secs());
        player.seek(1.8);
        player.play();
        player.advance(0.1);
        assert!((player.at_secs() - 1.9).abs() < 1e-4, "behind the range it plays on");
    }

    #[test]
    fn without_looping_it_stops_on_the_last_frame_and_starts_over() {
        let mut player = playing(31);
        player.set_looping(false);
        player.advance(5.0);
        assert_eq!((player.state(), player.at_secs()), (PlayState::Paused, 1.0));
        player.play();
        assert_eq!((player.state(), player.at_secs()), (PlayState::Playing, 0.0));
    }

    #[test]
    fn at_the_end_of_a_growing_motion_it_waits_and_goes_on() {
        let mut player = Player::default();
        player.open(4, true, 0.0);
        player.advance(1.0);
        assert_eq!((player.state(), player.frame()), (PlayState::Waiting, 3));
        player.advance(1.0);
        assert_eq!(player.frame(), 3, "waiting takes no time");
        player.resize(8, true);
        assert_eq!(player.state(), PlayState::Playing);
        player.advance(0.1);
        assert_eq!(player.frame(), 6);
        player.advance(9.0);
        player.resize(8, false);
        assert_eq!(player.state(), PlayState::Playing, "a finished motion is played on");
    }

    #[test]
    fn seeking_stops_within_the_motion() {
        let mut player = playing(31);
        player.seek(9.0);
        assert_eq!((player.state(), player.at_secs()), (PlayState::Paused, 1.0));
        player.seek(f32::NAN);
        assert_eq!(player.at_secs(), 1.0);
    }

    #[test]
    fn stepping_lands_on_whole_frames() {
        let mut player = playing(31);
        player.seek(0.345);
        player.step(1);
        assert_eq!(player.frame(), 11);
        assert!((player.at_secs() * FPS - 11.0).abs() < 1e-4);
        player.step(-100);
        assert_eq!(player.frame(), 0);
    }

    #[test]
    fn a_scrubbed_play_head_plays_on_only_if_it_played_before() {
        let mut player = playing(31);
        player.scrub(0.5);
        player.advance(0.3);
        assert_eq!(player.at_secs(), 0.5, "a held play head does not move");
        player.end_scrub();
        assert_eq!(player.state(), PlayState::Playing);
        player.pause();
        player.scrub(0.1);
        player.end_scrub();
        assert_eq!(player.state(), PlayState::Paused);
    }

    #[test]
    fn speed_scales_time_and_has_bounds() {
        let mut player = playing(61);
        player.set_speed(0.5);
        player.advance(1.0);
        assert!((player.at_secs() - 0.5).abs() < 1e-5);
        player.set_speed(1000.0);
        assert_eq!(player.speed(), SPEED_RANGE.1);
        player.set_speed(f32::NAN);
        assert_eq!(player.speed(), SPEED_RANGE.1);
    }

    #[test]
    fn no_motion_is_no_trouble() {
        let mut player = Player::default();
        player.play();
        player.advance(1.0);
        player.step(-1);
        assert_eq!((player.frame(), player.end_secs()), (0, 0.0));
    }
}
