"""What is trained, and how: named sizes, and the numbers of a run. `--set key=value` changes any of them.

`batch` is the rows of an update on all machines together and `micro` what one process takes at a time, so that an update is
the same wherever it runs. Sizes are the published ones (docs/representation.md, The transformer) and so are the runs, without their faults (docs/representation.md, Training).
"""

import json

TOKENIZER = {
    "levels": [8, 8, 8, 5, 5, 5],
    "width": 512,
    "activation": "relu",
    "frames": 96,  # of a window
    "batch": 256,
    "micro": 64,
    "steps": 300_000,
    "warmup": 6_000,
    "rate": 2e-4,
    "betas": [0.9, 0.99],
    "decay": 0.0,
    "average": 0.999,  # how much the averaged weights keep at each update
    "clip": 1.0,
    "overflow": 0.1,  # counts what is before the quantizer and beyond ±2: there no gradient comes back
    "root": 0.5,
    "steps_of_joints": 0.5,
}
TRANSFORMER = {
    "factored": False,  # token tables that share digits: learns from less data (see ../README.md)
    "dropout": 0.0,
    "empty": 0.1,  # share of empty captions, for guidance
    "kept": 0.95,  # share of input codes that are not replaced by random ones (published: pkeep)
    "batch": 640,
    "micro": 16,
    "steps": 240_000,
    "warmup": 12_000,
    "rate": 4e-4,
    "betas": [0.9, 0.99],
    "decay": 0.01,
    "average": 0.9995,
    "clip": 1.0,
    "recompute": False,  # activation checkpointing
}
TINY = {"batch": 8, "micro": 4, "steps": 12, "warmup": 2, "rate": 1e-3}

TOKENIZERS = {
    "published": {},
    "small": {"levels": [8, 8, 6, 5], "width": 192, "activation": "silu", "frames": 64, "steps": 30_000, "warmup": 600, "rate": 1e-3},
    "tiny": {"levels": [8, 6, 5], "width": 16, "activation": "silu", "frames": 32, **TINY},
}
# Layers, heads, channels.
SIZES = {
    "tiny": (2, 2, 32),
    "44M": (8, 8, 512),
    "111M": (12, 12, 768),
    "343M": (24, 16, 1024),
    "775M": (36, 20, 1280),
    "1B": (48, 24, 1536),
    "3B": (24, 32, 3200),
    "5B": (24, 32, 4096),
    "7B": (36, 32, 4096),
}
SPECIAL = {"tiny": {"factored": True, "dropout": 0.1, **TINY}, "3B": {"recompute": True}, "5B": {"recompute": True}, "7B": {"recompute": True}}


def tokenizer(name, changes):
    return _changed(TOKENIZER | TOKENIZERS[name], changes)


def transformer(name, changes):
    layers, heads, width = SIZES[name]
    return _changed({"layers": layers, "heads": heads, "width": width} | TRANSFORMER | SPECIAL.get(name, {}), changes)


def _changed(config, changes):
    """`config` with `key=value` texts laid over it; a value is JSON or a plain word."""
    for change in changes:
        key, _, value = change.partition("=")
        if key not in config:
            raise SystemExit(f"--set {change}: there is no {key}; there are {', '.join(config)}")
        try:
            config[key] = json.loads(value)
        except json.JSONDecodeError:
            config[key] = value
    return config
