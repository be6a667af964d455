"""Draw an explanation as a PNG: the log-mel, and over it what carried the answer."""

from pathlib import Path

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

from ml.clip import SEGMENTS
from ml.explanations.explain import Reasons, Region
from ml.explanations.grid import BANDS, HEIGHT, OUTLINED, WIDTH, box_of
from ml.features.spectrogram import FeatureSettings, hz_to_mel, mel_to_hz

LEFT, TOP, GAP, BOTTOM = 64, 76, 14, 84
PAPER, INK, MUTED, FOR, AGAINST = "#fffdf7", "#2b1d18", "#6d5c53", (214, 64, 24), (60, 74, 160)
GREATEST_TINT = 0.75
LABELLED_HZ = (100, 500, 1000, 2000, 5000)
SHADES = 255
PAGE_COLORS = 96  # enough for greys and two tints, a third of the bytes


def draw(explanation: Reasons, settings: FeatureSettings, path: Path) -> None:
    """Write the picture of an explanation.

    Orange regions speak for the answer, blue ones against it; the five strongest are outlined.
    """
    width = LEFT + SEGMENTS * (WIDTH + GAP)
    image = Image.new("RGB", (width, TOP + HEIGHT + BOTTOM), PAPER)
    pen = ImageDraw.Draw(image)
    for segment in range(SEGMENTS):
        place = (LEFT + segment * (WIDTH + GAP), TOP)
        image.paste(_segment(explanation, segment), place)
    for region in explanation.strongest(OUTLINED):
        pen.rectangle(_box(region), outline=FOR, width=3)
    _write_words(pen, explanation)
    _write_axes(pen, settings)
    image.save(path, format="PNG", optimize=True)


def paint(explanation: Reasons) -> Image.Image:
    """Return the three segments side by side, tinted, for a page to put its own words round."""
    image = Image.new("RGB", (SEGMENTS * WIDTH, HEIGHT))
    for segment in range(SEGMENTS):
        image.paste(_segment(explanation, segment), (segment * WIDTH, 0))
    return image.quantize(PAGE_COLORS)


def band_edges(settings: FeatureSettings) -> list[float]:
    """Return where the groups of mel bands begin and the last one ends, in hertz."""
    low, high = hz_to_mel(torch.tensor([settings.fmin, settings.fmax]))
    rows = torch.arange(settings.n_mels).tensor_split(BANDS)
    starts = [int(group[0]) / settings.n_mels for group in rows]
    edges = torch.tensor([*starts, 1.0])
    hertz: list[float] = mel_to_hz(low + edges * (high - low)).tolist()
    return hertz


def _segment(explanation: Reasons, segment: int) -> Image.Image:
    """Return a segment's log-mel in greys, tinted by its regions' relevance."""
    mel = explanation.picture[segment].flip(0)  # low frequencies below
    grey = (SHADES * (1.0 - 0.9 * mel)).round().to(torch.uint8)
    base = Image.fromarray(grey.numpy(), mode=None).resize((WIDTH, HEIGHT)).convert("RGB")
    relevance = explanation.relevance[segment] / explanation.relevance.abs().max().clamp(min=1e-9)
    for sign, color in ((1, FOR), (-1, AGAINST)):
        tint = Image.new("RGB", base.size, color)
        base = Image.composite(tint, base, _mask((sign * relevance).clamp(min=0)))
    return base


def _mask(strength: Tensor) -> Image.Image:
    """Turn (8, 10) strengths of 0 to 1 into a mask of the segment's size."""
    values = (SHADES * GREATEST_TINT * strength.flip(0)).round().to(torch.uint8)
    return Image.fromarray(values.numpy()).resize((WIDTH, HEIGHT), Image.Resampling.NEAREST)


def _box(region: Region) -> tuple[float, float, float, float]:
    box = box_of(band=region.band, slot=region.slot)
    x = LEFT + region.segment * (WIDTH + GAP) + box.x
    y = TOP + box.y
    return x, y, x + box.width, y + box.height


def _write_words(pen: ImageDraw.ImageDraw, explanation: Reasons) -> None:
    prediction = explanation.prediction
    chances = "   ".join(f"{name} {p:.0%}" for name, p in prediction.probabilities.items())
    pen.text((LEFT, 14), prediction.emotion, INK, ImageFont.load_default(26))
    pen.text((LEFT, 50), chances, MUTED, ImageFont.load_default(15))
    small = ImageFont.load_default(14)
    for segment, share in enumerate(explanation.segment_shares()):
        x = LEFT + segment * (WIDTH + GAP)
        pen.text((x, TOP + HEIGHT + 26), f"{share:.0%} of what speaks for it", INK, small)
    legend = "orange: speaks for the answer   blue: against it   outlined: the five strongest"
    pen.text((LEFT, TOP + HEIGHT + 54), legend, MUTED, small)


def _write_axes(pen: ImageDraw.ImageDraw, settings: FeatureSettings) -> None:
    small = ImageFont.load_default(13)
    low, high = hz_to_mel(torch.tensor([settings.fmin, settings.fmax]))
    for hertz in LABELLED_HZ:
        share = float((hz_to_mel(torch.tensor(float(hertz))) - low) / (high - low))
        y = TOP + HEIGHT * (1 - share)
        pen.text((LEFT - 8, y), f"{hertz} Hz", MUTED, small, anchor="rm")
    for segment in range(SEGMENTS):
        x = LEFT + segment * (WIDTH + GAP)
        pen.text((x, TOP + HEIGHT + 6), f"segment {segment + 1}, 10 s", MUTED, small)
