//! The worker's protocol, driven by a stand-in: every job ends exactly once, whatever happens.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use zoetrope::generator::fake::FakeBackend;
use zoetrope::generator::protocol::{Command, Event, JobId, ModelInfo};
use zoetrope::generator::{Backend, PipelineBackend, Run, Worker, WorkerError};
use zoetrope::model::LoadProgress;
use zoetrope::motion::{Motion, Pose};
use zoetrope::pipeline::Device;
use zoetrope::timeline::{Context, Length, Request};

const QUICK: Duration = Duration::from_micros(200);
const SLOW: Duration = Duration::from_millis(10);

fn worker(step_time: Duration) -> Worker {
    let worker = Worker::spawn(move || FakeBackend::new(step_time)).expect("a thread");
    worker.send(Command::Load { model: "starter".to_owned() }).expect("room");
    worker
}

fn request(prompt: &str, secs: f32) -> Request {
    Request { length: Length::Exact { secs }, ..Request::new(prompt) }
}

fn generate(worker: &Worker, job: u64, prompt: &str, secs: f32) {
    worker.send(Command::Generate { job: JobId(job), request: request(prompt, secs), context: Context::default() }).expect("room");
}

/// The events up to the first one that `is_last` accepts; panics after a minute: software devices on busy machines take their time.
fn events_until(worker: &Worker, is_last: impl Fn(&Event) -> bool) -> Vec<Event> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut events = Vec::new();
    while Instant::now() < deadline {
        if let Some(event) = worker.wait_event(Duration::from_millis(50)) {
            let done = is_last(&event);
            events.push(event);
            if done {
                return events;
            }
        }
    }
    panic!("the expected event did not come within a minute: {events:?}");
}

fn end_of(event: &Event) -> Option<JobId> {
    match event {
        Event::Finished { job, .. } | Event::Cancelled { job } | Event::Failed { job, .. } => Some(*job),
        _ => None,
    }
}

fn ends(job: u64) -> impl Fn(&Event) -> bool {
    move |event| end_of(event) == Some(JobId(job))
}

fn is_progress(event: &Event) -> bool {
    matches!(event, Event::Progress { .. })
}

#[test]
fn a_job_is_started_previewed_and_finished_in_this_order() {
    let worker = worker(QUICK);
    generate(&worker, 7, "a person turns", 2.0);
    let events = events_until(&worker, ends(7));
    let name = |event: &Event| match event {
        Event::Loading { done, .. } => Some(if *done > 0.0 { "half loaded" } else { "loading" }),
        Event::Ready { .. } => Some("ready"),
        Event::Started { .. } => Some("started"),
        Event::Finished { .. } => Some("finished"),
        _ => None,
    };
    assert_eq!(events.iter().filter_map(name).collect::<Vec<_>>(), ["loading", "half loaded", "ready", "started", "finished"]);
    let Some(Event::Finished { takes, .. }) = events.last() else { panic!("not finished") };
    assert_eq!(takes.len(), 1);
    assert_eq!(takes[0].motion.len(), 60);
    assert_eq!(takes[0].provenance.prompt(), "a person turns");
}

#[test]
fn the_first_preview_comes_before_forty_percent_of_the_tokens() {
    let worker = worker(QUICK);
    generate(&worker, 1, "a person turns", 4.0);
    let events = events_until(&worker, ends(1));
    let preview = events.iter().position(|event| matches!(event, Event::Preview { .. })).expect("a preview");
    let tokens_before = events[..preview].iter().filter(|event| is_progress(event)).count();
    assert!((tokens_before as f32) < 0.4 * 60.0, "{tokens_before} tokens before the first preview");
    let latest = worker.take_previews();
    assert_eq!(latest.iter().map(|preview| (preview.job, preview.variation)).collect::<Vec<_>>(), [(JobId(1), 0)]);
    assert!(latest[0].motion.len() > 100);
    assert!(worker.take_previews().is_empty(), "each is taken once");
}

