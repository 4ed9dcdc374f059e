"""Text features as the program computes them: of a (flan-)T5 or of the bundled MiniLM, one a word piece, the first 150."""

import json
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch.nn.utils.rnn import pad_sequence

from text_encoder import TextEncoder

MOST = 150
REMEMBERED_BYTES = 4 << 30


class T5:
    """The encoder of a folder with `config.json`, `tokenizer.json` and weights that transformers reads; in float32."""

    def __init__(self, folder, device):
        from transformers import T5EncoderModel

        if not (folder / "tokenizer.json").exists():
            raise SystemExit(f"no tokenizer.json in {folder}: the repositories of flan-T5 have one")
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.enable_padding()
        self.net = T5EncoderModel.from_pretrained(folder).float().to(device).eval().requires_grad_(False)
        self.device = device

    @torch.inference_mode()
    def encode(self, texts, batch_size):
        features = []
        for at in range(0, len(texts), batch_size):
            found = self.tokenizer.encode_batch(texts[at : at + batch_size])
            ids, mask = (torch.tensor([getattr(row, name) for row in found], device=self.device) for name in ("ids", "attention_mask"))
            states = self.net(input_ids=ids, attention_mask=mask).last_hidden_state.half().cpu()
            features += [row[:length].clone() for row, length in zip(states, mask.sum(1).tolist())]
        return features


class Texts:
    """A frozen text encoder that remembers what it was asked."""

    def __init__(self, folder, device):
        folder = Path(folder)
        config = json.loads((folder / "config.json").read_text())
        kind = {"t5": T5, "bert": TextEncoder}.get(config["model_type"])
        if kind is None:
            raise SystemExit(f"{folder} holds a {config['model_type']}: choose a T5 or a BERT")
        self.dim = config.get("d_model") or config["hidden_size"]
        self.encoder, self.device = kind(folder, device), device
        # One by one on a CPU: what else is asked then changes not a bit of a feature, nor of a run that was stopped.
        self.at_once = 1 if device.type == "cpu" else 256
        self.known, self.room = {}, REMEMBERED_BYTES

    def features(self, captions):
        """Captions → features [B, L, dim] in float32, zeros behind each row's end, and their numbers [B]; on the device."""
        unknown = sorted(set(captions) - self.known.keys())
        fresh = dict(zip(unknown, (row[:MOST] for row in self.encoder.encode(unknown, self.at_once)))) if unknown else {}
        rows = [fresh[caption] if caption in fresh else self.known[caption] for caption in captions]
        for caption, row in fresh.items():
            if self.room > 0:
                self.known[caption] = row
                self.room -= row.nbytes
        lengths = torch.tensor([len(row) for row in rows], device=self.device)
        return pad_sequence(rows, batch_first=True).to(self.device).float(), lengths
