"""How far are generated motions from the training clips? Copies would be as near as nothing.

    python nearest.py CORPUS.pt FEATURES.npy…

For windows of two seconds of each file: the root mean square distance (metres, over joints of the position block) to the
nearest training window or its mirror image. The same is printed for held-out clips, as the measure of a new motion.
"""

import argparse

import numpy as np
import torch

import representation as rep
from corpus import Corpus, features_of

WINDOW, TRAIN_STRIDE, QUERY_STRIDE, EVERY = 60, 5, 30, 4  # frames; every 4th frame of a window is compared


def windows(features, stride):
    """Position blocks of windows: [windows, numbers]."""
    if len(features) < WINDOW:
        return features.new_zeros(0, 66 * len(range(0, WINDOW, EVERY)))
    positions = features[:, rep.POSITIONS].unfold(0, WINDOW, stride)[..., ::EVERY]
    return positions.flatten(1)


def nearest(queries, known):
    joints = known.shape[1] / 3
    found = [torch.cdist(part, known).amin(1) for part in queries.split(64)]
    return torch.cat(found) / joints**0.5


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("files", nargs="*")
    parser.add_argument("--limit", type=int, default=60, help="held-out clips to compare with")
    a = parser.parse_args()
    pieces = Corpus.load(a.corpus).pieces
    known = []
    training = [piece for piece in pieces if not piece.held_out]
    for mirrored in (False, True):
        features, lengths = features_of(training, mirrored)
        known += [windows(part, TRAIN_STRIDE) for part in features.split(lengths)]
    known = torch.cat(known)
    print(f"{len(known)} training windows")
    held_out = [piece for piece in pieces if piece.held_out and len(piece) >= WINDOW][: a.limit]
    features, lengths = features_of(held_out)
    sets = {"held-out clips": torch.cat([windows(part, QUERY_STRIDE) for part in features.split(lengths)])}
    for file in a.files:
        sets[file] = windows(torch.from_numpy(np.load(file)).float(), QUERY_STRIDE)
    generated = [found for name, found in sets.items() if name != "held-out clips"]
    if generated:
        sets["all files"] = torch.cat(generated)
    for name, queries in sets.items():
        if len(queries):
            distance = nearest(queries, known)
            print(f"{name}: nearest window {distance.min():.3f} m, median {distance.median():.3f} m ({len(queries)} windows)")


if __name__ == "__main__":
    main()
