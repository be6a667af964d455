"""Slow clients, against the app alone and behind the shipped files of nginx and Caddy."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import io
import os
import re
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.files.uploadhandler import StopUpload
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import RequestFactory

from journify.limits.bodies import BodyMiddleware
from journify.tests import databases
from tools.processes import free_port

HOST = "journal.example.org"
DEPLOY = settings.BASE_DIR / "deploy"
SLOW = 40
NGINX = shutil.which("nginx") or "/usr/sbin/nginx"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The port of the app as the unit starts it: two processes, the documented settings."""
    folder, port = tmp_path_factory.mktemp("data"), free_port()
    given = {"ENV_FILE": str(settings.BASE_DIR / ".env.production.example"), "BACKUP_DIR": ""}
    manage = [sys.executable, "manage.py", "prepare", "--port", str(port)]
    bind = f"127.0.0.1:{port}"
    web = [sys.executable, "-m", "gunicorn", "journify.wsgi", "--bind", bind, "--workers", "2"]
    with databases.own_data(folder, migrated=True) as own:
        env = os.environ | given | own
        subprocess.run(manage, cwd=settings.BASE_DIR, env=env, check=True, capture_output=True)
        with _running(web, env=env, log=folder / "web.log"):
            _wait_for(port)
            yield port


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    (folder / "cert.pem").write_bytes(signed.public_bytes(pem))
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture(scope="module")
def nginx(
    app: int, certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """The port of Debian's nginx with the shipped file: only ports and certificate are others."""
    folder, port, plain = tmp_path_factory.mktemp("nginx"), free_port(), free_port()
    shipped = (DEPLOY / "nginx.conf").read_text()
    shipped = re.sub(r"\n *listen \[::\]:.*", "", shipped)
    shipped = shipped.replace("listen 443", f"listen 127.0.0.1:{port}")
    shipped = shipped.replace("listen 80", f"listen 127.0.0.1:{plain}")
    shipped = shipped.replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    shipped = re.sub(r"/etc/letsencrypt/\S+/fullchain.pem", str(certificate[0]), shipped)
    shipped = re.sub(r"/etc/letsencrypt/\S+/privkey.pem", str(certificate[1]), shipped)
    (folder / "journify.conf").write_text(shipped)
    temporary = "".join(
        f"{kind}_temp_path {folder}/{kind};\n"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;\n"
        + ("user root;\n" if os.geteuid() == 0 else "")
        + f"events {{}}\nhttp {{\n{temporary}include {folder}/journify.conf;\n}}\n"
    )
    command = [NGINX, "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with _running(command, env=dict(os.environ), log=folder / "log"):
        _wait_for(port)
        yield port


@pytest.fixture(scope="module")
def caddy(
    app: int, certificate: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[int]:
    """The port of Debian's Caddy with the shipped file: only ports and certificate are others."""
    folder, port = tmp_path_factory.mktemp("caddy"), free_port()
    shipped = (DEPLOY / "Caddyfile").read_text().replace("127.0.0.1:8000", f"127.0.0.1:{app}")
    shipped = shipped.replace("{\n\tservers", "{\n\tadmin off\n\tauto_https off\n\tservers", 1)
    tls = f"tls {certificate[0]} {certificate[1]}"
    shipped = shipped.replace(f"{HOST} {{", f"https://{HOST}:{port} {{\n\t{tls}", 1)
    (folder / "Caddyfile").write_text(shipped)
    command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    env = os.environ | {"XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    with _running(command, env=env, log=folder / "log"):
        _wait_for(port)
        yield port


class TestNginx:
    def test_slow_clients_delay_nobody(self, nginx: int) -> None:
        with _attack(nginx, is_tls=True):
            assert _p95(nginx) < 1.0

    def test_it_stands_between_the_app_and_strangers(self, nginx: int) -> None:
        _stands_between(nginx)

    def test_as_much_as_the_app_takes(self, nginx: int) -> None:
        assert _upload(nginx, 54_000_000) == 403  # the app's own: a form without its token
        assert _upload(nginx, 60_000_000, is_sent=False) == 413


@pytest.mark.skipif(not shutil.which("caddy"), reason="Caddy is not installed")
class TestCaddy:
    def test_slow_clients_delay_nobody(self, caddy: int) -> None:
        with _attack(caddy, is_tls=True):
            assert _p95(caddy) < 1.0

    def test_it_stands_between_the_app_and_strangers(self, caddy: int) -> None:
        _stands_between(caddy)


class _SlowBody(io.BytesIO):
    """A body that comes when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.is_read, self.is_here = threading.Semaphore(0), threading.Event()

    def read(self, size: int | None = -1) -> bytes:
        self.is_read.release()
        self.is_here.wait(20)
        return super().read(size)


class TestTheAppAlone:
    @pytest.mark.parametrize("host", [HOST, "evil.example"])
    def test_slow_bodies_of_one_address_leave_threads_to_others(self, app: int, host: str) -> None:
        with _attack(
            app, is_tls=False, bodies=3 * 48, headers=0, host=host
        ):  # 48: threads of both processes
            assert _p95(app, is_tls=False) < 1.0

    def test_an_address_is_counted_before_its_body_is_read(self) -> None:
        inside, go_on = threading.Semaphore(0), threading.Event()

        def slow(request: object) -> HttpResponse:
            inside.release()
            go_on.wait(20)
            return HttpResponse()

        answer = BodyMiddleware(slow)

        def post(address: str, **extra: str) -> HttpResponse:
            path = "/accounts/login/"
            return answer(RequestFactory().post(path, {"a": "b"}, REMOTE_ADDR=address, **extra))

        with ThreadPoolExecutor(8) as threads:
            for _ in range(8):
                threads.submit(post, "203.0.113.5")
            for _ in range(8):
                assert inside.acquire(timeout=20)
            refused = post("203.0.113.5")
            assert (refused.status_code, refused["Retry-After"]) == (429, "5")
            go_on.set()
            assert post("203.0.113.6").status_code == 200
        assert post("203.0.113.5").status_code == 200, "all of them are over"

    def test_a_body_that_nobody_reads_counts_until_it_is_here(self) -> None:
        body = _SlowBody()
        answer = BodyMiddleware(lambda _request: HttpResponse(status=403))

        def post() -> HttpResponse:
            request = RequestFactory().post("/", {"a": "b"}, REMOTE_ADDR="203.0.113.5")
            return answer(WSGIRequest(request.environ | {"wsgi.input": body}))

        with ThreadPoolExecutor(8) as threads:
            asked = [threads.submit(post) for _ in range(8)]
            for _ in asked:
                assert body.is_read.acquire(timeout=20)
            assert post().status_code == 429
            body.is_here.set()
            assert {each.result(20).status_code for each in asked} == {403}

    def test_what_goes_wrong_is_counted_back(self) -> None:
        def broken(_request: object) -> HttpResponse:
            raise StopUpload

        answer = BodyMiddleware(broken)
        for _ in range(20):
            with pytest.raises(StopUpload):
                answer(RequestFactory().post("/", {"a": "b"}))


def _stands_between(port: int) -> None:
    told = _ask(port, "/accounts/login/", {"X-Forwarded-Proto": "http", "X-Forwarded-Host": "evil"})
    assert told.status == 200, "no redirect: the proxy says that it was HTTPS"
    assert told.headers["Strict-Transport-Security"]
    for name in ("evil.example", "127.0.0.1"):
        with contextlib.suppress(OSError, http.client.HTTPException):
            told = _ask(port, "/healthz", {"Host": name})
            assert told.headers["Content-Security-Policy"] is None, "the app was asked"


def _upload(port: int, size: int, *, is_sent: bool = True) -> int:
    with contextlib.closing(_connection(port)) as connection:
        connection.putrequest("POST", "/accounts/login/", skip_host=True)
        connection.putheader("Host", HOST)
        connection.putheader("Content-Type", "application/octet-stream")
        connection.putheader("Content-Length", str(size))
        connection.endheaders(b"x" * size if is_sent else None)
        return connection.getresponse().status


@contextmanager
def _attack(
    port: int, *, is_tls: bool, bodies: int = SLOW, headers: int = SLOW, host: str = HOST
) -> Iterator[None]:
    """Hold connections that send a byte now and then: of a body, and of a header."""
    opening = f"POST /accounts/login/ HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Proto: https\r\n"
    body = opening + "Content-Length: 100000\r\n\r\nlogin="
    stop = threading.Event()
    with ExitStack() as stack:
        sockets = [
            stack.enter_context(_socket(port, is_tls=is_tls)) for _ in range(bodies + headers)
        ]
        for number, each in enumerate(sockets):
            each.sendall((body if number < bodies else opening + "X-Slow: ").encode())

        def drip() -> None:
            while not stop.wait(0.5):
                for each in sockets:
                    try:
                        each.send(b"a")
                    except OSError:  # it was cut off, as it should be
                        continue

        dripping = threading.Thread(target=drip, daemon=True)
        dripping.start()
        time.sleep(1.5)
        try:
            yield
        finally:
            stop.set()
            dripping.join()


def _p95(port: int, *, is_tls: bool = True) -> float:
    """Ask for /healthz as somebody else does."""
    times = []
    for _ in range(40):
        started = time.perf_counter()
        told = _ask(port, "/healthz", {"X-Forwarded-Proto": "https"}, is_tls=is_tls)
        assert told.status == 200
        times.append(time.perf_counter() - started)
    found = sorted(times)[int(0.95 * len(times))]
    sys.stdout.write(f"healthz p95 {1000 * found:.0f} ms, slowest {1000 * max(times):.0f} ms\n")
    return found


def _ask(
    port: int, path: str, headers: dict[str, str], *, is_tls: bool = True
) -> http.client.HTTPResponse:
    with contextlib.closing(_connection(port, is_tls=is_tls)) as connection:
        connection.request("GET", path, headers={"Host": HOST} | headers)
        response = connection.getresponse()
        response.read()
        return response


def _connection(port: int, *, is_tls: bool = True) -> http.client.HTTPConnection:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.sock = _socket(port, is_tls=is_tls)
    return connection


def _socket(port: int, *, is_tls: bool) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=20)
    if not is_tls:
        return plain
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(plain, server_hostname=HOST)


@contextmanager
def _running(command: list[str], *, env: dict[str, str], log: Path) -> Iterator[None]:
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=env, stdout=output, stderr=output
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, "it did not start"
            time.sleep(0.1)
        else:
            return
