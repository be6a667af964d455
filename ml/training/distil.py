"""Teach the part of a network that looks at pictures to describe sound, before any emotion.

From the picture of a segment it learns to tell the numbers that describe it
(`ml.features.vectors`): thousands of answers for each clip instead of one, and no label. What it
then makes of every clip is computed once, so that a fold of the network around it takes a minute.
`ml.training.train` does all of this where it has not been done.
"""

import hashlib
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from torch.nn import functional

from ml.datasets.batches import ClipBatches, Inputs, Targets
from ml.networks.ann import Standardise
from ml.networks.config import NetworkConfig
from ml.networks.listener import Listener
from ml.networks.registry import NETWORKS, channels_last
from ml.training.loop import TrainConfig, Trainer

logger = logging.getLogger(__name__)

ENCODER = ("norm.", "encoder.")  # begin the names of the tensors that are taught
VARIANTS = 3  # of every clip's pictures: as it is, and changed at random
AT_ONCE = 32


class Student(nn.Module):
    """The encoder of a network that listens, and what it says of each segment."""

    def __init__(self, config: NetworkConfig, numbers: int) -> None:
        super().__init__()
        listener = NETWORKS[config.kind](replace(config, descriptors=0))
        assert isinstance(listener, Listener)
        self.listener = listener
        self.say = nn.Linear(listener.width, numbers)

    def forward(self, inputs: Inputs) -> dict[str, Tensor]:
        """Return what describes each segment: (B, S, D) from pictures (B, S, R, T)."""
        vectors = self.listener.vectors(inputs["picture"])
        return {"described": self.say(vectors.mean(dim=2))}


def _distance(outputs: Inputs, targets: Targets) -> Tensor:
    return functional.smooth_l1_loss(outputs["described"].float(), targets["described"])


def distil(
    config: NetworkConfig, data: ClipBatches, indices: Tensor, training: TrainConfig, path: Path
) -> None:
    """Teach the encoder of a network on some clips, and keep it at `path`."""
    assert data.descriptors is not None
    torch.manual_seed(training.seed)
    segments = data.descriptors[:, 1:]
    front = Standardise(segments.shape[-1])
    front.prepare(segments[indices].flatten(0, 1))
    described = front(segments.flatten(0, 1)).reshape(segments.shape)
    lesson = replace(data, descriptors=None, targets={"described": described})
    student = channels_last(Student(config, segments.shape[-1]))
    checkpoint = path.with_suffix(".checkpoint")
    trainer = Trainer(student, lesson, indices, training, device="cpu", loss=_distance)
    if checkpoint.exists():
        trainer.resume(checkpoint)
    trainer.run(checkpoint, partial(logger.info, f"{path.stem} epoch %d loss %.4f"))
    state = student.listener.state_dict()
    path.parent.mkdir(parents=True, exist_ok=True)
    kept = {name: value.contiguous() for name, value in state.items() if name.startswith(ENCODER)}
    save_file(kept, path)
    checkpoint.unlink(missing_ok=True)


def take_encoder(network: nn.Module, path: Path) -> None:
    """Give a network the encoder at `path`, which is not trained any more."""
    network.load_state_dict(load_file(path), strict=False)
    for name, value in network.named_parameters():
        if name.startswith(ENCODER):
            value.requires_grad = False


@torch.inference_mode()
def seen_vectors(config: NetworkConfig, data: ClipBatches, path: Path) -> Tensor:
    """Return what the encoder at `path` makes of every clip, shape (N, VARIANTS, S, t, W).

    It is kept beside the encoder, and computed again when that or the clips are others.
    """
    network = NETWORKS[config.kind](replace(config, descriptors=0)).eval()
    assert isinstance(network, Listener)
    take_encoder(network, path)
    digest = hashlib.sha256(path.read_bytes())
    digest.update(data.pictures.numpy().tobytes())
    kept = path.with_name(f"{path.stem}-{digest.hexdigest()[:8]}.safetensors")
    if kept.exists():
        return load_file(kept)["vectors"].float()
    random = torch.Generator().manual_seed(0)
    parts = []
    for indices in torch.split(torch.arange(len(data)), AT_ONCE):
        each = []
        for variant in range(VARIANTS):
            picture = data.batch(indices, random if variant else None)[0]["picture"]
            with torch.autocast("cpu", torch.bfloat16):
                each.append(network.vectors(picture).half())
        parts.append(torch.stack(each, dim=1))
    vectors = torch.cat(parts)
    save_file({"vectors": vectors}, kept)
    return vectors.float()
