"""Every way in which signing in can fail, and what to do about it."""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from journify.outbound.errors import (
    PlatformDownError,
    QuotaUsedUpError,
    RateLimitedError,
)
from spotify_auth.web_api.errors import NotListedError, OwnerPremiumError


@dataclass(frozen=True)
class SignInTrouble:
    """A page: what happened, what the listener can do, what only the operator can."""

    code: str
    heading: StrOrPromise
    sentence: StrOrPromise
    operator: StrOrPromise = ""
    can_retry: bool = True


NOT_LISTED = SignInTrouble(
    "not-listed",
    _("Spotify does not know you here"),
    _(
        "Spotify lets a journal like this one have five people, and your account is not among "
        "them. Ask whoever runs this server to put you on the list, then try again. Until then "
        "a local account does everything else."
    ),
    _(
        "For whoever runs it: Spotify’s developer dashboard, this app, “User Management”, add the "
        "name and the e-mail address of the Spotify account."
    ),
)
OWNER_PREMIUM = SignInTrouble(
    "owner-premium",
    _("Spotify has paused this server"),
    _(
        "Spotify asks whoever runs this server for a Premium subscription, and there is none just "
        "now. You can do nothing about it; a local account does everything else."
    ),
    _(
        "For whoever runs it: renew Premium for the account that owns the app. It works again some "
        "hours later."
    ),
    can_retry=False,
)
DENIED = SignInTrouble(
    "denied",
    _("You said no, and that is fine"),
    _("Nothing was connected and nothing was kept. You can change your mind at any time."),
)
WRONG_STATE = SignInTrouble(
    "wrong-state",
    _("This sign-in was not begun here"),
    _(
        "It took longer than ten minutes, was begun in another window, or under another address "
        "than this one. Begin again from here."
    ),
    _("For whoever runs it: open the app under the very host that the redirect URI names."),
)
DOWN = SignInTrouble(
    "down",
    _("Spotify is not responding"),
    _("This is on Spotify’s side. Try again in a few minutes; your journal works meanwhile."),
)
BUSY = SignInTrouble(
    "busy",
    _("Spotify asks us to wait"),
    _("Too many people used this server’s access at once. Try again a little later."),
)
QUOTA = SignInTrouble(
    "quota",
    _("Spotify is used up for now"),
    _(
        "This server has used up what Spotify allows it. Come back tomorrow, or use a local "
        "account."
    ),
    can_retry=False,
)
OTHER = SignInTrouble(
    "other",
    _("Signing in did not work"),
    _(
        "Spotify sent a response that we cannot read. Try again; if it keeps happening, tell "
        "whoever runs this server."
    ),
)

BY_ERROR: dict[type[BaseException], SignInTrouble] = {
    NotListedError: NOT_LISTED,
    OwnerPremiumError: OWNER_PREMIUM,
    PlatformDownError: DOWN,
    RateLimitedError: BUSY,
    QuotaUsedUpError: QUOTA,
}


def sign_in_trouble_of(exception: BaseException | None, *, has_state: bool) -> SignInTrouble:
    if exception is None and not has_state:
        return WRONG_STATE
    cause = exception.__cause__ if exception is not None else None
    return OTHER if cause is None else BY_ERROR.get(type(cause), OTHER)
