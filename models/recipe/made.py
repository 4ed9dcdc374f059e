"""Motion made from captured motion: gestures over it, moods of it, walks backwards, quicker and slower ones.

Every maker takes pieces (corpus.py) to start from and yields (clip, root, local, Segment).
"""

import representation as rep
from captions import Segment
from gestures import GESTURES, Playing, played
from moods import MOODS, moody
from representation import FPS

STANDING, WALKING, SEATED = 10, 6, 4  # playings of each gesture over each kind of base
CYCLIC_SECS = 3.0, 6.0
WALKS = ("walk", "walk-turn-left", "walk-turn-right", "walk-veer-left", "walk-veer-right", "walk-around")
MOODY = {"walk": 20, "walk-turn-left": 3, "walk-turn-right": 3, "walk-slow": 2, "run": 6, "jog": 6, "stand": 6}
BACKWARD, FASTER, SLOWER = 24, 12, 12


def gestured(pieces, rng):
    """Every gesture over standing, walking and seated people."""
    bases = {action: [piece for piece in pieces if piece.segment.action == action and piece.segment.style == "normal"] for action in ("stand", "walk", "seated")}
    for name, gesture in GESTURES.items():
        counts = {"stand": STANDING, "walk": WALKING * gesture.walking, "seated": SEATED * gesture.seated}
        for action, count in counts.items():
            for _ in range(count if bases[action] else 0):
                playing = Playing(gesture, rng, rng.uniform(*CYCLIC_SECS) if gesture.cyclic else None)
                base = rng.choice(bases[action])
                # What goes on for as long as one likes is not seen to end.
                length = int(FPS * (playing.stop if gesture.cyclic else playing.secs))
                if len(base) < length:
                    base = max(rng.sample(bases[action], min(8, len(bases[action]))), key=len)
                length = min(length, len(base))
                begin = rng.randrange(len(base) - length + 1)
                window = slice(begin, begin + length)
                root, local = played(playing, base.root[window], base.local[window])
                yield f"{name}+{base.clip}", root, local, shows(name, action, base, gesture.cyclic)


def shows(name, action, base, cyclic):
    gesture = Segment(name, cyclic=cyclic)
    return gesture if action == "stand" else Segment.together(base.segment, gesture)


def in_moods(pieces, rng):
    """Walks, runs and idling in moods."""
    for mood in MOODS:
        for action, count in MOODY.items():
            found = [piece for piece in pieces if piece.segment.action == action and piece.segment.style == "normal" and len(piece) >= 2 * FPS]
            for base in rng.sample(found, min(count, len(found))):
                yield f"{base.clip}/{mood}", *moody(mood, base.root, base.local, rng), Segment(action.replace("walk-slow", "walk"), mood, cyclic=base.segment.cyclic)


def paces(pieces, rng):
    """Walks played backwards, faster and slower."""
    walks = [piece for piece in pieces if piece.segment.action == "walk" and piece.segment.style == "normal" and len(piece) >= 2 * FPS]
    for base in rng.sample(walks, min(BACKWARD, len(walks))):
        root, local = rep.stretch(base.root.flip(0), base.local.flip(0), rng.uniform(0.65, 0.95))
        yield f"{base.clip}/back", root, local, Segment("walk-back", cyclic=True)
    for action, count, bounds in (("walk-fast", FASTER, (1.3, 1.5)), ("walk-slow", SLOWER, (0.5, 0.7))):
        for base in rng.sample(walks, min(count, len(walks))):
            yield f"{base.clip}/{action}", *rep.stretch(base.root, base.local, rng.uniform(*bounds)), Segment(action, cyclic=True)
