"""A person's motion on a Unitree G1 robot (G1 Moves, CSV) → our skeleton.

A row is the pelvis (metres, Z up, X ahead), its quaternion (x, y, z, w) and 29 joint angles in radians, 60 a second. The
robot's limbs are turned from its zero pose (arms hanging, forearms ahead) to our rest pose; it has no head, and shorter legs.
"""

import xml.etree.ElementTree as ElementTree

import numpy as np
import torch

import representation as rep

SOURCE_FPS = 60
FASTEST_ANGLE, FASTEST_ROOT = 20.0, 6.0  # radians and metres a second; what is faster is a jump of the solver
SHORTEST_SECS = 2.0
STILL = 0.15  # mean speed of the angles over a second, radians a second
# Ours from the robot's axes: X left, Y up, Z ahead.
TURN = torch.tensor([[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]], dtype=torch.float64)
# Our joint → the robot's link, the link its bone leads to.
LIMBS = {
    "hip": ("hip_yaw_link", "knee_link"), "knee": ("knee_link", "ankle_roll_link"),
    "shoulder": ("shoulder_yaw_link", "elbow_link"), "elbow": ("elbow_link", "wrist_yaw_link"),
}  # fmt: skip
JOINT = {
    "left": {"hip": 1, "knee": 4, "ankle": 7, "toe": 10, "shoulder": 16, "elbow": 18, "wrist": 20},
    "right": {"hip": 2, "knee": 5, "ankle": 8, "toe": 11, "shoulder": 17, "elbow": 19, "wrist": 21},
}  # fmt: skip


class Robot:
    """The tree of links of a MuJoCo file."""

    def __init__(self, path):
        self.links, self.hinges = [], []
        world = ElementTree.parse(path).getroot().find("worldbody")
        self._read(world.find("body"), None)

    def _read(self, body, parent):
        numbers = lambda element, key, default: torch.tensor([float(n) for n in element.get(key, default).split()], dtype=torch.float64)  # noqa: E731
        joint = body.find("joint")
        axis = numbers(joint, "axis", "0 0 1") if joint is not None else None
        place = numbers(body, "pos", "0 0 0") if parent is not None else torch.zeros(3, dtype=torch.float64)
        self.links.append((body.get("name"), parent, place, numbers(body, "quat", "1 0 0 0"), axis))
        row = len(self.links) - 1
        for child in body.findall("body"):
            self._read(child, row)

    def pose(self, root, quaternion, angles):
        """World places [T, 3] and rotations [T, 3, 3] of every link by name; the angles in the file's order of links."""
        found, places, rotations, column = {}, [], [], 0
        for name, parent, place, turn, axis in self.links:
            if parent is None:
                here, rotation = root, rep.matrix_from_quat(quaternion)
            else:
                here = places[parent] + rotations[parent] @ place
                rotation = rotations[parent] @ rep.matrix_from_quat(turn)
            if axis is not None:
                rotation = rotation @ rep.matrix_from_quat(rep.quat_from_axis_angle(angles[:, column : column + 1] * axis))
                column += 1
            places.append(here)
            rotations.append(rotation)
            found[name] = here, rotation
        return found


def frame(direction, axis):
    """A right-handed frame along a bone, its second column nearest to the axis the next joint bends about."""
    first = direction / direction.norm()
    third = torch.linalg.cross(first, axis)
    third = third / third.norm()
    return torch.stack([first, torch.linalg.cross(third, first), third], -1)


