//! Says how the program is linked.

use std::env::var;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    // Functions that came out the same are in the program once: 6 MB less.
    if var("PROFILE").is_ok_and(|profile| profile == "release") && rust_brings_the_linker() {
        println!("cargo:rustc-link-arg-bins=-Wl,--icf=all");
    }
}

/// Whether the program is linked by the lld that comes with Rust, which not every platform has and flags may change.
fn rust_brings_the_linker() -> bool {
    let says = |name: &str| var(name).unwrap_or_default();
    let sysroot = Command::new(says("RUSTC")).args(["--print", "sysroot"]).output();
    let Ok(sysroot) = sysroot.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()) else { return false };
    let lld = Path::new(&sysroot).join("lib/rustlib").join(says("TARGET")).join("bin/gcc-ld/ld.lld");
    says("TARGET") == "x86_64-unknown-linux-gnu"
        && lld.exists()
        && says("RUSTC_LINKER").is_empty()
        && !says("CARGO_ENCODED_RUSTFLAGS").contains("link")
}
