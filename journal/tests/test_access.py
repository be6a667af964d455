"""Every address of the app, found by itself: as its owner, as a stranger, and signed out.

No cache may keep any of it; what a browser keeps goes when a session ends.

An address with a key in it belongs to somebody, and strangers get 404. One without has to be named
below, as everybody's or as each person's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone, translation

from classifier.models import TryOut
from classifier.tests.factories import ClassificationFactory, ExplanationFactory, SongFactory
from journal.models import Transfer
from journal.tests.factories import EntryFactory
from spotify_auth.mfa.tests.keys import passkey
from spotify_auth.models import User

if TYPE_CHECKING:
    from django.http import HttpResponse
    from pytest_django.fixtures import SettingsWrapper

PUBLIC = {
    "account_inactive",
    "account_email_verification_sent",
    "account_login",
    "account_logout",
    "account_recover",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_signup",
    "healthz",
    "home",
    "journal:emotions",
    "journal:offline",
    "journal:privacy",
    "journal:service_worker",
    "set_language",
    "socialaccount_login_cancelled",
}
# each person sees and changes their own
PERSONAL = {
    "account_change_password",
    "account_email",
    "account_new_codes",
    "account_reauthenticate",
    "account_set_password",
    "journal:add_to_today",
    "journal:choose_search",
    "journal:data",
    "journal:devices",
    "journal:disconnect",
    "journal:export_data",
    "journal:gentle",
    "journal:history",
    "journal:import_data",
    "journal:leave",
    "journal:learnt",
    "journal:answer_question",
    "journal:forget_learnt",
    "journal:switch_learnt",
    "journal:delete_listening",
    "journal:follow_listening",
    "journal:import_listening",
    "journal:listening",
    "journal:listening_page",
    "journal:make_playlist",
    "journal:more",
    "journal:change_calendar",
    "journal:reminders",
    "journal:stop_reminders",
    "journal:subscribe",
    "journal:unsubscribe",
    "journal:pause_listening",
    "journal:phrases",
    "journal:profile",
    "journal:random_day",
    "journal:recap",
    "journal:settings",
    "journal:share",
    "journal:sign_out_devices",
    "journal:song_list",
    "journal:songs",
    "journal:stats",
    "journal:today",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_authenticate",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_index",
    "mfa_list_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
    "mfa_view_recovery_codes",
}
# a date and a format are everybody's; the page behind them is the listener's own
PERSONAL_BY_DATE = {
    *("journal:day", "journal:add_phrase", "journal:felt", "journal:export_songs"),
    *("journal:recap_month", "journal:recap_year", "journal:hear_month"),
    *("journal:recap_month_svg", "journal:recap_month_png"),
    *("journal:recap_year_svg", "journal:recap_year_png"),
}
# walked by tests of their own: the way to Spotify and back, visitors' files, monitoring
ELSEWHERE = {
    *("spotify_login", "spotify_callback", "journal:begin_try_out", "journal:try_out"),
    *(
        "journal:try_songs",
        "journal:sample_audio",
        "readyz",
        "metrics",
        "account_invitation",
        "account_confirm_email",
    ),
    *("account_reset_password_from_key", "mfa_login_webauthn"),
    # for players, who are not signed in: the token names the song and whose it is
    "journal:listen",
    # for calendars and mail programs, likewise
    *("journal:calendar_feed", "journal:stop_reminding"),
}

TABLES = ("journal", "classifier", "spotify_auth")
READS = ("SELECT ", "SAVEPOINT ", "RELEASE SAVEPOINT ", "ROLLBACK TO SAVEPOINT ")
ANSWERED = {HTTPStatus.OK, HTTPStatus.FOUND}
# without a track, and without a second key, there is nothing to show
NOTHING_THERE = {
    "journal:add_to_today",
    "mfa_deactivate_totp",
    "mfa_download_recovery_codes",
    "mfa_view_recovery_codes",
}


def walk(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from walk(pattern, namespace + inner)
        else:
            yield f"{namespace}{pattern.name}", pattern


ADDRESSES = dict(walk(get_resolver()))
# the admin's own redirects have no name
ADMIN = sorted(name for name in ADDRESSES if name.startswith("admin:") and "None" not in name)
OURS = {name: list(pattern.pattern.converters) for name, pattern in ADDRESSES.items()
        if not name.startswith("admin:")}  # fmt: skip
OWNED = sorted(
    name for name, keys in OURS.items() if keys and name not in PERSONAL_BY_DATE | ELSEWHERE
)


@pytest.fixture(autouse=True)
def _with_spotify(settings: SettingsWrapper) -> None:
    settings.SPOTIFY_ENABLED = settings.MAIL_ENABLED = True


@pytest.fixture
def keys(user: User) -> dict[str, Any]:
    """A key for each kind of thing that an address may name, all of them the owner's."""
    row = ClassificationFactory(song__owner=user)
    ExplanationFactory(classification=row)
    entry = EntryFactory(journal__user=user, phrase__owner=user, song=row.song, note="private")
    transfer = Transfer.objects.create(
        user=user,
        kind=Transfer.Kind.EXPORT,
        status=Transfer.Status.DONE,
        file=ContentFile(b"PK", name="a.zip"),
        expires_at=timezone.now() + dt.timedelta(days=1),
    )
    return {
        "entry_id": entry.pk,
        "song_id": row.song.pk,
        "phrase_id": entry.phrase_id,
        "transfer_id": transfer.pk,
        "tryout_id": TryOut.objects.create(title="x").pk,
        "date": entry.journal.date,
        "kind": "csv",
        "year": entry.journal.date.year,
        "month": entry.journal.date.month,
        "pk": passkey(user).pk,
        "uidb36": user.pk.hex,
        "page": "feeling",
        "shape": "4x5",
        "key": "no-key",
        "token": "no-token",
    }


