"""Where the joints of an exported motion are: what files are compared with."""

import math

import numpy as np

FPS = 30
TOLERANCE_M = 0.001
JOINTS = 22
LEFT_ANKLE = 7
TOES = (10, 11)
WRISTS = (20, 21)
HEAD = 15
HEAD_HEIGHT_M = 1.535
TOE_HEIGHT_M = 0.022

NAMES = {
    "smpl": "Pelvis L_Hip R_Hip Spine1 L_Knee R_Knee Spine2 L_Ankle R_Ankle Spine3 L_Foot R_Foot Neck L_Collar R_Collar Head "
    "L_Shoulder R_Shoulder L_Elbow R_Elbow L_Wrist R_Wrist",
    "mixamo": "Hips LeftUpLeg RightUpLeg Spine LeftLeg RightLeg Spine1 LeftFoot RightFoot Spine2 LeftToeBase RightToeBase Neck "
    "LeftShoulder RightShoulder Head LeftArm RightArm LeftForeArm RightForeArm LeftHand RightHand",
    "unreal": "pelvis thigh_l thigh_r spine_01 calf_l calf_r spine_02 foot_l foot_r spine_03 ball_l ball_r neck_01 clavicle_l "
    "clavicle_r head upperarm_l upperarm_r lowerarm_l lowerarm_r hand_l hand_r",
}


def features_to_positions(rows):
    """World positions [frames, 22, 3] of features, by the position block and the accumulated root (docs/representation.md, Decoding)."""
    root = np.zeros(3)
    heading = np.eye(3)
    positions = []
    for row in rows:
        root = root + heading.T @ np.array([row[0], 0.0, row[1]])
        first, second = row[2:5], row[5:8]
        step = np.stack([first, second, np.cross(first, second)])
        heading = step @ heading
        positions.append(row[8:74].reshape(JOINTS, 3) @ heading + [root[0], 0.0, root[2]])
    return np.array(positions)


def at_origin(positions):
    """The same motion with the first frame's pelvis above the origin and its hips along X."""
    positions = positions - positions[0, 0] * [1.0, 0.0, 1.0]
    across = positions[0, 1] - positions[0, 2]
    length = np.hypot(across[0], across[2])
    cos, sin = across[0] / length, across[2] / length
    return positions @ np.array([[cos, 0.0, sin], [0.0, 1.0, 0.0], [-sin, 0.0, cos]]).T


def marks(path):
    return path.stem.split("-")[1:]


def rate_of(path):
    """Frames a second, as the name says."""
    return next((int(mark) for mark in marks(path) if mark.isdigit()), FPS)


def our_names(present, colon=":"):
    """The style and the names of our joints, in our order, among those that a file has. What reads USD's paths finds no colons."""
    for style, names in NAMES.items():
        prefix = f"mixamorig{colon}" if style == "mixamo" else ""
        names = [prefix + name for name in names.split()]
        if set(present).issuperset(names):
            return style, names
    raise AssertionError(f"no known names: {sorted(present)}")


def in_place(path, expected):
    """The motion as a file of this name shows it: on the spot where its marks say so."""
    return expected - (expected[:, :1] - expected[0, 0]) * [1.0, 0.0, 1.0] if "inplace" in marks(path) else expected


def shared_frames(rate, count):
    """Those of `count` frames of ours at whose times a file of another rate has frames too, up to its last one inside the motion."""
    last = (count - 1) * rate // FPS
    return [index for index in range(0, count, FPS // math.gcd(FPS, rate)) if index * rate // FPS <= last]


def largest_distance(found, expected):
    """By how much joints are apart at most [frames, joints, 3], each motion from where it begins, and in which frame which joint is."""
    apart = np.linalg.norm(at_origin(np.array(found)) - at_origin(np.array(expected)), axis=2)
    frame, joint = np.unravel_index(apart.argmax(), apart.shape)
    assert apart.max() <= TOLERANCE_M, f"joint {joint} is {apart.max() * 1000:.2f} mm away in frame {frame}"
    return apart.max()
