"""The licences of everything that runs, as installed, and the checksums of what others made.

python -m tools.licences            write docs/licences.md

Exits 1 for a licence not known to fit: somebody reads it, then it is named below.
"""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/licences.md"
FONTS = (ROOT / "journal/recap/fonts", ROOT / "static/fonts")
LOCKED = re.compile(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)

# Ask for no more than their own text and name to go along.
PERMISSIVE = {
    "0BSD", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "Apache Software License", "BSD",
    "BSD License", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "ISC",
    "ISC License (ISCL)", "MIT", "MIT License", "MIT-0", "MIT-CMU", "PSF-2.0",
    "Python Software Foundation License", "Unlicense", "Zlib",
}  # fmt: skip
# What was read and may go along, with the reason.
READ = {
    "av": ("BSD-3-Clause", "its wheel holds FFmpeg (LGPL), x264, x265 (GPL): not passed on by us"),
    "certifi": ("MPL-2.0", "binds changes of its own files; used as it is"),
    "fido2": ("BSD-2-Clause, Apache-2.0 and MPL-2.0", "MPL: a list of names, used as it is"),
    "psycopg": ("LGPL-3.0-only", "a library of its own, imported as it is, exchangeable by pip"),
    "psycopg-binary": ("LGPL-3.0-only", "as psycopg"),
    "qrcode": ("BSD-3-Clause", "the other classifier is for an MIT notice of what it began as"),
    "resvg-py": ("MIT", "says it in its licence file, not in its metadata"),
    "soundfile": ("BSD-3-Clause", "its wheel holds libsndfile (LGPL 2.1), exchangeable"),
    "soxr": ("LGPL-2.1-or-later", "a library of its own, imported as it is, exchangeable by pip"),
}  # fmt: skip

TEXT = """\
# Licences

Journify is under the [MIT licence](../LICENSE). This is what it runs on, as `make licences` reads
it from the packages that are installed; a test fails when one is missing or its licence is not
known to go with ours. PyTorch's builds with CUDA bring NVIDIA's libraries along, under NVIDIA's
own terms; the build for the processor alone does not.

| package | version | licence | why it may go along, where it asks for more than its notice |
|---|---|---|---|
{packages}

## Files of others in this repository

The letters of headings and of the recap are
[EB Garamond](https://github.com/octaviopardo/EBGaramond12) under the
SIL Open Font License 1.1, which lies beside them. htmx comes with django-htmx (Zero-Clause BSD).
The weights and the demo songs are our own; each model's `meta.json` has the checksum it is held
to when it is loaded.

| file | SHA-256 |
|---|---|
{files}
"""


# Installed by other Pythons and systems than the one that writes the page.
ELSEWHERE = {
    **dict.fromkeys(
        ("audioop-lts", "standard-aifc", "standard-chunk", "standard-sunau"), "PSF-2.0"
    ),
    "colorama": "BSD License",
    "standard-aifc": "PSF-2.0",
    "standard-chunk": "PSF-2.0",
    "standard-sunau": "PSF-2.0",
    "tzdata": "Apache-2.0",
}


@dataclass(frozen=True)
class Package:
    name: str
    version: str
    licence: str
    url: str
    reason: str = ""

    @property
    def fits(self) -> bool:
        return bool(self.reason) or all(
            part.strip() in PERMISSIVE for part in re.split(r" AND | OR |;", self.licence)
        )


def required() -> dict[str, str]:
    """Return name and version of everything that is installed to run the app."""
    files = ("requirements.txt", "requirements-torch.txt")
    return {
        name: version
        for file in files
        for name, version in LOCKED.findall((ROOT / file).read_text())
    }


def packages() -> list[Package]:
    """Return what is required with the licence that is installed with it."""
    versions = required()
    # setuptools counts as a tool of the system, which it leaves out unless asked
    command = [sys.executable, "-m", "piplicenses", "--format=json", "--from=mixed", "--with-urls",
               "--with-system", "--packages", *versions]  # fmt: skip
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = {re.sub(r"[-_.]+", "-", row["Name"]).lower(): row for row in json.loads(printed)}
    unknown = {name: {"License": licence, "URL": "UNKNOWN"} for name, licence in ELSEWHERE.items()}
    found = unknown | found
    return [_package(name, version, found[name]) for name, version in sorted(versions.items())]


def _package(name: str, version: str, row: dict[str, str]) -> Package:
    licence, reason = READ.get(name, (row["License"], ""))
    url = row["URL"] if row["URL"] != "UNKNOWN" else f"https://pypi.org/project/{name}/"
    return Package(name, version, licence, url, reason)


def _checksums() -> dict[str, str]:
    """Return the checksum of each file here that others made."""
    return {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for folder in FONTS
        for path in sorted(folder.iterdir())
    }


def page(rows: list[Package]) -> str:
    packages = "\n".join(
        f"| [{p.name}]({p.url}) | {p.version} | {p.licence} | {p.reason} |" for p in rows
    )
    files = "\n".join(f"| `{name}` | `{checksum}` |" for name, checksum in _checksums().items())
    return TEXT.format(packages=packages, files=files)


def main() -> int:
    rows = packages()
    for package in rows:
        if not package.fits:
            print(f"{package.name}: “{package.licence}” is not known to fit")
    if not all(package.fits for package in rows):
        return 1
    PAGE.write_text(page(rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
