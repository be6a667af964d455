from __future__ import annotations

import http.server
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from tools import install_torch


class Index(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200 if self.path == "/cpu/torch/" else 404)
        self.end_headers()

    def log_message(self, *_words: object) -> None:
        pass


@pytest.fixture
def index() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Index)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """What would be run: pip itself would download hundreds of megabytes."""
    calls: list[list[str]] = []

    def call(command: list[str]) -> int:
        calls.append(command)
        return 0

    monkeypatch.setattr(install_torch.subprocess, "call", call)
    monkeypatch.setattr(install_torch, "is_satisfied", lambda: False)
    monkeypatch.setattr(install_torch.platform, "system", lambda: "Linux")
    return calls


def test_asks_the_processors_index_where_it_answers(
    index: str,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(install_torch, "CPU_INDEX", f"{index}/cpu")
    monkeypatch.setattr(install_torch, "has_nvidia_card", lambda: False)
    assert install_torch.main() == 0
    assert commands[0][-4:-2] == ["--extra-index-url", f"{index}/cpu"]
    assert "for the processor" in capsys.readouterr().out


@pytest.mark.parametrize("path", ["/gone", "/cpu/torch"])
def test_an_index_without_torch_is_not_used(
    index: str,
    path: str,
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(install_torch, "CPU_INDEX", index + path)
    monkeypatch.setattr(install_torch, "has_nvidia_card", lambda: False)
    assert install_torch.main() == 0
    assert "--extra-index-url" not in commands[0]
    assert "does not answer" in capsys.readouterr().out


def test_a_machine_with_a_card_gets_cuda(
    commands: list[list[str]],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(install_torch, "has_nvidia_card", lambda: True)
    assert install_torch.main() == 0
    assert "--extra-index-url" not in commands[0]
    assert "CUDA" in capsys.readouterr().out


def test_an_index_that_hangs_costs_seconds_only() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begin = time.monotonic()
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        assert not install_torch.answers(address, seconds=0.3)
        assert time.monotonic() - begin < 30


def test_the_versions_that_are_installed_satisfy_it() -> None:
    assert install_torch.is_satisfied()


def test_another_version_does_not_satisfy_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(install_torch.metadata, "version", lambda _name: "1.0+cpu")
    assert not install_torch.is_satisfied()
