"""How large and how tidy the code is: python -m tools.inside tools.house

What each figure counts stands beside it. Tests and migrations are left out.
"""

import ast
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from django.urls import URLPattern, URLResolver, get_resolver
from rich.console import Console
from rich.table import Table

from tools.changed import git
from tools.processes import ROOT

LONGEST_FUNCTION, LONGEST_FILE = 40, 400
EXCUSED = re.compile(r"# (?:noqa|type: ignore)")
FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef
# what Django looks for by name
BY_NAME = {"Command", "main"}


def _sources() -> dict[Path, str]:
    paths = [Path(name) for name in git("ls-files", "--", "*.py")]
    left_out = {"tests", "migrations", "conftest.py"}
    return {path: (ROOT / path).read_text() for path in paths if not left_out & set(path.parts)}


def _addresses(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    """Give every address that is served, the admin's apart."""
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        elif pattern.app_name != "admin":
            yield from _addresses(pattern.url_patterns)


def _functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, FUNCTIONS):
            yield node.name, (node.end_lineno or node.lineno) - node.lineno + 1


def _public_names(trees: dict[Path, ast.Module]) -> dict[str, list[Path]]:
    """Return where each public class and function of a module is defined."""
    found: dict[str, list[Path]] = defaultdict(list)
    for path, tree in trees.items():
        for node in tree.body:
            if isinstance(node, FUNCTIONS | ast.ClassDef) and not node.name.startswith("_"):
                found[node.name].append(path)
    return {name: paths for name, paths in found.items() if name not in BY_NAME}


def _house_figures() -> Iterator[tuple[str, object]]:
    texts = _sources()
    trees = {path: ast.parse(text) for path, text in texts.items()}
    lines = {path: len(text.splitlines()) for path, text in texts.items()}
    rooms: Counter[str] = Counter()
    packages: Counter[str] = Counter()
    for path, count in lines.items():
        rooms[path.parts[0]] += count
        packages[str(path.parent)] += path.name != "__init__.py"
    app = sum(count for room, count in rooms.items() if room not in {"tools", "benchmarks"})
    served = len(list(_addresses(get_resolver().url_patterns)))
    yield "lines of Python", sum(lines.values())
    yield "… of the app, without tools and benchmarks", app
    yield "… by room", ", ".join(f"{room} {count}" for room, count in rooms.most_common(7))
    yield "addresses, the admin's apart", served
    yield "lines of the app an address", round(app / served)
    yield "fullest packages", ", ".join(f"{name} {n}" for name, n in packages.most_common(3))
    yield f"files over {LONGEST_FILE} lines", sum(n > LONGEST_FILE for n in lines.values())
    long = [name for tree in trees.values() for name, n in _functions(tree) if n > LONGEST_FUNCTION]
    yield f"functions over {LONGEST_FUNCTION} lines", f"{len(long)} {' '.join(long)}"
    yield "noqa and type: ignore", sum(len(EXCUSED.findall(text)) for text in texts.values())
    twice = [name for name, paths in _public_names(trees).items() if len(paths) > 1]
    yield "public names in two modules or more", len(twice)
    yield "… of them classes", sum(name[0].isupper() for name in twice)
    yield "migrations", len(git("ls-files", "--", "*/migrations/0*.py"))


def main() -> None:
    table = Table("what", "how many")
    for name, figure in _house_figures():
        table.add_row(name, str(figure))
    Console().print(table)


if __name__ == "__main__":
    main()
