"""User names: one person however they spell theirs, and nobody who looks like them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from django.test.utils import isolate_apps
from django.urls import reverse

from journify.models import UUIDModel
from journify.names import identity_of, normalized, skeleton_of
from journify.tests.databases import table_of
from spotify_auth.models import User
from spotify_auth.people import free_name, user_of
from spotify_auth.sign_in.adapter import AccountAdapter
from spotify_auth.tests.factories import UserFactory

MIGRATION = import_module("spotify_auth.migrations.0002_until_30_november")
PASSWORD = "a song nobody hums"

ONE_NAME = [
    ("fiona", "ﬁona"),
    ("fiona", "ＦＩＯＮＡ"),
    ("fiona", "fi\u00adona"),  # a soft hyphen
    ("fiona", "fi\u200bo\u200dna"),
    ("fiona", "\u202efiona\u202c"),
    ("fiona", "\ufefffiona\ufe0f"),
    ("zoë", "ZOË"),
    ("zoë", "zoe\u0308"),
    ("Straße", "STRASSE"),
    ("Ὀδυσσεύς", "ὈΔΥΣΣΕΎΣ"),
    ("иван", "ИВАН"),
    ("김철수", "\u1100\u1175\u11b7\u110e\u1165\u11af\u1109\u116e"),
    ("ｶﾅ", "カナ"),
]

LOOKALIKES = [
    ("alice", "аӏісе"),  # Cyrillic, all of it
    ("alice", "АLІСЕ"),
    ("alice", "AIice"),
    ("alice", "a1ice"),
    ("alice", "alıce"),
    ("alice", "alicé"),
    ("alice", "al\u0131ce\u0323"),
    ("nina", "ΝΙΝΑ"),  # Greek capitals
    ("hugo", "Нugо"),
    ("scope", "ѕсоре"),
    ("bob", "b0b"),
    ("bob", "bοb"),
    ("martin", "rnartin"),
    ("Martin", "rnartin"),
    ("jon", "ϳоո"),
    ("паша", "пaшa"),
    ("Öğe", "Oge"),
    ("מרים", "מִרְיָם"),
]

DIFFERENT = [
    ("alice", "alicia"),
    ("anna", "hanna"),
    ("nina", "vina"),
    ("иван", "ivan"),
    ("東京", "京都"),
    ("かな", "がな"),
    ("कि", "के"),
    ("김철수", "김철호"),
    ("listener1", "listener2"),
    ("ann", "ann_"),
]

# people must be able to sign up in their own script
NAMES = [
    *(
        "Zoë",
        "Łukasz",
        "Иван",
        "Ὀδυσσεύς",
        "مُحَمَّد",
        "מרים",
        "हिन्दी",
        "ชื่อ",
        "தமிழ்",
        "東京",
        "김철수",
        "さくら",
    ),
    *("Անի", "ქეთი", "ኣበበ", "anna.maria", "a+b@example", "x_1-2"),
]


def sign_up(name: str) -> Any:
    data = {"username": name, "password1": PASSWORD, "password2": PASSWORD}
    return Client().post(reverse("account_signup"), data)


def signs_in(name: str) -> bool:
    client = Client()
    client.post(reverse("account_login"), {"login": name, "password": PASSWORD})
    return "_auth_user_id" in client.session


@pytest.fixture(autouse=True)
def _unlimited(settings: Any) -> None:
    settings.RATE_LIMIT_FACTOR = 0


@pytest.mark.parametrize(("name", "other"), ONE_NAME)
class TestOneName:
    def test_it_has_one_identity(self, name: str, other: str) -> None:
        assert identity_of(name) == identity_of(other)

    def test_whoever_has_it_signs_in_by_either_spelling(
        self, name: str, other: str, db: None
    ) -> None:
        sign_up(other)
        assert User.objects.get().username == normalized(other)
        assert signs_in(name)
        assert signs_in(other)
        assert signs_in(f" {other} ")

    def test_nobody_else_gets_it(self, name: str, other: str, db: None) -> None:
        sign_up(name)
        response = sign_up(other)
        assert response.context["form"].errors["username"] == ["This name is taken."]
        assert User.objects.count() == 1


@pytest.mark.parametrize(("name", "other"), LOOKALIKES)
class TestLookalikes:
    def test_they_have_one_skeleton_and_no_sign_in_in_common(
        self, name: str, other: str, db: None
    ) -> None:
        assert skeleton_of(name) == skeleton_of(other)
        sign_up(name)
        assert not signs_in(other)

    def test_they_are_refused_in_either_order(self, name: str, other: str, db: None) -> None:
        for first, second in ((name, other), (other, name)):
            User.objects.all().delete()
            sign_up(first)
            errors = sign_up(second).context["form"].errors["username"]
            assert errors == ["This name looks like one that is taken. Choose another."]
            assert User.objects.count() == 1


@pytest.mark.parametrize(("name", "other"), DIFFERENT)
def test_different_names_are_two_people(name: str, other: str, db: None) -> None:
    for each in (name, other):
        assert sign_up(each).status_code == 302
    assert User.objects.count() == 2


@pytest.mark.parametrize("name", NAMES)
def test_a_name_may_be_in_any_script(name: str, db: None) -> None:
    assert sign_up(name).status_code == 302
    assert signs_in(name)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "\u200b",
        "\u3164",
        "a b",
        "a\u0000b",
        "<b>",
        "a/b",
        "́a",
        "a" + 7 * "́",
        "...",
        "🎵",
        "a" * 151,
    ],
)
def test_what_is_no_name_is_refused(name: str, db: None) -> None:
    assert sign_up(name).context["form"].errors["username"]
    assert not User.objects.exists()


def test_a_name_that_grows_when_it_is_written_out_is_not_cut(db: None) -> None:
    assert sign_up(50 * "\ufdfa").context["form"].errors["username"]


class TestWhoWasHereBefore:
    @pytest.fixture
    def people(self, transactional_db: None) -> Any:
        """A table as it was, with names that were told apart."""
        with isolate_apps("spotify_auth"):

            class User(UUIDModel):
                username = models.CharField(max_length=150)
                date_joined = models.IntegerField()
                identity = models.CharField(max_length=600, default="")
                skeleton = models.CharField(max_length=600, default="")

                class Meta:
                    app_label = "spotify_auth"
                    db_table = "user_between"

            with table_of(User):
                yield User._default_manager

    def test_the_migration_numbers_who_came_later(self, people: Any) -> None:
        names = ["fiona", "ﬁona", "FIONA", "alice", "аӏісе", "bob"]
        for number, name in enumerate(names):
            people.create(username=name, date_joined=number)
        MIGRATION.fill(SimpleNamespace(get_model=lambda *_names: people.model), None)
        rows = dict(people.values_list("username", "identity"))
        assert [rows[name] for name in names] == [
            *("fiona", "fiona 2", "fiona 3", "alice", "аӏісе", "bob"),
        ]
        looks = people.order_by("date_joined").values_list("skeleton", flat=True)
        assert list(looks) == ["flona", "flona 2", "flona 3", "allce", "allce 2", "bob"]

    @pytest.fixture
    def twins(self, db: None) -> tuple[User, User]:
        first, second = UserFactory(username="fiona"), UserFactory(username="someone")
        User.objects.filter(pk=second.pk).update(
            username="ﬁona", identity="fiona 2", skeleton="flona 2"
        )
        second.refresh_from_db()
        return first, second

    def test_each_signs_in_as_it_is_spelt(self, twins: tuple[User, User]) -> None:
        assert [user_of("fiona"), user_of("ﬁona")] == list(twins)
        assert user_of("FIONA") == twins[0]

    def test_each_can_be_saved_and_keeps_the_number(self, twins: tuple[User, User]) -> None:
        for user, identity in zip(twins, ("fiona", "fiona 2"), strict=True):
            user.set_password(PASSWORD)
            user.save()
            user.refresh_from_db()
            assert user.identity == identity
            assert signs_in(user.username)


class TestElsewhere:
    def test_the_admin_refuses_them_too(
        self, user: User, curator: User, browser_of: Callable[[User], Client]
    ) -> None:
        data = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
        path = reverse("admin:spotify_auth_user_add")
        response = browser_of(curator).post(path, data | {"username": "аӏісе"})
        assert "looks like one that is taken" in response.content.decode()
        assert User.objects.count() == 2

    def test_commands_write_names_in_one_form(self, db: None) -> None:
        assert User.objects.create_user("ﬁona").username == "fiona"

    def test_a_name_of_spotifys_is_kept_in_its_script_and_made_free(self, user: User) -> None:
        assert free_name(["Иван Грозный", "listener"]) == "иван_грозный"
        assert free_name([None, "!!", "🎵"]) == "listener"
        other = free_name(["Аlice"])  # begins with a Cyrillic letter
        assert other.startswith("аlice")
        assert len(other) == len("alice") + 5

    def test_an_account_without_a_password_is_left_by_typing_the_name(
        self, user: User, listener: Client
    ) -> None:
        user.set_unusable_password()
        user.save()
        listener.force_login(user)
        listener.post(reverse("journal:leave"), {"name": "ALICE"})
        assert not User.objects.exists()


def test_whoever_is_second_at_the_same_moment_is_told(db: None, monkeypatch: Any) -> None:
    """The check saw nobody; the column knows better."""
    monkeypatch.setattr(AccountAdapter, "clean_username", lambda _self, name, **_how: name)
    sign_up("alice")
    client = Client()
    data = {"username": "аӏісе", "password1": PASSWORD, "password2": PASSWORD}
    response = client.post(reverse("account_signup"), data, follow=True)
    assert "This name is taken." in response.content.decode()
    assert User.objects.count() == 1


def test_clean_says_nothing_of_ones_own_name(user: User) -> None:
    user.clean()
    with pytest.raises(ValidationError):
        User(username="Alice").clean()
