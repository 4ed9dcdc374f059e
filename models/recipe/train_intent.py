"""Trains the intent head: which of the actions and manners that the model knows a prompt asks for.

    python train_intent.py CORPUS.pt -o work/intent

The transformer sees each sentence a few times only and obeys plain ones best. This head sees the text features alone, all
captions many times over, and so understands far more words; the program hands the transformer the plain caption of what the head
understood. Captions of two actions have a class of their own: such prompts are left as they are.
"""

import argparse
import json
import math
import random
from collections import Counter, defaultdict
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from captions import Segment
from corpus import Corpus
from scenes import SCENES
from words import STYLES, swap_sides

MOST_WORDS = 40
COMPOUNDS = 6000  # captions of two actions that are learned
LOST_WORDS, NOISE, DROPOUT = 0.2, 0.3, 0.3
SCENE_WEIGHT = 3.0  # whole sentences count more than composed ones
EVEN = 0.6  # 0: actions count by their captions, 1: all the same


class IntentHead(nn.Module):
    """Attention pooling over text features [B, L, 384], then scores of actions and of manners."""

    def __init__(self, actions, manners, dim=384, width=128, heads=4):
        super().__init__()
        self.norm = nn.LayerNorm(dim)
        self.look = nn.Linear(dim, heads)
        self.value = nn.Linear(dim, width)
        self.mix = nn.Linear((heads + 1) * width, width)
        self.action = nn.Linear(width, actions)
        self.manner = nn.Linear(width, manners)

    def forward(self, x, heard, dropout=0.0):
        """`heard` [B, L]: which features there are."""
        x = self.norm(x)
        share = self.look(x).masked_fill(~heard[..., None], -1e4).softmax(1)
        mean = heard / heard.sum(1, keepdim=True)
        share = torch.cat([share, mean[..., None]], 2)
        pooled = (share.transpose(1, 2) @ self.value(x)).flatten(1)
        mixed = F.dropout(F.gelu(self.mix(F.dropout(pooled, dropout, self.training))), dropout, self.training)
        return self.action(mixed), self.manner(mixed)


class Sentences:
    """Captions with shares of the actions and manners that they were given to."""

    def __init__(self, corpus, seed=0):
        shares, compounds = defaultdict(Counter), set()
        for piece, pools in zip(corpus.pieces, corpus.pools):
            segment = piece.segment
            for mirrored, pool in zip((False, True), pools if not piece.held_out else ()):
                captions = zip(corpus.texts[pool], corpus.text_spans[pool])
                if set("+>") & set(segment.action):
                    compounds.update(captions)
                    continue
                action = Segment(segment.action, sentences=segment.sentences).plain
                for caption in captions:
                    shares[caption][swap_sides(action) if mirrored else action, STYLES[segment.style][0][0]] += 1
        compounds = sorted(compounds - shares.keys())
        compounds = random.Random(seed).sample(compounds, min(COMPOUNDS, len(compounds)))
        # The first of each says nothing: no one action, no manner.
        self.actions = ["", *sorted({action for share in shares.values() for action, _ in share})]
        self.manners = sorted({manner for share in shares.values() for _, manner in share})
        captions = [*shares, *compounds]
        self.texts = [text for text, _ in captions]
        self.features = corpus.text_features
        self.first, self.count = torch.tensor([span for _, span in captions]).T
        self.count = self.count.clamp(max=MOST_WORDS)
        self.action_shares = torch.zeros(len(captions), len(self.actions))
        self.manner_shares = torch.zeros(len(captions), len(self.manners))
        for row, share in enumerate(shares.values()):
            for (action, manner), number in share.items():
                self.action_shares[row, self.actions.index(action)] += number / share.total()
                self.manner_shares[row, self.manners.index(manner)] += number / share.total()
        self.action_shares[len(shares) :, 0] = self.manner_shares[len(shares) :, 0] = 1
        whole = {line.replace("SIDE", side) for lines in SCENES.values() for line in lines for side in ("left", "right")}
        self.is_scene = torch.tensor([text in whole for text in self.texts])

    def batch(self, rows):
        """Text features [B, L, 384] and which there are."""
        count = self.count[rows]
        at = torch.arange(int(count.max()))
        heard = at < count[:, None]
        return self.features[(self.first[rows][:, None] + at).clamp(max=len(self.features) - 1)].float(), heard


def train(sentences, held_out, steps, batch, rate, seed=0):
    torch.manual_seed(seed)
    rows = torch.arange(len(sentences.texts))
    is_held = torch.zeros(len(rows), dtype=torch.bool)
    if held_out:
        scenes = rows[sentences.is_scene]
        is_held[scenes[torch.randperm(len(scenes))[: int(held_out * len(scenes))]]] = True
    action = sentences.action_shares.argmax(1)
    weight = torch.bincount(action[~is_held], minlength=len(sentences.actions)).clamp(min=1)[action] ** -EVEN
    weight = weight * torch.where(sentences.is_scene, SCENE_WEIGHT, 1.0) * ~is_held
    net = IntentHead(len(sentences.actions), len(sentences.manners), sentences.features.shape[1])
    optimizer = torch.optim.AdamW(net.parameters(), rate, weight_decay=0.05)
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1, (step + 1) / 100) * (1 + math.cos(math.pi * step / steps)) / 2
        drawn = torch.multinomial(weight, batch)
        x, heard = sentences.batch(drawn)
        heard = heard & (torch.rand(heard.shape) >= LOST_WORDS)
        heard[:, 0] = True
        x = x + NOISE * x.std() * torch.randn_like(x)
        actions, manners = net(x, heard, DROPOUT)
        loss = F.cross_entropy(actions, sentences.action_shares[drawn]) + 0.5 * F.cross_entropy(manners, sentences.manner_shares[drawn])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if (step + 1) % 500 == 0 or step + 1 == steps:
            print(f"step {step + 1}: loss {loss.item():.3f}" + (f", right {right(net, sentences, rows[is_held]):.1%} of unseen scenes" if held_out else ""), flush=True)
    return net.eval()


@torch.no_grad()
def right(net, sentences, rows):
    """Share of sentences whose likeliest action is one of theirs."""
    net.eval()
    chosen = torch.cat([net(*sentences.batch(some))[0].argmax(1) for some in rows.split(256)])
    net.train()
    return (sentences.action_shares[rows].gather(1, chosen[:, None]) > 0).float().mean().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("-o", "--output", required=True, type=Path)
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--batch", type=int, default=256)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--held-out", type=float, default=0.0, help="share of the scenes that only measure")
    a = parser.parse_args()
    corpus = Corpus.load(a.corpus)
    sentences = Sentences(corpus)
    print(f"{len(sentences.texts)} captions, {len(sentences.actions)} actions, {len(sentences.manners)} manners", flush=True)
    net = train(sentences, a.held_out, a.steps, a.batch, a.rate)
    a.output.mkdir(parents=True, exist_ok=True)
    torch.save(net.state_dict(), a.output / "best.pt")
    (a.output / "config.json").write_text(json.dumps({"actions": sentences.actions, "manners": sentences.manners, "archives": corpus.archives}, indent=1) + "\n")


if __name__ == "__main__":
    main()
