//! How smoothly the window runs: what each frame took, taken in the running window for `zoetrope bench --ui`.

use crate::author::script::Script;
use crate::author::session::ModelState;
use crate::view::{Quality, Resolution};
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

/// So many clips are made, in the time that is given to it, that there are frames enough to speak of one in a thousand.
const CLIPS: usize = 120;
/// How often clips are doubled: three become 192.
const DOUBLINGS: usize = 6;
/// A timeline of more clips than are ever made here is being edited.
const MANY_CLIPS: usize = 150;
/// Steps of each drag.
const DRAG_STEPS: usize = 200;
/// How long clips are made at most, and each drag takes: the processor draws a frame where no graphics device does, and the whole is to
/// be done in two minutes there.
const MAKING: Duration = Duration::from_secs(35);
const DRAGGING: Duration = Duration::from_secs(5);
/// How long it plays, and plays in each quality, seconds.
const PLAYING_SECS: f32 = 6.0;
const QUALITY_SECS: f32 = 3.0;
/// How often it is said how far it is, at least.
const SAY_EVERY: Duration = Duration::from_secs(10);

/// What is done while measuring: long clips are made and watched meanwhile, the last one plays, in each quality too; then many
/// clips are edited by dragging.
pub(super) fn script() -> Script {
    use crate::author::script::ScriptStep;
    use crate::author::session::ClipAction::{AddToTimeline, DragClip, DragTrim, Duplicate, MoveClip, Release};
    use crate::author::session::DraftAction::{Prompt, Seconds, Seed};
    use crate::author::session::{GenerationAction::Generate, ProjectAction::Quit, SelectionAction, ViewAction::Quality};
    use ScriptStep::{Wait, WaitIdle};
    fn steps<const N: usize>(steps: [impl Into<ScriptStep>; N]) -> [ScriptStep; N] {
        steps.map(Into::into)
    }
    use crate::timeline::ClipSettings;
    let clips = ["a person walks forward and waves", "someone jumps high", "somebody dances"].into_iter().cycle().take(CLIPS).zip(0..);
    // Three are needed for what follows.
    let clips = clips.enumerate().scan(within(MAKING), |in_time, (place, clip)| (place < 3 || in_time()).then_some(clip));
    let draft = |(prompt, seed): (&str, u64)| steps([Prompt(prompt.to_owned()), Seed(seed), Seconds(Some(10.0))]);
    let making = clips.flat_map(move |clip| draft(clip).into_iter().chain([Generate.into(), WaitIdle]));
    let qualities = QUALITIES.into_iter().flat_map(|(_, quality)| [Quality(Some(quality)).into(), Wait(QUALITY_SECS)]);
    let doubling = (0..DOUBLINGS).flat_map(|_| [SelectionAction::SelectAll.into(), Duplicate.into()]);
    let many = steps([1, 2].map(AddToTimeline)).into_iter().chain(doubling);
    let drag = |step: fn(usize) -> crate::author::session::ClipAction| {
        (0..DRAG_STEPS).scan(within(DRAGGING), move |in_time, at| in_time().then(|| step(at).into()))
    };
    let trims = drag(|step| DragTrim { clip: 0, from: 0.04 * step as f32, to: 10.0 });
    let slides = drag(|step| {
        let (facing_deg, foot_lock) = (0.5 * step as f32, step as f32 / DRAG_STEPS as f32);
        DragClip { clip: 0, settings: ClipSettings { facing_deg, foot_lock, ..Default::default() } }
    });
    let moves = drag(|step| MoveClip { clip: 0, to: 2 + step % 2 });
    let release = || [ScriptStep::from(Release)];
    let first = steps([SelectionAction::SelectClip(0)]);
    let editing = first.into_iter().chain(trims).chain(release()).chain(slides).chain(release()).chain(moves);
    Script::of(
        [WaitIdle]
            .into_iter()
            .chain(making)
            .chain([Wait(PLAYING_SECS)])
            .chain(qualities)
            .chain(steps([Quality(None)]))
            .chain(many)
            .chain(editing)
            .chain(steps([Quit])),
    )
}

