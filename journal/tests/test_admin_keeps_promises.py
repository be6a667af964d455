"""Curators, superusers too, see nothing that listeners were promised is theirs alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from classifier.models import Classification, Label, Song
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal.models import Phrase
from journal.tests.factories import EntryFactory, PhraseFactory
from spotify_auth.models import User

SECRETS = ("Xylophone", "Quetzal", "Wisteria", "Zanzibar", "Hyacinth")


@pytest.fixture
def planted(user: User) -> dict[type, Any]:
    """A listener's own song, phrase and note, with words that stand nowhere else."""
    song = SongFactory(owner=user, title="Xylophone", artist="Quetzal", album="Wisteria")
    answer = ClassificationFactory(song=song, emotion="sad")
    label = LabelFactory(song=song, user=user, emotion="happy")
    phrase = PhraseFactory(owner=user, text="Zanzibar")
    EntryFactory(
        journal__user=user, song=song, phrase=phrase, phrase_text="Zanzibar", note="Hyacinth"
    )
    SongFactory(title="Everybody’s song")
    return {Song: song, Classification: answer, Label: label, Phrase: phrase, User: user}


@pytest.fixture
def curating(curator: User, browser_of: Callable[[User], Client]) -> Client:
    return browser_of(curator)


def told(client: Client, path: str, query: str = "") -> str:
    return client.get(path + query, follow=True).content.decode()


def pages(model: type) -> list[str]:
    """Every page of a table that needs no key."""
    names = [
        f"{model._meta.app_label}_{model._meta.model_name}_{each}"
        for each in ("changelist", "add", "export")
    ]
    found = []
    for name in names:
        try:
            found.append(reverse(f"admin:{name}"))
        except NoReverseMatch:
            continue
    return found


@pytest.mark.usefixtures("planted")
def test_no_list_form_or_export_names_them(curating: Client) -> None:
    told(curating, reverse("admin:index"))  # every table is registered then
    found = [path for model in admin.site._registry for path in pages(model)]
    assert len(found) > 10
    for path in found:
        page = told(curating, path)
        assert not [word for word in SECRETS if word in page], path


@pytest.mark.parametrize("word", SECRETS)
@pytest.mark.parametrize("model", [Song, Classification, Label, Phrase])
def test_no_search_finds_them(
    curating: Client, planted: dict[type, Any], model: type, word: str
) -> None:
    path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert str(planted[model].pk) not in told(curating, path, f"?q={word}")


@pytest.mark.parametrize("page", ["change", "delete", "history"])
@pytest.mark.parametrize("model", [Song, Classification, Label, Phrase, User])
def test_no_page_of_one_row_names_them(
    curating: Client, planted: dict[type, Any], model: type, page: str
) -> None:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}"
    text = told(curating, reverse(name, args=[planted[model].pk]))
    assert not [word for word in SECRETS if word in text]


@pytest.mark.usefixtures("planted")
@pytest.mark.parametrize(("model", "field"), [("classification", "song"), ("label", "song")])
def test_no_completion_offers_them(curating: Client, model: str, field: str) -> None:
    query = f"?app_label=classifier&model_name={model}&field_name={field}&term=Xylo"
    answer = curating.get(reverse("admin:autocomplete") + query).json()
    assert answer["results"] == []
    query = query.replace("Xylo", "Everybody")
    assert len(curating.get(reverse("admin:autocomplete") + query).json()["results"]) == 1


def test_what_goes_with_an_account_is_counted_not_named(
    curating: Client, planted: dict[type, Any]
) -> None:
    path = reverse("admin:spotify_auth_user_changelist")
    data = {"action": "delete_selected", "_selected_action": [str(planted[User].pk)]}
    page = curating.post(path, data).content.decode()
    assert "alice" in page
    assert not [word for word in SECRETS if word in page]


@pytest.mark.usefixtures("planted")
def test_the_page_of_models_and_people_names_no_upload(curating: Client) -> None:
    page = told(curating, reverse("admin:classifier_insight"))
    assert not [word for word in SECRETS if word in page]


def test_nothing_is_done_to_an_upload_by_its_key(
    curating: Client, planted: dict[type, Any], curator: User
) -> None:
    song = planted[Song]
    path = reverse("admin:classifier_song_label", args=[song.pk])
    assert curating.post(path, {f"label-{song.pk}": "calm"}).status_code == 404
    data = {"action": "reclassify", "_selected_action": [str(song.pk)]}
    curating.post(reverse("admin:classifier_song_changelist"), data)
    assert Classification.objects.get().status == "done"
    assert not Label.objects.filter(user=curator).exists()
