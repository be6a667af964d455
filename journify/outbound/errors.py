"""What can go wrong with an outside platform, in one sentence for the listener."""

from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from journify.config.platforms import PLATFORMS


class PlatformError(Exception):
    """A platform, a key of `PLATFORMS`, did not give what we asked for.

    `retry_after`: seconds after which it is worth asking again; None when that will not help.
    """

    message: StrOrPromise = _("%(name)s sent a response that we cannot read.")

    def __init__(self, platform: str, *, retry_after: float | None = None) -> None:
        self.platform = platform
        self.retry_after = retry_after
        super().__init__(self.sentence())

    @property
    def name(self) -> str:
        return PLATFORMS[self.platform].name if self.platform in PLATFORMS else self.platform

    def in_english(self) -> str:
        """The sentence as it is stored: whoever reads it may speak another language."""
        with translation.override("en"):
            return self.sentence()

    def sentence(self) -> str:
        return str(self.message % {"name": self.name})


class PlatformDownError(PlatformError):
    """No connection, no answer in time, or an error of the platform's own."""

    message = _("%(name)s is not responding just now.")


class OfflineError(PlatformError):
    message = _("This server is set to ask no other service, so not %(name)s either.")


class RateLimitedError(PlatformError):
    message = _("%(name)s asks us to wait a moment.")


class QuotaUsedUpError(PlatformError):
    """The account's quota is used up: asking again only makes it worse."""

    message = _("This server has used up what %(name)s allows it for now.")


class NotFoundError(PlatformError):
    message = _("%(name)s does not have this song.")


class NoPreviewError(PlatformError):
    message = _("%(name)s has no clip of this song for this server’s country.")


class PreviewGoneError(PlatformError):
    message = _("%(name)s took its clip away before we could hear it.")


class BrokenPreviewError(PlatformError):
    """The clip broke off, was too large, or was no audio."""

    message = _("The clip of %(name)s could not be read.")


class UnsafeAddressError(PlatformError):
    message = _("%(name)s sent us to an address that we do not trust.")
