"""Turns the motion archives into one training pack.

    python prepare.py --archives DIR --captions DIR --zoetrope target/release/zoetrope --cache DIR -o motion.pack

Every BVH file goes through `zoetrope convert IN.bvh OUT.npz` (retargeting to our skeleton, floor at 0), which is kept in
the cache folder; clips that hang in the air or sink into the floor are left out and listed.
"""

import argparse
import json
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

import pack
import representation as rep

ARCHIVES = ["cmu", "mesh2motion", "bandai_namco"]  # hdm05 is held out
# Props that are not there: a playground, bars, stairs, ladders, ropes, and floating in the air.
LEFT_OUT = ("01_", "43_02", "43_03", "49_21", "14_21", "14_22", "14_23", "14_33", "14_34", "14_35", "m2m_levitate", "127_01")


def rest_heights():
    """Heights of ankles and toes in the rest pose, metres."""
    identity = torch.eye(3).expand(rep.JOINTS, 3, 3)
    rest = rep.forward_kinematics(torch.tensor(rep.REST_OFFSETS[0]), identity)
    return rest[[rep.L_ANKLE, rep.R_ANKLE, rep.L_FOOT, rep.R_FOOT], 1]


def read_amass(path):
    """An AMASS file (Z up) → root [T, 3] (Y up, metres) and rotation vectors [T, 22, 3]."""
    data = np.load(path)
    trans, orient = data["trans"].astype(np.float64), data["root_orient"].astype(np.float64)
    rotations = np.concatenate([orient, data["pose_body"]], 1).reshape(len(trans), rep.JOINTS, 3)
    # Y up: (x, y, z) → (x, z, -y) for the path; the root rotation is turned by -90 degrees about x.
    root = trans[:, [0, 2, 1]] * [1, 1, -1] + np.array(rep.REST_OFFSETS[0])
    turn = torch.tensor([0.5**0.5, -(0.5**0.5), 0, 0], dtype=torch.float64)
    root_quat = rep.quat_multiply(turn.expand(len(trans), 4), rep.quat_from_axis_angle(torch.from_numpy(rotations[:, 0])))
    rotations[:, 0] = axis_angle_from_quat(root_quat).numpy()
    return root, rotations


def axis_angle_from_quat(q):
    q = torch.where(q[..., :1] < 0, -q, q)
    sine = q[..., 1:].norm(dim=-1, keepdim=True)
    angle = 2 * torch.atan2(sine, q[..., :1])
    return q[..., 1:] * torch.where(sine > 1e-9, angle / sine.clamp(min=1e-9), torch.full_like(sine, 2.0))


def floor_contact(root, rotations):
    """Height of the lowest joint above where it rests on the floor, per frame, metres."""
    local = rep.matrix_from_quat(rep.quat_from_axis_angle(torch.from_numpy(rotations).float()))
    joints = rep.forward_kinematics(torch.from_numpy(root).float(), local)
    feet = joints[:, [rep.L_ANKLE, rep.R_ANKLE, rep.L_FOOT, rep.R_FOOT], 1] - rest_heights()
    # Who sits, lies or crawls touches the floor with other joints, a hand's breadth inside the body.
    return torch.minimum(feet.min(1).values, joints[..., 1].min(1).values - 0.08)


def convert(zoetrope, source, target):
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([zoetrope, "convert", source, target], capture_output=True, text=True)
        if done.returncode:
            return f"{source}: {done.stderr.strip()}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--archives", type=Path, required=True, help="folder with the unpacked archives")
    parser.add_argument("--captions", type=Path, required=True, help="folder with NAME.captions.jsonl")
    parser.add_argument("--zoetrope", default="zoetrope", help="the program")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the converted clips")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()

    segments = {}
    for archive in ARCHIVES:
        for line in (arguments.captions / f"{archive}.captions.jsonl").read_text().splitlines():
            segment = json.loads(line)
            segments.setdefault(segment["file"], []).append(segment)
    files = [file for file, found in segments.items() if not found[0]["clip"].startswith(LEFT_OUT)]
    targets = {file: (arguments.cache / file).with_suffix(".npz") for file in files}
    with ThreadPoolExecutor(arguments.workers) as pool:
        for failure in pool.map(lambda file: convert(arguments.zoetrope, arguments.archives / file, targets[file]), files):
            if failure:
                print("not converted:", failure)

    clips = []
    for file in files:
        if not targets[file].exists():
            continue
        root, rotations = read_amass(targets[file])
        lift = floor_contact(root, rotations)
        off_floor = ((lift > 0.15) | (lift < -0.10)).float().mean().item()
        if len(root) < 20 or off_floor > 0.4 or not np.isfinite(rotations).all():
            print(f"left out: {file} ({len(root)} frames, {off_floor:.0%} away from the floor)")
            continue
        found = [{key: segment[key] for key in ("start_s", "end_s", "captions")} for segment in segments[file]]
        clips.append((segments[file][0]["clip"], root, rotations, found))
    pack.write(arguments.output, clips)
    frames = sum(len(clip[1]) for clip in clips)
    print(f"{len(clips)} clips, {frames / rep.FPS / 60:.0f} minutes, {arguments.output.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
