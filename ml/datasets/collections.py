"""The columns of published sets, brought to those that `ml.datasets.labels_file` reads.

Each set says in its own way how sure its labels are; what that is worth in training was chosen on
sets kept apart (docs/experiments.md).
"""

import math
from collections.abc import Callable, Sequence

Line = dict[str, str]

YES, NO = "yes", "no"
TRUST = {"emotify": 0.5, "vgmidi": 0.5, "emopia": 0.5}
STEEP = 3.0  # from Emotify's derived axes, about -1 to 1, to how likely their sides are
CLEAR_MARGIN = 0.2  # of Emotify's derived quadrants
CLEAR_SHARE = 0.7  # of VGMIDI's raters


def with_our_columns(table: Sequence[Line]) -> list[Line]:
    """Return the lines of a labels.csv with the columns that `ml.datasets.labels_file` reads."""
    columns = set(table[0]) if table else set()
    for needed, translate in SETS:
        if needed <= columns:
            return [{**line, **translate(line)} for line in table]
    return list(table)


def _emotify(line: Line) -> Line:
    """Emotify (Aljanaki et al. 2016): shares of raters who felt nine emotions."""
    arousal, valence = float(line["arousal_derived"]), float(line["valence_derived"])
    return {
        "emotion": line["emotion_derived"],
        "group": line["song_id"],
        "genres": line["genre"],
        "arousal": str(arousal),
        "valence": str(valence),
        "arousal_share": str(_sigmoid(STEEP * arousal)),
        "valence_share": str(_sigmoid(STEEP * valence)),
        "trust": str(TRUST["emotify"]),
        "clear": _yes(float(line["margin_derived"]) >= CLEAR_MARGIN),
    }


def _vgmidi(line: Line) -> Line:
    """VGMIDI (Ferreira and Whitehead 2019): signs, and how many raters agree with them."""
    shares = {}
    for axis in ("arousal", "valence"):
        agree = float(line[f"{axis}_agree"])
        shares[f"{axis}_share"] = str(agree if float(line[axis]) > 0 else 1.0 - agree)
    agreement = min(float(line["arousal_agree"]), float(line["valence_agree"]))
    return {
        "group": line["series"],
        "arousal": line["arousal_median"],
        "valence": line["valence_median"],
        **shares,
        "trust": str(TRUST["vgmidi"]),
        "clear": _yes(agreement >= CLEAR_SHARE),
    }


def _emopia(line: Line) -> Line:
    """EMOPIA (Hung et al. 2021): quadrants of pop piano, with a split by song."""
    return {
        "group": line["song_id"],
        "trust": str(TRUST["emopia"]),
        "kept_apart": _yes(line["split"] == "test"),
    }


SETS: tuple[tuple[set[str], Callable[[Line], Line]], ...] = (
    ({"emotion_derived", "margin_derived"}, _emotify),
    ({"valence_agree", "series"}, _vgmidi),
    ({"annotator", "split"}, _emopia),
)


def _sigmoid(value: float) -> float:
    return 1.0 / (1.0 + math.exp(-value))


def _yes(answer: object) -> str:
    return YES if answer else NO
