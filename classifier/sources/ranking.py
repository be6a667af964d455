"""Search results in the order of what was most likely meant, each recording once.

A platform ranks by what is popular. Ours counts how alike title and artist are to the words, and
puts last what nobody asks for by a song's name: karaoke, sped-up and other versions, snippets,
whole mixes.
"""

from collections.abc import Iterable
from typing import TypeVar

from rapidfuzz import fuzz

from classifier.sources.matching import Candidate, is_same
from classifier.sources.names import plain
from classifier.sources.versions import kinds_of, read_title

# Shorter is a snippet or a skit, longer a mix or a whole concert.
SHORTEST_MS, LONGEST_MS = 60_000, 15 * 60_000

Found = TypeVar("Found", bound=Candidate)


def ranked(words: str, found: Iterable[Found]) -> list[Found]:
    """Sort what a platform found for `words`; its own order decides between equals."""
    query = plain(words)
    wanted = kinds_of(query)

    def rank(each: Found) -> tuple[bool, bool, float]:
        name = plain(f"{each.artist} {each.title}")
        likeness = fuzz.token_set_ratio(query, name) + fuzz.token_sort_ratio(query, name)
        return bool(read_title(each.title).kinds - wanted), _has_odd_length(each), -likeness

    return sorted(found, key=rank)


def distinct(found: Iterable[Found], known: Iterable[Candidate] = ()) -> list[Found]:
    """Leave out what is the same recording as one before it, or as one of `known`."""
    kept: list[Found] = []
    others: list[Candidate] = list(known)
    for each in found:
        if not any(is_same(other, each) for other in others):
            kept.append(each)
            others.append(each)
    return kept


def _has_odd_length(each: Candidate) -> bool:
    return bool(each.duration_ms) and not SHORTEST_MS <= (each.duration_ms or 0) <= LONGEST_MS
