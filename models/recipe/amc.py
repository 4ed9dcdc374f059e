"""Acclaim skeletons and motions (.asf, .amc), as CMU publishes them → BVH in the layout of the archive's other files.

Every bone of an .asf has an axis of its own that its angles are about; in BVH all rest rotations are the identity, so
an angle matrix M becomes C·M·C⁻¹, with C the turn to the bone's axis.
"""

from pathlib import Path

import numpy as np

SOURCE_FPS, FPS = 120, 30
UNIT_CM = 2.54 / 0.45
NAMES = {
    "root": "Hips", "lhipjoint": "LHipJoint", "lfemur": "LeftUpLeg", "ltibia": "LeftLeg", "lfoot": "LeftFoot", "ltoes": "LeftToeBase",
    "rhipjoint": "RHipJoint", "rfemur": "RightUpLeg", "rtibia": "RightLeg", "rfoot": "RightFoot", "rtoes": "RightToeBase",
    "lowerback": "LowerBack", "upperback": "Spine", "thorax": "Spine1", "lowerneck": "Neck", "upperneck": "Neck1", "head": "Head",
    "lclavicle": "LeftShoulder", "lhumerus": "LeftArm", "lradius": "LeftForeArm", "lwrist": "LeftHand", "lhand": "LeftFingerBase",
    "lfingers": "LeftHandIndex1", "lthumb": "LThumb", "rclavicle": "RightShoulder", "rhumerus": "RightArm", "rradius": "RightForeArm",
    "rwrist": "RightHand", "rhand": "RightFingerBase", "rfingers": "RightHandIndex1", "rthumb": "RThumb",
}  # fmt: skip


def euler(degrees):
    """Turns about X, then Y, then Z (fixed axes), [..., 3] degrees → [..., 3, 3]."""
    x, y, z = np.moveaxis(np.radians(np.asarray(degrees, np.float64)), -1, 0)
    cx, sx, cy, sy, cz, sz = np.cos(x), np.sin(x), np.cos(y), np.sin(y), np.cos(z), np.sin(z)
    rows = [
        [cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx],
        [sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx],
        [-sy, cy * sx, cy * cx],
    ]
    return np.stack([np.stack(row, -1) for row in rows], -2)


def zyx(matrices):
    """[..., 3, 3] → degrees about Z, Y, X as BVH lists them: the inverse of `euler`."""
    y = np.arcsin(np.clip(-matrices[..., 2, 0], -1, 1))
    z = np.arctan2(matrices[..., 1, 0], matrices[..., 0, 0])
    x = np.arctan2(matrices[..., 2, 1], matrices[..., 2, 2])
    return np.degrees(np.stack([z, y, x], -1))


class Skeleton:
    """Bones of an .asf: direction × length (its own units), axis, degrees of freedom, parent."""

    def __init__(self, path):
        self.offset, self.axis, self.free, self.parent = {"root": np.zeros(3)}, {"root": np.eye(3)}, {"root": []}, {}
        section, name = "", ""
        for line in Path(path).read_text().splitlines():
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0].startswith(":"):
                section = words[0]
            elif section == ":bonedata":
                if words[0] == "name":
                    name = words[1]
                    self.free[name] = []
                elif words[0] == "direction":
                    self.offset[name] = np.array([float(number) for number in words[1:4]])
                elif words[0] == "length":
                    self.offset[name] = self.offset[name] * float(words[1])
                elif words[0] == "axis":
                    self.axis[name] = euler([float(number) for number in words[1:4]])
                elif words[0] == "dof":
                    self.free[name] = words[1:]
            elif section == ":hierarchy" and words[0] not in ("begin", "end"):
                self.parent |= dict.fromkeys(words[1:], words[0])

    def children(self, bone):
        return [child for child, parent in self.parent.items() if parent == bone]


def frames(path):
    """An .amc as [{bone: numbers}]."""
    found = []
    for line in Path(path).read_text().splitlines():
        words = line.split()
        if words and words[0].isdigit():
            found.append({})
        elif words and found:
            found[-1][words[0]] = [float(number) for number in words[1:]]
    return found


def to_bvh(asf, amc, target):
    """Writes the motion as BVH in centimetres, 30 frames a second."""
    skeleton, motion = Skeleton(asf), frames(amc)[:: SOURCE_FPS // FPS]
    order, lines = [], []

    def joint(bone, depth):
        order.append(bone)
        indent = "\t" * depth
        parent = skeleton.parent.get(bone)
        x, y, z = UNIT_CM * skeleton.offset[parent] if parent else np.zeros(3)
        channels = "6 Xposition Yposition Zposition" if parent is None else "3"
        lines.extend([f"{indent}{'JOINT' if parent else 'ROOT'} {NAMES[bone]}", indent + "{", f"{indent}\tOFFSET {x:.5f} {y:.5f} {z:.5f}"])
        lines.append(f"{indent}\tCHANNELS {channels} Zrotation Yrotation Xrotation")
        for child in skeleton.children(bone):
            joint(child, depth + 1)
        if not skeleton.children(bone):
            x, y, z = UNIT_CM * skeleton.offset[bone]
            lines.extend([f"{indent}\tEnd Site", indent + "\t{", f"{indent}\t\tOFFSET {x:.5f} {y:.5f} {z:.5f}", indent + "\t}"])
        lines.append(indent + "}")

    joint("root", 0)
    columns = [np.array([frame["root"][:3] for frame in motion]) * UNIT_CM]
    for bone in order:
        angles = np.zeros((len(motion), 3))
        for place, name in enumerate(["rx", "ry", "rz"] if bone == "root" else skeleton.free[bone]):
            angles[:, "xyz".index(name[1])] = [frame[bone][place + 3 * (bone == "root")] for frame in motion]
        turn = skeleton.axis[bone]
        columns.append(zyx(turn @ euler(angles) @ turn.T))
    numbers = np.concatenate(columns, 1)
    lines = ["HIERARCHY", *lines, "MOTION", f"Frames: {len(motion)}", f"Frame Time: {1 / FPS:.7f}"]
    lines += [" ".join(f"{number:.4f}" for number in row) for row in numbers]
    Path(target).write_text("\n".join(lines) + "\n")
