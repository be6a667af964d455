from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from prometheus_client import REGISTRY

if TYPE_CHECKING:
    from spotify_auth.models import User


def counted(**labels: str) -> float:
    return REGISTRY.get_sample_value("journify_http_seconds_count", labels) or 0.0


def test_the_answer_carries_the_id_of_the_request(client: Client) -> None:
    response = client.get("/emotions/", headers={"x-request-id": "from-the-proxy-1"})
    assert response["X-Request-ID"] == "from-the-proxy-1"
    response = client.get("/emotions/", headers={"x-request-id": "evil\r\nid"})
    assert len(response["X-Request-ID"]) == 32


def test_requests_are_counted_by_view_method_and_status(client: Client) -> None:
    before = counted(view="journal:emotions", method="GET", status="2xx")
    client.get("/emotions/")
    assert counted(view="journal:emotions", method="GET", status="2xx") == before + 1


def test_addresses_that_do_not_exist_share_one_name(client: Client) -> None:
    before = counted(view="none", method="other", status="4xx")
    client.generic("BREW", "/coffee/1")
    client.generic("BREW", "/coffee/2")
    assert counted(view="none", method="other", status="4xx") == before + 2


def test_the_log_names_view_and_time_but_neither_path_nor_query(
    listener: Client, user: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    listener.get(reverse("journal:history"), {"q": "what I looked for"})
    lines = [record for record in caplog.records if record.name == "journify.access"]
    assert [line.view for line in lines] == ["journal:history"]
    assert lines[0].status == 200
    assert lines[0].seconds >= 0
    assert "looked" not in caplog.text
    assert "/history/" not in lines[0].getMessage()


def test_machines_that_look_in_leave_no_line(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    client.get("/healthz")
    assert not [record for record in caplog.records if record.name == "journify.access"]
