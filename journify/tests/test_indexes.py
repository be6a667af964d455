"""No index repeats the front of another one: each costs bytes a row and time a write."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db.models import CharField, Model

OURS = ("classifier", "journal", "journify", "spotify_auth")
MODELS = [model for model in apps.get_models() if model.__module__.split(".")[0] in OURS]

# People's names, which Django signs in by; tables of some rows; ids that most rows do not have.
WITH_A_TWIN = {
    *("spotify_auth.User.username", "spotify_auth.User.identity", "spotify_auth.User.skeleton"),
    *("classifier.Worker.name", "journal.Phrase.key", "outbound.PlatformPace.platform"),
    *("classifier.Song.spotify_id", "classifier.Song.catalogue_key"),
    "reminders.Reminder.calendar_key",
}


def fields_of(model: type[Model]) -> list[tuple[str, ...]]:
    """Columns of the indexes that the model names, and that find any row.

    A unique one with a column that may be null finds on MongoDB only rows where it is not.
    """
    total = [
        tuple(unique.fields)
        for unique in model._meta.total_unique_constraints
        if not any(model._meta.get_field(name).null for name in unique.fields)
    ]
    named = [index for index in model._meta.indexes if not index.condition]
    return total + [tuple(name.lstrip("-") for name in index.fields) for index in named]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_index_repeats_the_front_of_another(model: type[Model]) -> None:
    named = fields_of(model)
    single = [
        (field.name,) for field in model._meta.local_fields if field.db_index and not field.unique
    ]
    indexes = [index for index in model._meta.indexes if not index.condition]
    plain = single + [tuple(name.lstrip("-") for name in index.fields) for index in indexes]
    repeated = [
        front
        for front in plain
        for other in named
        if front == other[: len(front)] and (front in single or front != other)
    ]
    assert not repeated


def test_each_foreign_key_is_searched_by_an_index() -> None:
    """A deletion looks for the rows that point to what goes."""
    unindexed = [
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in model._meta.local_fields
        if field.is_relation
        and not (field.db_index or field.unique)
        and not any(other[0] == field.name for other in fields_of(model))
    ]
    assert not unindexed


def test_postgresql_keeps_no_twin_of_a_hash() -> None:
    """It gives a text column with `unique` or `db_index` a second index, for LIKE."""
    twins = {
        f"{model._meta.label}.{field.name}"
        for model in MODELS
        for field in model._meta.local_fields
        if isinstance(field, CharField) and (field.unique or field.db_index)
    }
    assert twins == WITH_A_TWIN
