"""Pages stay quick as a journal grows: the same queries, and about as much work."""

from __future__ import annotations

import functools
import inspect
import json
import math
import uuid
from collections.abc import Callable
from io import StringIO

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.db.models.sql.compiler import SQLCompiler
from django.urls import reverse

from classifier.models import Classification
from classifier.queue import rows as queue
from classifier.tests.factories import ClassificationFactory
from journal.emotions.renewing import RECOUNTING
from journal.models import Entry, Phrase
from spotify_auth.models import User
from spotify_auth.sign_in.invitations import invite
from tools.management.commands import page_times
from tools.measuring.budget import GROWING, MOST_TIMES
from tools.measuring.listeners import client_of, make_listener
from tools.measuring.pages import page_of, pages_of
from tools.measuring.tests.calls import count_calls
from tools.measuring.times import PageTime, count_queries, quantile

pytestmark = pytest.mark.django_db

THREE_YEARS = 3 * 365


@pytest.mark.slow
def test_no_page_asks_more_of_the_database_as_a_journal_grows() -> None:
    # both long enough to have something to show in every part of a page, a year ago included
    new, grown = make_listener("new", days=370), make_listener("grown", days=740)
    add_what_is_not_invented(new)
    for _ in range(9):
        add_what_is_not_invented(grown)
    for user in (new, grown):  # lists ask more of what has no emotion yet: both have one of those
        newest = Entry.objects.of(user).clear().order_by("-date", "position").values("pk")[:1]
        Entry.objects.filter(pk__in=[row["pk"] for row in newest]).update(emotion="")
    client, other = client_of(grown), client_of(new)
    cache.set(RECOUNTING, value=False, timeout=None)  # pages ask for it once in some seconds
    counts = {}
    for page in pages_of(grown, client):
        small = page_of(new, page.name)
        assert small is not None
        counts[page.name] = count_queries(other, small.path), count_queries(client, page.path)
    lists = {"history", "songs", "phrases", "like", "stats", "devices", "data"}
    assert counts.keys() >= lists | {"day", "picker", "song", "settings"}
    assert {name: pair for name, pair in counts.items() if pair[1] > pair[0]} == {}


def add_what_is_not_invented(user: User) -> None:
    """One more row of everything of a listener's that `seed_history` knows nothing of."""
    number = uuid.uuid4().hex
    EmailAddress.objects.create(user=user, email=f"{number}@example.org")
    SocialAccount.objects.create(user=user, provider="spotify", uid=number)
    SocialApp.objects.create(provider="spotify", name=number, client_id=number)
    key = {"name": number, "credential": {}}
    Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=key)
    session = SessionStore()
    session.create()
    seen = {"ip": "192.0.2.1", "user_agent": "Firefox", "session_key": session.session_key}
    UserSession.objects.create(user=user, **seen)
    Phrase.objects.create(owner=user, text=f"{number}…")
    invite(user, days=14)
    user.groups.add(Group.objects.create(name=number))
    queue.requeue(ClassificationFactory(song__owner=user, status="failed", reason=number))
    ClassificationFactory(song__owner=user, status="failed", reason=number)


def test_no_list_of_the_admin_asks_more_as_rows_grow(
    curator: User, django_capture_on_commit_callbacks: Callable[..., object]
) -> None:
    names, client = [*admin_names(), "admin:classifier_insight"], client_of(curator)

    def grow(name: str) -> None:
        # tasks are written when that is committed
        with django_capture_on_commit_callbacks(execute=True):
            add_what_is_not_invented(make_listener(name, days=15))

    grow("new")
    before = {name: (count_queries(client, reverse(name)), rows_behind(name)) for name in names}
    for _ in range(3):
        grow(uuid.uuid4().hex)
    for name, (queries, rows) in before.items():
        # tokens are kept elsewhere (SOCIALACCOUNT_STORE_TOKENS); of all else there is more now
        assert rows_behind(name) > rows or "socialtoken" in name
        assert count_queries(client, reverse(name)) <= queries, name


def admin_names() -> list[str]:
    admin.autodiscover()
    return sorted(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        for model in admin.site._registry
    )


def rows_behind(name: str) -> int:
    """Count the rows of what a list of the admin shows."""
    models = [model for model in admin.site._registry if model._meta.model_name in name]
    return (models or [Classification])[0]._default_manager.count()


@pytest.mark.slow
def test_pages_take_about_as_much_work_with_three_years_of_entries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # in tests each query is compiled for MongoDB, too
    monkeypatch.setattr(SQLCompiler, "execute_sql", inspect.unwrap(SQLCompiler.execute_sql))
    grown, new = make_listener("grown", days=THREE_YEARS), make_listener("new", days=1)
    client, other = client_of(grown), client_of(new)
    times = {}
    for page in pages_of(grown, client):
        if small := page_of(new, page.name):
            times[page.name] = count_calls(client, page.path) / count_calls(other, small.path)
    assert len(times) > 15
    most = {name: growing.calls for name, growing in GROWING.items()}
    over = {name: times for name, times in times.items() if times > most.get(name, MOST_TIMES)}
    assert over == {}
    # a bound of its own is for a page that needs one
    assert times.keys() >= GROWING.keys()


def test_a_page_may_take_so_much_and_grow_so_far() -> None:
    def judged(**values: object) -> PageTime:
        usual = {"name": "day", "p50": 9.0, "p95": 99.0, "server_p95": 80.0, "cpu": 20.0}
        usual |= {"cpu_of_one_day": 10.0, "pace": 30.0, "queries": 9, "kilobytes": 10.0}
        return PageTime(**usual | values)

    assert not judged().is_over
    assert judged(server_p95=80.1).is_over
    assert judged(cpu=20.1).is_over
    known = judged(name="hear_month", cpu=20.1)
    assert known.is_growing
    assert known.excuse
    assert not known.is_over
    assert judged(name="hear_month", cpu=10.1 * GROWING["hear_month"].most).is_over
    assert judged(name="hear_month", server_p95=80.1).is_over


@pytest.mark.slow
def test_the_table_has_a_line_for_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    class Here:
        def __enter__(self) -> None: ...
        def __exit__(self, *_: object) -> None: ...

    monkeypatch.setattr(page_times, "own_database", Here)
    monkeypatch.setattr(page_times, "make_listener", functools.cache(make_listener))
    monkeypatch.setattr(page_times, "_times", functools.cache(page_times._times))
    monkeypatch.setattr("tools.measuring.budget.MOST_MS", math.inf)
    monkeypatch.setattr("tools.measuring.budget.MOST_TIMES", math.inf)
    out = StringIO()
    call_command("page_times", years=0.02, runs=1, as_json=True, stdout=out)
    report = json.loads(out.getvalue())
    assert {"day", "history", "picker?q=light"} <= {page["name"] for page in report["pages"]}
    assert all(page["p95"] >= page["p50"] > 0 for page in report["pages"])
    out = StringIO()
    call_command("page_times", years=0.02, runs=1, stdout=out)
    assert "budget: p95" in out.getvalue()
    monkeypatch.setattr("tools.measuring.budget.MOST_MS", 0.0)
    with pytest.raises(CommandError, match=r"missed by .*\bday\b"):
        call_command("page_times", years=0.02, runs=1, stdout=StringIO())


@pytest.mark.parametrize(("share", "value"), [(0.5, 5), (0.95, 10), (1.0, 10), (0.0, 1)])
def test_a_quantile_is_one_of_the_values(share: float, value: int) -> None:
    assert quantile(list(range(10, 0, -1)), share) == value
