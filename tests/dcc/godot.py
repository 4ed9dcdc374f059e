"""The guide's first steps for Godot, in Godot 3 without a window: a GLB in a project, imported, its animation played, every joint compared.

    python godot.py godot3-server places.json clip-mixamo-30.glb ...

Run by `run.sh`.
"""

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from expected import FPS, largest_distance, rate_of, shared_frames
from table import Table

HERE = Path(__file__).resolve().parent


def places_in(godot, path):
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder)
        (project / "project.godot").write_text('config_version=4\n[application]\nconfig/name="clip"\n')
        shutil.copy(path, project / "clip.glb")
        shutil.copy(HERE / "godot.gd", project / "godot.gd")
        # As a user sets it in the import dock: the file's own rate, and no keys left out.
        (project / "clip.glb.import").write_text(
            '[remap]\nimporter="scene"\ntype="PackedScene"\n[deps]\nsource_file="res://clip.glb"\n'
            f"[params]\nanimation/import=true\nanimation/fps={rate_of(path)}\nanimation/optimizer/enabled=false\n")
        # The editor imports what is in the project, and does not always end by itself.
        editor = subprocess.Popen([godot, "--path", project, "--editor", "--quit"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 300
        while editor.poll() is None and time.monotonic() < until and not list(project.glob(".import/*.md5")):
            time.sleep(0.5)
        time.sleep(1)
        editor.kill()
        editor.wait()
        run = subprocess.run(
            [godot, "--path", project, "--script", "res://godot.gd", str(rate_of(path))], capture_output=True, text=True, timeout=300)
        line = next((line for line in run.stdout.splitlines() if line.startswith("PLACES ")), None)
        assert line, f"no answer: {(run.stdout + run.stderr)[-300:]}"
        return json.loads(line.removeprefix("PLACES "))


def main():
    godot, places, *paths = sys.argv[1:]
    expected = json.loads(Path(places).read_text())
    ours = [f"mixamorig:{name}" for name in expected["names"]["mixamo"]]
    expected = np.array(expected["places"])
    table = Table()
    version = subprocess.run([godot, "--version"], capture_output=True, text=True).stdout.strip().split(".stable")[0]
    for path in map(Path, paths):
        with table.tried(f"Godot {version}: glb", path.name) as apart_m:
            found = places_in(godot, path)
            # Godot 3 writes names its own way, mixamorig_left_up_leg.
            bones = [plain(name) for name in found["bones"]]
            order = [bones.index(plain(name)) for name in ours]
            rate = rate_of(path)
            frames = shared_frames(rate, len(expected))
            got = [[found["frames"][index * rate // FPS][bone] for bone in order] for index in frames]
            apart_m.append(largest_distance(got, expected[frames]))
    table.end()


def plain(name):
    return re.sub("[^a-z0-9]", "", name.lower())


if __name__ == "__main__":
    main()
