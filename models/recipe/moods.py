"""Walks, runs and idling of the captured, in moods that only archives of narrower use show: slower or quicker, stooped or upright,
with arms that swing more or less. What is changed is small enough for the feet to stay where they are.
"""

import torch

import representation as rep

SPINE, NECK, HEAD = (3, 6, 9), 12, 15
ARMS = (13, 14, 16, 17, 18, 19)
# Pace, stoop of the trunk and of the head (degrees, forward), how much of the arms' swing stays.
MOODS = {
    "elderly": ((0.55, 0.72), (18, 30), (-6, 8), (0.3, 0.6)),
    "tired": ((0.65, 0.85), (8, 15), (14, 28), (0.4, 0.7)),
    "sad": ((0.7, 0.88), (5, 11), (22, 36), (0.35, 0.65)),
    "happy": ((1.05, 1.2), (-5, 0), (-12, -3), (1.4, 1.9)),
    "proud": ((0.85, 1.0), (-9, -4), (-10, -3), (0.8, 1.1)),
    "angry": ((1.1, 1.3), (5, 11), (2, 10), (1.1, 1.5)),
    "not-confident": ((0.75, 0.9), (4, 9), (14, 24), (0.3, 0.5)),
    "active": ((1.15, 1.35), (0, 4), (-4, 2), (1.3, 1.7)),
}


def moody(mood, root, local, rng):
    """The motion in a mood: (root, local)."""
    pace, stoop, head, swing = (rng.uniform(*bounds) for bounds in MOODS[mood])
    root, local = rep.stretch(root, local, pace)
    local = local.clone()
    for joints, degrees in ((SPINE, stoop), ((NECK, HEAD), head - stoop * 0.4)):
        about = torch.tensor([degrees / len(joints) * torch.pi / 180, 0.0, 0.0])
        for joint in joints:
            local[:, joint] = rep.quat_multiply(local[:, joint], rep.quat_from_axis_angle(about).expand(len(local), 4))
    for joint in ARMS:
        middle = mean(local[:, joint])
        away = rep.quat_multiply(middle * middle.new_tensor([1, -1, -1, -1]), local[:, joint])
        local[:, joint] = rep.quat_multiply(middle.expand_as(away), scaled(away, swing))
    return root, local


def mean(q):
    """Of rotations that lie near each other: [T, 4] → [4]."""
    q = torch.where((q * q[:1]).sum(-1, keepdim=True) < 0, -q, q)
    return torch.nn.functional.normalize(q.mean(0), dim=0)


def scaled(q, factor):
    """Rotations with `factor` times their angle, at most 2 radians."""
    q = torch.where(q[..., :1] < 0, -q, q)
    sine = q[..., 1:].norm(dim=-1, keepdim=True)
    angle = (2 * torch.atan2(sine, q[..., :1]) * factor).clamp(max=2.0)
    axis = q[..., 1:] / sine.clamp(min=1e-6)
    return torch.cat([torch.cos(angle / 2), torch.sin(angle / 2) * axis], -1)
