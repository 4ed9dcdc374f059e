"""One compact file for all clips: rotation vectors and root paths as 16-bit differences, xz-compressed.

Rotations keep 0.02 degrees, positions 0.1 mm. About 30 MiB for five hours.
"""

import json
import lzma
from pathlib import Path

import numpy as np
import torch

from representation import JOINTS, quat_from_axis_angle

ROTATION_UNIT = np.pi / 8192  # radians
LENGTH_UNIT = 1e-4  # metres


def write(path, clips):
    """`clips`: [(archive, clip, root [T, 3], rotation vectors [T, 22, 3], segments)], numpy; segments are JSON objects."""
    entries, columns = [], []
    for archive, name, root, rotations, segments in clips:
        numbers = np.concatenate([root / LENGTH_UNIT, rotations.reshape(len(root), -1) / ROTATION_UNIT], 1)
        # Differences wrap around in 16 bits, and wrap back when they are summed up.
        numbers = np.rint(numbers).astype(np.int64)
        entries.append({"archive": archive, "clip": name, "frames": len(root), "start": numbers[0, :3].tolist(), "segments": segments})
        numbers[:, :3] -= numbers[0, :3]
        columns.append(np.diff(numbers, axis=0, prepend=0).astype(np.int16).T.ravel())
    head = json.dumps(entries).encode()
    body = np.concatenate(columns)
    # Low and high bytes apart compress better.
    data = len(head).to_bytes(8, "little") + head + body.view(np.uint8).reshape(-1, 2).T.tobytes()
    Path(path).write_bytes(lzma.compress(data, preset=3))


def read(path):
    """[(archive, clip, root [T, 3], local quaternions [T, 22, 4], segments)] as torch tensors."""
    data = lzma.decompress(Path(path).read_bytes())
    size = int.from_bytes(data[:8], "little")
    body = np.frombuffer(data, np.uint8, offset=8 + size).reshape(2, -1).T.copy().view(np.int16).ravel()
    clips, at, width = [], 0, 3 + 3 * JOINTS
    for entry in json.loads(data[8 : 8 + size]):
        frames = entry["frames"]
        numbers = np.cumsum(body[at : at + frames * width].reshape(width, frames), axis=1, dtype=np.int16).T
        at += frames * width
        # A root path may leave the 3.3 m that 16 bits hold: unwrap it.
        root = np.cumsum(np.diff(numbers[:, :3].astype(np.int32), axis=0, prepend=0).astype(np.int16), axis=0, dtype=np.int64)
        root = (root + np.array(entry["start"])) * LENGTH_UNIT
        rotations = torch.from_numpy(numbers[:, 3:] * ROTATION_UNIT).float().unflatten(1, (JOINTS, 3))
        clips.append((entry["archive"], entry["clip"], torch.from_numpy(root).float(), quat_from_axis_angle(rotations), entry["segments"]))
    return clips
