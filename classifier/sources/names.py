"""How names are spelled: one song is "Beyoncé", "BEYONCE" and "Ｂｅｙｏｎｃé" to three platforms.

Both sides of a comparison are folded to the same spelling. Only Latin letters are transliterated
letter by letter (ø, æ, ł, ı); a whole name of another script is, and only loosely, when the other
side is Latin: anyascii reads 東京 as "DongJing", which compares well with nothing but itself.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import starmap

from anyascii import anyascii
from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

# Above these shares of equal letters two transliterations are one name ("Chaykovskiy" and
# "Tchaikovsky" share 82 %, "Tsoy" and "Tsoi" 75 %); titles have less need of it.
ARTIST_ALIKE, TITLE_ALIKE = 75, 85
# So many wrong letters, in words so long, in a title so long are a slip of the pen.
SLIPS, MISSPELT_WORD, MISSPELT_LETTERS = 2, 5, 10

APOSTROPHES = re.compile("['’‘ʼʻ`´′＇]")
# letters that are drawn, where they stand in a word: P!nk, Ke$ha, A$AP, b@by
DRAWN = (
    (re.compile(r"(?<=[^\W\d_])!(?=[^\W\d_])"), "i"),
    (re.compile(r"\$(?=[^\W\d_])|(?<=[^\W\d_])\$"), "s"),
    (re.compile(r"(?<=[^\W\d_])@(?=[^\W\d_])"), "a"),
    (re.compile(r"(?<=[^\W\d_])€(?=[^\W\d_])"), "e"),
    (re.compile(r"@"), " at "),
    (re.compile(r"[&+＆＋]"), " and "),
)
# German and Scandinavian writers spell these out where the letter is missing
SPELLED_OUT = {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"}
CENSORED = re.compile(r"(?<=\w)\*+(?=\w)")


def plain(text: str) -> str:
    """Fold case, width, accents, ligatures and punctuation away; words stay apart."""
    unified = APOSTROPHES.sub("'", unicodedata.normalize("NFKC", text)).casefold()
    for pattern, letter in DRAWN:
        unified = pattern.sub(letter, unified)
    letters = "".join(map(_letter, _without_accents(unified.replace("'", ""))))
    return " ".join(_with_and(letters.split()))


def _with_and(words: list[str]) -> Iterator[str]:
    """Spell "and" alike: "und", and "n" between two words (Rock 'n' Roll, but not T.N.T.)."""
    for before, word, after in zip(["", *words], words, [*words[1:], ""], strict=False):
        is_between = min(len(before), len(after)) > 1
        yield "and" if word == "und" or (word == "n" and is_between) else word


def compact(text: str) -> str:
    """Fold as `plain`, without spaces: "AC/DC", "AC DC" and "ACDC" are one; never empty."""
    folded = plain(text).replace(" ", "")
    return folded or "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _spellings(text: str) -> set[str]:
    """Return the compact spellings that a name may have: "Motörhead" is "motoerhead", too."""
    composed = unicodedata.normalize("NFC", text.casefold())
    spelled_out = "".join(SPELLED_OUT.get(char, char) for char in composed)
    return {compact(text), compact(spelled_out)}


def is_same_name(one: str, other: str, *, alike: int = TITLE_ALIKE) -> bool:
    """Whether two names are one, however they are spelled or transliterated.

    `alike`: how many of 100 letters must be equal where one of the names is transliterated.
    """
    if _spellings(one) & _spellings(other) or _is_censored(one, other) or _is_censored(other, one):
        return True
    first, second = compact(one), compact(other)
    if first.isascii() == second.isascii():
        return False
    return fuzz.ratio(compact(anyascii(first)), compact(anyascii(second))) >= alike


def is_misspelt(one: str, other: str) -> bool:
    """Whether two names differ by a slip of the pen only: in long words, and in no number."""
    first, second = plain(one).split(), plain(other).split()
    if len(first) != len(second) or len("".join(first)) < MISSPELT_LETTERS:
        return False
    odd = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
    is_long = all(word.isalpha() and len(word) >= MISSPELT_WORD for pair in odd for word in pair)
    return is_long and sum(starmap(Levenshtein.distance, odd)) <= SLIPS


# combining classes of points of Hebrew and Arabic, and of what stands above or below
MARKS = {*range(10, 37), *range(200, 256)}


def _without_accents(text: str) -> str:
    """Drop marks over and under letters, but not those that are letters' own.

    By combining class: Kana's voicing (8) and the vowels of Indic (0) and Thai (103) scripts stay;
    points of Hebrew and Arabic (10 to 36) and what stands above or below (200 and more) go.
    """
    kept = (
        char
        for char in unicodedata.normalize("NFKD", text)
        if unicodedata.combining(char) not in MARKS
    )
    return unicodedata.normalize("NFC", "".join(kept))


def _letter(char: str) -> str:
    """Return a letter, a mark or a digit in its plainest form; a space for anything else."""
    if char.isascii():
        return char if char.isalnum() else " "
    if unicodedata.name(char, "").startswith("LATIN"):
        return str(anyascii(char)).casefold()
    is_kept = char.isalnum() or unicodedata.category(char).startswith("M")
    # dots between the words of names: カール・マルクス
    return char if is_kept else ("" if char == "・" else " ")


def _is_censored(one: str, other: str) -> bool:
    """Whether `one` is `other` with stars for letters, as shops write rude words."""
    if not CENSORED.search(one):
        return False
    parts = [re.escape(compact(part)) for part in re.split(r"\*", one)]
    return re.fullmatch(r"\w".join(parts), compact(other)) is not None
