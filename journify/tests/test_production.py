"""The documented settings of a server on the open internet, as they really run."""

from __future__ import annotations

import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tools.processes import free_port

HOST = "journal.example.org"
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
    def port(self, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
        env = environment(tmp_path_factory.mktemp("data"))
        prepare = [sys.executable, "manage.py", "prepare", "--port", str(port := free_port())]
        subprocess.run(prepare, cwd=settings.BASE_DIR, env=env, check=True, capture_output=True)
        web = [sys.executable, "-m", "gunicorn", "journify.wsgi", "--bind", f"127.0.0.1:{port}"]
        process = subprocess.Popen(web, cwd=settings.BASE_DIR, env=env, stderr=subprocess.DEVNULL)
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

    @pytest.mark.parametrize("host", ["evil.example", f"{HOST}.evil.example", "127.0.0.1", ""])
    def test_400_under_another_name(self, host: str, port: int) -> None:
        response = ask(port, "/", FROM_PROXY | {"Host": host})
        assert response.status == 400
        assert response.headers["Content-Security-Policy"]

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
