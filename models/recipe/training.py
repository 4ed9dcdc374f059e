"""What both trainers share: the clock, the learning rate, averaged weights, exact checkpoints."""

import copy
import json
import math
import os
import signal
import time
from pathlib import Path

import torch


class Run:
    """A training run in a folder: resumes exactly, saves every minute, stops when its minutes are used up.

    The learning rate follows the clock, not the step count: warm-up over the first 2 %, then a cosine to zero, so that a
    run on any machine ends where its minutes end; on a CPU they are the minutes that it works, so that others who are busy on it don't
    end a run early. On SIGTERM it is done after the step that it is at; saved then, it goes on there.
    `kept` are tensors of the trainer's own, by name, that change while it trains: they are saved too, and restored in place.
    """

    def __init__(self, folder, net, rate, minutes, device, weight_decay=0.0, betas=(0.9, 0.99), average=0.999, kept=None):
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.net, self.rate, self.device = net, rate, device
        self.budget_secs = 60 * minutes
        # Where many threads work, the first one works all along.
        self.clock = time.thread_time if device == "cpu" else time.monotonic
        self.average = average
        decayed = [weight for name, weight in net.named_parameters() if weight.ndim > 1 and "wte" not in name]
        others = [weight for name, weight in net.named_parameters() if not (weight.ndim > 1 and "wte" not in name)]
        groups = [{"params": decayed, "weight_decay": weight_decay}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, lr=rate, betas=betas, fused=device == "cuda")
        self.averaged = {name: tensor.detach().clone() for name, tensor in net.state_dict().items()}
        self.step, self.used_secs, self.best = 0, 0.0, math.inf
        self.history, self.kept = [], kept or {}
        if (self.folder / "checkpoint.pt").exists():
            self._resume()
        self.started, self.saved = self.clock(), time.monotonic()
        self.stopped = False
        signal.signal(signal.SIGTERM, self._stop)

    def _stop(self, *_):
        self.stopped = True

    @property
    def done(self):
        return self.stopped or self.progress >= 1

    @property
    def progress(self):
        return min(1.0, (self.used_secs + self.clock() - self.started) / self.budget_secs)

    def update(self, loss, clip=1.0):
        """One optimizer step and one step of the averaged weights."""
        progress = self.progress
        rate = self.rate * min(1.0, progress / 0.02 + 0.01) * (0.02 + 0.98 * (1 + math.cos(math.pi * progress)) / 2)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), clip)
        self.optimizer.step()
        self.step += 1
        # A young average forgets quickly.
        keep = min(self.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            state = self.net.state_dict()
            floats = [name for name, tensor in state.items() if tensor.is_floating_point()]
            torch._foreach_lerp_([self.averaged[name] for name in floats], [state[name] for name in floats], 1 - keep)

    def report(self, measure, **others):
        """Notes a validation result; keeps the averaged weights if `measure` is the lowest so far."""
        line = {"step": self.step, "secs": round(self.used_secs + self.clock() - self.started), "measure": measure, **others}
        self.history.append(line)
        print(self.folder.name, json.dumps({key: round(value, 4) if isinstance(value, float) else value for key, value in line.items()}), flush=True)
        if measure < self.best:
            self.best = measure
            write(self.folder / "best.pt", self.averaged)

    def save_now_and_then(self, every_secs=60):
        if time.monotonic() - self.saved > every_secs:
            self.save()

    def save(self):
        now = self.clock()
        self.used_secs += now - self.started
        self.started, self.saved = now, time.monotonic()
        state = {
            "net": self.net.state_dict(),
            "averaged": self.averaged,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "used_secs": self.used_secs,
            "best": self.best,
            "history": self.history,
            "kept": self.kept,
            "torch": torch.get_rng_state(),
            "cuda": torch.cuda.get_rng_state() if self.device == "cuda" else None,
        }
        write(self.folder / "checkpoint.pt", state)

    def _resume(self):
        state = torch.load(self.folder / "checkpoint.pt", map_location=self.device, weights_only=False)
        self.net.load_state_dict(state["net"])
        self.averaged = state["averaged"]
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.used_secs, self.best, self.history = state["step"], state["used_secs"], state["best"], state["history"]
        for name, tensor in self.kept.items():
            tensor.copy_(state["kept"][name])
        torch.set_rng_state(state["torch"].cpu())
        if state["cuda"] is not None and self.device == "cuda":
            torch.cuda.set_rng_state(state["cuda"].cpu())
        print(f"{self.folder.name} goes on at step {self.step}", flush=True)


def with_weights(net, weights):
    """`net` in evaluation mode with other weights, as a copy."""
    other = copy.deepcopy(net)
    other.load_state_dict(weights)
    return other.eval()


def write(path, state):
    """A file of torch's that is there whole or not at all."""
    torch.save(state, path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)
