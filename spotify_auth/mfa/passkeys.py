"""Passkeys: adding, renaming and removing them; each opens an account by itself."""

import functools
from collections.abc import Callable
from typing import Any

from allauth.account.mixins import NextRedirectMixin
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from journify.web.http import SignedInRequest
from spotify_auth.mfa.ways import is_last_way, passkeys_of

View = Callable[..., HttpResponse]


class AddPasskeyView(NextRedirectMixin, views.AddWebAuthnView):
    """Make a passkey, never a mere second key."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask the browser for a key that knows who holds it."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        options = auth.begin_registration(self.request.user, passwordless=True)
        return context | {"js_data": {"creation_options": options}}

    def get_default_success_url(self) -> str:
        """Show the codes that were made along with it, if any."""
        is_first = self.did_generate_recovery_codes
        return reverse("mfa_view_recovery_codes" if is_first else "mfa_index")

    def get_success_url(self) -> str:
        """Go on where adding one was a step of the way."""
        return self.get_next_url() or self.get_default_success_url()


def _own_passkey(view: View) -> View:
    """Find nobody else's, and no key that cannot be one."""

    @functools.wraps(view)
    @login_required
    def guarded(request: SignedInRequest, pk: str) -> HttpResponse:
        try:
            passkey = passkeys_of(request.user).get(pk=pk)
        except (Authenticator.DoesNotExist, ValueError, ValidationError):
            raise Http404 from None
        return view(request, passkey=passkey)

    return guarded


@_own_passkey
def edit(request: SignedInRequest, *, passkey: Authenticator) -> HttpResponse:
    response: HttpResponse = views.edit_webauthn(request, pk=passkey.pk)
    return response


@_own_passkey
def remove(request: SignedInRequest, *, passkey: Authenticator) -> HttpResponse:
    """Take a passkey off, but never the last way in."""
    if is_last_way(passkey):
        sentence = _("This passkey is your only way in. Choose a password first, then remove it.")
        messages.warning(request, sentence)
        return redirect("account_set_password")
    response: HttpResponse = views.remove_webauthn(request, pk=passkey.pk)
    return response


def keeping_codes(view: View) -> View:
    """Keep recovery codes when the last second key goes: they stand in for a password, too."""

    @functools.wraps(view)
    def kept(request: SignedInRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        codes = Authenticator.Type.RECOVERY_CODES
        rows = list(Authenticator.objects.filter(user_id=request.user.pk, type=codes))
        response = view(request, *args, **kwargs)
        for row in rows:
            if not Authenticator.objects.filter(user=row.user_id, type=codes).exists():
                row.save(force_insert=True)
        return response

    return kept
