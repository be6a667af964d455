"""One small picture for each page, its variants side by side, and a page that shows them all."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from tools.screens.scenes import SCENES, Scene
from tools.screens.shooting import VARIANTS

PHONE_WIDTH, DESKTOP_WIDTH = 200, 420
HIGHEST, GAP = 820, 12
PAPER = (128, 124, 118)
# Pictures of the README: a page, a variant, and how much of its height.
SHOWN = {
    "day-desktop-light": ("day", "desktop-light", 860),
    "day-phone-dark": ("day", "phone-dark", 740),
    "song-desktop-dark": ("song", "desktop-dark", 1000),
    "song-phone-light": ("song", "phone-light", 740),
    "history-desktop-light": ("history", "desktop-light", 900),
    "stats-desktop-dark": ("stats", "desktop-dark", 900),
    "recap-phone-light": ("recap-month", "phone-light", 740),
}
TITLE = """# Every page

`make screens` takes these pictures: it starts the app with a journal that it invents and
walks through all pages. From left to right: phone (360 px) light, dark and in German; desktop light
and dark. Long pages are cut.
"""


def write(raw: Path, scenes: Sequence[Scene], target: Path) -> None:
    """Put the variants of each page together; renew the index and the README's pictures."""
    target.mkdir(parents=True, exist_ok=True)
    for scene in scenes:
        shots = [Image.open(raw / f"{scene.name}.{variant}.png") for variant in VARIANTS]
        _sheet(shots).save(target / f"{scene.name}.webp", quality=58, method=6)
    for name, (page, variant, height) in SHOWN.items():
        source = raw / f"{page}.{variant}.png"
        if source.exists():
            shot = Image.open(source).convert("RGB")
            shot = shot.crop((0, 0, shot.width, min(shot.height, height)))
            shot.save(target / f"{name}.webp", quality=80, method=6)
    _write_index(target)


def _sheet(shots: Sequence[Image.Image]) -> Image.Image:
    small = []
    for variant, shot in zip(VARIANTS, shots, strict=True):
        width = PHONE_WIDTH if variant.startswith("phone") else DESKTOP_WIDTH
        scale = width / shot.width
        cut = shot.convert("RGB").crop((0, 0, shot.width, min(shot.height, int(HIGHEST / scale))))
        small.append(cut.resize((width, round(cut.height * scale)), Image.Resampling.LANCZOS))
    height = max(image.height for image in small)
    across = sum(image.width + GAP for image in small) + GAP
    sheet = Image.new("RGB", (across, height + 2 * GAP), PAPER)
    left = GAP
    for image in small:
        sheet.paste(image, (left, GAP))
        left += image.width + GAP
    return sheet


def _write_index(target: Path) -> None:
    # all of them, whatever was taken now
    rows = [
        f"## {scene.title}\n\n![{scene.title}, in five variants]({scene.name}.webp)\n"
        for scene in SCENES
    ]
    (target / "README.md").write_text("\n".join([TITLE, *rows]), encoding="utf-8")
