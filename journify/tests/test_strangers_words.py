"""What strangers write, everywhere it is shown, and where they would like to send people."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import av
import numpy as np
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import NoReverseMatch, reverse

from classifier.models import Song
from classifier.sources.deezer import DeezerClient
from classifier.tests.factories import ClassificationFactory
from journal import urls
from journal.models import Entry, Phrase
from journal.tests.factories import EntryFactory
from journify.outbound.errors import PlatformError
from journify.tests.sandbox import Sandbox
from journify.tests.test_headers import Inline
from spotify_auth.models import User

MARKUP = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{ 70001|add:6 }}"
SCRIPTS = ("<script>alert", "<img src=x", "70007")
ELSEWHERE = [
    "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example",
    "\\\\evil.example", "https:evil.example", "http:///evil.example", "javascript:alert(1)",
    "https://testserver@evil.example", "https://testserver.evil.example/", "/%09/evil.example",
    "\t//evil.example", "//evil.example\\@testserver", "data:text/html,x", "ftp://evil.example",
]  # fmt: skip


@pytest.fixture
def entry(user: User) -> Entry:
    """An answered entry in which everything is markup that can be."""
    song = {"title": MARKUP, "artist": MARKUP, "album": MARKUP, "isrc": "'><b>"}
    row = ClassificationFactory(song__owner=user, **{f"song__{k}": v for k, v in song.items()})
    entry: Entry = EntryFactory(
        journal__user=user, phrase__owner=user, phrase__text=MARKUP, phrase_text=MARKUP,
        song=row.song, note=MARKUP,
    )  # fmt: skip
    return entry


def pages_of(entry: Entry) -> set[str]:
    """Every address of the journal that something can be put into."""
    found = set()
    date = entry.journal.date
    for pattern in urls.urlpatterns:
        keys = ([], [entry.pk], [entry.song_id], [date], [date.year], [date.year, date.month])
        for arguments in keys:
            # a date's converter takes nothing but dates
            with suppress(NoReverseMatch, AttributeError):
                found.add(reverse(f"journal:{pattern.name}", args=arguments))
    asked = quote(MARKUP)
    history, picker = reverse("journal:history"), reverse("journal:picker", args=[entry.pk])
    return found | {
        f"{history}?q={asked}&phrase={asked}&emotion={asked}&first={asked}",
        f"{picker}?q={asked}&in={asked}&offset={asked}",
        f"{reverse('journal:stats')}?span={asked}&from={asked}&to={asked}",
        f"{reverse('journal:songs')}?emotion={asked}&page={asked}",
        f"{reverse('account_login')}?next={asked}",
    }


def is_harmless(text: str) -> None:
    assert not [script for script in SCRIPTS if script in text]
    parser = Inline()
    parser.feed(text)
    assert parser.found == []


@pytest.mark.any_database
def test_markup_in_every_text_stays_text_on_every_page(entry: Entry, listener: Client) -> None:
    shown = 0
    for path in pages_of(entry):
        for headers in ({}, {"HX-Request": "true"}):
            response = listener.get(path, headers=headers)
            if response.streaming:
                list(response)  # to its end, so that the file is closed
                continue
            if "html" in response.headers.get("Content-Type", "") and response.status_code == 200:
                text = response.content.decode()
                is_harmless(text)
                shown += "&lt;script&gt;" in text
    assert shown > 8


@pytest.mark.any_database
def test_markup_in_every_text_stays_text_in_the_admin(
    entry: Entry, curator: User, browser_of: Callable[[User], Client]
) -> None:
    client = browser_of(curator)
    # what is somebody's alone, no curator sees
    Song.objects.filter(pk=entry.song_id).update(owner=None)
    Phrase.objects.filter(pk=entry.phrase_id).update(owner=None)
    shown = 0
    for name, pk in (
        ("classifier_song", entry.song_id),
        ("journal_phrase", entry.phrase_id),
        ("classifier_classification", entry.song.classifications.get().pk),  # type: ignore[union-attr]
    ):
        paths = [reverse(f"admin:{name}_changelist"), reverse(f"admin:{name}_change", args=[pk])]
        paths += [
            reverse(f"admin:{name}_delete", args=[pk]),
            reverse(f"admin:{name}_history", args=[pk]),
        ]
        for path in [*paths, f"{paths[0]}?q={quote(MARKUP)}"]:
            response = client.get(path)
            if response.status_code == 200:
                text = response.content.decode()
                assert "<script>alert" not in text
                assert "<img src=x" not in text
                shown += "&lt;script&gt;" in text
    assert shown >= 4


def tagged(**tags: str) -> bytes:
    """A sound file whose tags say this."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp3") as container:
        stream = container.add_stream("mp3", rate=44_100)
        container.metadata.update(tags)
        time = np.arange(4 * 44_100) / 44_100
        frame = av.AudioFrame.from_ndarray(
            (8000 * np.sin(2 * np.pi * 330 * time)).astype("<i2")[None, :], "s16", "mono"
        )
        frame.sample_rate = 44_100
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return file.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        MARKUP, "a\r\nSet-Cookie: b=c", "two\nlines\x1b[2J", "\u202egnp.exe", "=cmd|' /c calc'!A0",
        "x" * 5000, "../../etc/passwd", " ", "\ufeff", "\U000e0041",
    ],
)  # fmt: skip
def test_tags_and_names_of_files_are_one_line_that_can_be_shown(
    name: str, user: User, listener: Client
) -> None:
    entry = EntryFactory(journal__user=user)
    upload = SimpleUploadedFile(f"{name}.mp3", tagged(title=name, artist=name))
    response = listener.post(
        reverse("journal:answer", args=[entry.pk]), {"audio": upload, "revision": 0}
    )
    assert response.status_code == 302
    song = Song.objects.get()
    for text in (song.title, song.artist):
        assert "\n" not in text
        assert text.isprintable(), ascii(text)
        assert len(text) <= 200
    assert song.title.strip()
    stored = Path(song.audio.path)
    assert stored.is_relative_to(settings.MEDIA_ROOT)
    assert stored.stat().st_mode & 0o077 == 0


