"""A few hundred invented songs, so that a search by name has something to find.

Names are put together of plain words; of some songs there are other versions too, as there are
everywhere. Every tenth song is at MusicBrainz only. The same seed gives the same songs.
"""

import random
from collections.abc import Iterator

from tools.sandbox.catalogue import EVERYWHERE, SandboxSong

SEED = 2026
COUNT = 300

FIRST = [
    *("Mira", "Jon", "Kit", "Nora", "Ilse", "Otto", "Ada", "Lev"),
    *("Sûri", "Ömer", "Zoë", "Bea", "Tariq", "Yuki", "Anaïs", "Pål"),
]
LAST = [
    *("Vale", "Ash", "Marlow", "Quist", "Brandt", "Sorel", "Okafor", "Lindqvist"),
    *("Ferro", "Tanaka", "Mäki", "Duarte"),
]
BANDS = (
    *("The Paper Lanterns", "Night Owls", "Salt & Cedar", "Kleine Brücke", "The Low Tides"),
    *("Static Garden", "Æther Club", "Harbour and Sons", "N!ght Sh!ft", "Les Étoiles Lentes"),
)
FIRST_WORDS = (
    *("Paper", "Silver", "Quiet", "Broken", "Golden", "Hidden", "Slow", "Wild", "Distant"),
    *("Electric", "Winter", "Summer", "Midnight", "Morning", "Hollow", "Crooked", "Endless"),
    "Burning",
)
SECOND_WORDS = (
    *("Lantern", "River", "Harbour", "Garden", "Thunder", "Window", "Orchard", "Signal", "Mirror"),
    *("Carousel", "Railway", "Shadow", "Feather", "Ocean", "Compass", "Avenue", "Comet", "Echo"),
)
ENDINGS = ("", "", "", " of Mine", " Tonight", " (for You)", " in the Rain", ", Pt. 2")
VERSIONS = (
    " (Live)",
    " - Remastered 2019",
    " (Acoustic)",
    " (Kit Marlow Remix)",
    " (Karaoke Version)",
)


def invented_songs() -> list[SandboxSong]:
    rng = random.Random(SEED)
    artists = [*BANDS, *(f"{first} {last}" for first in FIRST for last in LAST)]
    rng.shuffle(artists)
    artists = [*BANDS, *artists[:40]]
    songs: list[SandboxSong] = []
    for number in range(COUNT):
        songs += _with_versions(number, rng, rng.choice(artists))
    return songs


def _with_versions(number: int, rng: random.Random, artist: str) -> Iterator[SandboxSong]:
    name = f"{rng.choice(FIRST_WORDS)} {rng.choice(SECOND_WORDS)}"
    title = name + rng.choice(ENDINGS)
    album, year = f"{rng.choice(FIRST_WORDS)} Songs", rng.randint(1968, 2026)
    seconds = rng.randint(120, 330)
    at = EVERYWHERE if number % 10 else frozenset({"musicbrainz"})
    yield SandboxSong(f"invented-{number}", title, artist, None, album, year, seconds, at)
    if number % 4 == 0:
        version = rng.choice(VERSIONS)
        slug, longer = f"invented-{number}-other", seconds + rng.randint(0, 40)
        yield SandboxSong(slug, title + version, artist, None, album, year, longer, at)
