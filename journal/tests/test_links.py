"""Links to songs as people paste them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from journal import services
from journal.models import Entry
from journal.picker.links import Link, ShortLinkError, read_isrc, read_link, resolved
from journal.tests.factories import EntryFactory
from journify.outbound.errors import PlatformError
from journify.outbound.redirects import follow_redirects
from journify.tests.sandbox import Sandbox
from spotify_auth.models import User
from tools.sandbox.catalogue import SandboxSong

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

ID = "4uLU6hMCjMI75M1A2tKUQC"


@pytest.mark.parametrize(
    "text",
    [
        f"https://open.spotify.com/track/{ID}",
        f"HTTPS://OPEN.SPOTIFY.COM/track/{ID}",
        f"http://open.spotify.com/track/{ID}",
        f"open.spotify.com/track/{ID}",
        f"https://open.spotify.com/track/{ID}?si=0123456789abcdef&context=x",
        f"https://open.spotify.com/intl-de/track/{ID}?si=1",
        f"https://open.spotify.com/embed/track/{ID}",
        f"https://play.spotify.com/track/{ID}#0:30",
        f"spotify:track:{ID}",
        f"Spotify:Track:{ID}",
        f"Listen to this: https://open.spotify.com/track/{ID}. It is great!",
        f"“Lantern” – https://open.spotify.com/track/{ID}?si=1\n\nSent from my phone",
        f"<https://open.spotify.com/track/{ID}>",
    ],
)
def test_a_song_of_spotify(text: str) -> None:
    assert read_link(text) == Link("spotify", ID)


@pytest.mark.parametrize(
    "text",
    [
        "https://www.deezer.com/track/3135556",
        "https://deezer.com/track/3135556",
        "HTTPS://WWW.DEEZER.COM/DE/TRACK/3135556".replace("TRACK", "track"),
        "www.deezer.com/us/track/3135556?utm_source=x",
        "https://www.deezer.com/en/track/3135556/",
        "https://widget.deezer.com/widget/dark/track/3135556",
        "deezer://www.deezer.com/track/3135556",
        "deezer:track:3135556",
        "Hör mal: https://www.deezer.com/track/3135556, sehr schön",
    ],
)
def test_a_song_of_deezer(text: str) -> None:
    assert read_link(text) == Link("deezer", "3135556")


@pytest.mark.parametrize(
    ("text", "service", "address"),
    [
        ("https://link.deezer.com/s/31abcDEF", "deezer", "https://link.deezer.com/s/31abcDEF"),
        ("link.deezer.com/s/31abc", "deezer", "https://link.deezer.com/s/31abc"),
        ("http://deezer.page.link/AbC1", "deezer", "https://deezer.page.link/AbC1"),
        ("HTTPS://dzr.page.link/AbC1", "deezer", "https://dzr.page.link/AbC1"),
        ("Look: https://spotify.link/AbC1 :)", "spotify", "https://spotify.link/AbC1"),
        ("https://spotify.app.link/AbC1?x=1", "spotify", "https://spotify.app.link/AbC1?x=1"),
    ],
)
def test_a_short_link_is_known_for_one(text: str, service: str, address: str) -> None:
    assert read_link(text) == Link(service, short=address)


@pytest.mark.parametrize(
    ("text", "service"),
    [
        (f"https://open.spotify.com/album/{ID}", "spotify"),
        (f"spotify:playlist:{ID}", "spotify"),
        ("https://www.deezer.com/de/album/1", "deezer"),
        ("https://music.apple.com/de/album/lantern/1440806041?i=1440806768", "apple"),
        ("https://geo.music.apple.com/us/song/lantern/1440806768", "apple"),
        ("https://youtu.be/dQw4w9WgXcQ?si=x", "youtube"),
        ("music.youtube.com/watch?v=dQw4w9WgXcQ", "youtube"),
        ("https://on.soundcloud.com/AbC1", "soundcloud"),
        ("https://listen.tidal.com/track/1", "tidal"),
        ("https://music.amazon.de/albums/B01?trackAsin=B02", "amazon"),
        ("https://mira.bandcamp.com/track/lantern", "bandcamp"),
        ("https://www.shazam.com/track/1/lantern", "shazam"),
        ("https://somewhere.example/track/1", "somewhere.example"),
    ],
)
def test_any_other_link_is_known_for_one_without_a_song(text: str, service: str) -> None:
    assert read_link(text) == Link(service)


@pytest.mark.parametrize(
    "text",
    ["queen bohemian", "will.i.am scream", "t.A.T.u.", "R.E.M. / Losing", "AC/DC", "last.fm", "…"],
)
def test_words_are_no_link(text: str) -> None:
    assert read_link(text) is None


@given(st.text(max_size=60))
def test_whatever_is_typed_is_read(text: str) -> None:
    read_link(text)
    read_isrc(text)


@pytest.mark.parametrize(
    "text",
    ["QZJFY2600001", "qzjfy2600001", "QZ-JFY-26-00001", " qz jfy 26 00001 ", "isrc qzjfy2600001",
     "ISRC: QZ-JFY-26-00001"],
)  # fmt: skip
def test_an_isrc_is_read_however_it_is_written(text: str) -> None:
    assert read_isrc(text) == "QZJFY2600001"


@pytest.mark.parametrize("text", ["bohemianrhap", "QZJFY260000", "QZJFY26000011", "1234567890123"])
def test_other_words_are_no_isrc(text: str) -> None:
    assert read_isrc(text) == ""


@pytest.mark.django_db
class TestShortLinks:
    @pytest.mark.parametrize("host", ["link.deezer.com", "deezer.page.link", "dzr.page.link"])
    def test_of_deezer_are_followed(self, host: str, sandbox: Sandbox) -> None:
        assert resolved(Link("deezer", short=f"https://{host}/31")) == Link("deezer", "31")
        assert sandbox.paths("deezer") == []

    @pytest.mark.parametrize("host", ["spotify.link", "spotify.app.link"])
    def test_of_spotify_are_followed(self, host: str, sandbox: Sandbox) -> None:
        assert resolved(Link("spotify", short=f"https://{host}/{ID}")) == Link("spotify", ID)

    @pytest.mark.parametrize("key", ["elsewhere", "inside", "album", "nowhere", "loop", "page"])
    def test_are_not_followed_elsewhere(self, key: str, sandbox: Sandbox) -> None:
        with pytest.raises(ShortLinkError, match="copy the address from there"):
            resolved(Link("deezer", short=f"https://link.deezer.com/{key}"))
        assert len(sandbox.paths("short-links")) <= 5

    def test_are_not_followed_offline(self, sandbox: Sandbox, settings: SettingsWrapper) -> None:
        settings.OFFLINE = True
        with pytest.raises(ShortLinkError, match="copy the address from there"):
            resolved(Link("deezer", short="https://link.deezer.com/31"))
        assert sandbox.world.requests == []

    def test_only_https_and_named_hosts_are_asked(
        self, sandbox: Sandbox, settings: SettingsWrapper
    ) -> None:
        for url in ("https://evil.example/s/1", "https://link.deezer.com.evil.example/1"):
            with pytest.raises(PlatformError):
                follow_redirects("deezer-links", url, hosts=["link.deezer.com"], is_goal=bool)
        assert sandbox.world.requests == []


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user, song=None, answered_at=None)


def told(client: Client, entry: Entry, query: str) -> str:
    """What the picker shows for a query, without a script."""
    path = reverse("journal:picker", args=[entry.pk])
    return client.get(path, {"q": query}).content.decode()


class TestInThePicker:
    @pytest.fixture
    def there(self, sandbox: Sandbox, settings: SettingsWrapper, user: User) -> SandboxSong:
        settings.DEEZER_SEARCH = True
        services.save_preferences(user, search="outside")
        return sandbox.world.songs[3]

    @pytest.mark.parametrize("form", ["{}", "isrc: {}"])
    def test_an_isrc_finds_its_song(
        self, form: str, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        dashed = "-".join([there.isrc[:2], there.isrc[2:5], there.isrc[5:7], there.isrc[7:]])
        page = told(listener, entry, form.format(dashed.lower()))
        assert f'value="deezer:{there.deezer_id}"' in page

    def test_a_short_link_finds_its_song(
        self, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        page = told(listener, entry, f"Look! https://link.deezer.com/s/{there.deezer_id} :)")
        assert f'value="deezer:{there.deezer_id}"' in page

    def test_a_short_link_that_leads_nowhere_says_what_to_do(
        self, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        assert "copy the address" in told(listener, entry, "https://link.deezer.com/s/page")

    @pytest.mark.parametrize(
        ("link", "name"),
        [
            ("https://music.apple.com/de/album/lantern/1?i=2", "Apple Music"),
            ("https://youtu.be/dQw4w9WgXcQ", "YouTube"),
        ],
    )
    def test_other_services_say_what_to_do(
        self, link: str, name: str, listener: Client, entry: Entry, there: SandboxSong
    ) -> None:
        page = told(listener, entry, link)
        assert f"Links of {name} cannot be opened here" in page
        assert "by its title and artist" in page

    @pytest.mark.parametrize(
        "link", ["https://www.deezer.com/track/1", "https://link.deezer.com/s/1", "QZJFY2600001"]
    )
    def test_without_any_platform_it_is_said_as_well(
        self, link: str, listener: Client, entry: Entry, sandbox: Sandbox, settings: SettingsWrapper
    ) -> None:
        settings.SPOTIFY_ENABLED = settings.DEEZER_SEARCH = False
        assert "by its title and artist" in told(listener, entry, link)
        assert sandbox.world.requests == []
