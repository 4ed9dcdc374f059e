"""Trials of CMU that are at hand as FBX only → BVH with rest rotations that are the identity, facing +Z.

    python fbx.py IN.fbx OUT.bvh

A process for each file: ufbx 0.0.5 frees what others still hold, and what it gave out has to be kept while more is asked of it.

A node of an FBX has axes of its own, and these files say nowhere which pose their skeletons rest in. Rigs whose joints are
oriented before they turn (PreRotation) rest where they don't turn; the others begin with their rest pose, which is cut off.
"""

import gc
import os
import sys
from pathlib import Path

import numpy as np

import amc

FPS = 30
LEFT_OUT = ("Thumb", "Index", "Mid", "Ring", "Pinky", "Eye")
PREFIX = "Neo_"
LEAF_CM = 10.0
HIPS_CM = 90.0  # about; files are in centimetres or in hundredths of them


class Rig:
    """Bones of a scene, parents before children: `names`, `parents` (None for the first) and what they are oriented by."""

    def __init__(self, scene):
        nodes = list(scene.nodes)
        above, bones = [node.parent for node in nodes], [node.bone for node in nodes]
        self.held = nodes, above, bones
        above = [parent.typed_id if parent else None for parent in above]
        kept = [at for at, node in enumerate(nodes) if bones[at] and not any(word in node.name for word in LEFT_OUT)]
        row = {at: number for number, at in enumerate(kept)}
        self.nodes = [nodes[at] for at in kept]
        self.names = [node.name.removeprefix(PREFIX) for node in self.nodes]
        self.parents = [row.get(above[at]) for at in kept]
        self.oriented = np.array([orientation(node) for node in self.nodes])
        self.rest_offsets = [vector(node.local_transform.translation) for node in self.nodes]
        # What is above the bones stands still; only the bones' places are scaled by it.
        stem = nodes[above[kept[0]]].node_to_world
        self.stem, turn = vector(stem.c3), np.stack([vector(column) for column in (stem.c0, stem.c1, stem.c2)], -1)
        self.scale = np.linalg.norm(turn[:, 0])
        self.stem_turn = turn / self.scale

    def resting(self):
        """Places and turns [J, …] where no joint turns."""
        return self.placed(self.rest_offsets, [amc.euler(degrees) for degrees in self.oriented])

    def posed(self, evaluate, secs):
        """Places and turns at a moment."""
        offsets, turns = [], []
        for node in self.nodes:
            transform = evaluate(node, secs)
            offset, turn = transform.translation, transform.rotation
            offsets.append(vector(offset))
            turns.append(matrix(turn))
        return self.placed(offsets, turns)

    def placed(self, offsets, turns):
        places, world = [], []
        for offset, turn, parent in zip(offsets, turns, self.parents):
            at, above = (self.stem, self.stem_turn) if parent is None else (places[parent], world[parent])
            places.append(at + self.scale * above @ offset)
            world.append(above @ turn)
        return np.array(places), np.array(world)

    def side(self, name):
        return next(row for row, found in enumerate(self.names) if found.lower() in name)


def vector(v):
    return np.array([v.x, v.y, v.z])


def matrix(q):
    """A quaternion's matrix."""
    w, x, y, z = q.w, q.x, q.y, q.z
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def orientation(node):
    """Degrees about X, Y and Z that a joint is turned by before it turns."""
    props = node.props
    items = list(props.props)
    found = [item.value_vec4 for item in items if item.name == "PreRotation"]
    return vector(found[0]) if found else np.zeros(3)


def to_bvh(path, target):
    """Writes the first animation of a file as BVH in centimetres, 30 frames a second."""
    import ufbx

    convert(ufbx.load_file(str(path)), ufbx.evaluate_transform, target)


def convert(scene, evaluate, target):
    """The scene's first animation as BVH; `evaluate(animation, node, seconds)` gives a node's local transform."""
    rig = Rig(scene)
    stack = scene.anim_stacks[0]
    animation = stack.anim
    count = int((stack.time_end - stack.time_begin) * FPS + 0.5)
    poses = [rig.posed(lambda node, secs: evaluate(animation, node, secs), stack.time_begin + frame / FPS) for frame in range(count)]
    if np.abs(rig.oriented).max() > 1:
        rest, rest_turns = rig.resting()
    else:
        (rest, rest_turns), *poses = poses
    places, turns = (np.stack(column) for column in zip(*poses))
    unit = 100.0 ** round(np.log(HIPS_CM / np.median(places[:, 0, 1])) / np.log(100.0))
    # Turned so that it is seen from its front: the legs' left is +X.
    x, _, z = rest[rig.side(("leftupleg", "lthigh"))] - rest[rig.side(("rightupleg", "rthigh"))]
    front = np.array([[x, 0, z], [0, np.hypot(x, z), 0], [-z, 0, x]]) / np.hypot(x, z)
    rest, rest_turns = unit * rest @ front.T, front @ rest_turns
    write(target, rig, rest, rest_turns, unit * places[:, 0], turns @ np.swapaxes(rest_turns, -1, -2))


def write(target, rig, rest, rest_turns, path, world):
    """The rest pose [J, 3] and [J, 3, 3], the root's path [T, 3] and turns away from the rest pose [T, J, 3, 3] as BVH."""
    order, lines = [], []

    def joint(row, depth):
        order.append(row)
        indent, parent = "\t" * depth, rig.parents[row]
        offset = rest[row] - rest[parent] if parent is not None else np.zeros(3)
        lines.extend([f"{indent}{'ROOT' if parent is None else 'JOINT'} {rig.names[row]}", indent + "{", indent + "\tOFFSET " + numbers(offset, 5)])
        lines.append(f"{indent}\tCHANNELS {'6 Xposition Yposition Zposition' if parent is None else '3'} Zrotation Yrotation Xrotation")
        children = [child for child, above in enumerate(rig.parents) if above == row]
        for child in children:
            joint(child, depth + 1)
        if not children:
            # A last bone goes on along the axis that the one before it lies on.
            along = rest_turns[parent].T @ offset
            end = LEAF_CM * rest_turns[row] @ along / np.linalg.norm(along)
            lines.extend([f"{indent}\tEnd Site", indent + "\t{", indent + "\t\tOFFSET " + numbers(end, 5), indent + "\t}"])
        lines.append(indent + "}")

    joint(0, 0)
    columns = [path]
    for row in order:
        parent = rig.parents[row]
        columns.append(amc.zyx(world[:, row] if parent is None else np.swapaxes(world[:, parent], -1, -2) @ world[:, row]))
    rows = [numbers(values, 4) for values in np.concatenate(columns, 1)]
    lines = ["HIERARCHY", *lines, "MOTION", f"Frames: {len(rows)}", f"Frame Time: {1 / FPS:.7f}", *rows]
    Path(target).write_text("\n".join(lines) + "\n")


def numbers(values, digits):
    return " ".join(f"{value:.{digits}f}" for value in values)


if __name__ == "__main__":
    gc.disable()
    to_bvh(*sys.argv[1:])
    os._exit(0)
