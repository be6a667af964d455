from __future__ import annotations

from allauth.usersessions.admin import UserSessionAdmin as BaseUserSessionAdmin
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.utils.translation import gettext_lazy as _

from spotify_auth.models import User, UserGroup


class UserGroupInline(admin.TabularInline[UserGroup, User]):
    """The groups of a user."""

    model = UserGroup
    extra = 0


@admin.register(User)
class UserAdmin(BaseUserAdmin[User]):
    """People: search, switch off, make staff."""

    list_display = ("username", "is_active", "is_staff", "date_joined", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser")
    search_fields = ("username",)
    # groups and permissions have tables of their own, which Django's form cannot edit
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Permissions"), {"fields": ("is_active", "is_staff", "is_superuser")}),
        (_("Important dates"), {"fields": ("last_login", "date_joined")}),
    )
    inlines = (UserGroupInline,)


admin.site.unregister(UserSession)


@admin.register(UserSession)
class UserSessionAdmin(BaseUserSessionAdmin):  # type: ignore[misc]
    """Who is signed in: by name and address; parts of a key are no word, and MongoDB has none."""

    search_fields = ("user__username", "ip")
