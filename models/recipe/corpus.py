"""The training material: pieces of motion, each with what it shows, and the features of all captions.

    python corpus.py --for starter motion.pack DATASET models/bundled/text_encoder -o corpus.pt

Besides the archives' own segments there are pieces made from them: standing still, sitting down, crouching; short walks
and runs made longer by seamless loops; arms of one clip over the legs of another; one action after another.
"""

import argparse
import random
import re
from collections import defaultdict
from pathlib import Path

import numpy as np
import torch

import pack
import representation as rep
from archives import MODELS, refuse, take_up
from captions import Segment
from keyed import repeated, travelled
from made import gestured, in_moods, paces
from representation import FPS
from text_encoder import Remembered, TextEncoder
from unseen import given_away
from words import swap_sides

SHORTEST = 8  # frames
SHORT_LOOP_SECS, LOOP_TO_SECS = 5.0, 8.0
# Archives that tell performers apart, so that some can be held out; the others hold too little to do without.
CAPTURED = {"cmu", "bandai_namco"}
LOOPED = {"walk", "walk-slow", "walk-fast", "walk-long", "run", "jog", "dash", "jacks", "jog-place", "crawl"}
LEGS = {"walk", "walk-turn-left", "walk-turn-right", "walk-back", "run", "jog"}
FOLLOWING = {"jump", "jump-high", "crouch", "crouch-up", "dance", "box", "jacks", "kick-ball", "walk-slow", "run-left", "run-right", "walk-left", "walk-right"}
ARMS = {"wave-left", "wave-right", "wave-both", "raise-left", "raise-right", "raise-both"}
STRIKES = {"kick": "kick", "kick-karate": "kick", "kick-jump": "kick-jump", "kick-ball": "kick-ball", "punch": "punch", "box": "punch"}
# Clips in which somebody steps sideways, whatever the arms do.
SIDEWAYS = {"a person dribbles a basketball moving sideways", "indian"}
STANDING = {"bow", "bye", "wave-left", "wave-right", "wave-both", "raise-left", "raise-right", "raise-both", "guide", "punch", "kick", "stand"}


class Piece:
    """Motion (see representation.py) with what it shows; `held_out` pieces only measure.

    `seam` is the frame at which the second of two actions begins, 0 in a piece of one action.
    """

    def __init__(self, clip, root, local, segment, held_out, seam=0):
        self.clip, self.root, self.local, self.segment, self.held_out, self.seam = clip, root, local, segment, held_out, seam

    def __len__(self):
        return len(self.root)

    @property
    def group(self):
        """What is sampled evenly: actions; all compositions together."""
        action = self.segment.action
        return "together" if "+" in action else "after" if ">" in action else action

    def part(self, start, stop, segment):
        return Piece(self.clip, self.root[start:stop], self.local[start:stop], segment, self.held_out)

    def variant(self, mirrored, speed):
        """(root, local) of the piece, mirrored or not, played at another speed."""
        motion = self.root, self.local
        if mirrored:
            motion = rep.mirror(*motion)
        return motion if speed == 1.0 else rep.stretch(*motion, speed)


def performer(clip):
    """Who performed a clip, as far as its name tells: the rule of `zoetrope dataset build`."""
    subject = re.match(r"0*(\d+)_\d+", clip)
    return f"subject {subject[1]}" if subject else re.sub(r"_\d+$", "", clip)


def kept_from_training(dataset):
    """The performers of a data set's validation and test parts."""
    rows = [line.split("\t") for line in (Path(dataset) / "clips.tsv").read_text().splitlines()]
    part, who = (rows[0].index(column) for column in ("part", "performer"))
    return {row[who].rsplit("/", 1)[-1] for row in rows[1:] if row[part] != "train"}


