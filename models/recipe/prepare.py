"""Turns the motion archives into one training pack.

    python prepare.py --for starter --archives DIR --captions DIR --zoetrope target/release/zoetrope --cache DIR -o motion.pack

Files go through `zoetrope convert IN OUT.npz` (retargeting to our skeleton, floor at 0), which is kept in the cache folder; .amc
and .fbx become BVH before (amc.py, fbx.py), and robots are read here (g1.py). Clips that hang in the air or sink into the floor are left out and
listed. What the clips show tell the archives' captions, and clips.tsv for those that have none.
"""

import argparse
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import torch

import amc
import g1
import pack
import representation as rep
from archives import MODELS
from keyed import narrowed

CAPTIONED = ("cmu", "mesh2motion", "bandai_namco")
# Props that are not there: a playground, bars, stairs, ladders, ropes, and floating in the air.
LEFT_OUT = ("01_", "43_02", "43_03", "49_21", "14_21", "14_22", "14_23", "14_33", "14_34", "14_35", "m2m_levitate", "127_01")
KEYED = ("mesh2motion", "ual", "kaykit")
MOST_OFF, MOST_OFF_KEYED = 0.4, 0.7  # shares of frames away from the floor
TABLE = Path(__file__).with_name("clips.tsv")


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
    rotations[:, 0] = rep.axis_angle_from_quat(root_quat).numpy()
    return root, rotations


def floor_contact(root, rotations):
    """Height of the lowest joint above where it rests on the floor, per frame, metres."""
    local = rep.matrix_from_quat(rep.quat_from_axis_angle(torch.from_numpy(rotations).float()))
    joints = rep.forward_kinematics(torch.from_numpy(root).float(), local)
    feet = joints[:, [rep.L_ANKLE, rep.R_ANKLE, rep.L_FOOT, rep.R_FOOT], 1] - rest_heights()
    # Who sits, lies or crawls touches the floor with other joints, a hand's breadth inside the body.
    return torch.minimum(feet.min(1).values, joints[..., 1].min(1).values - 0.08)


def convert(zoetrope, source, animation, target):
    """What went wrong; None where the clip is in the cache now."""
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        command = [zoetrope, "convert", source, target, "--npz-origin", "floor", *(["--clip", animation] if animation else [])]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            return f"{source}: {done.stderr.strip()}"
    return None


def captioned(archive, folder):
    """{file: (clip, segments)} of an archive that comes with captions."""
    found = {}
    for line in (folder / f"{archive}.captions.jsonl").read_text().splitlines():
        segment = json.loads(line)
        kept = {key: segment[key] for key in ("start_s", "end_s", "captions")}
        found.setdefault(segment["file"], (segment["clip"], []))[1].append(kept)
    return {file: entry for file, entry in found.items() if not entry[0].startswith(LEFT_OUT)}


def tabled(archive):
    """{clip: segments} of clips.tsv: what it shows, how it goes on, and which seconds of it."""
    found = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            of, clip, secs, shows, how = line.split("\t")
            if of == archive:
                start, _, end = secs.partition("-")
                action, _, style = shows.partition("/")
                segment = {"start_s": float(start or 0), "end_s": float(end or "inf"), "action": action, "style": style or "normal", "how": how}
                found.setdefault(clip, []).append(segment)
    return found


