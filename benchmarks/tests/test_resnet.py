from __future__ import annotations

import torch

from benchmarks.torchvision_compat import resnet18
from ml.networks.resnet import ResNet18


def test_resnet_equals_torchvision_when_weights_are_the_same() -> None:
    theirs, ours = resnet18().eval(), ResNet18().eval()
    theirs.conv1 = torch.nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    theirs.fc = torch.nn.Identity()
    ours.load_state_dict(theirs.state_dict())
    picture = torch.randn(2, 1, 96, 107)
    with torch.inference_mode():
        assert torch.allclose(ours(picture), theirs(picture), atol=1e-4)
