from __future__ import annotations

import importlib.metadata
import re
from pathlib import Path

import pytest
from django.conf import settings
from packaging.markers import Marker, default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from classifier.checks import torch_is_installed

PINNED = re.compile(r"([a-z0-9-]+)(?:\[[a-z0-9,-]+\])?==([^ ]+)(?: ; ([^\\]+))? \\")
BLOCK = re.compile(r"^(?=[a-z0-9])", re.MULTILINE)
LOCKS = ("requirements.txt", "requirements-dev.txt")


PYTHONS = ("3.11", "3.12", "3.13", "3.14")


def text(name: str) -> str:
    return (Path(settings.BASE_DIR) / name).read_text()


def locked(name: str) -> dict[str, str]:
    blocks = [block for block in BLOCK.split(text(name)) if not block.startswith("#")]
    found = {}
    for block in filter(None, blocks):
        match = PINNED.match(block)
        assert match, f"{name}: not pinned by version and hash: {block.splitlines()[0]}"
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", block), block.splitlines()[0]
        found[match[1]] = match[2]
    return found


def markers(name: str) -> dict[str, Marker | None]:
    """When each locked package is installed; None for always."""
    matches = (PINNED.match(block) for block in BLOCK.split(text(name)))
    return {match[1]: Marker(match[3]) if match[3] else None for match in matches if match}


def asked_for(name: str) -> list[Requirement]:
    lines = (line.split("#")[0].strip() for line in text(name).splitlines())
    return [Requirement(line) for line in lines if line and not line.startswith("-")]


@pytest.mark.parametrize("name", LOCKS)
def test_everything_is_pinned_by_version_and_hash(name: str) -> None:
    assert len(locked(name)) > 50


@pytest.mark.parametrize("name", LOCKS)
def test_what_is_pinned_is_what_was_asked_for(name: str) -> None:
    """Red: run `make lock`."""
    versions = locked(name)
    for requirement in asked_for(name.replace(".txt", ".in")):
        version = versions[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}, but {version} is pinned"


def test_tests_run_on_the_versions_that_are_served() -> None:
    run, dev = (locked(name) for name in LOCKS)
    assert {name: dev[name] for name in run.keys() & dev.keys()} == {
        name: run[name] for name in run.keys() & dev.keys()
    }


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("name", LOCKS)
def test_the_lock_has_what_each_python_needs(name: str, python: str) -> None:
    """Red: run `make lock`. From 3.13 on, audioread needs what the standard library has lost."""
    environment = default_environment() | {
        "python_version": python,
        "python_full_version": f"{python}.1",
    }

    def is_for(marker: Marker | None) -> bool:
        return marker is None or marker.evaluate(dict(environment, extra=""))

    names = {package for package, marker in markers(name).items() if is_for(marker)}
    both = names | {package for package, marker in markers(LOCKS[0]).items() if is_for(marker)}
    for package in names:
        try:
            needs = importlib.metadata.requires(package) or []
        except importlib.metadata.PackageNotFoundError:
            continue  # of another Python than this one
        for need in map(Requirement, needs):
            if is_for(need.marker):
                assert canonicalize_name(need.name) in both, f"{package} on {python}: {need}"


def test_torch_alone_is_not_pinned_by_hash_and_what_it_needs_is() -> None:
    exceptions = {requirement.name for requirement in asked_for("requirements-torch.txt")}
    assert exceptions == {"torch", "torchvision"}
    needs = {
        requirement.name
        for name in exceptions
        for requirement in map(Requirement, importlib.metadata.requires(name) or ())
        if requirement.marker is None  # extras, and NVIDIA's libraries for the build with CUDA
    }
    assert {canonicalize_name(name) for name in needs - exceptions} <= locked(LOCKS[0]).keys()


def test_who_forgot_torch_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    assert torch_is_installed() == []
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    [warning] = torch_is_installed()
    assert "requirements-torch.txt" in (warning.hint or "")
