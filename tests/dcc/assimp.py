"""Opens exported FBX and glTF files with assimp and compares every joint in every frame with the features of the same motion.

    python assimp.py clip.npy clip.fbx clip.glb ...

Run by `run.sh`; needs the program `assimp`. The name's marks say how a file was written; see `blender.py`.
"""

import json
import math
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from expected import FPS, NAMES, TOLERANCE_M, at_origin, features_to_positions, marks, rate_of
from table import Table


def scene_of(path):
    """What assimp makes of a file."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "scene.assjson"
        run = subprocess.run(["assimp", "export", path, out, "-fassjson"], capture_output=True, text=True)
        said = [line for line in (run.stdout + run.stderr).splitlines() if any(word in line.lower() for word in ("warn", "error", "fail"))]
        assert run.returncode == 0 and not said, f"it says {said[:3]}"
        return json.loads(out.read_text())


def turned(quaternion):
    w, x, y, z = quaternion
    return np.array([
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
    ])


def at(keys, tick):
    """The value of keys at a time: the nearest, which is there."""
    times = np.array([key[0] for key in keys])
    place = int(np.abs(times - tick).argmin())
    assert len(keys) == 1 or abs(times[place] - tick) < 0.02 * max(1.0, times[-1] / len(times)), "no key at a frame"
    return np.array(keys[place][1])


def places(scene, seconds):
    """Where each node is at a time: its name and its place."""
    animation = scene["animations"][0]
    tick = seconds * (animation["tickspersecond"] or 1.0)
    channels = {channel["name"]: channel for channel in animation["channels"]}
    found = {}

    def walk(node, above):
        local = np.array(node["transformation"]).reshape(4, 4)
        channel = channels.get(node["name"])
        if channel:
            local = np.eye(4)
            local[:3, :3] = turned(at(channel["rotationkeys"], tick)) * at(channel["scalingkeys"], tick)
            local[:3, 3] = at(channel["positionkeys"], tick)
        world = above @ local
        found[node["name"]] = world[:3, 3]
        for child in node.get("children", []):
            walk(child, world)

    walk(scene["rootnode"], np.eye(4))
    return found


def check(path, expected):
    scene = scene_of(path)
    rate = rate_of(path)
    step = FPS // math.gcd(FPS, rate)
    frames = [index for index in range(0, len(expected), step) if index * rate / FPS <= math.floor((len(expected) - 1) * rate / FPS) + 1e-6]
    if "inplace" in marks(path):
        expected = expected - (expected[:, :1] - expected[0, 0]) * [1.0, 0.0, 1.0]
    unit_m = 0.01 if path.suffix == ".fbx" else 1.0
    found, names = [], None
    for index in frames:
        nodes = places(scene, index / FPS)
        names = names or next(
            names for style, ours in NAMES.items()
            if set(nodes).issuperset(names := [("mixamorig:" if style == "mixamo" else "") + name for name in ours.split()])
        )
        found.append([nodes[name] * unit_m for name in names])
    apart = np.linalg.norm(at_origin(np.array(found)) - at_origin(expected[frames]), axis=2).max()
    assert apart <= TOLERANCE_M, f"{apart * 1000:.2f} mm apart"
    meshes = len(scene.get("meshes", []))
    assert (meshes == 0) == bool({"skeleton", "animation"} & set(marks(path))) or meshes == 0, f"{meshes} meshes"
    return apart


def main():
    features, *paths = map(Path, sys.argv[1:])
    expected = features_to_positions(np.load(features).astype(np.float64))
    table = Table()
    for path in paths:
        try:
            table.add(f"assimp: {path.suffix[1:]}", check(path, expected))
        except (AssertionError, StopIteration, KeyError) as error:
            table.add(f"assimp: {path.suffix[1:]}", failed=True)
            print(f"{path.name}: FAILED: {error!r}", flush=True)
    table.print()
    sys.exit(1 if table.failed() else 0)


if __name__ == "__main__":
    main()
