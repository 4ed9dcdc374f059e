//! Decoding in pieces against decoding at once.

use super::kit::assert_close;
use super::tokenizer::tokenizer;
use std::sync::Arc;

use zoetrope::model::tokenizer::Reach;
use zoetrope::model::{StreamDecoder, TokenizerConfig};

fn made_up_tokens(count: usize, codes: usize) -> Vec<u32> {
    (0..count).map(|index| (index * 7919 % codes) as u32).collect()
}

#[test]
fn the_published_decoder_sees_sixteen_tokens_either_side() {
    assert_eq!(Reach::of_decoder(&TokenizerConfig::default()), Some(Reach { behind: 16, ahead: 16 }));
    let causal = TokenizerConfig { causal: true, ..TokenizerConfig::default() };
    assert_eq!(Reach::of_decoder(&causal), Some(Reach { behind: 31, ahead: 0 }));
}

#[test]
fn a_token_changes_no_frame_beyond_the_reach() {
    for variant in ["nopatcher", "base", "down2", "causal", "nonorm_gelu_dgr2", "patch2"] {
        let Some(tokenizer) = tokenizer(variant, "model.safetensors") else { continue };
        let Reach { behind, ahead } = Reach::of_decoder(tokenizer.config()).unwrap();
        let token_len = tokenizer.config().frames_per_token() * 272;
        let mut tokens = made_up_tokens(150, 64000);
        let before = tokenizer.decode(&tokens).unwrap();
        tokens[75] = 63_999 - tokens[75];
        let after = tokenizer.decode(&tokens).unwrap();
        let changed: Vec<usize> =
            (0..150).filter(|t| before[t * token_len..][..token_len] != after[t * token_len..][..token_len]).collect();
        assert_eq!((changed[0], changed[changed.len() - 1]), (75 - ahead, 75 + behind), "{variant}");
    }
}

#[test]
fn streaming_equals_decoding_at_once() {
    for variant in ["nopatcher", "base", "down2", "causal", "causal_attn", "gn_silu", "nonorm_gelu_dgr2", "patch2"] {
        let Some(tokenizer) = tokenizer(variant, "model.safetensors").map(Arc::new) else { continue };
        for (count, portion) in [(70, 1), (70, 7), (33, 33), (5, 2), (1, 1)] {
            let tokens = made_up_tokens(count, 64000);
            let mut stream = StreamDecoder::new(Arc::clone(&tokenizer));
            let mut frames = Vec::new();
            for part in tokens.chunks(portion) {
                frames.extend(stream.push(part).unwrap());
            }
            if let Some(reach) = Reach::of_decoder(tokenizer.config()) {
                let token_len = tokenizer.config().frames_per_token() * 272;
                assert_eq!(frames.len(), count.saturating_sub(reach.ahead) * token_len, "{variant}: frames come as early as they can");
            }
            let whole = tokenizer.decode(&tokens).unwrap();
            let provisional = [frames.clone(), stream.provisional().unwrap()].concat();
            assert_close(&format!("{variant} {count}/{portion} so far"), &provisional, &whole, 1e-6);
            frames.extend(stream.finish().unwrap());
            assert_close(&format!("{variant} {count}/{portion}"), &frames, &whole, 1e-6);
        }
    }
}
