"""The ResNet18s that listen: with a BiLSTM over segments, and on combined features."""

import torch
from torch import Tensor, nn

from ml.features.spectrogram import MFCC_ROWS, combined_features
from ml.networks.config import NetworkConfig
from ml.networks.listener import Heads, Listener, RowNorm
from ml.networks.resnet import ResNet18


class ResNetEncoder(nn.Module):
    """ResNet18 (He et al. 2016) with one input channel, pooled to one vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = ResNet18(width)
        self.width = self.body.width

    def forward(self, picture: Tensor) -> Tensor:
        """Return one vector for each picture: (N, R, T) -> (N, 8 x width)."""
        image = picture.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        vector: Tensor = self.body(image)
        return vector


class ResNetBiLSTM(Listener):
    """ResNet18 for each 10 s segment, then a two-layer BiLSTM over the segments."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.rows = config.features.n_mels
        self.norm = RowNorm(self.rows)
        self.encoder = ResNetEncoder(config.width)
        self.width = self.encoder.width
        self.squeeze = nn.Linear(self.width, 2 * config.hidden)
        self.lstm = nn.LSTM(
            self.width, config.hidden, num_layers=2, batch_first=True, bidirectional=True
        )
        self.heads = Heads(2 * config.hidden, config)

    def look(self, picture: Tensor) -> Tensor:
        """Return one vector of each picture's log-mel, shape (N, 1, width)."""
        vector: Tensor = self.encoder(self.norm(picture[:, : self.rows]))
        return vector[:, None]

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment, shape (B, S, 2 * hidden)."""
        each = vectors[:, :, 0]
        # The LSTM adds what order and context say to what each segment says alone.
        steps: Tensor = self.lstm(each)[0] + self.squeeze(each)
        return steps


class ResNetCombined(Listener):
    """ResNet18 on the thesis's combined features: MFCC, centroid, chroma and mel."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.features = config.features
        self.rows = config.features.rows
        self.norm = RowNorm(self.rows + MFCC_ROWS)
        self.encoder = ResNetEncoder(config.width)
        self.width = self.encoder.width
        self.heads = Heads(self.width, config)

    def look(self, picture: Tensor) -> Tensor:
        """Return one vector of each picture, shape (N, 1, width)."""
        vector: Tensor = self.encoder(self.norm(combined_features(picture, self.features)))
        return vector[:, None]

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment, shape (B, S, width)."""
        return vectors[:, :, 0]
