"""Gestures of our own, keyed: arms, head and trunk over the legs of captured motion.

No archive that everybody may use shows somebody who waves or holds a telephone to the ear. A gesture is a few places that the
wrists pass, in metres from their shoulders as the chest has them (outwards, up, ahead), with turns of the head and the trunk in
degrees; the arms follow by their two bones. Every playing varies places, pace and number of repeats, and keeps what the base
does beside it.
"""

from dataclasses import dataclass

import torch
from torch.nn import functional as F

import representation as rep
from representation import FPS

COLLARS, SHOULDERS, ELBOWS, WRISTS = (13, 14), (16, 17), (18, 19), (20, 21)
HIPS, SPINE, NECK, HEAD = (1, 2), (3, 6, 9), 12, 15
UPPER_M, LOWER_M = 0.265, 0.248
DOWN = (0.0, -1.0, -0.25)  # where an elbow points if nothing else is said


@dataclass
class Gesture:
    """`left`, `right`: places of the wrist, one after the other; what stands in `beat` is repeated `repeats` times (least, most) behind
    them, `secs` a place. `head` and `trunk`: (pitch, yaw, roll) at each place, the last one held; `lean`: degrees at the hips.
    `cyclic`: goes on for as long as one likes. `seated`, `walking`: what else it is done in beside standing.
    """

    left: tuple = ()
    right: tuple = ()
    left_beat: tuple = ()
    right_beat: tuple = ()
    repeats: tuple = (2, 5)
    secs: float = 0.65
    beat_secs: float = 0.25
    hold_secs: tuple = (0.6, 2.0)
    head: tuple = ()
    head_beat: tuple = ()
    trunk: tuple = ()
    trunk_beat: tuple = ()
    lean: float = 0.0
    elbow: tuple = DOWN
    wrist: tuple = (0.0, 0.0, 0.0)
    cyclic: bool = False
    walking: bool = True
    seated: bool = True


def both(*places, beat=(), **more):
    return Gesture(left=places, right=places, left_beat=tuple(beat), right_beat=tuple(beat), **more)


def right(*places, beat=(), **more):
    return Gesture(right=places, right_beat=tuple(beat), **more)


