//! Several listeners of one generator: each hears of its own jobs, in order, and nobody waits for another. What is said is data.

use std::sync::Arc;
use std::time::{Duration, Instant};
use zoetrope::generator::fake::FakeBackend;
use zoetrope::generator::protocol::{Command, Event, JobId, ModelInfo};
use zoetrope::generator::{Listener, Worker, WorkerError};
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Context, Length, Provenance, Request, Sampling, Take};

const PATIENCE: Duration = Duration::from_secs(60);

fn worker(step_time: Duration) -> Worker {
    let worker = Worker::spawn(move || FakeBackend::new(step_time)).expect("a thread");
    worker.send(Command::Load { model: "starter".to_owned() }).expect("room");
    worker
}

fn generate(job: u64, prompt: &str, secs: f32) -> Command {
    let request = Request { length: Length::Exact { secs }, ..Request::new(prompt) };
    Command::Generate { job: JobId(job), request, context: Context::default() }
}

/// Whatever comes until a job is over.
fn until_end(listener: &Listener, job: u64) -> Vec<Event> {
    let (mut events, start) = (Vec::new(), Instant::now());
    while events.last().and_then(end_of) != Some(JobId(job)) {
        assert!(start.elapsed() < PATIENCE, "{job} has no end: {events:?}");
        events.extend(listener.wait_event(Duration::from_millis(50)));
    }
    events
}

fn end_of(event: &Event) -> Option<JobId> {
    match event {
        Event::Finished { job, .. } | Event::Cancelled { job } | Event::Failed { job, .. } => Some(*job),
        _ => None,
    }
}

fn job_of(event: &Event) -> Option<JobId> {
    match event {
        Event::Started { job } | Event::Progress { job, .. } | Event::Preview { job, .. } | Event::Made { job, .. } => Some(*job),
        event => end_of(event),
    }
}

fn prompts(events: &[Event]) -> Vec<String> {
    let takes = events.iter().filter_map(|event| if let Event::Finished { takes, .. } = event { Some(takes) } else { None });
    takes.flatten().map(|take| take.provenance.prompt().into_owned()).collect()
}

#[test]
fn each_listener_hears_of_its_own_jobs_whatever_their_numbers() {
    let worker = worker(Duration::from_millis(1));
    let listeners = [worker.subscribe(), worker.subscribe()];
    for (listener, prompt) in listeners.iter().zip(["a walk", "a jump"]) {
        listener.send(generate(1, prompt, 1.0)).expect("room");
        listener.send(generate(2, prompt, 0.5)).expect("room");
    }
    listeners[1].send(Command::Cancel { job: JobId(2) }).expect("room");
    // What waits is cancelled at once, before the first is done.
    let [first, second] = [(0, 2), (1, 1)].map(|(which, last)| until_end(&listeners[which], last));
    assert!(second.contains(&Event::Cancelled { job: JobId(2) }));
    assert_eq!((prompts(&first), prompts(&second)), (vec!["a walk".to_owned(); 2], vec!["a jump".to_owned(); 1]));
    for events in [&first, &second] {
        let jobs: Vec<JobId> = events.iter().filter_map(job_of).collect();
        assert!(jobs.iter().filter(|job| **job == JobId(1)).count() > 3, "{jobs:?}");
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Started { job: JobId(1) })).count(), 1);
        assert!(events.iter().any(|event| matches!(event, Event::Ready { .. })), "the model is everybody's");
    }
    assert!(!listeners[0].take_previews().is_empty());
    while let Some(event) = worker.try_event() {
        assert_eq!(job_of(&event), None, "{event:?}");
    }
}

#[test]
fn who_comes_later_is_told_which_model_there_is() {
    let worker = worker(Duration::ZERO);
    worker.send(generate(1, "a walk", 0.2)).expect("room");
    let start = Instant::now();
    while worker.wait_event(Duration::from_millis(50)).is_none_or(|event| end_of(&event).is_none()) {
        assert!(start.elapsed() < PATIENCE);
    }
    let late = worker.subscribe();
    assert!(matches!(late.try_event(), Some(Event::Ready { name, .. }) if name == "starter"));
    assert_eq!(late.try_event(), None);
}

