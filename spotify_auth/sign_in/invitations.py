"""Who may make an account: everybody, whoever holds an invitation, or nobody."""

import contextlib
import datetime as dt
import uuid
from collections.abc import Iterator
from http import HTTPStatus

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Q
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from spotify_auth.models import Invitation, InvitationQuerySet, User

OPEN, INVITE, CLOSED = "open", "invite", "closed"
SESSION_KEY = "invitation"
KEPT_FOR = dt.timedelta(days=30)  # after it can be used no more

_signer = Signer(salt="spotify_auth.sign_in.invitations")


def invite(by: User | None, *, days: int) -> Invitation:
    ends = timezone.now() + dt.timedelta(days=days)
    return Invitation.objects.create(created_by=by, expires_at=ends)


def path_of(invitation: Invitation) -> str:
    """Return the address of an invitation: whoever has it may use it."""
    return reverse("account_invitation", args=[_signer.sign(invitation.pk.hex)])


def accept(request: HttpRequest, token: str) -> bool:
    """Remember the invitation of a link for signing up; False when it is none any more."""
    try:
        key = uuid.UUID(_signer.unsign(token))
    except (BadSignature, ValueError):
        return False
    if not Invitation.objects.usable().filter(pk=key).exists():
        return False
    request.session[SESSION_KEY] = key.hex
    return True


def is_open(request: HttpRequest) -> bool:
    """Whether whoever asks may make an account."""
    if settings.SIGN_UP != INVITE:
        return bool(settings.SIGN_UP == OPEN)
    return _usable(request).exists()


@contextlib.contextmanager
def used(request: HttpRequest) -> Iterator[None]:
    """Use up the invitation of a session while an account is made; give it back if none is.

    Raises ImmediateHttpResponse: somebody else used it meanwhile.
    """
    if settings.SIGN_UP != INVITE:
        yield
        return
    now = timezone.now()
    if not _usable(request).update(used_at=now):
        closed = render(request, "account/signup_closed.html", status=HTTPStatus.FORBIDDEN)
        raise ImmediateHttpResponse(closed)
    key = request.session.pop(SESSION_KEY)
    try:
        yield
    except BaseException:
        Invitation.objects.filter(pk=key).update(used_at=None)
        request.session[SESSION_KEY] = key
        raise


def forget_old_invitations() -> None:
    """Delete what was used, or could have been, a while ago."""
    long_ago = timezone.now() - KEPT_FOR
    Invitation.objects.filter(Q(used_at__lt=long_ago) | Q(expires_at__lt=long_ago)).delete()


def _usable(request: HttpRequest) -> InvitationQuerySet:
    key = request.session.get(SESSION_KEY)
    return Invitation.objects.usable().filter(pk=key) if key else Invitation.objects.none()
