//! A take: a motion and where it came from. It lives on this floor because the pipeline makes takes, the worker sends them,
//! the writers credit them and the window keeps them, and imports point down.

use super::request::Request;
use crate::motion::Motion;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// A take's number in a document; never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct TakeId(pub u64);

/// A finished motion with its history. Cheap to clone: the frames are shared.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// The motion, at 30 fps.
    #[serde(with = "shared")]
    pub motion: Arc<Motion>,
    /// The motion before its clean-up, with as many frames; none if it had none.
    #[serde(default, with = "shared_if_any", skip_serializing_if = "Option::is_none")]
    pub raw: Option<Arc<Motion>>,
    /// Where it came from.
    pub provenance: Provenance,
}

/// A shared motion as data, which is as if it were not shared.
mod shared {
    use super::{Arc, Deserialize, Motion, Serialize};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(motion: &Arc<Motion>, serializer: S) -> Result<S::Ok, S::Error> {
        Motion::serialize(motion, serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Motion>, D::Error> {
        Motion::deserialize(deserializer).map(Arc::new)
    }
}

/// The same of one that need not be there.
mod shared_if_any {
    use super::{Arc, Deserialize, Motion, Serialize};
    use serde::{Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(motion: &Option<Arc<Motion>>, serializer: S) -> Result<S::Ok, S::Error> {
        motion.as_deref().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Arc<Motion>>, D::Error> {
        Ok(Option::<Motion>::deserialize(deserializer)?.map(Arc::new))
    }
}

/// What a motion is made between: the motions before and after it, as much of them as is used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// The end of the motion that it goes on from, at most [`Context::FRAMES`].
    #[serde(default, with = "shared_if_any", skip_serializing_if = "Option::is_none")]
    pub before: Option<Arc<Motion>>,
    /// The start of the motion that it leads to, at most [`Context::FRAMES`].
    #[serde(default, with = "shared_if_any", skip_serializing_if = "Option::is_none")]
    pub after: Option<Arc<Motion>>,
    /// Whether the motion behind stays where it stands; else it goes where the new one leads.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub after_stays: bool,
}

impl Context {
    /// The most frames of a motion before or after that a model is shown: eight tokens of up to four frames.
    pub const FRAMES: usize = 32;

    /// Going on from the end of a motion; only the end is kept.
    #[must_use]
    pub fn after_end_of(motion: &Motion) -> Self {
        let tail = &motion.frames[motion.len().saturating_sub(Self::FRAMES)..];
        let before = (!tail.is_empty()).then(|| Arc::new(Motion { frames: tail.to_vec() }));
        Self { before, ..Self::default() }
    }

    /// Leading to the start of a motion; only the start is kept.
    #[must_use]
    pub fn before_start_of(motion: &Motion) -> Self {
        let head = &motion.frames[..motion.len().min(Self::FRAMES)];
        let after = (!head.is_empty()).then(|| Arc::new(Motion { frames: head.to_vec() }));
        Self { after, ..Self::default() }
    }
}

/// Where a motion came from, as far as it is known. Every export carries it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// What it was made of.
    pub origin: Origin,
    /// Name of the model that made it.
    pub model: String,
    /// That model's version and the beginning of its weights' hash, as far as they are known.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub version: String,
    /// The licence of what the model makes.
    pub licence: String,
}

/// What a motion was made of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// A model made it.
    Prompt {
        /// What the model was asked.
        request: Request,
        /// The canonical prompt that it read in the prompt's place; `understood` in files.
        #[serde(rename = "understood", default, skip_serializing_if = "Option::is_none")]
        canonical_prompt: Option<String>,
        /// What it was made between. Project files keep these frames as members of their own.
        #[serde(skip)]
        context: Context,
    },
    /// It was read from a motion file.
    File {
        /// The file's name without its ending.
        name: String,
    },
    /// It was seen in a video.
    Video {
        /// The file's name without its ending.
        name: String,
    },
    /// It dances to a song.
    Dance {
        /// The song file's name without its ending.
        song: String,
        /// The part of the song that it dances to, seconds.
        from_secs: f32,
        /// See `from_secs`.
        to_secs: f32,
        /// What its parts were made of.
        of: Box<Origin>,
    },
    /// It is another take, edited.
    Edit {
        /// What that take was made of.
        of: Box<Origin>,
        /// What was done.
        edit: TakeEdit,
    },
    /// Several motions, one after another.
    Chain {
        /// What they were made of, in order.
        parts: Vec<Origin>,
    },
}

/// What makes a take of another take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakeEdit {
    /// The published remove-sliding in the place of our clean-up.
    RemoveSliding,
}