OUT = (1.0, -0.3, -0.3)
GESTURES = {
    "raise-right": right((0.05, 0.49, 0.08), hold_secs=(0.8, 2.5)),
    "raise-both": both((0.06, 0.49, 0.06), hold_secs=(0.8, 2.5)),
    "wave-right": right((0.16, 0.36, 0.14), beat=((0.32, 0.30, 0.14), (0.04, 0.37, 0.16)), repeats=(3, 7), elbow=OUT),
    "wave-both": both((0.15, 0.40, 0.10), beat=((0.33, 0.32, 0.10), (0.03, 0.42, 0.12)), repeats=(3, 7), elbow=OUT, seated=False),
    "bye": right((0.14, 0.28, 0.20), beat=((0.26, 0.24, 0.20), (0.03, 0.29, 0.21)), repeats=(2, 6), elbow=OUT),
    "bow": Gesture(lean=42, trunk=((10, 0, 0),), head=((12, 0, 0),), secs=0.9, hold_secs=(0.3, 1.2), walking=False, seated=False),
    "salute": right((-0.07, 0.20, 0.13), elbow=OUT, hold_secs=(0.8, 2.0)),
    "clap": both((-0.05, -0.14, 0.30), beat=((-0.155, -0.12, 0.31), (-0.04, -0.14, 0.30)), repeats=(5, 12), beat_secs=0.17, cyclic=True),
    "point-ahead": right((-0.03, 0.0, 0.50), hold_secs=(0.8, 2.5), elbow=(0.6, -1, 0)),
    "point-right": right((0.50, 0.02, 0.10), hold_secs=(0.8, 2.5), head=((0, -40, 0),)),
    "point-up": right((0.06, 0.47, 0.18), hold_secs=(0.8, 2.0), head=((-25, 0, 0),)),
    "point-down": right((0.05, -0.38, 0.33), hold_secs=(0.8, 2.0), head=((28, 0, 0),)),
    "phone": right((-0.03, 0.05, 0.12), hold_secs=(3, 5), elbow=(0.9, -1, 0.2), head=((4, 0, -8),), cyclic=True),
    "shrug": both((0.12, -0.30, 0.22), beat=((0.20, -0.22, 0.24), (0.12, -0.30, 0.22)), repeats=(1, 2), beat_secs=0.45, wrist=(-70, 0, 0), head=((0, 0, 10),)),
    "hands-on-hips": both((0.0, -0.36, 0.03), elbow=(1.0, 0.2, -0.35), hold_secs=(2, 5), cyclic=True, seated=False),
    "cross-arms": Gesture(left=((-0.22, -0.19, 0.20),), right=((-0.21, -0.15, 0.23),), elbow=(0.8, -1, 0), hold_secs=(2, 5), cyclic=True),
    "arms-out": both((0.505, 0.02, 0.03), hold_secs=(1, 3)),
    "arms-ahead": both((-0.02, 0.0, 0.505), hold_secs=(1, 3)),
    "nod": Gesture(head=((0, 0, 0),), head_beat=((16, 0, 0), (-4, 0, 0)), repeats=(2, 4), beat_secs=0.22),
    "shake-head": Gesture(head=((0, 0, 0),), head_beat=((0, 26, 0), (0, -26, 0)), repeats=(2, 4), beat_secs=0.28),
    "look-right": Gesture(head=((0, -58, 0),), trunk=((0, -14, 0),), hold_secs=(0.8, 2.5)),
    "look-up": Gesture(head=((-38, 0, 0),), trunk=((-6, 0, 0),), hold_secs=(0.8, 2.5)),
    "look-down": Gesture(head=((38, 0, 0),), trunk=((5, 0, 0),), hold_secs=(0.8, 2.5)),
    "look-around": Gesture(head=((0, 50, 0), (0, -50, 0), (0, 40, 0), (0, 0, 0)), trunk=((0, 16, 0), (0, -16, 0), (0, 14, 0), (0, 0, 0)), secs=0.8, cyclic=True),
    "look-far": right((-0.07, 0.20, 0.15), elbow=OUT, head=((-4, 30, 0), (-4, -30, 0), (-4, 0, 0)), trunk=((0, 8, 0), (0, -8, 0)), secs=0.7, hold_secs=(1, 2)),
    "scratch-head": right((-0.09, 0.24, 0.02), beat=((-0.06, 0.25, 0.0), (-0.11, 0.26, 0.03)), beat_secs=0.14, repeats=(3, 7), elbow=OUT, head=((10, 0, 8),)),
    "rub-hands": Gesture(
        left=((-0.15, -0.17, 0.28),), right=((-0.15, -0.17, 0.28),), left_beat=((-0.15, -0.15, 0.33), (-0.15, -0.19, 0.24)),
        right_beat=((-0.15, -0.19, 0.24), (-0.15, -0.15, 0.33)), beat_secs=0.18, repeats=(4, 9), cyclic=True,
    ),
    "pray": both((-0.155, -0.05, 0.22), elbow=(0.8, -1, 0), head=((22, 0, 0),), hold_secs=(2, 4), cyclic=True),
    "blow-kiss": right((-0.13, 0.10, 0.20), (0.02, 0.05, 0.45), hold_secs=(0.4, 1.2), elbow=(0.8, -1, 0)),
    "thumbs-up": right((-0.02, -0.12, 0.38), hold_secs=(0.8, 2.0), wrist=(-80, 0, 0)),
    "stop-sign": right((0.02, 0.02, 0.46), hold_secs=(0.8, 2.5), wrist=(0, 0, 70), elbow=(0.7, -1, 0)),
    "call": right((0.05, -0.02, 0.40), beat=((-0.03, 0.06, 0.22), (0.04, -0.02, 0.40)), beat_secs=0.28, repeats=(2, 4)),
    "facepalm": right((-0.14, 0.14, 0.16), elbow=(0.7, -1, 0.2), head=((24, 0, 0),), hold_secs=(0.8, 2)),
    "cover-face": both((-0.12, 0.10, 0.16), elbow=(0.7, -1, 0.3), head=((24, 0, 0),), trunk=((10, 0, 0),), hold_secs=(1.2, 3)),
    "cover-ears": both((-0.03, 0.09, 0.07), elbow=(1, -0.6, 0.2), head=((12, 0, 0),), hold_secs=(1, 3)),
    "hold-belly": both((-0.15, -0.33, 0.17), elbow=(0.9, -0.8, -0.3), lean=14, trunk=((18, 0, 0),), head=((10, 0, 0),), hold_secs=(1.5, 3)),
    "drink": right((-0.02, -0.20, 0.30), (-0.12, 0.07, 0.19), elbow=(0.9, -0.8, 0.1), head=((0, 0, 0), (-20, 0, 0)), hold_secs=(0.8, 1.8)),
    "eat": right((-0.05, -0.20, 0.30), beat=((-0.12, 0.07, 0.20), (-0.05, -0.20, 0.30)), beat_secs=0.55, repeats=(2, 4), elbow=(0.9, -0.8, 0), head=((8, 0, 0),), cyclic=True),
    "stretch": both((0.10, 0.48, 0.02), beat=((0.22, 0.45, -0.05), (0.06, 0.49, 0.02)), beat_secs=0.8, repeats=(1, 2), secs=0.9, trunk=((-9, 0, 0),), head=((-16, 0, 0),)),
    "yawn": right((-0.13, 0.09, 0.19), elbow=(0.9, -0.8, 0), head=((-18, 0, 0),), trunk=((-6, 0, 0),), hold_secs=(1, 2.2), secs=0.7),
    "check-watch": Gesture(left=((-0.15, -0.06, 0.27),), elbow=(0.9, -0.7, 0), head=((22, 8, 0),), hold_secs=(0.8, 2)),
    "carry-box": both((-0.04, -0.22, 0.33), hold_secs=(3, 6), cyclic=True),
    "conduct": Gesture(
        left=((0.08, -0.02, 0.36),), right=((0.08, -0.02, 0.36),), left_beat=((0.05, -0.16, 0.38), (0.28, -0.05, 0.32), (0.08, 0.14, 0.34)),
        right_beat=((0.05, -0.16, 0.38), (0.28, -0.05, 0.32), (0.08, 0.14, 0.34)), beat_secs=0.32, repeats=(3, 6), cyclic=True,
    ),
    "guitar": Gesture(
        left=((0.20, -0.16, 0.27),), right=((-0.08, -0.30, 0.20),), right_beat=((-0.08, -0.37, 0.20), (-0.08, -0.24, 0.21)), beat_secs=0.16, repeats=(8, 16),
        elbow=(0.9, -0.8, -0.2), head=((12, 10, 0),), cyclic=True,
    ),
    "type": Gesture(
        left=((-0.06, -0.24, 0.34),), right=((-0.06, -0.24, 0.34),), left_beat=((-0.03, -0.22, 0.34), (-0.07, -0.25, 0.35)),
        right_beat=((-0.08, -0.25, 0.34), (-0.02, -0.22, 0.35)), beat_secs=0.15, repeats=(8, 18), head=((16, 0, 0),), cyclic=True,
    ),
    "write-board": right((-0.02, 0.14, 0.42), beat=((0.05, 0.17, 0.42), (0.08, 0.10, 0.43), (0.0, 0.12, 0.43)), beat_secs=0.2, repeats=(4, 8), seated=False, walking=False, cyclic=True),
    "knock": right((0.0, 0.04, 0.34), beat=((0.0, 0.03, 0.43), (0.0, 0.05, 0.35)), beat_secs=0.14, repeats=(3, 5), walking=False),
    "flap": both((0.46, 0.05, 0.02), beat=((0.42, 0.27, 0.02), (0.42, -0.24, 0.02)), beat_secs=0.28, repeats=(4, 8), cyclic=True),
    "wipe-brow": right((-0.04, 0.20, 0.15), beat=((-0.22, 0.21, 0.17), (-0.04, 0.20, 0.14)), beat_secs=0.4, repeats=(1, 2), elbow=OUT),
    "brush-teeth": right((-0.11, 0.09, 0.20), beat=((-0.05, 0.09, 0.19), (-0.15, 0.09, 0.20)), beat_secs=0.13, repeats=(8, 16), elbow=(1, -0.3, 0), cyclic=True),
    "comb": right((-0.08, 0.25, 0.12), beat=((-0.10, 0.25, -0.06), (-0.08, 0.26, 0.12)), beat_secs=0.45, repeats=(2, 4), elbow=OUT, walking=False),
    "put-on-hat": both((-0.05, -0.2, 0.33), (-0.07, 0.28, 0.08), elbow=(1, 0, 0.3), hold_secs=(0.3, 1)),
    "stir": right((-0.05, -0.22, 0.33), beat=((0.03, -0.22, 0.30), (0.0, -0.22, 0.38), (-0.10, -0.22, 0.38), (-0.12, -0.22, 0.30)), beat_secs=0.2, repeats=(3, 7), head=((18, 0, 0),), cyclic=True),
    "drum": Gesture(
        left=((-0.03, -0.18, 0.35),), right=((-0.03, -0.18, 0.35),), left_beat=((-0.03, -0.28, 0.36), (-0.02, -0.10, 0.33)),
        right_beat=((-0.02, -0.10, 0.33), (-0.03, -0.28, 0.36)), beat_secs=0.17, repeats=(6, 12), cyclic=True,
    ),
    "juggle": Gesture(
        left=((0.0, -0.24, 0.30),), right=((0.0, -0.24, 0.30),), left_beat=((0.03, -0.12, 0.30), (-0.03, -0.28, 0.30)),
        right_beat=((-0.03, -0.28, 0.30), (0.03, -0.12, 0.30)), beat_secs=0.24, repeats=(5, 9), head=((-14, 0, 0),), cyclic=True,
    ),
    "violin": Gesture(
        left=((0.06, 0.02, 0.34),), right=((-0.12, 0.0, 0.22),), right_beat=((0.10, -0.12, 0.26), (-0.12, 0.02, 0.22)), beat_secs=0.4, repeats=(3, 6),
        elbow=(0.7, -0.8, 0), head=((6, 22, 12),), cyclic=True,
    ),
    "pull-rope": Gesture(
        left=((-0.06, -0.10, 0.46),), right=((-0.06, -0.14, 0.20),), left_beat=((-0.06, -0.16, 0.16), (-0.06, -0.08, 0.46)),
        right_beat=((-0.06, -0.08, 0.46), (-0.06, -0.16, 0.16)), beat_secs=0.45, repeats=(3, 6), trunk=((4, 0, 0),), trunk_beat=((-6, 10, 0), (-6, -10, 0)), cyclic=True,
    ),
    "press-up-weight": both((0.04, 0.06, 0.14), beat=((0.05, 0.49, 0.05), (0.04, 0.06, 0.14)), beat_secs=0.7, repeats=(2, 4), walking=False, cyclic=True),
    "curl": both((0.03, -0.45, 0.12), beat=((0.0, -0.06, 0.22), (0.03, -0.46, 0.10)), beat_secs=0.65, repeats=(2, 5), walking=False, cyclic=True),
    "twist": Gesture(trunk=((0, 0, 0),), trunk_beat=((0, 50, 0), (0, -50, 0)), beat_secs=0.6, repeats=(2, 4), cyclic=True, walking=False),
    "lean-right": Gesture(trunk=((0, 0, 28),), hold_secs=(0.6, 1.6), secs=0.7, walking=False),
    "arm-circles": both((0.46, 0.1, 0.0), beat=((0.30, 0.40, 0.0), (0.05, 0.49, 0.06), (0.15, 0.1, 0.46), (0.30, -0.38, 0.1), (0.46, 0.0, 0.0)), beat_secs=0.2, repeats=(2, 5), cyclic=True, walking=False),
    "cough": right((-0.13, 0.08, 0.18), elbow=(0.9, -0.8, 0), trunk_beat=((12, 0, 0), (3, 0, 0)), head_beat=((16, 0, 0), (6, 0, 0)), beat_secs=0.2, repeats=(2, 4)),
    "sneeze": right((-0.13, 0.09, 0.17), elbow=(0.9, -0.8, 0), head=((-16, 0, 0), (30, 0, 0)), trunk=((-8, 0, 0), (24, 0, 0)), secs=0.4, hold_secs=(0.3, 0.6)),
    "take-photo": both((-0.08, 0.08, 0.26), elbow=(0.9, -0.8, 0), hold_secs=(1, 2.5)),
    "binoculars": both((-0.10, 0.11, 0.19), elbow=(1, -0.5, 0), head=((0, 20, 0), (0, -20, 0)), secs=0.9, hold_secs=(1, 2)),
    "umbrella": right((-0.02, -0.02, 0.24), elbow=(0.6, -1, 0), hold_secs=(3, 6), cyclic=True),
    "read-book": both((-0.11, -0.14, 0.28), elbow=(0.7, -1, 0), head=((26, 0, 0),), hold_secs=(3, 6), cyclic=True),
    "look-at-phone": right((-0.08, -0.10, 0.30), elbow=(0.6, -1, 0), head=((26, 4, 0),), hold_secs=(3, 6), cyclic=True),
    "hand-on-heart": right((-0.16, -0.16, 0.16), elbow=(0.9, -0.8, 0), hold_secs=(1.2, 3)),
    "think": right((-0.14, 0.02, 0.17), elbow=(0.5, -1, 0.2), head=((10, 8, 4),), hold_secs=(2, 4), cyclic=True),
    "throw-both": both((0.0, 0.40, 0.04), (0.0, 0.16, 0.45), secs=0.5, hold_secs=(0.2, 0.5), trunk=((-10, 0, 0), (14, 0, 0)), elbow=(0.8, -0.5, 0.3), walking=False, seated=False),
    "catch": both((-0.05, -0.05, 0.46), (-0.10, -0.16, 0.24), secs=0.4, hold_secs=(0.6, 1.4), walking=False),
    "hug": both((0.20, 0.0, 0.40), (-0.12, -0.02, 0.33), secs=0.8, elbow=(1, -0.4, 0), hold_secs=(1, 2.5), walking=False),
    "push-away": both((0.0, -0.08, 0.20), (0.0, -0.02, 0.49), secs=0.3, wrist=(0, 0, 60), hold_secs=(0.4, 1.2), trunk=((0, 0, 0), (8, 0, 0))),
    "shake-hands": right((-0.06, -0.20, 0.38), beat=((-0.06, -0.14, 0.38), (-0.06, -0.24, 0.38)), beat_secs=0.2, repeats=(2, 4)),
    "hold-rail": both((0.05, -0.28, 0.34), hold_secs=(2, 5), lean=6, walking=False, cyclic=True),
    "lift-box": both((-0.04, -0.40, 0.34), (-0.04, -0.20, 0.33), lean=34, secs=0.9, hold_secs=(0.4, 1), walking=False, seated=False),
}  # fmt: skip


