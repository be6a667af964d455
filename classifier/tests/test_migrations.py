from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from types import SimpleNamespace

import pytest
from django.db import models
from django.test.utils import isolate_apps

from classifier.serving.embeddings import packed
from journify.models import UUIDModel
from journify.tests.databases import table_of

MIGRATION = import_module("classifier.migrations.0008_certainty_packed_embedding")


@pytest.fixture
def between(transactional_db: None) -> Iterator[type[models.Model]]:
    """A table with the columns of before and after."""
    with isolate_apps("classifier"):

        class Classification(UUIDModel):
            probabilities = models.JSONField(default=dict)
            embedding_as_json = models.JSONField(null=True)
            certainty = models.FloatField(default=0.0)
            embedding = models.BinaryField(null=True)

            class Meta:
                app_label = "classifier"
                db_table = "classification_between"

        with table_of(Classification):
            yield Classification


def test_old_answers_keep_their_certainty_and_their_embedding(between: type[models.Model]) -> None:
    apps = SimpleNamespace(get_model=lambda *_names: between)
    rows = between._default_manager
    heard = {"probabilities": {"sad": 0.25, "calm": 0.75}, "embedding_as_json": [127, 0, -127]}
    for _ in range(MIGRATION.BATCH):  # a batch and some
        rows.create(**heard)
    silent = rows.create()
    MIGRATION.fill(apps, None)
    assert rows.filter(certainty=0.75).count() == MIGRATION.BATCH
    answer = rows.exclude(pk=silent.pk).first()
    assert bytes(answer.embedding) == packed([127, 0, -127])
    silent.refresh_from_db()
    assert (silent.certainty, silent.embedding) == (0.0, None)

    rows.update(embedding_as_json=None)
    MIGRATION.unfill(apps, None)
    answer.refresh_from_db()
    assert answer.embedding_as_json == [127, 0, -127]
