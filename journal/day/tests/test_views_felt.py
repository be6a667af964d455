from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.test import Client

from classifier.tests.factories import SongFactory
from journal import services
from journal.day.context import choices_of, shown_of
from journal.day.pages import open_day
from journal.models import DayFeeling, Entry
from journal.tests.factories import PhraseFactory
from spotify_auth.models import User

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
PATH = "/journal/2026-11-23/"
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _monday_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def felt(client: Client, *, htmx: bool = True, **values: str) -> str:
    response = client.post(f"{PATH}felt/", values, headers=HTMX if htmx else {})
    assert response.status_code == 200, response
    return response.content.decode()


class TestFelt:
    def test_one_tap_says_it_and_a_tag_stands_beside(self, listener: Client, user: User) -> None:
        page = felt(listener, revision="0", emotions="happy", tags="Anna,  the sea")
        assert "Saved" in page
        row = DayFeeling.objects.get(user=user, date=NOON.date())
        assert (row.emotions, row.tags, row.revision) == ("happy", "Anna, the sea", 1)
        assert 'value="Anna, the sea"' in listener.get(PATH).content.decode()

    def test_what_is_typed_leaves_the_feelings(self, listener: Client, user: User) -> None:
        services.write_feeling(user, NOON.date(), emotions="sad calm")
        felt(listener, revision="1", tags="rain")
        row = DayFeeling.objects.get()
        assert (row.emotions, row.tags) == ("sad calm", "rain")

    def test_a_tag_is_spelt_as_before(self, listener: Client, user: User) -> None:
        services.write_feeling(user, NOON.date() - dt.timedelta(days=1), tags="Anna")
        assert '<option value="Anna"' in listener.get(PATH).content.decode()
        felt(listener, tags="anna")
        assert DayFeeling.objects.get(date=NOON.date()).tags == "Anna"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"emotions": "sad happy calm"},
            {"emotions": "angry"},
            {"tags": ", ".join(f"tag {n}" for n in range(13))},
            {"tags": "x" * 41},
        ],
    )
    @pytest.mark.parametrize("htmx", [True, False])
    def test_what_cannot_be_kept_is_told_and_stays_typed(
        self, listener: Client, wrong: dict[str, str], *, htmx: bool
    ) -> None:
        page = felt(listener, htmx=htmx, **wrong)
        assert "data-refused" in page
        assert wrong.get("tags", "") in page
        assert not DayFeeling.objects.exists()

    @pytest.mark.parametrize("htmx", [True, False])
    def test_another_window_was_quicker(self, listener: Client, user: User, *, htmx: bool) -> None:
        services.write_feeling(user, NOON.date(), tags="written there")
        page = felt(listener, htmx=htmx, revision="0", tags="typed here")
        assert "Saved there: written there." in page
        assert 'value="typed here"' in page
        assert DayFeeling.objects.get().tags == "written there"
        # typing on changes nothing: whoever wrote it chooses
        assert "Keep mine" in felt(listener, revision="0", tags="typed here, too")
        assert DayFeeling.objects.get().tags == "written there"
        felt(listener, revision="0", replace="1", tags="typed here")
        assert DayFeeling.objects.get().tags == "typed here"

    def test_it_works_without_javascript(self, listener: Client) -> None:
        response = listener.post(f"{PATH}felt/", {"revision": "0", "emotions": "calm"})
        assert response.url == f"{PATH}#felt"
        assert 'aria-pressed="true"' in listener.get(PATH).content.decode()

    def test_no_day_to_come(self, listener: Client) -> None:
        assert listener.post("/journal/2026-11-24/felt/").status_code == 404
        assert not DayFeeling.objects.exists()

    def test_it_is_no_answer(self, listener: Client, user: User) -> None:
        felt(listener, emotions="happy")
        context = listener.get(PATH).context
        assert context["answered_count"] == 0
        assert not Entry.objects.of(user).heard().exists()


def test_a_third_feeling_takes_the_place_of_the_first() -> None:
    def then(said: str) -> dict[str, str]:
        return {each["name"]: each["then"] for each in choices_of(DayFeeling(emotions=said))}

    assert then("") == {name: name for name in ("sad", "happy", "energetic", "calm")}
    assert then("sad") == {
        "sad": "",
        "happy": "sad happy",
        "energetic": "sad energetic",
        "calm": "sad calm",
    }
    assert then("calm sad")["happy"] == "sad happy"
    assert then("calm sad")["calm"] == "sad"


class TestShown:
    def fold(self, client: Client) -> tuple[list[str], int]:
        context = client.get(PATH).context
        return [card.state for card in context["shown"]], len(context["folded"])

    def test_three_phrases_are_large_and_the_others_folded(
        self, listener: Client, user: User
    ) -> None:
        PhraseFactory.create_batch(12)
        assert self.fold(listener) == (["empty"] * 3, 9)
        services.save_preferences(user, large_phrases=12)
        assert self.fold(listener) == (["empty"] * 12, 0)

    def test_an_answer_takes_the_place_of_a_phrase(self, listener: Client, user: User) -> None:
        PhraseFactory.create_batch(12)
        entries = list(open_day(user, NOON.date()).entries.all())
        for number in (0, 7):
            answer(entries[number])
        assert self.fold(listener) == (["listening", "empty", "listening"], 9)
        for number in (3, 4, 5, 6):
            answer(entries[number])
        assert self.fold(listener) == (["listening"] * 6, 6)

    def test_a_note_is_never_folded_away(self, listener: Client, user: User) -> None:
        PhraseFactory.create_batch(12)
        last = list(open_day(user, NOON.date()).entries.all())[-1]
        services.write_note(last, "Remember this.")
        context = listener.get(PATH).context
        assert [card.entry.pk for card in context["shown"]][-1] == last.pk
        assert len(context["shown"]) == 4
        assert len(shown_of(context["cards"], count=12)) == 12


def answer(entry: Entry) -> None:
    services.answer_entry(entry, SongFactory())


def test_the_settings_offer_how_many(listener: Client, user: User) -> None:
    values = {"time_zone": "UTC", "theme": "auto", "phrases_per_day": "12"}
    listener.post("/settings/", values | {"large_phrases": "6"})
    user.refresh_from_db()
    assert user.preferences.large_phrases == 6
    page = listener.post("/settings/", values | {"large_phrases": "13"})
    assert "large_phrases" in page.context["form"].errors
    listener.post("/settings/", values)  # which does not name it
    user.refresh_from_db()
    assert user.preferences.large_phrases == 6
