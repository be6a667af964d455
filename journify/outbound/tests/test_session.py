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

pytestmark = pytest.mark.django_db


def ask(sandbox: Sandbox, method: str = "GET") -> object:
    platform = Platform("deezer")
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
    assert ask(sandbox) == {"data": [], "total": 0}
    assert len(sandbox.world.requests) == times + 1


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
    assert "does not answer" in str(caught.value)


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
