from __future__ import annotations

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from classifier.models import Song
from journal.models import Phrase
from journify.management.commands import prepare
from tools.processes import free_port


@pytest.fixture
def taken_port() -> Iterator[int]:
    """A port that another program listens on."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("port", ["0", "65536", "-1", "http", "", "8000.5"])
def test_refused_when_port_is_none(port: str) -> None:
    with pytest.raises(CommandError, match=rf"^PORT={port} is not a port: give a number from 1"):
        call_command("prepare", port=port)


def test_refused_with_another_port_when_it_is_taken(taken_port: int) -> None:
    with pytest.raises(CommandError) as refusal:
        call_command("prepare", port=str(taken_port))
    assert str(refusal.value) == (
        f"Port {taken_port} is taken by another program: try PORT={taken_port + 1} make run."
    )


@pytest.mark.django_db
def test_phrases_and_songs_are_there_and_the_address_is_said(
    monkeypatch: pytest.MonkeyPatch, own_folder: Path
) -> None:
    done: list[str] = []

    def call(name: str, **options: object) -> None:
        done.append(name)
        if name.startswith("load_"):
            call_command(name, **options)

    monkeypatch.setattr(prepare, "call_command", call)
    out, port = io.StringIO(), free_port()
    call_command("prepare", port=str(port), stdout=out)
    assert done == ["migrate", "load_phrases", "load_demo", "collectstatic"]
    assert Phrase.objects.count() >= 80
    assert Song.objects.catalogue().count() >= 8
    assert f"http://127.0.0.1:{port}/" in out.getvalue()


def test_this_process_answers_to_operators(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b'{"status": "ok"}')