#[test]
fn variations_are_one_job_with_a_take_for_each_seed() {
    let worker = worker(QUICK);
    let wanted = Request { variations: 3, seed: 10, ..request("a person turns", 1.0) };
    worker.send(Command::Generate { job: JobId(1), request: wanted, context: Context::default() }).expect("room");
    let events = events_until(&worker, ends(1));
    let Some(Event::Finished { takes, .. }) = events.last() else { panic!("not finished") };
    assert_eq!(takes.iter().map(|take| take.provenance.origin.seed()).collect::<Vec<_>>(), [10, 11, 12].map(Some));
    let early = |event: &Event| match event {
        Event::Made { variation, take, .. } => Some((*variation, take.clone())),
        _ => None,
    };
    let early: Vec<_> = events.iter().filter_map(early).collect();
    assert_eq!(early, [(0, takes[0].clone()), (1, takes[1].clone())], "each comes as soon as it is done; the last one with all");
    let shown: Vec<u32> = worker.take_previews().iter().map(|preview| preview.variation).collect();
    assert_eq!(shown.len(), 3, "all are seen while they are made: {shown:?}");
    let last_progress = events.iter().rev().find(|event| is_progress(event));
    assert_eq!(last_progress, Some(&Event::Progress { job: JobId(1), tokens: 45, at_most: 45 }));
}

#[test]
fn cancel_between_tokens_ends_the_job() {
    let worker = worker(SLOW);
    generate(&worker, 1, "a person turns", 60.0);
    events_until(&worker, is_progress);
    worker.send(Command::Cancel { job: JobId(1) }).expect("room");
    let events = events_until(&worker, ends(1));
    assert_eq!(events.last(), Some(&Event::Cancelled { job: JobId(1) }));
}

#[test]
fn a_waiting_job_can_be_cancelled_and_the_others_go_on() {
    let worker = worker(SLOW);
    for job in 1..=3 {
        generate(&worker, job, "a person turns", 0.5);
    }
    worker.send(Command::Cancel { job: JobId(2) }).expect("room");
    worker.send(Command::Cancel { job: JobId(99) }).expect("room");
    let events = events_until(&worker, ends(3));
    assert!(!events.contains(&Event::Started { job: JobId(2) }));
    assert_eq!(events.iter().filter_map(end_of).collect::<Vec<_>>(), [JobId(2), JobId(1), JobId(3)]);
}

#[test]
fn a_panic_becomes_a_failure_and_the_worker_lives_on() {
    let worker = worker(QUICK);
    generate(&worker, 1, "panic", 1.0);
    generate(&worker, 2, "a person turns", 1.0);
    let events = events_until(&worker, ends(2));
    let failure = events.iter().find_map(|event| match event {
        Event::Failed { job: JobId(1), message } => Some(message),
        _ => None,
    });
    assert!(failure.expect("job 1 failed").contains("asked to panic"));
    assert_eq!(events.iter().filter(|event| matches!(event, Event::Ready { .. })).count(), 2, "the model is loaded again");
    assert!(matches!(events.last(), Some(Event::Finished { .. })));
}

#[test]
fn a_failure_names_the_job_and_a_failed_load_the_model() {
    let worker = worker(QUICK);
    generate(&worker, 1, "fail", 1.0);
    events_until(&worker, |event| matches!(event, Event::Failed { job: JobId(1), .. }));
    worker.send(Command::Load { model: "missing".to_owned() }).expect("room");
    events_until(&worker, |event| matches!(event, Event::LoadFailed { model, .. } if model == "missing"));
    generate(&worker, 2, "a person turns", 1.0);
    let events = events_until(&worker, ends(2));
    assert!(matches!(events.last(), Some(Event::Finished { .. })), "the model before is still there");
}

#[test]
fn without_a_model_a_job_fails_in_words() {
    let worker = Worker::spawn(|| FakeBackend::new(QUICK)).expect("a thread");
    generate(&worker, 1, "a person turns", 1.0);
    let events = events_until(&worker, ends(1));
    assert!(matches!(events.last(), Some(Event::Failed { message, .. }) if message.contains("no model is loaded")));
}

#[test]
fn shutdown_cancels_what_runs_and_what_waits() {
    let worker = worker(SLOW);
    for job in 1..=3 {
        generate(&worker, job, "a person turns", 60.0);
    }
    events_until(&worker, is_progress);
    worker.send(Command::Shutdown).expect("room");
    let events = events_until(&worker, ends(3));
    assert_eq!(events.iter().filter_map(end_of).collect::<Vec<_>>(), [JobId(1), JobId(2), JobId(3)]);
    let deadline = Instant::now() + Duration::from_secs(5);
    while worker.send(Command::Cancel { job: JobId(1) }) != Err(WorkerError::Gone) {
        assert!(Instant::now() < deadline, "the thread goes on after Shutdown");
        std::thread::sleep(SLOW);
    }
}

