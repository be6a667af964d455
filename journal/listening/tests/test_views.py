from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.archive.package import write_archive
from journal.listening.importing.opening import History
from journal.listening.importing.plays import Play
from journal.listening.importing.storing import store
from journal.listening.models import (
    Followed,
    ListenedSong,
    Listening,
    ListeningImport,
    ListeningMonth,
    ListeningRound,
)
from journal.listening.recent import recent_songs
from journal.listening.summary import renew_summary
from journal.listening.updating import following, hearing, rounds
from journal.models import Preferences
from journal.tests.factories import EntryFactory
from journify.background import jobs
from spotify_auth.models import User
from tools.measuring.times import count_queries

pytestmark = pytest.mark.django_db
PAGE = "/listening/"


def rows(count: int = 3) -> str:
    return json.dumps(
        [
            {
                "endTime": f"2026-03-{1 + n:02} 20:15",
                "artistName": "Mira Vale",
                "trackName": f"Song {n % 2}",
                "msPlayed": 180_000,
            }
            for n in range(count)
        ]
    )


def send(client: Client, data: str | bytes, name: str = "StreamingHistory_music_0.json") -> Any:
    file = SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)
    return client.post(reverse("journal:import_listening"), {"history": file}, follow=True)


def read_all(user: User) -> ListeningImport:
    while (row := jobs.claim_next()) is not None:
        jobs.kind_of(row).do(row)
    return ListeningImport.objects.get(user=user)


def play(title: str, *, ago: dt.timedelta) -> Play:
    return Play("Mira Vale", title, timezone.now() - ago, seconds=200)


def test_a_history_is_read_and_its_file_deleted(client: Client, user: User) -> None:
    client.force_login(user)
    assert b"Waiting for its turn" in send(client, rows()).content
    row = read_all(user)
    assert (row.status, row.counts["plays"], row.counts["songs"]) == ("done", 3, 2)
    assert not row.file
    page = client.get(PAGE).content.decode()
    assert "0 of 2 songs heard" in page
    assert "Spotify (account data)" in page


def test_whoever_waits_for_an_import_sees_at_its_end_how_it_goes_on(
    client: Client, user: User, sandbox: Any
) -> None:
    client.force_login(user)
    send(client, rows())
    waiting = {"hx-request": "true", "hx-target": "import"}
    poll = client.get(PAGE, headers=waiting)
    assert "HX-Retarget" not in poll
    assert "history-progress" in poll.content.decode()
    read_all(user)
    poll = client.get(PAGE, headers=waiting)
    assert poll["HX-Retarget"] == "#told"
    assert "Look my songs up at Deezer" in poll.content.decode()


@pytest.mark.parametrize(("chosen", "hour"), [("", 5), ("Mars/Olympus", 5), ("Europe/Berlin", 21)])
def test_hours_are_counted_where_the_listener_is(
    client: Client, user: User, chosen: str, hour: int
) -> None:
    Preferences.objects.create(user=user, time_zone=chosen)
    client.force_login(user)
    client.cookies["time_zone"] = "Asia/Tokyo"
    song = SongFactory()
    ClassificationFactory(song=song, emotion="calm")
    send(client, rows(1))  # at 20:15 UTC
    read_all(user)
    ListenedSong.objects.update(song=song, emotion="calm")
    renew_summary(user)
    hours = Listening.objects.get(user=user).summary["hours"]
    assert [n for n in range(24) if any(hours[n])] == [hour]


def test_what_is_no_history_is_told_so(client: Client, user: User) -> None:
    client.force_login(user)
    send(client, b"%PDF-1.7", "letter.pdf")
    assert read_all(user).status == "failed"
    assert "not a listening history we can read" in client.get(PAGE).content.decode()


def test_a_request_without_a_file_is_told_what_to_choose(client: Client, user: User) -> None:
    client.force_login(user)
    answer = client.post(reverse("journal:import_listening"), follow=True)
    assert "Choose the file" in answer.content.decode()


