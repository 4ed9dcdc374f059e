//! What is done for the models outside of the window: each task on a thread of its own, because it may take minutes.

use super::session::{ImportForm, InstalledModel, ModelOutcome, ModelTask, OfferedModel, Precision};
use crate::library::{self, Error, Fetched, Import, Listing, Patience};
use crate::model::{Memory, Quantization, Rewriter, Source, free_memory};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a language model may look for other words: it may read gigabytes first.
const REWRITING_PATIENCE: Duration = Duration::from_secs(60);

/// Running tasks.
#[derive(Default)]
pub struct ModelTasks {
    running: Vec<(ModelTask, JoinHandle<ModelOutcome>)>,
    work: Arc<Work>,
}

/// How far a fetch or an import is, and whether it is to end.
#[derive(Default)]
struct Work {
    done: AtomicU64,
    of: AtomicU64,
    cancelled: AtomicBool,
}

impl Work {
    fn at(&self, done: u64, of: u64) -> ControlFlow<()> {
        self.done.store(done, Ordering::Relaxed);
        self.of.store(of, Ordering::Relaxed);
        if self.cancelled.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

impl ModelTasks {
    /// Begins a task, or ends the fetch or import under way. Answers what became of a task that could not begin.
    pub fn begin(&mut self, task: ModelTask) -> Option<ModelOutcome> {
        if task == ModelTask::CancelWork {
            self.work.cancelled.store(true, Ordering::Relaxed);
            return None;
        }
        if matches!(task, ModelTask::Fetch { .. } | ModelTask::Import(_)) {
            self.work = Arc::default();
        }
        let (work, done) = (Arc::clone(&self.work), task.clone());
        match std::thread::Builder::new().name("models".to_owned()).spawn(move || perform(done, &work)) {
            Ok(thread) => {
                self.running.push((task, thread));
                None
            }
            Err(error) => failed(task, format!("could not begin ({error}); close other programs and try again")),
        }
    }

    /// How much is fetched or imported, and of how much.
    #[must_use]
    pub fn work_at(&self) -> (u64, u64) {
        (self.work.done.load(Ordering::Relaxed), self.work.of.load(Ordering::Relaxed))
    }

    /// What has become of the tasks that are over.
    pub fn take_done(&mut self) -> Vec<ModelOutcome> {
        let (over, running) = std::mem::take(&mut self.running).into_iter().partition(|(_, thread)| thread.is_finished());
        self.running = running;
        let over: Vec<(ModelTask, JoinHandle<ModelOutcome>)> = over;
        let broke = "this ended with an error of the program; please report it";
        over.into_iter().filter_map(|(task, thread)| thread.join().ok().or_else(|| failed(task, broke.to_owned()))).collect()
    }
}

fn failed(task: ModelTask, message: String) -> Option<ModelOutcome> {
    Some(match task {
        ModelTask::List => ModelOutcome::Listed(Vec::new(), Vec::new()),
        ModelTask::Fetch { .. } => ModelOutcome::Fetched(Err(message)),
        ModelTask::Import(_) => ModelOutcome::Imported(Err(message)),
        ModelTask::Remove(_) => ModelOutcome::Removed(Err(message)),
        ModelTask::Rewrite { prompt, .. } => ModelOutcome::Rewritten { prompt, words: Err(message) },
        ModelTask::CancelWork => return None,
    })
}

/// Does a task.
fn perform(task: ModelTask, work: &Work) -> ModelOutcome {
    match task {
        ModelTask::List | ModelTask::CancelWork => ModelOutcome::Listed(installed(), offers()),
        ModelTask::Fetch { offer, base } => ModelOutcome::Fetched(fetch(&offer, base.as_deref(), work)),
        ModelTask::Import(form) => {
            let name = form.name.clone();
            let imported = library::import(&import(form), &mut |done, of| work.at(done, of));
            ModelOutcome::Imported(
                imported.map(|_| name).map_err(|error| in_words(&error, "the import was cancelled; nothing is left of it")),
            )
        }
        ModelTask::Remove(name) => ModelOutcome::Removed(library::remove(&name).map(|()| name).map_err(|error| error.to_string())),
        ModelTask::Rewrite { with, prompt } => {
            let words = Rewriter::load(&with).and_then(|mut rewriter| rewriter.rewrite(&prompt, REWRITING_PATIENCE));
            ModelOutcome::Rewritten { prompt, words: words.map_err(|error| error.to_string()) }
        }
    }
}

/// What went wrong; what the user ended is no error.
fn in_words(error: &Error, stopped: &str) -> String {
    match error {
        Error::Stopped | Error::Model(crate::model::Error::Stopped) => stopped.to_owned(),
        other => other.to_string(),
    }
}

fn fetch(name: &str, base: Option<&str>, work: &Work) -> Result<PathBuf, String> {
    let offer = library::offer(name).map_err(|error| error.to_string())?;
    let folder = offer.folder().map_err(|error| error.to_string())?;
    let about = offer.about_bytes();
    let (mut file, mut before, mut here) = (String::new(), 0, 0);
    let mut watch = |fetched: Fetched<'_>| {
        if file != fetched.file {
            fetched.file.clone_into(&mut file);
            before += here;
        }
        here = fetched.done;
        work.at(before + here, about.max(before + fetched.of.unwrap_or(fetched.done)))
    };
    library::fetch(&offer, base, &folder, Patience::default(), &mut watch)
        .map_err(|error| in_words(&error, "the fetching was cancelled; it goes on from there the next time"))?;
    Ok(folder)
}

fn import(form: ImportForm) -> Import {
    Import {
        tokenizer: form.tokenizer,
        transformer: form.transformer,
        text_encoder: fetched_or_folder(form.text_encoder),
        mean: form.mean,
        std: form.std,
        heads: form.heads,
        config: None,
        quantize: match form.precision {
            Precision::AsItIs => None,
            Precision::Q8_0 => Some(Quantization::Q8_0),
            Precision::Q4_0 => Some(Quantization::Q4_0),
        },
        target: form.name,
    }
}

/// A folder, or the name of something that was fetched.
fn fetched_or_folder(path: PathBuf) -> PathBuf {
    let fetched = path.to_str().and_then(|name| library::offer(name).ok()).and_then(|offer| offer.folder().ok());
    fetched.filter(|fetched| !path.exists() && fetched.exists()).unwrap_or(path)
}

fn installed() -> Vec<InstalledModel> {
    let free = free_memory();
    library::list().into_iter().map(|listing| shown(listing, free)).collect()
}

fn shown(listing: Listing, free: Option<u64>) -> InstalledModel {
    let Listing { name, source, config } = listing;
    let built_in = matches!(source, Source::Embedded(_));
    let sizes = config.and_then(|config| {
        let (footprint, memory) = (library::footprint(&source, &config)?, Memory::of(&source, &config)?);
        Ok((config.licence, footprint, memory))
    });
    match sizes {
        Ok((licence, size, memory)) => InstalledModel {
            trouble: free.and_then(|free| memory.check(free, &name).err()).map(|error| error.to_string()),
            name,
            licence: if licence.is_empty() { "licence unknown".to_owned() } else { licence },
            precision: size.precision.to_owned(),
            disk_bytes: size.disk_bytes,
            memory_bytes: size.memory_bytes,
            built_in,
        },
        Err(error) => InstalledModel { name, built_in, trouble: Some(error.to_string()), ..InstalledModel::default() },
    }
}

fn offers() -> Vec<OfferedModel> {
    let offers = library::offers().unwrap_or_default();
    let shown = offers.into_iter().map(|offer| {
        let folder = offer.folder().unwrap_or_default();
        let is_here = |name: &str| Path::exists(&folder.join(name));
        OfferedModel {
            here: offer.files.iter().filter(|file| is_here(&file.name)).count(),
            files: offer.files.len(),
            about_bytes: offer.about_bytes(),
            has_address: offer.base.is_some(),
            name: offer.name,
            what: offer.what,
            licence: offer.licence,
            licence_note: offer.licence_note,
            about: offer.about,
            folder,
        }
    });
    shown.collect()
}
