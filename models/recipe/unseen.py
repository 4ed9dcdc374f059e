"""The captions must not give away what the model is tested with.

The test prompts of `zoetrope bench --prompts` are in other words than the captions'. Their tables have a last column: the
words that make a prompt what it is, each a phrase whose `*` stands for any letters. No caption may contain one of them, nor
five words in a row of a prompt.
"""

import re
from pathlib import Path

TABLES = Path(__file__).resolve().parents[2] / "assets/prompts"
RUN = 5


def given_away(captions, tables=("obedience.tsv", "plain.tsv", "wide.tsv")):
    """The captions that share with a test prompt what they must not, as (caption, prompt)."""
    kept_out = [row for table in tables for row in read(TABLES / table)]
    patterns = re.compile("|".join(f"(?P<row{row}>{pattern})" for row, (_, pattern) in enumerate(kept_out)))
    found = []
    for caption in captions:
        match = patterns.search(" ".join(words(caption)))
        if match:
            found.append((caption, kept_out[int(match.lastgroup.removeprefix("row"))][0]))
    return found


def read(table):
    """(prompt, regular expression of what no caption may contain) of each row."""
    rows = []
    for line in table.read_text().splitlines():
        if line and not line.startswith("#"):
            *_, prompt, phrases = line.split("\t")
            said = words(prompt)
            runs = [" ".join(said[at : at + RUN]) for at in range(len(said) - RUN + 1)]
            keys = [re.escape(phrase.strip()).replace(r"\*", r"\w*") for phrase in phrases.split(",")]
            rows.append((prompt, "|".join(rf"\b(?:{part})\b" for part in [*keys, *runs])))
    return rows


def words(text):
    return re.findall(r"[\w']+", text.lower())
