//! Whether a model fits into this machine's memory, told before anything large is read.

use candle_core::quantized::GgmlDType;

use super::bundle::transformer_weights;
use super::checkpoint::Checkpoint;
use super::config::ModelConfig;
use super::error::{Error, Result};
use super::source::Source;
use super::text_encoder::text_weights;

/// The program itself with its buffers, measured with the built-in model.
const PROGRAM_BYTES: u64 = 150 << 20;

/// About what a process that uses a model on the processor needs, in bytes: the weights as they are loaded, the cache of one motion, and
/// the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Memory {
    /// The model as it is.
    pub as_it_is: u64,
    /// With its transformer quantised with 8 bits.
    pub q8_0: u64,
    /// With its transformer quantised with 4 bits.
    pub q4_0: u64,
}

impl Memory {
    /// Reads the sizes from the tables of the model's files; no weights are read.
    ///
    /// # Errors
    /// Missing and damaged files.
    pub fn of(source: &Source, config: &ModelConfig) -> Result<Self> {
        let transformer = transformer_weights(source)?;
        let tokenizer = Checkpoint::open(&source.file("tokenizer.safetensors"), "net")?;
        let text = Checkpoint::open(&text_weights(source, "text_encoder/"), "")?;
        let sizes = &config.transformer;
        // Keys and values of every position in float32, for the prompt and for guidance.
        let cache = 2 * 2 * 4 * sizes.n_layer * sizes.n_embd * sizes.block_size;
        let rest = tokenizer.memory_bytes() + text.memory_bytes() + cache as u64 + PROGRAM_BYTES;
        let with = |dtype| rest + transformer.memory_bytes_as(dtype);
        Ok(Self { as_it_is: with(None), q8_0: with(Some(GgmlDType::Q8_0)), q4_0: with(Some(GgmlDType::Q4_0)) })
    }

    /// Refuses a model that needs more than is `free`, and says in which form it would fit.
    ///
    /// # Errors
    /// [`Error::Memory`].
    pub fn check(&self, free: u64, path: &str) -> Result<()> {
        if self.as_it_is <= free {
            return Ok(());
        }
        let mut smaller = [("q8_0", self.q8_0), ("q4_0", self.q4_0)].into_iter().filter(|(_, needed)| *needed < self.as_it_is);
        let advice = match smaller.clone().find(|(_, needed)| *needed <= free) {
            Some((form, needed)) => format!("import it again in {form}, which needs about {}", gigabytes(needed)),
            None => match smaller.next_back() {
                Some((form, needed)) => format!("close other programs; even in {form} it needs about {}", gigabytes(needed)),
                None => "close other programs, or choose a smaller model".to_owned(),
            },
        };
        Err(Error::Memory { needed: gigabytes(self.as_it_is), free: gigabytes(free), path: path.into(), advice })
    }
}

/// Memory that programs may still take, in bytes; none where the system does not say.
#[must_use]
pub fn free_memory() -> Option<u64> {
    if !cfg!(target_os = "linux") {
        return None;
    }
    let text = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("MemAvailable:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

fn gigabytes(bytes: u64) -> String {
    format!("{:.1} GB", bytes as f64 / 1e9)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_that_does_not_fit_is_refused_with_the_form_that_would() {
        let memory = Memory { as_it_is: 14_000_000_000, q8_0: 8_000_000_000, q4_0: 4_500_000_000 };
        let says = |free: u64| memory.check(free, "models/7b").expect_err("too large").to_string();
        assert!(memory.check(14_000_000_000, "models/7b").is_ok());
        assert!(says(9_000_000_000).contains("import it again in q8_0, which needs about 8.0 GB"), "{}", says(9_000_000_000));
        assert!(says(5_000_000_000).contains("q4_0") && says(5_000_000_000).contains("14.0 GB"));
        assert!(says(1_000_000_000).contains("close other programs; even in q4_0"));
        let smallest = Memory { as_it_is: 5_000_000_000, q8_0: 9_000_000_000, q4_0: 5_000_000_000 };
        assert!(smallest.check(1, "models/7b").expect_err("too large").to_string().contains("a smaller model"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn this_machine_has_some_memory() {
        assert!(free_memory().expect("Linux says so") > 64 << 20);
    }
}
