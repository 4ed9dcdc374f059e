"""Trains the motion tokenizer.

    python train_tokenizer.py CORPUS.pt -o work/tokenizer --minutes 35 --device cpu

CORPUS.pt is what corpus.py writes. Besides the published loss (smooth L1 on all features) the root, the pelvis height,
the walked path, the forward kinematics of the rotations and the steps of the feet are weighted: root drift and sliding
feet are what one sees.
"""

import argparse
import json
import time
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch.nn import functional as F

import representation as rep
from archives import take_up
from corpus import Corpus, features_of
from networks import MotionTokenizer
from training import Run, with_weights

KINEMATIC_ROWS = 8
FEET = [rep.L_ANKLE, rep.R_ANKLE, rep.L_FOOT, rep.R_FOOT]


SPEEDS = 0.8, 1.25
ARMS = [13, 16, 18, 20], [14, 17, 19, 21]
UPPER_SHARE, ARM_SHARE, HABIT_SHARE = 0.12, 0.08, 0.5  # of the windows, with the upper body or an arm of another, held otherwise
HABIT_RAD = 0.08
TURNED_SHARE, TURN_RATE, SWING_RAD = 0.3, 1.0, 0.5  # of the windows, turned otherwise: radians a second, radians
KEPT = 0.8  # of what is known of an action's error, when another window of it is seen


class Windows:
    """Random windows of the training clips and their mirror images, all on the device.

    Actions are drawn by the square root of how long they are, and by how badly they came back so far: what is rare and unlike the
    rest (lying, crawling, quick kicks) would else be seen too seldom to be learned. `error` is the state of that, one number an action.
    """

    def __init__(self, corpus, device, vary=True):
        motions, spans, at = [], [], 0
        groups = sorted({piece.group for piece in corpus.pieces if not piece.held_out})
        number = {group: row for row, group in enumerate(groups)}
        for mirrored in (False, True):
            for piece in corpus.pieces:
                if not piece.held_out:
                    motions.append(piece.variant(mirrored, 1.0))
                    spans.append((at, len(piece), number[piece.group]))
                    at += len(piece)
        self.start, self.length, self.group = torch.tensor(spans, device=device).unbind(1)
        # Within an action a long clip holds more to see, but the shortest ones must not get lost.
        weight = self.length.float().sqrt()
        of_group = lambda values: torch.zeros(len(groups), device=device).index_add(0, self.group, values)  # noqa: E731
        self.weight = (of_group(self.length.float()).sqrt() / of_group(weight))[self.group] * weight
        self.error = torch.ones(len(groups), device=device)
        self.root, self.local = (torch.cat(column).to(device) for column in zip(*motions))
        held_out = [piece for piece in corpus.pieces if piece.held_out]
        if not held_out:
            raise SystemExit("the corpus holds out nobody: are all archives in the pack, and are the split's performers among them?")
        features, lengths = features_of(held_out, device=device)
        self.held_out = features.split(lengths)
        self.mean, self.std = corpus.mean.to(device), corpus.std.to(device)
        self.device, self.vary = device, vary

    def learn(self, group, error):
        """Notes how badly windows of the actions `group` came back: [count] numbers in one unit, whichever it is."""
        relative = error / error.mean()
        for row, value in zip(group.tolist(), relative.tolist()):
            self.error[row] = KEPT * self.error[row] + (1 - KEPT) * value

    def draw(self, count, frames):
        """Features of windows, [count, frames, 272], and the numbers of their actions."""
        row = torch.multinomial(self.weight * self.error[self.group], count, replacement=True)
        slow, fast = SPEEDS
        speed = torch.empty(count, 1, device=self.device).uniform_(slow, fast) if self.vary else torch.ones(count, 1, device=self.device)
        # One frame more, which the first step and the first speeds come from. A clip shorter than the window stands still around it.
        room = self.length[row] - 1 - frames * speed[:, 0]
        at = (torch.rand(count, device=self.device) * room)[:, None] + torch.arange(frames + 1, device=self.device) * speed
        at = at.clamp(min=0.0).minimum(self.length[row, None] - 1.0)
        low = at.long()
        high = (low + 1).minimum(self.length[row, None] - 1)
        low, high, weight = self.start[row, None] + low, self.start[row, None] + high, (at - low)[..., None]
        root = torch.lerp(self.root[low], self.root[high], weight)
        local = rep.blend(self.local[low], self.local[high], weight[..., None])
        if self.vary:
            local = varied(local)
            root, local = turned_path(root, local)
        starts = range(0, count * (frames + 1), frames + 1)
        return rep.encode(root.flatten(0, 1), local.flatten(0, 1), starts=starts).unflatten(0, (count, -1))[:, 1:], self.group[row]

    def normalise(self, features):
        return (features - self.mean) / self.std

    def denormalise(self, features):
        return features * self.std + self.mean


