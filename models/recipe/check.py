"""Checks the representation against the reference fixtures, and the skeleton against the program's.

    python check.py FIXTURES_DIR
"""

import argparse
import json
import re
from pathlib import Path

import torch
from safetensors.torch import load_file

import representation as rep
from networks import MotionTokenizer, Transformer

REPOSITORY = Path(__file__).resolve().parents[2]


def check_skeleton():
    source = (REPOSITORY / "src/motion/skeleton.rs").read_text().split("REST_OFFSETS_M: ")[1].split("];")[0]
    offsets = [[float(number) for number in triple.split(",")] for triple in re.findall(r"vec3\(([^)]*)\)", source)]
    assert offsets == rep.REST_OFFSETS, "the rest pose differs from src/motion/skeleton.rs"


def check_representation(folder):
    skeleton = json.loads((folder / "skeleton.json").read_text())
    offsets = torch.tensor(skeleton["offsets"], dtype=torch.float64)
    for name in ["walk_turn", "spin_odd", "two_frames", "flip", "long"]:
        clip = {key: value.double() for key, value in load_file(folder / f"{name}.safetensors").items()}
        smpl = clip["smpl85_facez"]
        local = rep.quat_from_axis_angle(smpl[:, :66].unflatten(1, (22, 3)))
        root = smpl[:, 72:75] + offsets[0]
        joints = rep.forward_kinematics(root, rep.matrix_from_quat(local), offsets)
        root[:, 1] -= joints[..., 1].min()
        worst = (rep.encode(root, local, offsets) - clip["repr272"]).abs().max().item()
        assert worst < 2e-5, f"{name}: encoding is off by {worst}"
        worst = (rep.decode_positions(clip["repr272"]) - clip["positions"]).abs().max().item()
        assert worst < 1e-9, f"{name}: decoding is off by {worst}"


def check_networks(folder):
    config = json.loads((folder / "tokenizer_small/base/config.json").read_text())
    net = MotionTokenizer(config["levels"], config["width"], config["code_dim"], config["activation"])
    weights = load_file(folder / "tokenizer_small/base/model.safetensors")
    net.load_state_dict({name.removeprefix("vqvae."): tensor for name, tensor in weights.items()})
    io = load_file(folder / "tokenizer_small/base/io.safetensors")
    for case in "abc":
        x = io[f"{case}.x"]
        assert torch.equal(net.encode(x).int(), io[f"{case}.indices"]), f"tokenizer case {case}: other codes"
        worst = (net.decode(io[f"{case}.indices"].long()) - io[f"{case}.recon"]).abs().max().item()
        assert worst < 1e-4, f"tokenizer case {case}: off by {worst}"

    config = json.loads((folder / "transformer_small/hs16/config.json").read_text())
    net = Transformer(config["nb_code"], 3, 4, 64, config["clip_dim"], block_size=301)
    net.load_state_dict(load_file(folder / "transformer_small/hs16/model.safetensors"))
    net.eval()
    io = load_file(folder / "transformer_small/hs16/io.safetensors")
    text, tokens = io["a.text_features"], io["a.tokens"].long()
    length = torch.tensor([text.shape[1]])
    worst = (net(text, length, tokens) - io["a.logits_full"]).abs().max().item()
    assert worst < 1e-4, f"transformer: off by {worst}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("fixtures", type=Path)
    folder = parser.parse_args().fixtures
    check_skeleton()
    check_representation(folder / "representation")
    check_networks(folder)
    print("skeleton, representation and networks agree with the program and the reference")


if __name__ == "__main__":
    main()
