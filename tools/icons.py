"""Draw the icons of the installed app from `static/img/favicon.svg`: python -m tools.icons."""

import io
import re
from pathlib import Path

import resvg_py
from PIL import Image

IMAGES = Path(__file__).resolve().parent.parent / "static" / "img"
CORNER = ' rx="13"'
# Launchers cut a maskable icon to any shape: what counts lies in a circle of 80 % of its width.
# https://developer.mozilla.org/en-US/docs/Web/Progressive_web_apps/How_to/Define_app_icons
SAFE = 0.76


def main() -> None:
    drawing = (IMAGES / "favicon.svg").read_text()
    square = drawing.replace(CORNER, "")
    for name, svg, size in (
        ("icon-180", square, 180),
        ("icon-192", drawing, 192),
        ("icon-512", drawing, 512),
        ("icon-maskable-512", _smaller(square), 512),
        ("badge-96", _badge(), 96),
    ):
        _write(IMAGES / f"{name}.png", svg, size)


def _smaller(drawing: str) -> str:
    """Shrink everything but the ground."""
    parts = re.fullmatch(r"(<svg.*?>\s*<rect.*?/>)(.*)(</svg>\s*)", drawing, re.DOTALL)
    assert parts is not None
    shift = 32 * (1 - SAFE)
    head, body, end = parts.groups()
    return f'{head}<g transform="translate({shift} {shift}) scale({SAFE})">{body}</g>{end}'


def _badge() -> str:
    """Draw the record in one colour: Android's status bar shows only what is opaque."""
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none" stroke="#fff">'
        '<circle cx="32" cy="32" r="24" stroke-width="8"/>'
        '<circle cx="32" cy="32" r="8" fill="#fff" stroke="none"/></svg>'
    )


def _write(path: Path, svg: str, size: int) -> None:
    """Draw at a size, in few colours: a quarter of the bytes."""
    drawn = resvg_py.svg_to_bytes(svg_string=svg, width=size, height=size)
    with Image.open(io.BytesIO(bytes(drawn))) as image:
        small = image.quantize(64, method=Image.Quantize.FASTOCTREE)
    small.save(path, optimize=True)


if __name__ == "__main__":
    main()