/// Whether the time since it was first asked is within a limit.
fn within(limit: Duration) -> impl FnMut() -> bool + Send + Sync {
    let mut begun = None;
    move || begun.get_or_insert_with(Instant::now).elapsed() < limit
}

/// What goes on in a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Doing {
    Loading,
    Playing,
    Generating,
    Editing,
    /// Playing in a quality that was asked for.
    InQuality(Quality),
}

impl Doing {
    /// What comes later is later. Between two clips nothing is made for a moment.
    fn stage(self) -> usize {
        match self {
            Self::Loading => 0,
            Self::Generating => 1,
            Self::Playing => 2,
            Self::InQuality(_) => 3,
            Self::Editing => 4,
        }
    }
}

impl fmt::Display for Doing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Loading => "loading the model",
            Self::Playing => "playing",
            Self::Generating => "generating",
            Self::Editing => "dragging on a timeline of many clips",
            Self::InQuality(_) => "playing in each quality",
        })
    }
}

/// What the window did in one frame.
#[derive(Clone, Copy, Debug)]
struct Beat {
    /// From the last frame's start to this one's.
    since_last: Duration,
    /// Processor time of the main thread in the frame's systems; rendering has its own thread.
    main_thread: Duration,
    doing: Doing,
}

/// Collects what frames take.
#[derive(Resource, Clone)]
pub(super) struct FramePacing(Arc<Mutex<Record>>);

#[derive(Clone, Debug)]
struct Record {
    opened: Instant,
    answered: Option<Duration>,
    last_start: Option<Instant>,
    processor_at_start: Duration,
    frames: usize,
    beats: Vec<Beat>,
    /// Who is told how far it is; the furthest stage that was told, and when something was told last.
    say: fn(&str),
    said: Option<(usize, Instant)>,
}

