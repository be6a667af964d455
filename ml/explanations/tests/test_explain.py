from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from ml.audio.loading import load_clip
from ml.clip import Clip
from ml.errors import WeightsError
from ml.explanations.explain import Reasons, Region, explain, flattened
from ml.explanations.figure import draw
from ml.explanations.grid import BANDS, SLOTS
from ml.labels import EMOTIONS
from ml.predictor import Predictor
from ml.tests.sounds import music, write

DEMO = Path(__file__).parents[3] / "classifier" / "demo" / "audio"
TENTH = 3 * BANDS * SLOTS // 10
RANDOM_TRIES = 6


@pytest.fixture(scope="module")
def predictor() -> Predictor:
    return Predictor.load("resnet18_bilstm")


def silence_regions(picture: torch.Tensor, regions: list[Region], n_mels: int) -> torch.Tensor:
    """Return a picture, shape (1, 3, R, T), with some regions flattened."""
    flat, masked = flattened(picture), picture.clone()
    rows = torch.arange(n_mels).tensor_split(BANDS)
    columns = torch.arange(picture.shape[-1]).tensor_split(SLOTS)
    for region in regions:
        row, column = rows[region.band], columns[region.slot]
        place = (0, region.segment, slice(row[0], row[-1] + 1), slice(column[0], column[-1] + 1))
        masked[place] = flat[place]
    return masked


def chance(predictor: Predictor, clip: Clip, answer: str, regions: list[Region]) -> float:
    """Probability of `answer` when some regions of the clip are flattened."""
    inputs = dict(predictor.inputs([clip]))
    mels = predictor.meta.network.features.n_mels
    inputs["picture"] = silence_regions(inputs["picture"], regions, mels)
    with torch.inference_mode():
        logits = predictor.network(inputs)["emotion"] / predictor.meta.temperature
    return float(logits.softmax(dim=-1)[0, EMOTIONS.index(answer)])


@pytest.mark.parametrize("name", ["rondo-alla-turca", "the-entertainer", "funeral-march"])
def test_flattening_what_counts_changes_more_than_flattening_as_much_elsewhere(
    predictor: Predictor, name: str
) -> None:
    clip = load_clip(DEMO / f"{name}.mp3")
    explanation = explain(predictor, clip)
    answer = explanation.prediction.emotion
    without_strongest = chance(predictor, clip, answer, explanation.strongest(TENTH))
    random = torch.Generator().manual_seed(0)
    others = []
    for _ in range(RANDOM_TRIES):
        order = torch.randperm(3 * BANDS * SLOTS, generator=random)[:TENTH].tolist()
        regions = [Region(i // (BANDS * SLOTS), i // SLOTS % BANDS, i % SLOTS) for i in order]
        others.append(chance(predictor, clip, answer, regions))
    assert without_strongest < sum(others) / RANDOM_TRIES
    assert sum(explanation.segment_shares()) == pytest.approx(1.0)


def test_nothing_changes_when_no_region_is_flattened() -> None:
    picture = torch.rand(1, 3, 20, 107)
    assert torch.equal(silence_regions(picture, [], 16), picture)


def test_only_its_place_changes_when_a_region_is_flattened() -> None:
    picture = torch.rand(1, 3, 20, 107)
    changed = silence_regions(picture, [Region(segment=1, band=0, slot=9)], 16) != picture
    assert changed.any(dim=(0, 2, 3)).tolist() == [False, True, False]
    assert changed[0, 1].any(dim=1).nonzero().flatten().tolist() == [0, 1]
    assert changed[0, 1].any(dim=0).nonzero().flatten().tolist() == list(range(97, 107))


def test_a_flat_picture_keeps_each_rows_mean() -> None:
    picture = torch.rand(1, 3, 20, 107)
    flat = flattened(picture)
    assert torch.allclose(flat.mean(dim=(1, 3)), picture.mean(dim=(1, 3)))
    assert torch.allclose(flat.std(dim=(1, 3)), torch.zeros(1, 20), atol=1e-6)


def test_the_strongest_regions_come_first() -> None:
    relevance = torch.zeros(3, BANDS, SLOTS)
    relevance[2, 7, 9], relevance[0, 0, 1] = 2.0, 1.0
    explanation = Reasons(None, torch.zeros(3, 16, 107), relevance)  # type: ignore[arg-type]
    assert explanation.strongest(2) == [Region(2, 7, 9), Region(0, 0, 1)]
    assert explanation.segment_shares() == pytest.approx([1 / 3, 0, 2 / 3])


def test_a_picture_is_drawn(predictor: Predictor, tmp_path: Path) -> None:
    explanation = explain(predictor, load_clip(write(tmp_path / "short.wav", music(5.0))))
    draw(explanation, predictor.meta.network.features, tmp_path / "why.png")
    with Image.open(tmp_path / "why.png") as image:
        assert image.size[0] > 900
        assert len(image.getcolors(1 << 24) or []) > 100


def test_a_network_without_pictures_is_refused(tmp_path: Path) -> None:
    clip = load_clip(write(tmp_path / "short.wav", music(5.0)))
    with pytest.raises(WeightsError, match="no picture"):
        explain(Predictor.load("ann"), clip)
