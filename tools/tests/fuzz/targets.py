"""What is fuzzed, and what must hold of each: an answer that can be used, or an error of ours."""

import csv
import dataclasses
import datetime as dt
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from typing import Any
from unittest import mock

import requests
from django.test import RequestFactory, override_settings
from hypothesis import strategies as st

from classifier.files.naming import title_from
from classifier.models import Song
from classifier.sources import deezer, features, itunes
from classifier.terminal.tables import read_table
from journal.picker import platforms
from journify.limits.addresses import client_address, network_of
from journify.outbound import limits, session
from journify.outbound.errors import PlatformError, UnsafeAddressError
from journify.outbound.previews import require_allowed
from journify.web.ranges import RANGE, _bounds
from ml.audio.decoding import Decoder
from ml.clip import Clip
from ml.errors import ClipError
from spotify_auth.web_api import accounts
from spotify_auth.web_api.client import call_api
from spotify_auth.web_api.records import Artist, Profile, SpotifyPlay, Track
from tools.tests.fuzz.answers import ODD, bodies
from tools.tests.fuzz.archives import archives, check_archive
from tools.tests.hostile.broken import sound_files

LARGEST = 2**31 - 1
STATUSES = st.sampled_from((200, 200, 200, 200, 201, 204, 301, 400, 401, 403, 404, 429, 500, 503))

Check = Callable[[Any], None]


@dataclasses.dataclass(frozen=True)
class Target:
    """One thing to fuzz: what to draw, and what to do with it."""

    strategy: st.SearchStrategy[Any]
    check: Check


@contextmanager
def answering(body: bytes, status: int, headers: dict[str, str] | None = None) -> Iterator[None]:
    """Have every platform give this answer, without a network, a database or a wait."""
    response = requests.Response()
    response.status_code, response._content = status, body
    response.headers.update(headers or {})
    with ExitStack() as stack:
        fake = mock.Mock(spec=requests.Session)
        fake.request.return_value = response
        for where, name, value in (
            (session, "_session", lambda: fake),
            (session, "_require_name", lambda *_a, **_o: None),
            (limits, "acquire", lambda *_a, **_o: None),
            (limits, "block", lambda *_a, **_o: None),
            (session.time, "sleep", lambda _seconds: None),
        ):
            stack.enter_context(mock.patch.object(where, name, value))
        yield


