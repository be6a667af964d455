"""Our own pipeline under the conditions of `benchmarks.thesis`.

python -m benchmarks.ours FILE…      prints one JSON object, with the floor of this machine
"""

import os
import sys
import time
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()

from journify.operations.collecting import loading

with loading():  # as whatever listens does
    import torch

    from benchmarks.timing import Laps, report
    from ml.audio.loading import load_clip
    from ml.clip import SEGMENTS
    from ml.features import musicnn
    from ml.networks.quick import best_format
    from ml.predictor import Predictor
    from ml.timing import stages

MODEL = "resnet18_bilstm"
SIDE = 1024  # of the square matrices whose product tells the machine's rate
TRIES = 5


def _listen_with_ours(predictor: Predictor, path: Path, laps: Laps) -> None:
    """Answer for one file and note how long each stage took."""
    with laps.lap("decode"):
        clip = load_clip(path)
    with stages() as took:
        predictor.predict(clip)
    for name, seconds in took.items():
        laps.seconds[name].append(seconds)


def _multiply_adds(predictor: Predictor, path: Path) -> float:
    """Count the multiply-adds of the convolutions for one clip, in the exact network."""
    total = 0.0

    def count(module: torch.nn.Module, _inputs: object, output: torch.Tensor) -> None:
        nonlocal total
        assert isinstance(module, torch.nn.Conv2d)
        total += output.numel() * module.weight[0].numel()

    network = predictor.exact_network()
    for module in network.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.register_forward_hook(count)
    with torch.inference_mode():
        network(predictor.inputs([load_clip(path)]))
    return total


def _pretrained_multiplying(patches: int) -> float:
    """Return the seconds of so many patches in `ml.features.musicnn`, as plain convolutions."""
    tall = sum(
        count * bands * musicnn.TIMBRAL_FRAMES * (musicnn.BANDS - bands + 1)
        for count, bands in musicnn.TIMBRAL
    )
    long = sum(count * frames * musicnn.BANDS for count, frames in musicnn.TEMPORAL)
    middle = sum(layer.get_parameter("weight").numel() for layer in musicnn.load_musicnn().middle)
    first = (tall + long) / _multiply_rate(best_format())
    return patches * musicnn.PATCH * (first + middle / _multiply_rate(torch.float32))


def _multiply_rate(dtype: torch.dtype) -> float:
    """Measure multiply-adds per second of a matrix product in a number format."""
    one, other = (torch.randn(SIDE, SIDE).to(dtype) for _ in range(2))
    torch.mm(one, other)
    best = float("inf")
    for _ in range(TRIES):
        began = time.perf_counter()
        torch.mm(one, other)
        best = min(best, time.perf_counter() - began)
    return SIDE**3 / best


def main(files: list[Path]) -> dict[str, Any]:
    """Listen to every file, then measure the floor."""
    cores = len(os.sched_getaffinity(0))
    predictor = Predictor.load(MODEL, threads=1, quick=True, cores=cores)
    found = report(STARTED, files, lambda path, laps: _listen_with_ours(predictor, path, laps))
    multiplying = _multiply_adds(predictor, files[0]) / _multiply_rate(best_format())
    patches = SEGMENTS * predictor.meta.network.patches
    multiplying += _pretrained_multiplying(patches)
    floor = found["stages"]["decode"] + multiplying
    return found | {"format": str(best_format()), "multiplying": multiplying, "floor": floor}


if __name__ == "__main__":
    import json

    print(json.dumps(main([Path(name) for name in sys.argv[1:]])))
