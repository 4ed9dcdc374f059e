//! One motion while its tokens are made: what is chosen, shown and finished for it, whoever runs the network.

use super::error::PipelineError;
use super::made::{Made, Remark};
use crate::model::{MotionModel, Sampler, Sampling, StreamDecoder, guide};
use crate::motion::cleanup::{CleanupSettings, clean, plant};
use crate::motion::features::{self, Features};
use crate::motion::{FPS, Motion, Pose, join};
use crate::timeline::{Context, Finish, Length, Origin, Provenance, Request, Take};
use std::sync::Arc;

/// How many tokens of the motion before a continuation sees: about half a second, a step. More binds it to what the person did: of
/// sixteen prompts for two actions `starter` obeyed 7 with 16 tokens, 11 with 8 and 13 with 4, which lose the rhythm of a walk.
const CONTEXT_TOKENS: usize = 8;
/// How many frames the difference between the motion before and the network's idea of it takes to fade, in pose and in speed.
const SEAM_FRAMES: usize = 15;
/// The most tokens of the published program.
const PUBLISHED_TOKENS: usize = 50;

/// A motion on its way, without the network's state.
pub(super) struct Sequence<'m> {
    model: &'m MotionModel,
    request: Request,
    canonical_prompt: Option<String>,
    before: Option<Arc<Before>>,
    tokens: Vec<u32>,
    at_least: usize,
    at_most: usize,
    /// How many frames it is cut to, where that is asked for.
    exact_frames: Option<usize>,
    sampler: Sampler,
    guidance: f32,
    stream: Stream,
    warnings: Vec<Remark>,
}

/// The motion to go on from.
pub(super) struct Before {
    /// Its last half second.
    motion: Arc<Motion>,
    /// The tokens of that.
    tokens: Vec<u32>,
}

/// The preview's decoder and what it has settled.
struct Stream {
    decoder: StreamDecoder,
    pushed: usize,
    /// Normalised frames that no later token changes.
    settled: Vec<f32>,
}

impl Before {
    /// The last half second of a motion as tokens; nothing of an empty motion.
    pub(super) fn of(model: &MotionModel, after: Option<&Motion>) -> Result<Option<Arc<Self>>, PipelineError> {
        let Some(after) = after.filter(|motion| !motion.is_empty()) else { return Ok(None) };
        let motion = Arc::new(last_part(after, model.config.tokenizer.frames_per_token()));
        let tokens = model.encode_motion(features::encode(&motion).values())?;
        Ok(Some(Arc::new(Self { motion, tokens })))
    }

    /// The tokens that the network begins with.
    pub(super) fn tokens(before: Option<&Arc<Self>>) -> &[u32] {
        before.map_or(&[], |before| &before.tokens)
    }
}

impl<'m> Sequence<'m> {
    /// A motion before its first token, when `room` tokens fit. The request's seed is the motion's own; `canonical_prompt` is what the
    /// model is asked for in the prompt's place.
    pub(super) fn new(
        model: &'m MotionModel,
        request: Request,
        canonical_prompt: Option<String>,
        before: Option<Arc<Before>>,
        room: usize,
    ) -> Result<Self, PipelineError> {
        let sampling = sampling(model.config.sampling, &request);
        let mut warnings = Vec::new();
        let (at_least, at_most) = token_bounds(&request, model.config.tokenizer.frames_per_token(), room, &mut warnings)?;
        let exact_frames = exact_frames(&request);
        let mut stream = Stream { decoder: model.stream_decoder(), pushed: 0, settled: Vec::new() };
        stream.push(Before::tokens(before.as_ref()))?;
        let sampler = Sampler::new(sampling, request.seed);
        let guidance = sampling.guidance;
        Ok(Self {
            model,
            request,
            canonical_prompt,
            before,
            tokens: Vec::new(),
            at_least,
            at_most,
            exact_frames,
            sampler,
            guidance,
            stream,
            warnings,
        })
    }

    /// The tokens so far, and the most it can come to.
    pub(super) fn progress(&self) -> (usize, usize) {
        (self.tokens.len(), self.at_most)
    }

    /// Takes in what the user should know beside the motion.
    pub(super) fn remark(&mut self, remark: String) {
        self.warnings.push(remark.into());
    }

    /// Whether there are as many tokens as there may be.
    pub(super) fn is_full(&self) -> bool {
        self.tokens.len() >= self.at_most
    }

    /// Chooses the next token from the network's logits (and those without the text, for guidance) and keeps it; nothing if the
    /// motion ends here.
    pub(super) fn choose(&mut self, logits: &mut [f32], without_text: Option<&[f32]>) -> Option<u32> {
        let may_end = self.tokens.len() >= self.at_least;
        if let Some(without_text) = without_text {
            guide(logits, without_text, self.guidance);
        }
        let token = self.sampler.choose(logits, may_end);
        let goes_on = token != self.model.network.end_token();
        goes_on.then(|| {
            self.tokens.push(token);
            token
        })
    }

