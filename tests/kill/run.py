#!/usr/bin/env python3
"""Kills the real window at random moments while it edits and saves, and opens what is left.

    tests/kill/run.py [--times 100] [--seed 0]

A script makes a take and then trims it by one frame more and saves, over and over, so that every saved state has a length of its own.
After kill -9 the project has to open, and to be the last state that was saved before the kill or the one before it. Every second time
New is pressed while the file is being written, something else is begun and saved in vain, and the project is opened again: nothing of
that may reach the file.
Needs a display (Xvfb will do). $ZOETROPE names the program, otherwise it is the one that cargo built last.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TAKE_FRAMES = 240
STATES = 200


def program():
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    return os.environ.get("ZOETROPE", f"{target}/debug/zoetrope")


def script(project, other):
    """The take whole, then one frame less with every save; with New while it is written, if there is another motion to begin with."""
    actions = ["WaitIdle", 'Prompt("a person walks forward")', f"Seconds({TAKE_FRAMES / 30})", "Generate", "WaitIdle", "Pause"]
    path = json.dumps(str(project))
    new = ["NewProject", "WaitIdle", f"Import({json.dumps(str(other))})", "WaitIdle", "AddToTimeline(0)", "SaveProject", "CloseDialog"]
    new += [f"OpenRecent({path})", "Leave(saving: false)", "WaitIdle", "Pause"]
    for state in range(STATES):
        to = (TAKE_FRAMES - state) / 30
        actions += [f"Trim(clip: 0, from: 0.0, to: {to:.4f})", f"Save({path})"] + (new if other else ["WaitIdle"])
    return "[" + ", ".join(actions) + ", Wait(60.0)]"


def other_motion(folder):
    """A small motion that is not the project's."""
    out = folder / "other.npz"
    command = [program(), "generate", "a person jumps", "--seconds", "1", "-o", out]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return out


def state_of(project, folder):
    """How many frames the project's timeline has lost; fails if it does not open."""
    out = folder / "out.npz"
    subprocess.run([program(), "convert", project, out, "--fps", "30"], check=True, capture_output=True, text=True)
    inspected = subprocess.run([program(), "inspect", out, "--json"], check=True, capture_output=True, text=True)
    return TAKE_FRAMES - json.loads(inspected.stdout)["frames"]


def whole(project):
    """Which whole state the file is in: a save writes a new file under the old name, or behind the end and then an end record."""
    try:
        with open(project, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(size - 22, 0))
            record = file.read()
            size_of_table, start = (int.from_bytes(record[at : at + 4], "little") for at in (12, 16))
            ends = record[:4] == b"PK\x05\x06" and start + size_of_table + 22 == size
            return (os.fstat(file.fileno()).st_ino, size) if ends else None
    except FileNotFoundError:
        return None


def kill_once(chance, folder, with_new):
    project = folder / "scene.zoetrope"
    (folder / "script.ron").write_text(script(project, other_motion(folder) if with_new else None))
    environment = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = [program(), "--script", folder / "script.ron"]
    window = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    saves, file, kill_at = 0, None, None
    while kill_at is None or time.monotonic() < kill_at:
        if window.poll() is not None:
            sys.exit(f"the window ended by itself, with {window.returncode}")
        now = whole(project)
        saves += now is not None and now != file
        file = now or file
        if saves and kill_at is None:
            kill_at = time.monotonic() + chance.uniform(0.0, 15.0 if with_new else 3.0)
        time.sleep(0.001)
    window.kill()
    window.wait()
    state = state_of(project, folder)
    fits = saves - 2 <= state <= saves
    left = sorted(path.name for path in folder.iterdir() if path.suffix == ".zoetrope")
    print(f"killed after {saves} saves{' with New' if with_new else ''}: state {state + 1}{'' if fits else ', which is neither of the last two'}, {left}", flush=True)
    return fits


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    good = 0
    for time_of in range(arguments.times):
        with tempfile.TemporaryDirectory() as folder:
            good += kill_once(chance, Path(folder), time_of % 2 == 1)
    print(f"{good} of {arguments.times} projects open and are one of their last two saved states")
    sys.exit(good != arguments.times)


if __name__ == "__main__":
    main()
