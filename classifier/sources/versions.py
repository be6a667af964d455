"""What a title says beside the song's name: the version, guests, and what it is taken from."""

import re
from dataclasses import dataclass
from functools import lru_cache

from classifier.sources.names import compact, plain

# (…), […], {…}, 【…】; then "– …" and "~…~" after the name
BRACKETS = re.compile(r"[(\[{（［【「『〈]([^()\[\]{}（）［］【】「」『』〈〉]*)[)\]}）］】」』〉]")
DASHES = re.compile(r"\s+[-‐‑–—―~〜]+\s+|\s+[-~〜](?=\S[^-~〜]*[-~〜]\s*$)")
GUESTS = re.compile(r"(?:^|\s)(?:feat(?:uring)?|ft)\b\.?\s+(.+)$", re.IGNORECASE)
GUESTS_IN_BRACKETS = re.compile(r"^\s*(?:with|mit|con|avec|w/)\s+(.+)$", re.IGNORECASE)

# What makes another recording, as it stands in a folded segment: "live at wembley 1986".
_PLAYED_ON = r"piano|guitar|violin|cello|harp|orchest\w*|symphonic|string quartet|strings|organ|sax"
KINDS = {
    "live": (
        r"^live$|^live (?:at|in|from|on|version|sessions?|recording|take|performance|acoustic|bonus"
        r"|edit|mix|aus|im|bei|en|au|a l\w*|\d+)\b|\blive(?: version| recording"
        r"| sessions?| edit)?(?: \d+)?$|\blive (?:at|from) |\blive(?:version|aufnahme|mitschnitt)\b"
        r"|\brecorded live\b|\b(?:in|en) concert\b|\bunplugged\b|\b(?:en|in) (?:vivo|directo)\b"
        r"|\bao vivo\b|\bdal vivo\b|\ben public\b|\bsessions?\b|\btiny desk\b"
        r"|ライブ|ライヴ|現場|现场|라이브"
    ),
    "karaoke": (
        r"karaoke|カラオケ|노래방|\bsing ?along\b|\bbacking (?:track|version)\b|\bplayback\b"
        r"|\bminus one\b"
        r"|\bin the style of\b|\b(?:originally|made) (?:performed|famous|popular|sung|recorded)\b"
        r"|\b(?:no|without|guide) vocals?\b|\bplay ?along\b"
    ),
    "instrumental": (
        r"\binstrumental\w*|\binst$|\boff vocals?\b|伴奏|纯音乐|インスト|\bmusic box\b|\bringtone\b"
        rf"|\b(?:{_PLAYED_ON}|8 ?bit|16 ?bit|chiptune)(?: solo)?"
        r"(?: version| mix| cover| arrangement| edit| instrumental)?$"
    ),
    "a cappella": r"\ba ?cap+el+a\b|\b(?:vocals? only|isolated vocals?|drumless)\b",
    "tribute": r"\btribut\w*\b|\bhommage\b",
    "cover": (
        r"\bcover(?:version)?(?: version)?$|\bcover(?:ed)? (?:of|by)\b|\blullaby\b|\brendition\b"
        r"|翻唱|커버|カバー"
    ),
    "acoustic": r"\bacoustic\w*|\bakusti\w*|\bacusti\w*|\bacoustique\b|\bstripped\b",
    "demo": (
        r"\bdemo(?:s|version|aufnahme)?\b|デモ|\brough (?:mix|cut)\b|\bout ?takes?\b|\brehearsal\b"
        r"|\b(?:alternat(?:e|ive)|early|first|unreleased) (?:take|version|mix|cut|recording)\b"
        r"|\btake \d+\b|\bhome recording\b|\bvoice memo\b|\bwork ?tape\b"
    ),
    "sped up": r"\bsp(?:ed|eed|eeded) ?up\b|\bfast(?:er)? version\b|\bnightcore\b|\bpitched up\b",
    "slowed": r"\bslowed\b|^slow$|\bslower version\b|\bdaycore\b|\bscrewed\b|\bpitched down\b",
    "effect": (
        r"\b\d+ ?d(?: audio| version| sound)?$|\b\d+ ?d audio\b|\breverb\b|\bbass boost(?:ed)?\b"
        r"|\blo ?fi\b|^underwater$|^loop(?:ed)?$|\b(?:10?|one|ten) hours?$|\b\d+ ?(?:hz|bpm|x)\b"
    ),
    "remix": (
        r"remix\w*|\brmx\b|リミックス|리믹스|混音|\bre ?work(?:ed)?\b|\bre ?fix\b|\bbootleg\b"
        r"|\bflip$|\bmash ?up\b|\bvip(?: mix| edit)?$|^dub$|\bdub (?:mix|version)\b|\bmegamix\b"
        r"|\bmedley\b|^mixed$|^(?:hardstyle|phonk|techno|house|trap|dnb|drum and bass)$"
    ),
    "extended": r"\bextended\b|\b12 ?(?:inch|zoll)?(?: mix| version)?$|\bmaxi\b|\blong version\b",
    "part": (
        r"\b(?:reprise|interlude|intro|outro|skit|snippet|teaser|excerpt|preview|commentary)$"
        r"|\btv (?:size|version|edit)\b|\bspoken word\b"
    ),
    "new recording": r"\bre ?(?:record(?:ed|ing)|imagin\w+|visited|done)\b|\bperformed by\b",
}
PATTERNS = {kind: re.compile(pattern) for kind, pattern in KINDS.items()}
# Any other version, mix, edit or cut than those of a shop: French, Taylor's, Tiësto's.
OTHER_VERSION = re.compile(r"\b(?:version|versione?|fassung|mix|edit|take|cut)\b|\w+version$")

