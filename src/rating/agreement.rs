//! How much raters agree.

/// Krippendorff's alpha for scores on a scale of equal steps: 1 is perfect agreement, 0 is what chance gives. Each item has the scores
/// of those who rated it; items with fewer than two say nothing. None where there is nothing to compare, or where everybody always gave
/// the same score to everything.
///
/// Klaus Krippendorff, *Content Analysis*, chapter 12: one minus observed by expected disagreement, squared differences.
#[must_use]
pub fn alpha(items: &[Vec<u8>]) -> Option<f64> {
    let items: Vec<&Vec<u8>> = items.iter().filter(|scores| scores.len() > 1).collect();
    let all: Vec<u8> = items.iter().flat_map(|scores| scores.iter().copied()).collect();
    if all.is_empty() {
        return None;
    }
    let count = all.len() as f64;
    let observed: f64 = items.iter().map(|scores| squares(scores) / (scores.len() - 1) as f64).sum::<f64>() / count;
    let expected = squares(&all) / (count * (count - 1.0));
    (expected > 0.0).then(|| 1.0 - observed / expected)
}

/// Squared differences of all ordered pairs.
fn squares(scores: &[u8]) -> f64 {
    let count = scores.len() as f64;
    let sum: f64 = scores.iter().map(|score| f64::from(*score)).sum();
    let of_squares: f64 = scores.iter().map(|score| f64::from(*score).powi(2)).sum();
    2.0 * (count * of_squares - sum * sum)
}

/// The share of items in which two raters choose alike, over all pairs of raters: each item has what those who rated it chose. None where
/// no item was rated twice.
#[must_use]
pub fn same_choice(items: &[Vec<std::cmp::Ordering>]) -> Option<f64> {
    let (mut same, mut pairs) = (0_usize, 0_usize);
    for choices in items {
        for (place, choice) in choices.iter().enumerate() {
            same += choices[..place].iter().filter(|other| *other == choice).count();
            pairs += place;
        }
    }
    (pairs > 0).then(|| same as f64 / pairs as f64)
}
