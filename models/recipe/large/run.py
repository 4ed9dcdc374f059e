"""A training run on any number of processes: updates, averaged weights, exact saves."""

import json
import math
import shutil
import signal
import time
from contextlib import contextmanager, nullcontext

import torch
from accelerate.utils import set_seed
from torch.utils.data import DataLoader

HELD_OUT_PASSES = 32  # at most, and at least 8
SAVING_SHARE = 0.02  # of the time


class AveragingAdamW(torch.optim.AdamW):
    """AdamW with averaged weights in its state, where they are sharded, saved and loaded like all else."""

    @torch.no_grad()
    def step(self, closure=None):
        super().step(closure)
        for group in self.param_groups:
            weights = [weight for weight in group["params"] if weight.grad is not None]
            for weight in weights:
                self.state[weight].setdefault("averaged", weight.detach().clone())
            torch._foreach_lerp_([self.state[weight]["averaged"] for weight in weights], weights, 1 - group["keep"])


class Run:
    """A training run in a folder."""

    def __init__(self, accelerator, lesson, config, options):
        """`config` is one of configs.py, `options` the command line's."""
        self.accelerator, self.config, self.options, self.folder = accelerator, config, options, options.output
        self.sharded = accelerator.distributed_type == "FSDP"
        self.passes = config["batch"] // config["micro"]
        self.own_passes, left = divmod(self.passes, accelerator.num_processes)
        if left or config["batch"] % config["micro"]:
            cause = f"{config['batch']} rows are not shared evenly by {accelerator.num_processes} processes with {config['micro']} at a time"
            raise SystemExit(f"{cause}: choose others with --set batch=N micro=N")
        # Norms, biases and the input table are not pulled towards zero (docs/representation.md, Training).
        groups = [{"params": [], "weight_decay": config["decay"]}, {"params": [], "weight_decay": 0.0}]
        for name, weight in lesson.named_parameters():
            groups[weight.ndim < 2 or "wte" in name]["params"].append(weight)
        groups = [group | {"keep": 0.0} for group in groups if group["params"]]
        optimizer = AveragingAdamW(groups, lr=config["rate"], betas=config["betas"], fused=accelerator.device.type == "cuda")
        self.net, self.optimizer = accelerator.prepare(lesson, optimizer)
        set_seed(0, device_specific=True)
        self.step, self.stopping = 0, False
        states = sorted(self.folder.glob("state-*"))
        if states:
            accelerator.load_state(str(states[-1]))
            self.step = int(states[-1].name.removeprefix("state-"))
            accelerator.print(f"{self.folder} goes on at update {self.step}", flush=True)

    def train(self, rows, held_out, place, export):
        """`place` makes a pass of `rows` into what the lesson takes and how much it counts; `export` writes weights."""
        accelerator, config = self.accelerator, self.config
        if not len(rows):
            raise SystemExit(f"there is no clip to learn from in the train lists of {self.options.dataset}")
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, self._stop)
        # This process's passes of all updates to come; the generator keeps the loader off the one that dropout draws from.
        numbers = range(self.step * self.passes + accelerator.process_index, config["steps"] * self.passes, accelerator.num_processes)
        reading = {"num_workers": self.options.workers, "pin_memory": accelerator.device.type == "cuda", "generator": torch.Generator()}
        feed = iter(DataLoader(rows, batch_size=None, sampler=numbers, **reading))
        saved = reported = time.monotonic()
        pause_secs = self.options.save_secs
        learned = since = 0.0
        while self.step < config["steps"]:
            batches = [place(next(feed)) for _ in range(self.own_passes)]
            is_due = accelerator.is_main_process and time.monotonic() - saved > pause_secs
            sums = torch.tensor([sum(count for _, count in batches), is_due, self.stopping], dtype=torch.float64, device=accelerator.device)
            total, is_due, is_stopping = accelerator.reduce(sums).tolist()
            loss, norm, rate = self._update(batches, total)
            self.step += 1
            learned, since = learned + loss, since + total
            if self.step % self.options.report_every == 0 or self.step == config["steps"]:
                measured = self._measure(held_out, place)
                line = {"step": self.step, "loss": accelerator.reduce(learned).item() / since, "norm": norm, "rate": rate}
                secs = time.monotonic() - reported
                self._report(line | {"held_out": measured, "counted_per_sec": since / secs})
                learned, since, reported = 0.0, 0.0, time.monotonic()
            if is_due or is_stopping or self.step == config["steps"]:
                begun = time.monotonic()
                self._save(export)
                saved = time.monotonic()
                pause_secs = max(self.options.save_secs, (saved - begun) / SAVING_SHARE)
            if is_stopping:
                accelerator.print(f"{self.folder} stopped at update {self.step}; the same command goes on", flush=True)
                break
        accelerator.end_training()

    def _update(self, batches, total):
        """One step of the optimizer: the mean over everything that is counted in all passes of all processes."""
        accelerator, config = self.accelerator, self.config
        begun = (self.step + 1) / max(1, config["warmup"])
        falling = (self.step - config["warmup"]) / max(1, config["steps"] - config["warmup"])
        rate = config["rate"] * (begun if begun < 1 else (1 + math.cos(math.pi * max(0, falling))) / 2)
        for group in self.optimizer.param_groups:
            group["lr"] = rate
            # A young average forgets quickly.
            group["keep"] = min(config["average"], (1 + self.step) / (10 + self.step))
        learned = torch.zeros((), device=accelerator.device)
        for left, (inputs, _) in zip(reversed(range(len(batches))), batches):
            # Sharded gradients are added up as shards: whole ones would take as much memory as the weights.
            with accelerator.no_sync(self.net) if left and not self.sharded else nullcontext():
                with accelerator.autocast():
                    loss = self.net(*inputs)
                # Gradients are averaged over the processes, which the sum is not.
                accelerator.backward(loss * (accelerator.num_processes / total))
            learned += loss.detach()
        norm = accelerator.clip_grad_norm_(self.net.parameters(), config["clip"])
        norm = (norm.full_tensor() if hasattr(norm, "full_tensor") else norm).item()
        if not math.isfinite(norm):
            raise SystemExit(f"update {self.step + 1}: the gradient is not finite; the last save is sound: go on with a lower --set rate")
        self.optimizer.step()
        self.optimizer.zero_grad()
        return learned, norm, rate

    @torch.no_grad()
    def _measure(self, held_out, place):
        """Loss of the averaged weights on held-out clips; all processes compute the same."""
        if not len(held_out):
            return None
        loss = count = 0.0
        self.net.eval()
        with self._averaged(), self.accelerator.autocast():
            for number in range(max(8, min(HELD_OUT_PASSES, len(held_out) // held_out.micro))):
                inputs, counted = place(held_out[number])
                loss, count = loss + self.net(*inputs).item(), count + counted
        self.net.train()
        return loss / count

    @contextmanager
    def _averaged(self):
        """The averaged weights in the place of the others."""
        self._swap()
        yield
        for module in self.net.modules():
            # What a pass without a gradient has gathered would be taken for the trained weights.
            if self.sharded and hasattr(module, "reshard"):
                module.reshard()
        self._swap()

    @torch.no_grad()
    def _swap(self):
        for weight, state in self.optimizer.state.items():
            kept = weight.detach().clone()
            weight.copy_(state["averaged"])
            state["averaged"].copy_(kept)

    def _save(self, export):
        """A kill leaves this state or the one before."""
        accelerator, part = self.accelerator, self.folder / "state.part"
        if accelerator.is_main_process:
            shutil.rmtree(part, ignore_errors=True)
        accelerator.wait_for_everyone()
        accelerator.save_state(str(part))
        accelerator.wait_for_everyone()
        with self._averaged():
            weights = accelerator.get_state_dict(self.net)
            if accelerator.is_main_process:
                export({name.removeprefix("net."): weight.cpu() for name, weight in weights.items()})
        if accelerator.is_main_process:
            before = list(self.folder.glob("state-*"))
            part.rename(self.folder / f"state-{self.step:08}")
            for state in before:
                shutil.rmtree(state)
        accelerator.wait_for_everyone()

    def _report(self, line):
        if self.accelerator.is_main_process:
            text = json.dumps({key: float(f"{value:.5g}") if isinstance(value, float) else value for key, value in line.items()})
            print(self.folder.name, text, flush=True)
            with (self.folder / "log.jsonl").open("a") as log:
                log.write(text + "\n")

    def _stop(self, *_):
        self.stopping = True
