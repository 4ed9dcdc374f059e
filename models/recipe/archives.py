"""The motion archives, what each allows, and the models that may learn from them.

`starter` is for everybody, also commercially; `starter-nc` is not. Whatever goes into a model carries the list of archives that it
was made of (packs, corpora, runs, model folders), and each step refuses what its model may not have: clips, weights to start from,
statistics to keep. HDM05 is in no list: it tests.
"""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Archive:
    """`licence` is an SPDX name where there is one; `credit` is what has to be told, empty where nothing has to."""

    title: str
    licence: str
    credit: str = ""
    commercial: bool = True


CMU_CREDIT = "The data used in this project was obtained from mocap.cs.cmu.edu. The database was created with funding from NSF EIA-0196217."
ARCHIVES = {
    "cmu": Archive("CMU Graphics Lab Motion Capture Database", "free for all uses", CMU_CREDIT),
    "cmu_extra": Archive("CMU Graphics Lab Motion Capture Database, further trials", "free for all uses", CMU_CREDIT),
    "mesh2motion": Archive("Mesh2Motion", "CC0-1.0"),
    "ual": Archive("Universal Animation Library by Quaternius, and Mesh2Motion", "CC0-1.0"),
    "kaykit": Archive("KayKit Character Animations by Kay Lousberg", "CC0-1.0"),
    "g1_moves": Archive("G1 Moves", "CC-BY-4.0", "G1 Moves, Experiential Technologies (experientialtech/g1-moves), CC BY 4.0"),
    "bandai_namco": Archive(
        "Bandai-Namco-Research-Motiondataset 1 and 2", "CC-BY-NC-4.0", "Bandai-Namco-Research-Motiondataset, © Bandai Namco Research Inc., CC BY-NC 4.0", False
    ),
}
# What the names of clips begin with; CMU's are numbers.
PREFIXES = {"g1:": "g1_moves", "ual:": "ual", "kaykit:": "kaykit", "m2m_": "mesh2motion", "dataset-": "bandai_namco"}
MODELS = {"starter": [name for name, archive in ARCHIVES.items() if archive.commercial], "starter-nc": list(ARCHIVES)}
LICENCES = {"starter": "CC-BY-4.0", "starter-nc": "CC-BY-NC-4.0"}


def of_clip(clip):
    """The archive that a clip is from, by its name; "made" if it was made of several."""
    if set("+>") & set(clip):
        return "made"
    return next((archive for prefix, archive in PREFIXES.items() if clip.startswith(prefix)), "cmu")


class Refused(SystemExit):
    """Something that a model may not be made of."""


def refuse(model, archives, what):
    """Ends the program where `what` is made of archives that `model` may not have."""
    foreign = sorted(set(archives) - set(MODELS[model]))
    if foreign:
        raise Refused(f"{what} is made of {', '.join(foreign)}, which {model} may not have: its list is {', '.join(MODELS[model])} (archives.py)")


def of_weights(folder):
    """The archives that a model folder or a run was made of; refused where nothing says so."""
    for file, key in (("model.json", "archives"), ("config.json", "archives")):
        path = Path(folder) / file
        if path.exists():
            told = json.loads(path.read_text()).get(key)
            if told is not None:
                return [archive["name"] if isinstance(archive, dict) else archive for archive in told]
    raise Refused(f"{folder} does not say which archives its weights were made of: nothing may start from them (archives.py)")


def take_up(model, archives, folder, goes_on=None):
    """The archives of what is made of `archives` and of the weights in `folder` (None: of no weights), in a run's folder `goes_on` that may
    have weights already; refused where `model` may not have them."""
    folders = [folder] if folder else []
    if goes_on and (Path(goes_on) / "checkpoint.pt").exists():
        folders.append(goes_on)
    taken = sorted({*archives, *(name for folder in folders for name in of_weights(folder))})
    refuse(model, taken, " and ".join(map(str, folders)) or "the corpus")
    return taken


def told(archives):
    """What a model folder says about its archives."""
    return [{"name": name, "title": ARCHIVES[name].title, "licence": ARCHIVES[name].licence, "credit": ARCHIVES[name].credit} for name in archives]


def licence_note(model, archives):
    """One line for users: what may be done, and whom to credit."""
    use = "free to use, also commercially" if model == "starter" else "for non-commercial use"
    credits = list(dict.fromkeys(ARCHIVES[name].credit.rstrip(".") for name in archives if ARCHIVES[name].credit))
    return f"Weights {use}. " + "".join(f"{credit}. " for credit in credits) + "The text encoder all-MiniLM-L6-v2 is Apache-2.0."
