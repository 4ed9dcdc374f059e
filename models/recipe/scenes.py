"""Whole sentences for actions: what somebody might type who does not name the action.

They stand in scenes.txt, one a line, under headings `[action]` or `[action/style, …]`; SIDE stands for left or right.
"""

import re
from pathlib import Path


def _read():
    found, keys = {}, []
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            keys = line.strip("[]").split(", ")
        elif line:
            for key in keys:
                found.setdefault(key, []).append(line)
    return found


SCENES = _read()


def scenes(action, style):
    """The sentences of an action in a style, none if there are none."""
    key = action if style == "normal" else f"{action}/{style}"
    if side := re.search(r"(?<=-)(left|right)$", key):
        return [line.replace("SIDE", side[0]) for line in SCENES.get(key.removesuffix(side[0]) + "SIDE", ())]
    return SCENES.get(key, [])