#[test]
fn one_who_does_not_read_holds_up_nobody_and_its_own_jobs_wait() {
    let worker = worker(Duration::ZERO);
    let [slow, quick] = [worker.subscribe(), worker.subscribe()];
    let send = |listener: &Listener, command: Command| {
        let start = Instant::now();
        while let Err(error) = listener.send(command.clone()) {
            assert!(error == WorkerError::Busy && start.elapsed() < PATIENCE, "{error}");
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    (0..400).for_each(|job| send(&slow, generate(job, "a walk", 0.1)));
    for job in 0..5 {
        send(&quick, generate(job, "a jump", 0.5));
        assert_eq!(prompts(&until_end(&quick, job)).len(), 1);
    }
    // Nothing is lost: what waits is made once there is room.
    let events = until_end(&slow, 399);
    let ends: Vec<JobId> = events.iter().filter_map(end_of).collect();
    assert_eq!(ends, (0..400).map(JobId).collect::<Vec<_>>());
    assert_eq!(prompts(&events).len(), 400);
}

#[test]
fn one_who_asks_and_never_listens_is_taken_for_dead() {
    let worker = worker(Duration::ZERO);
    let (deaf, start) = (worker.subscribe(), Instant::now());
    let mut job = 0;
    let refused = loop {
        match deaf.send(generate(job, "a walk", 0.1)) {
            Ok(()) => job += 1,
            Err(WorkerError::Busy) => std::thread::sleep(Duration::from_millis(1)),
            Err(error) => break error,
        }
        assert!(start.elapsed() < PATIENCE, "{job} jobs");
    };
    assert_eq!(refused, WorkerError::Gone);
    worker.send(generate(1, "a jump", 0.2)).expect("room");
    while worker.wait_event(Duration::from_millis(50)).is_none_or(|event| end_of(&event) != Some(JobId(1))) {
        assert!(start.elapsed() < 2 * PATIENCE, "the others go on");
    }
}

#[test]
fn who_leaves_takes_its_jobs_along() {
    let worker = worker(Duration::from_millis(5));
    let [leaves, asks, stays] = [worker.subscribe(), worker.subscribe(), worker.subscribe()];
    (1..4).for_each(|job| leaves.send(generate(job, "a walk", 9.0)).expect("room"));
    (1..3).for_each(|job| asks.send(generate(job, "a run", 9.0)).expect("room"));
    stays.send(generate(1, "a jump", 0.5)).expect("room");
    asks.send(Command::Shutdown).expect("room");
    let start = Instant::now();
    drop(leaves);
    assert_eq!(prompts(&until_end(&stays, 1)), ["a jump"]);
    assert!(start.elapsed() < Duration::from_secs(3), "nobody waits for theirs: {:?}", start.elapsed());
    assert!(until_end(&asks, 2).contains(&Event::Cancelled { job: JobId(1) }), "it ends its own jobs, not the thread");
    drop(worker);
    assert_eq!(stays.send(generate(2, "a jump", 0.5)), Err(WorkerError::Gone));
    assert!(stays.wait_event(PATIENCE).is_none_or(|event| job_of(&event).is_none()));
}

fn back<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    serde_json::from_str(&serde_json::to_string(value).expect("JSON")).expect("the same again")
}

#[test]
fn commands_and_events_are_data() {
    let motion = Arc::new(Motion { frames: vec![Pose::REST; 40] });
    let sampling = Sampling { temperature: Some(0.9), greedy: true, ..Sampling::default() };
    let request = Request { seed: u64::MAX, sampling: sampling.clone(), ..Request::new("a person walks → größer") };
    let (job, context) = (JobId(u64::MAX), Context { after: Some(Arc::clone(&motion)), ..Context::after_end_of(&motion) });
    let model = || "starter".to_owned();
    for command in [
        Command::Load { model: model() },
        Command::Generate { job, request: request.clone(), context },
        Command::Cancel { job },
        Command::CancelLoad,
        Command::Shutdown,
    ] {
        assert_eq!(back(&command), command);
    }
    let provenance = Provenance { origin: request.into(), model: model(), licence: "CC0".to_owned(), ..Provenance::default() };
    let take = Take { motion: Arc::clone(&motion), raw: Some(motion), provenance };
    let card = vec![("Licence".into(), "a sentence".to_owned())];
    let info = ModelInfo { name: model(), licence: "CC0".to_owned(), device: "cpu".to_owned(), sampling, card };
    for event in [
        Event::Loading { model: model(), done: 0.5 },
        Event::Ready { name: model(), model: info },
        Event::LoadCancelled { model: model() },
        Event::LoadFailed { model: model(), message: "no".to_owned() },
        Event::NoModel,
        Event::Started { job },
        Event::Progress { job, tokens: 3, at_most: 9 },
        Event::Preview { job, variation: 1, frames: 40 },
        Event::Made { job, variation: 1, take: take.clone() },
        Event::Finished { job, takes: vec![take] },
        Event::Cancelled { job },
        Event::Failed { job, message: "no".to_owned() },
        Event::Warning { message: "well".to_owned(), at_m: Some([1.0, -2.0]) },
    ] {
        assert_eq!(back(&event), event);
    }
    let hostile = ["{\"generate\":{\"job\":1}}", "\"explode\"", "{\"cancel\":{\"job\":-1}}"];
    assert!(hostile.iter().all(|text| serde_json::from_str::<Command>(text).is_err()));
}
