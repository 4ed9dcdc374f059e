"""The data set's folder (`zoetrope dataset build` writes it, in the published layout) as batches.

A pass, what one process takes at a time, is a function of its number alone: a run that was stopped goes on with the very rows
that it would have seen, and so does one on another number of machines.
"""

from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset

CAPTIONS = ("texts", "texts_augmented", "texts_rewritten")
MOST_CHARACTERS = 1000  # of a caption; only the first 150 features count
CHARACTERS_PER_PIECE = 4.5  # about, of a caption's word pieces
MOST_TRIES = 100


class Folder:
    """Clips, captions and statistics."""

    def __init__(self, root, statistics=None):
        self.root = Path(root)
        statistics = Path(statistics or self.root / "mean_std/vector_272")
        self.mean, self.std = (np.load(statistics / f"{which}.npy").astype(np.float32) for which in ("mean", "std"))

    def names(self, purpose, split):
        """Of the clips of a split for "tokenizer_96" or "t2m_60_300"; none where there is no such list."""
        path = self.root / "split/version1" / purpose / f"{split}.txt"
        lines = path.read_text(encoding="utf-8-sig").splitlines() if path.exists() else []
        return list(dict.fromkeys(line.strip() for line in lines if line.strip()))

    def frames(self, name):
        """Features [T, 272] as they are stored, not read yet."""
        return np.load(self.root / "motion_data/vector_272" / f"{name}.npy", mmap_mode="r")

    def normalised(self, frames):
        return (np.asarray(frames, np.float32) - self.mean) / self.std

    def captions(self, name):
        """All captions of a clip, without the tags that some lists have behind a #."""
        paths = [self.root / kind / f"{name}.txt" for kind in CAPTIONS]
        lines = [line for path in paths if path.exists() for line in path.read_text(encoding="utf-8-sig", errors="replace").splitlines()]
        captions = (" ".join(line.split("#")[0].split())[:MOST_CHARACTERS] for line in lines)
        return [caption for caption in captions if caption]


class Windows(Dataset):
    """Random windows of motion: pass number → normalised features [micro, frames, 272]. Every clip once an epoch."""

    def __init__(self, folder, split, config, seed=0):
        self.folder, self.frames, self.micro, self.seed = folder, config["frames"], config["micro"], seed
        self.names = folder.names("tokenizer_96", split)
        self.order = Order(len(self.names), seed)

    def __len__(self):
        return len(self.names)

    def __getitem__(self, number):
        rng = np.random.default_rng((self.seed, 1, number))
        rows = self.order.rows(number * self.micro, self.micro)
        return torch.from_numpy(np.stack([self.window(self.names[row], rng) for row in rows]))

    def window(self, name, rng):
        for _ in range(MOST_TRIES):
            clip = self.folder.frames(name)
            if len(clip) >= self.frames:
                first = rng.integers(len(clip) - self.frames + 1)
                window = self.folder.normalised(clip[first : first + self.frames])
                if np.isfinite(window).all():
                    return window
            # Too short, or spoilt by numbers that are none: another one takes its place.
            name = self.names[rng.integers(len(self.names))]
        raise SystemExit(f"hardly a clip of {self.folder.root} has {self.frames} good frames: choose fewer with --set frames=N")