impl Default for Origin {
    fn default() -> Self {
        Self::File { name: String::new() }
    }
}

impl From<Request> for Origin {
    fn from(request: Request) -> Self {
        Self::Prompt { request, canonical_prompt: None, context: Context::default() }
    }
}

impl Origin {
    /// What the person does: the prompt, a file's name; of a chain, all of them.
    #[must_use]
    pub fn prompt(&self) -> Cow<'_, str> {
        match self {
            Self::Prompt { request, .. } => Cow::Borrowed(&request.prompt),
            Self::File { name } | Self::Video { name } => Cow::Borrowed(name),
            Self::Edit { of, .. } | Self::Dance { of, .. } => of.prompt(),
            Self::Chain { parts } => joined(parts.iter().map(Self::prompt), " → ").into(),
        }
    }

    /// The seed, of a chain the first one; none where no model was asked.
    #[must_use]
    pub fn seed(&self) -> Option<u64> {
        match self {
            Self::Prompt { request, .. } => Some(request.seed),
            Self::File { .. } | Self::Video { .. } => None,
            Self::Edit { of, .. } | Self::Dance { of, .. } => of.seed(),
            Self::Chain { parts } => parts.first().and_then(Self::seed),
        }
    }

    /// The canonical prompt that the model read in the prompt's place.
    #[must_use]
    pub fn canonical_prompt(&self) -> Option<&str> {
        match self {
            Self::Prompt { canonical_prompt, .. } => canonical_prompt.as_deref(),
            Self::Edit { of, .. } | Self::Dance { of, .. } => of.canonical_prompt(),
            Self::File { .. } | Self::Video { .. } | Self::Chain { .. } => None,
        }
    }

    /// Everything else that is needed to make it again, for people to read.
    #[must_use]
    pub fn settings(&self) -> String {
        match self {
            Self::Prompt { request, .. } => request.settings(),
            Self::File { .. } => "read from a file".to_owned(),
            Self::Video { .. } => "seen in a video".to_owned(),
            Self::Dance { song, from_secs, to_secs, of } => {
                format!("{}, danced to {song} from {from_secs:.1} to {to_secs:.1} s", of.settings())
            }
            Self::Edit { of, edit: TakeEdit::RemoveSliding } => format!("{}, then the published remove-sliding", of.settings()),
            Self::Chain { parts } => joined(parts.iter().map(|part| part.settings().into()), ", "),
        }
    }

    /// The request and its context that a model answered, whatever was done to the take afterwards; none of files, dances and chains.
    #[must_use]
    pub fn asked(&self) -> Option<(&Request, &Context)> {
        match self {
            Self::Prompt { request, context, .. } => Some((request, context)),
            Self::Edit { of, .. } => of.asked(),
            Self::File { .. } | Self::Video { .. } | Self::Dance { .. } | Self::Chain { .. } => None,
        }
    }
}

/// Texts in a row, equal neighbours once, without those that say nothing.
fn joined<'a>(texts: impl Iterator<Item = Cow<'a, str>>, between: &str) -> String {
    let mut texts: Vec<Cow<'a, str>> = texts.filter(|text| !text.is_empty()).collect();
    texts.dedup();
    texts.join(between)
}

impl Provenance {
    /// One sentence for a copyright field or a log.
    #[must_use]
    pub fn credit(&self) -> String {
        format!("made with Zoetrope, model {}, licence: {}", self.model_and_version(), self.licence)
    }

