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


def test_a_value_is_left_out_where_the_label_says_it_as_a_browser_reads_it() -> None:
    choices = [("Rain", "Rain"), ("Two  blanks", "Two  blanks"), ("", "any"), ("", "")]
    drawn = LongSelect(None, choices).render("phrase", "Rain")
    assert "<option selected>Rain</option>" in drawn
    assert '<option value="Two  blanks">Two  blanks</option>' in drawn
    assert '<option value="">any</option>' in drawn
