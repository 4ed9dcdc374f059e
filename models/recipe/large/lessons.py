"""What the networks learn: each lesson takes a pass and gives the sum of its losses."""

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint

import representation as rep
from large.data import targets_of

IGNORED = -100
HEAD_ROWS = 2048  # positions whose logits are in memory at the same time


class TokenizerLesson(nn.Module):
    """To give back the windows: the published loss (docs/representation.md, Training), the root and the joints' steps once more, no runaway values."""

    def __init__(self, net, config):
        super().__init__()
        self.net, self.config = net, config

    def forward(self, x):
        """Normalised features [B, T, 272] → the sum of their losses."""
        made = self.net(x)[0].float()
        positions, true_positions = made[..., rep.POSITIONS], x[..., rep.POSITIONS]
        loss = F.smooth_l1_loss(made, x) + 0.5 * F.smooth_l1_loss(positions, true_positions)
        loss = loss + self.config["root"] * F.smooth_l1_loss(made[..., : rep.POSITIONS.start], x[..., : rep.POSITIONS.start])
        loss = loss + self.config["steps_of_joints"] * F.smooth_l1_loss(positions.diff(dim=1), true_positions.diff(dim=1))
        return len(x) * (loss + self.config["overflow"] * self.net.quantizer.overflow)


class TransformerLesson(nn.Module):
    """To tell the next code, given the caption and the codes before (docs/representation.md, Training)."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def place(self, batch, texts):
        """A pass of `Rows` → (what `forward` takes, number of targets)."""
        captions, *rest = batch
        inputs, codes, counts = (tensor.to(texts.device, non_blocking=True) for tensor in rest)
        text, text_lengths = texts.features(captions)
        targets = targets_of(text_lengths, codes, counts, self.net.codes, IGNORED, self.net.block_size)
        return (text, text_lengths, inputs, targets), int((targets != IGNORED).sum())

    def forward(self, text, text_lengths, inputs, targets):
        """Features [B, L, clip_dim] of which `text_lengths` [B] count, codes [B, N], targets [B, P] → the sum of losses."""
        states = self.net.states(text, text_lengths, inputs, targets.shape[1])
        # The head is dear in time and memory: only what has a target goes through it, and its logits are not kept.
        counted = targets != IGNORED
        parts = zip(states[counted].split(HEAD_ROWS), targets[counted].split(HEAD_ROWS))
        return sum(checkpoint(self._loss, *part, use_reentrant=False) for part in parts)

    def _loss(self, states, targets):
        return F.cross_entropy(F.linear(states, self.net.output_table()).float(), targets, reduction="sum")