    /// The model's name, with its version as far as it is known.
    #[must_use]
    pub fn model_and_version(&self) -> String {
        format!("{} {}", self.model, self.version).trim_end().to_owned()
    }

    /// Of a motion in a file of this name, which says nothing of its rights that could be relied on.
    #[must_use]
    pub fn of_file(name: String) -> Self {
        let (model, licence) = ("an imported file".to_owned(), "that of its source".to_owned());
        Self { origin: Origin::File { name }, model, licence, ..Self::default() }
    }

    /// [`Origin::prompt`].
    #[must_use]
    pub fn prompt(&self) -> Cow<'_, str> {
        self.origin.prompt()
    }

    /// What it is called: [`Self::prompt`], or what it does where it was made without words.
    #[must_use]
    pub fn title(&self) -> Cow<'_, str> {
        let prompt = self.prompt();
        let leads_over = || self.origin.asked().is_some_and(|(_, context)| context.after.is_some());
        match () {
            () if !prompt.is_empty() => prompt,
            () if leads_over() => "leads over".into(),
            () => "goes on".into(),
        }
    }

    /// Whether it goes on from another motion.
    #[must_use]
    pub fn is_continued(&self) -> bool {
        self.origin.asked().is_some_and(|(_, context)| context.before.is_some())
    }

    /// The origin of several motions in a row and who made them.
    #[must_use]
    pub fn of_chain(parts: &[&Self]) -> Self {
        let links = parts.iter().flat_map(|part| match &part.origin {
            Origin::Chain { parts } => parts.as_slice(),
            origin => std::slice::from_ref(origin),
        });
        let mut origins: Vec<Origin> = links.cloned().collect();
        origins.dedup();
        Self {
            origin: Origin::Chain { parts: origins },
            model: joined(parts.iter().map(|part| Cow::from(&part.model)), ", "),
            version: joined(parts.iter().map(|part| Cow::from(&part.version)), ", "),
            licence: joined(parts.iter().map(|part| Cow::from(&part.licence)), ", "),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::motion::Pose;

    #[test]
    fn a_chain_says_each_of_its_parts_once() {
        let part = |prompt: &str, seed: u64| Provenance {
            origin: Request { seed, ..Request::new(prompt) }.into(),
            model: "starter".to_owned(),
            version: "2 5d41402a".to_owned(),
            licence: "CC0".to_owned(),
        };
        let (walk, sit) = (part("walk", 3), part("sit", 4));
        let chain = Provenance::of_chain(&[&walk, &walk, &sit]);
        assert_eq!((chain.prompt().as_ref(), chain.origin.seed(), chain.model.as_str()), ("walk → sit", Some(3), "starter"));
        assert_eq!(chain.origin.settings(), walk.origin.settings());
        assert!(chain.origin.asked().is_none());
    }

    #[test]
    fn a_dance_says_to_what_it_dances_and_is_data() {
        let of = Box::new(Origin::from(Request { seed: 7, ..Request::new("a person dances") }));
        let dance = Origin::Dance { song: "samba".to_owned(), from_secs: 2.0, to_secs: 31.5, of };
        assert_eq!((dance.prompt().as_ref(), dance.seed()), ("a person dances", Some(7)));
        assert!(dance.settings().ends_with("danced to samba from 2.0 to 31.5 s"), "{}", dance.settings());
        assert!(dance.asked().is_none(), "a dance is no answer to a request alone");
        let json = serde_json::to_string(&dance).expect("data");
        assert_eq!(serde_json::from_str::<Origin>(&json).expect("an origin"), dance);
    }

    #[test]
    fn a_context_keeps_the_end_of_a_motion_alone() {
        let frame = |number: usize| Pose { root_m: glam::Vec3::splat(number as f32), ..Pose::REST };
        let long = Motion { frames: (0..5000).map(frame).collect() };
        let before = Context::after_end_of(&long).before.expect("a tail");
        assert_eq!((before.len(), before.frames[Context::FRAMES - 1].root_m.x), (Context::FRAMES, 4999.0));
        assert_eq!(Context::after_end_of(&Motion { frames: Vec::new() }), Context::default());
    }
}
