"""Is this the song we mean? The rule by which another platform's song is taken for ours.

What must agree:

- the song's **name**, however it is spelled (`names`): case, accents, ligatures, width, dots,
  apostrophes, "&" for "and", letters drawn as signs (P!nk, Ke$ha), "The X" for "X", stars in rude
  words, and another script where one side is Latin. A slip of the pen passes only where the length
  agrees, too.
- the **version** (`versions`): live, karaoke, instrumental, a cappella, tribute, cover, acoustic,
  demo, sped up, slowed, with an effect (8D, reverb), remix or mash-up, extended, a part of it, a
  new recording, and any other version, mix or edit are the song only if the title that we look for
  says so as well; if both say who mixed it or where it was played, they share a word of that.
- the **artists**: all of them in any order, or only some if the one who is named first is among
  them. Guests may stand in the title or with the artists. Names count whole: to share "the", "and"
  or a first name is not enough.
- the **length**, within three seconds, where both are known.

What may differ: remaster, mono or stereo, deluxe or bonus, explicit or clean, single, album, radio
edit and a year's mix (these differ in length, if at all), "from the film …", guests left out, and a
subtitle in brackets that one side leaves out, unless it says which part it is.
"""

import re
from collections.abc import Iterable
from typing import Protocol, TypeVar

from classifier.sources.names import ARTIST_ALIKE, compact, is_misspelt, is_same_name, plain
from classifier.sources.versions import Title, kinds_of, read_title

LENGTH_TOLERANCE_MS = 3000

# Between several artists. Only a list, never "and", which many bands have in their name, holds
# artists of whom the first may be left out.
LISTS = re.compile(r"\s*[,;|•·、，；]\s*")
JOINS = re.compile(
    r"\s*[&＆/]\s*|\s+(?:\+|x|×|and|und|feat\.?|ft\.?|featuring|with|vs\.?|versus|pres\.?|presents)\s+",
    re.IGNORECASE,
)
ARTICLE_LAST = re.compile(r"^([^,]+),\s*(the|die|der|das|les|los|las)$", re.IGNORECASE)
DISAMBIGUATION = re.compile(r"\s*[(\[][^)\]]*[)\]]\s*$")


class Candidate(Protocol):
    """A song as a platform lists it."""

    @property
    def title(self) -> str: ...
    @property
    def artist(self) -> str: ...
    @property
    def duration_ms(self) -> int | None:
        """None where the platform does not say."""


Found = TypeVar("Found", bound=Candidate)


def best_match(song: Candidate, candidates: Iterable[Found]) -> Found | None:
    """Return the candidate that is `song`: the same title and the nearest length first."""

    def distance(each: Found) -> tuple[bool, int]:
        is_other_title = compact(each.title) != compact(song.title)
        return is_other_title, abs((each.duration_ms or 0) - (song.duration_ms or 0))

    return min((each for each in candidates if is_same(song, each)), key=distance, default=None)


def is_same(song: Candidate, other: Candidate) -> bool:
    """Whether `other` is `song`, by the rule above."""
    wanted, found = read_title(song.title), read_title(other.title)
    one, two = song.duration_ms or 0, other.duration_ms or 0
    is_length_known = bool(one and two)
    if is_length_known and abs(one - two) > LENGTH_TOLERANCE_MS:
        return False
    if wanted.whole != found.whole:
        if not _is_same_version(wanted, found):
            return False
        if not _is_same_title(wanted, found, may_be_misspelt=is_length_known):
            return False
    if not song.artist:
        return not kinds_of(plain(other.artist))  # "Karaoke Hits", "Queen Tribute Band"
    return _are_same_artists(song.artist, wanted.guests, other.artist, found.guests)


def _is_same_version(wanted: Title, found: Title) -> bool:
    is_told_apart = wanted.details and found.details and not wanted.details & found.details
    return wanted.kinds == found.kinds and not is_told_apart


def _is_same_title(wanted: Title, found: Title, *, may_be_misspelt: bool) -> bool:
    whole = " ".join([wanted.name, *wanted.subtitles]), " ".join([found.name, *found.subtitles])
    if _is_same_text(*whole) or (may_be_misspelt and is_misspelt(*whole)):
        return True
    if (
        (wanted.subtitles and found.subtitles)
        or wanted.is_one_of_several
        or found.is_one_of_several
    ):
        return False
    # one of them has no subtitle, or is itself the other's in Latin letters: アイドル (Idol)
    names = [(wanted.name, found.name)]
    names += [(each, found.name) for each in wanted.subtitles if not wanted.name.isascii()]
    names += [(wanted.name, each) for each in found.subtitles if not found.name.isascii()]
    return any(_is_same_text(*pair) for pair in names)


def _is_same_text(one: str, other: str) -> bool:
    return is_same_name(_without_article(one), _without_article(other))


def _are_same_artists(
    wanted: str, wanted_guests: tuple[str, ...], found: str, found_guests: tuple[str, ...]
) -> bool:
    if not found:
        return False
    if _is_same_artist(wanted, found) and not (wanted_guests and found_guests):
        return True
    ours = _split(wanted) + [name for each in wanted_guests for name in _split(each)]
    theirs = _split(found) + [name for each in found_guests for name in _split(each)]
    fewer, more = sorted((ours, theirs), key=len)
    in_list = not JOINS.search(found if more is theirs else wanted)
    is_lead_there = in_list or _holds(fewer, more[0])
    return is_lead_there and all(_holds(more, name) for name in fewer)


def _split(artists: str) -> list[str]:
    """Split a line of artists; "Beatles, The" is one."""
    if ARTICLE_LAST.match(artists):
        return [artists]
    parts = [name for part in LISTS.split(artists) for name in JOINS.split(part)]
    return [name for name in parts if name.strip()]


def _holds(names: Iterable[str], name: str) -> bool:
    return any(_is_same_artist(each, name) for each in names)


def _is_same_artist(one: str, other: str) -> bool:
    return is_same_name(_bare_artist(one), _bare_artist(other), alike=ARTIST_ALIKE)


def _bare_artist(name: str) -> str:
    """Drop what tells two artists of one name apart ("Nirvana (UK)"), and the article."""
    name = DISAMBIGUATION.sub("", name) or name
    return _without_article(ARTICLE_LAST.sub(r"\2 \1", name))


def _without_article(name: str) -> str:
    first, _, rest = name.strip().partition(" ")
    return rest if first.casefold() == "the" and rest else name