def piece_of(clip, root, local, entry, held_out):
    """What a segment of a pack shows: by its archive's captions, or by clips.tsv."""
    if "action" not in entry:
        return Piece(clip, root, local, Segment.of(clip, entry["captions"]), held_out)
    how = entry["how"]
    if how == "travel":
        root, local = travelled(root, local)
    if how != "once" and len(root) < LOOP_TO_SECS * FPS:
        root, local = repeated(root, local, LOOP_TO_SECS)
    return Piece(clip, root, local, Segment(entry["action"], entry["style"], cyclic=how != "once"), held_out)


def build(pack_file, dataset, seed=0, compositions=500, chains=1000):
    """All pieces of a pack, and the archives that they are from with the minutes that are learned from as they are there, before
    anything is made of them: {archive: minutes}; pieces of the performers that `dataset` tests with are held out."""
    rng = random.Random(seed)
    others = kept_from_training(dataset)
    pieces, minutes = [], defaultdict(float)
    for archive, clip, root, local, segments in pack.read(pack_file):
        held_out = archive in CAPTURED and performer(clip) in others
        learned = torch.zeros(len(root), dtype=torch.bool)
        for entry in segments:
            start, stop = int(entry["start_s"] * FPS), min(len(root), round(entry["end_s"] * FPS))
            if stop - start >= SHORTEST:
                pieces.append(piece_of(clip, root[start:stop], local[start:stop], entry, held_out))
                learned[start:stop] = not held_out
        minutes[archive] += learned.sum().item() / FPS / 60
    made = [piece for source in pieces for piece in (*seats(source), *squats(source), *strikes(source))]
    made += idles(pieces, rng)
    made += sidesteps(pieces + made)
    pieces = [looped(piece) if piece.segment.action in LOOPED and len(piece) < SHORT_LOOP_SECS * FPS else piece for piece in pieces]
    known = [piece for piece in pieces + made if not piece.held_out]
    if "bandai_namco" not in minutes:
        # Other archives have no moods.
        made += [Piece(*piece, False) for piece in in_moods(known, rng)]
    made += [Piece(*piece, False) for piece in (*paces(known, rng), *gestured(known, rng))]
    known = [piece for piece in pieces + made if not piece.held_out and "+" not in piece.segment.action]
    made += together(known, compositions, rng) + after(known, chains, rng)
    return pieces + made, dict(minutes)


