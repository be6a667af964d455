from __future__ import annotations

import logging

import pytest

from journify.outbound.errors import (
    PlatformDownError,
    PlatformError,
    QuotaUsedUpError,
    RateLimitedError,
)
from journify.outbound.session import Platform
from journify.tests.sandbox import Sandbox

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


def ask(sandbox: Sandbox, method: str = "GET", *, patience: float = 0.0) -> object:
    platform = Platform("deezer", patience)
    response = platform.request(
        method,
        f"{sandbox.url}/deezer/search",
        params={"q": "tone 1 s3cret"},
        headers={"Authorization": "Bearer t0ken"},
    )
    return platform.json_of(response)


@pytest.mark.parametrize(("kind", "times"), [("down", 2), ("reset", 1), ("slow", 1)])
def test_a_read_is_tried_again_when_the_platform_stumbles(
    kind: str, times: int, sandbox: Sandbox
) -> None:
    sandbox.fail("deezer", kind, times=times)
    assert ask(sandbox, patience=10.0) == {"data": [], "total": 0}
    assert len(sandbox.world.requests) == times + 1


def test_every_try_takes_its_turn(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []
    monkeypatch.setattr(
        "journify.outbound.session.limits.acquire", lambda name, **_options: turns.append(name)
    )
    sandbox.fail("deezer", "down", times=2)
    ask(sandbox, patience=10.0)
    assert turns == ["deezer"] * 3


def test_a_web_request_tries_once_only(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "down", times=1)
    with pytest.raises(PlatformDownError):
        ask(sandbox)
    assert len(sandbox.world.requests) == 1


@pytest.mark.parametrize("answer", [None, [], {"data": None}, {"other": 1}])
def test_an_answer_of_another_shape_is_an_error_of_the_platform(answer: object) -> None:
    with pytest.raises(PlatformError), Platform("deezer").reading():
        [item["id"] for item in answer["data"]]  # type: ignore[index]


def test_a_write_is_not_tried_again(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "down", times=2)
    with pytest.raises(PlatformDownError):
        ask(sandbox, "POST")
    assert len(sandbox.world.requests) == 1


def test_down_when_it_stays_away(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "down", times=3)
    with pytest.raises(PlatformDownError) as caught:
        ask(sandbox)
    assert caught.value.retry_after is not None
    assert "is not responding" in str(caught.value)


def test_retry_after_is_kept_by_everybody_without_sleeping(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "rate-limited")
    with pytest.raises(RateLimitedError) as caught:
        ask(sandbox)
    assert caught.value.retry_after == 7
    with pytest.raises(RateLimitedError):
        ask(sandbox)
    assert len(sandbox.world.requests) == 1


def test_a_used_up_quota_is_not_asked_again(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "quota")
    for _ in range(2):
        with pytest.raises(QuotaUsedUpError) as caught:
            ask(sandbox)
        assert caught.value.retry_after is None
    assert len(sandbox.world.requests) == 1


def test_an_answer_that_is_no_json_is_refused(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "no-json")
    with pytest.raises(PlatformError):
        ask(sandbox)


def test_the_log_names_the_call_and_no_secret(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="journify")
    ask(sandbox)
    assert "platform=deezer method=GET path=/deezer/search outcome=200" in caplog.text
    assert "t0ken" not in caplog.text
    assert "s3cret" not in caplog.text


def test_an_error_names_no_secret(sandbox: Sandbox) -> None:
    sandbox.fail("deezer", "reset", times=3)
    with pytest.raises(PlatformDownError) as caught:
        ask(sandbox)
    assert caught.value.__cause__ is None
    assert "s3cret" not in repr(caught.value)
