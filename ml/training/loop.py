"""The one training loop: any network, any batches."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.datasets.batches import Batches, Inputs, Targets
from ml.labels import EMOTIONS

Loss = Callable[[Inputs, Targets], Tensor]


@dataclass(frozen=True)
class TrainConfig:
    epochs: int = 30
    batch: int = 32
    lr: float = 1e-3  # peak of the one-cycle schedule (Smith and Topin 2018)
    weight_decay: float = 0.05
    warm_up: float = 0.2
    # parameter of the Beta distribution of mixup (Zhang et al. 2018); 0 for none
    mixup: float = 0.3
    average: float = 0.98  # decay per step of the averaged weights, which are the ones kept
    smoothing: float = 0.1  # label smoothing where the evidence is divided
    clip_norm: float = 5.0
    seed: int = 0
    # compute in 16 bits, which is quicker for pictures and slower for perceptrons
    half: bool = True
    # weight of each auxiliary head's loss; the emotion's is 1
    loss_weights: Mapping[str, float] = field(default_factory=dict)


@dataclass
class Averaged:
    """An exponential moving average of a network's weights and statistics."""

    state: dict[str, Tensor]
    decay: float
    steps: int = 0

    @classmethod
    def of(cls, network: nn.Module, decay: float) -> Averaged:
        return cls({name: value.clone() for name, value in network.state_dict().items()}, decay)

    @torch.no_grad()
    def update(self, network: nn.Module) -> None:
        """Move towards the network, faster at first."""
        self.steps += 1
        weight = 1 - min(self.decay, (1 + self.steps) / (10 + self.steps))
        for name, value in network.state_dict().items():
            if value.is_floating_point():
                self.state[name].lerp_(value, weight)
            else:
                self.state[name].copy_(value)