def path_of(name: str, keys: dict[str, Any]) -> str:
    return reverse(name, kwargs={key: keys[key] for key in OURS[name]})


def admin_path(name: str, keys: dict[str, Any]) -> str:
    converters = ADDRESSES[name].pattern.converters
    groups = ADDRESSES[name].pattern.regex.groupindex
    found = {key: str(keys["song_id"]) for key in [*converters, *groups]}
    names = {"app_label": "classifier", "content_type_id": "1", "url": "x"}
    return reverse(name, kwargs={key: names.get(key, value) for key, value in found.items()})


def call(client: Client, path: str) -> HttpResponse:
    """Follow the address, or post to it where it takes nothing else."""
    response = client.get(path)
    if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
        response = client.post(path, {"emotion": "sad"})
    list(response)  # to its end, so that a file is closed; close() would take the connection along
    return response


def everything() -> dict[str, list[dict[str, Any]]]:
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values())
        for app in TABLES
        for model in apps.get_app_config(app).get_models()
    }


@contextmanager
def unchanged(before: dict[str, list[dict[str, Any]]]) -> Iterator[None]:
    """Compare every row where anything was written: to read them all takes longer than a page."""
    written = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.startswith(READS):
            written.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield
    if written:
        assert everything() == before


def test_every_address_is_in_this_walk() -> None:
    named = PUBLIC | PERSONAL | PERSONAL_BY_DATE | ELSEWHERE | set(OWNED)
    assert set(OURS) == named


def test_an_address_that_names_something_belongs_to_somebody() -> None:
    """The walk finds these by the keys in them; none may be called everybody's."""
    assert [name for name in PUBLIC | PERSONAL if OURS[name]] == []


Afresh = Callable[[str], AbstractContextManager[None]]


@pytest.fixture
def afresh(db: None, subtests: pytest.Subtests) -> Afresh:
    """For each of many addresses what a test of its own would have: what it writes goes again."""

    @contextmanager
    def one(name: str) -> Iterator[None]:
        cache.clear()
        translation.deactivate()
        with subtests.test(name), transaction.atomic():
            yield
            transaction.set_rollback(True)

    return one


def test_a_stranger_finds_nothing(
    keys: dict[str, Any], stranger: User, browser_of: Callable[[User], Client], afresh: Afresh
) -> None:
    client = browser_of(stranger)
    before = everything()
    for name in OWNED:
        with afresh(name), unchanged(before):
            assert call(client, path_of(name, keys)).status_code == HTTPStatus.NOT_FOUND


def test_a_visitor_is_sent_to_sign_in(keys: dict[str, Any], afresh: Afresh) -> None:
    before = everything()
    for name in sorted({*PERSONAL, *PERSONAL_BY_DATE, *OWNED}):
        with afresh(name), unchanged(before):
            response = call(Client(), path_of(name, keys))
            assert response.status_code == HTTPStatus.FOUND
            assert response["Location"].startswith(reverse("account_login"))


def test_the_owner_gets_an_answer(
    keys: dict[str, Any], user: User, browser_of: Callable[[User], Client], afresh: Afresh
) -> None:
    for name in sorted({*PERSONAL, *PERSONAL_BY_DATE, *OWNED}):
        expected = {HTTPStatus.NOT_FOUND} if name in NOTHING_THERE else ANSWERED
        with afresh(name):
            assert call(browser_of(user), path_of(name, keys)).status_code in expected


def test_everybody_gets_an_answer(afresh: Afresh) -> None:
    for name in sorted(PUBLIC):
        with afresh(name):
            assert call(Client(), reverse(name)).status_code in ANSWERED


def test_nothing_changes_by_following_a_link(
    keys: dict[str, Any], listener: Client, afresh: Afresh
) -> None:
    listener.get(reverse("journal:today"), follow=True)  # opening a day draws its phrases
    listener.get(reverse("journal:stats"), {"span": "all"})  # and keeps what its months count as
    before = everything()
    for name in sorted({*PERSONAL, *OWNED}):
        with afresh(name), unchanged(before):
            list(listener.get(path_of(name, keys)))


def test_another_site_cannot_post(keys: dict[str, Any], user: User, afresh: Afresh) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    before = everything()
    for name in sorted({*PERSONAL, *OWNED, *PUBLIC}):
        with afresh(name), unchanged(before):
            response = client.post(path_of(name, keys), {"emotion": "sad"})
            assert response.status_code in {HTTPStatus.FORBIDDEN, HTTPStatus.METHOD_NOT_ALLOWED}


