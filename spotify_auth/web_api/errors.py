"""What can go wrong with Spotify beyond what can go wrong with any platform."""

from django.utils.translation import gettext_lazy as _

from journify.outbound.errors import PlatformError


class SpotifyError(PlatformError):
    """Spotify answered, and the answer is a no."""

    def __init__(self) -> None:
        super().__init__("spotify")


class NotConnectedError(SpotifyError):
    message = _("Spotify is not connected.")


class ReconnectError(SpotifyError):
    """The consent is over: six months passed, or the listener took it back at Spotify."""

    message = _("Spotify has ended the connection. Reconnect to go on.")


class NotListedError(SpotifyError):
    """403: Spotify lets an app like this one have five users, and this is none of them."""

    message = _("This Spotify account is not on this server’s list of people.")


class OwnerPremiumError(SpotifyError):
    """403: the app's owner has no Premium any more, which stops the app for everybody."""

    message = _("Whoever runs this server needs Spotify Premium for this, and has none just now.")


class ForbiddenError(SpotifyError):
    """403 for another reason."""

    message = _("Spotify does not let this server do that.")


def forbidden(body: str) -> SpotifyError:
    """Tell the 403s apart by their text, which is all that Spotify gives."""
    text = body.casefold()
    if "premium" in text:
        return OwnerPremiumError()
    if "not registered" in text or "developer dashboard" in text:
        return NotListedError()
    return ForbiddenError()
