//! How smoothly the window runs: what each frame took, taken in the running window for `zoetrope bench --ui`.

use super::script::Script;
use crate::stage::{Quality, Resolution};
use bevy::ecs::system::NonSendMarker;
use bevy::prelude::*;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Two frames are under way at once, and the first pass only loads fonts: when the fourth begins, the second is on the screen, with
/// all panels.
const ANSWERING_FRAME: usize = 4;

/// What is measured one after the other, as fast as it goes.
const QUALITIES: [(&str, Quality); 4] = [
    ("low", Quality::LOW),
    ("medium, 75 % of the pixels", Quality { resolution: Resolution::ThreeQuarters, ..Quality::MEDIUM }),
    ("medium", Quality::MEDIUM),
    ("high", Quality::HIGH),
];

/// What is done while measuring: a long clip is made and watched meanwhile, then it plays.
pub(super) fn script() -> Script {
    use super::Action::{Generate, Prompt, Quality, Quit, Seconds, Seed, Wait, WaitIdle};
    let making = ["a person walks forward and waves", "someone jumps high", "somebody dances"]
        .into_iter()
        .flat_map(|prompt| [Prompt(prompt.to_owned()), Seed(3), Seconds(Some(10.0)), Generate, WaitIdle]);
    let qualities = QUALITIES.into_iter().flat_map(|(_, quality)| [Quality(Some(quality)), Wait(5.0)]);
    Script::of([WaitIdle].into_iter().chain(making).chain([Wait(8.0)]).chain(qualities).chain([Quit]))
}

/// What the window did in one frame.
#[derive(Clone, Copy, Debug)]
struct Beat {
    /// From the last frame's start to this one's.
    since_last: Duration,
    /// Processor time of the main thread in the frame's systems; rendering has its own thread.
    main_thread: Duration,
    generating: bool,
    /// The quality that was asked for, if one was.
    quality: Option<Quality>,
}

/// Collects what frames take.
#[derive(Resource, Clone)]
pub(super) struct Pulse(Arc<Mutex<Record>>);

#[derive(Clone, Debug)]
struct Record {
    opened: Instant,
    answered: Option<Duration>,
    last_start: Option<Instant>,
    processor_at_start: Duration,
    frames: usize,
    beats: Vec<Beat>,
}

impl Pulse {
    /// Counts from now, which is when the program was started.
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Record {
            opened: Instant::now(),
            answered: None,
            last_start: None,
            processor_at_start: Duration::ZERO,
            frames: 0,
            beats: Vec::new(),
        })))
    }

    /// A frame begins, and the one before is over.
    fn begin(&self) {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        record.frames += 1;
        if record.frames == ANSWERING_FRAME {
            record.answered = Some(now - record.opened);
        }
        if let (Some(last), true) = (record.last_start, record.frames > ANSWERING_FRAME)
            && let Some(beat) = record.beats.last_mut()
        {
            beat.since_last = now - last;
        }
        record.last_start = Some(now);
        record.processor_at_start = processor_time();
    }

    fn end(&self, generating: bool, quality: Option<Quality>) {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if record.frames < ANSWERING_FRAME {
            return;
        }
        let main_thread = processor_time().saturating_sub(record.processor_at_start);
        record.beats.push(Beat { since_last: Duration::ZERO, main_thread, generating, quality });
    }

    /// What was measured.
    pub(super) fn speed(&self, device: String) -> WindowSpeed {
        let record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let whole = || record.beats.iter().filter(|beat| !beat.since_last.is_zero());
        let of = |generating: bool| whole().filter(move |beat| beat.generating == generating && beat.quality.is_none());
        // Shaders and shadow maps are made in the first frames.
        let in_quality = |quality: Quality| whole().filter(move |beat| beat.quality == Some(quality)).skip(8);
        let mut main_thread: Vec<Duration> = of(true).map(|beat| beat.main_thread).collect();
        main_thread.sort_unstable();
        WindowSpeed {
            device,
            answered: record.answered,
            generating_per_sec: frames_per_sec(of(true)),
            playing_per_sec: frames_per_sec(of(false)),
            qualities_per_sec: QUALITIES.map(|(name, quality)| (name, frames_per_sec(in_quality(quality)))),
            main_thread,
        }
    }
}