def test_nobody_elses_history_is_shown_or_deleted(
    client: Client, user: User, stranger: User
) -> None:
    store(stranger, [play("Lantern", ago=dt.timedelta(hours=1))], progress=lambda: None)
    client.force_login(user)
    assert "Lantern" not in client.get(PAGE).content.decode()
    client.post(reverse("journal:delete_listening"))
    assert ListeningMonth.objects.filter(user=stranger).count() == 1


def test_deleting_a_history_leaves_nothing_and_the_journal_alone(
    client: Client, user: User
) -> None:
    client.force_login(user)
    send(client, rows())
    read_all(user)
    client.post(reverse("journal:delete_listening"))
    for model in (ListenedSong, ListeningMonth, Listening, ListeningImport, Followed):
        assert not model._default_manager.filter(user=user).exists()


def test_a_history_leaves_in_the_export_and_comes_back(user: User, stranger: User) -> None:
    plays = [play(f"Song {n}", ago=dt.timedelta(days=n)) for n in range(5)]
    store(user, plays, progress=lambda: None)
    file = io.BytesIO()
    write_archive(file, user, with_audio=False, progress=lambda _done, _total: None)
    with zipfile.ZipFile(file) as archive:
        lines = archive.read("listening/listens.jsonl").splitlines()
    assert len(lines) == 5
    assert json.loads(lines[0])["track_metadata"]["artist_name"] == "Mira Vale"


def test_the_export_is_read_again_as_a_history(user: User, stranger: User, tmp_path: Any) -> None:
    store(user, [play("Lantern", ago=dt.timedelta(days=3))], progress=lambda: None)
    path = tmp_path / "export.zip"
    with path.open("wb") as file:
        write_archive(file, user, with_audio=False, progress=lambda _done, _total: None)
    stored = store(stranger, History().plays(path, folder="listening/"), progress=lambda: None)
    assert stored.plays == 1
    assert ListenedSong.objects.get(user=stranger).title == "Lantern"


def test_titles_leave_the_server_only_when_the_listener_says_so(
    client: Client, user: User, sandbox: Any
) -> None:
    song = sandbox.world.songs[0]
    store(user, [Play(song.artist, song.title, timezone.now(), seconds=200)], progress=lambda: None)
    hearing.look_up_some()
    assert sandbox.world.requests == []
    client.force_login(user)
    client.post(reverse("journal:pause_listening"), {"pause": "no"})
    hearing.look_up_some()
    listened = ListenedSong.objects.get(user=user)
    assert listened.state == "found"
    assert listened.song is not None
    assert listened.song.deezer_id == song.deezer_id
    assert listened.song.classifications.count() == 1


def test_a_platform_that_does_not_answer_makes_no_song_missing(user: User, sandbox: Any) -> None:
    store(user, [play("Lantern", ago=dt.timedelta(hours=1))], progress=lambda: None)
    Listening.objects.update(is_paused=False)
    sandbox.fail("deezer", "quota")
    hearing.look_up_some()
    assert ListenedSong.objects.get(user=user).state == "new"


def test_a_song_that_deezer_lacks_is_missing(user: User, sandbox: Any) -> None:
    store(user, [play("No Such Lantern", ago=dt.timedelta(hours=1))], progress=lambda: None)
    Listening.objects.update(is_paused=False)
    hearing.look_up_some()
    assert ListenedSong.objects.get(user=user).state == "missing"


def test_what_is_heard_in_a_song_counts_in_the_history(user: User) -> None:
    store(user, [play("Lantern", ago=dt.timedelta(hours=1))], progress=lambda: None)
    song = SongFactory()
    ListenedSong.objects.filter(user=user).update(song=song)
    ClassificationFactory(song=song, emotion="calm")
    assert ListenedSong.objects.get(user=user).emotion == "calm"
    hearing.renew_stale()
    assert Listening.objects.get(user=user).summary["heard_songs"] == 1