def smooth(t):
    """From 0 to 1 with rest at both ends."""
    t = t.clamp(0, 1)
    return t * t * t * (t * (6 * t - 15) + 10)


def course(keys, times, at):
    """Values of keys [K, 3] at `times` [K] seconds, at the moments `at`."""
    keys, times = torch.tensor(keys, dtype=torch.float32), torch.tensor(times, dtype=torch.float32)
    row = (torch.searchsorted(times, at, right=True) - 1).clamp(0, len(times) - 2) if len(times) > 1 else torch.zeros(len(at), dtype=torch.long)
    if len(times) == 1:
        return keys.expand(len(at), 3)
    share = smooth((at - times[row]) / (times[row + 1] - times[row]).clamp(min=1e-3))[:, None]
    return torch.lerp(keys[row], keys[row + 1], share)


def turn(degrees):
    """Turns (pitch forward, yaw left, roll to the right side) in degrees [..., 3] → quaternions."""
    pitch, yaw, roll = torch.deg2rad(degrees).unbind(-1)
    about = lambda angle, axis: rep.quat_from_axis_angle(angle[..., None] * angle.new_tensor(axis))  # noqa: E731
    return rep.quat_multiply(about(yaw, [0, 1, 0]), rep.quat_multiply(about(pitch, [1, 0, 0]), about(roll, [0, 0, 1])))


