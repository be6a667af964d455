"""Draw the two figures of an evaluation as plain SVG."""

from collections.abc import Sequence

from ml.labels import EMOTIONS

CELL = 70
MARGIN = 90
SIDE = 280
INK, PALE, BLUE = "#222", "#bbb", "#2a5b8c"


def confusion_figure(matrix: Sequence[Sequence[int]]) -> str:
    """Draw a confusion matrix: rows are the truth, columns what was said."""
    parts = []
    for row, counts in enumerate(matrix):
        y = MARGIN + row * CELL
        parts.append(_text(MARGIN - 8, y + CELL / 2, EMOTIONS[row], anchor="end"))
        parts.append(_text(MARGIN + (row + 0.5) * CELL, MARGIN - 12, EMOTIONS[row]))
        for column, count in enumerate(counts):
            share = count / max(1, sum(counts))
            x = MARGIN + column * CELL
            parts.append(
                f'<rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" '
                f'fill="{BLUE}" fill-opacity="{share:.3f}" stroke="{PALE}"/>'
            )
            colour = "#fff" if share > 0.5 else INK  # noqa: PLR2004 - half of full ink
            parts.append(_text(x + CELL / 2, y + CELL / 2, str(count), colour=colour))
    parts.append(_text(MARGIN + 2 * CELL, 30, "said"))
    parts.append(_text(24, MARGIN - 12, "truth"))
    return _document(parts, MARGIN + 4 * CELL + 20, "Confusion matrix")


def reliability_figure(bins: Sequence[dict[str, float]]) -> str:
    """Draw accuracy over confidence; bars on the diagonal are honest."""
    bottom = MARGIN + SIDE
    parts = [
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIDE}" height="{SIDE}" '
        f'fill="none" stroke="{PALE}"/>',
        f'<line x1="{MARGIN}" y1="{bottom}" x2="{MARGIN + SIDE}" y2="{MARGIN}" '
        f'stroke="{INK}" stroke-dasharray="4 4"/>',
    ]
    for each in bins:
        height = each["accuracy"] * SIDE
        x = MARGIN + each["from"] * SIDE
        width = (each["to"] - each["from"]) * SIDE - 2
        parts.append(
            f'<rect x="{x + 1:.1f}" y="{bottom - height:.1f}" width="{width:.1f}" '
            f'height="{height:.1f}" fill="{BLUE}" fill-opacity="0.7"/>'
        )
        parts.append(_text(x + width / 2, bottom - height - 8, str(int(each["count"])), size=10))
    parts += [_text(MARGIN + share * SIDE, bottom + 16, f"{share:.1f}") for share in (0, 0.5, 1)]
    parts += [
        _text(MARGIN - 8, bottom - share * SIDE, f"{share:.1f}", anchor="end")
        for share in (0, 0.5, 1)
    ]
    parts.append(_text(MARGIN + SIDE / 2, bottom + 38, "probability given"))
    parts.append(_text(MARGIN + SIDE / 2, MARGIN - 24, "share of right answers"))
    return _document(parts, bottom + 60, "Reliability diagram")


def _text(
    x: float, y: float, words: str, *, anchor: str = "middle", colour: str = INK, size: int = 13
) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" dominant-baseline="middle" '
        f'font-size="{size}" fill="{colour}">{words}</text>'
    )


def _document(parts: Sequence[str], side: float, title: str) -> str:
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side:.0f} {side:.0f}" '
        f'font-family="sans-serif" role="img">\n<title>{title}</title>\n'
        f'<rect width="100%" height="100%" fill="#fff"/>\n{body}\n</svg>\n'
    )