#[test]
fn every_job_ends_exactly_once_whatever_is_sent() {
    let worker = worker(QUICK);
    let prompts = ["a person turns", "fail", "panic", "a person turns slowly"];
    for job in 0..24_u64 {
        generate(&worker, job, prompts[job as usize % prompts.len()], 0.4);
        if job % 3 == 0 {
            worker.send(Command::Cancel { job: JobId(job) }).expect("room");
        }
        std::thread::sleep(QUICK);
    }
    generate(&worker, 100, "a person turns", 0.4);
    let events = events_until(&worker, ends(100));
    let mut times: HashMap<JobId, usize> = HashMap::new();
    for job in events.iter().filter_map(end_of) {
        *times.entry(job).or_default() += 1;
    }
    assert_eq!(times.len(), 25);
    assert!(times.values().all(|&times| times == 1), "{times:?}");
}

#[test]
fn a_continuation_begins_where_the_motion_before_ends() {
    let worker = worker(QUICK);
    let mut last = Pose::REST;
    last.root_m.x = 3.0;
    let context = Context::after_end_of(&Motion { frames: vec![Pose::REST, last] });
    worker.send(Command::Generate { job: JobId(1), request: request("then turns", 1.0), context }).expect("room");
    let events = events_until(&worker, ends(1));
    let Some(Event::Finished { takes, .. }) = events.last() else { panic!("not finished") };
    assert_eq!(takes[0].motion.frames[0].root_m.x, 3.0);
}

/// A stand-in that counts how many of it are alive.
struct Counted(FakeBackend, Arc<AtomicUsize>);

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Backend for Counted {
    fn load(&mut self, model: &str, progress: &LoadProgress) -> Result<ModelInfo, String> {
        self.0.load(model, progress)
    }

    fn start<'a>(&'a mut self, request: &Request, context: &Context) -> Result<Box<dyn Run + 'a>, String> {
        self.0.start(request, context)
    }
}

/// A stand-in on a graphics device that is lost during the first job.
#[derive(Default)]
struct Losing {
    inner: FakeBackend,
    loaded: Option<ModelInfo>,
    jobs: usize,
}

impl Backend for Losing {
    fn load(&mut self, model: &str, progress: &LoadProgress) -> Result<ModelInfo, String> {
        let info = ModelInfo { device: "A Card".to_owned(), ..self.inner.load(model, progress)? };
        self.loaded = Some(info.clone());
        Ok(info)
    }

    fn remark(&mut self) -> Option<String> {
        Some("the model is large for this card".to_owned())
    }

    fn changed(&mut self) -> Option<ModelInfo> {
        let info = self.loaded.clone()?;
        (self.jobs == 1).then(|| ModelInfo { device: "cpu".to_owned(), ..info })
    }

    fn start<'a>(&'a mut self, request: &Request, context: &Context) -> Result<Box<dyn Run + 'a>, String> {
        self.jobs += 1;
        self.inner.start(request, context)
    }
}

#[test]
fn where_the_model_runs_is_told_when_it_is_loaded_and_when_it_changes() {
    let worker = Worker::spawn(Losing::default).expect("a thread");
    worker.send(Command::Load { model: "starter".to_owned() }).expect("room");
    generate(&worker, 1, "a person turns", 0.2);
    generate(&worker, 2, "a person turns", 0.2);
    let events = events_until(&worker, ends(2));
    let told = |event: &Event| match event {
        Event::Ready { model, .. } => Some(model.device_label().to_owned()),
        Event::Warning { message, .. } => Some(message.clone()),
        Event::Finished { job, .. } => Some(format!("job {}", job.0)),
        _ => None,
    };
    let told: Vec<String> = events.iter().filter_map(told).collect();
    assert_eq!(told, ["A Card", "the model is large for this card", "job 1", "CPU", "job 2"]);
}

#[test]
fn dropping_the_handle_ends_the_thread_even_when_nobody_reads_the_events() {
    let alive = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&alive);
    let worker = Worker::spawn(move || {
        counter.fetch_add(1, Ordering::SeqCst);
        Counted(FakeBackend::new(Duration::ZERO), Arc::clone(&counter))
    })
    .expect("a thread");
    worker.send(Command::Load { model: "starter".to_owned() }).expect("room");
    // Many jobs and no reader: the worker fills the channel and waits for room.
    for job in 0..50 {
        generate(&worker, job, "a person turns", 3.0);
    }
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(alive.load(Ordering::SeqCst), 1);
    drop(worker);
    assert_eq!(alive.load(Ordering::SeqCst), 0, "the backend is gone with the thread");
}

