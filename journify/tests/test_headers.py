"""What stands around every answer: headers, and pages that a strict policy does not break."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse

from classifier.tests.factories import ClassificationFactory
from journal import urls
from journal.tests.factories import EntryFactory
from journify.monitoring import views
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

pytestmark = pytest.mark.any_database

POLICY = {
    "base-uri": "'self'",
    "default-src": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}
ADMIN = [
    "admin:index",
    "admin:classifier_song_changelist",
    "admin:classifier_song_add",
    "admin:classifier_classification_changelist",
    "admin:journal_phrase_changelist",
    "admin:spotify_auth_user_changelist",
    "admin:password_change",
]
ACCOUNT = ["account_change_password", "account_set_password", "account_reauthenticate", "mfa_index"]
SIGNED_OUT = ["home", "account_login", "account_signup", "account_inactive", "journal:emotions"]
# answered by fragments or files, or for POST only
NO_PAGES = {"entry_card", "remote", "song_audio"}


class Inline(HTMLParser):
    """Everything that a strict content security policy would switch off."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        table = dict(attrs)
        if tag == "style" or "style" in table:
            self.found.append(f"style of <{tag}>")
        if tag == "script" and "src" not in table and "json" not in (table.get("type") or ""):
            self.found.append("inline script")
        self.found += [f"{name} of <{tag}>" for name in table if name.startswith("on")]
        for name in ("href", "src", "action"):
            value = (table.get(name) or "").strip().lower()
            if value.startswith(("javascript:", "//", "http:")):
                self.found.append(f"{name}={value}")


def is_strict(response: Any) -> None:
    policy = dict(
        part.strip().split(" ", 1) for part in response["Content-Security-Policy"].split(";")
    )
    assert POLICY.items() <= policy.items()
    assert "unsafe" not in response["Content-Security-Policy"]
    assert "*" not in policy["default-src"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in response["Permissions-Policy"]
    assert "microphone=()" in response["Permissions-Policy"]


def is_framed_by_nobody(response: Any) -> None:
    assert response["X-Frame-Options"] == "DENY"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"


def has_nothing_inline(response: Any) -> None:
    parser = Inline()
    parser.feed(response.content.decode())
    assert parser.found == []


def is_safe_page(response: Any, status: int = HTTPStatus.OK) -> None:
    assert response.status_code == status
    is_strict(response)
    is_framed_by_nobody(response)
    has_nothing_inline(response)
    assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))


@pytest.mark.parametrize("name", SIGNED_OUT)
def test_pages_for_everybody(name: str, client: Client, db: None) -> None:
    is_safe_page(client.get(reverse(name)))


@pytest.mark.parametrize("name", ACCOUNT)
def test_pages_of_an_account(name: str, listener: Client) -> None:
    response = listener.get(reverse(name))
    if response.status_code == HTTPStatus.FOUND:
        return is_strict(response)
    return is_safe_page(response)


@pytest.mark.parametrize(
    "name", sorted({str(pattern.name) for pattern in urls.urlpatterns} - NO_PAGES)
)
def test_pages_of_the_journal(
    name: str, user: User, listener: Client, settings: SettingsWrapper
) -> None:
    settings.SPOTIFY_ENABLED = True
    row = ClassificationFactory(song__owner=user)
    entry = EntryFactory(journal__user=user, song=row.song)
    for arguments in ([], [entry.pk], [row.song.pk], [entry.journal.date]):
        try:
            path = reverse(f"journal:{name}", args=arguments)
        except (NoReverseMatch, AttributeError):  # a date's address takes no id
            continue
        response = listener.get(path)
        is_strict(response)
        if response.status_code == HTTPStatus.OK and "html" in response["Content-Type"]:
            has_nothing_inline(response)
            is_framed_by_nobody(response)


@pytest.mark.parametrize("name", ADMIN)
def test_pages_of_the_admin(name: str, curator: User, browser_of: Callable[[User], Client]) -> None:
    ClassificationFactory()
    is_safe_page(browser_of(curator).get(reverse(name)))


class TestErrors:
    def test_400_when_the_host_is_not_ours(self, client: Client, settings: SettingsWrapper) -> None:
        settings.ALLOWED_HOSTS = ["journal.example.org"]
        response = client.get("/", headers={"host": "evil.example"})
        assert response.status_code == HTTPStatus.BAD_REQUEST
        assert response.content == b"Nothing here has that name.\n"
        is_strict(response)

    def test_403_when_another_site_posts(self, db: None) -> None:
        client = Client(enforce_csrf_checks=True)
        is_safe_page(client.post(reverse("account_login")), HTTPStatus.FORBIDDEN)

    def test_404(self, client: Client, db: None) -> None:
        is_safe_page(client.get("/nowhere/"), HTTPStatus.NOT_FOUND)

    def test_429(self, client: Client, settings: SettingsWrapper, db: None) -> None:
        settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign-up": {"address": (1, 60)}}
        client.post(reverse("account_signup"))
        is_safe_page(client.post(reverse("account_signup")), HTTPStatus.TOO_MANY_REQUESTS)

    def test_500_tells_nothing(self, monkeypatch: pytest.MonkeyPatch, db: None) -> None:
        def fail(*_args: Any, **_options: Any) -> None:
            raise RuntimeError("the password is sesame")

        monkeypatch.setattr(views, "JsonResponse", fail)
        client = Client(raise_request_exception=False)
        response = client.get(reverse("healthz"))
        is_safe_page(response, HTTPStatus.INTERNAL_SERVER_ERROR)
        assert "sesame" not in response.content.decode()


def test_every_form_that_posts_carries_a_token(listener: Client, user: User) -> None:
    entry = EntryFactory(journal__user=user)
    page = listener.get(reverse("journal:day", args=[entry.journal.date])).content.decode()
    assert page.count('method="post"') <= page.count("csrfmiddlewaretoken")
