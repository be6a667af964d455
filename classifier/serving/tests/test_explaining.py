from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from unittest.mock import Mock

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from classifier.models import Classification, Explanation, Song
from classifier.serving import explaining
from classifier.serving.bundles import looks_at_pictures, read_bundle
from classifier.serving.service import get_service
from classifier.terminal.batch import known_models
from classifier.tests.factories import ClassificationFactory, ExplanationFactory, SongFactory
from journify.background import endings, jobs, transport
from journify.background.tests.workers import work_at

pytestmark = pytest.mark.django_db

Status = Explanation.Status


def files(settings: Settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def pictures(settings: Settings) -> list[Path]:
    return [path for path in files(settings) if "explanations" in path.parts]


class TestWhatCanBeExplained:
    def test_an_answer_of_a_network_that_looks(self) -> None:
        assert explaining.can_be_explained(ClassificationFactory())

    @pytest.mark.parametrize(
        "values",
        [{"input": "features"}, {"model": "ann"}, {"status": Classification.Status.FAILED}],
    )
    def test_nothing_else(self, values: dict[str, str]) -> None:
        assert not explaining.can_be_explained(ClassificationFactory(**values))

    def test_an_answer_that_stands_while_its_song_is_heard_again(self) -> None:
        answer = ClassificationFactory(status=Classification.Status.QUEUED)
        assert explaining.can_be_explained(answer)

    @pytest.mark.parametrize(
        ("name", "declared", "expected"),
        [
            ("annotated", {"network": {"pictures": True}}, {"annotated"}),
            ("annotated", {}, {"annotated"}),
            ("perceptron", {"network": {"pictures": False}}, set()),
            ("forgotten", None, set()),
        ],
    )
    def test_what_a_model_declares_decides_and_not_its_name(
        self, settings: Settings, name: str, declared: dict[str, object] | None, expected: set[str]
    ) -> None:
        if declared is not None:
            folder = settings.WEIGHTS_DIR / name
            folder.mkdir()
            (folder / "meta.json").write_text(json.dumps({"version": "1"} | declared))
        answers = [ClassificationFactory(model=name)]
        assert {row.model for row in answers if explaining.can_be_explained(row)} == expected

    def test_the_shipped_models_declare_what_explaining_them_needs(self, shipped: None) -> None:
        declared = {name: looks_at_pictures(name) for name in known_models()}
        assert "resnet18_bilstm" in declared
        assert declared == dict.fromkeys(declared, True) | {"ann": False}


class TestRequest:
    def test_a_worker_is_woken_once(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        answer = ClassificationFactory()
        with django_capture_on_commit_callbacks() as callbacks:
            first = explaining.request_explanation(answer)
            assert explaining.request_explanation(answer) == first
        assert callbacks == [transport.wake_workers]

    def test_a_drawn_one_is_not_drawn_again(self) -> None:
        row = ExplanationFactory()
        assert explaining.request_explanation(row.classification) == row

    @pytest.mark.parametrize("values", [{"status": Status.FAILED}, {"emotion": "energetic"}])
    def test_a_failed_one_or_one_of_another_answer_is(
        self,
        settings: Settings,
        values: dict[str, str],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        row = ExplanationFactory(**values)
        with django_capture_on_commit_callbacks(execute=True):
            again = explaining.request_explanation(row.classification)
        assert (again.pk, again.status) != (row.pk, row.status)
        assert pictures(settings) == []

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING])
    def test_one_that_is_under_way_is_waited_for(self, status: Explanation.Status) -> None:
        row = ExplanationFactory(status=status)
        with time_machine.travel(timezone.now() + dt.timedelta(hours=1)):
            assert explaining.request_explanation(row.classification) == row


@pytest.fixture
def shipped(settings: Settings) -> None:
    """The real models, as a worker has them."""
    settings.WEIGHTS_DIR = settings.BASE_DIR / "ml" / "weights"
    read_bundle.cache_clear()
    get_service.cache_clear()


def demo_song(settings: Settings) -> Song:
    path = settings.BASE_DIR / "classifier" / "demo" / "audio" / "the-entertainer.mp3"
    return SongFactory(audio=ContentFile(path.read_bytes(), name="song.mp3"))


class TestDraw:
    def test_the_picture_shares_and_regions_are_kept(
        self, settings: Settings, shipped: None
    ) -> None:
        version = get_service().predictors[0].version
        answer = ClassificationFactory(song=demo_song(settings), version=version)
        row = explaining.request_explanation(answer)
        work_at(row)
        row.refresh_from_db()
        assert (row.status, row.error) == (Status.DONE, "")
        assert sum(row.shares) == pytest.approx(1.0, abs=0.01)
        assert len(row.regions) == 5
        assert all(region["low"] < region["high"] for region in row.regions)
        with row.picture.open("rb") as file, Image.open(file) as image:
            assert (image.format, image.size) == ("PNG", (960, 288))
        answer.delete()

    def test_an_answer_of_an_older_version_cannot_be_explained(
        self, settings: Settings, shipped: None
    ) -> None:
        row = explaining.request_explanation(ClassificationFactory(version="0.0"))
        work_at(row)
        row.refresh_from_db()
        assert row.status == Status.FAILED
        assert "not here any more" in row.error

    def test_a_worker_that_lost_it_leaves_no_picture_behind(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        row = ExplanationFactory(status=Status.QUEUED, picture="")

        def taken_over(_answer: Classification) -> tuple[bytes, dict[str, object]]:
            Explanation.objects.update(revision=7)
            return b"png", {}

        monkeypatch.setattr(explaining, "_drawn", taken_over)
        work_at(row)
        row.refresh_from_db()
        assert row.status == Status.RUNNING
        assert pictures(settings) == []

    def test_a_worker_that_died_with_a_picture_leaves_none_without_a_row(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(explaining, "_drawn", lambda _answer: (b"png", {}))
        row = ExplanationFactory(status=Status.QUEUED, picture="")
        with monkeypatch.context() as dying:
            dying.setattr(jobs, "settle", Mock(side_effect=KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                work_at(row)
        row.refresh_from_db()
        [left] = pictures(settings)
        assert (row.status, Path(row.picture.path)) == (Status.RUNNING, left)
        assert endings.interrupted(row)
        work_at(row)
        row.refresh_from_db()
        assert row.status == Status.DONE
        assert pictures(settings) == [Path(row.picture.path)] != [left]

    def test_running_twice_or_late_does_no_harm(self) -> None:
        row = ExplanationFactory()
        assert not work_at(row)
        row.refresh_from_db()
        assert row.status == Status.DONE


def test_the_picture_goes_with_its_song(
    settings: Settings, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    row = ExplanationFactory()
    assert len(files(settings)) == 2
    with django_capture_on_commit_callbacks(execute=True):
        row.classification.song.delete()
    assert files(settings) == []