def test_songs_heard_lately_come_newest_first_and_once(user: User) -> None:
    plays = [
        play("Lantern", ago=dt.timedelta(hours=3)),
        play("Harbour", ago=dt.timedelta(hours=2)),
        play("Lantern", ago=dt.timedelta(hours=1)),
        play("Long ago", ago=dt.timedelta(days=40)),
    ]
    store(user, plays, progress=lambda: None)
    found = recent_songs(user, timezone.localdate(), is_today=True)
    assert [one.title for one in found] == ["Lantern", "Harbour"]


def test_a_past_day_offers_what_was_heard_on_it(user: User) -> None:
    store(user, [play("Old", ago=dt.timedelta(days=3)), play("New", ago=dt.timedelta(0))],
          progress=lambda: None)  # fmt: skip
    day = timezone.localdate() - dt.timedelta(days=3)
    assert [one.title for one in recent_songs(user, day, is_today=False)] == ["Old"]


def test_the_picker_says_on_which_day_an_older_song_was_heard(
    client: Client, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = dt.datetime(2026, 3, 20, 12, tzinfo=dt.UTC)
    monkeypatch.setattr(timezone, "now", lambda: now)
    plays = [
        Play("Mira Vale", "Old", now - dt.timedelta(days=3), seconds=200),
        Play("Mira Vale", "New", now - dt.timedelta(hours=2), seconds=200),
    ]
    store(user, plays, progress=lambda: None)
    client.force_login(user)
    entry = EntryFactory(journal__user=user, journal__date=now.date())
    page = client.get(reverse("journal:picker", args=[entry.pk])).content.decode()
    assert "Mira Vale · 10:00" in page
    assert "Mira Vale · 17 March, 12:00" in page


def test_charts_are_drawn_and_have_their_numbers(client: Client, user: User) -> None:
    client.force_login(user)
    plays = [play(f"Song {n}", ago=dt.timedelta(hours=7 * n)) for n in range(40)]
    store(user, plays, progress=lambda: None)
    ListenedSong.objects.filter(user=user).update(emotion="calm")
    renew_summary(user)
    for figure in client.get(PAGE).content.decode().split("<figure")[1:]:
        is_empty = "Beside your journal" in figure  # nothing was answered
        assert ("bars-part" in figure or "dial-part" in figure) != is_empty
        assert '<th scope="row">' in figure or is_empty
        assert '<th scope="col">' in figure


def test_pages_ask_as_often_however_long_a_history_is(client: Client, user: User) -> None:
    client.force_login(user)
    entry = EntryFactory(journal__user=user, journal__date=timezone.localdate())
    picker, day = reverse("journal:picker", args=[entry.pk]), f"/journal/{entry.date}/"

    def hear(count: int) -> list[int]:
        plays = [play(f"Song {n % 300}", ago=dt.timedelta(hours=7 * n)) for n in range(count)]
        store(user, plays, progress=lambda: None)
        ListenedSong.objects.filter(user=user).update(emotion="calm")
        renew_summary(user)
        return [count_queries(client, page) for page in (PAGE, picker, day)]

    assert hear(30) == hear(4000)
    assert Listening.objects.get(user=user).summary["plays"] == 4000


def tap(client: Client, user: User) -> Any:
    """Answer a phrase with the one song that was heard lately."""
    entry = EntryFactory(journal__user=user, journal__date=timezone.localdate())
    values = {"heard": str(ListenedSong.objects.get(user=user).pk), "revision": entry.revision}
    return client.post(reverse("journal:answer", args=[entry.pk]), values, follow=True)


def test_a_song_heard_lately_is_looked_up_only_when_deezer_may_be_asked(
    client: Client, user: User, sandbox: Any
) -> None:
    client.force_login(user)
    song = sandbox.world.songs[0]
    store(user, [Play(song.artist, song.title, timezone.now(), seconds=200)], progress=lambda: None)
    assert "Let Journify search Deezer" in tap(client, user).content.decode()
    assert sandbox.world.requests == []
    Preferences.objects.update_or_create(user=user, defaults={"search": "outside"})
    user.journals.all().delete()
    tap(client, user)
    assert user.entries.get().song.deezer_id == song.deezer_id


def test_a_song_heard_lately_that_deezer_lacks_is_told_so(
    client: Client, user: User, sandbox: Any
) -> None:
    client.force_login(user)
    Preferences.objects.create(user=user, search="outside")
    store(user, [play("No Such Lantern", ago=dt.timedelta(hours=1))], progress=lambda: None)
    assert "Deezer does not have this song" in tap(client, user).content.decode()


@pytest.mark.parametrize("service", ["listenbrainz", "lastfm"])
def test_what_is_played_elsewhere_comes_by_itself(
    client: Client, user: User, sandbox: Any, service: str
) -> None:
    client.force_login(user)
    values = {"service": service, "name": "sandbox-listener"}
    client.post(reverse("journal:follow_listening"), values)
    following.refresh_due()
    followed = Followed.objects.get(user=user)
    assert followed.error == ""
    assert ListenedSong.objects.filter(user=user).count() == len(sandbox.world.songs)
    before = sum(ListeningMonth.objects.filter(user=user).values_list("plays", flat=True))
    Followed.objects.update(checked_at=None)
    following.refresh_due()
    after = sum(ListeningMonth.objects.filter(user=user).values_list("plays", flat=True))
    assert after == before


@pytest.mark.parametrize("service", ["listenbrainz", "lastfm"])
def test_a_name_nobody_has_is_told(client: Client, user: User, sandbox: Any, service: str) -> None:
    client.force_login(user)
    values = {"service": service, "name": "nobody"}
    client.post(reverse("journal:follow_listening"), values)
    following.refresh_due()
    assert "Nobody has this name" in client.get(PAGE).content.decode()


def test_an_empty_name_ends_it(client: Client, user: User, sandbox: Any) -> None:
    client.force_login(user)
    Followed.objects.create(user=user, service="listenbrainz", name="x")
    client.post(reverse("journal:follow_listening"), {"service": "listenbrainz", "name": ""})
    assert not Followed.objects.exists()


def test_offline_nobody_is_asked(client: Client, user: User, sandbox: Any, settings: Any) -> None:
    settings.OFFLINE = True
    Followed.objects.create(user=user, service="listenbrainz", name="sandbox-listener")
    following.refresh_due()
    assert sandbox.world.requests == []
    client.force_login(user)
    assert "ListenBrainz</label>" not in client.get(PAGE).content.decode()


def test_a_round_does_what_is_due_and_goes(user: User, sandbox: Any) -> None:
    rounds.request_round()
    assert not ListeningRound.objects.exists()
    Followed.objects.create(user=user, service="listenbrainz", name="sandbox-listener")
    rounds.request_round()
    rounds.request_round()
    assert ListeningRound.objects.count() == 1
    row = jobs.claim_next()
    assert isinstance(row, ListeningRound)
    rounds.do_round(row)
    assert not ListeningRound.objects.exists()
    assert Listening.objects.get(user=user).summary["plays"] == len(sandbox.world.songs)


def test_a_round_looks_up_first_what_was_played_most(
    user: User, sandbox: Any, settings: Any
) -> None:
    settings.HISTORY_SONGS_PER_HOUR = 1
    song = sandbox.world.songs[0]
    often = [
        Play(song.artist, song.title, timezone.now() - dt.timedelta(days=day), seconds=200)
        for day in (1, 2)
    ]
    store(user, [play("Lantern", ago=dt.timedelta(days=3)), *often], progress=lambda: None)
    Listening.objects.update(is_paused=False)
    rounds.request_round()
    row = jobs.claim_next()
    assert isinstance(row, ListeningRound)
    rounds.do_round(row)
    looked_up = ListenedSong.objects.exclude(looked_up_at=None)
    assert looked_up.get().title == song.title