class Rows(Dataset):
    """Captions and codes: pass number → (captions, inputs [micro, N], codes [micro, N], counts [micro]).

    `inputs` are the codes with some replaced at random; both are filled up with the pad token. All passes of an update
    together have rows of all lengths, each pass rows of like length, so that little is padding.
    """

    def __init__(self, codes_file, codes, config, seed=0, noise=True):
        with np.load(codes_file) as packed:
            self.tokens, self.captions = packed["tokens"], packed["captions"]
            self.first_token, self.first_caption, self.first_letter = (packed[f"first_{what}"] for what in ("token", "caption", "letter"))
        self.codes, self.seed, self.noise = codes, seed, noise
        self.micro, self.passes = config["micro"], config["batch"] // config["micro"]
        self.kept, self.empty = (config["kept"], config["empty"]) if noise else (1.0, 0.0)
        # Small batches are sorted several together.
        self.together = max(1, 8 // self.passes)
        self.order = Order(len(self.first_token) - 1, seed)

    def __len__(self):
        return len(self.first_token) - 1

    def __getitem__(self, number):
        pool, within = divmod(number, self.passes * self.together)
        count = self.passes * self.together * self.micro
        rng = np.random.default_rng((self.seed, 2, pool))
        rows = self.order.rows(pool * count, count)
        pick, drop, empty = rng.random((3, count))
        first, end = self.first_token[rows], self.first_token[rows + 1]
        if self.noise:
            # A third of the motions begin or end a token later or earlier (docs/representation.md, Training).
            first, end = first + (drop < 1 / 6) * (end - first > 1), end - (drop > 5 / 6) * (end - first > 1)
        else:
            pick[:] = 0
        captions = self.first_caption[rows]
        caption = captions + (pick * (self.first_caption[rows + 1] - captions)).astype(np.int64)
        from_letter, to_letter = self.first_letter[caption], self.first_letter[caption + 1]
        to_letter = np.where(empty < self.empty, from_letter, to_letter)
        sorted_rows = np.argsort(end - first + (to_letter - from_letter) / CHARACTERS_PER_PIECE, kind="stable").reshape(-1, self.micro)
        if self.together > 1:
            sorted_rows = sorted_rows[rng.permutation(len(sorted_rows))]
        chosen = sorted_rows[within]

        texts = [self.captions[from_letter[at] : to_letter[at]].tobytes().decode() for at in chosen]
        counts = torch.from_numpy((end - first)[chosen])
        codes = torch.full((self.micro, int(counts.max())), self.codes + 1)
        for row, at in enumerate(chosen):
            codes[row, : counts[row]] = torch.from_numpy(self.tokens[first[at] : end[at]].astype(np.int64))
        rng = np.random.default_rng((self.seed, 3, number))
        noisy = torch.from_numpy(rng.random(codes.shape) >= self.kept)
        inputs = torch.where(noisy, torch.from_numpy(rng.integers(self.codes, size=codes.shape)), codes)
        return texts, inputs, codes, counts


class Order:
    """Places of an endless list in which every row comes once an epoch, in another order each time."""

    def __init__(self, count, seed):
        self.count, self.seed, self.known = count, seed, {}

    def rows(self, first, count):
        places = np.arange(first, first + count)
        return np.array([self.epoch(place // self.count)[place % self.count] for place in places])

    def epoch(self, number):
        if number not in self.known:
            self.known = {near: order for near, order in self.known.items() if near == number - 1}
            self.known[number] = np.random.default_rng((self.seed, 0, number)).permutation(self.count)
        return self.known[number]


def targets_of(text_lengths, codes, counts, end, ignored, block):
    """What each position is to predict: the code behind it, then `end`; [B, P]. P holds the longest row, a multiple of 8.

    A motion that has no room for its end goes on beyond the row.
    """
    room = block - text_lengths
    taken = torch.minimum(counts, room)
    positions = min(block, -(-int((text_lengths + taken).max()) // 8) * 8)
    number = torch.arange(positions, device=codes.device) - text_lengths[:, None] + 1
    targets = codes.gather(1, number.clamp(0, codes.shape[1] - 1))
    targets = torch.where((number >= 0) & (number < taken[:, None]), targets, ignored)
    return torch.where((number == taken[:, None]) & (counts < room)[:, None], end, targets)


def pack(folder, split, encode, target, accelerator):
    """Writes all clips of a split as codes with their captions into the file `target`; every process takes its share."""
    share = target.with_name(f"{target.stem}-{accelerator.process_index}.npz")
    tokens, captions, caption_counts = [np.empty(0, np.int32)], [], []
    for name in folder.names("t2m_60_300", split)[accelerator.process_index :: accelerator.num_processes]:
        texts, frames = folder.captions(name), folder.normalised(folder.frames(name))
        if not texts or len(frames) < 4 or not np.isfinite(frames).all():
            print(f"left out: {name}: {'too short, or not all numbers' if texts else 'no caption'}", flush=True)
            continue
        tokens.append(encode(frames).astype(np.int32))
        captions += [np.frombuffer(text.encode(), np.uint8) for text in texts]
        caption_counts.append(len(texts))
    counts = {"token": map(len, tokens[1:]), "caption": caption_counts, "letter": map(len, captions)}
    counts = {what: np.array(list(found), np.int64) for what, found in counts.items()}
    np.savez(share, tokens=np.concatenate(tokens), captions=np.concatenate([np.empty(0, np.uint8), *captions]), **counts)
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        shares = [target.with_name(f"{target.stem}-{process}.npz") for process in range(accelerator.num_processes)]
        parts = [dict(np.load(path)) for path in shares]
        whole = {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}
        firsts = {f"first_{what}": np.concatenate([[0], np.cumsum(whole.pop(what))]) for what in counts}
        part = target.with_suffix(".part.npz")
        np.savez(part, **whole, **firsts)
        part.replace(target)
        for path in shares:
            path.unlink()
    accelerator.wait_for_everyone()