def test_nothing_of_a_refused_file_stays(
    user: User, listener: Client, tmp_path: Path, settings: object
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path)  # type: ignore[attr-defined]
    settings.MEDIA_ROOT = str(tmp_path / "media")  # type: ignore[attr-defined]
    entry = EntryFactory(journal__user=user)
    upload = SimpleUploadedFile("a.mp3", os.urandom(3_000_000))
    listener.post(reverse("journal:answer", args=[entry.pk]), {"audio": upload, "revision": 0})
    assert not Song.objects.exists()
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1"]
)
def test_no_cell_of_a_list_is_a_formula(text: str, user: User, listener: Client) -> None:
    row = ClassificationFactory(song__owner=user, song__title=text, song__artist=text)
    EntryFactory(journal__user=user, song=row.song)
    path = reverse("journal:export_songs", args=["csv"])
    table = listener.get(f"{path}?emotion={row.emotion}").content.decode()
    rows = list(csv.reader(io.StringIO(table, newline="")))
    assert len(rows) == 2
    for cell in rows[1]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝"))


def test_a_list_for_a_player_has_the_lines_it_should(user: User, listener: Client) -> None:
    title = "x\n#EXTINF:1,y\nhttps://evil.example/a.mp3"
    row = ClassificationFactory(
        song__owner=user,
        song__title=title,
        song__spotify_url="https://open.spotify.com/\nhttps://evil",
    )
    EntryFactory(journal__user=user, song=row.song)
    path = reverse("journal:export_songs", args=["m3u"])
    lines = listener.get(f"{path}?emotion={row.emotion}").content.decode().splitlines()
    assert len(lines) == 4  # the head, the list's name, and two of the song
    assert not [line for line in lines if line.startswith("https://evil")]


def lands_here(response: object) -> bool:
    """Whether a browser would stay, whatever it makes of the address."""
    location = response.headers.get("Location", "")  # type: ignore[attr-defined]
    seen = location.replace("\\", "/").replace("\t", "").replace("\n", "").strip()
    parts = urlsplit(seen)
    return (
        not seen.startswith("//")
        and parts.scheme in {"", "http"}
        and parts.netloc in {"", "testserver"}
    )


@pytest.mark.parametrize("where", ELSEWHERE)
@pytest.mark.any_database
def test_nobody_is_sent_elsewhere(
    where: str, user: User, listener: Client, sandbox: Sandbox
) -> None:
    user.set_password("a song nobody hums")
    user.save()
    visitor, fields = Client(), {"next": where, "login": "alice", "password": "a song nobody hums"}
    asked = quote(where)
    new = {"username": "newcomer", "password1": "a-tune-for-one", "password2": "a-tune-for-one"}
    listener.force_login(user)
    answers = [
        visitor.get(f"{reverse('account_login')}?next={asked}"),
        visitor.post(f"{reverse('account_login')}?next={asked}", fields),
        Client().post(f"{reverse('account_signup')}?next={asked}", new | {"next": where}),
        Client().post(reverse("set_language"), {"next": where, "language": "de"}),
        Client().post(
            reverse("set_language"), {"language": "de"}, headers={"Referer": where.strip()}
        ),
        listener.get(f"{reverse('account_login')}?next={asked}"),
        listener.post(f"{reverse('account_reauthenticate')}?next={asked}", fields),
        listener.post(f"{reverse('account_change_password')}?next={asked}", fields),
        listener.post(f"{reverse('account_logout')}?next={asked}", {"next": where}),
    ]
    assert [a.request["PATH_INFO"] for a in answers if not lands_here(a)] == []
    assert sum(answer.status_code == 302 for answer in answers) >= 5


