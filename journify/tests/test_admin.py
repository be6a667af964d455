from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from journal.models import Phrase
from spotify_auth.models import User

# the same word in both languages
INTERNATIONAL = {
    "album",
    "audio",
    "browser",
    "isrc",
    "name",
    "status",
    "text",
    "version",
    "webauthn",
}


def test_every_page_of_the_admin_passes_its_checks() -> None:
    # `manage.py check` looks at those that are loaded by then
    admin.autodiscover()
    assert len(admin.site._registry) > 8
    assert admin.site.check(None) == []


@pytest.fixture
def admins() -> list[admin.ModelAdmin[Any]]:
    admin.autodiscover()
    return list(admin.site._registry.values())


@pytest.mark.django_db
def test_everything_in_the_admin_has_a_german_text(admins: list[admin.ModelAdmin[Any]]) -> None:
    with translation.override("en"):
        english = dict(texts_of(admins))
    with translation.override("de"):
        german = dict(texts_of(admins))
    assert len(english) > 150
    left = {key: text for key, text in german.items() if text and text == english.get(key)}
    assert {key: text for key, text in left.items() if text.lower() not in INTERNATIONAL} == {}


def test_every_table_of_ours_has_a_german_name() -> None:
    ours = ("classifier", "journal", "journify", "spotify_auth")
    for model in apps.get_models():
        if model.__module__.partition(".")[0] not in ours:
            continue
        names = model._meta.verbose_name, model._meta.verbose_name_plural
        english = [str(name) for name in names]
        with translation.override("de"):
            assert not set(english) & {str(name) for name in names} - {"Playlist"}, model


@pytest.mark.django_db
def test_every_page_of_the_admin_opens_in_german(
    admins: list[admin.ModelAdmin[Any]], client: Client
) -> None:
    boss = User.objects.create_superuser("boss", password="a-long-password-1")
    client.force_login(boss)
    client.cookies["django_language"] = "de"
    for each in admins:
        base = "admin:{}_{}".format(*(each.opts.app_label, each.opts.model_name))
        for page in ("changelist", "add"):
            response = client.get(f"{reverse(f'{base}_{page}')}", HTTP_ACCEPT_LANGUAGE="de")
            may_add = each.has_add_permission(request_of(boss))
            assert response.status_code == (200 if may_add or page != "add" else 403)
    page = client.get(reverse("admin:auth_group_add"), HTTP_ACCEPT_LANGUAGE="de")
    assert "Sätze: ansehen" in page.text
    assert "Can add" not in page.text


@pytest.mark.django_db
def test_what_phrases_are_for_is_told_in_german(client: Client) -> None:
    client.force_login(User.objects.create_superuser("boss", password="a-long-password-1"))
    values = {"theme": "bad luck", "seasons": "spring summer", "weekdays": "saturday"}
    Phrase.objects.create(text="The ice was gone before…", **values)
    Phrase.objects.create(text="A curator's own…", theme="Sportfest")
    page = client.get(reverse("admin:journal_phrase_changelist"), HTTP_ACCEPT_LANGUAGE="de").text
    for word in ("Frühling, Sommer", "Samstag", "Sportfest"):
        assert word in page
    assert page.count("Pech") == 2, "in its row and in the filter"
    assert "bad luck" not in page
    one = client.get(f"{reverse('admin:journal_phrase_changelist')}?theme=bad%20luck")
    assert "A curator" not in one.text


@pytest.mark.django_db
def test_phrases_are_read_and_found_in_german(client: Client) -> None:
    boss = User.objects.create_superuser("boss", password="a-long-password-1")
    client.force_login(boss)
    text = "The alarm won, the blanket lost, and my head played…"
    phrase = Phrase.objects.create(text=text)
    own = Phrase.objects.create(text="Mein Wecker und ich…", owner=boss)
    Phrase.objects.create(text="Three snoozed alarms later I ran for it, and my feet drummed…")
    where = reverse("admin:journal_phrase_changelist")
    for page in (where, reverse("admin:journal_phrase_change", args=[phrase.pk])):
        german = client.get(page, HTTP_ACCEPT_LANGUAGE="de").text
        assert text in german
        assert "Der Wecker gewann, die Decke verlor" in german
        assert "In your language" not in client.get(page).text
    found = {
        words: list(
            client.get(where, {"q": words}, HTTP_ACCEPT_LANGUAGE="de").context["cl"].queryset
        )
        for words in ("decke gewann", "Wecker", "the blanket")
    }
    assert found["decke gewann"] == found["the blanket"] == [phrase]
    assert len(found["Wecker"]) == 3
    assert own in found["Wecker"]


def request_of(user: User) -> Any:
    request = RequestFactory().get("/")
    request.user = user
    return request


def texts_of(admins: list[admin.ModelAdmin[Any]]) -> Iterator[tuple[tuple[str, ...], str]]:
    """Give what a curator reads of each table: its names, columns, filters, actions and fields."""
    request = request_of(User(is_superuser=True, is_active=True, is_staff=True))
    for each in admins:
        label = each.opts.label
        yield (label, "app"), str(each.opts.app_config.verbose_name)
        yield (label, "name"), str(each.opts.verbose_name)
        yield (label, "plural"), str(each.opts.verbose_name_plural)
        for name, (_do, _name, text) in each.get_actions(request).items():
            yield (label, "action", name), str(text)
        for column in each.get_list_display(request):
            if column != "__str__":
                text = label_for_field(column, each.model, each)
                yield (label, "column", getattr(column, "__name__", str(column))), str(text)
        for shown in each.get_list_filter(request):
            if isinstance(shown, type):
                yield (label, "filter", shown.__name__), str(getattr(shown, "title", ""))
        for part in (each, *each.get_inline_instances(request)):
            yield from fields_of(part, label, request)


def fields_of(part: Any, label: str, request: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    is_inline = isinstance(part, admin.TabularInline)
    form = part.get_formset(request).form if is_inline else part.get_form(request)
    where = (label, part.opts.model_name)
    yield (*where, "heading"), str(part.opts.verbose_name_plural)
    for name, field in form.base_fields.items():
        yield (*where, name), str(field.label)
        yield (*where, name, "help"), str(field.help_text)
        choices = [] if hasattr(field, "queryset") else getattr(field, "choices", [])
        for value, text in choices:
            if value:
                yield (*where, name, str(value)), str(text)
    for column in part.get_readonly_fields(request):
        name = getattr(column, "__name__", str(column))
        yield (*where, name), str(label_for_field(column, part.model, part))