def frames_along(direction, axis):
    """Right-handed frames [..., 3, 3] along `direction`, their second column nearest to `axis`."""
    first = F.normalize(direction, dim=-1)
    third = F.normalize(torch.linalg.cross(first, axis.expand_as(first)), dim=-1)
    return torch.stack([first, torch.linalg.cross(third, first), third], -1)


def reach(target, elbow, outwards):
    """Rotations (upper arm, forearm) [T, 3, 3] in the frame of `target` [T, 3], from the shoulder, with the elbow towards `elbow`."""
    distance = target.norm(dim=-1, keepdim=True).clamp(0.12, UPPER_M + LOWER_M - 0.004)
    along = F.normalize(target, dim=-1)
    hint = F.normalize(elbow - (elbow * along).sum(-1, keepdim=True) * along, dim=-1)
    share = (UPPER_M**2 + distance**2 - LOWER_M**2) / (2 * distance)
    corner = share * along + (UPPER_M**2 - share**2).clamp(min=0).sqrt() * hint
    upper, lower = F.normalize(corner, dim=-1), F.normalize(distance * along - corner, dim=-1)
    axis = torch.linalg.cross(upper, lower)
    # Ours bends about -Y (left, X ahead to Z) and Y (right).
    ours = frames_along(target.new_tensor([outwards, 0, 0]), target.new_tensor([0, -outwards, 0]))
    return frames_along(upper, axis) @ ours.T, frames_along(lower, axis) @ ours.T