def retarget(robot, rows):
    """CSV rows → root [T, 3] and world-aligned rotations as rotation vectors [T, 22, 3] of our skeleton, 30 a second."""
    rows = torch.as_tensor(rows, dtype=torch.float64)[:: SOURCE_FPS // rep.FPS]
    quaternion = rows[:, [6, 3, 4, 5]]
    links = robot.pose(rows[:, :3], quaternion, rows[:, 7:])
    still = torch.zeros(1, rows.shape[1] - 7, dtype=torch.float64)
    zero = robot.pose(torch.zeros(1, 3, dtype=torch.float64), torch.tensor([[1.0, 0, 0, 0]], dtype=torch.float64), still)
    turned = {name: TURN @ rotation @ zero[name][1].transpose(-1, -2) @ TURN.T for name, (_, rotation) in links.items()}
    place = {name: (TURN @ where[..., None])[..., 0] for name, (where, _) in links.items()}
    zero_place = {name: (TURN @ where[..., None])[0, :, 0] for name, (where, _) in zero.items()}

    offsets = torch.tensor(rep.REST_OFFSETS, dtype=torch.float64)
    world = torch.eye(3, dtype=torch.float64).repeat(len(rows), rep.JOINTS, 1, 1)
    pelvis, torso = turned["pelvis"], turned["torso_link"]
    world[:, 0] = pelvis
    bend = rep.axis_angle_from_quat(rep.quat_from_matrix(pelvis.transpose(-1, -2) @ torso))
    for joint, share in ((3, 1 / 3), (6, 2 / 3), (9, 1.0)):
        world[:, joint] = pelvis @ rep.matrix_from_quat(rep.quat_from_axis_angle(share * bend))
    world[:, [12, 13, 14, 15]] = torso[:, None]
    bends = torch.tensor([1.0, 0, 0], dtype=torch.float64)
    for side, joints in JOINT.items():
        outwards = 1.0 if side == "left" else -1.0
        for limb, (link, towards) in LIMBS.items():
            bone = zero_place[f"{side}_{towards}"] - zero_place[f"{side}_{link}"]
            if limb in ("hip", "knee"):
                ours = frame(offsets[joints["knee" if limb == "hip" else "ankle"]], bends)
                if limb == "hip":
                    bone = zero_place[f"{side}_knee_link"] - zero_place[f"{side}_hip_roll_link"]
                    # The links of the hip lie apart; the thigh hangs straight.
                    bone = bone * torch.tensor([0.0, 1.0, 0.0], dtype=torch.float64)
                theirs = frame(bone, bends)
            else:
                ours = frame(torch.tensor([outwards, 0.0, 0.0], dtype=torch.float64), torch.tensor([0.0, -outwards, 0.0], dtype=torch.float64))
                theirs = frame(bone, -bends)
            world[:, joints[limb]] = turned[f"{side}_{link}"] @ theirs @ ours.T
            if limb == "elbow":
                world[:, joints["wrist"]] = turned[f"{side}_wrist_yaw_link"] @ theirs @ ours.T
        world[:, joints["ankle"]] = world[:, joints["toe"]] = turned[f"{side}_ankle_roll_link"]

    local = world.clone()
    for joint, parent in enumerate(rep.PARENTS):
        if parent >= 0:
            local[:, joint] = world[:, parent].transpose(-1, -2) @ world[:, joint]
    # The legs' lengths give the scale; the hips are where the legs hang.
    drop = lambda top, low: (zero_place[f"left_{top}"] - zero_place[f"left_{low}"])[1]  # noqa: E731
    scale = -(offsets[4] + offsets[7])[1] / drop("hip_roll_link", "ankle_roll_link")
    hips = (place["left_hip_roll_link"] + place["right_hip_roll_link"]) / 2
    root = scale * hips - (pelvis @ ((offsets[1] + offsets[2]) / 2))
    return grounded(root, local), rep.axis_angle_from_quat(rep.quat_from_matrix(local)).numpy()


def grounded(root, local):
    """The root path moved up or down so that the feet, where they are lowest, rest on the floor; numpy."""
    rest = rep.forward_kinematics(torch.tensor(rep.REST_OFFSETS[0]), torch.eye(3).expand(rep.JOINTS, 3, 3))
    feet = [rep.L_ANKLE, rep.R_ANKLE, rep.L_FOOT, rep.R_FOOT]
    joints = rep.forward_kinematics(root.float(), local.float())
    low = (joints[:, feet, 1] - rest[feet, 1]).min(1).values
    return root.numpy() - np.array([0.0, low.quantile(0.1).item(), 0.0])


def stretches(rows):
    """(start, stop) of the stretches of a recording without jumps in which somebody moves, rows of the CSV file."""
    speeds = np.abs(np.diff(rows[:, 7:], axis=0)) * SOURCE_FPS
    speed = speeds.max(1)
    # Between two quaternions, whichever sign they have.
    turn = 2 * np.arccos(np.clip(np.abs((rows[1:, 3:7] * rows[:-1, 3:7]).sum(1)), 0, 1)) * SOURCE_FPS
    step = np.linalg.norm(np.diff(rows[:, :3], axis=0), axis=1) * SOURCE_FPS
    jumps = np.flatnonzero((speed > FASTEST_ANGLE) | (turn > FASTEST_ANGLE) | (step > FASTEST_ROOT))
    edges = [-1, *jumps.tolist(), len(rows) - 1]
    for before, behind in zip(edges, edges[1:]):
        # Two frames more on each side: the solver swings in and out of a jump.
        start, stop = before + 3 if before >= 0 else 0, behind - 1 if behind < len(rows) - 1 else len(rows)
        if stop - start >= SHORTEST_SECS * SOURCE_FPS:
            # Before and behind, the performer stands and waits.
            about = np.convolve(speeds[start : stop - 1].mean(1), np.ones(SOURCE_FPS) / SOURCE_FPS, "same")
            moves = np.flatnonzero(about > STILL)
            if len(moves) and moves[-1] - moves[0] >= SHORTEST_SECS * SOURCE_FPS:
                yield start + moves[0], start + moves[-1]


def read(robot, path):
    """[(root [T, 3], rotation vectors [T, 22, 3])] of the stretches of a CSV file without jumps in which somebody moves."""
    rows = np.loadtxt(path, delimiter=",")
    return [retarget(robot, rows[start:stop]) for start, stop in stretches(rows)]
