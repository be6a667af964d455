"""Songs that come with the journal, to be played on the first page with what the model says."""

from typing import Any

from classifier.emotions.effective import counting_answers
from classifier.emotions.readings import Reading, read_answer
from classifier.models import Song
from journal.songs.timelines import timeline

# Three that sound different; what the model says of them is shown, whatever that is.
SHOWN = ("spring", "prelude-in-e-minor", "ride-of-the-valkyries")


def samples() -> list[dict[str, Any]]:
    """Return the songs of `SHOWN` that were heard, in that order."""
    answers = counting_answers().filter(song__catalogue_key__in=SHOWN).select_related("song")
    found = {answer.song.catalogue_key: answer for answer in answers}
    readings = [(found[key].song, read_answer(found[key])) for key in SHOWN if key in found]
    return [
        _sample(song, reading) for song, reading in readings if reading.segments and song.has_audio
    ]


def _sample(song: Song, reading: Reading) -> dict[str, Any]:
    first, last = reading.segments[0], reading.segments[-1]
    return {
        "song": song,
        "reading": reading,
        "timeline": timeline(reading.segments),
        "begins": first.offset or 0.0,
        "seconds": last.end,
    }
