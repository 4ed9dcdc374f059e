"""Phrases of actions beyond those of words.py: in phrases.txt, under headings `[action]`, with `;` between them."""

from pathlib import Path


def read():
    found, action = {}, ""
    for line in Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            action = line.strip("[]")
            found[action] = []
        elif line:
            found[action] += [phrase.strip() for phrase in line.split(";") if phrase.strip()]
    return found
