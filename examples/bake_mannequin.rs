//! Makes `assets/mannequin.bin` again: `cargo run --release --no-default-features --example bake_mannequin`.

use zoetrope::body::mannequin;

fn main() -> std::io::Result<()> {
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/assets/mannequin.bin"), mannequin::make().to_bytes())
}
