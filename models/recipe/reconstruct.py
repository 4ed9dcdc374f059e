"""What a tokenizer loses, by archive, performer and action, on held-out clips and on some of those that it learned from.

    python reconstruct.py CORPUS.pt work/tokenizer

mpjpe: mean joint error of the position block, pelvis-centred, with the headings that add up over up to 20 s (as `zoetrope eval`);
local: the same with headings as they are; posed: of the rotations (mm). head, drift: the heading's (degrees) and the place's
(cm) error 2 s after the true ones; worst: of each frame's joint that is furthest off, headings as they are (mm). What is large in local
and posed is badly seen or badly coded; what is large in mpjpe alone drifts; what is large in worst alone lost an arm or a leg.
"""

import argparse
import random
from collections import defaultdict
from pathlib import Path

import torch

import representation as rep
from archives import of_clip
from corpus import Corpus, features_of, performer
from train_transformer import load_tokenizer

LONGEST, AHEAD = 600, 60  # frames
COLUMNS = "mpjpe", "local", "posed", "head", "drift", "worst"


def lost(clip, decoded):
    """Features [T, 272] of a clip and of what came back → COLUMNS."""
    centred = lambda joints: joints - joints[:, :1]  # noqa: E731
    each = lambda a, b: 1000 * (centred(a) - centred(b)).norm(dim=-1)  # noqa: E731
    apart = lambda a, b: each(a, b).mean()  # noqa: E731
    local = lambda features: features[:, rep.POSITIONS].unflatten(-1, (rep.JOINTS, 3))  # noqa: E731
    turned = torch.cat([clip[:, : rep.POSITIONS.start], decoded[:, rep.POSITIONS.start :]], 1)
    heads, drifts = [], []
    for at in range(0, len(clip) - AHEAD, AHEAD):
        (t, xz), (true_t, true_xz) = (rep.root_path(features[at + 1 : at + AHEAD + 1]) for features in (decoded, clip))
        heads.append((t - true_t)[-1].abs().rad2deg())
        drifts.append(100 * (xz - true_xz)[-1].norm())
    mean = lambda found: torch.stack(found).mean() if found else torch.tensor(torch.nan)  # noqa: E731
    return torch.stack(
        [
            apart(rep.decode_positions(decoded), rep.decode_positions(clip)),
            apart(local(decoded), local(clip)),
            apart(rep.forward_kinematics(*rep.decode_pose(turned)), rep.decode_positions(clip)),
            mean(heads),
            mean(drifts),
            each(local(decoded), local(clip)).amax(-1).mean(),
        ]
    )


@torch.no_grad()
def through(corpus, net, pieces):
    """(piece, its LONGEST first frames, what came back, its codes) of each."""
    features, lengths = features_of(pieces)
    for piece, clip in zip(pieces, features.split(lengths)):
        clip = clip[: min(len(clip), LONGEST) // 2 * 2]
        if len(clip):
            decoded, codes = net(((clip - corpus.mean) / corpus.std)[None])
            yield piece, clip, decoded[0] * corpus.std + corpus.mean, codes[0]


def some_of_each(pieces, count, seed=0):
    """At most `count` pieces of each action, no compositions."""
    groups = defaultdict(list)
    for piece in pieces:
        if not set("+>") & set(piece.segment.action):
            groups[piece.group].append(piece)
    return [piece for members in groups.values() for piece in random.Random(seed).sample(members, min(count, len(members)))]


def table(rows, key, title):
    print(f"\n{title:36}clips  secs" + "".join(f"{name:>7}" for name in COLUMNS))
    groups = defaultdict(list)
    for row in rows:
        groups[key(row[0])].append(row)
    mean = lambda members: torch.stack([found for _, _, found in members]).nanmean(0)  # noqa: E731
    for name, members in [*sorted(groups.items(), key=lambda item: -mean(item[1])[0]), ("all", rows)]:
        secs = sum(count for _, count, _ in members) / rep.FPS
        print(f"{name[:35]:36}{len(members):5}{secs:6.0f}" + "".join(f"{value:7.1f}" for value in mean(members).tolist()))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("tokenizer", type=Path)
    parser.add_argument("--each", type=int, default=3, help="training pieces of each action")
    a = parser.parse_args()
    corpus, net = Corpus.load(a.corpus), load_tokenizer(a.tokenizer, "cpu")
    for held_out in (True, False):
        pieces = [piece for piece in corpus.pieces if piece.held_out == held_out]
        rows, codes = [], []
        for piece, clip, decoded, code in through(corpus, net, pieces if held_out else some_of_each(pieces, a.each)):
            rows.append((piece, len(clip), lost(clip, decoded)))
            codes.append(code)
        share = torch.bincount(torch.cat(codes), minlength=net.quantizer.codes) / sum(map(len, codes))
        perplexity = torch.exp(-(share * torch.log(share + 1e-9)).sum())
        print(f"\n== {'held out' if held_out else 'learned from'}: perplexity {perplexity:.0f} of {net.quantizer.codes} codes")
        table(rows, lambda piece: of_clip(piece.clip), "by archive")
        if held_out:
            table(rows, lambda piece: performer(piece.clip), "by performer")
        table(rows, lambda piece: piece.group, "by action")


if __name__ == "__main__":
    main()
