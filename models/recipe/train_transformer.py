"""Tokenizes the corpus and trains the transformer on it.

    python train_transformer.py CORPUS.pt work/tokenizer -o work/transformer --minutes 80 --device cpu

Each row is what the model sees when it runs: text features, codes, and the end token where a motion ends.
"""

import argparse
import hashlib
import json
import math
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch
from torch.nn import functional as F

import gguf_file
import representation as rep
from archives import take_up
from corpus import Corpus, features_of
from networks import FactoredTransformer, MotionTokenizer
from training import Run, with_weights, write
from words import ACTIONS

SPEEDS = (1.0, 0.88, 1.13)
LONGEST, SHORTEST = 150, 24  # tokens of a row
POOL = 8  # batches that are drawn together and sorted by length
EMPTY_SHARE = 0.1  # captions left out, for classifier-free guidance
PLAIN_SHARE = 0.25  # rows with the plainest caption
CHAINED_SHARE = 0.7  # of two actions, rows that ask for the second alone, behind the last tokens of the first
CONTEXT = (8, 16)  # tokens of the first
RANDOM_TOKENS = 0.08  # input codes replaced, so that the model learns to recover
LOST_WORDS = 0.1  # text features set to nothing
TEXT_NOISE = 0.2  # noise on text features, of their deviation
IGNORED = -100
# How often a group is drawn, beyond the square root of its seconds; what the archives show once or twice counts half.
BOOST = defaultdict(lambda: 0.5, dict.fromkeys(ACTIONS, 1.0)) | {
    "together": 1.2, "after": 1.2, "jump": 4.5, "jump-high": 2.5, "jump-forward": 3.0, "kick": 4.5, "kick-ball": 3.0, "kick-karate": 1.5,
    "kick-jump": 1.5, "punch": 4.0, "box": 1.5, "bow": 4.0, "bye": 2.0, "crouch": 4.5, "crouch-up": 2.0, "sit": 2.5, "seated": 1.3, "stand-up": 1.5,
    "dance": 2.5, "walk": 2.6, "run": 1.3, "walk-back": 2.8, "walk-turn-left": 1.5, "walk-turn-right": 1.5, "walk-slow": 1.5, "stand": 2.5,
    "walk-left": 2.0, "walk-right": 2.0, "run-left": 1.5, "run-right": 1.5,
    "raise-left": 0.7, "raise-right": 0.7, "wave-left": 0.8, "wave-right": 0.8, "wave-both": 0.8, "jacks": 1.3,
}  # fmt: skip
# How often a style is drawn within its group, beyond the fourth root of its pieces.
STYLE_BOOST = defaultdict(lambda: 1.0, {"normal": 1.5, "elderly": 1.6, "old": 1.6, "happy": 3.0, "tired": 1.3, "sad": 1.3, "angry": 1.3})


def load_tokenizer(folder, device):
    folder = Path(folder)
    config = json.loads((folder / "config.json").read_text())
    net = MotionTokenizer(config["levels"], config["width"], config["width"], config["activation"])
    net.load_state_dict(torch.load(folder / "best.pt", map_location="cpu", weights_only=True))
    return net.to(device).eval()


