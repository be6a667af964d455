"""What the networks that listen have in common: pictures to vectors, vectors to emotions.

Shapes: B clips, S segments (3), R rows and T columns of a clip's picture
(`ml.features.spectrogram.clip_picture`), D descriptors.
"""

import torch
from torch import Tensor, nn

from ml.axes import AXES, from_axes
from ml.networks.ann import Standardise
from ml.networks.config import Inputs, NetworkConfig, Outputs


class RowNorm(nn.Module):
    """Standardise each row of a picture by its own running statistics."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(rows)

    def forward(self, picture: Tensor) -> Tensor:
        """Return the picture, shape (B, R, T), standardised."""
        normed: Tensor = self.norm(picture)
        return normed


class Described(nn.Module):
    """Bring the vectors that describe a clip and its segments to a few units each."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.front = Standardise(config.descriptors)
        self.deaf = config.deaf
        self.dense = nn.Sequential(
            nn.Dropout(config.dropout / 2),
            nn.Linear(config.descriptors, config.join),
            nn.BatchNorm1d(config.join),
            nn.ReLU(),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Return units, hidden for some clips while training: (B, 1 + S, D) -> (B, 1 + S, join)."""
        units: Tensor = self.dense(self.front(vectors.flatten(0, 1)))
        units = units.reshape(*vectors.shape[:2], -1)
        if self.training and self.deaf:
            units = units * (torch.rand(len(units), 1, 1, device=units.device) >= self.deaf)
        return units


class Heads(nn.Module):
    """Two dense layers to the axes, and so to the emotions, with auxiliary outputs."""

    def __init__(self, width: int, config: NetworkConfig) -> None:
        super().__init__()
        self.described = Described(config) if config.descriptors else None
        joined = width + (config.join if config.descriptors else 0)
        self.dense = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(joined, config.dense),
            nn.BatchNorm1d(config.dense),
            nn.ReLU(),
            nn.Dropout(config.dropout),
        )
        self.axes = nn.Linear(config.dense, AXES)
        self.extra = nn.ModuleDict(
            {name: nn.Linear(config.dense, size) for name, size in config.heads.items()}
        )

    def forward(self, steps: Tensor, inputs: Inputs) -> Outputs:
        """Return logits of clips, and of their segments when nothing is trained.

        Parameters
        ----------
        steps : Tensor, shape (B, S, W)
            What was heard of each segment.
        inputs : mapping
            With ``"descriptors"`` of shape (B, 1 + S, D) if the network was made for them.
        """
        heard = torch.cat([steps.mean(dim=1, keepdim=True), steps], dim=1)  # (B, 1 + S, W)
        if self.described is not None:
            heard = torch.cat([heard, self.described(inputs["descriptors"])], dim=2)
        if self.training:
            hidden = self.dense(heard[:, 0])
            outputs: Outputs = {"emotion": from_axes(self.axes(hidden).float())}
            return outputs | {name: head(hidden) for name, head in self.extra.items()}
        hidden = self.dense(heard.flatten(0, 1)).reshape(*heard.shape[:2], -1)
        logits = from_axes(self.axes(hidden).float())  # (B, 1 + S, 4)
        return {"emotion": logits[:, 0], "segments": logits[:, 1:], "embedding": hidden[:, 0]}


class Listener(nn.Module):
    """What the networks that listen have in common: pictures to vectors, vectors to emotions.

    Attributes
    ----------
    rows : int
        Rows of a picture that the encoder looks at.
    width : int
        Length of the encoder's vectors.
    """

    rows: int
    width: int
    heads: Heads

    def look(self, picture: Tensor) -> Tensor:
        """Return vectors of single pictures, in order: (N, R, T) -> (N, t, width)."""
        raise NotImplementedError

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment: (B, S, t, width) -> (B, S, W)."""
        raise NotImplementedError

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits.

        Parameters
        ----------
        inputs : mapping
            ``"picture"`` of shape (B, S, R, T), or ``"vectors"`` that were made of it, of shape
            (B, S, t, width); and ``"descriptors"`` of shape (B, 1 + S, D) if the network was made
            for them.
        """
        vectors = inputs["vectors"] if "vectors" in inputs else self.vectors(inputs["picture"])
        outputs: Outputs = self.heads(self.read(vectors), inputs)
        return outputs

    def vectors(self, picture: Tensor) -> Tensor:
        """Return what the encoder makes of segments: (B, S, R, T) -> (B, S, t, width)."""
        batch, segments = picture.shape[:2]
        vectors = self.look(picture.flatten(0, 1))
        return vectors.reshape(batch, segments, *vectors.shape[1:])
