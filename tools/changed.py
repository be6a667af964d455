"""The tests that speak of what changed: python -m tools.changed [COMMIT]

Prints the test files that changed since a commit (default: HEAD, so what is not committed), those
that name a changed module or lie beside it under its name, and the one that keeps the arrows
between apps. Browser tests are left out by `make check`.
"""

import re
import subprocess
import sys

from tools.processes import ROOT

ALWAYS = "journify/tests/test_imports.py"


def git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


def concerned(changed: list[str], tests: dict[str, str]) -> list[str]:
    """Return the tests, given by path with their text, that changed or name what did."""
    modules = [path.removesuffix(".py").removesuffix("/__init__") for path in changed]
    names = [
        re.compile(rf"\b{re.escape(folder)}(\.| import [^#]*?\b){re.escape(name)}\b", re.DOTALL)
        for folder, _, name in (module.replace("/", ".").rpartition(".") for module in modules)
    ]
    named = {path for path, text in tests.items() for name in names if name.search(text)}
    beside = ["/tests/test_".join(module.rpartition("/")[::2]) for module in modules]
    starts = tuple(path + end for path in beside for end in "._")
    named |= {path for path in tests if path.startswith(starts)}
    return sorted(named | set(changed) & tests.keys() | {ALWAYS})


def main() -> None:
    since = sys.argv[1] if len(sys.argv) > 1 else "HEAD"
    changed = git("diff", "--name-only", "--diff-filter=d", since, "--", "*.py")
    changed += git("ls-files", "--others", "--exclude-standard", "--", "*.py")
    paths = git("ls-files", "--cached", "--others", "--exclude-standard", "--", "*/test_*.py")
    tests = {path: (ROOT / path).read_text() for path in paths if (ROOT / path).exists()}
    print(*concerned(changed, tests), sep="\n")


if __name__ == "__main__":
    main()
