from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from classifier.models import Song
from journal.models import Entry, Preferences
from journal.tests.factories import PhraseFactory

if TYPE_CHECKING:
    from journify.tests.sandbox import Sandbox
    from spotify_auth.models import User

pytestmark = pytest.mark.django_db

SHARE = "/share/"
TUNE = settings.BASE_DIR / "classifier/demo/audio/spring.mp3"


@pytest.fixture
def phone(user: User) -> Client:
    """The installed app: it posts without a token, and checks them otherwise."""
    PhraseFactory.create_batch(3)
    Preferences.objects.create(user=user, search="outside")
    client = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "none"})
    client.force_login(user)
    return client


def share(phone: Client, **shared: Any) -> Any:
    return phone.post(SHARE, {"title": "", "text": "", "url": ""} | shared, follow=True)


def test_the_manifest_names_the_address_and_its_fields() -> None:
    manifest = json.loads((settings.BASE_DIR / "static/manifest.webmanifest").read_text())
    target = manifest["share_target"]
    assert target["action"] == reverse("journal:share")
    assert (target["method"], target["enctype"]) == ("POST", "multipart/form-data")
    assert set(target["params"]) == {"title", "text", "url", "files"}


@pytest.mark.parametrize("field", ["url", "text", "title"])
def test_a_songs_link_asks_which_phrase_it_answers(
    phone: Client, user: User, sandbox: Sandbox, field: str
) -> None:
    song = sandbox.world.songs[2]
    link = f"Hear {song.title} at https://www.deezer.com/de/track/{song.deezer_id}?utm=1"
    page = share(phone, **{field: link}).content.decode()
    assert "Which phrase does it answer?" in page
    assert f"{song.title} – {song.artist}" in page
    assert f'value="deezer:{song.deezer_id}"' in page
    assert Entry.objects.of(user).filter(song=None).count() == page.count('name="revision"')
    assert not Song.objects.exists()


def test_a_file_is_kept_and_answers_the_phrase_that_is_tapped(phone: Client, user: User) -> None:
    file = SimpleUploadedFile("Mira - Lantern.mp3", TUNE.read_bytes(), "audio/mpeg")
    response = share(phone, audio=file)
    song = Song.objects.get(owner=user)
    assert response.redirect_chain[-1][0] == reverse("journal:share_file", args=[song.pk])
    page = response.content.decode()
    assert f'name="song" value="{song.pk}"' in page
    entry = Entry.objects.of(user)[0]
    plain = Client()
    plain.force_login(user)
    values = {"song": str(song.pk), "revision": entry.revision}
    plain.post(reverse("journal:answer", args=[entry.pk]), values)
    entry.refresh_from_db()
    assert entry.song == song


def test_what_is_no_audio_is_told_so(phone: Client) -> None:
    response = share(phone, audio=SimpleUploadedFile("a.mp3", b"no audio at all", "audio/mpeg"))
    assert response.redirect_chain[-1][0].startswith("/journal/")
    assert list(response.context["messages"])
    assert not Song.objects.exists()


def test_words_offer_what_is_called_so(phone: Client, sandbox: Sandbox) -> None:
    song = sandbox.world.songs[2]
    page = share(phone, title=f"{song.title} {song.artist}").content.decode()
    assert f"?track=deezer%3A{song.deezer_id}" in page


def test_a_link_that_cannot_be_opened_offers_its_words(phone: Client, sandbox: Sandbox) -> None:
    page = share(phone, title="Tone 2", text="https://youtu.be/abcdefghijk").content.decode()
    assert "Links of YouTube cannot be opened here" in page
    assert 'value="Tone 2"' in page


def test_deezer_is_not_asked_before_the_listener_said_so(
    phone: Client, user: User, sandbox: Sandbox
) -> None:
    Preferences.objects.filter(user=user).update(search="")
    song = sandbox.world.songs[2]
    for text in (f"https://www.deezer.com/track/{song.deezer_id}", song.title):
        page = share(phone, text=text).content.decode()
        assert f'action="{reverse("journal:choose_search")}"' in page
        assert f'name="q" value="{text}"' in page
        assert "Only your own songs" not in page
    assert sandbox.world.requests == []


@pytest.mark.parametrize(
    ("choice", "says"),
    [("outside", "Which phrase does it answer?"), ("own", "cannot be opened here")],
)
def test_the_answer_to_that_goes_on_with_what_was_shared(
    phone: Client, user: User, sandbox: Sandbox, choice: str, says: str
) -> None:
    Preferences.objects.filter(user=user).update(search="")
    plain = Client()
    plain.force_login(user)
    link = f"https://www.deezer.com/track/{sandbox.world.songs[2].deezer_id}"
    page = plain.post(reverse("journal:choose_search"), {"q": link, "search": choice}, follow=True)
    assert says in page.content.decode()
    assert Preferences.objects.get(user=user).search == choice


def test_whoever_searches_only_own_songs_is_told_where_they_are(phone: Client, user: User) -> None:
    Preferences.objects.filter(user=user).update(search="own")
    page = share(phone, title="Tone 2").content.decode()
    assert "Only your own songs can be found here" in page
    assert f'href="{reverse("journal:settings")}"' in page


@pytest.mark.parametrize("site", ["cross-site", "same-site", ""])
def test_another_site_shares_nothing(phone: Client, site: str) -> None:
    file = SimpleUploadedFile("a.mp3", TUNE.read_bytes(), "audio/mpeg")
    response = phone.post(SHARE, {"audio": file}, headers={"sec-fetch-site": site})
    assert response.status_code == 403
    assert not Song.objects.exists()


def test_cookies_of_a_session_do_not_go_with_another_sites_post() -> None:
    assert settings.SESSION_COOKIE_SAMESITE in {"Lax", "Strict"}


def test_whoever_signs_in_first_finds_what_was_shared(client: Client) -> None:
    headers = {"sec-fetch-site": "none"}
    response = client.post(SHARE, {"text": "https://www.deezer.com/track/7"}, headers=headers)
    assert response["Location"].startswith("/accounts/login/?next=/share/%3Ftext%3Dhttps")


def test_nobody_elses_file_is_asked_about(phone: Client, stranger: User) -> None:
    song = Song.objects.create(owner=stranger, title="Theirs")
    assert phone.get(reverse("journal:share_file", args=[song.pk])).status_code == 404


@pytest.mark.parametrize("text", ["", " ", "\0", "%00", "x" * 3000, "http://", "isrc:"])
def test_any_text_has_a_page(phone: Client, sandbox: Sandbox, text: str) -> None:
    assert phone.get(SHARE, {"text": text}).status_code == 200
