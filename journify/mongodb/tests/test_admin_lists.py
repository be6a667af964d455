"""Curators search and filter every list in words that MongoDB has too: the gate of all tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from classifier.tests.factories import ClassificationFactory, SongFactory

if TYPE_CHECKING:
    from spotify_auth.models import User

admin.autodiscover()
LISTS = [model._meta.label_lower for model in admin.site._registry]


@pytest.mark.parametrize("label", LISTS)
def test_a_list_is_searched_sorted_and_filtered(
    label: str, curator: User, browser_of: Callable[[User], Client]
) -> None:
    ClassificationFactory(song=SongFactory(owner=curator))
    carol = browser_of(curator)
    url = reverse(f"admin:{label.replace('.', '_')}_changelist")
    page = carol.get(url, {"q": "ada 1"})
    assert page.status_code == 200
    changes = page.context["cl"]
    for number in range(len(changes.list_display)):
        assert carol.get(url, {"o": str(number)}).status_code == 200
    for chosen in changes.filter_specs:
        for choice in list(chosen.choices(changes))[:4]:
            assert carol.get(url + choice["query_string"]).status_code == 200
