from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from tools import licences

RUNS = {"django", "torch", "torchvision", "av", "psycopg-binary", "setuptools"}


@pytest.fixture(scope="module")
def packages() -> list[licences.Package]:
    return licences.packages()


def test_every_licence_of_what_runs_is_known_to_fit(packages: list[licences.Package]) -> None:
    assert {package.name for package in packages} >= RUNS
    assert [package for package in packages if not package.fits] == []


def test_the_page_is_what_is_installed(packages: list[licences.Package]) -> None:
    """Red: run `make licences`."""
    assert licences.page(packages) == licences.PAGE.read_text()


@pytest.mark.parametrize("licence", ["AGPL-3.0-only", "MIT AND GPL-3.0-only", "UNKNOWN", ""])
def test_a_licence_that_does_not_fit_or_is_not_known_stops(licence: str) -> None:
    package = licences.Package("new", "1.0", licence, "https://example.org/")
    assert not package.fits
    assert dataclasses.replace(package, licence="MIT OR Apache-2.0").fits


def test_no_reason_outlives_its_package() -> None:
    assert licences.READ.keys() <= licences.required().keys()


def test_another_font_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, packages: list[licences.Package]
) -> None:
    fonts = tmp_path / "fonts"
    fonts.mkdir()
    (fonts / "EBGaramond-Regular.ttf").write_bytes(b"another")
    monkeypatch.setattr(licences, "ROOT", tmp_path)
    monkeypatch.setattr(licences, "FONTS", (fonts,))
    assert licences.page(packages) != licences.PAGE.read_text()
