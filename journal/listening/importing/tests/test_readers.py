"""Each export as its platform writes it: rows in the documented shape, with invented songs."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from journal.listening.importing.opening import History
from journal.listening.importing.plays import Play, moment_of_seconds, spotify_id_of

UTC = dt.UTC
NORTH = ("Mira Vale", "Lantern")
STARTED = dt.datetime(2026, 3, 1, 20, 12, 0, tzinfo=UTC)
ID = "4cOdK2wGLETKBW3PvgPWqT"


def read(tmp_path: Path, data: bytes | str, name: str = "file") -> tuple[list[Play], History]:
    path = tmp_path / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    history = History()
    return list(history.plays(path)), history


def extended(**values: Any) -> dict[str, Any]:
    return {
        "ts": "2026-03-01T20:15:21Z",
        "platform": "ios",
        "ms_played": 201000,
        "conn_country": "DE",
        "ip_addr": "203.0.113.7",
        "master_metadata_track_name": "Lantern",
        "master_metadata_album_artist_name": "Mira Vale",
        "master_metadata_album_album_name": "North",
        "spotify_track_uri": f"spotify:track:{ID}",
        "episode_name": None,
        "episode_show_name": None,
        "spotify_episode_uri": None,
        "audiobook_title": None,
        "reason_start": "trackdone",
        "reason_end": "trackdone",
        "shuffle": False,
        "skipped": None,
        "offline": False,
        "offline_timestamp": 1772395920,
        "incognito_mode": False,
    } | values


EXTENDED = [
    ({}, True),
    ({"ts": "2026-03-01 20:15:21"}, True),
    ({"ts": "2026-03-01T20:15:21.000+00:00"}, True),
    (
        {"username": "someone", "ip_addr_decrypted": "203.0.113.7"},
        True,
    ),
    ({"spotify_track_uri": None}, True),
    ({"master_metadata_album_album_name": None}, True),
    ({"master_metadata_track_name": None, "episode_name": "An episode"}, False),
    ({"master_metadata_album_artist_name": None}, False),
    ({"master_metadata_track_name": "   "}, False),
    ({"audiobook_title": "A book", "master_metadata_track_name": None}, False),
    ({"ts": None}, False),
    ({"ts": "yesterday"}, False),
    ({"ts": "1970-01-01T00:00:00Z"}, False),
    ({"ts": "9999-12-31T23:59:59Z"}, False),
    ({"ms_played": 0}, False),
    ({"ms_played": None}, False),
    ({"ms_played": "many"}, False),
]


@pytest.mark.parametrize(("changed", "is_play"), EXTENDED)
def test_spotifys_extended_history(
    tmp_path: Path, changed: dict[str, Any], *, is_play: bool
) -> None:
    # the first row says what the file is
    data = json.dumps([extended(ts="2025-01-01T00:05:00Z"), extended(**changed)])
    plays, history = read(tmp_path, data, "Streaming_History_Audio_2026.json")
    assert history.formats == {"Spotify (extended streaming history)": 1}
    assert len(plays) == 1 + is_play
    assert history.unusable == 1 - is_play
    if is_play:
        assert (plays[1].artist, plays[1].title, plays[1].started_at) == (*NORTH, STARTED)
        assert plays[1].seconds == 201


def test_what_spotify_knows_of_a_person_is_not_read(tmp_path: Path) -> None:
    [play], _history = read(tmp_path, json.dumps([extended()]))
    assert "203.0.113.7" not in repr(play)
    assert "DE" not in repr(play)
    assert play.spotify_id == ID


def test_a_play_that_was_ended_at_once_does_not_count(tmp_path: Path) -> None:
    plays, history = read(tmp_path, json.dumps([extended(ms_played=29_999), extended()]))
    assert len(plays) == history.skipped == 1


def test_spotifys_account_data(tmp_path: Path) -> None:
    row = {
        "endTime": "2026-03-01 20:15",
        "artistName": "Mira Vale",
        "trackName": "Lantern",
        "msPlayed": 180000,
    }
    [play], history = read(tmp_path, json.dumps([row]), "StreamingHistory_music_0.json")
    assert history.formats == {"Spotify (account data)": 1}
    assert play == Play(*NORTH, STARTED, seconds=180)


PODCASTS = [
    [{"endTime": "2026-03-01 20:15", "podcastName": "A", "episodeName": "B", "msPlayed": 1}],
    [{"endTime": "2026-03-01 20:15", "audiobookName": "A", "authorName": "B", "msPlayed": 1}],
]


@pytest.mark.parametrize("rows", PODCASTS)
def test_podcasts_alone_are_no_history(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    plays, history = read(tmp_path, json.dumps(rows))
    assert plays == []
    assert "Spotify" in history.problem


LISTENS: list[tuple[dict[str, Any], bool]] = [
    ({}, True),
    ({"listened_at": 1772395920.0}, True),
    ({"listened_at": "1772395920"}, True),
    ({"inserted_at": 1, "recording_msid": "x", "user_name": "someone"}, True),
    ({"listened_at": None}, False),
    ({"listened_at": True}, False),
    ({"listened_at": 10**20}, False),
    ({"track_metadata": None}, False),
    ({"track_metadata": {"artist_name": None, "track_name": "Lantern"}}, False),
    ({"track_metadata": {"artist_name": "Mira Vale", "track_name": "Lantern",
                         "additional_info": None, "mbid_mapping": None}}, True),
    ({"track_metadata": {"artist_name": "Mira Vale", "track_name": "Lantern",
                         "additional_info": {"isrc": 7, "spotify_id": None}}}, True),
]  # fmt: skip


@pytest.mark.parametrize(("changed", "is_play"), LISTENS)
@pytest.mark.parametrize("is_lines", [True, False])
def test_listenbrainz(
    tmp_path: Path, changed: dict[str, Any], *, is_play: bool, is_lines: bool
) -> None:
    names = {"artist_name": "Mira Vale", "track_name": "Lantern", "release_name": "North"}
    row = {"listened_at": 1772395920, "track_metadata": names}
    rows = [row, row | changed]
    data = "\n".join(map(json.dumps, rows)) if is_lines else json.dumps(rows)
    plays, history = read(tmp_path, data)
    assert history.formats == {"ListenBrainz": 1}
    assert [(play.artist, play.title, play.started_at) for play in plays] == [(*NORTH, STARTED)] * (
        1 + is_play
    )


def test_listenbrainz_as_its_zip(tmp_path: Path) -> None:
    row = {"listened_at": 1772395920, "track_metadata": {"artist_name": "A", "track_name": "B"}}
    path = tmp_path / "listenbrainz_someone.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("user.json", json.dumps({"user_id": 1, "username": "someone"}))
        archive.writestr("feedback.jsonl", json.dumps({"score": 1}))
        archive.writestr("listens/2026/3.jsonl", json.dumps(row) + "\n" + json.dumps(row))
        archive.writestr("__MACOSX/listens/2026/._3.jsonl", b"\0\5\26\7")
    history = History()
    assert len(list(history.plays(path))) == 2
    assert history.formats == {"ListenBrainz": 1}


def test_youtube_music(tmp_path: Path) -> None:
    def row(**values: Any) -> dict[str, Any]:
        return {
            "header": "YouTube Music",
            "title": "Watched Lantern",
            "titleUrl": "https://music.youtube.com/watch?v=x",
            "subtitles": [{"name": "Mira Vale - Topic", "url": "https://example.org"}],
            "time": "2026-03-01T20:12:00.000Z",
        } | values

    rows = [
        row(),
        row(title="Lantern angesehen"),
        row(title="„Lantern“\xa0angesehen"),
        row(header="YouTube"),
        row(subtitles=[]),
        row(subtitles=None),
        row(title="https://music.youtube.com/watch?v=deleted"),
    ]
    plays, history = read(tmp_path, json.dumps(rows), "Wiedergabeverlauf.json")
    assert history.formats == {"YouTube Music (Takeout)": 1}
    assert [(play.artist, play.title, play.started_at) for play in plays] == [(*NORTH, STARTED)] * 3
    assert history.unusable == 4


def test_last_fm_without_a_header(tmp_path: Path) -> None:
    data = (
        "Mira Vale,North,Lantern,01 Mar 2026 20:12\n"
        "Mira Vale,North,Lantern,\n"
        "Mira Vale,North,Lantern,01 Jan 1970 00:00\n"
        "too,few\n"
    )
    [play], history = read(tmp_path, data, "someone.csv")
    assert play == Play(*NORTH, STARTED, album="North")
    assert history.formats == {"Last.fm (CSV)": 1}
    assert history.unusable == 3


def test_last_fm_with_a_header_and_a_bom(tmp_path: Path) -> None:
    data = (
        "uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n"
        '"1772395920","01 Mar 2026, 20:12","Mira Vale","","North, the album","","Lantern",""\n'
        '"","","Mira Vale","","North","","Lantern",""\n'
    )
    for raw in (data.encode(), data.encode("utf-8-sig"), data.encode("utf-16")):
        [play], _history = read(tmp_path, raw)
        assert play == Play(*NORTH, STARTED, album="North, the album")


def test_apple_musics_columns_come_in_any_order(tmp_path: Path) -> None:
    head = [
        "Event Type", "Song Name", "Album Name", "Container Artist Name", "Media Type",
        "Event Start Timestamp", "Event End Timestamp", "Play Duration Milliseconds", "IP City",
    ]  # fmt: skip
    starts, ends = "2026-03-01T20:12:00Z", "2026-03-01T20:15:00Z"
    names = ["Lantern", "North", "Mira Vale"]
    rows = [
        ["PLAY_END", *names, "AUDIO", starts, "", "180000", "X"],
        ["PLAY_END", *names, "AUDIO", "", ends, "180000", "X"],
        ["PLAY_START", *names, "AUDIO", starts, "", "0", "X"],
        ["PLAY_END", *names, "VIDEO", starts, "", "180000", "X"],
        ["PLAY_END", "Lantern", "North", "", "AUDIO", starts, "", "180000", "X"],
    ]
    for order in (1, -1):
        buffer = io.StringIO()
        csv.writer(buffer).writerows([head[::order], *(row[::order] for row in rows)])
        plays, history = read(tmp_path, "\ufeff" + buffer.getvalue())
        assert plays == [Play(*NORTH, STARTED, seconds=180, album="North")] * 2
        assert history.unusable == 3


LISTS = [
    "#EXTM3U\n#EXTINF:201,Mira Vale - Lantern\nC:\\Music\\x.mp3\n",
    "\ufeff#EXTM3U\r#EXTINF:201,Mira Vale - Lantern\r/music/x.mp3\r",
    "#EXTINF:-1,Mira Vale – Lantern\nhttps://example.org/x\n",
    "#EXTM3U\n/music/01%20Mira%20Vale%20-%20Lantern.mp3\n",
    "Music\\Mira Vale - Lantern.flac\n",
]


@pytest.mark.parametrize("text", LISTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_list_names_songs_without_times(tmp_path: Path, text: str, encoding: str) -> None:
    plays, history = read(tmp_path, text.lstrip("\ufeff").encode(encoding), "list.m3u8")
    assert plays == [Play(*NORTH, None)]
    assert history.formats == {"a list of songs (M3U)": 1}


LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple Computer//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/x.dtd"{0}>
<plist version="1.0"><dict>
<key>Major Version</key><integer>1</integer>
<key>Tracks</key><dict>
<key>12</key><dict><key>Track ID</key><integer>12</integer><key>Name</key><string>Lantern</string>
<key>Artist</key><string>Mira Vale</string><key>Total Time</key><integer>201000</integer>
<key>Play Date UTC</key><date>2026-03-01T20:12:00Z</date></dict>
<key>13</key><dict><key>Name</key><string>Talk{1}</string>
<key>Artist</key><string>Mira Vale</string><key>Podcast</key><true/></dict>
<key>14</key><dict><key>Name</key><string>Harbour &amp; Sea</string>
<key>Artist</key><string>Mira Vale</string></dict>
</dict>
<key>Playlists</key><array><dict><key>Name</key><string>All</string>
<key>Playlist Items</key><array><dict><key>Track ID</key><integer>12</integer></dict></array></dict>
</array></dict></plist>
"""