def sources(archive, folder, captions, cache):
    """(clip, file that `convert` reads, its animation or None, its place in the cache, segments) of an archive."""
    if archive in CAPTIONED:
        for file, (clip, segments) in captioned(archive, captions).items():
            yield clip, folder / file, None, (cache / file).with_suffix(".npz"), segments
    elif archive in ("ual", "kaykit"):
        for clip, segments in tabled(archive).items():
            file, animation = clip.split("/")
            yield f"{archive}:{clip}", next(folder.rglob(f"{file}.glb")), animation, cache / archive / f"{clip.replace(' ', '_')}.npz", segments
    elif archive == "cmu_extra":
        for clip, segments in tabled(archive).items():
            path = next((path for kind in ("amc", "fbx") for path in folder.rglob(f"{clip}.{kind}")), None)
            if path is None:
                raise SystemExit(f"{folder} has no {clip}.amc and no {clip}.fbx, which clips.tsv names: unpack the archive there")
            file = cache / archive / f"{clip}.bvh"
            if not file.exists():
                file.parent.mkdir(parents=True, exist_ok=True)
                part = file.with_suffix(".part")
                if path.suffix == ".amc":
                    amc.to_bvh(next(path.parent.glob("*.asf")), path, part)
                else:
                    # ufbx 0.0.5 brings down a process that reads a second file.
                    subprocess.run([sys.executable, Path(__file__).with_name("fbx.py"), path, part], check=True)
                part.rename(file)
            yield clip, file, None, file.with_suffix(".npz"), segments


def robots(folder):
    """(clip, root, rotations, segments) of G1 Moves, without its jumps."""
    robot = g1.Robot(next(folder.rglob("g1_mocap_29dof.xml")))
    for clip, segments in tabled("g1_moves").items():
        for number, motion in enumerate(g1.read(robot, next(folder.rglob(f"{clip}.csv"))), 1):
            yield f"g1:{clip}:{number}", *motion, segments


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--for", dest="model", choices=MODELS, required=True, help="the model, whose licence decides which archives it may have")
    parser.add_argument("--archives", type=Path, required=True, help="folder that the archives were unpacked in")
    parser.add_argument("--captions", type=Path, required=True, help="folder with NAME.captions.jsonl")
    parser.add_argument("--zoetrope", default="zoetrope", help="the program")
    parser.add_argument("--cache", type=Path, required=True, help="folder for the converted clips")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("-o", "--output", type=Path, required=True)
    arguments = parser.parse_args()

    clips = []

    def add(archive, clip, root, rotations, segments):
        lift = floor_contact(root, rotations)
        if archive == "kaykit":
            local = narrowed(rep.quat_from_axis_angle(torch.from_numpy(rotations)))
            rotations = rep.axis_angle_from_quat(local).numpy()
        if archive in KEYED:
            # On another body hand-keyed clips come to hang or to sink as a whole.
            low = lift.quantile(0.1).item()
            root, lift = root - np.array([0.0, low, 0.0]), lift - low
        off_floor = ((lift > 0.15) | (lift < -0.10)).float().mean().item()
        if len(root) < 8 or off_floor > (MOST_OFF_KEYED if archive in KEYED else MOST_OFF) or not np.isfinite(rotations).all():
            print(f"left out: {clip} ({len(root)} frames, {off_floor:.0%} away from the floor)")
            return
        ended = [{**segment, "end_s": min(segment["end_s"], len(root) / rep.FPS)} for segment in segments]
        clips.append((archive, clip, root, rotations, [segment for segment in ended if segment["end_s"] > segment["start_s"]]))

    for archive in MODELS[arguments.model]:
        folder = arguments.archives if archive in CAPTIONED else arguments.archives / archive
        found = list(sources(archive, folder, arguments.captions, arguments.cache))
        with ThreadPoolExecutor(arguments.workers) as pool:
            for failure in pool.map(lambda source: convert(arguments.zoetrope, *source[1:4]), found):
                if failure:
                    print("not converted:", failure, flush=True)
        for clip, _, _, target, segments in found:
            if target.exists():
                add(archive, clip, *read_amass(target), segments)
        if archive == "g1_moves":
            for clip, root, rotations, segments in robots(folder):
                add(archive, clip, root, rotations, segments)
        print(f"{archive}: {sum(clip[0] == archive for clip in clips)} clips", flush=True)
    pack.write(arguments.output, clips)
    frames = sum(len(clip[2]) for clip in clips)
    print(f"{len(clips)} clips, {frames / rep.FPS / 60:.0f} minutes, {arguments.output.stat().st_size / 2**20:.1f} MiB")


if __name__ == "__main__":
    main()
