"""Read a listener's whole journal from the database."""

import dataclasses
from typing import Any, TypeVar
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.db.models import Prefetch, Q

from classifier.emotions.effective import effective_of
from classifier.emotions.personal import layer_row
from classifier.files.formats import known_suffix
from classifier.models import Classification, Label, Song
from classifier.serving.results import UNSURE
from journal.archive import schema
from journal.day.feelings import felt_between
from journal.day.pages import preferences_of
from journal.models import Entry, Journal, Phrase
from journal.reminders.models import Reminder
from ml.personal import Layer
from spotify_auth.models import SpotifyConnection, User

R = TypeVar("R")


def snapshot(user: User, *, with_audio: bool) -> schema.Archive:
    """Read everything of `user` that an archive holds; the same journal gives the same archive.

    What is added while it is read may be left out.
    """
    rows = sorted(_songs_of(user), key=_song_key)
    refs = {song.pk: f"song-{number}" for number, song in enumerate(rows, start=1)}
    labels = list(Label.objects.filter(user=user))
    said = {label.song_id: label.emotion for label in labels}
    learnt = layer_row(user.pk)
    return schema.Archive(
        preferences=_copied(schema.ArchivedPreferences, preferences_of(user)),
        phrases=[
            _copied(schema.ArchivedPhrase, row)
            for row in Phrase.objects.filter(owner=user).order_by("text", "pk")
        ],
        songs=[
            _song(
                song,
                user,
                with_audio=with_audio,
                ref=refs[song.pk],
                **_counted(song, said.get(song.pk, ""), learnt.layer),
            )
            for song in rows
        ],
        labels=sorted(
            (
                schema.ArchivedLabel(refs[row.song_id], row.emotion, row.updated_at, row.word)
                for row in labels
                if row.song_id in refs
            ),
            key=lambda label: int(label.song.removeprefix("song-")),
        ),
        days=_days(user, refs),
        learnt=_copied(schema.ArchivedLearnt, learnt),
    )


def _copied(kind: type[R], row: object, **others: Any) -> R:
    """Make a row of an archive of one of ours whose fields have the same names, but for others."""
    names = [each.name for each in dataclasses.fields(kind)]  # type: ignore[arg-type]
    return kind(**{name: getattr(row, name) for name in names if name not in others}, **others)


def account_of(user: User) -> dict[str, Any]:
    """What else is stored of somebody: told, but of no use on another machine."""
    connection = SpotifyConnection.objects.filter(user=user).first()
    return {
        "user_name": user.get_username(),
        "email": user.email,
        "joined": user.date_joined,
        "last_sign_in": user.last_login,
        "spotify_since": connection.consented_at if connection else None,
        "devices": [
            {"signed_in": row.created_at, "address": row.ip, "browser": row.user_agent}
            for row in UserSession.objects.filter(user=user).order_by("created_at")
        ],
        "reminder": _reminder_of(user),
    }


def _reminder_of(user: User) -> dict[str, Any] | None:
    """When and how somebody is reminded: the devices and the calendar stay with this server."""
    reminder = Reminder.objects.filter(user=user).first()
    if reminder is None:
        return None
    return {
        "at": f"{reminder.at:%H:%M}",
        "by_mail": reminder.by_mail,
        "calendar": bool(reminder.calendar_key),
        "devices_since": [row.created_at for row in user.push_devices.all()],
    }


def audio_files(user: User) -> dict[str, Song]:
    """The listener's own files, by the name each has in an archive."""
    songs = Song.objects.filter(owner=user).exclude(audio="").exclude(audio_sha256="")
    return {_audio_name(song): song for song in songs if song.has_audio}


def _songs_of(user: User) -> list[Song]:
    """Own songs, and those of others that the listener answered with or labelled."""
    used = Entry.objects.of(user).exclude(song=None).values("song")
    labelled = Label.objects.filter(user=user).values("song")
    songs = Song.objects.filter(Q(owner=user) | Q(pk__in=used) | Q(pk__in=labelled))
    # how the network saw a clip can be computed again, and would be most of the archive
    readings = Prefetch("classifications", Classification.objects.defer("embedding"))
    return list(songs.prefetch_related(readings))


def _song_key(song: Song) -> tuple[str | int, ...]:
    return (
        song.audio_sha256 if song.owner_id else "",
        song.catalogue_key or "",
        song.spotify_id or "",
        song.deezer_id or 0,
        song.title,
        song.artist,
        song.created_at.isoformat(),
    )


def _song(song: Song, user: User, *, with_audio: bool, **told: Any) -> schema.ArchivedSong:
    is_own = song.owner_id == user.pk
    has_file = with_audio and is_own and bool(song.audio_sha256) and song.has_audio
    return _copied(
        schema.ArchivedSong,
        song,
        sha256=song.audio_sha256 if is_own else "",
        audio=_audio_name(song) if has_file else "",
        catalogue_key=song.catalogue_key or "",
        spotify_id=song.spotify_id or "",
        added_at=song.created_at if is_own else None,
        **told,
    )


def _counted(song: Song, label: str, layer: Layer) -> dict[str, Any]:
    """What a song counts as, who said so, and all that models said."""
    rows = list(song.classifications.all())
    found = effective_of(rows, label=label, layer=layer)
    return {
        "readings": _readings(rows, found.answer),
        "emotion": schema.NOT_SURE if found.emotion == UNSURE else found.emotion,
        "said_by": (schema.YOU if label else schema.MODEL) if found.emotion else "",
    }


def _readings(
    rows: list[Classification], best: Classification | None
) -> list[schema.ArchivedReading]:
    """What models said, the answer that counts first; what came with an archive yields to ours."""
    found: dict[tuple[str, str], schema.ArchivedReading] = {}
    answers = [row for row in rows if row.has_answer]
    answers.sort(
        key=lambda row: (row != best, row.version.endswith(schema.IMPORTED), row.model, row.version)
    )
    for row in answers:
        version = row.version.removesuffix(schema.IMPORTED)
        finished_at = row.finished_at or row.answer_time
        reading = _copied(schema.ArchivedReading, row, version=version, finished_at=finished_at)
        found.setdefault((row.model, version), reading)
    return list(found.values())


def _days(user: User, refs: dict[UUID, str]) -> list[schema.ArchivedDay]:
    felt = {
        day.date: schema.ArchivedFeeling(list(day.emotions), list(day.tags))
        for day in felt_between(user, None, None)
    }
    days: dict[UUID, schema.ArchivedDay] = {
        row.pk: schema.ArchivedDay(row.date, [], felt.get(row.date), is_favourite=row.is_favourite)
        for row in Journal.objects.filter(user=user).order_by("date")
    }
    entries = Entry.objects.of(user).select_related("phrase").order_by("position")
    for row in entries.iterator(chunk_size=2000):
        if row.journal_id not in days:
            continue
        key = (row.phrase.key or "") if row.phrase else ""
        song = refs.get(row.song_id, "") if row.song_id else ""
        entry = _copied(
            schema.ArchivedEntry, row, phrase=row.phrase_text, phrase_key=key, song=song
        )
        days[row.journal_id].entries.append(entry)
    return list(days.values())


def _audio_name(song: Song) -> str:
    return f"{schema.AUDIO_FOLDER}{song.audio_sha256}{known_suffix(str(song.audio.name))}"
