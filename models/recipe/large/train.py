"""Trains the program's networks on any number of GPUs and machines, with Hugging Face's accelerate.

    accelerate launch --config_file large/ddp.yaml -m large.train tokenizer DATASET -o work/tokenizer --config published
    accelerate launch --config_file large/fsdp.yaml -m large.train transformer DATASET -o work/3B --config 3B \\
        --tokenizer work/tokenizer --text-encoder FLAN_T5_FOLDER

Run from the folder above. The same command again goes on where the run stopped. Each save leaves the averaged weights beside
its state, as files that `zoetrope models import` reads.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import torch
from accelerate import Accelerator, FullyShardedDataParallelPlugin
from accelerate.utils import set_seed
from safetensors.torch import load_file, save_file

from large import configs
from large.data import Folder, Rows, Windows, pack
from large.lessons import TokenizerLesson, TransformerLesson
from large.run import Run
from large.texts import Texts
from networks import FactoredTransformer, MotionTokenizer, Transformer, merged


def write(path, save):
    """Writes a file beside its place and moves it there."""
    part = path.with_name(f"part-{path.name}")
    save(part)
    os.replace(part, path)


def begin(accelerator, folder, options):
    """Makes the run's folder, or finds it with the same options."""
    folder.mkdir(parents=True, exist_ok=True)
    path, text = folder / "options.json", json.dumps(options, indent=2) + "\n"
    if path.exists() and path.read_text() != text:
        raise SystemExit(f"{path} tells of other options: take them again, or another -o")
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        write(path, lambda part: part.write_text(text))


def load_tokenizer(folder):
    """What `import.json` says of the tokenizer of a run, or of a model folder of the program, and the network."""
    path = next((path for name in ("import.json", "model.json") if (path := folder / name).exists()), None)
    if path is None:
        raise SystemExit(f"no motion tokenizer in {folder}: train one first")
    config = {key: json.loads(path.read_text())["tokenizer"][key] for key in ("levels", "activation")}
    weights = {name.removeprefix("vqvae."): weight for name, weight in load_file(folder / "tokenizer.safetensors").items()}
    code_dim, width = weights["encoder.model.4.weight"].shape[:2]
    net = MotionTokenizer(config["levels"], width, code_dim, config["activation"])
    net.load_state_dict(weights)
    return config, net.eval()


def write_import(folder, tokenizer):
    """What shapes cannot tell, for `models import --config`."""
    write(folder / "import.json", lambda part: part.write_text(json.dumps({"tokenizer": tokenizer}) + "\n"))


def train_tokenizer(a, accelerator):
    config = configs.tokenizer(a.config, a.set)
    begin(accelerator, a.output, config)
    folder = Folder(a.dataset)
    set_seed(0)
    net = MotionTokenizer(config["levels"], config["width"], config["width"], config["activation"])

    def export(weights):
        for which in ("mean", "std"):
            write(a.output / f"{which}.npy", lambda part: np.save(part, getattr(folder, which).astype(np.float64)))
        write_import(a.output, {key: config[key] for key in ("levels", "activation")})
        write(a.output / "tokenizer.safetensors", lambda part: save_file({f"vqvae.{name}": weight for name, weight in weights.items()}, part))

    def place(batch):
        return (batch.to(accelerator.device, non_blocking=True),), len(batch)

    rows, held_out = Windows(folder, "train", config), Windows(folder, "val", config)
    Run(accelerator, TokenizerLesson(net, config), config, a).train(rows, held_out, place, export)