def _usable(value: Any) -> None:
    """Assert that a page can show and any database can keep what a parser made."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            _usable_field(field.name, getattr(value, field.name))
    elif isinstance(value, list | tuple):
        for item in value:
            _usable(item)


def _usable_field(name: str, value: Any) -> None:
    if isinstance(value, str):
        value.encode("utf-8")
        assert "\x00" not in value, name
        if name in {"url", "link", "preview", "artwork_url", "picture_url"}:
            assert not value or value.startswith("https://"), (name, value)
    elif isinstance(value, int) and name == "duration_ms":
        assert 0 <= value <= LARGEST, value
    else:
        _usable(value)


def _platform(call: Callable[[], Any], check_result: Check = _usable) -> Check:
    """Have a platform give the answer that was drawn; its client may refuse it, and only that."""

    def check(drawn: tuple[bytes, int, dict[str, str]]) -> None:
        with answering(*drawn), suppress(PlatformError):
            check_result(call())

    return check


def _reading(parse: Callable[[Any], Any]) -> Check:
    """Check a parser of one object, as its caller calls it: within `Platform.reading`."""

    def call() -> Any:
        found = call_api("GET", "/v1/x", lambda _rejected: "token")
        with session.Platform("spotify").reading():
            return parse(found)

    return _platform(call)


def _song() -> Song:
    return Song(title="Harder", artist="Daft Punk", spotify_id="abc", isrc="GBDUW0000059")


def _answers(platform: str) -> st.SearchStrategy[Any]:
    waits = st.sampled_from(("", "1", "-1", "9" * 400, "inf", "nan", "Wed, 32 Nov", "\x00"))
    headers = waits.map(lambda wait: {"Retry-After": wait} if wait else {})
    return st.tuples(bodies(platform), STATUSES, headers)


def _finite(found: Any) -> None:
    for value in found.values():
        assert abs(float(value)) <= features.LARGEST_NUMBER


def _tokens(tokens: Any) -> None:
    assert isinstance(tokens.access_token, str)
    assert tokens.expires_at.tzinfo is dt.UTC


def _address(url: str) -> None:
    with suppress(UnsafeAddressError):
        require_allowed("deezer", url, deezer.PREVIEW_HOSTS)
        host = requests.utils.urlparse(requests.Request("GET", url).prepare().url).hostname
        assert host.endswith(".dzcdn.net"), url


def _title(name: str) -> None:
    title = title_from(name)
    assert 0 < len(title) <= 200
    assert all(char.isprintable() or char == "\u3000" or char.isspace() for char in title), title


def _table(rows: list[list[str]]) -> None:
    with NamedTemporaryFile("w", suffix=".csv", newline="", errors="replace") as file:
        csv.writer(file).writerows([["energy", "valence"], *rows])
        file.flush()
        with suppress(ValueError):
            read_table(Path(file.name))


def _range(header: str) -> None:
    match = RANGE.fullmatch(header)
    if match and match[0] != "bytes=-":
        first, last = _bounds(match[1], match[2], 1000)
        assert first >= 0
        assert last <= 999


def _forwarded(drawn: tuple[str, str]) -> None:
    header, remote = drawn
    request = RequestFactory().get("/", REMOTE_ADDR=remote)
    request.META["HTTP_X_FORWARDED_FOR"] = header
    with override_settings(TRUSTED_PROXIES=1):
        assert network_of(client_address(request))


def _pasted(text: str) -> None:
    offered = mock.patch.object(platforms, "available", return_value=["deezer"])
    with answering(b"{}", 404), offered:
        found = platforms.find(mock.Mock(), text, platform="deezer", offset=0)
        assert found is not None


texts = st.text(max_size=80) | st.sampled_from([str(odd) for odd in ODD])
urls = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(("https://", "http://", "HTTPS://", "//", "file://", "https:", "\thttps://")),
    st.sampled_from(("", "a@", "a:b@", "evil.example\\@", "%00", "evil.example#", "evil.example?")),
    st.sampled_from((".dzcdn.net", "x.dzcdn.net", "dzcdn.net", "127.0.0.1", "[::1]", "0x7f.1"))
    | texts,
    st.sampled_from(("", "/", ":443/", ":8443/", ".evil.example/", "%2eevil.example", "\\.x/"))
    | texts,
)

TARGETS: dict[str, Target] = {
    "deezer-search": Target(
        _answers("deezer"), _platform(lambda: deezer.DeezerClient().search("q", limit=5)[0])
    ),
    "deezer-track": Target(_answers("deezer"), _platform(lambda: deezer.DeezerClient().track(1))),
    "itunes-search": Target(_answers("itunes"), _platform(lambda: itunes._search("q"))),
    "itunes-match": Target(
        _answers("itunes"),
        _platform(lambda: itunes.best_match(_song(), itunes._search("q"))),
    ),
    "reccobeats": Target(
        _answers("reccobeats"), _platform(lambda: features.SOURCES["reccobeats"](_song()), _finite)
    ),
    "spotify-token": Target(_answers("spotify"), _platform(features._app_token)),
    "spotify-refresh": Target(
        _answers("spotify"), _platform(lambda: accounts.refresh("old"), _tokens)
    ),
    "spotify-tracks": Target(
        _answers("spotify"),
        _reading(lambda found: [Track.from_json(item) for item in found["tracks"]["items"]]),
    ),
    "spotify-artist": Target(
        _answers("spotify"), _reading(lambda found: Artist.from_json(found["tracks"]["items"][0]))
    ),
    "spotify-profile": Target(_answers("spotify"), _reading(Profile.from_json)),
    "spotify-play": Target(
        _answers("spotify"),
        _reading(
            lambda found: SpotifyPlay.from_json(
                {"track": found["tracks"]["items"][0], "played_at": found["played_at"]}
            )
        ),
    ),
    "preview-address": Target(urls, _address),
    "pasted-link": Target(texts | urls, _pasted),
    "file-name": Target(texts, _title),
    "track-table": Target(st.lists(st.lists(texts, max_size=4), max_size=4), _table),
    "range-header": Target(st.from_regex(r"\A(bytes=)?[0-9]*-?[0-9]*\Z") | texts, _range),
    "forwarded-for": Target(st.tuples(texts, texts), _forwarded),
    "archive": Target(archives(), check_archive),
}


class DecodeTarget:
    """Mutated audio through the decoder's child process; it may refuse, and only that.

    `crashes`: how often FFmpeg took its process with it: contained, but worth knowing.
    """

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.sound = list(sound_files().values())
        self.decoder = Decoder()
        self.decoder.start()
        self.crashes = self.refusals = self.runs = 0

    def run(self, count: int) -> None:
        """Mutate a file and have it decoded, so many times."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / "fuzzed"
            for _ in range(count):
                path.write_bytes(self._mutated())
                self._decode(path)

    def _decode(self, path: Path) -> None:
        self.runs += 1
        try:
            clip = self.decoder.load(path)
            assert isinstance(clip, Clip)
            assert len(clip.samples) > 0
        except ClipError as error:
            self.refusals += 1
            self.crashes += error.code in {"crashed", "too-slow"}
            if not str(error).endswith("."):
                raise AssertionError(f"no sentence: {error}") from error

    def _mutated(self) -> bytes:
        content = bytearray(self.chance.choice(self.sound))
        for _ in range(self.chance.choice((1, 2, 5, 20, 100, 1000))):
            self._mutate(content)
        return bytes(content)

    def _mutate(self, content: bytearray) -> None:
        at = self.chance.randrange(len(content) + 1)
        kind = self.chance.randrange(6)
        if kind <= 2 and at < len(content):
            content[at] = self.chance.choice((0, 0xFF, 0x80, self.chance.randrange(256)))
        elif kind == 3:
            content[at:at] = self.chance.randbytes(self.chance.choice((1, 4, 64)))
        elif kind == 4 and len(content) > 1000:
            del content[at : at + self.chance.choice((1, 4, 64, 4096))]
        else:
            start = self.chance.randrange(max(1, len(content)))
            content[at:at] = content[start : start + self.chance.choice((8, 256))]
