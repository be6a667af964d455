"""The listener's Spotify: connection, and what Spotify shows."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from journal import spotify
from journify.http import SignedInRequest
from spotify_auth.connections import connection_of
from spotify_auth.views import require_spotify


@require_GET
@require_spotify
@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    """Show the connection and its health."""
    context = {"connection": connection_of(request.user)}
    return TemplateResponse(request, "journal/profile.html", context)


@require_POST
@require_spotify
@login_required
def disconnect(request: SignedInRequest) -> HttpResponse:
    """Delete what Spotify gave us; who has no password chooses one first, or is locked out."""
    if not request.user.has_usable_password():
        messages.warning(
            request,
            _("Choose a password first: without Spotify there is no way into your journal."),
        )
        return redirect("account_set_password")
    spotify.disconnect(request.user)
    messages.success(request, _("Spotify is disconnected, and what it gave us is deleted."))
    return redirect("journal:profile")