def train_transformer(a, accelerator):
    config = configs.transformer(a.config, a.set)
    begin(accelerator, a.output, config | {name: str(getattr(a, name)) for name in ("tokenizer", "text_encoder", "start")})
    described, tokenizer = load_tokenizer(a.tokenizer)
    tokenizer.to(accelerator.device)
    texts = Texts(a.text_encoder, accelerator.device)
    # A tokenizer keeps the scales that it has learned with.
    folder = Folder(a.dataset, a.tokenizer)

    def encode(frames):
        return tokenizer.encode(torch.from_numpy(frames)[None].to(accelerator.device))[0].cpu().numpy()

    codes, levels = tokenizer.quantizer.codes, tokenizer.quantizer.levels
    packed = {split: a.output / f"codes-{split}.npz" for split in ("train", "val")}
    for split, path in packed.items():
        if not path.exists():
            pack(folder, split, encode, path, accelerator)
    rows, held_out = Rows(packed["train"], codes, config), Rows(packed["val"], codes, config | {"batch": config["micro"]}, noise=False)
    set_seed(0)
    sizes = (config["layers"], config["heads"], config["width"], texts.dim)
    kind, first = (FactoredTransformer, levels) if config["factored"] else (Transformer, codes)
    net = kind(first, *sizes, dropout=config["dropout"])
    if a.start:
        plain = a.start.suffix == ".safetensors"
        weights = load_file(a.start) if plain else torch.load(a.start, map_location="cpu", mmap=True, weights_only=True)["trans"]
        net.load_state_dict({name.replace("module.", ""): weight for name, weight in weights.items()})
    for block in net.transformer["h"]:
        block.recompute = config["recompute"]
    lesson = TransformerLesson(net)

    def export(weights):
        weights = merged(weights, levels) if config["factored"] else weights
        write_import(a.output, described)
        weights = {name: weight.contiguous() for name, weight in weights.items()}
        write(a.output / "transformer.safetensors", lambda part: save_file(weights, part))

    Run(accelerator, lesson, config, a).train(rows, held_out, lambda batch: lesson.place(batch, texts), export)
    accelerator.print(
        f"zoetrope models import --tokenizer {a.tokenizer}/tokenizer.safetensors --transformer {a.output}/transformer.safetensors"
        f" --text-encoder {a.text_encoder} --mean {a.tokenizer}/mean.npy --std {a.tokenizer}/std.npy --heads {config['heads']}"
        f" --config {a.output}/import.json -o NAME"
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    which = parser.add_subparsers(required=True)
    for name, known, train in (("tokenizer", configs.TOKENIZERS, train_tokenizer), ("transformer", configs.SIZES, train_transformer)):
        command = which.add_parser(name)
        command.add_argument("dataset", type=Path, help="a folder of `zoetrope dataset build`, or the published one")
        command.add_argument("-o", "--output", type=Path, required=True, help="on a disk that all machines share")
        command.add_argument("--config", choices=known, required=True)
        command.add_argument("--set", nargs="+", default=[], metavar="KEY=VALUE", help="other numbers than those of configs.py")
        command.add_argument("--save-secs", type=float, default=60, help="seconds between saves, more where a save takes long")
        command.add_argument("--report-every", type=int, default=500, metavar="UPDATES")
        command.add_argument("--workers", type=int, default=4, help="processes that read, for each that trains")
        command.set_defaults(train=train)
    command.add_argument("--tokenizer", type=Path, required=True, help="folder of a tokenizer run, or a model folder of the program")
    command.add_argument("--text-encoder", type=Path, required=True, help="folder of a flan-T5, or ../bundled/text_encoder")
    command.add_argument("--from", type=Path, dest="start", help="weights to begin with: .safetensors, or a published .pth")
    a = parser.parse_args()

    plugin = None
    if os.environ.get("ACCELERATE_USE_FSDP") == "true" and os.environ.get("ACCELERATE_MIXED_PRECISION") == "bf16":
        from torch.distributed.fsdp import MixedPrecisionPolicy

        # Weights stay float32, gradients are summed in float32, and the rotary angles are handed on as they are (docs/representation.md, The transformer).
        policy = MixedPrecisionPolicy(param_dtype=torch.bfloat16, reduce_dtype=torch.float32, cast_forward_inputs=False)
        plugin = FullyShardedDataParallelPlugin(mixed_precision_policy=policy)
    torch.backends.cuda.matmul.allow_tf32 = True
    # The tokenizer is small, and what it rounds decides on codes.
    precision = "no" if a.train is train_tokenizer else None
    a.train(a, Accelerator(mixed_precision=precision, fsdp_plugin=plugin))


if __name__ == "__main__":
    main()