def tokenized(corpus, tokenizer, device, speeds):
    """Tokens of all variants of all pieces, one behind the other, and where each piece's are."""
    mean, std = corpus.mean.to(device), corpus.std.to(device)
    tokens, total = [], 0
    # Variants of a piece: (first token, tokens, mirrored, token of the seam).
    variants = [[] for _ in corpus.pieces]
    for mirrored in (False, True):
        for speed in speeds:
            features, lengths = features_of(corpus.pieces, mirrored, speed, device)
            firsts = np.cumsum([0, *lengths])
            # Pieces of the same number of tokens go through the encoder together.
            alike = defaultdict(list)
            for row, length in enumerate(lengths):
                alike[length // 2].append(row)
            for count, members in alike.items():
                for some in (members[at : at + 64] for at in range(0, len(members), 64)):
                    x = torch.stack([features[firsts[row] : firsts[row] + 2 * count] for row in some])
                    tokens.append(tokenizer.encode((x - mean) / std).flatten())
                    for row in some:
                        variants[row].append((total, count, mirrored, round(corpus.pieces[row].seam / speed / 2)))
                        total += count
    return torch.cat(tokens), variants


def kept_tokens(folder, corpus, tokenizer, device, speeds):
    """`tokenized`, kept in a run's folder, which takes minutes to make; refused where the run has learned other ones."""
    digest = hashlib.sha256(repr((speeds, [(piece.clip, len(piece), piece.seam) for piece in corpus.pieces])).encode())
    for tensor in (corpus.mean, corpus.std, *tokenizer.state_dict().values()):
        digest.update(tensor.cpu().numpy().tobytes())
    file, made_of = Path(folder) / "tokens.pt", digest.hexdigest()
    kept = torch.load(file, map_location=device, weights_only=True) if file.exists() else {}
    if kept.get("made_of") != made_of:
        if kept and (Path(folder) / "checkpoint.pt").exists():
            raise SystemExit(f"{folder} has learned the tokens of another corpus or tokenizer: give it those, or begin in another folder")
        tokens, variants = tokenized(corpus, tokenizer, device, speeds)
        kept = {"made_of": made_of, "tokens": tokens, "variants": variants}
        file.parent.mkdir(parents=True, exist_ok=True)
        write(file, kept)
    return kept["tokens"], kept["variants"]


class Rows:
    """Token rows of all variants (mirrored, speeds), drawn by group."""

    def __init__(self, corpus, tokenizer, device, speeds=SPEEDS, folder=None):
        self.device, self.codes, self.levels = device, tokenizer.quantizer.codes, tokenizer.quantizer.levels
        speeds = list(speeds)
        self.tokens, self.variants = kept_tokens(folder, corpus, tokenizer, device, speeds) if folder else tokenized(corpus, tokenizer, device, speeds)
        self.pool, self.pooled = None, []
        self.text = corpus.text_features.to(device)
        self.pools, self.second_pools, self.spans = corpus.pools, corpus.second_pools, corpus.text_spans
        self.cyclic, self.ends = ([getattr(piece.segment, name) for piece in corpus.pieces] for name in ("cyclic", "ends"))
        self.held_out = [row for row, piece in enumerate(corpus.pieces) if piece.held_out]
        groups = defaultdict(list)
        for row, piece in enumerate(corpus.pieces):
            if not piece.held_out:
                groups[piece.group].append(row)
        self.groups = list(groups.values())
        seconds = [sum(len(corpus.pieces[row]) for row in rows) / rep.FPS for rows in self.groups]
        weight = np.array([math.sqrt(secs) * BOOST[group] for group, secs in zip(groups, seconds)])
        self.group_share = weight / weight.sum()
        # Within a group every style counts nearly the same, and within a style every piece.
        self.styles, self.style_share = [], []
        for rows in self.groups:
            styles = defaultdict(list)
            for row in rows:
                styles[corpus.pieces[row].segment.style].append(row)
            weight = np.array([len(found) ** 0.25 * STYLE_BOOST[style] for style, found in styles.items()])
            self.styles.append(list(styles.values()))
            self.style_share.append(weight / weight.sum())

    def draw(self, rng, count):
        """`count` rows as (first token, tokens, ends, tokens that are not learned, text span)."""
        rows = []
        for group in rng.choice(len(self.groups), count, p=self.group_share):
            styles = self.styles[group]
            style = styles[rng.choice(len(styles), p=self.style_share[group])]
            rows.append(self.row(rng, style[rng.integers(len(style))]))
        return rows

    def row(self, rng, piece):
        first, length, mirrored, seam = self.variants[piece][rng.integers(len(self.variants[piece]))]
        pool, given = self.pools[piece][mirrored], 0
        if seam and rng.random() < CHAINED_SHARE:
            pool, given = self.second_pools[piece][mirrored], min(seam, int(rng.integers(*CONTEXT)))
            first, length = first + seam - given, length - seam + given
        if self.cyclic[piece]:
            taken = int(rng.integers(min(SHORTEST, length), min(length, LONGEST) + 1))
            first += int(rng.integers(length - taken + 1))
            # Nothing tells where a walk ends: it may, after four seconds.
            ends = taken >= 60 and rng.random() < 0.25
        else:
            skipped = int(rng.integers(0, 5)) if not given and rng.random() < 0.2 else 0
            first, length = first + skipped, length - skipped
            taken, ends = min(length, LONGEST), self.ends[piece] and length <= LONGEST
        spans = self.spans[0 if rng.random() < EMPTY_SHARE else pool]
        return first, taken, ends, given, spans[0 if rng.random() < PLAIN_SHARE else rng.integers(len(spans))]

    def batch(self, step, size):
        """The batch of a step. Rows of like length come together, so that little is padding.

        It depends on nothing but the step, so that a resumed run goes on with the very rows it would have seen.
        """
        pool, within = divmod(step, POOL)
        if pool != self.pool:
            rng = np.random.default_rng((0, pool))
            rows = sorted(self.draw(rng, size * POOL), key=lambda row: row[1])
            self.pool, self.pooled = pool, [rows[at * size : (at + 1) * size] for at in rng.permutation(POOL)]
        return self.collate(self.pooled[within])

    def collate(self, rows):
        """Rows → text [B, L, 384], text_length [B], input tokens [B, N], targets [B, L + N]."""
        numbers = torch.tensor([(*numbers, *span) for *numbers, span in rows], device=self.device)
        first, taken, ends, given, text_first, text_length = numbers.unbind(1)
        limit, longest = max(row[-1][1] for row in rows), max(row[1] for row in rows)
        at = torch.arange(longest, device=self.device)
        valid = at < taken[:, None]
        tokens = torch.where(valid, self.tokens[(first[:, None] + at).clamp(max=len(self.tokens) - 1)], self.codes + 1)
        place = torch.arange(limit, device=self.device)
        text = self.text[(text_first[:, None] + place.clamp(max=limit - 1)).clamp(max=len(self.text) - 1)].float()
        # The target of a position is the token behind it; the last text feature predicts the first code.
        position = torch.arange(limit + longest, device=self.device)
        number = position - text_length[:, None] + 1
        targets = tokens.gather(1, number.clamp(0, longest - 1))
        targets = torch.where((number >= given[:, None]) & (number < taken[:, None]), targets, IGNORED)
        targets = torch.where((number == taken[:, None]) & (ends[:, None] == 1), self.codes, targets)
        return text, text_length, tokens, targets

    def corrupt(self, tokens):
        noise = torch.rand(tokens.shape, device=tokens.device) < RANDOM_TOKENS * 2 * torch.rand(len(tokens), 1, device=tokens.device)
        return torch.where(noise & (tokens < self.codes), torch.randint_like(tokens, self.codes), tokens)


def blurred(text):
    """Text features with some words missing and all a little off, so that a sentence need not be known to the letter."""
    heard = torch.rand(text.shape[:2], device=text.device) >= LOST_WORDS
    return text * heard[..., None] + TEXT_NOISE * text.std() * torch.randn_like(text)


@torch.no_grad()
def measure(rows, net, passes=2, size=32):
    """Loss per code on held-out clips, always the same rows."""
    rng = np.random.default_rng(1)
    chosen = sorted((rows.row(rng, piece) for piece in rows.held_out * passes), key=lambda row: row[1])
    total = count = 0
    for at in range(0, len(chosen), size):
        text, text_length, tokens, targets = rows.collate(chosen[at : at + size])
        with torch.autocast(rows.device, torch.bfloat16, enabled=rows.device == "cuda"):
            logits = net(text, text_length, tokens)
        total += F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum").item()
        count += (targets != IGNORED).sum().item()
    return total / count


def train(rows, folder, layers, heads, width, dropout, minutes, device, archives, batch=16, rate=8e-4, report_secs=120, warm=None):
    torch.manual_seed(0)
    net = FactoredTransformer(rows.levels, layers, heads, width, rows.text.shape[1], dropout=dropout).to(device)
    if warm:
        # The digits' shares are merged into the tables of a model folder; they start anew from nothing.
        weights = {name: torch.from_numpy(array) for name, array in gguf_file.read(Path(warm) / "transformer.gguf").items()}
        zeros = {name: torch.zeros_like(tensor) for name, tensor in net.state_dict().items() if name.startswith("digit_")}
        net.load_state_dict({**weights, **zeros})
    run = Run(folder, net, rate, minutes, device, weight_decay=0.05, betas=(0.9, 0.98))
    (run.folder / "config.json").write_text(json.dumps({"levels": rows.levels, **net.config, "archives": archives}))
    reported, since, seen = time.monotonic(), 0, 0
    total = torch.zeros((), device=device)
    while not run.done:
        text, text_length, tokens, targets = rows.batch(run.step, batch)
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            logits = net(blurred(text), text_length, rows.corrupt(tokens))
        loss = F.cross_entropy(logits.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED)
        run.update(loss)
        total += loss.detach()
        since += 1
        seen += tokens.numel()
        if time.monotonic() - reported > report_secs:
            speed = seen / (time.monotonic() - reported)
            run.report(measure(rows, with_weights(net, run.averaged)), loss=total.item() / since, tokens_per_sec=speed)
            total, since, seen, reported = torch.zeros((), device=device), 0, 0, time.monotonic()
        run.save_now_and_then()
    if not run.stopped:
        run.report(measure(rows, with_weights(net, run.averaged)))
    run.save()
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("tokenizer", help="folder of train_tokenizer.py")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--layers", type=int, default=6)
    parser.add_argument("--heads", type=int, default=8)
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--dropout", type=float, default=0.0, help="a short training never sees a row twice alike, and is a quarter faster without")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--rate", type=float, default=8e-4)
    parser.add_argument("--speeds", default="1,0.88,1.13", help="how fast the clips are played")
    parser.add_argument("--minutes", type=float, default=80)
    parser.add_argument("--report-secs", type=float, default=120)
    parser.add_argument("--warm", help="model folder to start from, instead of from nothing")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    a = parser.parse_args()
    corpus = Corpus.load(a.corpus)
    archives = take_up(corpus.model, take_up(corpus.model, corpus.archives, a.tokenizer), a.warm, a.output)
    rows = Rows(corpus, load_tokenizer(a.tokenizer, a.device), a.device, [float(speed) for speed in a.speeds.split(",")], a.output)
    print(f"{len(rows.tokens)} tokens in {sum(map(len, rows.variants))} rows", flush=True)
    train(rows, a.output, a.layers, a.heads, a.width, a.dropout, a.minutes, a.device, archives, a.batch, a.rate, a.report_secs, a.warm)


if __name__ == "__main__":
    main()
