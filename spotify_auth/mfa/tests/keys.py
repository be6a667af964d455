"""A passkey made of nothing but a private key: what a browser and a phone would say."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Any

from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.test import Client
from django.urls import reverse
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from spotify_auth.models import User

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40
HOST = "testserver"


class SoftKey:
    """An authenticator with one passkey."""

    def __init__(self, *, host: str = HOST) -> None:
        self.host, self.origin = host, f"https://{host}"
        self.private = ec.generate_private_key(ec.SECP256R1())
        self.id = secrets.token_bytes(16)

    def create(self, challenge: str, *, flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """Answer `navigator.credentials.create`."""
        public = ES256.from_cryptography_key(self.private.public_key())
        attested = AttestedCredentialData.create(Aaguid(bytes(16)), self.id, public)
        data = AuthenticatorData.create(self._rp(), flags | ATTESTED, 0, bytes(attested))
        response = {"attestationObject": AttestationObject.create("none", data, {})}
        return self._credential("webauthn.create", challenge, response)

    def get(self, challenge: str, user: User, *, flags: int = PRESENT | VERIFIED) -> dict[str, Any]:
        """Answer `navigator.credentials.get`."""
        data = AuthenticatorData.create(self._rp(), flags, 0)
        client_data = self._client_data("webauthn.get", challenge)
        signature = self.private.sign(bytes(data) + client_data.hash, ec.ECDSA(SHA256()))
        response = {
            "authenticatorData": data,
            "signature": signature,
            "userHandle": user.pk.hex.encode(),
        }
        return self._credential("webauthn.get", challenge, response)

    def _rp(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()

    def _client_data(self, kind: str, challenge: str) -> CollectedClientData:
        return CollectedClientData.create(kind, challenge, self.origin)

    def _credential(self, kind: str, challenge: str, response: dict[str, Any]) -> dict[str, Any]:
        response = response | {"clientDataJSON": self._client_data(kind, challenge)}
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "response": {name: websafe_encode(bytes(value)) for name, value in response.items()},
            "clientExtensionResults": {"credProps": {"rk": True}},
        }


def passkey(user: User, key: SoftKey | None = None) -> Authenticator:
    """Give `user` a passkey."""
    credential = (key or SoftKey()).create(websafe_encode(b"any"))
    data = {"name": "My phone", "credential": credential}
    return Authenticator.objects.create(user=user, type=Authenticator.Type.WEBAUTHN, data=data)


def sign_in_with(
    client: Client, key: SoftKey, user: User, *, flags: int = PRESENT | VERIFIED
) -> Any:
    """Sign in as a browser does with a passkey."""
    path = reverse("mfa_login_webauthn")
    options = client.get(path, headers={"Accept": "application/json"}).json()["request_options"]
    answer = key.get(options["publicKey"]["challenge"], user, flags=flags)
    return client.post(path, {"credential": json.dumps(answer)})
