//! Every tensor of a transformer, by its published name (`docs/representation.md`, The transformer).

use std::collections::BTreeMap;

use crate::model::checkpoint::Checkpoint;
use crate::model::config::TransformerConfig;
use crate::model::error::{Error, Result};

impl TransformerConfig {
    /// Names and shapes of all tensors of a transformer for so many motion codes.
    pub fn tensors(&self, codes: usize) -> BTreeMap<String, Vec<usize>> {
        let (n, m) = (self.n_embd, self.mlp_hidden);
        let block = |index: usize| {
            let name = move |part: &str| format!("transformer.h.{index}.{part}");
            [
                (name("rms_1.scale"), vec![n]),
                (name("attn.c_attn.weight"), vec![3 * n, n]),
                (name("attn.c_proj.weight"), vec![n, n]),
                (name("rms_2.scale"), vec![n]),
                (name("mlp.c_fc1.weight"), vec![m, n]),
                (name("mlp.c_fc2.weight"), vec![m, n]),
                (name("mlp.c_proj.weight"), vec![n, m]),
            ]
        };
        let ends = [
            ("lm_head.weight", vec![codes + 1, n]),
            ("transformer.wte.weight", vec![codes + 2, n]),
            ("transformer.ln_f.scale", vec![n]),
            ("llama_proj.weight", vec![n, self.clip_dim]),
            ("llama_proj.bias", vec![n]),
        ];
        let ends = ends.map(|(name, shape)| (name.to_string(), shape));
        (0..self.n_layer).flat_map(block).chain(ends).collect()
    }

    /// Compares a checkpoint's names and shapes with what this configuration needs, without reading any weights.
    ///
    /// # Errors
    /// The first tensor that is missing, misshapen or unknown.
    pub fn check_tensors(&self, checkpoint: &Checkpoint, codes: usize) -> Result<()> {
        let expected = self.tensors(codes);
        let path = || checkpoint.label().to_string();
        for (name, shape) in &expected {
            let found = checkpoint.shape(name).ok_or_else(|| Error::Missing { name: name.clone(), path: path() })?;
            if &found != shape {
                return Err(Error::Shape { name: name.clone(), found, expected: shape.clone(), path: path() });
            }
        }
        let extra: Vec<_> = checkpoint.names().into_iter().filter(|name| !expected.contains_key(name)).collect();
        Error::extra(&extra, checkpoint.label())
    }
}
