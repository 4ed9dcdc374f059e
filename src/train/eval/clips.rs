//! The motions that are compared: real clips, what the tokenizer makes of them, and what the model makes of their captions.

use super::{EvalError, Options, parallel};
use crate::formats;
use crate::model::MotionModel;
use crate::motion::Features;
use crate::pipeline::{Generation, Step};
use crate::timeline::{Finish, Length, Request};
use crate::train::dataset::{Dataset, Purpose};
use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::{IndexedRandom, SliceRandom};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

/// A real clip with the caption by which it is asked for.
#[derive(Clone, Debug)]
pub(super) struct Clip {
    pub name: String,
    pub caption: String,
    /// Everything that is said of it.
    pub captions: Vec<String>,
    pub real: Features,
}

/// Clips of the split in an order that the seed shuffles, so that a smaller limit measures a part of what a larger one does; and
/// those that cannot be read, with the reason.
pub(super) fn read(dataset: &Dataset, options: &Options) -> Result<(Vec<Clip>, Vec<String>), EvalError> {
    let mut names = dataset.names(Purpose::Generator, options.split)?;
    names.sort();
    names.shuffle(&mut StdRng::seed_from_u64(options.seed));
    let (mut clips, mut left_out) = (Vec::new(), Vec::new());
    for name in names {
        if options.limit.is_some_and(|limit| clips.len() >= limit) {
            break;
        }
        match clip(dataset, &name, options.seed) {
            Ok(clip) => clips.push(clip),
            Err(error) => left_out.push(format!("{name}: {error}")),
        }
    }
    if clips.len() < 2 {
        let cause = format!("{} clips that can be read in the part {}", clips.len(), options.split.name());
        let path = dataset.root().to_owned();
        return Err(EvalError::TooFew { cause, path, help: "build the data set with more performers, or choose another --split" });
    }
    Ok((clips, left_out))
}

fn clip(dataset: &Dataset, name: &str, seed: u64) -> Result<Clip, EvalError> {
    let real = dataset.features(name)?;
    let captions = dataset.captions(name)?;
    let mut rng = StdRng::seed_from_u64(hash(&(name, seed)));
    let caption = captions.choose(&mut rng).cloned().unwrap_or_default();
    Ok(Clip { name: name.to_owned(), caption, captions, real })
}

/// What the tokenizer makes of a clip, with its codes. One frame may be lost at the end.
pub(super) fn reconstructed(model: &MotionModel, clip: &Clip) -> Result<(Vec<u32>, Features), EvalError> {
    let codes = model.encode_motion(clip.real.values())?;
    let features = Features::new(model.decode_motion(&codes)?).map_err(crate::pipeline::PipelineError::from)?;
    Ok((codes, features))
}

/// Makes one motion for each request, or finds it where an earlier run kept it.
pub(super) struct Generator<'a> {
    pub model: &'a MotionModel,
    pub fingerprint: u64,
    pub options: &'a Options,
    pub folder: PathBuf,
    pub cancelled: &'a AtomicBool,
}

impl Generator<'_> {
    /// What the model says to each clip's caption with this seed, the decoder's own numbers. The model ends where it wants, but not
    /// later than the real clip, so that neither side is measured on more time.
    pub(super) fn all(
        &self,
        clips: &[Clip],
        seed: u64,
        what: &'static str,
        heard: &dyn Fn(&str, usize, usize),
    ) -> Result<Vec<Features>, EvalError> {
        let make = |clip: &Clip| self.one(clip, seed);
        parallel::map(clips, self.options.threads, self.cancelled, make, |done| heard(what, done, clips.len()))
    }

    fn one(&self, clip: &Clip, seed: u64) -> Result<Features, EvalError> {
        // Two clips of one caption are two samples.
        let seed = hash(&(&clip.name, seed));
        let max_secs = clip.real.frames() as f32 / crate::motion::FPS;
        let request = Request {
            seed,
            length: Length::Between { min_secs: 0.0, max_secs },
            sampling: self.options.sampling.clone(),
            finish: Finish::Raw,
            ..Request::new(clip.caption.clone())
        };
        let key = hash(&(self.fingerprint, format!("{request:?}")));
        let file = self.folder.join(format!("{key:016x}.npy"));
        // A damaged file is made again.
        if let Ok(features) = formats::read_features(&file) {
            return Ok(features);
        }
        let mut generation = Generation::start(self.model, &request, None)?;
        loop {
            if self.cancelled.load(Ordering::Relaxed) {
                return Err(EvalError::Cancelled);
            }
            if let Step::Done(made) = generation.step()? {
                formats::write_features(&file, &made.features)?;
                return Ok(made.features);
            }
        }
    }
}

/// The same number for the same thing in every run of one build of the program.
pub(super) fn hash(of: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    of.hash(&mut hasher);
    hasher.finish()
}