@pytest.mark.parametrize("who", ["visitor", "listener"])
def test_only_curators_find_the_admin(
    who: str, keys: dict[str, Any], user: User, browser_of: Callable[[User], Client], afresh: Afresh
) -> None:
    for name in ADMIN:
        with afresh(name):
            client = browser_of(user) if who == "listener" else Client()
            response = call(client, admin_path(name, keys))
            if response.status_code != HTTPStatus.FORBIDDEN and name != "admin:logout":
                assert "login" in response["Location"]


def is_kept_nowhere(response: HttpResponse) -> bool:
    return {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


class TestCaches:
    def test_none_keeps_an_answer(self, keys: dict[str, Any], user: User, afresh: Afresh) -> None:
        for name in sorted(OURS):
            path = path_of(name, keys)
            for headers in ({}, {"HX-Request": "true"}):
                with afresh(f"{name} {headers}"):
                    visitor, owner = Client(headers=headers), Client(headers=headers)
                    owner.force_login(user)
                    assert is_kept_nowhere(call(visitor, path))
                    assert is_kept_nowhere(call(owner, path))

    @pytest.mark.parametrize("kind", ["csv", "m3u", "txt"])
    def test_none_keeps_a_list(self, kind: str, keys: dict[str, Any], listener: Client) -> None:
        response = listener.get(reverse("journal:export_songs", args=[kind]))
        assert (response.status_code, is_kept_nowhere(response)) == (HTTPStatus.OK, True)

    @pytest.mark.parametrize("part", ["", "bytes=2-5", "bytes=900-"])
    def test_none_keeps_sound_or_a_part_of_it(
        self, part: str, user: User, listener: Client
    ) -> None:
        song = SongFactory(owner=user, audio=ContentFile(b"not really audio", "a.mp3"))
        path = reverse("journal:song_audio", args=[song.pk])
        response = listener.get(path, headers={"Range": part} if part else {})
        expected = {"": HTTPStatus.OK, "bytes=2-5": HTTPStatus.PARTIAL_CONTENT}
        assert response.status_code == expected.get(part, 416)
        assert is_kept_nowhere(response)
        body = b"".join(response)
        assert body == {"": b"not really audio", "bytes=2-5": b"t re"}.get(part, b"")

    def test_none_keeps_a_page_of_the_admin(
        self,
        keys: dict[str, Any],
        curator: User,
        browser_of: Callable[[User], Client],
        afresh: Afresh,
    ) -> None:
        for name in ADMIN:
            with afresh(name):
                assert is_kept_nowhere(call(browser_of(curator), admin_path(name, keys)))

    @pytest.mark.parametrize(("host", "status"), [("evil.example", 400), ("127.0.0.1", 404)])
    def test_none_keeps_an_error(self, host: str, status: int, db: None) -> None:
        response = Client().get("/nowhere/", headers={"Host": host})
        assert (response.status_code, is_kept_nowhere(response)) == (status, True)


class TestTheEndOfASession:
    CLEARED = '"cache"'
    EVERYTHING = '"cache", "storage"'  # what waits to be sent as well

    def test_signing_out_clears_what_the_browser_keeps(self, listener: Client) -> None:
        page = listener.get(reverse("journal:today"), follow=True)
        assert "Clear-Site-Data" not in page.headers
        gone = listener.post(reverse("account_logout"))
        assert gone["Clear-Site-Data"] == self.EVERYTHING
        assert "Clear-Site-Data" not in listener.get(reverse("home")).headers

    def test_so_does_deleting_the_account(self, user: User, listener: Client) -> None:
        user.set_password("one-good-song")
        user.save()
        listener.force_login(user)
        gone = listener.post(reverse("journal:leave"), {"password": "one-good-song"})
        assert gone.status_code == HTTPStatus.FOUND
        assert not User.objects.filter(pk=user.pk).exists()
        assert gone["Clear-Site-Data"] == self.EVERYTHING

    def test_so_does_a_session_that_another_device_ended(
        self, user: User, listener: Client, browser_of: Callable[[User], Client]
    ) -> None:
        listener.get(reverse("journal:devices"))
        other = browser_of(user)
        other.get(reverse("journal:devices"))
        other.post(reverse("journal:sign_out_devices"))
        sent_away = listener.get(reverse("journal:history"))
        assert sent_away.status_code == HTTPStatus.FOUND
        assert sent_away["Clear-Site-Data"] == self.CLEARED

    def test_so_does_a_session_that_ran_out(self, listener: Client) -> None:
        Session.objects.update(expire_date=timezone.now() - dt.timedelta(seconds=1))
        assert listener.get(reverse("journal:history"))["Clear-Site-Data"] == self.CLEARED

    def test_a_new_password_on_another_device_does_too(self, user: User, listener: Client) -> None:
        user.set_password("another-good-song")
        user.save()
        assert listener.get(reverse("journal:history"))["Clear-Site-Data"] == self.CLEARED

    def test_visitors_keep_what_they_have(self, db: None) -> None:
        assert "Clear-Site-Data" not in Client().get(reverse("home")).headers
