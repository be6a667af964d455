"""The thesis's pipeline, made again from its description alone, as something to measure against.

    python -m benchmarks.thesis FILE…      prints one JSON object

Each feature is computed from scratch, the clip is cut into thirds, and ResNet18 with a BiLSTM
answers in 32 bits, one clip at a time. Its weights are random: only its speed is looked at.
"""

import sys
import time
from pathlib import Path
from typing import Any

STARTED = time.perf_counter()

import librosa
import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from benchmarks.timing import Laps, report
from benchmarks.torchvision_compat import resnet18

RATE = 22050
THIRDS = 3


class ThesisNetwork(nn.Module):
    """ResNet18 for each third of the picture, a two-layer BiLSTM over them, a dense layer."""

    def __init__(self) -> None:
        super().__init__()
        self.body = resnet18()
        self.body.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
        self.body.fc = nn.Identity()
        self.lstm = nn.LSTM(512, 128, num_layers=2, batch_first=True, bidirectional=True)
        self.dense = nn.Linear(256, 4)

    def forward(self, thirds: Tensor) -> Tensor:
        """Return probabilities: (3, 1, R, T) -> (4,)."""
        steps = self.lstm(self.body(thirds)[None])[0]
        result: Tensor = self.dense(steps[0, -1]).softmax(dim=-1)
        return result


def _features(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Stack MFCC, spectral centroid, chroma CENS and mel spectrogram, each scaled to 0..1."""
    parts = [
        librosa.feature.mfcc(y=samples, sr=RATE),
        librosa.feature.spectral_centroid(y=samples, sr=RATE),
        librosa.feature.chroma_cens(y=samples, sr=RATE),
        librosa.power_to_db(librosa.feature.melspectrogram(y=samples, sr=RATE)),
    ]
    scaled = [(part - part.min()) / (np.ptp(part) + 1e-9) for part in parts]
    return np.concatenate(scaled).astype(np.float32)


@torch.inference_mode()
def _listen_with_thesis(network: ThesisNetwork, path: Path, laps: Laps) -> None:
    """Answer for one file and note how long each stage took."""
    with laps.lap("decode"):
        samples, _rate = librosa.load(path, sr=RATE)
    with laps.lap("features"):
        picture = _features(samples)
    with laps.lap("network"):
        length = picture.shape[1] // THIRDS
        thirds = torch.from_numpy(picture[:, : THIRDS * length])
        network(thirds.reshape(len(picture), THIRDS, length).transpose(0, 1)[:, None].contiguous())


def main(files: list[Path]) -> dict[str, Any]:
    network = ThesisNetwork().eval()
    return report(STARTED, files, lambda path, laps: _listen_with_thesis(network, path, laps))


if __name__ == "__main__":
    import json

    print(json.dumps(main([Path(name) for name in sys.argv[1:]])))