class Playing:
    """One playing of a gesture: keys with their times, drawn from `rng`."""

    def __init__(self, gesture, rng, secs=None):
        self.gesture = gesture
        pace = rng.uniform(0.8, 1.3)
        start = rng.uniform(0.1, 0.7)
        stray = lambda place: tuple(number + rng.gauss(0, 0.018) for number in place)  # noqa: E731
        lead = max(len(gesture.left), len(gesture.right), len(gesture.head), len(gesture.trunk), 1 if gesture.lean else 0, 1)
        beats = max(map(len, (gesture.left_beat, gesture.right_beat, gesture.head_beat, gesture.trunk_beat)))
        repeats = rng.randint(*gesture.repeats) if beats else 0
        if secs and beats:
            repeats = max(repeats, int(secs / (beats * gesture.beat_secs * pace)))
        self.times = [start + pace * gesture.secs * (row + 1) for row in range(lead)]
        for row in range(repeats * beats):
            self.times.append(self.times[-1] + pace * gesture.beat_secs * rng.uniform(0.9, 1.1))
        hold = 0.15 if beats else rng.uniform(*gesture.hold_secs)
        if secs and not beats:
            hold = secs
        self.times.append(self.times[-1] + hold)
        self.start, self.stop, self.back = start, self.times[-1], rng.uniform(0.55, 0.95) * max(1.0, gesture.secs / 0.65)
        self.fade_in = pace * gesture.secs

        def keys(places, beat, size=1.0):
            if not places and not beat:
                return None
            places = places or ((0.0, 0.0, 0.0),)
            found = [tuple(size * number for number in place) for place in places] + [places[-1] and tuple(size * number for number in places[-1])] * (lead - len(places))
            for row in range(repeats * beats):
                found.append(tuple(size * number for number in beat[row % len(beat)]) if beat else found[-1])
            return [*found, found[-1]]

        size = rng.uniform(0.8, 1.15)
        self.left, self.right = ([stray(place) for place in found] if (found := keys(places, beat)) else None
                                 for places, beat in ((gesture.left, gesture.left_beat), (gesture.right, gesture.right_beat)))  # fmt: skip
        self.head, self.trunk = keys(gesture.head, gesture.head_beat, size), keys(gesture.trunk, gesture.trunk_beat, size)
        self.lean = gesture.lean * rng.uniform(0.75, 1.25)

    @property
    def secs(self):
        return self.stop + self.back + 0.3