    /// All frames so far, without clean-up; none before the first token. The last ones may still change: the decoder looks ahead.
    pub(super) fn preview(&mut self) -> Result<Option<Motion>, PipelineError> {
        if self.tokens.is_empty() {
            return Ok(None);
        }
        let begun = Before::tokens(self.before.as_ref()).len();
        let fresh = self.tokens[self.stream.pushed - begun..].to_vec();
        self.stream.push(&fresh)?;
        let mut values = self.stream.settled.clone();
        values.extend(self.stream.decoder.provisional()?);
        self.cut(&mut values);
        self.model.statistics.denormalise(&mut values);
        Ok(Some(self.placed(features::decode(&Features::new(values)?))))
    }

    /// Decodes and cleans up.
    pub(super) fn finish(&mut self) -> Result<Made, PipelineError> {
        if self.tokens.is_empty() {
            // What the published program does when the very first token is the end.
            self.tokens.push(1);
        }
        let tokens = [Before::tokens(self.before.as_ref()), &self.tokens].concat();
        let mut values = self.model.decode_motion(&tokens)?;
        self.cut(&mut values);
        let context = self.context_frames() * self.model.config.tokenizer.input_dim;
        let all = Features::new(values)?;
        let own = Features::new(all.values()[context..].to_vec())?;
        let (motion, raw) = match self.request.finish {
            Finish::Clean => {
                let raw = self.placed(features::decode(&all));
                (self.cleaned(&raw), Some(Arc::new(raw)))
            }
            Finish::Raw => (self.placed(features::decode(&all)), None),
            Finish::Published => (self.placed(features::decode_published(&all)), None),
        };
        let take = Take { motion: Arc::new(motion), raw, provenance: self.provenance() };
        Ok(Made { take, features: own, tokens: self.tokens.clone(), warnings: self.warnings.clone(), before_finish: None, goes_on: None })
    }

    /// Takes off what the last token makes beyond the frames that are asked for.
    fn cut(&self, values: &mut Vec<f32>) {
        if let Some(frames) = self.exact_frames {
            values.truncate((self.context_frames() + frames) * self.model.config.tokenizer.input_dim);
        }
    }

    fn context_frames(&self) -> usize {
        Before::tokens(self.before.as_ref()).len() * self.model.config.tokenizer.frames_per_token()
    }

    /// The new part of a decoded motion, going on from the motion before.
    fn placed(&self, mut decoded: Motion) -> Motion {
        let Some(before) = &self.before else { return decoded };
        if let (Some(seam), Some(target)) = (self.context_frames().checked_sub(1), before.motion.frames.last()) {
            decoded = join::placed_at(&decoded, &decoded.frames[seam], target);
        }
        let new = Motion { frames: decoded.frames.split_off(self.context_frames()) };
        inertialised(new, &decoded, &before.motion)
    }

    /// Feet cleaned up, together with the motion before so that a foot which stands at the seam keeps standing, and planted once more
    /// where the seam fades.
    fn cleaned(&self, motion: &Motion) -> Motion {
        let Some(before) = &self.before else { return clean(motion, &CleanupSettings::default()) };
        let before = &before.motion;
        let joined = Motion { frames: before.frames.iter().chain(&motion.frames).copied().collect() };
        let mut cleaned = clean(&joined, &CleanupSettings::default());
        let new = Motion { frames: cleaned.frames.split_off(before.len()) };
        let mut new = inertialised(new, &cleaned, before);
        plant(&mut new, &before.frames, SEAM_FRAMES);
        new
    }

    fn provenance(&self) -> Provenance {
        let before = self.before.as_ref().map(|before| Arc::clone(&before.motion));
        let context = Context { before, ..Context::default() };
        Provenance {
            origin: Origin::Prompt { request: self.request.clone(), canonical_prompt: self.canonical_prompt.clone(), context },
            model: self.model.config.name.clone(),
            version: self.model.config.version_and_hash(),
            licence: self.model.config.licence.clone(),
        }
    }
}

impl Stream {
    fn push(&mut self, tokens: &[u32]) -> Result<(), PipelineError> {
        self.settled.extend(self.decoder.push(tokens)?);
        self.pushed += tokens.len();
        Ok(())
    }
}

/// A motion that goes on from `from`, as if it went on from `target`.
fn inertialised(mut motion: Motion, from: &Motion, target: &Motion) -> Motion {
    let ends = |motion: &Motion| match motion.frames.as_slice() {
        [] => None,
        [only] => Some([*only; 2]),
        [.., before, last] => Some([*before, *last]),
    };
    if let (Some(from), Some(target)) = (ends(from), ends(target)) {
        join::inertialise(&mut motion, from.each_ref(), target.each_ref(), SEAM_FRAMES);
    }
    motion
}

/// The model's own settings with what the request wants otherwise.
pub(super) fn sampling(own: Sampling, request: &Request) -> Sampling {
    if request.finish == Finish::Published {
        return Sampling { temperature: 0.0, top_k: 0, top_p: 1.0, guidance: 1.0 };
    }
    let wanted = &request.sampling;
    Sampling {
        temperature: if wanted.greedy { 0.0 } else { wanted.temperature.unwrap_or(own.temperature) },
        top_k: wanted.top_k.unwrap_or(own.top_k),
        top_p: wanted.top_p.unwrap_or(own.top_p),
        guidance: wanted.guidance.unwrap_or(own.guidance),
    }
}