impl FramePacing {
    /// Counts from now, which is when the program was started. Now and then somebody is told how far it is.
    pub(super) fn new(say: fn(&str)) -> Self {
        Self(Arc::new(Mutex::new(Record {
            opened: Instant::now(),
            answered: None,
            last_start: None,
            processor_at_start: Duration::ZERO,
            frames: 0,
            beats: Vec::new(),
            say,
            said: None,
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

    fn end(&self, doing: Doing) {
        let mut record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if record.frames < ANSWERING_FRAME {
            return;
        }
        let main_thread = processor_time().saturating_sub(record.processor_at_start);
        record.beats.push(Beat { since_last: Duration::ZERO, main_thread, doing });
        let told = record.said.map(|(stage, _)| stage);
        if told.is_none_or(|stage| doing.stage() > stage) || record.said.is_some_and(|(_, at)| at.elapsed() > SAY_EVERY) {
            (record.say)(&format!("{doing}, after {:.0} s of about two minutes at most", record.opened.elapsed().as_secs_f32()));
            record.said = Some((told.unwrap_or_default().max(doing.stage()), Instant::now()));
        }
    }

    /// What was measured.
    pub(super) fn speed(&self, device: String) -> WindowSpeed {
        let record = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let of = |doing: Doing| record.beats.iter().filter(move |beat| beat.doing == doing && !beat.since_last.is_zero());
        // Shaders and shadow maps are made in the first frames.
        let in_quality = |quality: Quality| of(Doing::InQuality(quality)).skip(8);
        let main_thread = |doing: Doing| {
            let mut times: Vec<Duration> = of(doing).map(|beat| beat.main_thread).collect();
            times.sort_unstable();
            MainThread(times)
        };
        WindowSpeed {
            device,
            answered: record.answered,
            generating_per_sec: frames_per_sec(of(Doing::Generating)),
            playing_per_sec: frames_per_sec(of(Doing::Playing)),
            qualities_per_sec: QUALITIES.map(|(name, quality)| (name, frames_per_sec(in_quality(quality)))),
            loading: main_thread(Doing::Loading),
            generating: main_thread(Doing::Generating),
            editing: main_thread(Doing::Editing),
        }
    }
}

fn frames_per_sec<'a>(beats: impl Iterator<Item = &'a Beat>) -> f32 {
    let (count, whole) = beats.fold((0, Duration::ZERO), |(count, whole), beat| (count + 1, whole + beat.since_last));
    count as f32 / whole.as_secs_f32().max(f32::EPSILON)
}

/// Measures every frame of an app.
pub(super) fn listen(app: &mut App, pacing: FramePacing) {
    app.insert_resource(pacing).add_systems(First, begin).add_systems(Last, end);
}

// On the main thread, whose time is meant.
fn begin(pacing: Res<'_, FramePacing>, _main_thread: NonSendMarker) {
    pacing.begin();
}

fn end(pacing: Res<'_, FramePacing>, state: Res<'_, super::state::State>, _main_thread: NonSendMarker) {
    let doing = match (state.generation().jobs().is_empty(), state.timeline().clips().len(), state.settings().quality) {
        _ if matches!(state.models().state(), ModelState::Loading { .. }) => Doing::Loading,
        (false, ..) => Doing::Generating,
        (true, MANY_CLIPS.., _) => Doing::Editing,
        (true, _, Some(quality)) => Doing::InQuality(quality),
        (true, _, None) => Doing::Playing,
    };
    pacing.end(doing);
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
    /// While the model was loaded.
    pub loading: MainThread,
    /// While motions were made.
    pub generating: MainThread,
    /// While something was dragged on a timeline of many clips.
    pub editing: MainThread,
}

/// Processor time of the main thread in each frame, sorted.
#[derive(Clone, Debug)]
pub struct MainThread(pub Vec<Duration>);

impl MainThread {
    /// The time that this share of the frames did not exceed, milliseconds.
    fn ms(&self, share: f32) -> f32 {
        let last = self.0.len().saturating_sub(1);
        self.0.get((last as f32 * share).ceil() as usize).map_or(0.0, |time| time.as_secs_f32() * 1e3)
    }
}

impl fmt::Display for MainThread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>7.2} ms a frame (median), 99.9 % below {:.2} ms, {} frames", self.ms(0.5), self.ms(0.999), self.0.len())
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
        writeln!(f, "  main thread, loading      {}", self.loading)?;
        writeln!(f, "  main thread, generating   {}", self.generating)?;
        write!(f, "  main thread, dragging among 192 clips of 10 s: {}", self.editing)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_comes_from_whole_frames_after_the_window_answers() {
        let pacing = FramePacing::new(|_| ());
        for frame in 0..12 {
            pacing.begin();
            std::thread::sleep(Duration::from_millis(2));
            pacing.end(if frame % 2 == 0 { Doing::Generating } else { Doing::Playing });
        }
        let speed = pacing.speed("none".to_owned());
        assert!(speed.answered.is_some_and(|time| time >= Duration::from_millis(6)));
        assert!(speed.playing_per_sec > 1.0 && speed.playing_per_sec <= 500.0, "{speed}");
        assert!(speed.generating.ms(0.5) < 2.0, "sleeping is no work: {speed}");
    }

    #[test]
    fn it_is_said_what_is_measured_and_that_it_goes_on() {
        static SAID: Mutex<Vec<String>> = Mutex::new(Vec::new());
        let pacing = FramePacing::new(|text| SAID.lock().unwrap_or_else(PoisonError::into_inner).push(text.to_owned()));
        for frame in 0..12 {
            pacing.begin();
            pacing.end(if frame < 8 { Doing::Generating } else { Doing::Editing });
        }
        let said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
        assert_eq!(said.len(), 2, "{said:?}");
        assert!(said[0].starts_with("generating") && said[1].starts_with("dragging"), "{said:?}");
    }

    #[test]
    fn what_takes_too_long_is_cut_short() {
        let mut in_time = within(Duration::from_millis(30));
        assert!(in_time());
        std::thread::sleep(Duration::from_millis(40));
        assert!(!in_time());
    }
}
