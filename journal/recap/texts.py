"""Words in a drawing: SVG breaks no lines, and takes no control characters."""

import unicodedata
from dataclasses import dataclass

SIZES = (132, 108, 88, 72)
WIDTH = 920
# EB Garamond's letters on average, as a part of their size; wide letters of the east
LETTER, WIDE = 0.45, 1.0
LEADING = 1.08
UNPRINTABLE = {"Cc", "Cf", "Cs", "Co", "Cn"}


@dataclass(frozen=True)
class Fitted:
    """Lines of text and the size at which they fit."""

    lines: list[str]
    size: int

    @property
    def rows(self) -> list[tuple[float, str]]:
        """Each line, and how far below the first its base line is."""
        step = self.size * LEADING
        return [(round(step * number, 1), line) for number, line in enumerate(self.lines)]

    @property
    def height(self) -> float:
        """From the first base line to the last."""
        return round(self.size * LEADING * (len(self.lines) - 1), 1)


def fitted(text: str, *, sizes: tuple[int, ...] = SIZES, most: int = 3) -> Fitted:
    """Break a text into at most so many lines, as large as fits; what is too long is cut off."""
    for size in sizes:
        lines = _wrapped(text, size)
        if len(lines) <= most and all(_width(line, size) <= WIDTH for line in lines):
            return Fitted(lines, size)
    lines = [_cut(line, sizes[-1]) for line in _wrapped(text, sizes[-1])]
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(f"{lines[most - 1]}…", sizes[-1])]
    return Fitted(lines, sizes[-1])


def printable_line(text: str) -> str:
    """A text as an XML file may have it: in one line, without control characters."""
    kept = (" " if char.isspace() else char for char in text)
    printable = (char for char in kept if unicodedata.category(char) not in UNPRINTABLE)
    return " ".join("".join(printable).split())


def _wrapped(text: str, size: int) -> list[str]:
    lines: list[str] = []
    for word in text.split(" "):
        if lines and _width(f"{lines[-1]} {word}", size) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _cut(line: str, size: int) -> str:
    """As much of a line as fits, with dots where something was cut off."""
    if _width(line, size) <= WIDTH:
        return line
    while line and _width(f"{line}…", size) > WIDTH:
        line = line[:-1]
    return f"{line.rstrip('…')}…"


def _width(line: str, size: int) -> float:
    return sum(size * (WIDE if unicodedata.east_asian_width(c) in "WF" else LETTER) for c in line)
