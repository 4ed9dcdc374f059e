//! Decoding speed of a published size on the CPU: `cargo bench --no-default-features --bench decode -- [SIZE]`.
#![expect(clippy::print_stdout, reason = "a bench reports on the terminal")]

use zoetrope::model::bench::{Workload, decode_speed, uncached_speed};
use zoetrope::model::{Quantization, TransformerConfig};

fn main() -> zoetrope::model::Result<()> {
    let name = std::env::args().skip(1).find(|argument| !argument.starts_with("--")).unwrap_or_else(|| "44M".into());
    let Some(config) = TransformerConfig::published(&name) else {
        println!("{name} is no published size");
        return Ok(());
    };
    let workload = Workload::default();
    let uncached = uncached_speed(&config, workload)?;
    println!("{name} float32, no cache: {uncached:.1} tokens/s");
    for (label, quantization) in [("float32", None), ("q8_0", Some(Quantization::Q8_0)), ("q4_0", Some(Quantization::Q4_0))] {
        let speed = decode_speed(&config, quantization, workload)?;
        println!("{name} {label}: {speed:.1} tokens/s, {:.1} times as fast", speed / uncached);
    }
    Ok(())
}
