"""What can go wrong with an outside platform, in one sentence for the listener."""

from django.utils import translation
from django.utils.translation import gettext as _

from journify.config.platforms import PLATFORMS


class PlatformError(Exception):
    """A platform did not give what we asked for.

    `platform`: key of `PLATFORMS`; `retry_after`: seconds after which it is worth asking again;
    None when asking again will not help.
    """

    def __init__(self, platform: str, *, retry_after: float | None = None) -> None:
        self.platform = platform
        self.retry_after = retry_after
        super().__init__(self.sentence())

    @property
    def name(self) -> str:
        """The platform as people call it."""
        return PLATFORMS[self.platform].name if self.platform in PLATFORMS else self.platform

    def in_english(self) -> str:
        """The sentence as it is stored: whoever reads it may speak another language."""
        with translation.override("en"):
            return self.sentence()

    def sentence(self) -> str:
        """Say what happened."""
        return _("%(name)s sent a response that we cannot read.") % {"name": self.name}


class PlatformDownError(PlatformError):
    """No connection, no answer in time, or an error of the platform's own."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("%(name)s is not responding just now.") % {"name": self.name}


class OfflineError(PlatformError):
    """The operator has switched every outside service off."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("This server is set to ask no other service, so not %(name)s either.") % {
            "name": self.name
        }


class RateLimitedError(PlatformError):
    """We asked too often, or were about to."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("%(name)s asks us to wait a moment.") % {"name": self.name}


class QuotaUsedUpError(PlatformError):
    """The account's quota is used up: asking again only makes it worse."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("This server has used up what %(name)s allows it for now.") % {"name": self.name}


class NotFoundError(PlatformError):
    """The platform does not have it."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("%(name)s does not have this song.") % {"name": self.name}


class NoPreviewError(PlatformError):
    """The platform has the song, but no clip of it for this server's country."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("%(name)s has no clip of this song for this server’s country.") % {
            "name": self.name
        }


class PreviewGoneError(PlatformError):
    """The signed address of a clip ran out."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("%(name)s took its clip away before we could hear it.") % {"name": self.name}


class BrokenPreviewError(PlatformError):
    """The clip broke off, was too large, or was no audio."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("The clip of %(name)s could not be read.") % {"name": self.name}


class UnsafeAddressError(PlatformError):
    """A clip's address, or where it led, is none that we fetch from."""

    def sentence(self) -> str:
        """Say what happened."""
        return _("%(name)s sent us to an address that we do not trust.") % {"name": self.name}
