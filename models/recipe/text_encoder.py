"""The frozen text encoder: all-MiniLM-L6-v2 (a BERT with 6 layers of 384), read from the quantized file that ships.

Training sees the very features that the program computes: one per word piece, [CLS] and [SEP] included, no pooling.
"""

import json
import os
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn import functional as F

import gguf_file


class TextEncoder:
    """Reads `config.json`, `model.gguf` and `tokenizer.json` of a folder."""

    def __init__(self, folder, device="cpu"):
        folder = Path(folder)
        self.config = json.loads((folder / "config.json").read_text())
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.weights = {name: torch.from_numpy(array).to(device) for name, array in gguf_file.read(folder / "model.gguf").items()}
        self.device = device

    @torch.inference_mode()
    def encode(self, texts, batch_size=256):
        """Features of each text: a list of float16 [word pieces, 384] on the CPU, in the order of `texts`."""
        ids = [encoding.ids for encoding in self.tokenizer.encode_batch(list(texts))]
        features = [None] * len(ids)
        # Rows of one length need no padding mask.
        order = sorted(range(len(ids)), key=lambda row: len(ids[row]))
        while order:
            length = len(ids[order[0]])
            rows = [row for row in order[:batch_size] if len(ids[row]) == length]
            order = order[len(rows) :]
            batch = self._forward(torch.tensor([ids[row] for row in rows], device=self.device)).half().cpu()
            for row, feature in zip(rows, batch):
                features[row] = feature.clone()
        return features

    def _forward(self, ids):
        """[batch, length] word pieces → [batch, length, 384]."""
        w = self.weights
        length = ids.shape[1]
        x = F.embedding(ids, w["embeddings.word_embeddings.weight"]) + w["embeddings.position_embeddings.weight"][:length]
        x = self._norm(x + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        for layer in range(self.config["num_hidden_layers"]):
            name = f"encoder.layer.{layer}."
            q, k, v = (self._heads(self._linear(x, f"{name}attention.self.{part}")) for part in ("query", "key", "value"))
            mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
            x = self._norm(x + self._linear(mixed, name + "attention.output.dense"), name + "attention.output.LayerNorm")
            wide = F.gelu(self._linear(x, name + "intermediate.dense"))
            x = self._norm(x + self._linear(wide, name + "output.dense"), name + "output.LayerNorm")
        return x

    def _heads(self, x):
        return x.unflatten(-1, (self.config["num_attention_heads"], -1)).transpose(1, 2)

    def _linear(self, x, name):
        return F.linear(x, self.weights[name + ".weight"], self.weights[name + ".bias"])

    def _norm(self, x, name):
        weight = self.weights[name + ".weight"]
        return F.layer_norm(x, weight.shape, weight, self.weights[name + ".bias"], self.config["layer_norm_eps"])


class Remembered:
    """A text encoder that keeps what it has encoded in a file, so that another corpus has only its new sentences to wait for."""

    STEP = 4096  # sentences between saves

    def __init__(self, encoder, path):
        self.encoder, self.path = encoder, Path(path)
        self.texts, self.features = torch.load(self.path, weights_only=True) if self.path.exists() else ({}, torch.zeros(0, 384, dtype=torch.float16))

    def encode(self, texts):
        """As `TextEncoder.encode`."""
        new = sorted({text for text in texts if text not in self.texts}, key=len)
        for at in range(0, len(new), self.STEP):
            some = new[at : at + self.STEP]
            features = self.encoder.encode(some)
            first = len(self.features)
            for text, feature in zip(some, features):
                self.texts[text] = (first, len(feature))
                first += len(feature)
            self.features = torch.cat([self.features, *features])
            torch.save((self.texts, self.features), self.path.with_suffix(".part"))
            os.replace(self.path.with_suffix(".part"), self.path)
            print(f"{len(self.texts)} sentences encoded", flush=True)
        return [self.features[first : first + count] for first, count in (self.texts[text] for text in texts)]
