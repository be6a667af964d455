"""The user, with a UUID key from the first migration."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser, Group, Permission
from django.db import models
from django.utils.translation import gettext_lazy as _

from journify.models import UUIDModel


class User(UUIDModel, AbstractUser):
    """Somebody who keeps a journal, or looks after the app."""

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


class UserGroup(UUIDModel):
    """A user in a group: written out, because an automatic table would have an integer key."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    group = models.ForeignKey(Group, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "group"], name="%(app_label)s_%(class)s_unique")
        ]

    def __str__(self) -> str:
        return f"{self.user} in {self.group}"


class UserPermission(UUIDModel):
    """A permission given to one user."""

    user = models.ForeignKey(User, on_delete=models.CASCADE)
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "permission"], name="%(app_label)s_%(class)s_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.permission}"