def played(playing, root, local):
    """The gesture over a base motion of at least its length: (root, local), as long as the base."""
    gesture, at = playing.gesture, torch.arange(len(root)) / FPS
    weight = torch.minimum(smooth((at - playing.start) / playing.fade_in), 1 - smooth((at - playing.stop) / playing.back))[:, None]
    local = local.clone()
    zero = torch.zeros(len(root), 3)
    trunk = weight * course(playing.trunk, playing.times, at) if playing.trunk else zero
    head = weight * course(playing.head, playing.times, at) if playing.head else zero
    if playing.lean:
        lean = turn(weight * playing.lean * zero.new_tensor([1, 0, 0]))
        local[:, 0] = rep.quat_multiply(local[:, 0], lean)
        back = lean * lean.new_tensor([1, -1, -1, -1])
        for hip in HIPS:
            local[:, hip] = rep.quat_multiply(back, local[:, hip])
        # The hips stay over the feet: the pelvis goes back a little.
        facing = rep.heading(rep.matrix_from_quat(local[:, 0]))
        away = 0.12 * torch.sin(torch.deg2rad(weight[:, 0] * playing.lean))
        root = root - torch.stack([away * torch.sin(facing), 0 * away, away * torch.cos(facing)], -1)
    for joint in SPINE:
        local[:, joint] = rep.quat_multiply(local[:, joint], turn(trunk / 3))
    for joint in (NECK, HEAD):
        local[:, joint] = rep.quat_multiply(local[:, joint], turn(head / 2))
    elbow = torch.tensor(gesture.elbow)
    for side, keys in enumerate((playing.left, playing.right)):
        if keys is None:
            continue
        outwards = 1.0 if side == 0 else -1.0
        mirror = torch.tensor([outwards, 1.0, 1.0])
        target = course(keys, playing.times, at) * mirror
        upper, lower = reach(target, (elbow * mirror).expand_as(target), outwards)
        # Places are the chest's; a collar that is turned is taken back.
        collar = rep.matrix_from_quat(local[:, COLLARS[side]])
        bent = turn(torch.tensor([gesture.wrist[0], outwards * gesture.wrist[1], -outwards * gesture.wrist[2]])).expand(len(root), 4)
        wanted = [quaternion(collar.transpose(-1, -2) @ upper), quaternion(upper.transpose(-1, -2) @ lower), bent]
        for joint, pose in zip((SHOULDERS[side], ELBOWS[side], WRISTS[side]), wanted):
            local[:, joint] = rep.blend(local[:, joint], pose, weight)
    return root, local


def quaternion(matrices):
    """Rotation matrices [T, 3, 3] → quaternions, signs as continuous as they can be."""
    q = rep.quat_from_matrix(matrices)
    flips = torch.where((q[1:] * q[:-1]).sum(-1) < 0, -1.0, 1.0).cumprod(0)
    return q * torch.cat([torch.ones(1), flips])[:, None]
