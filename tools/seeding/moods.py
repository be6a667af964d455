"""How an invented listener feels at an hour of a day, and what an invented model says of a song."""

import datetime as dt
import math
import random
from typing import Any

from classifier.serving.embeddings import pack_embedding
from classifier.serving.results import certainty_of
from ml.labels import EMOTIONS

SWING_DAYS = 97  # better and worse weeks come and go
SATURDAY = 5
EVENING = 20
WINTER = {11, 12, 1, 2}
WIDTH = 256
SEGMENTS = (0.0, 10.0, 20.0)


def feel(moment: dt.datetime, chance: random.Random) -> str:
    """Draw an emotion: tense in the rush hours, calm late, happier in summer and at weekends."""
    is_weekend = moment.weekday() >= SATURDAY
    is_winter = moment.month in WINTER
    is_rush = moment.hour in {7, 8, 9, 17, 18} and not is_weekend
    swing = math.sin(2 * math.pi * moment.toordinal() / SWING_DAYS)
    weights = {
        "sad": 1.0 + 0.7 * is_winter - 0.6 * swing,
        "happy": 1.2 + 1.0 * is_weekend + 0.5 * (not is_winter) + 0.6 * swing,
        "energetic": 0.8 + 1.6 * is_rush,
        "calm": 0.9 + 1.4 * (moment.hour >= EVENING) + 0.4 * is_weekend,
    }
    return chance.choices(list(weights), list(weights.values()))[0]


def made_up_answer(emotion: str, chance: random.Random) -> dict[str, Any]:
    """Make up what a model says of a song that carries `emotion`: the fields of an answer."""
    top = 0.3 + 0.68 * chance.betavariate(4, 2)
    segments = [
        {"start": start, "end": start + 10.0, "probabilities": _shares(emotion, part, chance)}
        for start in SEGMENTS
        for part in [min(0.98, max(0.26, chance.gauss(top, 0.12)))]
    ]
    probabilities = _shares(emotion, top, chance)
    return {
        "emotion": emotion,
        "probabilities": probabilities,
        "certainty": certainty_of(probabilities),
        "segments": segments,
        "embedding": _embedding(emotion, chance),
        "seconds": round(chance.uniform(0.2, 1.4), 3),
    }


def _embedding(emotion: str, chance: random.Random) -> bytes | None:
    """Place a song among those that carry the same, as wide as the main network's."""
    place = [name.value for name in EMOTIONS].index(emotion)
    return pack_embedding(
        [
            chance.randrange(-60, 60) + 60 * (number % len(EMOTIONS) == place)
            for number in range(WIDTH)
        ]
    )


def _shares(emotion: str, top: float, chance: random.Random) -> dict[str, float]:
    """Spread what `emotion` leaves over the others, none of them above it."""
    others = [name.value for name in EMOTIONS if name != emotion]
    parts = [chance.uniform(0.6, 1.0) for _ in others]
    rest = [(1 - top) * part / sum(parts) for part in parts]
    shares = {emotion: top} | dict(zip(others, rest, strict=True))
    return {name.value: round(shares[name.value], 4) for name in EMOTIONS}