/// How many frames a request asks for, where it says so.
fn exact_frames(request: &Request) -> Option<usize> {
    match request.length {
        _ if request.finish == Finish::Published => None,
        Length::Exact { secs } => Some(frames(secs).max(1)),
        Length::Between { .. } => None,
    }
}

fn frames(secs: f32) -> usize {
    (secs * FPS).round() as usize
}

/// The fewest and the most tokens of a request, when `room` tokens fit: as many as its frames take, or as fit within them.
fn token_bounds(
    request: &Request,
    frames_per_token: usize,
    room: usize,
    warnings: &mut Vec<Remark>,
) -> Result<(usize, usize), PipelineError> {
    if request.finish == Finish::Published {
        return Ok((0, PUBLISHED_TOKENS.min(room)));
    }
    let covering = |secs: f32| frames(secs).div_ceil(frames_per_token).max(1);
    let within = |secs: f32| (frames(secs) / frames_per_token).max(1);
    let most_secs = (room * frames_per_token) as f32 / FPS;
    let (at_least, at_most, needed_secs) = match request.length {
        Length::Exact { secs } => (covering(secs), covering(secs), secs),
        Length::Between { min_secs, max_secs } => (covering(min_secs), within(max_secs).max(covering(min_secs)), min_secs),
    };
    if at_least > room {
        return Err(PipelineError::TooLong { secs: needed_secs, most_secs });
    }
    if at_most > room {
        warnings.push(format!("this model makes at most {most_secs:.1} s of this prompt at once").into());
    }
    Ok((at_least, at_most.min(room)))
}

/// The last half second of a motion, in whole tokens; a shorter one is filled up with its first pose.
fn last_part(motion: &Motion, frames_per_token: usize) -> Motion {
    let whole = (motion.len() / frames_per_token).clamp(1, CONTEXT_TOKENS) * frames_per_token;
    let missing = whole.saturating_sub(motion.len());
    let first = motion.frames.first().copied().unwrap_or(Pose::REST);
    let kept = &motion.frames[motion.len() - (whole - missing)..];
    Motion { frames: std::iter::repeat_n(first, missing).chain(kept.iter().copied()).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(length: Length, room: usize) -> Result<(usize, usize), PipelineError> {
        token_bounds(&Request { length, ..Request::new("walk") }, 2, room, &mut Vec::new())
    }

    #[test]
    fn lengths_become_tokens() {
        assert_eq!(bounds(Length::Exact { secs: 4.0 }, 200).expect("fits"), (60, 60));
        assert_eq!(bounds(Length::Exact { secs: 0.01 }, 200).expect("fits"), (1, 1));
        // What is cut off is made first; what the model may end within is not exceeded.
        for (secs, tokens) in [(0.1, 2), (0.7, 11), (1.5, 23), (1.27, 19)] {
            assert_eq!(bounds(Length::Exact { secs }, 200).expect("fits"), (tokens, tokens), "{secs} s");
        }
        assert_eq!(bounds(Length::Between { min_secs: 0.7, max_secs: 1.5 }, 200).expect("fits"), (11, 22));
        assert_eq!(bounds(Length::Between { min_secs: 0.0, max_secs: 10.0 }, 200).expect("fits"), (1, 150));
        assert_eq!(bounds(Length::Between { min_secs: 2.0, max_secs: 10.0 }, 100).expect("fits"), (30, 100));
        assert!(matches!(bounds(Length::Exact { secs: 20.0 }, 200), Err(PipelineError::TooLong { .. })));
        let published = Request { finish: Finish::Published, ..Request::new("walk") };
        assert_eq!(token_bounds(&published, 2, 200, &mut Vec::new()).expect("fits"), (0, 50));
    }

    #[test]
    fn the_context_is_the_last_half_second_in_whole_tokens() {
        let numbered = |frames: usize| Motion {
            frames: (0..frames).map(|frame| Pose { root_m: glam::Vec3::splat(frame as f32), ..Pose::REST }).collect(),
        };
        let ends = |motion: Motion| (motion.len(), motion.frames[0].root_m.x, motion.frames[motion.len() - 1].root_m.x);
        assert_eq!(ends(last_part(&numbered(100), 2)), (16, 84.0, 99.0));
        assert_eq!(ends(last_part(&numbered(7), 2)), (6, 1.0, 6.0));
        assert_eq!(ends(last_part(&numbered(1), 2)), (2, 0.0, 0.0));
    }

    #[test]
    fn requests_override_the_model_and_the_published_way_overrides_all() {
        let own = Sampling { temperature: 0.9, top_k: 0, top_p: 0.95, guidance: 2.5 };
        let mut request = Request::new("walk");
        assert_eq!(sampling(own, &request), own);
        request.sampling.top_k = Some(40);
        request.sampling.greedy = true;
        assert_eq!(sampling(own, &request), Sampling { temperature: 0.0, top_k: 40, ..own });
        request.finish = Finish::Published;
        assert_eq!(sampling(own, &request).guidance, 1.0);
    }
}
