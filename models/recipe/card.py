"""What a model folder tells about its model: from the corpus that it learned from and from what comes back of it."""

from collections import Counter

import reconstruct
from archives import ARCHIVES
from captions import Segment
from train_transformer import LONGEST
from words import STYLES

SHOWN = 40  # actions that are listed
BLURRED_MM = 100.0
TOKENS_PER_SEC = 15
LIMITS = "one body without fingers, objects and floors other than a flat one; English; up to {:.0f} seconds at once"


def actions(corpus):
    """{action: seconds that are learned from}, longest first, without compositions and what has the archive's sentences alone."""
    seconds = Counter()
    for piece in corpus.pieces:
        if not piece.held_out and piece.segment.phrases and not set("+>") & set(piece.segment.action):
            seconds[piece.segment.action] += len(piece) / reconstruct.rep.FPS
    return dict(seconds.most_common())


def told(action):
    """An action as a card says it: "walks forward"."""
    return Segment(action).plain.removeprefix("a person ")


def blurred(corpus, net):
    """Actions that come back of the tokenizer with joints further off than BLURRED_MM, worst first."""
    pieces = reconstruct.some_of_each([piece for piece in corpus.pieces if not piece.held_out and piece.segment.action in actions(corpus)], 2)
    errors = {}
    for piece, clip, decoded, _ in reconstruct.through(corpus, net, pieces):
        errors.setdefault(piece.segment.action, []).append(reconstruct.lost(clip, decoded)[1].item())
    mean = {action: sum(found) / len(found) for action, found in errors.items()}
    return [action for action in sorted(mean, key=mean.get, reverse=True) if mean[action] > BLURRED_MM]


def card(corpus, net, tokenizer, transformer):
    """The `card` of model.json; `tokenizer` and `transformer` are the measures of the runs' best."""
    known = actions(corpus)
    manners = sorted({STYLES[piece.segment.style][0][0] for piece in corpus.pieces if not piece.held_out} - {""})
    pieces = Counter(piece.segment.action for piece in corpus.pieces if not piece.held_out)
    pairs = [sum(mark in action for action in pieces) for mark in "+>"]
    bad = blurred(corpus, net)
    longest = list(dict.fromkeys(map(told, known)))
    can = f"{len(longest)} actions: {', '.join(longest[:SHOWN])}{' and more' if len(longest) > SHOWN else ''}"
    if manners:
        can += f"; walks and runs {', '.join(manners)}"
    can += f"; {pairs[0]} pairs of actions at once, {pairs[1]} one after the other"
    cannot = LIMITS.format(LONGEST / TOKENS_PER_SEC)
    if bad:
        cannot = f"joints are more than {BLURRED_MM / 10:.0f} cm off where somebody {', '.join(list(dict.fromkeys(map(told, bad)))[:SHOWN])}; {cannot}"
    rounded = lambda measures: {key: round(value, 4) for key, value in measures.items()}  # noqa: E731
    return {
        "can": can,
        "cannot": cannot,
        "data": ", ".join(f"{ARCHIVES[archive].title} ({minutes:.0f} min)" for archive, minutes in sorted(corpus.minutes.items())) + ", retargeted to Zoetrope's skeleton",
        "data_minutes": round(sum(corpus.minutes.values())),
        "tokenizer": rounded(tokenizer),
        "transformer": rounded(transformer),
    }
