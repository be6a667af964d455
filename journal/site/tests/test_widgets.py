from __future__ import annotations

import pytest
from django import forms
from pytest_django.asserts import assertHTMLEqual

from journal.site.widgets import LongSelect

CHOICES = [("", "any"), ("a", "A <b> & c"), (2, "two"), ('"', "quoted")]


@pytest.mark.parametrize("value", [None, "", "a", 2, "2", '"', "gone"])
def test_it_is_the_select_that_django_draws(value: object) -> None:
    attrs = {"id": "id_song", "aria-describedby": "help", "required": True, "disabled": False}
    plain = forms.Select({"class": "wide"}, CHOICES).render("song", value, attrs)
    assertHTMLEqual(LongSelect({"class": "wide"}, CHOICES).render("song", value, attrs), plain)
