"""Answer from track features where no clip can be heard.

    from ml.ann import predict_tracks
    predict_tracks([{"energy": 0.3, "valence": 0.2, "acousticness": 0.9}])

The network itself is `ml.networks.ann`, what a row may hold is `ml.datasets.tracks`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ml.datasets.tracks import TrackError, track_values
from ml.predictor import Prediction, Predictor

WEIGHTS_NAME = "ann_tracks"


@dataclass(frozen=True)
class TrackResult:
    prediction: Prediction | None  # None if the row could not be used
    error: str = ""  # why not, in one sentence; empty otherwise


def predict_tracks(
    rows: Iterable[Mapping[str, object]], *, predictor: Predictor | None = None
) -> list[TrackResult]:
    """Say which emotion each track carries.

    Each row has cells by the names in `ml.datasets.tracks.TRACK_COLUMNS`, as `csv.DictReader` gives
    them; gaps are allowed except in energy and valence. A bad row gets an error and stops nothing.
    Without a `predictor` the weights that ship answer. Raises WeightsError: they cannot be used.
    """
    predictor = predictor or Predictor.load(WEIGHTS_NAME)
    read = [_read(row) for row in rows]
    good = [values for values in read if not isinstance(values, str)]
    predictions = iter(predictor.predict_vectors(good))
    return [
        TrackResult(None, values) if isinstance(values, str) else TrackResult(next(predictions))
        for values in read
    ]


def _read(row: Mapping[str, object]) -> list[float] | str:
    try:
        return track_values(row)
    except TrackError as error:
        return str(error)