def test_an_itunes_library(tmp_path: Path) -> None:
    plays, history = read(tmp_path, LIBRARY.format("", ""), "iTunes Library.xml")
    assert plays == [
        Play(*NORTH, STARTED, seconds=201),
        Play("Mira Vale", "Harbour & Sea", None),
    ]
    assert history.unusable == 1


def test_entities_are_not_read(tmp_path: Path) -> None:
    text = LIBRARY.format(' [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]', "&b;")
    plays, history = read(tmp_path, text, "iTunes Library.xml")
    assert plays == []
    assert "entities" in history.problem


STRANGE = [
    b"",
    b"[]",
    b"{}",
    b"[1, 2, 3]",
    b'[{"a": 1}]',
    b'[[["deep"]]]',
    b"\xff\xfe\x00",
    b"PK\x03\x04 not a zip",
    b"<?xml version='1.0'?><html></html>",
    b"name,age\nA,3\n",
    bytes(range(256)) * 40,
    b"[" * 5000,
    b'{"Plays": ' * 2000,
]


@pytest.mark.parametrize("data", STRANGE)
def test_what_is_no_history_is_told_so(tmp_path: Path, data: bytes) -> None:
    plays, history = read(tmp_path, data)
    assert plays == []
    assert history.problem


def test_a_file_that_breaks_off_keeps_what_came_before(tmp_path: Path) -> None:
    whole = json.dumps([extended(ts=f"2026-03-01T20:{n:02}:00Z") for n in range(10, 50)])
    plays, history = read(tmp_path, whole[: len(whole) // 2])
    assert 5 < len(plays) < 40
    assert "is cut short" in history.problem


def test_a_damaged_zip_is_told_so(tmp_path: Path) -> None:
    path = tmp_path / "my_spotify_data.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for year in (2025, 2026):
            rows = [extended(ts=f"{year}-03-01T20:{n:02}:00Z") for n in range(50)]
            archive.writestr(f"Spotify/Streaming_History_Audio_{year}.json", json.dumps(rows))
    data = bytearray(path.read_bytes())
    data[len(data) // 4] ^= 0xFF
    path.write_bytes(data)
    history = History()
    list(history.plays(path))
    assert history.problem


def test_a_zip_that_unpacks_to_too_much_ends(tmp_path: Path, settings: Any) -> None:
    settings.HISTORY_UNPACKED_MAX_MB = 1
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", "[" + " " * 3_000_000 + json.dumps(extended()) + "]")
    history = History()
    assert list(history.plays(path)) == []
    assert "larger than" in history.problem


@pytest.mark.parametrize(
    ("uri", "found"),
    [
        (f"spotify:track:{ID}", ID),
        (f"https://open.spotify.com/track/{ID}?si=x", ID),
        (f"spotify:episode:{ID}", ""),
        (f"spotify:local:A:B:C:{ID}", ""),
        ("spotify:track:short", ""),
        (None, ""),
        (7, ""),
    ],
)
def test_the_id_of_a_song_at_spotify(uri: object, found: str) -> None:
    assert spotify_id_of(uri) == found


def test_a_moment_needs_a_number() -> None:
    assert moment_of_seconds("1772395920") == STARTED
    assert moment_of_seconds(float("nan")) is None
    assert moment_of_seconds([]) is None
