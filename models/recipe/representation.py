"""The 272 numbers a frame (docs/representation.md, Rows) on our own skeleton, in PyTorch: encode, decode, mirror, join.

A motion is `root` [T, 3] (pelvis joint in the world, metres, Y up) and `local` [T, 22, 4] (parent-relative quaternions,
w first; entry 0 turns the pelvis into the world), 30 frames a second. Leading dimensions are free wherever `...` stands.
"""

import torch
from torch.nn import functional as F

FPS = 30
JOINTS = 22
FEATURES = 2 + 6 + JOINTS * 3 + JOINTS * 3 + JOINTS * 6
STEP, TURN = slice(0, 2), slice(2, 8)
POSITIONS, VELOCITIES, ROTATIONS = slice(8, 74), slice(74, 140), slice(140, 272)
assert FEATURES == 272 == ROTATIONS.stop

PARENTS = [-1, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9, 12, 13, 14, 16, 17, 18, 19]
MIRRORED = [0, 2, 1, 3, 5, 4, 6, 8, 7, 9, 11, 10, 12, 14, 13, 15, 17, 16, 19, 18, 21, 20]
LEVELS = [[0], [1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12, 13, 14], [15, 16, 17], [18, 19], [20, 21]]
PELVIS, SPINE3, L_FOOT, R_FOOT, HEAD, L_WRIST, R_WRIST = 0, 9, 10, 11, 15, 20, 21
L_ANKLE, R_ANKLE, L_SHOULDER, R_SHOULDER = 7, 8, 16, 17
UPPER_BODY = [9, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21]

# The rest pose of src/motion/skeleton.rs (check.py compares them), metres.
REST_OFFSETS = [
    [0.0, 0.935, 0.0],
    [0.088, -0.065, 0.0],
    [-0.088, -0.065, 0.0],
    [0.0, 0.105, -0.012],
    [0.010, -0.400, 0.004],
    [-0.010, -0.400, 0.004],
    [0.0, 0.125, 0.004],
    [0.004, -0.392, -0.024],
    [-0.004, -0.392, -0.024],
    [0.0, 0.060, 0.008],
    [0.012, -0.056, 0.128],
    [-0.012, -0.056, 0.128],
    [0.0, 0.215, -0.018],
    [0.070, 0.125, -0.008],
    [-0.070, 0.125, -0.008],
    [0.0, 0.095, 0.012],
    [0.105, 0.035, -0.008],
    [-0.105, 0.035, -0.008],
    [0.265, 0.0, -0.004],
    [-0.265, 0.0, -0.004],
    [0.248, 0.0, 0.004],
    [-0.248, 0.0, 0.004],
]


