"""Every page a listener can open, found in the URLs: a new one is measured without being named."""

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from uuid import UUID

from django.test import Client
from django.urls import NoReverseMatch, reverse

from journal.models import Entry
from journal.urls import urlpatterns
from spotify_auth.models import User

# The same page with a query that makes it look further.
QUERIES = {
    "picker": ("q=light",),
    "history": ("emotion=sad", "q=light"),
    "stats": ("span=all", "span=all#new"),
}
# Each time, the listener's latest answer is another one.
NEW_ANSWER = "#new"
# Files and redirects are no pages; profile and listening wait for an outside platform.
NO_PAGES = {"song_audio", "song_picture", "profile", "listening", "remote", "today"}


@dataclass(frozen=True)
class MeasuredPage:
    """`changed`: an answer to change before each time that the page is asked for."""

    name: str
    path: str
    changed: UUID | None = None

    def prepare(self) -> None:
        if self.changed is not None:
            entries = Entry.objects.filter(pk=self.changed)
            entries.update(emotion="calm" if entries.get().emotion != "calm" else "sad")


def _page_names() -> Iterator[str]:
    """Names of the addresses that may be pages, with the queries that are worth looking at."""
    for pattern in urlpatterns:
        if (name := str(pattern.name)) not in NO_PAGES:
            yield name
            yield from (f"{name}?{query}" for query in QUERIES.get(name, ()))


def page_of(user: User, name: str) -> MeasuredPage | None:
    """Find the user's page of that name; None where it needs something that they do not have."""
    answered = Entry.objects.of(user).answered().order_by("answered_at")
    entry = answered.filter(song__labels__user=user).last() or answered.last()
    latest = Entry.objects.of(user).latest("date")
    known = {"date": latest.date, "year": latest.date.year, "month": latest.date.month}
    if entry is not None:
        known |= {"entry_id": entry.pk, "song_id": entry.song_id}
    bare, _, query = name.removesuffix(NEW_ANSWER).partition("?")
    pattern = next(pattern for pattern in urlpatterns if pattern.name == bare)
    needed = set(pattern.pattern.converters)
    if not needed <= known.keys():
        return None
    try:
        path = reverse(f"journal:{bare}", kwargs={key: known[key] for key in needed})
    except NoReverseMatch:
        return None
    changed = answered.latest("date").pk if name.endswith(NEW_ANSWER) else None
    return MeasuredPage(name=name, path=f"{path}?{query}" if query else path, changed=changed)


def pages_of(user: User, client: Client) -> Iterator[MeasuredPage]:
    """Give the pages of `user` that answer with HTML; what only takes a POST is left out."""
    for name in _page_names():
        page = page_of(user, name)
        if page is not None and _is_page(client, page.path):
            yield page


def _is_page(client: Client, path: str) -> bool:
    response = client.get(path)
    is_html = response.get("Content-Type", "").startswith("text/html")
    return response.status_code == HTTPStatus.OK and is_html
