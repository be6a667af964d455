"""The documented settings of a server on the open internet, as they really run."""

from __future__ import annotations

import http.client
import os
import re
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.conf import settings

from journify.tests import databases
from tools.processes import free_port

HOST = "journal.example.org"
MONITORING = (settings.BASE_DIR / "docs" / "monitoring.md").read_text()
FROM_PROXY = {"Host": HOST, "X-Forwarded-Proto": "https"}


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "ENV_FILE": str(settings.BASE_DIR / ".env.production.example"),
        "JOURNIFY_DATA_DIR": str(folder),
    }


def test_the_deployment_check_is_clean(tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=settings.BASE_DIR,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    assert "no issues" in child.stdout + child.stderr


class TestServer:
    @pytest.fixture(scope="class")
    def log(self, tmp_path_factory: pytest.TempPathFactory) -> Path:
        return tmp_path_factory.mktemp("log") / "web.log"

    @pytest.fixture(scope="class")
    def port(self, tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[int]:
        folder, port = tmp_path_factory.mktemp("data"), free_port()
        prepare = [sys.executable, "manage.py", "prepare", "--port", str(port)]
        web = [sys.executable, "-m", "gunicorn", "journify.wsgi", "--bind", f"127.0.0.1:{port}"]
        with databases.own_data(folder, migrated=True) as own, log.open("w") as output:
            env = environment(folder) | own | {"METRICS_TOKEN": "the-token"}
            subprocess.run(prepare, cwd=settings.BASE_DIR, env=env, check=True, capture_output=True)
            process = subprocess.Popen(web, cwd=settings.BASE_DIR, env=env, stderr=output)
            try:
                wait_for(port)
                yield port
            finally:
                process.terminate()
                process.wait(timeout=20)

    def test_everything_but_https_is_sent_there(self, port: int) -> None:
        response = ask(port, "/accounts/login/", {"Host": HOST})
        assert response.status == 301
        assert response.headers["Location"] == f"https://{HOST}/accounts/login/"

    def test_browsers_are_told_to_stay_with_https(self, port: int) -> None:
        response = ask(port, "/accounts/login/", FROM_PROXY)
        assert response.status == 200
        assert response.headers["Strict-Transport-Security"] == (
            "max-age=31536000; includeSubDomains; preload"
        )

    def test_cookies_stay_on_https_and_on_this_site(self, port: int) -> None:
        [cookie] = ask(port, "/accounts/login/", FROM_PROXY).headers.get_all("Set-Cookie")
        assert cookie.startswith("csrftoken=")
        assert {"Secure", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")}

    def test_the_session_is_for_this_very_host(self, port: int) -> None:
        page = ask(port, "/accounts/signup/", FROM_PROXY)
        token = page.headers["Set-Cookie"].split(";")[0].removeprefix("csrftoken=")
        fields = "username=erin&password1=one-good-song&password2=one-good-song"
        headers = FROM_PROXY | {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": f"csrftoken={token}",
            "Referer": f"https://{HOST}/accounts/signup/",
        }
        body = f"{fields}&csrfmiddlewaretoken={token}"
        response = ask(port, "/accounts/signup/", headers, method="POST", body=body)
        assert response.status == 302
        [cookie] = [
            each
            for each in response.headers.get_all("Set-Cookie")
            if each.startswith("__Host-sessionid=")
        ]
        parts = {part.strip() for part in cookie.split(";")}
        assert {"Secure", "HttpOnly", "SameSite=Lax", "Path=/"} <= parts
        assert not any(part.startswith("Domain") for part in parts)

    def test_a_form_of_another_site_is_refused(self, port: int) -> None:
        headers = FROM_PROXY | {"Origin": "https://evil.example", "Cookie": "csrftoken=" + "a" * 32}
        response = ask(port, "/accounts/login/", headers, method="POST", body="login=a")
        assert response.status == 403

    @pytest.mark.parametrize(
        "host",
        ["evil.example", f"{HOST}.evil.example", "127.0.0.1", "", "a" * 3000, "a b", "x:y:z"],
    )
    @pytest.mark.parametrize("path", ["/", "/static/img/favicon.svg", "/nowhere/"])
    def test_another_name_is_400_and_one_line(
        self, host: str, path: str, port: int, log: Path
    ) -> None:
        before = len(log.read_text().splitlines())
        response = ask(port, path, FROM_PROXY | {"Host": host})
        assert response.status == 400
        assert response.headers["Content-Security-Policy"]
        assert response.headers["Content-Type"] == "text/plain"
        [line] = log.read_text().splitlines()[before:]
        assert line.startswith("WARNING journify.access GET none 400 in ")
        assert f"host {host[:100]!r} is not in ALLOWED_HOSTS" in line

    def test_nothing_a_stranger_sends_leaves_a_traceback(self, port: int, log: Path) -> None:
        """Django takes these for suspicious, and would write a page for each."""
        before = len(log.read_text().splitlines())
        headers = FROM_PROXY | {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "csrftoken=" + "a" * 32,
            "Referer": f"https://{HOST}/",
        }
        fields = "&".join(f"field{number}=x" for number in range(1100))
        told = ask(port, "/accounts/login/", headers, method="POST", body=fields)
        assert told.status == 400
        assert ask(port, "/nowhere/", FROM_PROXY).status == 404
        lines = log.read_text().splitlines()[before:]
        assert [line.partition("[")[0][:60] for line in lines if "django" in line] == [
            "ERROR django.security.TooManyFieldsSent The number of GET/PO"
        ]
        assert len(lines) == 3

    def test_what_the_documentation_of_monitoring_types_works(self, port: int) -> None:
        commands = re.findall(r"^curl .*$", MONITORING, re.MULTILINE)
        assert {"/healthz", "/readyz?exclude=workers", "/metrics"} == {
            urlsplit(shlex.split(command)[-1])._replace(scheme="", netloc="").geturl()
            for command in commands
        }
        for command in commands:
            done = subprocess.run(
                shlex.split(command.replace(":8000", f":{port}")),
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, command
            assert "ok" in done.stdout or "journify_queue_depth" in done.stdout

    def test_prometheus_reads_the_figures_as_configured(self, port: int) -> None:
        [token] = re.findall(r"credentials: ([\w-]+)}", MONITORING)
        [target] = re.findall(r'targets: \["([^"]+)"\]', MONITORING)
        host = target.replace(":8000", f":{port}")
        told = ask(port, "/metrics", {"Host": host, "Authorization": f"Bearer {token}"})
        assert (told.status, told.headers["Content-Type"].partition(";")[0]) == (200, "text/plain")
        assert ask(port, "/metrics", {"Host": host}).status == 404

    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
    def test_who_comes_by_the_proxy_is_no_probe(self, path: str, port: int) -> None:
        forwarded = FROM_PROXY | {"Host": "127.0.0.1", "X-Forwarded-For": "203.0.113.5"}
        assert ask(port, path, forwarded).status == 400
        assert ask(port, path, FROM_PROXY | {"X-Forwarded-For": "203.0.113.5"}).status != 400

    def test_no_other_host_can_be_forwarded(self, port: int) -> None:
        response = ask(port, "/journal/", FROM_PROXY | {"X-Forwarded-Host": "evil.example"})
        assert response.status == 302
        assert "evil" not in response.headers["Location"]

    def test_the_admin_is_where_the_settings_say(self, port: int) -> None:
        assert ask(port, "/admin/", FROM_PROXY).status == 404
        assert ask(port, "/backstage/", FROM_PROXY).status == 302

    def test_nothing_below_the_data_folder_is_served(self, port: int) -> None:
        for path in (
            "/media/",
            "/var/",
            "/static/../journify.sqlite3",
            "/static/%2e%2e/secret_key",
        ):
            assert ask(port, path, FROM_PROXY).status in {400, 404}, path

    def test_static_files_are_for_our_pages(self, port: int) -> None:
        response = ask(port, "/static/img/favicon.svg", FROM_PROXY)
        assert response.status == 200
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert response.headers["Access-Control-Allow-Origin"] is None
        assert "public" in response.headers["Cache-Control"]


def ask(
    port: int, path: str, headers: dict[str, str], *, method: str = "GET", body: str | None = None
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, path, skip_host=True)
    for name, value in headers.items():
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body.encode() if body is not None else None)
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


def wait_for(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            ask(port, "/healthz", FROM_PROXY)
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return
