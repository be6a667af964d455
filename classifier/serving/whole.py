"""A whole song heard part by part, for its page and after everything else, or for a command."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction

from classifier.errors import sentence_of
from classifier.models import Arc, Song
from classifier.queue import leases
from classifier.serving.results import as_result
from classifier.sources.own import OwnFiles
from journify.background import endings, jobs
from ml.audio.decoding import Bounds
from ml.audio.whole import whole_song

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from classifier.serving.service import EmotionService

Status = Arc.Status

PATIENCE = 3  # a whole song may take so many times what a clip may


def arc_of(song: Song) -> Arc | None:
    return Arc.objects.filter(song=song).first()


def request_arc(song: Song, *, lane: str = jobs.NO_LANE) -> Arc:
    """Have a whole song heard, unless that is done or under way."""
    with transaction.atomic():
        Arc.objects.filter(song=song, status=Status.FAILED).delete()
        given = {"lane": lane, "turn_at": partial(jobs.turn, Arc, lane)}
        row, is_new = Arc.objects.get_or_create(song=song, defaults=given)
        if is_new:
            jobs.wake()
    return row


def hear_whole(row: Arc) -> None:
    from classifier.serving.service import get_service

    most = PATIENCE * settings.CLASSIFY_MAX_SECONDS
    with endings.told(row, explain=sentence_of):
        with (
            leases.held(row, most_seconds=most),
            leases.time_limit(most),
            OwnFiles().clip_of(row.song) as (path, _source),
        ):
            values = heard_whole(path, get_service())
        endings.end(row, **values)


def heard_whole(path: Path, service: EmotionService) -> dict[str, Any]:
    """Hear a file from its beginning, up to `WHOLE_MAX_MINUTES`, in parts of ten seconds.

    Returns `segments` in the times of the song, and the `model` and `version` that answered.

    Raises ClipError: it cannot be read; NoModelError: no model answers.
    """
    bounds = Bounds(PATIENCE * settings.DECODE_SECONDS, settings.DECODE_MEMORY_MB * 1_000_000)
    segments: list[dict[str, Any]] = []
    result: dict[str, Any] = {}
    for clip in whole_song(path, minutes=settings.WHOLE_MAX_MINUTES, bounds=bounds):
        result = as_result(service.classify(clip), seconds=0.0, start=clip.start)
        segments += _without_overlap(result["segments"])
    return {"segments": segments, "model": result["model"], "version": result["version"]}


def _without_overlap(segments: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Have each part end where the next begins; what a short last clip says twice is said once."""
    ends = [each["start"] for each in segments[1:]] + [segments[-1]["end"]]
    cut = [each | {"end": end} for each, end in zip(segments, ends, strict=True)]
    return [each for each in cut if each["end"] > each["start"]]