@pytest.mark.parametrize("where", ELSEWHERE)
def test_nobody_comes_back_from_spotify_elsewhere(where: str, sandbox: Sandbox, db: None) -> None:
    from spotify_auth.sign_in.tests.test_sign_in import HOST, consent  # noqa: PLC0415 -- a helper

    visitor = Client(headers={"host": HOST})
    out = visitor.post(f"/accounts/spotify/login/?process=login&next={quote(where)}")
    back = visitor.get(consent(out["Location"]))
    assert back["Location"].startswith("/")
    assert lands_here(back)


def test_a_session_that_somebody_else_chose_is_not_signed_in(user: User) -> None:
    user.set_password("a song nobody hums")
    user.save()
    victim = Client()
    victim.get(reverse("account_login"))
    session = victim.session
    session["planted"] = "by somebody else"
    session.save()
    chosen = session.session_key
    victim.cookies["sessionid"] = chosen
    victim.post(reverse("account_login"), {"login": "alice", "password": "a song nobody hums"})
    assert victim.session.session_key != chosen
    assert not Session.objects.filter(session_key=chosen).exists()
    mine = victim.session.session_key
    victim.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=mine).exists()


def test_a_new_password_ends_every_other_session(
    user: User, listener: Client, browser_of: Callable[[User], Client]
) -> None:
    user.set_password("a song nobody hums")
    user.save()
    here, there = browser_of(user), browser_of(user)
    fields = {
        "oldpassword": "a song nobody hums",
        "password1": "a-tune-for-one",
        "password2": "a-tune-for-one",
    }
    assert here.post(reverse("account_change_password"), fields).status_code == 302
    assert here.get(reverse("journal:settings")).status_code == 200
    assert there.get(reverse("journal:settings")).status_code == 302


@pytest.mark.parametrize(
    "isrc", ["../../user/1", "1?a=b#c", "\r\nHost: e", "%2e%2e/x", "//e.example"]
)
def test_a_number_of_an_archive_asks_for_nothing_but_a_track(
    isrc: str, sandbox: Sandbox, db: None
) -> None:
    with pytest.raises(PlatformError):
        DeezerClient().track(f"isrc:{isrc}")
    [path] = sandbox.paths("deezer")
    assert path.startswith("/track/isrc:")
    assert "/" not in path.removeprefix("/track/")


def test_days_that_no_calendar_has_are_nobody_s(listener: Client) -> None:
    for date in ("0001-01-01", "9999-12-31", "2026-02-30", f"{dt.date.max}"):
        assert listener.get(f"/journal/{date}/").status_code == 404


PARAMETERS = (
    *("q", "in", "offset", "n", "emotion", "page", "span", "from", "to", "year"),
    *("phrase", "first", "last", "track"),
)
ODD = ("%00", "9" * 400, "-1", "\u00b2", "9999-12-31", "x%20" * 150)


@pytest.mark.slow
@pytest.mark.parametrize("value", ODD)
def test_no_value_of_an_address_is_an_accident(value: str, entry: Entry, listener: Client) -> None:
    """Also on a database that takes no NUL: one that raises, raises here."""
    query = "&".join(f"{name}={value}" for name in PARAMETERS)
    for path in sorted({path.partition("?")[0] for path in pages_of(entry)}):
        response = listener.get(f"{path}?{query}", headers={"HX-Request": "true"})
        assert response.status_code < 500, path
        if response.streaming:
            list(response)


@pytest.mark.parametrize(
    "path",
    ["recap/0/", "recap/0/0/", "recap/2026/13/", "recap/99999999999/1/", "recap/1/1/picture.svg",
     "recap/9999/", "recap/9999/12/picture.svg", "recap/10000/picture.png", "songs/export.exe"],
)  # fmt: skip
def test_no_part_of_an_address_is_an_accident(path: str, listener: Client) -> None:
    assert listener.get(f"/{path}").status_code in {200, 404}


@pytest.mark.parametrize("value", ["\x00", "\ud800x", "9" * 300, "alice\x00", "a" * 100_000])
def test_nothing_that_is_typed_is_an_accident(value: str, entry: Entry, listener: Client) -> None:
    value = value.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    sign_in = {"login": value, "password": value}
    new = {"username": value, "password1": value, "password2": value}
    note = {"note": value, "revision": value, "song": value, "track": value, "emotion": value}
    prefs = {"time_zone": value, "language": value, "theme": value, "phrases_per_day": value}
    for client, path, form in (
        (Client(), reverse("account_login"), sign_in),
        (Client(), reverse("account_signup"), new),
        (Client(), reverse("set_language"), {"language": value, "next": value}),
        (listener, reverse("journal:note", args=[entry.pk]), note),
        (listener, reverse("journal:answer", args=[entry.pk]), note),
        (listener, reverse("journal:label", args=[entry.pk]), note),
        (listener, reverse("journal:settings"), prefs),
        (listener, reverse("journal:sign_out_devices"), {"device": value}),
        (listener, reverse("journal:phrases"), {"text": value}),
        (listener, reverse("journal:leave"), {"password": value, "name": value}),
        (listener, reverse("account_change_password"), {"oldpassword": value} | new),
    ):
        assert client.post(path, form).status_code < 500, path
