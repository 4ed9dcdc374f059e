//! What the shapes in a checkpoint tell about the network: enough for everything but a few options (activation, kind of norm,
//! dilation growth, patches), which take their published values.

use super::checkpoint::Checkpoint;
use super::config::{Norm, TokenizerConfig, TransformerConfig};
use super::error::{Error, Result};

/// The published quantisers (`docs/representation.md`, Motion tokens).
const PUBLISHED_LEVELS: [&[usize]; 7] =
    [&[8, 6, 5], &[8, 8, 8], &[8, 5, 5, 5], &[8, 8, 6, 5], &[7, 5, 5, 5, 5], &[8, 8, 8, 6, 5], &[8, 8, 8, 5, 5, 5]];

impl TokenizerConfig {
    /// Reads the sizes off a motion tokenizer's tensors. `codes` is the transformer's count of motion codes; the levels are
    /// those of the published quantiser with that many codes, and empty if there is none.
    ///
    /// # Errors
    /// Tensors that every motion tokenizer has and this checkpoint has not.
    pub fn infer(checkpoint: &Checkpoint, codes: usize) -> Result<Self> {
        let names = checkpoint.names();
        let has = |name: &str| names.iter().any(|known| known == name);
        let causal = names.iter().any(|name| name.contains(".conv.weight"));
        let wrapped = if causal { ".conv" } else { "" };
        let use_patcher = has("vqvae.encoder.model.0.wavelets");
        let first = usize::from(use_patcher);
        let shape = |name: &str| matrix_shape(checkpoint, name);

        let [width, input_dim] = shape(&format!("vqvae.encoder.model.{first}{wrapped}.weight"))?;
        let [digits, code_dim] = shape("vqvae.quantizer.project_in.weight")?;
        let [output_emb_width, _] = shape("vqvae.quantizer.project_out.weight")?;
        let stage = |index: usize| format!("vqvae.encoder.model.{}", first + 2 + index);
        let down_t = (0..).take_while(|&index| has(&format!("{}.0{wrapped}.weight", stage(index)))).count();
        let block = |index: usize| format!("{}.1.model.{index}", stage(0));
        let depth = (0..).take_while(|&index| has(&format!("{}.conv1.weight", block(index)))).count();
        let stage_kernel = checkpoint.shape(&format!("{}.0{wrapped}.weight", stage(0))).and_then(|shape| shape.get(2).copied());
        let levels = PUBLISHED_LEVELS.iter().find(|levels| levels.len() == digits && levels.iter().product::<usize>() == codes);
        Ok(Self {
            levels: levels.map(|levels| levels.to_vec()).unwrap_or_default(),
            input_dim,
            width,
            code_dim,
            output_emb_width,
            down_t,
            stride_t: stage_kernel.map_or(2, |kernel| kernel / 2),
            depth,
            norm: has(&format!("{}.norm1.weight", block(0))).then_some(Norm::Layer),
            use_patcher,
            causal,
            use_attn: names.iter().any(|name| name.contains(".proj_out.")),
            ..Self::default()
        })
    }
}

impl TransformerConfig {
    /// Reads the sizes off a transformer's tensors; the heads cannot be seen in them. Also returns the count of motion codes.
    ///
    /// # Errors
    /// Tensors that every transformer has and this checkpoint has not.
    pub fn infer(checkpoint: &Checkpoint, heads: usize) -> Result<(Self, usize)> {
        let names = checkpoint.names();
        let [vocabulary, n_embd] = matrix_shape(checkpoint, "transformer.wte.weight")?;
        let [mlp_hidden, _] = matrix_shape(checkpoint, "transformer.h.0.mlp.c_fc1.weight")?;
        let [_, clip_dim] = matrix_shape(checkpoint, "llama_proj.weight")?;
        let has_block = |index: &usize| names.contains(&format!("transformer.h.{index}.rms_1.scale"));
        let config = Self { n_layer: (0..).take_while(has_block).count(), n_head: heads, n_embd, mlp_hidden, clip_dim, ..Self::default() };
        Ok((config, vocabulary.saturating_sub(2)))
    }
}

/// The first two dimensions of a tensor.
fn matrix_shape(checkpoint: &Checkpoint, name: &str) -> Result<[usize; 2]> {
    let missing = || Error::Missing { name: name.into(), path: checkpoint.label().into() };
    let shape = checkpoint.shape(name).ok_or_else(missing)?;
    match shape[..] {
        [first, second, ..] => Ok([first, second]),
        _ => Err(Error::Shape { name: name.into(), found: shape, expected: vec![0, 0], path: checkpoint.label().into() }),
    }
}
