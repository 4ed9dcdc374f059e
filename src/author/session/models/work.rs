//! Fetching and importing models: what takes minutes, and is watched and ended by a [`Watch`].

use super::import_form::{ImportForm, Precision};
use crate::library::{self, Error, Fetched, Import, Patience};
use crate::model::Quantization;
use crate::tasks::Watch;
use std::ops::ControlFlow;
use std::path::PathBuf;

/// Notes how far it is, and whether it goes on.
fn at(watch: &Watch, done: u64, of: u64) -> ControlFlow<()> {
    watch.set(done, of);
    if watch.is_cancelled() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
}

/// Makes a model of checkpoints. Answers its name.
pub(super) fn import(form: ImportForm, watch: &Watch) -> Result<String, String> {
    let name = form.name.clone();
    let imported = library::import(&import_of(form), &mut |done, of| at(watch, done, of));
    imported.map(|_| name).map_err(|error| in_words(&error, "the import was cancelled; nothing is left of it"))
}

/// What went wrong; what the user ended is no error.
fn in_words(error: &Error, stopped: &str) -> String {
    match error {
        Error::Stopped | Error::Model(crate::model::Error::Stopped) => stopped.to_owned(),
        other => other.to_string(),
    }
}

/// Fetches the files of an offer from its own address or another. Answers their folder.
pub(super) fn fetch(name: &str, base: Option<&str>, watch: &Watch) -> Result<PathBuf, String> {
    let offer = library::offer(name).map_err(|error| error.to_string())?;
    let folder = offer.folder().map_err(|error| error.to_string())?;
    let about = offer.about_bytes();
    let (mut file, mut before, mut here) = (String::new(), 0, 0);
    let mut progress = |fetched: Fetched<'_>| {
        if file != fetched.file {
            fetched.file.clone_into(&mut file);
            before += here;
        }
        here = fetched.done;
        at(watch, before + here, about.max(before + fetched.of.unwrap_or(fetched.done)))
    };
    library::fetch(&offer, base, &folder, Patience::default(), &mut progress)
        .map_err(|error| in_words(&error, "the fetching was cancelled; it goes on from there the next time"))?;
    Ok(folder)
}

fn import_of(form: ImportForm) -> Import {
    Import {
        tokenizer: form.tokenizer,
        transformer: form.transformer,
        text_encoder: fetched_or_folder(form.text_encoder),
        mean: form.mean,
        std: form.std,
        heads: form.heads,
        config: Some(form.config).filter(|path| !path.as_os_str().is_empty()),
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
