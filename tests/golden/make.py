"""Makes the files of this folder anew.

    python3 make.py KIT           the choice from the complete reference kit, as it is or without the tensors that no test here reads
    python3 make.py --lightning   evaluator_lightning/epoch=199.ckpt from the plain weights beside it (needs torch, safetensors)

Ends with an error where a file would change: goldens change on purpose only (`--force`).
"""

import argparse
import json
import struct
import sys
from pathlib import Path

HERE = Path(__file__).parent
WHOLE = """
data/mean.npy data/std.npy
pipeline_small/config.json pipeline_small/tokenizer.safetensors pipeline_small/transformer.safetensors
representation/flip.safetensors representation/network_like.safetensors representation/rotations.safetensors
representation/skeleton.json representation/two_frames.safetensors
t5_small/config.json t5_small/io.safetensors t5_small/model.safetensors t5_small/spiece.model t5_small/tokenizer_cases.json
tokenizer_small/nopatcher/config.json tokenizer_small/nopatcher/io.safetensors tokenizer_small/nopatcher/model.safetensors
tokenizer_small/train_ckpt/io.safetensors tokenizer_small/train_ckpt/net_6000000.pth
training/expected.json
transformer_small/hs16/config.json transformer_small/hs16/io.safetensors transformer_small/hs16/model.safetensors
""".split()
# Which tensors stay.
PARTS = {
    "pipeline_small/io.safetensors": lambda name, _: name.endswith(".tokens") or name == "t2.motion272",
    "training/io.safetensors": lambda name, body: not name.startswith("tok.after_adamw") or len(body) <= 1088,
}


def tensors(raw):
    """A safetensors file as {name: (kind and shape, bytes)}."""
    (length,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + length]), raw[8 + length :]
    header.pop("__metadata__", None)
    return {name: ({key: info[key] for key in ("dtype", "shape")}, data[slice(*info["data_offsets"])]) for name, info in header.items()}


def packed(parts):
    header, data = {}, b""
    for name, (info, body) in sorted(parts.items()):
        header[name] = {**info, "data_offsets": [len(data), len(data) + len(body)]}
        data += body
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + data


def same(name, one, other):
    return tensors(one) == tensors(other) if name in PARTS else one == other


def chosen(kit):
    for name in WHOLE:
        yield name, (kit / name).read_bytes()
    for name, stays in PARTS.items():
        yield name, packed({key: value for key, value in tensors((kit / name).read_bytes()).items() if stays(key, value[1])})


def write_lightning():
    """What PyTorch Lightning writes beside the weights: counters, loops, callbacks, optimizer state, configuration."""
    import torch
    from safetensors.torch import load_file

    folder = HERE / "evaluator_lightning"
    state = load_file(folder / "distilbert/same.safetensors")
    for encoder in ("motionencoder", "textencoder"):
        state[f"{encoder}.sequence_pos_encoding.pe"] = torch.zeros(5, 1, 8)
    state["motiondecoder.final_layer.weight"] = torch.zeros(3, 3)
    weight = torch.nn.Parameter(torch.zeros(2))
    optimizer = torch.optim.AdamW([weight], lr=1e-3)
    weight.sum().backward()
    optimizer.step()
    checkpoint = {
        "epoch": 199,
        "global_step": 1000,
        "pytorch-lightning_version": "2.0.0",
        "state_dict": state,
        "loops": {"fit_loop": {"state_dict": {}}},
        "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": None}},
        "optimizer_states": [optimizer.state_dict()],
        "lr_schedulers": [],
        "hparams_name": "kwargs",
        # A class that a reader of data does not know.
        "hyper_parameters": {"cfg": argparse.Namespace(depth=1), "x": Path("somewhere")},
    }
    torch.save(checkpoint, folder / "epoch=199.ckpt")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("kit", nargs="?", type=Path)
    parser.add_argument("--lightning", action="store_true")
    parser.add_argument("--force", action="store_true")
    options = parser.parse_args()
    if options.lightning:
        return write_lightning()
    if not options.kit:
        parser.error("where is the reference kit?")
    changed = []
    for name, body in chosen(options.kit):
        path = HERE / name
        if path.exists() and same(name, path.read_bytes(), body):
            continue
        if path.exists() and not options.force:
            changed.append(name)
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(body)
        print("written", name)
    if changed:
        sys.exit("these would change (--force): " + ", ".join(changed))


if __name__ == "__main__":
    main()
