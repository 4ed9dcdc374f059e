//! A session and a stand-in generator, as the window connects them: what the other tests drive.
#![allow(dead_code, reason = "no binary needs all of it")]

use std::time::{Duration, Instant};
use zoetrope::author::Action;
use zoetrope::author::session::{DraftAction, GenerationAction, HostCommand, ModelState, Session, ViewMode};
use zoetrope::generator::Worker;
use zoetrope::generator::fake::FakeBackend;
use zoetrope::generator::protocol::{Command, Event, ModelInfo};
use zoetrope::motion::{Motion, Pose};
use zoetrope::timeline::{Provenance, Request, Sampling, Take};

const PATIENCE: Duration = Duration::from_secs(20);

/// A session and its generator, as the window connects them.
pub(crate) struct Desk {
    pub(crate) session: Session,
    worker: Worker,
    patience: Duration,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with_model("stand-in")
    }

    pub(crate) fn with_model(model: &str) -> Self {
        let worker = Worker::spawn(|| FakeBackend::new(Duration::from_millis(2))).expect("a thread");
        Self::with_worker(worker, model, PATIENCE)
    }

    /// One whose generator is another one, which may take so long for each thing.
    pub(crate) fn with_worker(worker: Worker, model: &str, patience: Duration) -> Self {
        worker.send(Command::Load { model: model.to_owned() }).expect("a listening worker");
        let mut desk = Self { session: Session::new(model), worker, patience };
        desk.until(|session| !matches!(session.models().state(), ModelState::Loading { .. }));
        desk
    }

    pub(crate) fn act(&mut self, action: impl Into<Action>) {
        self.session.apply(action);
        self.tell();
        self.check();
    }

    /// Tells the generator what it is to be told.
    fn tell(&mut self) {
        let commands = self.session.take_host_commands();
        self.send(commands);
    }

    pub(crate) fn send(&self, commands: Vec<HostCommand>) {
        for command in commands {
            if let HostCommand::Generator(command) = command {
                self.worker.send(command).expect("a listening worker");
            }
        }
    }

    pub(crate) fn prompt(&mut self, prompt: &str) {
        self.act(DraftAction::Prompt(prompt.to_owned()));
        self.act(DraftAction::Seconds(Some(2.0)));
        self.act(GenerationAction::Generate);
    }

    /// Takes in events until the session is as wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Session) -> bool) {
        let start = Instant::now();
        while !wanted(&self.session) {
            assert!(start.elapsed() < self.patience, "still waiting: {:?}", self.session.view().mode());
            if let Some(event) = self.worker.wait_event(Duration::from_millis(5)) {
                let preview = matches!(event, Event::Preview { .. });
                self.session.handle_event(event);
                self.tell();
                if preview {
                    self.worker.take_previews().iter().for_each(|preview| self.session.preview(preview));
                }
            }
            self.session.update(0.01);
            self.check();
        }
    }

    pub(crate) fn until_idle(&mut self) {
        self.until(|session| !session.busy().working);
    }

    /// What holds after every step.
    pub(crate) fn check(&self) {
        let session = &self.session;
        assert!(session.view().player().at_secs() <= session.view().player().end_secs());
        assert_eq!(session.timeline().document().fault(), None);
        match session.view().mode() {
            ViewMode::Nothing => {}
            ViewMode::Take(id) => assert_eq!(session.view().player().frames(), session.timeline().document().takes()[id].motion.len()),
            ViewMode::Timeline => assert_eq!(session.view().player().frames(), session.timeline().chain().motion().len()),
            ViewMode::Comparison(comparison) => {
                assert_eq!(session.view().player().frames(), comparison.frames());
                assert!(
                    comparison.job.is_none_or(|job| session.generation().jobs().iter().any(|running| running.id() == job)),
                    "a row of a job that is over"
                );
            }
            ViewMode::Preview { job, motion } => {
                assert!(session.generation().jobs().iter().any(|running| running.id() == *job), "a preview of a job that is over");
                assert_eq!(session.view().player().frames(), motion.len());
            }
        }
    }

    pub(crate) fn toast_texts(&self) -> Vec<&str> {
        self.session.toasts().list().iter().map(|toast| toast.text.as_str()).collect()
    }
}

/// A session with a model and finished takes, without a generator.
pub(crate) fn session_with(prompts: &[&str]) -> Session {
    let mut session = Session::with_held_tasks("starter");
    let model = ModelInfo {
        name: "starter".to_owned(),
        licence: "CC BY-NC 4.0".to_owned(),
        device: "cpu".to_owned(),
        sampling: Sampling { temperature: Some(0.9), top_k: Some(0), top_p: Some(0.95), guidance: Some(2.5), greedy: false },
        card: vec![("It cannot".into(), "fly".to_owned())],
    };
    session.handle_event(Event::Ready { name: "starter".to_owned(), model });
    for prompt in prompts {
        let provenance = Provenance { origin: Request::new(*prompt).into(), model: "starter".to_owned(), ..Provenance::default() };
        let take = Take { motion: Motion { frames: vec![Pose::REST; 30] }.into(), raw: None, provenance };
        session.add_take(take);
    }
    session
}

/// What has to happen outside of a session after an action.
pub(crate) fn wanted(session: &mut Session, action: impl Into<Action>) -> Vec<HostCommand> {
    session.apply(action);
    session.take_host_commands()
}

/// Whether the window is to close; asked once.
pub(crate) fn quits(session: &mut Session) -> bool {
    matches!(session.take_host_commands()[..], [HostCommand::Quit])
}

/// Does all tasks of a session that holds them.
pub(crate) fn run_tasks(session: &mut Session) {
    while session.run_task() {}
}
