from __future__ import annotations

import ast
import graphlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOMS = ("journal", "classifier", "spotify_auth", "ml", "journify")

# Whom a room may import besides itself. Types alone may come from anywhere an arrow would not make
# a circle: every app speaks of the one User.
ARROWS = {
    "journal": {"classifier", "spotify_auth", "ml", "journify"},
    "classifier": {"ml", "journify"},
    "spotify_auth": {"journify"},
    "ml": set(),
    "journify": set(),
}
TYPES_ONLY = {"classifier": {"spotify_auth"}, "journify": {"spotify_auth"}}

# Where the rooms are put together.
GLUE = {"journify/settings.py", "journify/urls.py", "journify/management"}

# From a file to an emotion, then how that is learnt: a room uses only those before it.
ML_ROOMS = (
    *("audio", "features", "networks", "explanations"),
    *("datasets", "training", "evaluation", "shipping"),
)

HEAVY = {"torch", "torchvision", "librosa", "scipy", "sklearn", "numba"}
# The modules of the app that torch may come in by, and only when a function needs them.
MODEL_HOLDERS = {
    "classifier/serving/service.py",
    "classifier/serving/listeners.py",
    "classifier/serving/explanations.py",
}


def modules(room: str) -> Iterator[Path]:
    for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
        name = path.relative_to(settings.BASE_DIR).as_posix()
        if "/tests/" in name or any(name.startswith(glue) for glue in GLUE):
            continue
        yield path


def imported(path: Path, *, with_types: bool) -> set[str]:
    """Names of the modules that a file imports, anywhere in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not with_types:
        tree = WithoutTypes().visit(tree)
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names.add(node.module or "")
    return names


class WithoutTypes(ast.NodeTransformer):
    """Leave out what stands below `if TYPE_CHECKING:`."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        is_guard = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_guard else self.generic_visit(node)


def names_of_modules() -> dict[str, Path]:
    """Every module of the app by the name that imports it."""
    found = {}
    for room in ROOMS:
        for path in modules(room):
            parts = path.relative_to(settings.BASE_DIR).with_suffix("").parts
            found[".".join(parts).removesuffix(".__init__")] = path
    return found


def rooms_of(names: set[str]) -> set[str]:
    return {name.partition(".")[0] for name in names} & set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_arrows_go_one_way(room: str) -> None:
    wrong = {
        path.name: against
        for path in modules(room)
        if (against := rooms_of(imported(path, with_types=False)) - ARROWS[room] - {room})
    }
    assert wrong == {}


def test_imports_make_no_circle() -> None:
    paths = names_of_modules()
    graph: dict[str, set[str]] = {}
    for name, path in paths.items():
        tree = ast.parse(path.read_text(encoding="utf-8"))  # types and late imports, too
        wanted: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                wanted.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                whole = (f"{node.module}.{alias.name}" for alias in node.names)
                wanted.update(one if one in paths else str(node.module) for one in whole)
        graph[name] = (wanted & paths.keys()) - {name}
    graphlib.TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("room", ROOMS)
def test_types_make_no_circle_either(room: str) -> None:
    allowed = ARROWS[room] | TYPES_ONLY.get(room, set()) | {room}
    wrong = {
        path.name: against
        for path in modules(room)
        if (against := rooms_of(imported(path, with_types=True)) - allowed)
    }
    assert wrong == {}


@pytest.mark.parametrize("room", ROOMS)
def test_the_app_runs_without_the_tools(room: str) -> None:
    wrong = [
        path
        for path in modules(room)
        if {"tools", "benchmarks"} & {n.partition(".")[0] for n in imported(path, with_types=True)}
    ]
    assert wrong == []


def test_the_rooms_of_the_models_go_one_way() -> None:
    for number, room in enumerate(ML_ROOMS):
        for path in modules(f"ml/{room}"):
            names = imported(path, with_types=True)
            used = {name.split(".")[1] for name in names if name.startswith("ml.")}
            assert used.isdisjoint(ML_ROOMS[number + 1 :]), path


def test_every_room_of_the_models_is_known() -> None:
    found = {path.parent.name for path in (settings.BASE_DIR / "ml").glob("*/__init__.py")}
    assert found - {"tests"} == set(ML_ROOMS)


def test_the_models_know_nothing_of_django() -> None:
    for path in modules("ml"):
        roots = {name.partition(".")[0] for name in imported(path, with_types=True)}
        assert "django" not in roots, path


@pytest.mark.parametrize("room", ["journal", "classifier", "spotify_auth", "journify"])
def test_no_app_imports_torch_when_it_is_loaded(room: str) -> None:
    for path in modules(room):
        name = path.relative_to(settings.BASE_DIR).as_posix()
        top = {
            imported_name
            for node in WithoutTypes().visit(ast.parse(path.read_text(encoding="utf-8"))).body
            if isinstance(node, ast.Import | ast.ImportFrom)
            for imported_name in _names(node)
        }
        heavy = {each for each in top if each.partition(".")[0] in HEAVY}
        heavy |= top & {"ml.predictor", "ml.weights", "classifier.serving.service"}
        heavy |= {each for each in top if each.startswith("ml.networks.")}
        assert heavy == set() or name in MODEL_HOLDERS, (name, heavy)


def test_the_web_process_is_free_of_torch_and_of_what_decodes() -> None:
    assert loaded_by("import journify.wsgi, journify.urls") & (HEAVY | {"numpy", "av"}) == set()


def test_what_only_pages_need_is_loaded_with_them() -> None:
    of_pages = {"classifier.admin", "import_export.admin", "journal.day.views"}
    of_pages |= {"prometheus_client", "requests"}
    assert loaded_by("import django; django.setup()") & of_pages == set()
    assert loaded_by("import journify.wsgi") >= of_pages


def loaded_by(script: str) -> set[str]:
    """Names of the modules that a new process has after `script`."""
    child = subprocess.run(
        [sys.executable, "-c", f"{script}; import sys; print(*sys.modules)"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(child.stdout.split())


def _names(node: ast.Import | ast.ImportFrom) -> set[str]:
    if isinstance(node, ast.ImportFrom):
        return {node.module or ""} | {f"{node.module}.{alias.name}" for alias in node.names}
    return {alias.name for alias in node.names}
