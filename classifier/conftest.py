import pytest
from django.core.files.base import ContentFile

from classifier.models import Song
from classifier.tests import corpus
from classifier.tests.factories import SongFactory
from classifier.tests.fakes import FakeService, install


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> FakeService:
    """The models: always happy, unless a test writes another script."""
    fake = FakeService()
    install(monkeypatch, fake)
    return fake


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> corpus.Corpus:
    """Good and bad audio files, each made at its first use."""
    return corpus.Corpus(tmp_path_factory.mktemp("corpus"))


@pytest.fixture
def heard_song(db: None, library: corpus.Corpus) -> Song:
    """A song of the catalogue with real audio."""
    content = library["song.flac"].read_bytes()
    return SongFactory(audio=ContentFile(content, name="song.flac"))