def varied(local):
    """Windows of rotations [B, T, 22, 4] of more people than there are: arms and upper bodies change owners, and are held otherwise."""
    count = len(local)
    for part, share in [(rep.UPPER_BODY, UPPER_SHARE), *((arm, ARM_SHARE) for arm in ARMS)]:
        taken = torch.where(torch.rand(count) < share, torch.randperm(count), torch.arange(count)).to(local.device)
        local = local.index_copy(2, torch.tensor(part, device=local.device), local[taken][:, :, part])
    habit = HABIT_RAD * torch.randn(count, 1, len(rep.UPPER_BODY), 3) * (torch.rand(count, 1, 1, 1) < HABIT_SHARE)
    turned = rep.quat_multiply(local[:, :, rep.UPPER_BODY], rep.quat_from_axis_angle(habit.to(local.device)).expand(-1, local.shape[1], -1, -1))
    return local.index_copy(2, torch.tensor(rep.UPPER_BODY, device=local.device), turned)


def turned_path(root, local):
    """Some of the windows walk and turn on other curves: all is turned by a smooth course of headings, and the steps with it."""
    count, length = root.shape[:2]
    secs = torch.arange(length, device=root.device) / rep.FPS
    chosen = (torch.rand(count, 1, device=root.device) < TURNED_SHARE).float()
    rate, swing, pace, phase = (torch.rand(count, 1, device=root.device) for _ in range(4))
    yaw = chosen * (TURN_RATE * (2 * rate - 1) * secs + SWING_RAD * swing * torch.sin(2 * torch.pi * ((0.2 + pace) * secs + phase)))
    about_y = torch.stack([torch.zeros_like(yaw), yaw, torch.zeros_like(yaw)], -1)
    hips = rep.quat_multiply(rep.quat_from_axis_angle(about_y), local[:, :, 0])
    step = root[:, 1:] - root[:, :-1]
    c, s = torch.cos(yaw[:, 1:]), torch.sin(yaw[:, 1:])
    step = torch.stack([c * step[..., 0] + s * step[..., 2], step[..., 1], c * step[..., 2] - s * step[..., 0]], -1)
    root = torch.cat([root[:, :1], root[:, :1] + torch.cumsum(step, 1)], 1)
    return root, torch.cat([hips[:, :, None], local[:, :, 1:]], 2)


def loss_of(windows, net, truth, weight):
    """The loss, and how badly each window came back: metres [count], where a quick kick of a body that is still else counts too."""
    x = windows.normalise(truth)
    with torch.autocast(windows.device, torch.bfloat16, enabled=windows.device == "cuda"):
        predicted, _ = net(x)
    predicted = predicted.float()
    loss = (F.smooth_l1_loss(predicted, x, reduction="none") * weight).mean() + 0.1 * net.quantizer.overflow
    net.quantizer.overflow = None
    features = windows.denormalise(predicted)
    with torch.no_grad():
        true_t, true_xz = rep.root_path(truth)
        true_world = rep.decode_positions(truth)
    # Metres; the factors keep each term below the first.
    t, xz = rep.root_path(features)
    loss = loss + 1.0 * F.smooth_l1_loss(xz, true_xz, beta=0.1) + 1.0 * F.smooth_l1_loss(t, true_t, beta=0.1)
    world = rep.decode_positions(features)
    centred, true_centred = (joints - joints[..., :1, :] for joints in (world, true_world))
    apart = (centred - true_centred).norm(dim=-1)
    # Means alone give up an arm that is raised while everything else stands still: it is a few joints of many. Squares see it.
    loss = loss + 2.0 * apart.mean() + 4.0 * apart.square().mean()
    # Forward kinematics is dear: a part of the batch is enough for it.
    part = slice(KINEMATIC_ROWS)
    posed = rep.forward_kinematics(*rep.decode_pose(features[part]))
    # Compared around the true path, so that a drift is not counted again for every joint.
    drift = torch.stack([xz[part, :, 0] - true_xz[part, :, 0], torch.zeros_like(t[part]), xz[part, :, 1] - true_xz[part, :, 1]], -1)[..., None, :]
    loss = loss + 1.0 * F.smooth_l1_loss(posed - drift, true_world[part], beta=0.1)
    loss = loss + 1.0 * (posed - posed[..., :1, :] - true_centred[part]).norm(dim=-1).mean()
    true_step = (true_world[:, 1:] - true_world[:, :-1])[..., FEET, :]
    for joints, true in ((posed, true_step[part]), (world, true_step)):
        loss = loss + 0.5 * F.smooth_l1_loss((joints[:, 1:] - joints[:, :-1])[..., FEET, :], true, beta=0.02)
    return loss, apart.detach().square().mean((1, 2)).sqrt()