# Words of the shop: the same recording, or one of another length, which the length tells.
SHOP = re.compile(
    r"\b(?:\d{4} )?(?:digital(?:ly)? )?remaster(?:ed|isiert|izado|izada|ing|s)?(?: version)?"
    r"(?: \d{4})?\b|リマスター|리마스터"
    r"|\b(?:(?:radio|single|album|lp|ep|original|main|standard|full(?: length)?|video|film|movie"
    r"|soundtrack|explicit|clean|mono|stereo|us|uk|international|vinyl|7 ?(?:inch|zoll)?"
    r"|remaster(?:ed)?|\d{4}) )+(?:edit|mix|version|versione?|cut|recording|release)s?\b"
    r"|^(?:edit|version|original|single|album|(?:single|album|radio)(?:version|edit))$"
    r"|\b(?:mono|stereo|explicit|clean|deluxe|expanded|hd|hq|4k|lyrics?|visuali[sz]er)\b"
    r"|\bbonus(?: track)?\b|\b(?:official|offizielles) (?:(?:music|lyric|audio) )?(?:video|audio)\b"
    r"|\b\w+ edition\b|\b\d+(?:st|nd|rd|th) anniversary\b|\bdolby atmos\b|^(?:audio|video)$"
    r"|^(?:prod(?:uced)?|written|composed)(?: by)?\b.*|\boriginal (?:cast|score)\b.*"
    r"|^(?:19|20)\d\d$"
)
# … and where it is from: From "Frozen", the soundtrack of a film
SOURCE = re.compile(
    r"^(?:taken |music |theme |as (?:heard|seen|featured) )?(?:from|aus)\b|soundtrack"
    r"|\bmotion picture\b|\bost\b|^(?:main )?theme (?:from|of)\b"
)
# Words that say nothing of which version it is.
LITTLE_WORDS = frozenset(
    (
        *("a", "an", "the", "at", "in", "on", "of", "from", "by", "and", "with", "for", "to"),
        *("im", "am", "bei", "aus", "vom", "der", "die", "das", "de", "la", "le", "en", "audio"),
        *("version", "mix", "edit", "recorded", "recording", "performance", "session", "sessions"),
        *("take", "cut", "track", "live", "remix", "cover", "karaoke", "acoustic", "demo"),
    )
)
ONE_OF_SEVERAL = re.compile(r"\b(?:part|vol|no|act|chapter|movement|episode) \w+|^\d+$")
COUNTS = re.compile(
    r"\b(part|pts?|teil|vol(?:ume)?|no|nr|number|act|chapter|movement|episode)s?\b\.?\s+(\w+)\b",
    re.IGNORECASE,
)
SHORT = {"pt": "part", "teil": "part", "volume": "vol", "nr": "no", "number": "no"}
ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x")
WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
COUNTED = {word: str(at) for words in (ROMAN, WORDS) for at, word in enumerate(words, 1)}


