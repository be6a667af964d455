"""Last.fm's recent tracks of a user; any key but an empty one is taken.

Built from https://lastfm-docs.github.io/api-docs/user/getRecentTracks/.
"""

import xml.etree.ElementTree as ET  # nosec B405 -- written only, nothing is parsed
from typing import Any

from tools.sandbox.platforms.listenbrainz import GAP_SECONDS, KNOWN_NAME
from tools.sandbox.world import Answer, Request, World, as_json

MAX_LIMIT, DEFAULT_LIMIT = 200, 50
NO_METHOD, NO_USER, NO_KEY = 3, 6, 10


def lastfm_response(world: World, request: Request, _base_url: str) -> Answer:
    """Answer a request below /lastfm, by GET or POST: XML unless JSON is asked for."""
    asked = request.query | (request.form if request.method == "POST" else {})
    say = _in_json if asked.get("format") == "json" else _in_xml
    if asked.get("method", "").casefold() != "user.getrecenttracks":
        return say({"error": NO_METHOD, "message": "Invalid Method - No method with that name"})
    if not asked.get("api_key"):
        return say({"error": NO_KEY, "message": "Invalid API key - You must be granted a key"})
    if asked.get("user") != KNOWN_NAME:
        return say({"error": NO_USER, "message": "User not found"})
    return say({"recenttracks": _recent(world, asked)})


def _recent(world: World, asked: dict[str, str]) -> dict[str, Any]:
    start, page = int(asked.get("from", 0)), int(asked.get("page", 1))
    limit = min(MAX_LIMIT, int(asked.get("limit", DEFAULT_LIMIT)))
    tracks = [_track(world, number) for number in range(len(world.songs))]
    tracks = [track for track in tracks if int(track["date"]["uts"]) >= start]
    now = _track(world, 0) | {"@attr": {"nowplaying": "true"}}
    del now["date"]
    attributes = {
        "user": KNOWN_NAME,
        "page": str(page),
        "perPage": str(limit),
        "totalPages": str(-(-len(tracks) // limit)),
        "total": str(len(tracks)),
    }
    return {"track": [now, *tracks[limit * (page - 1) : limit * page]], "@attr": attributes}


def _in_json(values: dict[str, Any]) -> Answer:
    found = values.get("recenttracks", {})
    if len(found.get("track", ())) == 1:
        [found["track"]] = found["track"]  # a list of one comes as the one
    return as_json(values)


def _in_xml(values: dict[str, Any]) -> Answer:
    """The same as elements: what has a text of its own has its other values as attributes."""
    root = ET.Element("lfm", status="failed" if "error" in values else "ok")
    if "error" in values:
        ET.SubElement(root, "error", code=str(values["error"])).text = values["message"]
    else:
        recent = values["recenttracks"]
        tracks = ET.SubElement(root, "recenttracks", recent["@attr"])
        for track in recent["track"]:
            _write(ET.SubElement(tracks, "track", track.get("@attr", {})), track)
    text = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return Answer(200, text, "text/xml; charset=utf-8")


def _write(element: ET.Element, track: dict[str, Any]) -> None:
    for name in track.keys() - {"@attr", "image"}:
        value = track[name]
        rest = dict(value) if isinstance(value, dict) else {"#text": value}
        text = rest.pop("#text")
        ET.SubElement(element, name, rest).text = text


def _track(world: World, number: int) -> dict[str, Any]:
    song = world.songs[number]
    started = int(world.last_played_at) - GAP_SECONDS * (number + 1)
    return {
        "artist": {"mbid": "", "#text": song.artist},
        "album": {"mbid": "", "#text": ""},
        "name": song.title,
        "mbid": "",
        "streamable": "0",
        "url": "https://www.last.fm/music/demo",
        "image": [],
        "date": {"uts": str(started), "#text": "01 Mar 2026, 20:12"},
    }
