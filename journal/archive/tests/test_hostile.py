"""Archives that somebody made to do harm: each is refused with a sentence, and nothing is kept."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Callable
from typing import Any
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from django.utils import timezone

from classifier.models import Classification, Label, Song
from journal.archive import fields, opening, parsing, schema
from journal.archive.schema import MAIN_MAX_BYTES, PARTS_MAX, part_name
from journal.models import Entry, Journal, Phrase, Preferences, Transfer
from spotify_auth.models import User

Bring = Callable[[User, bytes], Transfer]
HASH = "a" * 64
NOW = "2026-11-20T12:00:00+00:00"
DEEP = 100_000


def pack(files: dict[str, bytes | str], compression: int = ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


def journal(**values: Any) -> dict[str, Any]:
    return {"format": "journify", "version": 1} | values


def packed(**values: Any) -> bytes:
    return pack({"journify.json": json.dumps(journal(**values))})


def song(**values: Any) -> dict[str, Any]:
    return {"ref": "s", "title": "T"} | values


def reading(**values: Any) -> dict[str, Any]:
    return {
        "model": "m",
        "version": "1",
        "emotion": "sad",
        "probabilities": {"sad": 1.0},
        "segments": [],
        "clip_source": "",
        "input": "audio",
        "finished_at": NOW,
    } | values


def entry(**values: Any) -> dict[str, Any]:
    return {"position": 0, "phrase": "P"} | values


def day(*entries: dict[str, Any], date: str = "2026-11-20") -> dict[str, Any]:
    return {"date": date, "entries": list(entries)}


def with_header(data: bytes, **changes: int) -> bytes:
    """Lie in the table of contents."""
    broken = bytearray(data)
    at = broken.rfind(b"PK\x01\x02")
    for offset, value in changes.items():
        width, place = offset.split("_")[1:]
        start = at + int(place)
        broken[start : start + int(width)] = value.to_bytes(int(width), "little")
    return bytes(broken)


def bomb() -> bytes:
    return pack({"journify.json": b"0" * (MAIN_MAX_BYTES + 1)})


def parted(*parts: dict[str, Any], promised: int | None = None) -> bytes:
    """An archive that goes on in further files."""
    files = {
        part_name(number): json.dumps(journal(**part)) for number, part in enumerate(parts, start=1)
    }
    first = journal(**parts[0]) | {"parts": promised or len(parts)}
    return pack(files | {part_name(1): json.dumps(first)})


def many_names() -> bytes:
    """A real table of contents of more than 8 MB."""
    return pack({f"{number:0>2000}": b"" for number in range(4500)})


def locator_of_64_bits() -> bytes:
    data = packed()
    at = data.rfind(opening.END)
    return data[:at] + opening.LOCATOR + b"\0" * 16 + data[at:]


def twice() -> bytes:
    target = io.BytesIO()
    with ZipFile(target, "w") as archive:
        archive.writestr("journify.json", json.dumps(journal()))
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("journify.json", json.dumps(journal()))
    return target.getvalue()


ZIPS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no zip": lambda: b"this is a letter" * 100,
    "only the end": lambda: packed()[-22:],
    "cut off": lambda: packed()[:-10],
    "no journal": lambda: pack({"entries.csv": ""}),
    "bomb": bomb,
    "bomb in the last part": lambda: pack(
        {part_name(1): json.dumps(journal(parts=2)), part_name(2): b" " * (MAIN_MAX_BYTES + 1)}
    ),
    "a part is missing": lambda: parted({}, {}, promised=3),
    "a part is in between missing": lambda: pack(
        {part_name(number): json.dumps(journal(parts=3)) for number in (1, 3)}
    ),
    "a part too many": lambda: parted({}, {}, promised=1),
    "parts without end": lambda: parted(*[{}] * (PARTS_MAX + 1)),
    "the first part is missing": lambda: pack({part_name(2): json.dumps(journal())}),
    "a part of something else": lambda: pack(
        {part_name(1): json.dumps(journal(parts=2)), part_name(2): "{}"}
    ),
    "a song of a later part": lambda: parted({"days": [day(entry(song="s"))]}, {"songs": [song()]}),
    "a song in two parts": lambda: parted({"songs": [song()]}, {"songs": [song()]}),
    "a day in two parts": lambda: parted({"days": [day()]}, {"days": [day()]}),
    "too many days in all": lambda: parted(
        {"days": [day()]}, {"days": [{}] * schema.MOST["days"]}
    ),
    "many files": many_names,
    "64 bit": locator_of_64_bits,
    "twice": twice,
    "bzip2": lambda: pack({"journify.json": json.dumps(journal())}, ZIP_BZIP2),
    "encrypted": lambda: with_header(packed(), at_2_8=1),
    "unknown compression": lambda: with_header(packed(), at_2_10=99),
    "lies of its place": lambda: with_header(packed(), at_4_42=7),
    **{
        f"name {name}": lambda name=name: pack({"journify.json": "{}", name: b"x"})
        for name in (
            "../../etc/cron.d/x", "/etc/passwd", "audio/../../x.mp3", "C:\\x.mp3", "audio\\x.mp3",
            f"audio/{HASH}.mp3/x", f"audio/{HASH.upper()}.mp3", "media/", "audio/x.mp3",
        )
    },
}  # fmt: skip

JSONS: dict[str, str | bytes] = {
    "not json": "{",
    "not text": b"\xff\xfe\x00",
    "a list": "[]",
    "a number": "1",
    "not ours": json.dumps({"format": "other", "version": 1}),
    "from the future": json.dumps(journal() | {"version": 2}),
    "a yes for a version": json.dumps(journal() | {"version": None}),
    "deep": "[" * DEEP + "]" * DEEP,
    "many brackets": "[" + "{}," * fields.CONTAINERS_MAX + "{}]",
    "endless digits": '{"format": "journify", "version": ' + "1" * 10_000 + "}",
    "infinite": '{"format": "journify", "version": 1, "x": Infinity}',
    "too large a number": '{"format": "journify", "version": 1, "x": 1e999}',
}

VALUES: dict[str, dict[str, Any]] = {
    "songs no list": {"songs": {}},
    "song no object": {"songs": [1]},
    "too many days": {"days": [{}] * (schema.MOST["days"] + 1)},
    "two songs one name": {"songs": [song(), song()]},
    "no title": {"songs": [song(title=" ")]},
    "long title": {"songs": [song(title="x" * 201)]},
    "title no text": {"songs": [song(title=["x"])]},
    "nul": {"songs": [song(title="x\0y")]},
    "half a character": {"songs": [song(title="\ud800")]},
    "hash": {"songs": [song(sha256="../" + HASH[:61])]},
    "huge duration": {"songs": [song(duration_ms=2**31)]},
    "duration below none": {"songs": [song(duration_ms=-1)]},
    "duration a half": {"songs": [song(duration_ms=0.5)]},
    "duration a yes": {"songs": [song(duration_ms=True)]},
    "added without a zone": {"songs": [song(added_at="2026-11-20T12:00:00")]},
    "added long ago": {"songs": [song(added_at="0001-01-01T00:00:00+14:00")]},
    "added never": {"songs": [song(added_at="9999-12-31T23:59:59-12:00")]},
    "emotion": {"songs": [song(readings=[reading(emotion="angry")])]},
    "probability": {"songs": [song(readings=[reading(probabilities={"sad": 1.1})])]},
    "unknown probability": {"songs": [song(readings=[reading(probabilities={"x": 0.1})])]},
    "unknown finer word": {"songs": [song(readings=[reading(word_odds={"x": 0.1})])]},
    "tags that say too much": {"songs": [song(readings=[reading(word_odds={"tender": 51})])]},
    "segment": {"songs": [song(readings=[reading(segments=[{"start": 0}])])]},
    "reading without a time": {"songs": [song(readings=[reading(finished_at=None)])]},
    "input": {"songs": [song(readings=[reading(input="guess")])]},
    "label of no song": {"labels": [{"song": "x", "emotion": "sad", "changed_at": NOW}]},
    "label with another emotion's word": {
        "songs": [song()],
        "labels": [{"song": "s", "emotion": "sad", "word": "tender", "changed_at": NOW}],
    },
    "label of no emotion": {
        "songs": [song()], "labels": [{"song": "s", "emotion": "", "changed_at": NOW}],
    },
    "day without a date": {"days": [{"entries": []}]},
    "day in time to come": {"days": [day(date="2999-01-01")]},
    "day of the first year": {"days": [day(date="0001-01-01")]},
    "one day twice": {"days": [day(), day()]},
    "one place twice": {"days": [day(entry(), entry())]},
    "place": {"days": [day(entry(position=-1))]},
    "place too high": {"days": [day(entry(position=10**17))]},
    "long phrase": {"days": [day(entry(phrase="x" * 141))]},
    "long note": {"days": [day(entry(note="x" * 2001))]},
    "somebody's song by its key": {
        "days": [day(entry(song="5f0e9c9e-6f0e-4b51-9a92-0d2a4fd8a0b5"))],
    },
    "many entries": {"days": [day(*[entry(position=n) for n in range(schema.MOST_OF_A_DAY + 1)])]},
    "zone": {"preferences": {"time_zone": "../../etc/passwd"}},
    "phrases a day": {"preferences": {"phrases_per_day": 25}},
    "theme": {"preferences": {"theme": "pink"}},
    "phrases at once": {"preferences": {"large_phrases": 13}},
    "feeling": {"days": [{"date": "2026-11-01", "felt": {"emotions": ["angry"]}}]},
    "the same feeling": {"days": [{"date": "2026-11-01", "felt": {"emotions": ["sad", "sad"]}}]},
    "three feelings": {
        "days": [{"date": "2026-11-01", "felt": {"emotions": ["sad", "calm", "happy"]}}]
    },
    "tags": {"days": [{"date": "2026-11-01", "felt": {"tags": ["two, in one"]}}]},
    "a tag that is none": {"days": [{"date": "2026-11-01", "felt": {"tags": [3]}}]},
    "a long tag": {"days": [{"date": "2026-11-01", "felt": {"tags": ["x" * 41]}}]},
    "what was learned": {"learnt": {"arousal": 51.0}},
    "a strength over all": {"learnt": {"strength": 1.5}},
    "no scale": {"learnt": {"scale": 0.0}},
    "a number that is none": {"learnt": {"valence": "much"}},
    "empty phrase": {"phrases": [{"text": ""}]},
    "missing audio": {"songs": [song(sha256=HASH, audio=f"audio/{HASH}.mp3")]},
    "audio elsewhere": {"songs": [song(sha256=HASH, audio="../../secret_key")]},
}  # fmt: skip


def expect_refusal(user: User, row: Transfer) -> None:
    assert row.status == "failed"
    assert row.error.endswith(".")
    assert "went wrong" not in row.error, "an accident, not a refusal"
    assert not row.file
    for model in (Song, Journal, Entry, Label, Phrase, Classification):
        assert not model.objects.exists()


@pytest.mark.parametrize("name", ZIPS)
def test_a_crafted_zip_is_refused(user: User, bring: Bring, name: str) -> None:
    expect_refusal(user, bring(user, ZIPS[name]()))


@pytest.mark.parametrize("name", JSONS)
def test_json_that_is_no_journal_is_refused(user: User, bring: Bring, name: str) -> None:
    expect_refusal(user, bring(user, pack({"journify.json": JSONS[name]})))


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_cannot_be_is_refused(user: User, bring: Bring, name: str) -> None:
    expect_refusal(user, bring(user, packed(**VALUES[name])))


def test_a_bomb_is_not_unpacked(user: User, bring: Bring, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    plain = zipfile.ZipExtFile.read

    def counted(self: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        block = plain(self, n)
        read.append(len(block))
        return block

    monkeypatch.setattr(zipfile.ZipExtFile, "read", counted)
    bring(user, pack({"journify.json": b"0" * (4 * MAIN_MAX_BYTES)}))
    assert sum(read) <= MAIN_MAX_BYTES + opening.BLOCK_BYTES


def test_more_answers_than_a_life_has_are_refused(
    user: User, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parsing, "MOST_ENTRIES", 3)
    two = [entry(position=number) for number in range(2)]
    days = [{"days": [day(*two, date=f"2026-11-{number}")]} for number in (19, 20)]
    expect_refusal(user, bring(user, parted(*days)))
    assert bring(user, parted(days[0])).status == "done"


def test_a_name_that_is_no_text_is_refused(user: User, bring: Bring) -> None:
    """The table of contents is in order, the header before the file is not."""
    data = bytearray(packed())
    at = data.find(b"journify.json")
    data[at] = 0xFF
    for header, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.find(header) + flags + 1] |= 0x08  # names are UTF-8
    row = bring(user, bytes(data))
    assert row.status == Transfer.Status.FAILED
    assert row.error == "This archive is damaged."


def test_a_file_that_is_not_what_it_is_called_is_refused(user: User, bring: Bring) -> None:
    rows = [song(sha256=HASH, audio=f"audio/{HASH}.mp3")]
    data = pack(
        {
            "journify.json": json.dumps(journal(songs=rows)),
            f"audio/{HASH}.mp3": b"something else",
        }
    )
    row = bring(user, data)
    assert row.error == "An audio file in this archive is not what its name says."
    assert not Song.objects.exclude(audio="").exists()


def test_what_is_no_audio_is_left_out_and_told(user: User, bring: Bring) -> None:
    digest = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"  # of "test"
    rows = [song(sha256=digest, audio=f"audio/{digest}.html")]
    row = bring(
        user,
        pack(
            {
                "journify.json": json.dumps(journal(songs=rows)),
                f"audio/{digest}.html": b"test",
            }
        ),
    )
    assert (row.status, row.counts) == ("done", {"songs": 1, "refused": 1})
    assert Song.objects.get().audio == ""


def test_links_lead_to_the_platforms_only(user: User, bring: Bring) -> None:
    row = song(spotify_url="javascript:alert(1)", deezer_url="https://www.deezer.com.evil.example/")
    bring(user, packed(songs=[row]))
    kept = Song.objects.get()
    assert (kept.spotify_url, kept.deezer_url) == ("", "")


def test_nobody_elses_rows_can_be_reached(user: User, stranger: User, bring: Bring) -> None:
    theirs = Song.objects.create(owner=stranger, title="Theirs", audio_sha256=HASH)
    bring(user, packed(songs=[song(sha256=HASH)], days=[day(entry(song="s"))]))
    assert Entry.objects.get().song != theirs
    assert Song.objects.filter(owner=stranger).count() == 1


def test_an_empty_journal_is_one(user: User, bring: Bring) -> None:
    assert bring(user, packed()).status == "done"
    assert Preferences.objects.get(user=user).phrases_per_day == 12


def test_noise_never_ends_in_an_accident(user: User, bring: Bring) -> None:
    """Bytes of a good archive are changed at random."""
    chance = random.Random(7)  # noqa: S311 -- noise, not a secret
    good = packed(
        songs=[song(readings=[reading()])],
        labels=[{"song": "s", "emotion": "sad", "changed_at": NOW}],
        days=[day(entry(song="s", note="n", answered_at=timezone.now().isoformat()))],
    )
    for _ in range(200):
        data = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        assert "went wrong" not in bring(user, bytes(data)).error
