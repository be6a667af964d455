from __future__ import annotations

import re
import uuid

import pytest
from django.conf import settings
from django.template import Context, Template
from django.template.loader import get_template
from django.urls import reverse, set_script_prefix
from django.utils import translation

from journify.templatetags.ui import address, mark, sleeve


def test_an_address_is_what_the_slower_way_gives() -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    for key in (first, second):
        assert address("journal:song_audio", key) == reverse("journal:song_audio", args=[key])
        assert address("journal:song_audio", str(key)) == address("journal:song_audio", key)


def test_an_address_is_escaped_whatever_the_key() -> None:
    assert "<" not in address("journal:song", "<b>")


def test_an_address_lies_where_the_app_does() -> None:
    key = uuid.uuid4()
    plain = address("journal:song", key)
    set_script_prefix("/music/")
    try:
        assert (
            address("journal:song", key) == f"/music{plain}" == reverse("journal:song", args=[key])
        )
    finally:
        set_script_prefix("/")


def test_what_is_drawn_is_escaped_once() -> None:
    drawn = Template("{% load ui %}{% mark name icons %}").render(
        Context({"name": "calm", "icons": "/icons.svg?a&b"})
    )
    assert 'data-emotion="calm"' in drawn
    assert 'href="/icons.svg?a&amp;b#mark-calm"' in drawn


@pytest.mark.parametrize(("name", "drawn"), [("sad", "sad"), ("", "blank")])
def test_a_sleeve_without_an_emotion_is_blank(name: str, drawn: str) -> None:
    assert f'href="#sleeve-{drawn}"' in sleeve(name, "")
    assert f'data-emotion="{name}"' in sleeve(name, "")
    assert mark(name, "") != sleeve(name, "")


@pytest.mark.parametrize("name", ["sad", "happy", "energetic", "calm"])
def test_sleeves_of_one_emotion_differ_from_song_to_song_and_stay(name: str) -> None:
    songs = [uuid.uuid5(uuid.NAMESPACE_URL, str(number)) for number in range(24)]
    drawn = [sleeve(name, "", song) for song in songs]
    assert len(set(drawn)) >= 18
    assert drawn == [sleeve(name, "", str(song)) for song in songs]
    icons = (settings.BASE_DIR / "static/img/icons.svg").read_text()
    pictures = {re.findall(r'href="#([^"]+)"', each)[0] for each in drawn}
    assert pictures == {f"sleeve-{name}", f"sleeve-{name}-2", f"sleeve-{name}-3"}
    assert all(f'<symbol id="{picture}"' in icons for picture in pictures)
    assert 4 <= sum("is-inverse" in each for each in drawn) <= 14


def test_a_sleeve_of_a_song_that_is_not_heard_is_blank_whatever_its_key() -> None:
    drawn = sleeve("", "", uuid.uuid4())
    assert 'href="#sleeve-blank"' in drawn
    assert "is-inverse" not in drawn


STENCIL = re.compile(r'{% stencil "([^"]+)"([^%]*)%}')
STENCILS = {
    (name, tuple(sorted(re.findall(r"(\w+)=", values))))
    for path in (settings.BASE_DIR / "templates").rglob("*.html")
    for name, values in STENCIL.findall(path.read_text())
}


@pytest.mark.parametrize(("name", "values"), sorted(STENCILS))
def test_a_stencil_is_what_including_its_template_gives(name: str, values: tuple[str, ...]) -> None:
    given_to = " ".join(f"{value}={value}" for value in values)
    tag = Template(f'{{% load ui %}}{{% stencil "{name}" {given_to} %}}')
    for number, language in enumerate(("en", "de", "en")):
        given = {value: f'<i>"{value}" &\0key\0{{key}}%(key)s {number}</i>' for value in values}
        given |= {"icons": "/icons.svg?a&b"}
        with translation.override(language):
            drawn = tag.render(Context(given))
            assert drawn == get_template(name).template.render(Context(given))
        assert all(f"&quot;{value}&quot; &amp;" in drawn for value in values)


def test_a_stencil_lies_where_the_app_does() -> None:
    tag = Template('{% load ui %}{% stencil "ui/_errors.html" %}')
    plain = tag.render(Context())
    set_script_prefix("/music/")
    try:
        assert 'href="/music/' in tag.render(Context())
    finally:
        set_script_prefix("/")
    assert tag.render(Context()) == plain
