//! Several variations of one prompt side by side.

use super::error::PipelineError;
use super::made::Made;
use super::sequence::{Before, Sequence, sampling};
use super::split::without_links;
use crate::model::{Decode, Logits, MotionModel};
use crate::motion::Motion;
use crate::timeline::Request;
use std::ops::Range;
use std::thread::ScopedJoinHandle;

/// A request, and the canonical prompt that the model reads instead of its prompt; none where it reads that as it is.
pub(super) struct NormalisedRequest {
    pub(super) request: Request,
    pub(super) canonical_prompt: Option<String>,
}

/// Several variations of one prompt side by side, in groups that get their tokens at the same time. The text (and the motion before)
/// is read once for all of a group, and each step reads the network's weights once for it.
pub(super) struct Variations<'m> {
    sequences: Vec<Sequence<'m>>,
    groups: Vec<Group>,
    /// Sequences of each group but the last, which may have fewer.
    group_size: usize,
}

/// The network's side of some of the sequences.
struct Group {
    /// The sequences that still get tokens, by their place in the group, in the order of the network's rows; with guidance as many
    /// rows without the text follow.
    running: Vec<usize>,
    guided: bool,
    state: Box<dyn Decode>,
    logits: Logits,
}

impl<'m> Variations<'m> {
    /// Read the prompt and get ready for the first token of each of the request's variations.
    ///
    /// # Errors
    /// As [`super::Generation::start`].
    pub(super) fn start(model: &'m MotionModel, request: &Request, after: Option<&Motion>) -> Result<Self, PipelineError> {
        let prompt = request.prompt.trim();
        // A motion can go on of itself; nothing comes of nothing.
        let goes_on = request.literal && after.is_some();
        if prompt.is_empty() && !goes_on {
            return Err(PipelineError::EmptyPrompt);
        }
        let canonical_prompt = if request.is_literal() { None } else { model.canonical_prompt(without_links(prompt))? };
        Self::begin(model, NormalisedRequest { request: Request { prompt: prompt.to_owned(), ..request.clone() }, canonical_prompt }, after)
    }

    /// [`start`](Self::start) of what has been normalised already.
    pub(super) fn begin(
        model: &'m MotionModel,
        NormalisedRequest { request, canonical_prompt }: NormalisedRequest,
        after: Option<&Motion>,
    ) -> Result<Self, PipelineError> {
        let guided = sampling(model.config.sampling, &request).guidance != 1.0;
        let mut texts = vec![model.encode_text(canonical_prompt.as_deref().unwrap_or(&request.prompt))?];
        if guided {
            texts.push(model.encode_text("")?);
        }
        let before = Before::of(model, after)?;
        let count = request.variations.max(1);
        let group_size = (count as usize).div_ceil(model.network.side_by_side());
        let (mut sequences, mut groups): (Vec<Sequence<'m>>, Vec<Group>) = Default::default();
        while sequences.len() < count as usize {
            let size = group_size.min(count as usize - sequences.len());
            let (state, logits) = model.network.start(&texts.iter().collect::<Vec<_>>(), Before::tokens(before.as_ref()))?;
            let room = state.room();
            for variation in (0..count).skip(sequences.len()).take(size) {
                sequences.push(Sequence::new(model, request.variation(variation), canonical_prompt.clone(), before.clone(), room)?);
            }
            groups.push(Group::begin(state, &logits, size, guided)?);
        }
        let mut begun = Self { sequences, groups, group_size };
        begun.in_groups().for_each(|(group, sequences)| group.pass_on(sequences));
        Ok(begun)
    }

    fn in_groups(&mut self) -> impl Iterator<Item = (&mut Group, &mut [Sequence<'m>])> {
        self.groups.iter_mut().zip(self.sequences.chunks_mut(self.group_size))
    }

    /// Makes one more token for each variation that wants one. Answers whether there was any.
    ///
    /// # Errors
    /// A failing network.
    pub(super) fn step(&mut self) -> Result<bool, PipelineError> {
        let mut groups = self.in_groups();
        let Some((first, of_first)) = groups.next() else { return Ok(false) };
        let (first, others) = std::thread::scope(|scope| {
            let others: Vec<_> = groups.map(|(group, sequences)| scope.spawn(|| group.step(sequences))).collect();
            let first = first.step(of_first);
            (first, others.into_iter().map(joined).collect::<Result<Vec<bool>, _>>())
        });
        Ok(others?.contains(&true) | first?)
    }

    /// Tokens so far, and the most it can come to, all variations together.
    pub(super) fn progress(&self) -> (usize, usize) {
        self.sequences.iter().map(Sequence::progress).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// All frames of one variation so far: see [`Generation::preview`].
    ///
    /// # Errors
    /// As [`Generation::step`].
    ///
    /// # Panics
    /// If there is no such variation.
    pub(super) fn preview(&mut self, variation: usize) -> Result<Option<Motion>, PipelineError> {
        self.sequences[variation].preview()
    }

    /// Decodes one variation and cleans it up.
    ///
    /// # Errors
    /// Numbers that are no motion.
    ///
    /// # Panics
    /// If there is no such variation.
    pub(super) fn finish(&mut self, variation: usize) -> Result<Made, PipelineError> {
        self.sequences[variation].finish()
    }

    /// [`finish`](Self::finish) of several variations, each on a thread of its own.
    ///
    /// # Errors
    /// As [`Self::finish`].
    ///
    /// # Panics
    /// If there are not so many variations.
    pub(super) fn finish_all(&mut self, variations: Range<usize>) -> Result<Vec<Made>, PipelineError> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = self.sequences[variations].iter_mut().map(|sequence| scope.spawn(|| sequence.finish())).collect();
            threads.into_iter().map(joined).collect()
        })
    }
}

