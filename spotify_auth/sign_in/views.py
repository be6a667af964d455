"""Signing in with Spotify, out to its consent page and back; invitations."""

import functools
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialLogin, SocialToken
from allauth.socialaccount.providers.base import AuthProcess, ProviderException
from allauth.socialaccount.providers.oauth2.views import (
    OAuth2Adapter,
    OAuth2CallbackView,
    OAuth2LoginView,
)
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from journify.limits.requests import limited
from journify.outbound.errors import PlatformError
from journify.outbound.fields import text_of
from journify.outbound.session import Platform
from journify.web.http import require_setting
from spotify_auth.sign_in import invitations, troubles
from spotify_auth.web_api import accounts
from spotify_auth.web_api.client import call_api
from spotify_auth.web_api.errors import ReconnectError

View = Callable[..., HttpResponseBase]


class SpotifyAdapter(OAuth2Adapter):
    """The way out and back, through our own session: Bearer header, status looked at."""

    provider_id = "spotify"

    @property
    def access_token_url(self) -> str:
        return f"{settings.PLATFORM_URLS['spotify-accounts']}/api/token"

    @property
    def authorize_url(self) -> str:
        return f"{settings.PLATFORM_URLS['spotify-accounts']}/authorize"

    def get_access_token_data(
        self, request: HttpRequest, app: SocialApp, _client: Any, pkce_code_verifier: str = ""
    ) -> dict[str, Any]:
        """Turn the code into tokens.

        Raises ProviderException: with the PlatformError as its cause.
        """
        try:
            tokens = accounts.exchange_code(
                code=request.GET["code"],
                verifier=pkce_code_verifier,
                redirect_uri=self.get_callback_url(request, app),
            )
        except PlatformError as error:
            raise ProviderException(str(error)) from error
        self.did_fetch_access_token = True
        return tokens

    def parse_token(self, data: dict[str, Any]) -> SocialToken:
        """Keep beside the tokens what they are good for."""
        token: SocialToken = super().parse_token(data)
        token.scope = text_of(data.get("scope"))
        return token

    def complete_login(
        self, request: HttpRequest, _app: SocialApp, token: SocialToken, **_options: Any
    ) -> SocialLogin:
        """Read who this is; raises ProviderException like `get_access_token_data`."""
        try:
            profile = call_api("GET", "/v1/me", functools.partial(_only, token.token))
            with Platform(accounts.NAME).reading():
                return self.get_provider().sociallogin_from_response(request, profile)
        except PlatformError as error:
            raise ProviderException(str(error)) from error


require_spotify = require_setting("SPOTIFY_ENABLED")


def ask_for(request: HttpRequest, scope: str, *, next_url: str) -> HttpResponse:
    """Send a listener to Spotify's question whether we may do more, and back to `next_url`."""
    provider = get_adapter().get_provider(request, SpotifyAdapter.provider_id)
    scopes = [*provider.get_scope(), scope]
    response: HttpResponse = provider.redirect(
        request, AuthProcess.CONNECT, next_url=next_url, scope=scopes
    )
    return response


@require_spotify
def cancelled(request: HttpRequest) -> HttpResponse:
    """Say that nothing happened after a no on Spotify's page."""
    context = {"trouble": troubles.DENIED}
    return TemplateResponse(request, "socialaccount/authentication_error.html", context)


@require_safe
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Lead whoever was invited to the sign-up page."""
    if request.user.is_authenticated:
        return redirect(settings.LOGIN_REDIRECT_URL)
    if settings.SIGN_UP == invitations.CLOSED or not invitations.accept(request, token):
        return render(request, "account/invitation_over.html", status=HTTPStatus.GONE)
    return redirect("account_signup")


oauth2_login = require_spotify(OAuth2LoginView.adapter_view(SpotifyAdapter))
oauth2_callback = require_spotify(
    limited("sign-in", methods=("GET",))(OAuth2CallbackView.adapter_view(SpotifyAdapter))
)


def _only(token: str, rejected: str) -> str:
    """Give the token that was just issued; a second one there is not."""
    if rejected:
        raise ReconnectError
    return token
