"""Links to songs as people paste them: with words around them, shortened, of any service."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from journify.outbound.errors import PlatformError
from journify.outbound.fields import isrc_of
from journify.outbound.redirects import follow_redirects

SPOTIFY, DEEZER, MUSICBRAINZ = "spotify", "deezer", "musicbrainz"

# An address in a text; without a scheme only where the host is one that we know.
ADDRESS = re.compile(
    r"(?P<scheme>[a-z][a-z.+-]*://)?(?P<host>(?:[a-z0-9-]+\.)+[a-z]{2,})"
    r"(?::\d+)?(?P<path>(?:[/?#][^\s<>\"“”«»]*)?)",
    re.IGNORECASE,
)
URI = re.compile(r"\b(spotify|deezer):(\w+):(\w+)\b", re.IGNORECASE)
ISRC_GIVEN = re.compile(r"\s*(?:isrc\s*[:#]?\s*)?([\w\s-]{12,18})\s*", re.IGNORECASE)

NAMES = {
    SPOTIFY: "Spotify",
    DEEZER: "Deezer",
    "apple": "Apple Music",
    "youtube": "YouTube",
    "amazon": "Amazon Music",
    "tidal": "TIDAL",
    "soundcloud": "SoundCloud",
    "bandcamp": "Bandcamp",
    "qobuz": "Qobuz",
    "shazam": "Shazam",
    "lastfm": "Last.fm",
    MUSICBRAINZ: "MusicBrainz",
}
# Hosts, or what their names end in, and whose they are; the short ones stand first.
SHORT_HOSTS = {
    "spotify.link": SPOTIFY,
    "spotify.app.link": SPOTIFY,
    "spoti.fi": SPOTIFY,
    "link.deezer.com": DEEZER,
    "deezer.page.link": DEEZER,
    "dzr.page.link": DEEZER,
}
HOSTS = {
    "open.spotify.com": SPOTIFY,
    "play.spotify.com": SPOTIFY,
    "deezer.com": DEEZER,
    "music.apple.com": "apple",
    "itunes.apple.com": "apple",
    "apple.co": "apple",
    "youtube.com": "youtube",
    "youtu.be": "youtube",
    "tidal.com": "tidal",
    "soundcloud.com": "soundcloud",
    "bandcamp.com": "bandcamp",
    "qobuz.com": "qobuz",
    "shazam.com": "shazam",
    "last.fm": "lastfm",
    "musicbrainz.org": MUSICBRAINZ,
}
# What a song's address has in its path.
TRACKS = {
    SPOTIFY: re.compile(r"/track/([0-9A-Za-z]{22})(?![0-9A-Za-z])"),
    DEEZER: re.compile(r"/track/(\d{1,12})(?!\d)"),
}


@dataclass(frozen=True)
class Link:
    """A link that was found in what somebody typed.

    `service`: key of `NAMES`, or the host where we do not know it; `track`: the song's id there;
    empty for an album, a playlist or something else; `short`: the address, where it is a short one
    that has to be followed first.
    """

    service: str
    track: str = ""
    short: str = ""

    @property
    def name(self) -> str:
        return NAMES.get(self.service, self.service)


def read_link(text: str) -> Link | None:
    """Find the first link in `text`; None where there is none, and the words are to be searched."""
    if match := URI.search(text):
        service = match[1].casefold()
        found = TRACKS[service].search(f"/{match[2].casefold()}/{match[3]}")
        return Link(service, found[1] if found else "")
    links = (_link_of(match) for match in ADDRESS.finditer(text))
    return next((link for link in links if link is not None), None)


def read_isrc(text: str) -> str:
    """Return the ISRC that is all of `text`, however it is written; else nothing."""
    match = ISRC_GIVEN.fullmatch(text)
    return isrc_of(match[1]) if match else ""


def resolved(link: Link) -> Link:
    """Follow a short link to the one that it stands for.

    Raises ShortLinkError: it cannot be followed; the error says what the listener can do.
    """
    if not link.short:
        return link
    hosts = [host for host, service in SHORT_HOSTS.items() if service == link.service]
    hosts += [f".{host}" for host, service in HOSTS.items() if service == link.service]
    hosts += [host for host, service in HOSTS.items() if service == link.service]
    try:
        goal = follow_redirects(f"{link.service}-links", link.short, hosts=hosts, is_goal=_is_song)
    except PlatformError as error:
        raise ShortLinkError(link.service, retry_after=error.retry_after) from None
    return read_link(goal) or link


class ShortLinkError(PlatformError):
    message = _(
        "This short link of %(name)s could not be followed. Open it, wait until the song is "
        "shown, and copy the address from there; or search for the song by its title."
    )


def no_song(link: Link) -> str:
    """Say what to do with a link to an album, a playlist or something else."""
    return _(
        "This is no link to one song. At %(name)s open the song itself, then choose “Share” and "
        "“Copy link”."
    ) % {"name": link.name}


def not_here(link: Link) -> str:
    """Say what to do with a link of a service that cannot be asked here."""
    return _(
        "Links of %(name)s cannot be opened here. Search for the song by its title and artist "
        "instead."
    ) % {"name": link.name}


def _link_of(match: re.Match[str]) -> Link | None:
    host, path = match["host"].casefold(), match["path"]
    if host in SHORT_HOSTS and path.strip("/"):
        return Link(SHORT_HOSTS[host], short=f"https://{host}{path}")
    service = _service_of(host)
    if service is None or not (match["scheme"] or path.strip("/")):
        return Link(host) if match["scheme"] else None  # "will.i.am" is an artist
    found = TRACKS[service].search(urlsplit(path).path) if service in TRACKS else None
    return Link(service, found[1] if found else "")


def _service_of(host: str) -> str | None:
    if re.fullmatch(r"(?:.+\.)?music\.amazon\.[a-z.]+", host):
        return "amazon"
    known = (name for name in HOSTS if host == name or host.endswith(f".{name}"))
    return HOSTS.get(next(known, ""))


def _is_song(url: str) -> bool:
    link = read_link(url)
    return link is not None and bool(link.track)
