"""ResNet18 (He et al. 2016) for pictures of one channel, as torchvision defines and names it.

torchvision itself stays out of the running program: importing it takes longer than importing
torch. A test holds this network to torchvision's.
"""

from torch import Tensor, nn
from torch.nn import functional

STAGES = ((1, 1), (2, 2), (4, 2), (8, 2))  # width over the first's, and stride, of a pair of blocks


class BasicBlock(nn.Module):
    """Two 3x3 convolutions beside a shortcut."""

    def __init__(self, before: int, after: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, after, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(after)
        self.conv2 = nn.Conv2d(after, after, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(after)
        self.downsample: nn.Sequential | None = None
        if stride > 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(before, after, 1, stride=stride, bias=False), nn.BatchNorm2d(after)
            )

    def forward(self, maps: Tensor) -> Tensor:
        """Return maps of half the size where the block strides: (N, C, H, W)."""
        shortcut = maps if self.downsample is None else self.downsample(maps)
        hidden = functional.relu(self.bn1(self.conv1(maps)), inplace=True)
        return functional.relu(self.bn2(self.conv2(hidden)) + shortcut, inplace=True)


class ResNet18(nn.Module):
    """Eighteen layers without the last, dense one; the paper's have a first width of 64."""

    def __init__(self, width: int = 64) -> None:
        super().__init__()
        self.width = STAGES[-1][0] * width
        self.conv1 = nn.Conv2d(1, width, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        before = width
        for number, (times, stride) in enumerate(STAGES, 1):
            after = times * width
            blocks = nn.Sequential(BasicBlock(before, after, stride), BasicBlock(after, after, 1))
            self.add_module(f"layer{number}", blocks)
            before = after
        for module in self.modules():
            # the meta device has nothing to fill, and torch would import its compiler for it
            if isinstance(module, nn.Conv2d) and not module.weight.is_meta:
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, image: Tensor) -> Tensor:
        """Return one vector for each picture: (N, 1, H, W) -> (N, 8 x width)."""
        maps = functional.relu(self.bn1(self.conv1(image)), inplace=True)
        maps = functional.max_pool2d(maps, 3, stride=2, padding=1)
        for block in self.blocks():
            maps = block(maps)
        return maps.mean(dim=(2, 3))

    def blocks(self) -> list[BasicBlock]:
        """Return the eight blocks in order."""
        return [module for module in self.modules() if isinstance(module, BasicBlock)]
