"""Fetching from addresses that others name: what is refused, and that a checked address is used."""

from __future__ import annotations

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from journify.outbound import previews
from journify.outbound.errors import (
    BrokenPreviewError,
    PlatformDownError,
    PreviewGoneError,
    UnsafeAddressError,
)
from journify.outbound.previews import fetched_preview, public_address, require_allowed
from journify.tests.sandbox import Sandbox

HOSTS = (".dzcdn.net", "audio-ssl.itunes.apple.com")
HOST = "clips.dzcdn.net"


@pytest.mark.parametrize(
    "url",
    [
        "http://clips.dzcdn.net/a.mp3",
        "https://dzcdn.net.evil.example/a.mp3",
        "https://evil-dzcdn.net/a.mp3",
        "https://127.0.0.1/a.mp3",
        "https://user@clips.dzcdn.net/a.mp3",
        "https://clips.dzcdn.net:8443/a.mp3",
        "https://clips.dzcdn.net:99999/a.mp3",
        "file:///etc/passwd",
        "//clips.dzcdn.net/a.mp3",
        "https://evil.example\\.dzcdn.net/a.mp3",  # read in two ways by two parsers
        "https://[x/a.mp3",
        f"https://{'a' * 64}.evil.example/a.mp3",
        "",
    ],
)
def test_refused_when_the_address_is_not_the_platforms(url: str) -> None:
    with pytest.raises(UnsafeAddressError):
        require_allowed("deezer", url, HOSTS)


def test_allowed_when_it_is_the_platforms() -> None:
    require_allowed("deezer", "https://cdnt-preview.dzcdn.net/api/1/x.mp3?hdnea=1", HOSTS)
    require_allowed("itunes", "https://audio-ssl.itunes.apple.com:443/x.m4a", HOSTS)


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def answer(_host: str, port: int, *_args: Any, **_options: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in addresses]

    monkeypatch.setattr(previews.socket, "getaddrinfo", answer)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.8",
        "172.16.4.4",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 -- refused, not bound
        "224.0.0.1",
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
    ],
)
def test_refused_when_the_name_leads_inside(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    resolve_to(monkeypatch, "93.184.215.14", address)
    with pytest.raises(UnsafeAddressError):
        public_address("deezer", HOST)


def test_down_when_the_name_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: Any, **_options: Any) -> None:
        raise socket.gaierror

    monkeypatch.setattr(previews.socket, "getaddrinfo", fail)
    with pytest.raises(PlatformDownError):
        public_address("deezer", HOST)


class TestFetchingFromTheSandbox:
    def fetch(self, sandbox: Sandbox, path: str = "/deezer/preview/1.mp3") -> bytes:
        with fetched_preview("deezer", sandbox.url + path, hosts=HOSTS) as found:
            return found.read_bytes()

    def test_the_file_is_gone_afterwards(self, sandbox: Sandbox) -> None:
        song = sandbox.world.songs[0]
        path = f"/itunes/preview/{song.deezer_id}.plus.aac.p.m4a"
        with fetched_preview("itunes", sandbox.url + path, hosts=HOSTS) as found:
            assert found.stat().st_size > 10_000
        assert not found.exists()

    def test_gone_when_the_signature_ran_out(self, sandbox: Sandbox) -> None:
        with pytest.raises(PreviewGoneError):
            self.fetch(sandbox)

    def test_unsafe_when_redirected_inside(self, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", "redirect-private")
        with pytest.raises(UnsafeAddressError):
            self.fetch(sandbox)

    @pytest.mark.parametrize("kind", ["down", "reset"])
    def test_down_when_the_server_is_away(self, kind: str, sandbox: Sandbox) -> None:
        sandbox.fail("deezer", kind)
        with pytest.raises(PlatformDownError):
            self.fetch(sandbox)

    def test_broken_when_larger_than_the_cap(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(previews, "MAX_BYTES", 500)
        sandbox.fail("deezer", "not-audio")
        with pytest.raises(BrokenPreviewError):
            self.fetch(sandbox)

    def test_down_when_slower_than_the_cap(
        self, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(previews, "MAX_SECONDS", -1.0)
        sandbox.fail("deezer", "not-audio")
        with pytest.raises(PlatformDownError):
            self.fetch(sandbox)

    def test_another_port_of_this_machine_is_not_the_sandbox(self, sandbox: Sandbox) -> None:
        with pytest.raises(UnsafeAddressError):
            require_allowed("deezer", "http://127.0.0.1:1/a.mp3", HOSTS)


class TestPinning:
    """A real TLS server whose name resolves, by our patch, to this machine."""

    @pytest.fixture
    def port(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
        certificate = write_certificate(tmp_path)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        with ThreadingHTTPServer(("127.0.0.1", 0), Greeter) as server:
            server.socket = context.wrap_socket(server.socket, server_side=True)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            prepare = previews._prepare

            def trust(session: requests.Session, platform: str) -> None:
                prepare(session, platform)
                session.verify = str(certificate)

            monkeypatch.setattr(previews, "_prepare", trust)
            monkeypatch.setattr(previews, "HTTPS_PORT", server.server_port)
            monkeypatch.setattr(previews, "_is_public", lambda _address: True)
            resolve_to(monkeypatch, "127.0.0.1")
            yield server.server_port
            server.shutdown()

    def test_the_checked_address_is_used_under_the_hosts_name(self, port: int) -> None:
        with fetched_preview("deezer", f"https://{HOST}:{port}/a", hosts=HOSTS) as found:
            assert found.read_text() == f"{HOST}:{port}"

    def test_refused_when_the_certificate_is_for_another_name(self, port: int) -> None:
        with (
            pytest.raises(PlatformDownError),
            fetched_preview("deezer", f"https://other.dzcdn.net:{port}/a", hosts=HOSTS),
        ):
            pass


class Greeter(BaseHTTPRequestHandler):
    """Answers with the host that it was called by."""

    def do_GET(self) -> None:
        body = self.headers["Host"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_args: Any) -> None:
        pass


def write_certificate(folder: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = folder / "certificate.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path
