from __future__ import annotations

from typing import TYPE_CHECKING

from django.apps import apps
from django.conf import settings
from django.test import Client

from journal.account import privacy
from journal.site.middleware import THEME_COOKIE
from journify.limits import browsers

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

# Tables that say nothing of anybody.
IMPERSONAL = {
    "auth.Permission",
    "auth.Group",
    "auth.Group_permissions",
    "classifier.EmotionRule",
    "classifier.Worker",
    "contenttypes.ContentType",
    "outbound.PlatformPace",
    "socialaccount.SocialApp",
}


def columns() -> set[str]:
    """Every column of every table, but keys."""
    return {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.get_fields()
        if field.concrete and not field.many_to_many
        if field.name != "id" and model._meta.label not in IMPERSONAL
    }


def test_every_column_is_described() -> None:
    described = {column for row in privacy.STORED for column in row.columns}
    assert columns() - described == set(), "say in journal/account/privacy.py what this is for"


def test_nothing_is_described_that_is_not_stored() -> None:
    described = {column for row in privacy.described() for column in row.columns}
    assert described - columns() == set()


def test_each_column_is_described_once() -> None:
    described = [column for row in privacy.STORED for column in row.columns]
    assert len(described) == len(set(described))


def test_the_page_shows_all_of_it(client: Client, db: None) -> None:
    text = client.get("/privacy/").content.decode()
    for row in privacy.described():
        for column in row.columns:
            assert column in text


def test_cookies_are_those_that_are_set() -> None:
    assert {
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        settings.LANGUAGE_COOKIE_NAME,
        f"{browsers.COOKIE}…",
        "time_zone",
        THEME_COOKIE,
    } == set(privacy.COOKIES)


def test_services_are_named_unless_the_operator_asks_none(
    client: Client, db: None, settings: SettingsWrapper
) -> None:
    settings.LASTFM_API_KEY, settings.PUSH_HOSTS = "key", ["push.example"]
    names = "ListenBrainz, only if", "Last.fm, only if", "push service, only if"
    page = client.get("/privacy/").content.decode()
    assert [name for name in names if name not in page] == []
    settings.OFFLINE = True
    page = client.get("/privacy/").content.decode()
    assert [name for name in names if name in page] == []
