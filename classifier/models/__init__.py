"""Songs, what is said of them, and the work that it takes."""

from classifier.models.personal import LAYER_FIELDS, PersonalLayer
from classifier.models.songs import (
    EMOTION_CHOICES,
    Classification,
    ClassificationQuerySet,
    Label,
    Song,
    SongQuerySet,
    audio_path,
    name_of,
)
from classifier.models.work import (
    Arc,
    EmotionRule,
    Explanation,
    TryOut,
    Worker,
    picture_path,
    tryout_path,
)

__all__ = [
    "EMOTION_CHOICES",
    "LAYER_FIELDS",
    "Arc",
    "Classification",
    "ClassificationQuerySet",
    "EmotionRule",
    "Explanation",
    "Label",
    "PersonalLayer",
    "Song",
    "SongQuerySet",
    "TryOut",
    "Worker",
    "audio_path",
    "name_of",
    "picture_path",
    "tryout_path",
]