def idles(pieces, rng, count=150):
    """Standing still: quiet stretches of clips, played forth and back."""
    found = []
    for piece in pieces:
        joints = rep.forward_kinematics(piece.root, rep.matrix_from_quat(piece.local))
        speed = (joints[1:] - joints[:-1]).norm(dim=-1).amax(1) * FPS
        # Not the pause with a raised hand, nor that of a bow.
        hands_down = joints[1:, [rep.L_WRIST, rep.R_WRIST], 1].amax(1) < 1.0
        upright = joints[1:, rep.HEAD, 1] - joints[1:, 0, 1] > 0.52
        start, stop = longest_run((speed < 0.2) & hands_down & upright)
        # Who is about to run or dance only seems to stand.
        if stop - start >= (0.5 if piece.segment.action in STANDING else 1.2) * FPS:
            there = torch.arange(start, stop)
            cycle = torch.cat([there, there.flip(0)[1:-1]])
            frames = cycle.repeat(int(rng.uniform(3, 9) * FPS) // len(cycle) + 1)
            # Who stands still shows little of a style.
            for style in dict.fromkeys(("normal", piece.segment.style)):
                found.append(Piece(piece.clip, piece.root[frames], piece.local[frames], Segment("stand", style), piece.held_out))
    return rng.sample(found, min(count, len(found)))


def sidesteps(pieces):
    """Steps to one side: legs of SIDEWAYS clips under hanging arms, made longer by loops.

    The archives' own walks to a side are walked with the body turned to it.
    """
    quiet = max((piece for piece in pieces if piece.segment.action == "stand" and not piece.held_out), key=len)
    found = []
    for piece in pieces:
        if piece.segment.action not in SIDEWAYS or piece.held_out or len(piece) < FPS:
            continue
        steps = FPS * rep.encode(piece.root, piece.local)[:, rep.STEP]
        aside, ahead = torch.nn.functional.avg_pool1d(steps.T, FPS - 1, 1, FPS // 2 - 1, count_include_pad=False)
        for side in (1, -1):
            start, stop = longest_run((side * aside > 0.25) & (ahead.abs() < 0.3))
            if stop - start >= FPS:
                part = piece.part(start, stop, Segment("walk-left" if side > 0 else "walk-right"))
                arms = quiet.local[torch.arange(len(part)) % len(quiet)]
                part.local = part.local.clone()
                part.local[:, rep.UPPER_BODY] = arms[:, rep.UPPER_BODY]
                found.append(looped(part))
    return found


def seats(piece):
    """Sitting down, being seated and standing up, from clips of people who use a stool."""
    if not any("sits" in sentence and "stool" in sentence for sentence in piece.segment.sentences):
        return
    height = piece.root[:, 1]
    start, stop = longest_run(height < 0.72)
    if stop - start < FPS:
        return
    if start > 0:
        yield piece.part(max(0, start - int(1.6 * FPS)), min(stop, start + 2 * FPS), Segment("sit"))
    yield piece.part(start, stop, Segment("seated"))
    if stop < len(piece):
        yield piece.part(max(start, stop - FPS), min(len(piece), stop + int(1.6 * FPS)), Segment("stand-up"))


def squats(piece):
    """Single crouches from clips of repeated squats: down and up, and down to stay there."""
    if piece.segment.action != "squat":
        return
    height = piece.root[:, 1]
    at = 1
    while at < len(piece) - 1:
        near = height[max(0, at - 12) : at + 13]
        if height[at] == near.min() and height[at] < height.max() - 0.2:
            before, behind = height[max(0, at - 40) : at], height[at : at + 40]
            top, next_top = at - len(before) + int(before.argmax()), at + int(behind.argmax())
            yield piece.part(top, next_top + 1, Segment("crouch-up"))
            yield _held(piece, top, at)
            at = next_top
        at += 1


def _held(piece, top, bottom):
    """Down into a crouch, then swaying there a little for two seconds."""
    sway = bottom - 1 - (torch.sin(torch.arange(2 * FPS) / FPS * 2.5) ** 2 * 2).round().long()
    frames = torch.cat([torch.arange(top, bottom), sway.clamp(min=top)])
    return Piece(piece.clip, piece.root[frames], piece.local[frames], Segment("crouch"), piece.held_out)


def strikes(piece):
    """Single kicks and punches from clips of many, each from a moment before to a moment behind."""
    action = STRIKES.get(piece.segment.action)
    if action is None:
        return
    joints = rep.forward_kinematics(piece.root, rep.matrix_from_quat(piece.local))
    if action == "punch":
        # The speed at which a wrist leaves its shoulder.
        reach = (joints[:, [rep.L_WRIST, rep.R_WRIST]] - joints[:, [rep.L_SHOULDER, rep.R_SHOULDER]]).norm(dim=-1)
        value, least = torch.nn.functional.pad(reach[3:] - reach[:-3], (0, 0, 3, 0)).amax(1) * FPS / 3, 1.5
    else:
        value, least = joints[:, [rep.L_ANKLE, rep.R_ANKLE], 1].amax(1), 0.45
    last = -FPS
    for at in range(len(piece)):
        near = value[max(0, at - FPS // 3) : at + FPS // 3 + 1]
        if value[at] >= least and value[at] == near.max() and at - last > FPS // 2:
            start = max(0, at - int(0.9 * FPS))
            stop = min(len(piece), at + int(1.3 * FPS))
            if stop - start > FPS:
                yield piece.part(start, stop, Segment(action, piece.segment.style))
            last = at


def looped(piece, overlap=8):
    """A short walk or run made longer: it jumps back to where the body is in nearly the same phase, cross-faded."""
    features = rep.encode(piece.root, piece.local)
    pose = torch.cat([features[:, rep.POSITIONS], 6 * features[:, rep.VELOCITIES]], 1)
    half = overlap // 2
    candidates = torch.arange(half, len(piece) - half)
    distance = torch.cdist(pose[candidates], pose[candidates])
    gap = candidates[None] - candidates[:, None]
    # A loop of at least half a second, and the longer the better.
    distance = torch.where(gap >= FPS // 2, distance - 0.004 * gap, torch.inf)
    if not torch.isfinite(distance).any():
        return piece
    back, end = divmod(int(distance.argmin()), len(candidates))
    back, end = int(candidates[back]), int(candidates[end])
    if distance[back - half, end - half] > 0.5:
        return piece
    cycle = piece.root[back - half : end + half], piece.local[back - half : end + half]
    motion = piece.root[: end + half], piece.local[: end + half]
    while len(motion[0]) < LOOP_TO_SECS * FPS:
        motion = rep.join(motion, cycle, overlap)
    return Piece(piece.clip, *motion, piece.segment, piece.held_out)


def together(pieces, count, rng):
    """The arms, head and chest of one piece over the legs of another."""
    by_action = _by_action(pieces)
    legs, arms = [sorted(actions & by_action.keys()) for actions in (LEGS, ARMS)]
    made = []
    for _ in range(count if legs and arms else 0):
        # Half of them walk straight on.
        lower = rng.choice(by_action["walk" if rng.random() < 0.5 else rng.choice(legs)])
        upper = rng.choice(by_action[rng.choice(arms)])
        begin = rng.randrange(0, FPS)
        shown = min(len(upper), len(lower) - begin)
        if shown < 1.5 * FPS:
            continue
        ramp = torch.arange(shown).clamp(max=8) / 8
        weight = torch.minimum(ramp, torch.ones(shown) if shown < len(upper) else ramp.flip(0))
        local = lower.local.clone()
        window = slice(begin, begin + shown)
        local[window, rep.UPPER_BODY] = rep.blend(local[window, rep.UPPER_BODY], upper.local[:shown, rep.UPPER_BODY], weight[:, None, None])
        made.append(Piece(f"{lower.clip}+{upper.clip}", lower.root, local, Segment.together(lower.segment, upper.segment), False))
    return made


def after(pieces, count, rng, overlap=10):
    """One action after another, where the end of the one is much like the beginning of the other."""
    by_action = _by_action(pieces)
    actions = sorted((STANDING | LEGS | FOLLOWING) & by_action.keys())
    made = []
    for _ in range(count if len(actions) > 1 else 0):
        first = rng.choice(by_action[rng.choice(actions)])
        other = by_action[rng.choice([action for action in actions if action != first.segment.action])]
        # What has no end may end at several moments.
        longest = min(len(first), 4 * FPS)
        stops = rng.sample(range(FPS, longest + 1), min(12, longest - FPS + 1)) if first.segment.cyclic and longest > FPS else [len(first)]
        options = [piece for piece in rng.sample(other, min(8, len(other))) if len(piece) > overlap and (piece.segment.cyclic or len(piece) < 6 * FPS)]
        if not options or len(first) < 2 * overlap:
            continue
        beginnings = torch.stack([rep.encode(piece.root[:overlap], piece.local[:overlap])[overlap // 2, rep.POSITIONS] for piece in options])
        endings = rep.encode(first.root, first.local)[[stop - overlap // 2 for stop in stops]][:, rep.POSITIONS]
        distances = torch.cdist(endings, beginnings)
        if distances.min() < 1.2:
            end, chosen = divmod(int(distances.argmin()), len(options))
            stop, second = stops[end], options[chosen]
            behind = min(len(second), 5 * FPS)
            root, local = rep.join((first.root[:stop], first.local[:stop]), (second.root[:behind], second.local[:behind]), overlap)
            segment = Segment.after(first.segment, second.segment)
            made.append(Piece(f"{first.clip}>{second.clip}", root, local, segment, False, stop - overlap // 2))
    return made


def features_of(pieces, mirrored=False, speed=1.0, device="cpu", rows=1 << 16):
    """Features of all pieces, one behind the other: (float32 [F, 272] on `device`, lengths)."""
    motions = [piece.variant(mirrored, speed) for piece in pieces]
    lengths = [len(root) for root, _ in motions]
    parts, first = [], 0
    while first < len(motions):
        # As many whole pieces at once as fit into `rows`.
        last, total = first, 0
        while last < len(motions) and (total == 0 or total + lengths[last] <= rows):
            total += lengths[last]
            last += 1
        starts = torch.tensor([0, *lengths[first : last - 1]]).cumsum(0).tolist()
        root, local = (torch.cat(column).to(device) for column in zip(*motions[first:last]))
        parts.append(rep.encode(root, local, starts=starts))
        first = last
    return torch.cat(parts), lengths


def longest_run(flags):
    """(start, stop) of the longest stretch of True."""
    best, start = (0, 0), None
    for at, flag in enumerate([*flags.tolist(), False]):
        if flag and start is None:
            start = at
        elif not flag and start is not None:
            best, start = max(best, (start, at), key=lambda run: run[1] - run[0]), None
    return best


def _by_action(pieces):
    found = defaultdict(list)
    for piece in pieces:
        found[piece.segment.action].append(piece)
    return found


class Corpus:
    """Pieces, feature statistics, and captions with their text features, for the model `model` out of `archives`.

    `minutes` are those of the archives' own motion that is learned from, {archive: minutes}.
    `texts[pool]` are the captions of a pool and `text_spans[pool]` the (first row, length) of each in `text_features`
    [rows, 384] float16; `pools[piece][mirrored]` is a piece's pool, `second_pools[piece][mirrored]` that of the second of its two
    actions (0 if there is one). Pool 0 holds the empty caption alone; the first caption of the others is the plain one.
    """

    def __init__(self, model, archives, minutes, pieces, mean, std, pools, second_pools, texts, text_spans, text_features):
        self.model, self.archives, self.minutes = model, archives, minutes
        self.pieces, self.mean, self.std, self.pools, self.second_pools = pieces, mean, std, pools, second_pools
        self.texts, self.text_spans, self.text_features = texts, text_spans, text_features

    @classmethod
    def make(cls, model, pack_file, dataset, encoder_folder, device="cpu", captions=40, seed=0, compositions=500, chains=1000, like=None, remember=None):
        pieces, minutes = build(pack_file, dataset, seed, compositions, chains)
        archives = take_up(model, minutes, like)
        mean, std = kept_statistics(like) if like else statistics(pieces, device)
        texts, pool_of = [[""]], {}

        def pool(segment, mirrored):
            if segment is None:
                return 0
            key = (mirrored, segment.key)
            if key not in pool_of:
                # The same sentences in every corpus, and as far as they name no side those of the mirror image.
                captions_ = segment.captions(captions, random.Random(f"{seed} {segment.key}"))
                pool_of[key] = len(texts)
                texts.append([swap_sides(text) for text in captions_] if mirrored else captions_)
            return pool_of[key]

        sides = False, True
        pools = [[pool(piece.segment, mirrored) for mirrored in sides] for piece in pieces]
        second_pools = [[pool(piece.segment.second, mirrored) for mirrored in sides] for piece in pieces]
        # What the model is tested with stays unseen.
        refused = {caption for caption, _ in given_away({text for pool in texts for text in pool})}
        texts = [[text for text in pool if text not in refused] for pool in texts]
        silent = sorted(key for (mirrored, key), place in pool_of.items() if not texts[place] and not mirrored)
        if silent:
            raise SystemExit(f"every caption of these pieces shares words with a test prompt: {', '.join(map(str, silent))[:2000]}")
        distinct = list(dict.fromkeys(text for pool in texts for text in pool))
        print(f"{len(refused)} captions left out: they share words with a test prompt")
        encoder = TextEncoder(encoder_folder, device)
        features = (Remembered(encoder, remember) if remember else encoder).encode(distinct)
        first = torch.tensor([0, *map(len, features)]).cumsum(0).tolist()
        span_of = {text: (first[row], len(features[row])) for row, text in enumerate(distinct)}
        spans = [[span_of[text] for text in pool] for pool in texts]
        return cls(model, archives, minutes, pieces, mean, std, pools, second_pools, texts, spans, torch.cat(features))

    def save(self, path):
        state = dict(vars(self))
        # The captions of a second action are in its pool.
        state["pieces"] = [(p.clip, p.root, p.local, {**vars(p.segment), "second": None}, p.held_out, p.seam) for p in self.pieces]
        torch.save(state, path)

    @classmethod
    def load(cls, path):
        state = torch.load(path, weights_only=True)
        pieces = []
        for clip, root, local, segment, held_out, seam in state.pop("pieces"):
            restored = Segment(segment["action"])
            vars(restored).update(segment)
            pieces.append(Piece(clip, root, local, restored, held_out, seam))
        corpus = cls(pieces=pieces, **state)
        refuse(corpus.model, corpus.archives, path)
        return corpus


def kept_statistics(folder):
    """Mean and deviation of a model folder."""
    return tuple(torch.from_numpy(np.load(Path(folder) / f"{name}.npy")).float() for name in ("mean", "std"))


def statistics(pieces, device):
    """Mean per element and deviation per block (as published), over the clips and their mirror images."""
    count, total, squares = 0, 0, 0
    for mirrored in (False, True):
        features = features_of([piece for piece in pieces if not piece.held_out], mirrored, device=device)[0].double()
        count, total, squares = count + len(features), total + features.sum(0), squares + (features**2).sum(0)
    mean = total / count
    deviation = (squares / count - mean**2).clamp(min=0).sqrt()
    std = torch.empty_like(deviation)
    for block in (rep.STEP, rep.TURN, rep.POSITIONS, rep.VELOCITIES, rep.ROTATIONS):
        std[block] = deviation[block].mean()
    return mean.float().cpu(), std.float().cpu()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--for", dest="model", choices=MODELS, required=True, help="the model, whose licence decides what may go into it")
    parser.add_argument("pack")
    parser.add_argument("dataset", help="folder of `zoetrope dataset build`, for who is held out")
    parser.add_argument("text_encoder")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--captions", type=int, default=40, help="sentences per action and style")
    parser.add_argument("--compositions", type=int, default=500)
    parser.add_argument("--chains", type=int, default=1000)
    parser.add_argument("--like", help="model folder whose feature statistics are kept, to train it further")
    parser.add_argument("--remember", help="file that keeps the features of sentences for other corpora")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    a = parser.parse_args()
    corpus = Corpus.make(a.model, a.pack, a.dataset, a.text_encoder, a.device, a.captions, 0, a.compositions, a.chains, a.like, a.remember)
    corpus.save(a.output)
    seconds = defaultdict(float)
    for piece in corpus.pieces:
        seconds[piece.group] += len(piece) / FPS
    print(*(f"{archive}: {minutes:.1f} minutes" for archive, minutes in corpus.minutes.items()), sep="\n")
    print(*(f"{group}: {secs:.0f} s" for group, secs in sorted(seconds.items(), key=lambda item: -item[1])), sep="\n")
    print(f"{len(corpus.pieces)} pieces, {sum(seconds.values()) / 60:.0f} minutes, {sum(map(len, corpus.texts))} captions")


if __name__ == "__main__":
    main()
