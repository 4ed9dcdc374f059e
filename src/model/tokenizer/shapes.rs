//! Every tensor of a motion tokenizer that is learned, by its published name (`docs/representation.md`, Motion tokens).

use std::collections::BTreeMap;

use super::outer_width;
use crate::model::config::TokenizerConfig;

impl TokenizerConfig {
    /// Names and shapes of all learned tensors; the patcher's buffers are constants.
    pub fn tensors(&self) -> BTreeMap<String, Vec<usize>> {
        let mut shapes = BTreeMap::new();
        let mut add = |name: String, weight: Vec<usize>| {
            shapes.insert(format!("{name}.bias"), vec![weight[0]]);
            shapes.insert(format!("{name}.weight"), weight);
        };
        let (width, code_dim, outer, digits) = (self.width, self.code_dim, outer_width(self), self.levels.len());
        let (wrapped, first, stages) = (if self.causal { ".conv" } else { "" }, usize::from(self.use_patcher), self.down_t);
        let encoder = |index: usize| format!("vqvae.encoder.model.{}", first + index);
        let decoder = |index: usize| format!("vqvae.decoder.model.{index}");

        add(encoder(0) + wrapped, vec![width, outer, 3]);
        add(encoder(2 + stages) + wrapped, vec![code_dim, width, 3]);
        add(decoder(0) + wrapped, vec![width, code_dim, 3]);
        add(decoder(2 + stages) + wrapped, vec![width, width, 3]);
        add(decoder(4 + stages) + wrapped, vec![outer, width, 3]);
        add("vqvae.quantizer.project_in".into(), vec![digits, code_dim]);
        add("vqvae.quantizer.project_out".into(), vec![code_dim, digits]);
        for stage in 2..2 + stages {
            add(format!("{}.0{wrapped}", encoder(stage)), vec![width, width, 2 * self.stride_t]);
            add(format!("{}.2{wrapped}", decoder(stage)), vec![width, width, 3]);
            for blocks in [format!("{}.1", encoder(stage)), format!("{}.0", decoder(stage))] {
                for block in (0..self.depth).map(|index| format!("{blocks}.model.{index}")) {
                    add(format!("{block}.conv1"), vec![width, width, 3]);
                    add(format!("{block}.conv2"), vec![width, width, 1]);
                    if self.norm.is_some() {
                        add(format!("{block}.norm1"), vec![width]);
                        add(format!("{block}.norm2"), vec![width]);
                    }
                }
            }
        }
        shapes
    }
}