fn frames_per_sec<'a>(beats: impl Iterator<Item = &'a Beat>) -> f32 {
    let (count, whole) = beats.fold((0, Duration::ZERO), |(count, whole), beat| (count + 1, whole + beat.since_last));
    count as f32 / whole.as_secs_f32().max(f32::EPSILON)
}

/// Measures every frame of an app.
pub(super) fn listen(app: &mut App, pulse: Pulse) {
    app.insert_resource(pulse).add_systems(First, begin).add_systems(Last, end);
}

// On the main thread, whose time is meant.
fn begin(pulse: Res<'_, Pulse>, _main_thread: NonSendMarker) {
    pulse.begin();
}

fn end(pulse: Res<'_, Pulse>, state: Res<'_, super::window::State>, _main_thread: NonSendMarker) {
    pulse.end(!state.jobs.is_empty(), state.settings.quality);
}

/// Time that this thread has had a processor, from an arbitrary start. Wall time where the system does not say.
fn processor_time() -> Duration {
    #[cfg(unix)]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec.unsigned_abs() as u32)
    }
    #[cfg(not(unix))]
    {
        static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
        START.get_or_init(Instant::now).elapsed()
    }
}

/// How smoothly the window ran.
#[derive(Clone, Debug)]
pub struct WindowSpeed {
    /// The graphics device's name.
    pub device: String,
    /// From the program's start until the second frame, which has all panels, was on the screen.
    pub answered: Option<Duration>,
    /// Frames a second while motions were made and watched.
    pub generating_per_sec: f32,
    /// Frames a second while a finished take played.
    pub playing_per_sec: f32,
    /// Frames a second in each quality, as fast as it goes.
    pub qualities_per_sec: [(&'static str, f32); 4],
    /// Processor time of the main thread in each frame while motions were made, sorted.
    pub main_thread: Vec<Duration>,
}

impl WindowSpeed {
    /// The time that this share of the frames did not exceed, milliseconds.
    fn main_thread_ms(&self, share: f32) -> f32 {
        let last = self.main_thread.len().saturating_sub(1);
        self.main_thread.get((last as f32 * share).ceil() as usize).map_or(0.0, |time| time.as_secs_f32() * 1e3)
    }
}

impl fmt::Display for WindowSpeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "window of 1280 × 720 on {}", self.device)?;
        writeln!(f, "  answers after             {:>7.2} s", self.answered.unwrap_or_default().as_secs_f32())?;
        writeln!(f, "  playing                   {:>7.1} frames/s", self.playing_per_sec)?;
        writeln!(f, "  generating                {:>7.1} frames/s", self.generating_per_sec)?;
        for (name, per_sec) in self.qualities_per_sec {
            writeln!(f, "  as fast as it goes        {per_sec:>7.1} frames/s, quality {name}")?;
        }
        write!(
            f,
            "  main thread, generating   {:>7.2} ms a frame (median), 99.9 % below {:.2} ms, {} frames",
            self.main_thread_ms(0.5),
            self.main_thread_ms(0.999),
            self.main_thread.len()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_comes_from_whole_frames_after_the_window_answers() {
        let pulse = Pulse::new();
        for frame in 0..12 {
            pulse.begin();
            std::thread::sleep(Duration::from_millis(2));
            pulse.end(frame % 2 == 0, None);
        }
        let speed = pulse.speed("none".to_owned());
        assert!(speed.answered.is_some_and(|time| time >= Duration::from_millis(6)));
        assert!(speed.playing_per_sec > 1.0 && speed.playing_per_sec <= 500.0, "{speed}");
        assert!(speed.main_thread_ms(0.5) < 2.0, "sleeping is no work: {speed}");
    }
}
