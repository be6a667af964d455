"""The listener's Spotify: connection, and what Spotify shows."""

from allauth.account.forms import SetPasswordForm
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from classifier.sentences import translated
from journal.spotify import connection as spotify
from journify.limits.requests import limited
from journify.web.http import SignedInRequest, page_or_fragment
from spotify_auth.mfa.ways import has_own_way
from spotify_auth.sign_in.views import require_spotify
from spotify_auth.web_api.connections import connection_of


@require_GET
@require_spotify
@login_required
def profile(request: SignedInRequest) -> HttpResponse:
    connection = connection_of(request.user)
    trouble = translated(connection.last_error) if connection else ""
    context = {"connection": connection, "trouble": trouble}
    return TemplateResponse(request, "journal/profile.html", context)


@require_GET
@require_spotify
@login_required
@limited("listening", methods=("GET",))
def spotify_listening(request: SignedInRequest) -> HttpResponse:
    """Show who the listener is at Spotify, what they heard most and last: shown, never kept."""
    span = request.GET.get("span", "")
    context = spotify.heard_at_spotify(
        request.user, span if span in spotify.SPANS else "medium_term"
    )
    return page_or_fragment(request, "journal/listening.html", context, partial="listening")


@require_http_methods(["GET", "POST"])
@require_spotify
@login_required
def spotify_disconnect(request: SignedInRequest) -> HttpResponse:
    """Say what goes and what stays, then delete what Spotify gave us.

    Who only ever came with Spotify chooses a password on the same page, so that the way ends here.
    """
    user = request.user
    if not spotify.is_linked(user):
        return redirect("journal:profile")
    data = request.POST if request.method == "POST" else None
    form = None if has_own_way(user) else SetPasswordForm(user, data)
    if data is None or (form is not None and not form.is_valid()):
        context = {"form": form, "goes": spotify.what_disconnecting_takes(user)}
        return TemplateResponse(request, "journal/disconnect.html", context)
    if form is not None:
        form.save()
        update_session_auth_hash(request, user)
    spotify.disconnect(user)
    messages.success(request, _("Spotify is disconnected, and its data is deleted."))
    return redirect("journal:profile")
