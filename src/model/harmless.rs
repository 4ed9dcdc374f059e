//! Classes and functions that a checkpoint may name. None of them is ever called; a file that names others was not made by saving tensors.

/// What checkpoints name besides tensors: containers, numbers of NumPy, the settings of a training run. None of it is ever called.
const HARMLESS: [&str; 12] = [
    "collections.OrderedDict",
    "collections.defaultdict",
    "collections.Counter",
    "argparse.Namespace",
    "pathlib.PosixPath",
    "_codecs.encode",
    "copyreg._reconstructor",
    "numpy.dtype",
    "numpy.ndarray",
    "torch.nn.parameter.Parameter",
    "torch.serialization._get_layout",
    "torch._tensor._rebuild_from_type_v2",
];

/// Python's own kinds of values; in protocol 2 their module has its old name.
const BUILT_IN: [&str; 15] = [
    "object",
    "set",
    "frozenset",
    "dict",
    "list",
    "tuple",
    "slice",
    "range",
    "complex",
    "bytearray",
    "bytes",
    "int",
    "float",
    "bool",
    "str",
];

/// Packages whose classes hold the settings and counters of a training run.
const TRAINERS: [&str; 11] = [
    "torch.optim.",
    "pytorch_lightning.",
    "lightning.",
    "lightning_fabric.",
    "omegaconf.",
    "accelerate.",
    "deepspeed.",
    "easydict.",
    "yacs.",
    "typing.",
    "datetime.",
];

/// Classes and functions that a checkpoint may name.
pub(super) fn is_harmless(name: &str) -> bool {
    let of_torch = |part: &str| {
        // Kinds of storage and of numbers, such as FloatStorage and float32; no function of `torch` itself.
        part.ends_with("Storage") || matches!(part, "Size" | "device" | "dtype") || part.ends_with(|last: char| last.is_ascii_digit())
    };
    let of_numpy = |part: &str| matches!(part, "scalar" | "_reconstruct");
    let within = |module: &str, fits: &dyn Fn(&str) -> bool| name.strip_prefix(module).is_some_and(fits);
    HARMLESS.contains(&name)
        || TRAINERS.iter().any(|package| name.starts_with(package))
        || within("builtins.", &|part| BUILT_IN.contains(&part))
        || within("__builtin__.", &|part| BUILT_IN.contains(&part))
        || within("torch.", &of_torch)
        || within("torch._utils.", &|part| part.starts_with("_rebuild_"))
        || within("numpy.core.multiarray.", &of_numpy)
        || within("numpy._core.multiarray.", &of_numpy)
}
