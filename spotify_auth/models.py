"""The user, with a UUID key from the first migration, and the user's consent at Spotify."""

import datetime as dt
from typing import Self

from django.contrib.auth.models import AbstractUser, Group, Permission
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from journify import names
from journify.models import UUIDModel
from spotify_auth.encryption import EncryptedTextField
from spotify_auth.fields import IdentityField, SkeletonField

# Spotify ends a consent six months after it was given, however often it was used
# (https://developer.spotify.com/blog/2026-06-18-refresh-token-expiration); six months have 181 days
# at least.
CONSENT_LASTS = dt.timedelta(days=181)
WARN_BEFORE = dt.timedelta(days=30)


def validate_username(name: str) -> None:
    """Refuse what cannot be written in a name."""
    if not names.is_writable(names.normalized(name)):
        raise ValidationError(_("A name has letters, digits and @ . + - _ only."), code="invalid")


class User(UUIDModel, AbstractUser):
    """Somebody who keeps a journal, or looks after the app."""

    username = models.CharField(
        _("user name"),
        max_length=150,
        unique=True,
        help_text=_("Letters of any alphabet, digits and @ . + - _"),
        validators=[validate_username],
        error_messages={"unique": _("This name is taken.")},
    )
    identity = IdentityField()
    skeleton = SkeletonField()
    # the mixin's automatic tables would have integer keys
    groups = models.ManyToManyField(  # type: ignore[assignment]
        Group, verbose_name=_("groups"), through="UserGroup", related_name="users", blank=True
    )
    user_permissions = models.ManyToManyField(  # type: ignore[assignment]
        Permission,
        verbose_name=_("user permissions"),
        through="UserPermission",
        related_name="users",
        blank=True,
    )

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Write a name in one form, without what nobody sees."""
        return names.normalized(username)

    def clean(self) -> None:
        """Refuse a name that is somebody else's, or looks like it."""
        super().clean()
        others = User.objects.exclude(pk=self.pk)
        if others.filter(identity=names.identity_of(self.username)).exists():
            raise ValidationError({"username": ValidationError(_("This name is taken."))})
        if others.filter(skeleton=names.skeleton_of(self.username)).exists():
            sentence = _("This name looks like one that is taken. Choose another.")
            raise ValidationError({"username": ValidationError(sentence)})


class UserGroup(UUIDModel):
    """A user in a group: written out, because an automatic table would have an integer key."""

    user = models.ForeignKey(User, verbose_name=_("user"), on_delete=models.CASCADE, db_index=False)
    group = models.ForeignKey(Group, verbose_name=_("group"), on_delete=models.CASCADE)

    class Meta:
        verbose_name = _("group of a user")
        verbose_name_plural = _("groups of users")
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


class UserPermission(UUIDModel):
    user = models.ForeignKey(User, on_delete=models.CASCADE, db_index=False)
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE)

    class Meta:
        verbose_name = _("permission of a user")
        verbose_name_plural = _("permissions of users")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission"], name="%(app_label)s_%(class)s_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.permission}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def usable(self) -> Self:
        """Those that nobody used, and whose time is not over."""
        return self.filter(used_at=None, expires_at__gt=timezone.now())


def two_weeks_on() -> dt.datetime:
    """Return until when an invitation holds, unless somebody says otherwise."""
    return timezone.now() + dt.timedelta(days=14)


class Invitation(UUIDModel):
    """A link by which one person may make an account where sign-up is by invitation."""

    created_by = models.ForeignKey(
        User, verbose_name=_("made by"), on_delete=models.CASCADE, null=True, editable=False
    )
    created_at = models.DateTimeField(_("made"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("good until"), default=two_weeks_on)
    used_at = models.DateTimeField(_("used"), null=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.created_at:%Y-%m-%d}"


class SpotifyConnection(UUIDModel):
    """A user's consent and the tokens that came of it; `revision` guards every change."""

    class State(models.TextChoices):
        CONNECTED = "connected", _("connected")
        RECONNECT = "reconnect", _("must be reconnected")

    user = models.OneToOneField(User, related_name="spotify", on_delete=models.CASCADE)
    access_token = EncryptedTextField(blank=True)
    refresh_token = EncryptedTextField(blank=True)
    expires_at = models.DateTimeField(_("access ends"), default=timezone.now)
    consented_at = models.DateTimeField(_("consented"), default=timezone.now)
    # what the listener let us do, as Spotify writes it: with blanks between
    scope = models.CharField(_("scope"), max_length=300, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=State.choices, default=State.CONNECTED
    )
    last_error = models.CharField(_("last error"), max_length=200, blank=True)
    last_error_at = models.DateTimeField(null=True, blank=True)
    refreshing_until = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("Spotify connection")
        verbose_name_plural = _("Spotify connections")

    def __str__(self) -> str:
        return f"{self.user}: {self.state}"

    @property
    def ends_on(self) -> dt.date:
        return (self.consented_at + CONSENT_LASTS).date()

    @property
    def ends_soon(self) -> bool:
        """Whether it is time to ask for a new consent, or past it."""
        return (
            self.state == self.State.RECONNECT
            or timezone.now() > self.consented_at + CONSENT_LASTS - WARN_BEFORE
        )
