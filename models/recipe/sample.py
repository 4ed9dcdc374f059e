"""Samples a model folder with PyTorch and measures whether the motions do what was asked.

    python sample.py models/bundled/starter --seeds 3 --guidance 1,2,2.5,4 [--save DIR]

The prompts use other words than the archives. Each line: guidance, prompt, share of seeds that pass, and medians of
seconds, speed forward (m/s), turn (degrees, left positive), pelvis height (lowest, highest), hands' highest (left, right).
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file

import gguf_file
import representation as rep
from networks import MotionTokenizer, Transformer
from text_encoder import TextEncoder

# Prompt → what must hold of the measures: bounds that nine in ten of the real clips keep.
PROMPTS = {
    "somebody strolls ahead": lambda m: 0.6 < m["forward"] < 1.8 and abs(m["turn"]) < 60,
    "a guy sprints across the field": lambda m: m["forward"] > 1.8,
    "the man leaps into the air": lambda m: m["pelvis_high"] > 1.08,
    "the person rounds a corner to their left": lambda m: 45 < m["turn"] < 140 and m["forward"] > 0.4,
    "a lady makes a right turn as she walks": lambda m: -140 < m["turn"] < -45 and m["forward"] > 0.4,
    "someone greets a friend with a wave": lambda m: m["hand_high"] > 1.25 and m["path"] < 0.5,
    "he takes a respectful bow": lambda m: m["head_low"] < 1.4 and m["pelvis_low"] > 0.75 and m["path"] < 0.8,
    "a fighter kicks with a leg": lambda m: m["foot_high"] > 0.4,
    "a boxer hits with the fists": lambda m: m["hand_reach"] > 0.4 and m["pelvis_low"] > 0.6,
    "a dancer moves to the rhythm": lambda m: m["energy"] > 0.2 and m["hand_high"] > 1.2 and abs(m["forward"]) < 0.4,
    "she lifts both arms above her head": lambda m: min(m["left_hand"], m["right_hand"]) > 1.5 and m["path"] < 0.5,
    "the woman steps backwards": lambda m: m["forward"] < -0.3,
    "a person remains motionless": lambda m: m["energy"] < 0.12 and m["path"] < 0.3,
    "grandpa walks along": lambda m: 0.3 < m["forward"] < 1.3,
    "a cheerful girl walks": lambda m: 0.5 < m["forward"] < 1.9,
    "he squats down low": lambda m: m["pelvis_low"] < 0.7,
    "a person walks forward and waves": lambda m: m["forward"] > 0.5 and m["hand_high"] > 1.25,
}


class Model:
    """A model folder, as the program reads it."""

    def __init__(self, folder):
        folder = Path(folder)
        self.config = json.loads((folder / "model.json").read_text())
        tokenizer, transformer = self.config["tokenizer"], self.config["transformer"]
        self.tokenizer = MotionTokenizer(tokenizer["levels"], tokenizer["width"], tokenizer["code_dim"], tokenizer["activation"])
        weights = load_file(folder / "tokenizer.safetensors")
        self.tokenizer.load_state_dict({name.removeprefix("vqvae."): tensor for name, tensor in weights.items()})
        self.transformer = Transformer(
            self.tokenizer.quantizer.codes, *(transformer[key] for key in ("n_layer", "n_head", "n_embd", "clip_dim", "block_size"))
        )
        weights = gguf_file.read(folder / "transformer.gguf")
        self.transformer.load_state_dict({name: torch.from_numpy(array) for name, array in weights.items()})
        self.tokenizer.eval()
        self.transformer.eval()
        # The models of the program share one.
        own = folder / "text_encoder"
        self.text = TextEncoder(own if own.exists() else folder.parent / "text_encoder")
        self.mean, self.std = (torch.from_numpy(np.load(folder / f"{name}.npy")).float() for name in ("mean", "std"))
        self.empty = self.text.encode([""])[0]

    def features(self, prompt, seed, seconds=10.0, guidance=2.5, temperature=0.9, top_p=0.95):
        """Features [T, 272] for a prompt: at most `seconds`, less if the model ends."""
        text = self.text.encode([prompt])[0]
        generator = torch.Generator().manual_seed(seed)
        codes = self.transformer.sample(text, int(seconds * 15), guidance, temperature, top_p, empty=self.empty, generator=generator)
        decoded = self.tokenizer.decode(torch.tensor([codes or [1]]))[0]
        return decoded * self.std + self.mean


def measures(features):
    """What the eye would look for, in metres, seconds and degrees."""
    root, local = rep.decode_pose(features)
    joints = rep.forward_kinematics(root, local)
    t, xz = rep.root_path(features)
    seconds = len(features) / rep.FPS
    # The path along the heading: forward is positive, backward negative.
    forward = features[1:, 1].sum().item() / seconds
    centred = joints - joints[:, :1]
    hands = joints[:, [rep.L_WRIST, rep.R_WRIST], 1].amax(0)
    return {
        "seconds": seconds,
        "forward": forward,
        "path": (xz[1:] - xz[:-1]).norm(dim=-1).sum().item(),
        "turn": torch.rad2deg(t[-1] - t[0]).item(),
        "pelvis_low": root[:, 1].min().item(),
        "pelvis_high": root[:, 1].max().item(),
        "left_hand": hands[0].item(),
        "right_hand": hands[1].item(),
        "hand_high": hands.max().item(),
        "hand_reach": centred[:, [rep.L_WRIST, rep.R_WRIST]][..., [0, 2]].norm(dim=-1).max().item(),
        "head_low": joints[:, rep.HEAD, 1].min().item(),
        "foot_high": joints[:, [rep.L_FOOT, rep.R_FOOT], 1].max().item(),
        "energy": (centred[1:] - centred[:-1]).norm(dim=-1).mean().item() * rep.FPS,
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--guidance", default="2.5")
    parser.add_argument("--temperature", type=float, default=0.9)
    parser.add_argument("--top-p", type=float, default=0.95)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--prompt", action="append", help="instead of the test prompts")
    parser.add_argument("--save", type=Path, help="folder for the features")
    a = parser.parse_args()
    model = Model(a.model)
    for guidance in map(float, a.guidance.split(",")):
        passed = 0.0
        for prompt in a.prompt or PROMPTS:
            found = []
            for seed in range(a.seeds):
                features = model.features(prompt, seed, a.seconds, guidance, a.temperature, a.top_p)
                found.append(measures(features))
                if a.save:
                    a.save.mkdir(parents=True, exist_ok=True)
                    np.save(a.save / f"{prompt.replace(' ', '_')}-{guidance:g}-{seed}.npy", features.numpy())
            share = np.mean([PROMPTS[prompt](m) for m in found]) if prompt in PROMPTS else np.nan
            passed += share
            keys = ("seconds", "forward", "path", "turn", "pelvis_low", "pelvis_high", "left_hand", "right_hand", "foot_high", "energy")
            middle = {key: round(float(np.median([m[key] for m in found])), 2) for key in keys}
            print(f"{guidance:g}  {share:4.0%}  {prompt:42}", *(f"{key} {value:g}" for key, value in middle.items()), flush=True)
        if not a.prompt:
            print(f"guidance {guidance:g}: {passed / len(PROMPTS):.0%} of the samples pass", flush=True)


if __name__ == "__main__":
    main()
