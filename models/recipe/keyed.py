"""Hand-keyed clips of a second or two: repeated seamlessly, led along the path that their feet ask for, with arms for a slimmer body."""

import torch

import representation as rep
from representation import FPS

# Joints that may carry somebody, and how far above the floor they are when they do, metres.
CARRIERS = {rep.L_ANKLE: 0.08, rep.R_ANKLE: 0.08, rep.L_FOOT: 0.024, rep.R_FOOT: 0.024, 4: 0.06, 5: 0.06, rep.L_WRIST: 0.05, rep.R_WRIST: 0.05}
CARRIED_SHARE = 0.5  # of the frames, those in which the lowest joint is lowest
SAME_RAD = 0.2
OVERLAP = 6
NARROWER_RAD, LEAST_RAD = 0.7, 0.15  # most that a hanging arm comes inwards, and how far out it stays


def travelled(root, local):
    """A loop on the spot, led along so that what carries it stays where it is: at one speed, (root, local).

    What carries it are the joints that come nearest to the floor, while they are at their lowest: in flight nothing does.
    """
    joints = rep.forward_kinematics(root, rep.matrix_from_quat(local))
    which = list(CARRIERS)
    height = joints[:, which, 1] - joints.new_tensor([CARRIERS[joint] for joint in which])
    low = (height[1:] + height[:-1]) / 2
    step = (joints[1:] - joints[:-1])[:, which][..., [0, 2]]
    lowest = low.min(1, keepdim=True).values
    carrying = (low < lowest + 0.01) & (lowest < lowest.quantile(CARRIED_SHARE))
    if not carrying.any():
        return root, local
    velocity = -step[carrying].median(0).values
    time = torch.arange(len(root), dtype=root.dtype)[:, None]
    return root + torch.cat([velocity[:1] * time, 0 * time, velocity[1:] * time], 1), local


def repeated(root, local, secs):
    """A loop played again and again for at least `secs`; one whose ends do not meet is cross-faded into itself."""
    ends = (local[-1] * local[0]).sum(-1).abs().clamp(max=1)
    cycle = root, local
    if 2 * torch.acos(ends).max() < SAME_RAD:
        way = (root[-1] - root[0]) * root.new_tensor([1, 0, 1])
        cycle = root[:-1], local[:-1]
        count = max(1, -(-int(secs * FPS) // len(cycle[0])))
        return torch.cat([cycle[0] + turn * way for turn in range(count)]), cycle[1].repeat(count, 1, 1)
    if len(root) <= 2 * OVERLAP:
        return cycle
    motion = cycle
    while len(motion[0]) < secs * FPS:
        motion = rep.join(motion, cycle, OVERLAP)
    return motion


def narrowed(local):
    """Arms that were keyed to hang around a wide body come nearer to ours: quaternions [T, 22, 4] with hanging upper arms turned inwards.

    An arm that is lifted, or leads to the front or across the body, stays.
    """
    local = local.clone()
    for shoulder, side in ((rep.L_SHOULDER, 1.0), (rep.R_SHOULDER, -1.0)):
        arm = (rep.matrix_from_quat(local[:, shoulder]) @ local.new_tensor([side, 0.0, 0.0])).unbind(-1)
        outwards = torch.atan2(side * arm[0], -arm[1])
        hanging = ((-arm[1] - 0.05) / 0.3).clamp(0, 1)
        inwards = hanging * (outwards - LEAST_RAD).clamp(0, NARROWER_RAD)
        turn = torch.stack([0 * inwards, 0 * inwards, -side * inwards], -1)
        local[:, shoulder] = rep.quat_multiply(rep.quat_from_axis_angle(turn), local[:, shoulder])
    return local
