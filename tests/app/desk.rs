//! The window's session and a stand-in generator, as the window connects them: what the other tests drive.

use std::time::{Duration, Instant};
use zoetrope::author::Action;
use zoetrope::author::session::{Effect, ModelState, Session, Showing};
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
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self::with_model("stand-in")
    }

    pub(crate) fn with_model(model: &str) -> Self {
        let worker = Worker::spawn(|| FakeBackend::new(Duration::from_millis(2))).expect("a thread");
        worker.send(Command::Load { model: model.to_owned() }).expect("a listening worker");
        let mut desk = Self { session: Session::new(model), worker };
        desk.until(|session| !matches!(session.model, ModelState::Loading { .. }));
        desk
    }

    pub(crate) fn act(&mut self, action: Action) {
        let effects = self.session.apply(action);
        self.tell(effects);
        self.check();
    }

    pub(crate) fn tell(&self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Tell(command) = effect {
                self.worker.send(command).expect("a listening worker");
            }
        }
    }

    pub(crate) fn prompt(&mut self, prompt: &str) {
        self.act(Action::Prompt(prompt.to_owned()));
        self.act(Action::Seconds(Some(2.0)));
        self.act(Action::Generate);
    }

    /// Takes in events until the session is as wanted.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Session) -> bool) {
        let start = Instant::now();
        while !wanted(&self.session) {
            assert!(start.elapsed() < PATIENCE, "still waiting: {:?}", self.session.showing);
            let Some(event) = self.worker.wait_event(Duration::from_millis(5)) else { continue };
            let preview = matches!(event, Event::Preview { .. });
            let effects = self.session.hear(event);
            self.tell(effects);
            if preview && let Some(preview) = self.worker.latest_preview() {
                self.session.preview(&preview);
            }
            self.session.advance(0.01);
            self.check();
        }
    }

    pub(crate) fn until_idle(&mut self) {
        self.until(|session| !session.busy().working);
    }

    /// What holds after every step.
    pub(crate) fn check(&self) {
        let session = &self.session;
        assert!(session.player.at_secs() <= session.player.end_secs());
        assert_eq!(session.document().fault(), None);
        match &session.showing {
            Showing::Nothing => {}
            Showing::Take(id) => assert_eq!(session.player.frames(), session.document().takes()[id].motion.len()),
            Showing::Timeline => assert_eq!(session.player.frames(), session.chain().motion().len()),
            Showing::Row(row) => {
                assert_eq!(session.player.frames(), row.frames());
                assert!(row.job.is_none_or(|job| session.jobs.iter().any(|running| running.id() == job)), "a row of a job that is over");
            }
            Showing::Preview { job, motion } => {
                assert!(session.jobs.iter().any(|running| running.id() == *job), "a preview of a job that is over");
                assert_eq!(session.player.frames(), motion.len());
            }
        }
    }

    pub(crate) fn toast_texts(&self) -> Vec<&str> {
        self.session.toasts.list().iter().map(|toast| toast.text.as_str()).collect()
    }
}

/// A session with a model and finished takes, without a generator.
pub(crate) fn session_with(prompts: &[&str]) -> Session {
    let mut session = Session::new("starter");
    let model = ModelInfo {
        name: "starter".to_owned(),
        licence: "CC BY-NC 4.0".to_owned(),
        device: "cpu".to_owned(),
        sampling: Sampling { temperature: Some(0.9), top_k: Some(0), top_p: Some(0.95), guidance: Some(2.5), greedy: false },
        card: vec![("It cannot", "fly".to_owned())],
    };
    session.hear(Event::Ready { name: "starter".to_owned(), model });
    for prompt in prompts {
        let provenance = Provenance { origin: Request::new(*prompt).into(), model: "starter".to_owned(), ..Provenance::default() };
        let take = Take { motion: Motion { frames: vec![Pose::REST; 30] }.into(), raw: None, provenance };
        session.add_take(take);
    }
    session
}