@dataclass(frozen=True)
class Title:
    """A title taken apart."""

    whole: str  # everything it says, compact
    name: str  # the song's name alone
    subtitles: tuple[str, ...]  # what belongs to the name in brackets: "(I Can't Get No)"
    kinds: frozenset[str]  # keys of `KINDS`, or "version": what makes it another recording
    details: frozenset[str]  # what tells versions of one kind apart: who mixed or played it where
    guests: tuple[str, ...]  # artists that the title names, as written

    @property
    def is_one_of_several(self) -> bool:
        """Whether a subtitle says which part it is, and so cannot be left out."""
        return any(ONE_OF_SEVERAL.search(plain(each)) for each in self.subtitles)


@lru_cache(maxsize=2048)
def read_title(text: str) -> Title:
    (name, *dashed), brackets, guests = _segments(text)
    said = [
        (each, is_bracket)
        for part, is_bracket in ((dashed, False), (brackets, True))
        for each in part
    ]
    kinds: set[str] = set()
    details: set[str] = set()
    subtitles: list[str] = []
    for segment, is_bracket in said:
        folded = plain(segment)
        if found := kinds_of(folded):
            kinds |= found
            details |= set(SHOP.sub(" ", folded).split()) - LITTLE_WORDS
        elif _is_of_the_shop(folded):
            continue
        elif is_bracket:
            subtitles.append(_counted(segment))
        else:
            name = f"{name} {segment}"
    return Title(
        whole=compact(text),
        name=_counted(name),
        subtitles=tuple(subtitles),
        kinds=frozenset(kinds),
        details=frozenset(details),
        guests=tuple(guests),
    )


def kinds_of(segment: str) -> set[str]:
    """Say what kinds of another recording a folded segment names; none for words of the shop."""
    left = " ".join(SHOP.sub(" ", segment).split())
    found = {kind for kind, pattern in PATTERNS.items() if pattern.search(left)}
    if SOURCE.search(segment):
        return found & {"live"}
    return found or ({"version"} if OTHER_VERSION.search(left) else set())


def _is_of_the_shop(segment: str) -> bool:
    return not segment or bool(SHOP.search(segment) or SOURCE.search(segment))


def _segments(text: str) -> tuple[list[str], list[str], list[str]]:
    """Split into the name and what follows dashes, what is in brackets, and guests."""
    brackets: list[str] = []
    guests: list[str] = []
    while match := BRACKETS.search(text):
        text = f"{text[: match.start()]} {text[match.end() :]}"
        _take(match[1], brackets, guests, GUESTS_IN_BRACKETS)
    names: list[str] = []
    for part in DASHES.split(text):
        _take(part, names, guests)
    names = [each for each in names if each] or [brackets.pop(0) if brackets else compact(text)]
    return names, [each for each in brackets if each], guests


def _take(part: str, into: list[str], guests: list[str], *patterns: re.Pattern[str]) -> None:
    for pattern in (GUESTS, *patterns):
        if match := pattern.search(part):
            guests.append(match[1])
            part = part[: match.start()]
    into.append(part.strip())


def _counted(text: str) -> str:
    """Write parts one way: "Pt. II" and "Part Two" are "part 2"."""

    def rewrite(match: re.Match[str]) -> str:
        unit, count = match[1].casefold().rstrip("s"), match[2].casefold()
        return f"{SHORT.get(unit, unit)} {COUNTED.get(count, count)}"

    return COUNTS.sub(rewrite, text)