impl Group {
    /// `count` sequences, from the state and the logits after the text, and those without it.
    fn begin(mut state: Box<dyn Decode>, logits: &Logits, count: usize, guided: bool) -> Result<Self, PipelineError> {
        let rows: Vec<usize> = (0..logits.len()).flat_map(|row| std::iter::repeat_n(row, count)).collect();
        if count > 1 {
            state.keep_rows(&rows)?;
        }
        let logits = rows.iter().map(|&row| logits[row].clone()).collect();
        Ok(Self { running: (0..count).collect(), guided, state, logits })
    }

    fn step(&mut self, sequences: &mut [Sequence<'_>]) -> Result<bool, PipelineError> {
        let count = self.running.len();
        let (with_text, without_text) = self.logits.split_at_mut(count);
        let (mut next, mut rows, mut made) = (Vec::new(), Vec::new(), false);
        for (row, &index) in self.running.iter().enumerate() {
            let sequence = &mut sequences[index];
            if sequence.is_full() {
                continue;
            }
            let without_text = self.guided.then(|| without_text[row].as_slice());
            if let Some(token) = sequence.choose(&mut with_text[row], without_text) {
                made = true;
                if !sequence.is_full() {
                    next.push(token);
                    rows.push(row);
                }
            }
        }
        if rows.is_empty() {
            self.running.clear();
            return Ok(made);
        }
        if rows.len() < count {
            // What has ended costs nothing any more.
            self.running = rows.iter().map(|&row| self.running[row]).collect();
            let without_text: Vec<usize> = rows.iter().filter(|_| self.guided).map(|row| row + count).collect();
            self.state.keep_rows(&[rows, without_text].concat())?;
        }
        let copies = if self.guided { 2 } else { 1 };
        self.logits = self.state.step(&next.repeat(copies))?;
        self.pass_on(sequences);
        Ok(made)
    }

    /// What the network has to say goes with the first motion that is still made.
    fn pass_on(&mut self, sequences: &mut [Sequence<'_>]) {
        if let (Some(remark), Some(&first)) = (self.state.remark(), self.running.first()) {
            sequences[first].remark(remark);
        }
    }
}

/// What a thread made; its panic goes on here.
fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
