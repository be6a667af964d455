"""The convolutions of a ResNet18 made ready for one CPU: folded, reordered, in its own format.

Batch normalisation is folded into the weights, the weights lie as the CPU's kernels want them, and
activation and shortcut are part of the convolution. On CPUs that multiply matrices of 16-bit
floats (AMX, AVX512-BF16) the convolutions run in bfloat16. The kernels are those that torch's own
compiler calls for frozen weights; where they are missing, the network stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_weights

from ml.networks.resnet import BasicBlock, ResNet18

KERNELS = ("_reorder_convolution_weight", "_convolution_pointwise", "_convolution_pointwise_")
BF16_UNITS = ("amx_bf16", "avx512_bf16")


def quicken(network: nn.Module, columns: int, rows: int) -> nn.Module:
    """Replace every ResNet18 in a network that only answers; it cannot be trained any more.

    Parameters
    ----------
    network : nn.Module
        In evaluation mode.
    columns, rows : int
        Size of the pictures that it will see; others work too, and slower.
    """
    if not _kernels_exist():
        return network
    dtype = best_format()
    for name, module in list(network.named_modules()):
        if isinstance(module, ResNet18):
            parent = network.get_submodule(name.rpartition(".")[0])
            quick = QuickResNet(module, shape=(3, 1, rows, columns), dtype=dtype)
            setattr(parent, name.rpartition(".")[2], quick)
    return network


def best_format() -> torch.dtype:
    """Return bfloat16 where this CPU has units for it, else float32."""
    found = torch.cpu.get_capabilities()
    return torch.bfloat16 if any(found.get(unit) for unit in BF16_UNITS) else torch.float32


@dataclass(frozen=True)
class Convolution:
    """A convolution with its batch normalisation folded in and its weights reordered."""

    weight: Tensor
    bias: Tensor
    stride: tuple[int, ...]
    padding: tuple[int, ...]

    @classmethod
    def fold(
        cls, conv: nn.Conv2d, norm: nn.BatchNorm2d, *, shape: torch.Size, dtype: torch.dtype
    ) -> Convolution:
        """Prepare `conv` and then `norm` for maps of `shape`."""
        assert norm.running_mean is not None
        assert norm.running_var is not None
        fused, bias = fuse_conv_bn_weights(
            conv.weight,
            conv.bias,
            norm.running_mean,
            norm.running_var,
            norm.eps,
            norm.weight,
            norm.bias,
        )
        stride, padding = tuple(conv.stride), _pair(conv.padding)
        weight = fused.detach().to(dtype).contiguous(memory_format=torch.channels_last)
        weight = torch.ops.mkldnn._reorder_convolution_weight(
            weight, padding, stride, (1, 1), 1, list(shape)
        )
        return cls(weight, bias.detach().to(dtype), stride, padding)

    def run(self, maps: Tensor, activation: str = "relu") -> Tensor:
        """Convolve and activate."""
        shared: tuple[Any, ...] = (self.padding, self.stride, (1, 1), 1)
        result: Tensor = torch.ops.mkldnn._convolution_pointwise(
            maps, self.weight, self.bias, *shared, activation, [], ""
        )
        return result

    def add_to(self, shortcut: Tensor, maps: Tensor) -> Tensor:
        """Convolve, add to `shortcut` in place, and activate."""
        shared: tuple[Any, ...] = (self.padding, self.stride, (1, 1), 1)
        result: Tensor = torch.ops.mkldnn._convolution_pointwise_.binary(
            shortcut, maps, self.weight, self.bias, *shared, "add", 1.0, "relu", [], ""
        )
        return result


@dataclass(frozen=True)
class QuickBlock:
    """A `BasicBlock`, prepared."""

    first: Convolution
    second: Convolution
    shortcut: Convolution | None

    def run(self, maps: Tensor) -> Tensor:
        """Return the block's maps; those that came in may be overwritten."""
        hidden = self.first.run(maps)
        shortcut = maps if self.shortcut is None else self.shortcut.run(maps, "none")
        return self.second.add_to(shortcut, hidden)


class QuickResNet(nn.Module):
    """A ResNet18 that only answers."""

    def __init__(
        self, network: ResNet18, *, shape: tuple[int, int, int, int], dtype: torch.dtype
    ) -> None:
        super().__init__()
        self.dtype = dtype
        image = _image(torch.zeros(shape), dtype)
        self.stem = Convolution.fold(network.conv1, network.bn1, shape=image.shape, dtype=dtype)
        self.blocks: list[QuickBlock] = []
        with torch.inference_mode():
            maps = self._pooled(image)
            for block in network.blocks():
                self.blocks.append(_prepared(block, maps, dtype))
                maps = self.blocks[-1].run(maps)

    def forward(self, image: Tensor) -> Tensor:
        """Return one vector for each picture: (N, 1, H, W) -> (N, 512)."""
        maps = self._pooled(_image(image, self.dtype))
        for block in self.blocks:
            maps = block.run(maps)
        return maps.float().mean(dim=(2, 3))

    def _pooled(self, image: Tensor) -> Tensor:
        return functional.max_pool2d(self.stem.run(image), 3, stride=2, padding=1)


def _image(picture: Tensor, dtype: torch.dtype) -> Tensor:
    return picture.to(dtype).contiguous(memory_format=torch.channels_last)


def _prepared(block: BasicBlock, maps: Tensor, dtype: torch.dtype) -> QuickBlock:
    first = Convolution.fold(block.conv1, block.bn1, shape=maps.shape, dtype=dtype)
    hidden = first.run(maps)
    second = Convolution.fold(block.conv2, block.bn2, shape=hidden.shape, dtype=dtype)
    shortcut = None
    if block.downsample is not None:
        conv, norm = block.downsample
        assert isinstance(conv, nn.Conv2d)
        assert isinstance(norm, nn.BatchNorm2d)
        shortcut = Convolution.fold(conv, norm, shape=maps.shape, dtype=dtype)
    return QuickBlock(first, second, shortcut)


def _pair(padding: str | tuple[int, ...]) -> tuple[int, ...]:
    assert not isinstance(padding, str)
    return tuple(padding)


def _kernels_exist() -> bool:
    return torch.backends.mkldnn.is_available() and all(
        hasattr(torch.ops.mkldnn, name) for name in KERNELS
    )
