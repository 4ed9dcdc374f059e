//! From a clip's codes to what the transformer reads and predicts (`docs/representation.md`, Training).

use rand::Rng;

use crate::model::learn::IGNORED;

/// Positions of a published sequence: 150 text features, 150 codes, the end.
pub const PUBLISHED_POSITIONS: usize = 301;

/// A row: fill in the place of `words` text features, the codes, the end token where the motion `ends`, fill up to `positions`.
///
/// `codes` is the size of the codebook: the end token is `codes`, the filling `codes + 1`.
///
/// # Panics
/// If it does not fit.
#[must_use]
pub fn sequence(words: usize, tokens: &[u32], ends: bool, codes: usize, positions: usize) -> Vec<u32> {
    let (end, pad) = (codes as u32, codes as u32 + 1);
    let mut row = vec![pad; words];
    row.extend_from_slice(tokens);
    row.extend(ends.then_some(end));
    assert!(row.len() <= positions, "{} positions in a row of {positions}", row.len());
    row.resize(positions, pad);
    row
}

/// What each position of a row is to predict: the token behind it, but no filling.
#[must_use]
pub fn targets(row: &[u32], codes: usize) -> Vec<u32> {
    let pad = codes as u32 + 1;
    let of = |next: Option<&u32>| next.copied().filter(|&token| token != pad).unwrap_or(IGNORED);
    (0..row.len()).map(|at| of(row.get(at + 1))).collect()
}

/// Leaves out one token in a third of all cases: half the time the last, half the first. Motions thus begin and end a little
/// differently each time.
pub fn drop_token<'a>(tokens: &'a [u32], rng: &mut impl Rng) -> &'a [u32] {
    match (rng.random_range(0..6), tokens) {
        (0, [_, rest @ ..]) if !rest.is_empty() => rest,
        (1, [rest @ .., _]) if !rest.is_empty() => rest,
        _ => tokens,
    }
}

/// Keeps each token behind the text with the probability `kept` and puts a random code in its place otherwise, so that the model
/// learns to go on from its own mistakes. The targets stay.
pub fn corrupt(row: &mut [u32], words: usize, codes: usize, kept: f32, rng: &mut impl Rng) {
    for token in &mut row[words..] {
        if rng.random::<f32>() >= kept {
            *token = rng.random_range(0..codes as u32);
        }
    }
}
