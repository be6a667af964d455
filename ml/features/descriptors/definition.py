"""What a descriptor is: its name, unit, meaning and source."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Descriptor:
    """One number that summarises a clip.

    Attributes
    ----------
    name : str
        Stable identifier, unique among all descriptors.
    unit : str
        Physical unit; "1" for ratios and other dimensionless numbers.
    meaning : str
        What the number says.
    source : str
        Paper or standard that the number follows; empty for plain statistics.
    """

    name: str
    unit: str
    meaning: str
    source: str = ""


def spread_over(
    series: Sequence[Descriptor], statistics: Sequence[tuple[str, str]]
) -> Iterator[Descriptor]:
    """Yield one descriptor for every series and statistic, series by series."""
    for item in series:
        for suffix, words in statistics:
            yield Descriptor(
                f"{item.name}_{suffix}", item.unit, f"{words} of {item.meaning}", item.source
            )