#[test]
fn a_model_runs_on_the_graphics_device_that_is_named() {
    let Some(adapter) = zoetrope::engine::adapters().pop() else {
        return crate::graphics::skip("no graphics device");
    };
    let device = Device::Gpu(Some(adapter.name.clone()));
    let worker = Worker::spawn(move || PipelineBackend::on(device.clone())).expect("a thread");
    worker.send(Command::Load { model: "starter".to_owned() }).expect("room");
    generate(&worker, 1, "a person walks", 0.3);
    let events = events_until(&worker, ends(1));
    let Some(Event::Ready { model, .. }) = events.iter().find(|event| matches!(event, Event::Ready { .. })) else { panic!("{events:?}") };
    assert_eq!(model.device, adapter.name);
    assert!(adapter.name.starts_with(model.device_label()) && !model.device_label().contains('('), "{}", model.device_label());
    assert!(matches!(events.last(), Some(Event::Finished { takes, .. }) if !takes[0].motion.is_empty()), "{events:?}");
}

#[test]
fn the_bundled_model_shows_its_first_frames_before_forty_percent_of_the_tokens() {
    let worker = Worker::spawn(PipelineBackend::new).expect("a thread");
    worker.send(Command::Load { model: "starter".to_owned() }).expect("room");
    generate(&worker, 1, "a person walks forward and waves", 2.0);
    let events = events_until(&worker, ends(1));
    let preview = events.iter().position(|event| matches!(event, Event::Preview { .. })).expect("a preview");
    let tokens = events[..preview].iter().filter_map(|event| match event {
        Event::Progress { tokens, .. } => Some(*tokens),
        _ => None,
    });
    assert!(tokens.max().unwrap_or(0) < 12, "12 are 40 % of 30");
    let Some(Event::Finished { takes, .. }) = events.last() else { panic!("not finished: {:?}", events.last()) };
    assert_eq!(takes[0].motion.len(), 60);
    assert!(!takes[0].provenance.licence.is_empty(), "every take carries its licence");
    let context = Context::after_end_of(&takes[0].motion);
    worker.send(Command::Generate { job: JobId(2), request: request("then stops", 1.0), context }).expect("room");
    let events = events_until(&worker, ends(2));
    assert!(matches!(events.last(), Some(Event::Finished { takes, .. }) if takes[0].motion.len() == 30));
}

/// What a test sends in one go: a job, perhaps cancelled after a while, perhaps with another model loaded before.
#[derive(Debug, Clone)]
struct Sent {
    prompt: &'static str,
    seed: u64,
    secs: f32,
    variations: u32,
    continues: bool,
    cancel_after: Option<Duration>,
    load: Option<&'static str>,
}

fn sent() -> impl Strategy<Value = Sent> {
    let prompts = prop::sample::select(vec!["a person turns", "fail", "panic", "", "Ünïcode — 中文", "a person turns slowly"]);
    let cancels = prop::option::of((0..3_u64).prop_map(Duration::from_millis));
    let loads = prop::option::weighted(0.2, prop::sample::select(vec!["missing", "other"]));
    (prompts, any::<u64>(), 0.05_f32..1.5, 0..4_u32, any::<bool>(), cancels, loads).prop_map(
        |(prompt, seed, secs, variations, continues, cancel_after, load)| Sent {
            prompt,
            seed,
            secs,
            variations,
            continues,
            cancel_after,
            load,
        },
    )
}

/// Sends as soon as there is room; reads events meanwhile, as a listener does.
fn send_patiently(worker: &Worker, command: Command, events: &mut Vec<Event>) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while let Err(error) = worker.send(command.clone()) {
        assert!(error == WorkerError::Busy && Instant::now() < deadline, "{error}");
        events.extend(worker.wait_event(QUICK));
    }
}

#[test]
fn a_loading_that_is_cancelled_ends_at_once_and_the_model_before_goes_on() {
    let worker = worker(QUICK);
    worker.send(Command::Load { model: "endless".to_owned() }).expect("room");
    worker.send(Command::Load { model: "another".to_owned() }).expect("room");
    let mut seen = Vec::new();
    while !matches!(seen.last(), Some(Event::Loading { model, done }) if model == "endless" && *done > 0.0) {
        seen.push(worker.wait_event(Duration::from_secs(20)).expect("it tells how far it is"));
    }
    worker.send(Command::CancelLoad).expect("room");
    generate(&worker, 1, "a person turns", 1.0);
    let events = events_until(&worker, ends(1));
    let cancelled = |name: &str| events.iter().any(|event| matches!(event, Event::LoadCancelled { model } if model == name));
    assert!(cancelled("endless") && cancelled("another"), "{events:?}");
    assert!(!events.iter().any(|event| matches!(event, Event::Failed { .. } | Event::Ready { .. })), "{events:?}");
    assert!(matches!(events.last(), Some(Event::Finished { .. })), "{:?}", events.last());
}

