//! Every shader as text: no device is needed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use zoetrope::engine::shader::{Access, FRAGMENTS, KERNELS, Variant};
use zoetrope::engine::variants::{self, Blocks, Embedding, Heads, Norm, Positions, Product, Row};

#[test]
fn every_kernel_is_valid_in_every_variant() {
    let all = variants::all(true);
    for variant in &all {
        let parsed = variant.parse().unwrap_or_else(|error| panic!("{error}"));
        assert!(parsed.workgroup.is_multiple_of(32) && parsed.workgroup <= 1024, "{variant}: {} threads", parsed.workgroup);
        // What WebGPU guarantees.
        assert!(parsed.shared_bytes <= 16 << 10, "{variant}: {} bytes of shared memory", parsed.shared_bytes);
    }
    for (kernel, _) in KERNELS {
        assert!(all.iter().any(|variant| variant.kernel == *kernel), "no variant of {kernel} is tested");
    }
}

#[test]
fn every_file_of_the_engine_is_known_by_its_name() {
    for (folder, known) in [("engine", KERNELS), ("shared", FRAGMENTS)] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("shaders").join(folder);
        let mut files: Vec<String> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, known.iter().map(|(name, _)| format!("{name}.wgsl")).collect::<Vec<_>>());
    }
}

#[test]
fn every_fragment_is_imported_by_some_variant() {
    let sources: Vec<String> = variants::all(true).iter().map(|variant| variant.source().unwrap()).collect();
    for (name, text) in FRAGMENTS {
        assert!(sources.iter().any(|source| source.contains(text)), "{name} is imported by nothing");
    }
}

#[test]
fn structs_have_the_same_sizes_in_shaders_and_in_the_program() {
    let sizes = BTreeMap::from([
        ("embedding", size_of::<Embedding>()),
        ("norm", size_of::<Norm>()),
        ("product", size_of::<Product>()),
        ("positions", size_of::<Positions>()),
        ("rows", size_of::<Row>()),
        ("heads", size_of::<Heads>()),
        ("blocks", size_of::<Blocks>()),
    ]);
    let mut seen = Vec::new();
    for variant in variants::all(false) {
        for binding in variant.parse().unwrap().bindings {
            match sizes.get(binding.name.as_str()) {
                Some(&size) => {
                    assert_eq!(binding.size as usize, size, "{} of {variant}", binding.name);
                    seen.push(binding.name);
                }
                None => assert_ne!(binding.access, Access::Uniform, "{} of {variant} is compared with nothing", binding.name),
            }
        }
    }
    assert!(sizes.keys().all(|name| seen.iter().any(|seen| seen == name)), "only {seen:?} were seen");
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let message = |variant: Variant| variant.parse().unwrap_err().to_string();
    assert!(message(Variant::of("levitation")).contains("levitation"));
    assert!(message(Variant::of("embedding").using("weights", "q2_k").with("WORKGROUP", 64)).contains("weights_q2_k"));
    assert!(message(Variant::of("rope")).contains("WORKGROUP"));
}
