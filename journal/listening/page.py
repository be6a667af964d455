"""The listening page: what was counted, as charts with their sentences and tables."""

from collections.abc import Sequence
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from classifier.emotions.readings import WORDS
from journal.emotions.tally import NAMES, Tally, tally_of
from journal.listening.models import Listening
from journal.stats.charts import by_hour
from journal.stats.charts.base import Drawn, bar_rows, chart_of
from journal.stats.tables import tally_table
from journal.stats.words import clock

# Until so many plays were heard, a chart says nothing.
MIN_PLAYS = 20


def listening_page_of(listening: Listening) -> dict[str, Any] | None:
    """Draw what was counted last; None before anything was."""
    told: dict[str, Any] = listening.summary
    if not told.get("songs"):
        return None
    plays, heard = told["plays"], told["heard_plays"]
    is_enough = heard >= MIN_PLAYS
    return {
        "plays": plays,
        "songs": told["songs"],
        "heard_songs": told["heard_songs"],
        "heard_percent": round(100 * heard / plays) if plays else 0,
        "missing": told["looked_up"]["missing"],
        "is_paused": listening.is_paused,
        "missing_plays": max(0, MIN_PLAYS - heard),
        "charts": _charts(told) if is_enough else [],
        "favourites": _favourites(told["top_songs"]),
    }


def _charts(told: dict[str, Any]) -> list[dict[str, Any]]:
    years: dict[str, list[list[int]]] = {}
    for month, counts in told["months"].items():
        years.setdefault(month[:4], []).append(counts)
    groups = [(year, tally_of(*counts)) for year, counts in years.items()]
    weekdays = [(str(WEEKDAYS[day]), tally_of(told["weekdays"][day])) for day in range(7)]
    artists = [(artist, tally_of(counts)) for artist, counts in told["top_artists"]]
    felt = [
        (_("On days you answered %s") % WORDS[name], tally_of(told["on_days_felt"][name]))
        for name in NAMES
    ]
    return [
        _bars("by_year", _("Year by year"), _("Year"), groups),
        _bars("by_weekday", _("By weekday"), _("Weekday"), weekdays),
        _dial([tally_of(counts) for counts in told["hours"]]),
        _bars("by_artist", _("The artists you played most"), _("Artist"), artists),
        _bars("beside", _("Beside your journal"), _("Day"), felt),
    ]


def _bars(key: str, title: str, head: str, groups: Sequence[tuple[str, Tally]]) -> dict[str, Any]:
    shown = [group for group in groups if group[1].total]
    return chart_of(
        key, title, Drawn(_sentence(shown), {"rows": bar_rows(shown)}, tally_table(head, shown))
    )


def _dial(tallies: list[Tally]) -> dict[str, Any]:
    hours = [(clock(hour), tally) for hour, tally in enumerate(tallies)]
    heard = [row for row in hours if row[1].total]
    drawing = by_hour.drawing_of(tallies)
    return chart_of(
        "by_hour", _("By hour"), Drawn(_sentence(heard), drawing, tally_table(_("From"), heard))
    )


def _sentence(groups: Sequence[tuple[str, Tally]]) -> str:
    """Say which group differs most from all of them; nothing of groups with few plays."""
    everything = Tally(sum((tally.counts for _name, tally in groups), start=Tally().counts))
    enough = [group for group in groups if group[1].total >= MIN_PLAYS]
    if len(enough) < 2:
        return ngettext("%(count)s play heard so far.", "%(count)s plays heard so far.",
                        everything.total) % {"count": intcomma(everything.total)}  # fmt: skip
    apart, name, group, tally = max(
        (tally.share(name) - everything.share(name), name, group, tally)
        for group, tally in enough
        for name in NAMES
    )
    return _(
        "Most unlike the rest: %(group)s, %(share)d\xa0%% %(emotion)s, against %(all)d\xa0%%."
    ) % {
        "group": group,
        "share": round(100 * tally.share(name)),
        "emotion": WORDS[name],
        "all": round(100 * (tally.share(name) - apart)),
    }


def _favourites(top: dict[str, list[list[Any]]]) -> list[dict[str, Any]]:
    return [
        {
            "emotion": name,
            "word": WORDS[name],
            "songs": [
                (
                    title,
                    artist,
                    ngettext("%(count)s play", "%(count)s plays", plays)
                    % {"count": intcomma(plays)},
                )
                for title, artist, plays in top[name]
            ],
        }
        for name in NAMES
        if top.get(name)
    ]