@torch.no_grad()
def measure(windows, net, limit=48):
    """On held-out clips: mean joint error of positions and of posed rotations (mm, pelvis-centred), root drift after 2 s (cm).

    Headings add up over a clip, so that long ones weigh more on the first two; `local_mm` is that of positions without headings.
    """
    position, local, posed, drift, used = [], [], [], [], []
    for clip in windows.held_out[:: max(1, len(windows.held_out) // limit)]:
        length = min(len(clip), 600) // 2 * 2
        truth = clip[:length][None]
        decoded, code = net(windows.normalise(truth))
        features = windows.denormalise(decoded.float())
        true_joints, joints = rep.decode_positions(truth), rep.decode_positions(features)
        by_rotations = rep.forward_kinematics(*rep.decode_pose(features))
        centred = true_joints - true_joints[..., :1, :]
        position.append((joints - joints[..., :1, :] - centred).norm(dim=-1).mean())
        facing, true_facing = (f[..., rep.POSITIONS].unflatten(-1, (rep.JOINTS, 3)) for f in (features, truth))
        local.append((facing - facing[..., :1, :] - true_facing + true_facing[..., :1, :]).norm(dim=-1).mean())
        posed.append((by_rotations - by_rotations[..., :1, :] - centred).norm(dim=-1).mean())
        # Drift over windows of two seconds, each begun at the true place and heading.
        for at in range(0, length - 60, 60):
            (_, xz), (_, true_xz) = (rep.root_path(f[:, at + 1 : at + 61]) for f in (features, truth))
            drift.append((xz - true_xz)[:, -1].norm(dim=-1).mean())
        used.append(code.flatten())
    position, local, posed = (1000 * torch.stack(found).mean().item() for found in (position, local, posed))
    drift = 100 * torch.stack(drift).mean().item() if drift else 0.0
    codes = torch.cat(used)
    share = torch.bincount(codes, minlength=net.quantizer.codes).float() / len(codes)
    perplexity = torch.exp(-(share * torch.log(share + 1e-7)).sum()).item()
    # One number to choose by: what the eye sees of the rotations and of the path.
    return {"measure": posed + 2 * drift, "mpjpe_mm": position, "local_mm": local, "posed_mm": posed, "drift_cm": drift, "perplexity": perplexity}


def fitted(weights, fresh):
    """`weights` in the shapes of `fresh`: with more digits, the new ones begin as chance made them."""
    for name, weight in weights.items():
        common = tuple(slice(min(old, new)) for old, new in zip(weight.shape, fresh[name].shape))
        fresh[name][common] = weight[common]
    return fresh


def train(corpus, folder, levels, width, activation, minutes, device, batch=32, frames=64, rate=1e-3, report_secs=60, warm=None, decoder_only=False, vary=True):
    made_of = {"archives": take_up(corpus.model, corpus.archives, warm, folder)}
    torch.manual_seed(0)
    windows = Windows(corpus, device, vary)
    net = MotionTokenizer(levels, width, width, activation).to(device)
    if warm:
        weights = load_file(Path(warm) / "tokenizer.safetensors")
        net.load_state_dict(fitted({name.removeprefix("vqvae."): tensor for name, tensor in weights.items()}, net.state_dict()))
    if decoder_only:
        # The codes stay what they are, so a transformer that was trained on them stays valid.
        for part in (net.encoder, net.quantizer.project_in):
            part.requires_grad_(False)
    run = Run(folder, net, rate, minutes, device, kept={"error": windows.error})
    (run.folder / "config.json").write_text(json.dumps({"levels": levels, "width": width, "activation": activation, **made_of}))
    weight = torch.ones(rep.FEATURES, device=device)
    weight[: rep.POSITIONS.start] = 2.0
    weight[rep.POSITIONS.start + 1] = 4.0
    weight[rep.POSITIONS] += 0.5
    # Half of all numbers are rotations; forward kinematics weighs them by what they move.
    weight[rep.ROTATIONS] = 0.5
    reported = time.monotonic()
    total = torch.zeros((), device=device)
    since = 0
    while not run.done:
        truth, group = windows.draw(batch, frames)
        loss, error = loss_of(windows, net, truth, weight)
        windows.learn(group, error)
        run.update(loss)
        total += loss.detach()
        since += 1
        if time.monotonic() - reported > report_secs:
            run.report(loss=total.item() / since, **measure(windows, with_weights(net, run.averaged)))
            total, since, reported = torch.zeros((), device=device), 0, time.monotonic()
        run.save_now_and_then()
    if not run.stopped:
        run.report(**measure(windows, with_weights(net, run.averaged)))
    run.save()
    return run


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("corpus")
    parser.add_argument("-o", "--output", required=True)
    parser.add_argument("--levels", default="8,8,6,5")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--activation", default="relu")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--frames", type=int, default=64)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--minutes", type=float, default=35)
    parser.add_argument("--report-secs", type=float, default=60)
    parser.add_argument("--warm", help="model folder to start from, instead of from nothing")
    parser.add_argument("--decoder-only", action="store_true", help="keep the encoder and with it all codes")
    parser.add_argument("--as-they-are", action="store_true", help="windows of the clips alone: no other speeds, no exchanged arms")
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    a = parser.parse_args()
    corpus = Corpus.load(a.corpus)
    levels = [int(level) for level in a.levels.split(",")]
    train(corpus, a.output, levels, a.width, a.activation, a.minutes, a.device, a.batch, a.frames, a.rate, a.report_secs, a.warm, a.decoder_only, not a.as_they_are)


if __name__ == "__main__":
    main()
