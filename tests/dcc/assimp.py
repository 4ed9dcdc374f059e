"""Opens exported FBX and glTF files with assimp and compares every joint in every frame with the features of the same motion.

    python assimp.py clip.npy clip.fbx clip.glb ...

Run by `run.sh`; needs the program `assimp`. The name's marks say how a file was written; see `blender.py`.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from expected import FPS, features_to_positions, in_place, largest_distance, marks, our_names, rate_of, shared_frames
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


def played(scene):
    """Where each node is at a time: a function of seconds."""
    animation = scene["animations"][0]
    ticks = animation["tickspersecond"] or 1.0
    channels = {}
    for channel in animation["channels"]:
        keys = [channel[kind] for kind in ("positionkeys", "rotationkeys", "scalingkeys")]
        channels[channel["name"]] = [(np.array([key[0] for key in keys]), [np.array(key[1]) for key in keys]) for keys in keys]

    def places(seconds):
        found = {}

        def walk(node, above):
            local = np.array(node["transformation"]).reshape(4, 4)
            if node["name"] in channels:
                place, rotation, scale = (at(*keys, seconds * ticks) for keys in channels[node["name"]])
                local = np.eye(4)
                local[:3, :3] = turned(rotation) * scale
                local[:3, 3] = place
            world = above @ local
            found[node["name"]] = world[:3, 3]
            for child in node.get("children", []):
                walk(child, world)

        walk(scene["rootnode"], np.eye(4))
        return found

    return places


def at(times, values, tick):
    """The value of keys at a time, at which there has to be one."""
    place = int(np.abs(times - tick).argmin())
    assert len(times) == 1 or abs(times[place] - tick) < 0.02 * max(1.0, times[-1] / len(times)), "no key at a frame"
    return values[place]


def check(path, expected):
    scene = scene_of(path)
    frames = shared_frames(rate_of(path), len(expected))
    unit_m = 0.01 if path.suffix == ".fbx" else 1.0
    places = played(scene)
    nodes = [places(index / FPS) for index in frames]
    _, names = our_names(nodes[0])
    apart_m = largest_distance([[each[name] * unit_m for name in names] for each in nodes], in_place(path, expected)[frames])
    # assimp divides a mesh that is large for it.
    skinned = [bool(mesh.get("bones")) for mesh in scene.get("meshes", [])]
    assert all(skinned) and bool(skinned) != bool({"skeleton", "animation"} & set(marks(path))), f"meshes with skin: {skinned}"
    return apart_m


def main():
    features, *paths = map(Path, sys.argv[1:])
    expected = features_to_positions(np.load(features).astype(np.float64))
    table = Table()
    for path in paths:
        with table.tried(f"assimp: {path.suffix[1:]}", path.name) as apart_m:
            apart_m.append(check(path, expected))
    table.end()


if __name__ == "__main__":
    main()
