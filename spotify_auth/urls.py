from __future__ import annotations

from allauth.socialaccount.providers.oauth2.urls import default_urlpatterns

from spotify_auth.provider import SpotifyProvider

urlpatterns = default_urlpatterns(SpotifyProvider)
