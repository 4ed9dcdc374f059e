//! Choosing tokens: greedy, temperature, top-k, top-p, guidance, the masked end token, and repeatability.

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;
use zoetrope::model::{Sampler, Sampling, guide};

const LOGITS: [f32; 6] = [1.0, 3.0, -2.0, 2.5, 0.0, 2.0];

fn settings(temperature: f32, top_k: usize, top_p: f32) -> Sampling {
    Sampling { temperature, top_k, top_p, guidance: 1.0 }
}

/// How often each token is chosen in so many draws.
fn counts(settings: Sampling, logits: &[f32], draws: usize, may_end: bool) -> Vec<usize> {
    let mut sampler = Sampler::new(settings, 7);
    let mut counts = vec![0; logits.len()];
    (0..draws).for_each(|_| counts[sampler.choose(logits, may_end) as usize] += 1);
    counts
}

#[test]
fn greedy_takes_the_first_of_the_likeliest() {
    let mut sampler = Sampler::greedy();
    assert_eq!(sampler.choose(&LOGITS, true), 1);
    assert_eq!(sampler.choose(&[2.0, 5.0, 5.0, 1.0], true), 1);
}

#[test]
fn a_masked_end_token_is_never_chosen() {
    let mut end_first = LOGITS;
    end_first[5] = 50.0;
    assert_eq!(Sampler::greedy().choose(&end_first, true), 5);
    assert_eq!(Sampler::greedy().choose(&end_first, false), 1);
    assert_eq!(counts(settings(1.0, 0, 1.0), &end_first, 500, false)[5], 0);
}

#[test]
fn shares_follow_the_softmax_at_the_temperature() {
    for temperature in [0.5, 1.0, 2.0] {
        let draws = 20_000;
        let counts = counts(settings(temperature, 0, 1.0), &LOGITS, draws, true);
        let weights: Vec<f32> = LOGITS.iter().map(|logit| (logit / temperature).exp()).collect();
        let total: f32 = weights.iter().sum();
        for (count, weight) in counts.iter().zip(&weights) {
            let (share, expected) = (*count as f32 / draws as f32, weight / total);
            // Four standard deviations of a share of 20,000 draws.
            assert!((share - expected).abs() < 4.0 * (expected * (1.0 - expected) / draws as f32).sqrt() + 1e-4, "{share} {expected}");
        }
    }
}

#[test]
fn top_k_and_top_p_cut_the_tail() {
    let chosen = |settings| -> Vec<usize> {
        let counts = counts(settings, &LOGITS, 3000, true);
        (0..6).filter(|&token| counts[token] > 0).collect()
    };
    assert_eq!(chosen(settings(1.0, 1, 1.0)), [1]);
    assert_eq!(chosen(settings(1.0, 3, 1.0)), [1, 3, 5]);
    // The shares are 0.46, 0.28, 0.17, 0.06, 0.02, 0.003.
    assert_eq!(chosen(settings(1.0, 0, 0.4)), [1]);
    assert_eq!(chosen(settings(1.0, 0, 0.7)), [1, 3]);
    assert_eq!(chosen(settings(1.0, 0, 0.9)), [1, 3, 5]);
    assert_eq!(chosen(settings(1.0, 0, 0.0)), [1]);
    assert_eq!(chosen(settings(1.0, 2, 0.99)), [1, 3]);
}

#[test]
fn top_p_is_exact_in_a_large_vocabulary() {
    // 64,000 tokens of falling probability, shuffled; the smallest set that reaches one half is known.
    let size = 64_000;
    let rank = |token: usize| token * 7919 % size;
    let logits: Vec<f32> = (0..size).map(|token| -(rank(token) as f32) / 2000.0).collect();
    let weight = |rank: usize| (-(rank as f64) / 2000.0).exp();
    let half = (0..size).map(weight).sum::<f64>() / 2.0;
    let mut sum = 0.0;
    let kept = (0..size)
        .take_while(|&rank| {
            let before = sum;
            sum += weight(rank);
            before < half
        })
        .count();
    let mut sampler = Sampler::new(settings(1.0, 0, 0.5), 1);
    let highest = (0..1000).map(|_| rank(sampler.choose(&logits, true) as usize)).max().unwrap();
    // About 1,386 ranks are kept; of 1,000 draws some come from the last hundredth of them. Float32 sums may move the border by a rank or two.
    assert!(highest <= kept + 2 && highest > kept * 99 / 100, "{highest} of {kept}");
}

#[test]
fn the_same_seed_gives_the_same_tokens_and_another_seed_others() {
    let draw = |seed| {
        let mut sampler = Sampler::new(settings(1.0, 0, 0.95), seed);
        (0..50).map(|_| sampler.choose(&LOGITS, true)).collect::<Vec<_>>()
    };
    assert_eq!(draw(3), draw(3));
    assert_ne!(draw(3), draw(4));
}

#[test]
fn guidance_moves_codes_away_from_the_unconditional_logits() {
    let mut logits = [1.0, 2.0, -1.0, 0.0];
    guide(&mut logits, &[0.0, 2.0, 1.0, 9.0], 2.5);
    assert_eq!(logits[..3], [2.5, 2.0, -4.0]);
    let mut same = [1.0, 2.0];
    guide(&mut same, &[-7.0, 7.0], 1.0);
    assert_eq!(same, [1.0, 2.0]);
}

#[test]
fn guidance_leaves_the_end_as_likely_as_the_text_alone_makes_it() {
    let share_of_end = |logits: &[f32]| logits[5].exp() / logits.iter().map(|logit| logit.exp()).sum::<f32>();
    for guidance in [0.0, 2.5, 4.0] {
        let mut guided = LOGITS;
        guide(&mut guided, &[0.5, -1.0, 2.0, 0.0, 1.0, -6.0], guidance);
        assert!((share_of_end(&guided) - share_of_end(&LOGITS)).abs() < 1e-6, "{guided:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct("tests/regressions/sampling.txt"))),
        ..ProptestConfig::default()
    })]
    #[test]
    fn any_logits_give_a_token_that_exists(
        logits in prop::collection::vec(prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY), -1e30_f32..1e30, -5_f32..5.0], 2..200),
        temperature in 0_f32..3.0, top_k in 0_usize..300, top_p in 0_f32..1.2, seed: u64, may_end: bool,
    ) {
        let token = Sampler::new(settings(temperature, top_k, top_p), seed).choose(&logits, may_end) as usize;
        prop_assert!(token < logits.len() - usize::from(!may_end));
    }
}