#[test]
fn a_closing_window_does_not_wait_for_a_model_to_load() {
    let worker = worker(QUICK);
    worker.send(Command::Load { model: "endless".to_owned() }).expect("room");
    let start = Instant::now();
    drop(worker);
    assert!(start.elapsed() < Duration::from_secs(1), "{:?}", start.elapsed());
}

#[test]
fn after_a_refused_model_and_a_panic_the_model_before_is_back() {
    let worker = worker(QUICK);
    worker.send(Command::Load { model: "missing".to_owned() }).expect("room");
    generate(&worker, 1, "panic", 1.0);
    generate(&worker, 2, "a person turns", 1.0);
    let events = events_until(&worker, ends(2));
    assert!(matches!(events.last(), Some(Event::Finished { .. })), "{:?}", events.last());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/regressions/generator.txt"))), ..ProptestConfig::default() })]

    /// Whatever is sent, every job ends in exactly one way, in the order in which they begin, and the next job works.
    #[test]
    fn any_mixture_of_jobs_failures_and_cancels_ends_every_job_once(jobs in prop::collection::vec(sent(), 1..12)) {
        let worker = worker(Duration::from_micros(20));
        let mut events = Vec::new();
        let before = Motion { frames: vec![Pose::REST; 40] };
        for (number, one) in jobs.iter().enumerate() {
            let job = JobId(number as u64);
            if let Some(model) = one.load {
                send_patiently(&worker, Command::Load { model: model.to_owned() }, &mut events);
            }
            let request = Request { seed: one.seed, variations: one.variations, ..request(one.prompt, one.secs) };
            let context = if one.continues { Context::after_end_of(&before) } else { Context::default() };
            send_patiently(&worker, Command::Generate { job, request, context }, &mut events);
            if let Some(pause) = one.cancel_after {
                std::thread::sleep(pause);
                send_patiently(&worker, Command::Cancel { job }, &mut events);
            }
        }
        let last = JobId(jobs.len() as u64);
        send_patiently(&worker, Command::Generate { job: last, request: request("a person turns", 0.2), context: Context::default() }, &mut events);
        events.extend(events_until(&worker, ends(last.0)));

        let mut times: HashMap<JobId, usize> = HashMap::new();
        for job in events.iter().filter_map(end_of) {
            *times.entry(job).or_default() += 1;
        }
        prop_assert_eq!(times.len(), jobs.len() + 1);
        prop_assert!(times.values().all(|&times| times == 1), "{:?}", times);
        for (number, one) in jobs.iter().enumerate() {
            let end = events.iter().find(|event| end_of(event) == Some(JobId(number as u64)));
            match end {
                Some(Event::Cancelled { .. }) => prop_assert!(one.cancel_after.is_some(), "nobody cancelled {}", number),
                Some(Event::Failed { .. }) => prop_assert!(["fail", "panic"].contains(&one.prompt), "{} failed", number),
                Some(Event::Finished { takes, .. }) => prop_assert_eq!(takes.len(), one.variations.max(1) as usize),
                _ => prop_assert!(false, "{} has no end", number),
            }
        }
        let Some(Event::Finished { takes, .. }) = events.last() else { return Err(TestCaseError::fail("the last job works")) };
        prop_assert_eq!(takes.len(), 1);
        // Nothing follows the end of the last job.
        prop_assert_eq!(worker.wait_event(Duration::from_millis(2)), None);
    }
}

/// A stand-in that loads its model once, and breaks with its first motion.
struct OnceOnly(FakeBackend, Arc<AtomicBool>);

impl Backend for OnceOnly {
    fn load(&mut self, model: &str, progress: &LoadProgress) -> Result<ModelInfo, String> {
        if self.1.swap(true, Ordering::Relaxed) { Err("the file is gone".to_owned()) } else { self.0.load(model, progress) }
    }

    fn start<'a>(&'a mut self, request: &Request, context: &Context) -> Result<Box<dyn Run + 'a>, String> {
        self.0.start(request, context)
    }
}

#[test]
fn a_model_that_cannot_be_loaded_again_after_a_panic_is_told_to_be_gone() {
    let loaded = Arc::new(AtomicBool::new(false));
    let worker = Worker::spawn(move || OnceOnly(FakeBackend::new(QUICK), Arc::clone(&loaded))).expect("a thread");
    worker.send(Command::Load { model: "stand-in".to_owned() }).expect("room");
    generate(&worker, 1, "panic", 1.0);
    let events = events_until(&worker, |event| *event == Event::NoModel);
    assert!(events.iter().any(|event| matches!(event, Event::LoadFailed { message, .. } if message.contains("gone"))), "{events:?}");
}
