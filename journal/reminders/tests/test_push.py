"""Push messages: only the browser can read them, only known push services are called."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from journal.reminders import push
from journal.reminders.checks import vapid_key_is_a_key
from journal.reminders.models import PushDevice
from journify.config.secrets import new_vapid, private_key_of
from journify.tests.push_service import PushService, push_service
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

MESSAGE = {"title": "Journify", "body": "Your page for today is open."}


def test_it_is_encrypted_as_in_the_example_of_the_standard() -> None:
    """https://www.rfc-editor.org/rfc/rfc8291#section-5"""
    sender = private_key_of("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
    receiver = push.public_key_point(
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
    )
    sealed = push.encrypted(
        b"When I grow up, I want to be a watermelon",
        receiver,
        urlsafe_base64_decode("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=urlsafe_base64_decode("DGv6ra1nlYgDCS1FRnbzlw"),
        sender=sender,
    )
    assert urlsafe_base64_encode(sealed) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
        "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def test_the_same_message_never_looks_the_same() -> None:
    receiver = ec.generate_private_key(ec.SECP256R1()).public_key()
    once, again = (push.encrypted(b"x", receiver, b"s" * 16) for _ in range(2))
    assert once != again


def test_what_is_too_long_is_not_sent() -> None:
    receiver = ec.generate_private_key(ec.SECP256R1()).public_key()
    with pytest.raises(ValueError, match="too long"):
        push.encrypted(b"x" * 4000, receiver, b"s" * 16)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
        "https://fcm.googleapis.com:443/abc",
    ],
)
def test_known_push_services_are_allowed(endpoint: str) -> None:
    assert push.is_allowed(endpoint)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com.evil.example/abc",
        "https://evilfcm.googleapis.com/abc",
        "https://notify.windows.com.evil.example/",
        "https://evilpush.apple.com/abc",
        "https://push.apple.com/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://fcm.googleapis.com@evil.example/abc",
        "https://127.0.0.1/abc",
        "http://127.0.0.1:6379/",
        "https://[::1]/abc",
        "https://169.254.169.254/latest/meta-data/",
        "https://localhost/abc",
        "file:///etc/passwd",
        "https://fcm.googleapis.com:port/abc",
        "https://[fcm.googleapis.com/abc",
        f"https://fcm.googleapis.com/{'a' * 1000}",
        "",
    ],
)
def test_nobody_else_is_called(endpoint: str, user: User, service: PushService) -> None:
    push_hosts_of_operators = [
        *("fcm.googleapis.com", "*.push.apple.com", "*.notify.windows.com"),
    ]
    service.got.clear()
    given = service.subscription
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(push.settings, "PUSH_HOSTS", push_hosts_of_operators)
        assert not push.is_allowed(endpoint)
        assert not push.keep_device(
            user, endpoint=endpoint, public_key=given["p256dh"], secret=given["auth"]
        )
    assert not PushDevice.objects.exists()


def test_an_operator_who_is_offline_calls_nobody(settings: SettingsWrapper) -> None:
    settings.OFFLINE = True
    assert not push.is_allowed("https://fcm.googleapis.com/abc")


@pytest.mark.parametrize(
    ("key", "secret"), [("", ""), ("AAAA", "c2l4dGVlbiBsZXR0ZXJzIQ"), ("no base64!", "ä")]
)
def test_keys_that_are_none_are_refused(
    key: str, secret: str, service: PushService, user: User
) -> None:
    assert not push.keep_device(user, endpoint=service.endpoint, public_key=key, secret=secret)


def test_a_point_that_is_not_on_the_curve_is_refused(service: PushService, user: User) -> None:
    wrong = urlsafe_base64_encode(b"\x04" + b"\x01" * 64)
    secret = service.subscription["auth"]
    assert not push.keep_device(user, endpoint=service.endpoint, public_key=wrong, secret=secret)


def test_the_newest_devices_are_kept(service: PushService, user: User) -> None:
    given = service.subscription
    for number in range(push.DEVICES_MAX + 2):
        endpoint = f"{given['endpoint']}/{number}"
        push.keep_device(user, endpoint=endpoint, public_key=given["p256dh"], secret=given["auth"])
    ends = {row.endpoint.rsplit("/", 1)[1] for row in PushDevice.objects.filter(user=user)}
    assert ends == {str(number) for number in range(2, push.DEVICES_MAX + 2)}


def test_the_browser_reads_what_was_sent(device: PushDevice, service: PushService) -> None:
    assert push.deliver(device, MESSAGE)
    assert service.got == [MESSAGE]


def test_the_push_service_knows_who_sends(
    device: PushDevice, service: PushService, settings: SettingsWrapper
) -> None:
    settings.CONTACT = "someone@journal.example"
    push.deliver(device, MESSAGE)
    (headers,) = service.headers
    kind, token, key = headers["Authorization"].replace(",", "").split()
    assert (kind, key) == ("vapid", f"k={push.server_key()}")
    public = push.public_key_point(push.server_key())
    claims = jwt.decode(
        token.removeprefix("t="), public, algorithms=["ES256"], audience=service.address
    )
    assert claims["sub"] == "mailto:someone@journal.example"
    assert headers["Content-Encoding"] == "aes128gcm"
    assert int(headers["TTL"]) > 0


@pytest.mark.parametrize("status", [404, 410])
def test_a_subscription_that_is_gone_is_deleted(
    device: PushDevice, service: PushService, status: int
) -> None:
    service.status = status
    assert not push.deliver(device, MESSAGE)
    assert not PushDevice.objects.exists()


@pytest.mark.parametrize("status", [400, 403, 413, 429, 500])
def test_other_refusals_leave_it(device: PushDevice, service: PushService, status: int) -> None:
    service.status = status
    assert not push.deliver(device, MESSAGE)
    assert PushDevice.objects.get() == device


def test_no_redirect_is_followed(device: PushDevice, service: PushService) -> None:
    with push_service() as elsewhere:
        service.status, service.location = 307, elsewhere.endpoint
        assert not push.deliver(device, MESSAGE)
        assert elsewhere.got == []


def test_hosts_are_judged_again_when_sending(
    device: PushDevice, service: PushService, settings: SettingsWrapper
) -> None:
    settings.PUSH_HOSTS = ["fcm.googleapis.com"]
    assert not push.deliver(device, MESSAGE)
    assert service.got == []


def test_the_log_names_no_address(
    device: PushDevice, service: PushService, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        push.deliver(device, MESSAGE)
    assert "platform=push" in caplog.text
    assert "a-browser" not in caplog.text


@pytest.mark.parametrize("key", ["x", "AAAA", "%%%", "A" * 43])
def test_a_key_that_cannot_sign_is_refused_at_the_start(
    key: str, settings: SettingsWrapper
) -> None:
    settings.VAPID_KEY = key
    assert [error.id for error in vapid_key_is_a_key()] == ["reminders.E001"]
    settings.VAPID_KEY = new_vapid()
    assert vapid_key_is_a_key() == []


def test_each_server_makes_a_key_of_its_own() -> None:
    assert private_key_of(new_vapid()).key_size == 256
    assert new_vapid() != new_vapid()
