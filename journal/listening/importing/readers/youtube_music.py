"""YouTube Music in Google's Takeout: `watch-history.json`.

One JSON array that holds all of YouTube: songs are those whose header says "YouTube Music". The
title begins with a verb in the listener's language ("Watched …"), the artist is the channel, whose
name ends in " - Topic" for official songs. Lengths are not told.
"""

from collections.abc import Mapping
from typing import Any

from journal.listening.importing.plays import Play, moment_of, play_of

NAME = "YouTube Music (Takeout)"
KEYS = frozenset({"header", "title", "time"})

HEADER = "YouTube Music"
TOPIC = " - Topic"
# How the title begins and ends, in the languages we know; what begins otherwise is left as it is.
VERBS = ("Watched ", "Listened to ", "Played ", "Has visto ", "Ha visto ", "Hai guardato ")
VERBS_BEHIND = (" angesehen", " angehört", " gehört")


def read_youtube_music(row: Mapping[str, Any]) -> Play | None:
    """Read one object; None for what is not of YouTube Music, or was deleted since."""
    channels = row.get("subtitles")
    if row.get("header") != HEADER or not isinstance(channels, list) or not channels:
        return None
    channel = channels[0].get("name") if isinstance(channels[0], dict) else None
    title = row.get("title")
    if not isinstance(channel, str) or not isinstance(title, str) or title.startswith("https://"):
        return None
    return play_of((channel.removesuffix(TOPIC), _without_verb(title)), moment_of(row.get("time")))


def _without_verb(title: str) -> str:
    title = title.replace("\xa0", " ")
    for verb in VERBS:
        if title.startswith(verb):
            return title.removeprefix(verb)
    for verb in VERBS_BEHIND:
        if title.endswith(verb):
            return title.removesuffix(verb).strip("„“”\"'«» ")
    return title
