"""Titles, artists and notes that nobody wrote."""

import random

FIRST = (
    *("Amber", "Blue", "Borrowed", "Broken", "Distant", "Early", "Electric", "Empty", "Golden"),
    *("Half", "Hidden", "Late", "Little", "Long", "Lost", "Northern", "Paper", "Quiet", "Second"),
    *("Silver", "Slow", "Sudden", "Velvet", "Winter"),
)
SECOND = (
    *("Afternoon", "Avenue", "Balcony", "Birds", "Bridge", "Candle", "Engine", "Garden", "Harbour"),
    *("Heart", "Ladder", "Lantern", "Letters", "Light", "Mirror", "Morning", "Orchard", "Platform"),
    *("River", "Room", "Signal", "Skyline", "Stairs", "Storm", "Summer", "Tide", "Train", "Window"),
)
ARTISTS = (
    *("Ada Lindqvist", "Bram & the Tides", "Cassiel", "Dorothea Wren", "Elm Street Choir"),
    *("Fennimore", "Glass Parade", "Harbour Lights", "Ines Calado", "Jonah Vale", "Kite Season"),
    *("Lumen", "Marlow Quartet", "Nadia Orlov", "Ostinato Club", "Paper Lions", "Quiet Engines"),
    *("Rosalind Achebe", "Salt & Cedar", "The Late Trams", "Umbra", "Violet Hours", "Wild Almanac"),
    *("Yuki Tanabe", "Zephyr Post"),
)
NOTES = (
    "It was playing when the door opened.",
    "Walked the long way home for this one.",
    "Somebody hummed it in the queue.",
    "Not what I expected to pick.",
    "Reminds me of the old flat.",
    "Twice in a row, and loud.",
    "Rain on the window, this in the headphones.",
    "We sang it badly.",
)


def invent_song(chance: random.Random) -> tuple[str, str]:
    """Make up a title and an artist; some artists are heard far more often than others."""
    title = f"{chance.choice(FIRST)} {chance.choice(SECOND)}"
    place = min(int(chance.paretovariate(0.7)) - 1, len(ARTISTS) - 1)
    return title, ARTISTS[place]


def invent_note(chance: random.Random) -> str:
    """Make up a note; most entries have none."""
    return chance.choice(NOTES) if chance.random() < 0.1 else ""
