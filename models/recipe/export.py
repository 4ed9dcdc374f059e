"""Writes a trained tokenizer and transformer as a model folder of the program.

    python export.py CORPUS.pt work/tokenizer work/transformer work/intent models/bundled/starter --name starter

Parameter names and shapes are those of the published checkpoints; `text_encoder/` must already be in the folder
(pack_text_encoder.py).
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file

import gguf_file
from archives import LICENCES, MODELS, licence_note, of_weights, refuse, told
from card import card
from corpus import Corpus
from networks import merged
from train_transformer import load_tokenizer

VERSION = "3"
SAMPLING = {"temperature": 0.9, "top_k": 0, "top_p": 0.95, "guidance": 3.5}


def read_run(folder):
    """(config.json, best weights, history) of a training run."""
    folder = Path(folder)
    weights = torch.load(folder / "best.pt", map_location="cpu", weights_only=True)
    history = torch.load(folder / "checkpoint.pt", map_location="cpu", weights_only=False)["history"]
    return json.loads((folder / "config.json").read_text()), weights, min(history, key=lambda line: line["measure"])


def blended(shares, levels):
    """Weights of several checkpoints of one transformer, averaged: {file: share}."""
    total = {}
    for file, share in shares.items():
        weights = torch.load(file, map_location="cpu", weights_only=False)
        for key, tensor in merged(weights.get("averaged", weights), levels).items():
            total[key] = total.get(key, 0) + share * tensor.float()
    return total


def export(corpus, tokenizer_folder, transformer_folder, intent_folder, target, name, sampling, blend=None):
    target = Path(target)
    folders = [tokenizer_folder, transformer_folder, intent_folder, *(Path(file).parent for file in blend or ())]
    archives = sorted({*corpus.archives, *(name for folder in folders for name in of_weights(folder))})
    refuse(name, archives, target)
    tokenizer, tokenizer_weights, tokenizer_best = read_run(tokenizer_folder)
    target.mkdir(parents=True, exist_ok=True)
    transformer, weights, transformer_best = read_run(transformer_folder)
    levels = transformer.pop("levels")
    transformer.pop("archives")
    weights = blended(blend, levels) if blend else merged(weights, levels)
    tensors = {}
    for key, tensor in tokenizer_weights.items():
        array = tensor.numpy()
        tensors[f"vqvae.{key}"] = array.astype(np.float16) if array.dtype.kind == "f" and "wavelets" not in key else array
    save_file(tensors, target / "tokenizer.safetensors")
    tensors = {key: (tensor.numpy(), gguf_file.Q8_0 if tensor.ndim == 2 else gguf_file.F32) for key, tensor in weights.items()}
    metadata = {"general.architecture": "motionmillion", "general.name": name, "general.license": LICENCES[name]}
    gguf_file.write(target / "transformer.gguf", tensors, metadata)
    (target / "tokenizer.safetensors").chmod(0o644)
    intent = torch.load(Path(intent_folder) / "best.pt", map_location="cpu", weights_only=True)
    save_file({key: tensor.numpy().astype(np.float16) for key, tensor in intent.items()}, target / "intent.safetensors")
    (target / "intent.safetensors").chmod(0o644)
    words = json.loads((Path(intent_folder) / "config.json").read_text())
    words.pop("archives")
    (target / "intent.json").write_text(json.dumps(words, indent=1) + "\n")
    np.save(target / "mean.npy", corpus.mean.double().numpy())
    np.save(target / "std.npy", corpus.std.double().numpy())

    width = tokenizer["width"]
    model = {
        "format": 1,
        "name": name,
        "version": VERSION,
        "hash": hashlib.sha256(b"".join((target / file).read_bytes() for file in ("tokenizer.safetensors", "transformer.gguf"))).hexdigest()[:16],
        "licence": LICENCES[name],
        "licence_note": licence_note(name, archives),
        "archives": told(archives),
        "token_rate": 15.0,
        "text_encoder": {"kind": "bert"},
        "tokenizer": {
            "levels": tokenizer["levels"],
            "input_dim": 272,
            "width": width,
            "code_dim": width,
            "output_emb_width": width,
            "down_t": 1,
            "stride_t": 2,
            "depth": 3,
            "dilation_growth_rate": 3,
            "activation": tokenizer["activation"],
            "norm": "LN",
            "use_patcher": True,
            "patch_size": 1,
            "patch_method": "haar",
            "causal": False,
            "use_attn": False,
        },
        "transformer": transformer,
        "sampling": sampling,
        "card": card(corpus, load_tokenizer(tokenizer_folder, "cpu"), tokenizer_best, transformer_best),
    }
    (target / "model.json").write_text(json.dumps(model, indent=2) + "\n")
    files = [path for path in target.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files)
    print(f"{target}: {size:,} bytes in {len(files)} files ({size / 2**20:.1f} of 56 MiB for all)")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("tokenizer")
    parser.add_argument("transformer")
    parser.add_argument("intent")
    parser.add_argument("target")
    parser.add_argument("--name", choices=MODELS, default="starter")
    parser.add_argument("--blend", nargs="+", metavar="FILE=SHARE", help="checkpoints of the transformer that are averaged, instead of its best")
    for key, value in SAMPLING.items():
        parser.add_argument(f"--{key.replace('_', '-')}", type=type(value), default=value)
    a = parser.parse_args()
    blend = {file: float(share) for file, share in (pair.rsplit("=", 1) for pair in a.blend or ())}
    sampling = {key: getattr(a, key) for key in SAMPLING}
    export(Corpus.load(a.corpus), a.tokenizer, a.transformer, a.intent, a.target, a.name, sampling, blend)


if __name__ == "__main__":
    main()
