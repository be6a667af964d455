"""Spotify for allauth: its stock provider's id, with our manners (docs/platforms.md says why).

allauth would import a module named `provider` into every process, and with it `requests`; our URLs
register this one where there are pages.
"""

from typing import Any

from allauth.socialaccount.providers.base import ProviderAccount
from allauth.socialaccount.providers.oauth2.provider import OAuth2Provider
from django.http import HttpRequest

from journify.outbound.fields import text_of
from spotify_auth.sign_in.views import SpotifyAdapter


class SpotifyProvider(OAuth2Provider):
    """PKCE always; nothing of the profile is kept but the id that Spotify made for linking."""

    id = "spotify"
    name = "Spotify"
    account_class = ProviderAccount
    oauth2_adapter_class = SpotifyAdapter
    pkce_enabled_default = True

    def extract_uid(self, data: dict[str, Any]) -> str:
        """Link by `account_id` (May 2026: "rather than id"); older answers have only `id`."""
        return str(data.get("account_id") or data["id"])

    def extract_common_fields(self, data: dict[str, Any]) -> dict[str, Any]:
        """Hand on the name, from which a user name is made; there is no e-mail address."""
        return {"name": text_of(data.get("display_name"))}

    def extract_extra_data(self, _data: dict[str, Any]) -> dict[str, Any]:
        """Keep nothing: what Spotify says is shown, not stored."""
        return {}

    def get_scope_from_request(self, _request: HttpRequest) -> list[str]:
        """Ask for what we need, whatever the address says."""
        return list(self.get_scope())

    def get_auth_params_from_request(self, _request: HttpRequest, _action: str) -> dict[str, Any]:
        return dict(self.get_auth_params())