class Trainer:
    """Train a network on some examples of `data`, resumably.

    All randomness of an epoch follows from the seed and the epoch's number, so
    a run that was killed ends as it would have ended.
    """

    def __init__(
        self,
        network: nn.Module,
        data: Batches,
        indices: Tensor,
        config: TrainConfig,
        *,
        device: str,
        loss: Loss | None = None,
    ) -> None:
        self.network = network.to(device)
        self.loss = loss or partial(total_loss, weights=config.loss_weights)
        self.data, self.indices, self.config, self.device = data, indices, config, device
        self.steps = max(1, len(indices) // config.batch)
        groups = _parameter_groups(network, config.weight_decay)
        self.optimizer = torch.optim.AdamW(groups, lr=config.lr, fused=True)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(
            self.optimizer,
            max_lr=config.lr,
            total_steps=self.steps * config.epochs,
            pct_start=config.warm_up,
        )
        self.averaged = Averaged.of(network, config.average)
        self.epoch = 0
        self.seconds = 0.0

    def run(self, checkpoint: Path | None, report: Callable[[int, float], None]) -> nn.Module:
        """Train to the last epoch and return the network with averaged weights.

        `report` is told the number and the loss of each epoch.
        """
        while self.epoch < self.config.epochs:
            started = time.perf_counter()
            loss = self._run_epoch()
            self.epoch += 1
            self.seconds += time.perf_counter() - started
            if checkpoint is not None:
                self._save(checkpoint)
            report(self.epoch, loss)
        return self.averaged_network()

    @contextmanager
    def swapped(self) -> Iterator[nn.Module]:
        """Lend the network with averaged weights in the middle of training."""
        state = {name: value.clone() for name, value in self.network.state_dict().items()}
        yield self.averaged_network()
        self.network.load_state_dict(state)

    def averaged_network(self) -> nn.Module:
        """Put the averaged weights into the network, for use and not for more training."""
        self.network.load_state_dict(self.averaged.state)
        return self.network.eval()

    def resume(self, checkpoint: Path) -> None:
        state = torch.load(checkpoint, map_location=self.device, weights_only=True)
        self.network.load_state_dict(state["network"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.schedule.load_state_dict(state["schedule"])
        self.averaged.state, self.averaged.steps = state["averaged"], state["steps"]
        self.epoch, self.seconds = state["epoch"], state["seconds"]

    def _save(self, checkpoint: Path) -> None:
        state = {
            "network": self.network.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "schedule": self.schedule.state_dict(),
            "averaged": self.averaged.state,
            "steps": self.averaged.steps,
            "epoch": self.epoch,
            "seconds": self.seconds,
        }
        partial = checkpoint.with_suffix(".partial")
        torch.save(state, partial)
        partial.replace(checkpoint)  # a kill in between leaves the older one whole

    def _run_epoch(self) -> float:
        self.network.train()
        seed = self.config.seed * 100_003 + self.epoch
        torch.manual_seed(seed)  # dropout
        random = torch.Generator().manual_seed(seed)
        order = self.indices[torch.randperm(len(self.indices), generator=random)]
        losses = []
        for step in range(self.steps):
            part = order[step * self.config.batch : (step + 1) * self.config.batch]
            inputs, targets = mix(*self.data.batch(part, random), self.config.mixup, random)
            losses.append(self._step(_moved(inputs, self.device), _moved(targets, self.device)))
        return sum(losses) / len(losses)

    def _step(self, inputs: Inputs, targets: Targets) -> float:
        with torch.autocast(self.device, torch.bfloat16, enabled=self.config.half):
            outputs = self.network(inputs)
        loss = self.loss(outputs, targets)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(self.network.parameters(), self.config.clip_norm)
        self.optimizer.step()
        self.schedule.step()
        self.averaged.update(self.network)
        return float(loss.detach())


def total_loss(outputs: Inputs, targets: Targets, weights: Mapping[str, float]) -> Tensor:
    """Return cross-entropy of the emotion plus weighted losses of the other heads.

    Logits have shape (B, K), or (B, K, M) from a network of M members. ``"trust"`` says how much
    each example counts, where it stands among the targets, and ``"worded"`` whether it has words
    that the other heads could learn.
    """
    logits = outputs["emotion"].float()
    each = functional.cross_entropy(logits, _spread(targets["emotion"], logits), reduction="none")
    loss = _weighed(each, targets.get("trust"))
    for name, weight in weights.items():
        logits = outputs[name].float()
        truth = _spread(targets[name], logits)
        each = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")
        loss = loss + weight * _weighed(each.flatten(1), targets.get("worded"))
    return loss


def _weighed(losses: Tensor, weights: Tensor | None) -> Tensor:
    """Return the mean of losses, shape (B, ...), each counting by its weight."""
    if weights is None:
        return losses.mean()
    each = losses.reshape(len(losses), -1).mean(dim=1)
    return (each * weights).sum() / weights.sum().clamp(min=1e-6)


def mix(
    inputs: Inputs, targets: Targets, alpha: float, random: torch.Generator
) -> tuple[Inputs, Targets]:
    """Blend each example with another one of the batch (mixup)."""
    if not alpha:
        return inputs, targets
    count = len(next(iter(targets.values())))
    seed = int(torch.randint(2**31, (1,), generator=random))
    drawn = np.random.default_rng(seed).beta(alpha, alpha, count)
    share = torch.from_numpy(np.maximum(drawn, 1 - drawn)).float()
    other = torch.randperm(count, generator=random)

    def blend(values: Tensor) -> Tensor:
        part = share.reshape(-1, *[1] * (values.dim() - 1))
        return values * part + values[other] * (1 - part)

    mixed = {name: blend(values) for name, values in inputs.items()}
    return mixed, {name: blend(values) for name, values in targets.items()}


@torch.inference_mode()
def predict_logits(
    network: nn.Module, data: Batches, indices: Tensor, *, device: str = "cpu", batch: int = 32
) -> Tensor:
    """Return the emotion logits of some examples, in order and not augmented: (n, 4)."""
    if not len(indices):
        return torch.zeros(0, len(EMOTIONS))
    network.eval()
    parts = [
        network(_moved(data.batch(part, None)[0], device))["emotion"].float().cpu()
        for part in torch.split(indices, batch)
    ]
    return torch.cat(parts)


def pick_device(name: str) -> str:
    """Return the device to use; ``"auto"`` takes a GPU where there is one."""
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    return name


def _spread(targets: Tensor, logits: Tensor) -> Tensor:
    """Give every member of a network the same targets."""
    return targets if logits.dim() == targets.dim() else targets[:, :, None].expand_as(logits)


def _moved(values: Mapping[str, Tensor], device: str) -> dict[str, Tensor]:
    return {name: value.to(device) for name, value in values.items()}


def _parameter_groups(network: nn.Module, decay: float) -> list[dict[str, object]]:
    """Keep weight decay from biases and normalisation."""
    trained = [value for value in network.parameters() if value.requires_grad]
    weights = [value for value in trained if value.dim() > 1]
    others = [value for value in trained if value.dim() <= 1]
    return [{"params": weights, "weight_decay": decay}, {"params": others, "weight_decay": 0.0}]