def matrix_from_quat(q):
    """[..., 4] (w first) → [..., 3, 3]."""
    w, x, y, z = F.normalize(q, dim=-1).unbind(-1)
    rows = [
        [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
        [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
        [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
    ]
    return torch.stack([torch.stack(row, -1) for row in rows], -2)


def quat_from_axis_angle(v):
    """[..., 3] → [..., 4]."""
    angle = v.norm(dim=-1, keepdim=True)
    return torch.cat([torch.cos(angle / 2), torch.sinc(angle / (2 * torch.pi)) * v / 2], -1)


def quat_from_matrix(m):
    """[..., 3, 3] → [..., 4], half turns included."""
    # The largest of the four candidates is never near zero.
    w, x, y, z = (
        1 + m[..., 0, 0] + m[..., 1, 1] + m[..., 2, 2], 1 + m[..., 0, 0] - m[..., 1, 1] - m[..., 2, 2],
        1 - m[..., 0, 0] + m[..., 1, 1] - m[..., 2, 2], 1 - m[..., 0, 0] - m[..., 1, 1] + m[..., 2, 2],
    )  # fmt: skip
    a, b, c = m[..., 2, 1] - m[..., 1, 2], m[..., 0, 2] - m[..., 2, 0], m[..., 1, 0] - m[..., 0, 1]
    d, e, f = m[..., 1, 0] + m[..., 0, 1], m[..., 0, 2] + m[..., 2, 0], m[..., 2, 1] + m[..., 1, 2]
    candidates = torch.stack([torch.stack(row, -1) for row in ((w, a, b, c), (a, x, d, e), (b, d, y, f), (c, e, f, z))], -2)
    best = torch.stack([w, x, y, z], -1).argmax(-1)
    return F.normalize(candidates.gather(-2, best[..., None, None].expand(*best.shape, 1, 4))[..., 0, :], dim=-1)


def axis_angle_from_quat(q):
    """[..., 4] → [..., 3], at most half a turn."""
    q = torch.where(q[..., :1] < 0, -q, q)
    sine = q[..., 1:].norm(dim=-1, keepdim=True)
    angle = 2 * torch.atan2(sine, q[..., :1])
    return q[..., 1:] * torch.where(sine > 1e-9, angle / sine.clamp(min=1e-9), torch.full_like(sine, 2.0))


def quat_multiply(a, b):
    aw, ax, ay, az = a.unbind(-1)
    bw, bx, by, bz = b.unbind(-1)
    return torch.stack(
        [
            aw * bw - ax * bx - ay * by - az * bz,
            aw * bx + ax * bw + ay * bz - az * by,
            aw * by - ax * bz + ay * bw + az * bx,
            aw * bz + ax * by - ay * bx + az * bw,
        ],
        -1,
    )


def matrix_from_6d(d):
    """[..., 6], two rows → [..., 3, 3] (Gram-Schmidt)."""
    a, b = d[..., :3], d[..., 3:]
    row0 = F.normalize(a, dim=-1, eps=1e-12)
    row1 = F.normalize(b - (row0 * b).sum(-1, keepdim=True) * row0, dim=-1, eps=1e-12)
    return torch.stack([row0, row1, torch.cross(row0, row1, dim=-1)], -2)


def yaw_matrix(t):
    """Turn by `t` radians about +Y: [...] → [..., 3, 3]."""
    c, s, zero, one = torch.cos(t), torch.sin(t), torch.zeros_like(t), torch.ones_like(t)
    return torch.stack([torch.stack(row, -1) for row in ([c, zero, s], [zero, one, zero], [-s, zero, c])], -2)


def heading(world_from_pelvis):
    """Direction of the pelvis' +Z on the floor, radians: [..., 3, 3] → [...]."""
    return torch.atan2(world_from_pelvis[..., 0, 2], world_from_pelvis[..., 2, 2])


def forward_kinematics(root, local, offsets=None):
    """root [..., 3], local matrices [..., 22, 3, 3] → world joint positions [..., 22, 3]."""
    offsets = torch.as_tensor(REST_OFFSETS if offsets is None else offsets, dtype=root.dtype, device=root.device)
    # Joints of equal depth at once; their order is the joints' own.
    position, rotation = root.unsqueeze(-2), local[..., :1, :, :]
    positions = [position]
    for above, level in zip(LEVELS, LEVELS[1:]):
        parents = [above.index(PARENTS[joint]) for joint in level]
        position = position[..., parents, :] + (rotation[..., parents, :, :] @ offsets[level].unsqueeze(-1)).squeeze(-1)
        rotation = rotation[..., parents, :, :] @ local[..., level, :, :]
        positions.append(position)
    return torch.cat(positions, -2)


def encode(root, local, offsets=None, starts=(0,)):
    """Motions one behind the other, beginning at the rows `starts` → features [T, 272] (docs/representation.md, Encoding).

    Heights stay as they are: clips come aligned to the floor.
    """
    matrices = matrix_from_quat(local)
    world = forward_kinematics(root, matrices, offsets)
    t = heading(matrices[:, 0])
    local_from_world = yaw_matrix(-t)
    on_floor = root * root.new_tensor([1, 0, 1])
    positions = torch.einsum("tij,tnj->tni", local_from_world, world - on_floor[:, None])
    out = root.new_zeros(len(root), FEATURES)
    out[1:, STEP] = torch.einsum("tij,tj->ti", local_from_world[:-1], root[1:] - root[:-1])[:, [0, 2]]
    turn = yaw_matrix(torch.cat([t[:1] * 0, t[:-1] - t[1:]]))
    out[:, TURN] = turn[:, :2].flatten(1)
    out[:, POSITIONS] = positions.flatten(1)
    out[1:, VELOCITIES] = (positions[1:] - positions[:-1]).flatten(1)
    matrices = torch.cat([(local_from_world @ matrices[:, 0])[:, None], matrices[:, 1:]], 1)
    out[:, ROTATIONS] = matrices[:, :, :2].flatten(1)
    return begin(out, starts)


def begin(features, starts=(0,)):
    """Makes the rows `starts` first rows of a motion, in place: no step, no turn, no difference."""
    starts = list(starts)
    features[starts, STEP] = 0
    features[starts, TURN] = features.new_tensor([1, 0, 0, 0, 1, 0])
    features[starts, VELOCITIES] = 0
    return features


def root_path(features):
    """Accumulated headings and floor positions: [..., T, 272] → (t [..., T], xz [..., T, 2]).

    The turn of each frame is projected to a yaw, so that a network's small errors cannot tilt the motion.
    """
    turn = matrix_from_6d(features[..., TURN])
    t = -torch.cumsum(torch.atan2(turn[..., 0, 2], turn[..., 2, 2]), -1)
    before = torch.cat([torch.zeros_like(t[..., :1]), t[..., :-1]], -1)
    dx, dz = features[..., STEP].unbind(-1)
    c, s = torch.cos(before), torch.sin(before)
    return t, torch.cumsum(torch.stack([c * dx + s * dz, c * dz - s * dx], -1), -2)


def decode_positions(features):
    """World joint positions by the position block (docs/representation.md, Decoding): [..., T, 272] → [..., T, 22, 3]."""
    t, xz = root_path(features)
    local = features[..., POSITIONS].unflatten(-1, (JOINTS, 3))
    world = torch.einsum("...tij,...tnj->...tni", yaw_matrix(t), local)
    return world + torch.stack([xz[..., 0], torch.zeros_like(xz[..., 0]), xz[..., 1]], -1).unsqueeze(-2)


def decode_pose(features):
    """Root path and local rotations (docs/representation.md, Decoding): [..., T, 272] → (root [..., T, 3], matrices [..., T, 22, 3, 3])."""
    t, xz = root_path(features)
    root = torch.stack([xz[..., 0], features[..., POSITIONS.start + 1], xz[..., 1]], -1)
    matrices = matrix_from_6d(features[..., ROTATIONS].unflatten(-1, (JOINTS, 6)))
    turned = yaw_matrix(t) @ matrices[..., 0, :, :]
    return root, torch.cat([turned.unsqueeze(-3), matrices[..., 1:, :, :]], -3)


def mirror(root, local):
    """Left and right swapped (docs/representation.md, Encoding)."""
    return root * root.new_tensor([-1, 1, 1]), local[..., MIRRORED, :] * local.new_tensor([1, 1, -1, -1])


def blend(a, b, weight):
    """Rotations between quaternions `a` (weight 0) and `b` (weight 1) along the shorter arc, by normalised lerp."""
    b = torch.where((a * b).sum(-1, keepdim=True) < 0, -b, b)
    return F.normalize(a + weight * (b - a), dim=-1)


def stretch(root, local, speed):
    """The motion played `speed` times as fast."""
    at = torch.arange(0, len(root) - 1, speed, dtype=root.dtype)
    low = at.long()
    weight = at - low
    high = (low + 1).clamp(max=len(root) - 1)
    return torch.lerp(root[low], root[high], weight[:, None]), blend(local[low], local[high], weight[:, None, None])


def join(a, b, overlap):
    """Motion `a`, then `b` turned and moved to go on where `a` is, cross-faded over `overlap` frames."""
    middle = overlap // 2
    t_a, t_b = (heading(matrix_from_quat(q)) for q in (a[1][len(a[1]) - overlap + middle, 0], b[1][middle, 0]))
    turn = t_a - t_b
    floor = b[0].new_tensor([1, 0, 1])
    root = (b[0] - b[0][middle] * floor) @ yaw_matrix(turn).T + a[0][len(a[0]) - overlap + middle] * floor
    spin = torch.stack([torch.cos(turn / 2), turn * 0, torch.sin(turn / 2), turn * 0])
    local = b[1].clone()
    local[:, 0] = quat_multiply(spin.expand(len(local), 4), local[:, 0])
    weight = (torch.arange(overlap, dtype=root.dtype) + 0.5) / overlap
    weight = weight * weight * (3 - 2 * weight)
    seam_root = torch.lerp(a[0][-overlap:], root[:overlap], weight[:, None])
    seam_local = blend(a[1][-overlap:], local[:overlap], weight[:, None, None])
    return (
        torch.cat([a[0][:-overlap], seam_root, root[overlap:]]),
        torch.cat([a[1][:-overlap], seam_local, local[overlap:]]),
    )
