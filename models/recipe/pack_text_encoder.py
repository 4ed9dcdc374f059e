"""Quantizes a checkout of sentence-transformers/all-MiniLM-L6-v2 into the folder `text_encoder/` of a model.

    python pack_text_encoder.py SOURCE_DIR LICENSE_FILE models/bundled/text_encoder
"""

import argparse
import json
import shutil
from pathlib import Path

from safetensors.numpy import load_file

import gguf_file

NOTICE = """This folder holds the text encoder all-MiniLM-L6-v2 by the Sentence Transformers team
(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2), fine-tuned from
nreimers/MiniLM-L6-H384-uncased (Microsoft Research). Licensed under the Apache License 2.0, see LICENSE.

Changed: the weights are quantized (linear layers and positions q8_0, word embeddings q4_0), the pooler is left out,
and the padding and truncation settings are removed from tokenizer.json.
"""


def kind_of(name, array):
    if name == "embeddings.word_embeddings.weight":
        return gguf_file.Q4_0
    return gguf_file.Q8_0 if array.ndim == 2 and len(array) > 2 else gguf_file.F32


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("source", type=Path)
    parser.add_argument("license", type=Path)
    parser.add_argument("target", type=Path)
    arguments = parser.parse_args()
    arguments.target.mkdir(parents=True, exist_ok=True)

    weights = load_file(arguments.source / "model.safetensors")
    weights = {name: array for name, array in weights.items() if not name.startswith("pooler.") and array.dtype.kind == "f"}
    tensors = {name: (array, kind_of(name, array)) for name, array in weights.items()}
    metadata = {"general.architecture": "bert", "general.name": "all-MiniLM-L6-v2", "general.license": "apache-2.0"}
    gguf_file.write(arguments.target / "model.gguf", tensors, metadata)

    tokenizer = json.loads((arguments.source / "tokenizer.json").read_text())
    tokenizer["padding"] = tokenizer["truncation"] = None
    (arguments.target / "tokenizer.json").write_text(json.dumps(tokenizer, ensure_ascii=False, separators=(",", ":")))
    shutil.copyfile(arguments.source / "config.json", arguments.target / "config.json")
    shutil.copyfile(arguments.license, arguments.target / "LICENSE")
    (arguments.target / "NOTICE").write_text(NOTICE)
    print(f"{arguments.target / 'model.gguf'}: {(arguments.target / 'model.gguf').stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
