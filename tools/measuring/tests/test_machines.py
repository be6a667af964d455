from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from classifier.models import Classification
from classifier.tests.factories import SongFactory
from tools.measuring.machines import songs_a_second


@pytest.mark.django_db
def test_only_what_is_heard_while_all_machines_work_counts() -> None:
    began = timezone.now()
    # one has songs from the first second on, the other starts at the third and goes on longer
    finished = {"one": range(1, 7), "other": range(3, 9)}
    for owner, seconds in finished.items():
        for second in seconds:
            Classification.objects.create(
                song=SongFactory(),
                model="ann",
                version="1",
                status=Classification.Status.DONE,
                owner=owner,
                finished_at=began + dt.timedelta(seconds=second),
            )
    assert songs_a_second() == pytest.approx(2.0)  # six of both within three seconds
