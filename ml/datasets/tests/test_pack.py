from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest

from ml.datasets import pack
from ml.datasets.pack import (
    REFUSED,
    Recipe,
    build_pack,
    open_pack,
    packed_picture,
    picture_recipe,
    vector_recipe,
)
from ml.features.spectrogram import FeatureSettings
from ml.tests.sounds import music, write

SETTINGS = FeatureSettings()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index in range(3):
        write(tmp_path / f"{index}.wav", music(4 + 10 * index, seed=index))
    (tmp_path / "bad.wav").write_text("not sound")
    return tmp_path


def unreachable(path: Path) -> np.ndarray:
    raise AssertionError(f"{path} was computed again")


def test_pictures_are_packed_when_files_can_be_read(folder: Path) -> None:
    files = ["0.wav", "bad.wav", "2.wav"]
    records = open_pack(build_pack(folder, files, picture_recipe(SETTINGS), folder / "packs"))
    assert records["filled"].tolist() == [SETTINGS.columns(4), REFUSED, SETTINGS.columns(24)]
    expected = packed_picture(SETTINGS, folder / "2.wav")
    assert np.array_equal(records["values"][2][:, : expected.shape[1]], expected)


def test_nothing_is_computed_again_when_pack_is_whole(folder: Path) -> None:
    recipe = picture_recipe(SETTINGS)
    build_pack(folder, ["0.wav"], recipe, folder / "packs")
    again = Recipe(recipe.name, recipe.shape, recipe.dtype, unreachable)
    records = open_pack(build_pack(folder, ["0.wav"], again, folder / "packs"))
    assert records["filled"][0] > 0


def test_only_the_rest_is_computed_when_a_run_was_killed(folder: Path) -> None:
    recipe = picture_recipe(SETTINGS)
    path = build_pack(folder, ["0.wav", "1.wav"], recipe, folder / "packs")
    whole = open_pack(path).copy()
    records = np.lib.format.open_memmap(path, mode="r+")
    records["filled"][1] = pack.WAITING
    records["values"][0] = 7
    records.flush()
    continued = open_pack(build_pack(folder, ["0.wav", "1.wav"], recipe, folder / "packs"))
    assert (continued["values"][0] == 7).all()
    assert np.array_equal(continued["values"][1], whole["values"][1])


def test_pack_is_begun_anew_when_files_changed(folder: Path) -> None:
    recipe = picture_recipe(SETTINGS)
    build_pack(folder, ["0.wav"], recipe, folder / "packs")
    records = open_pack(build_pack(folder, ["1.wav"], recipe, folder / "packs"))
    assert records["file"].tolist() == [b"1.wav"]


def test_packs_have_other_names_when_settings_differ() -> None:
    other = picture_recipe(FeatureSettings(n_mels=64))
    assert picture_recipe(SETTINGS).name != other.name


def test_eight_hundred_clips_fit_when_packed() -> None:
    assert 800 * picture_recipe(SETTINGS).record.itemsize < 60e6


def test_recipe_can_be_sent_to_processes_when_made() -> None:
    assert isinstance(picture_recipe(SETTINGS).compute, partial)


@pytest.mark.parametrize("module", ["loading", "source", "clip", "spectrogram"])
def test_a_pack_of_other_code_is_not_mistaken_for_it(
    module: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of what decodes: another part of a file heard is another pack."""
    before = {picture_recipe(SETTINGS).name, vector_recipe(3).name}
    changed = tmp_path / "changed.py"
    changed.write_text("# changed")
    monkeypatch.setattr(getattr(pack, module), "__file__", str(changed))
    assert not before & {picture_recipe(SETTINGS).name, vector_recipe(3).name}
