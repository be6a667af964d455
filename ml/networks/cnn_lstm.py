"""Convolution blocks for each segment, and an LSTM over the clip."""

import torch
from torch import Tensor, nn

from ml.networks.config import NetworkConfig
from ml.networks.listener import Heads, Listener, RowNorm


class ConvEncoder(nn.Module):
    """Four convolution blocks, after Choi et al. 2017 (CRNN for music tagging)."""

    WIDTHS = (32, 64, 128, 256)

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((1, *self.WIDTHS), self.WIDTHS, strict=False):
            layers += [
                nn.Conv2d(before, after, kernel_size=3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        self.blocks = nn.Sequential(*layers)

    def forward(self, picture: Tensor) -> Tensor:
        """Return a sequence: (N, R, T) -> (N, T // 16, 256)."""
        image = picture.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        maps: Tensor = self.blocks(image)  # (N, 256, R // 16, T // 16)
        return maps.mean(dim=2).transpose(1, 2)


class ConvLSTM(Listener):
    """Convolution blocks for each segment, then an LSTM over the whole clip."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.rows = config.features.n_mels
        self.norm = RowNorm(self.rows)
        self.encoder = ConvEncoder()
        self.width = ConvEncoder.WIDTHS[-1]
        self.lstm = nn.LSTM(self.width, config.hidden, batch_first=True)
        self.heads = Heads(config.hidden, config)

    def look(self, picture: Tensor) -> Tensor:
        """Return a sequence of each picture's log-mel, shape (N, T // 16, width)."""
        sequence: Tensor = self.encoder(self.norm(picture[:, : self.rows]))
        return sequence

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment, shape (B, S, hidden)."""
        batch, segments, _, width = vectors.shape
        hidden: Tensor = self.lstm(vectors.reshape(batch, -1, width))[0]  # (B, S * t, H)
        return hidden.reshape(batch, segments, -1, hidden.shape[-1]).mean(dim=2)
