from __future__ import annotations

from typing import Any, cast

from allauth.usersessions.admin import UserSessionAdmin as BaseUserSessionAdmin
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from journify.curating.admin import LongListMixin
from spotify_auth.models import Invitation, User, UserGroup
from spotify_auth.sign_in.invitations import path_of


class UserGroupInline(admin.TabularInline[UserGroup, User]):
    """The groups of a user."""

    model = UserGroup
    extra = 0


@admin.register(User)
class UserAdmin(LongListMixin, BaseUserAdmin[User]):
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

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> tuple[Any, ...]:
        """Say how much goes with an account, not what: that is for nobody else to read."""
        _names, counts, missing, protected = super().get_deleted_objects(objs, request)
        amounts = [f"{name}: {count}" for name, count in counts.items()]
        return [*map(str, objs), *amounts], counts, missing, protected


@admin.register(Invitation)
class InvitationAdmin(admin.ModelAdmin[Invitation]):
    """Invitations: make one, send its link, take it back by deleting it."""

    fields = ("expires_at",)
    list_select_related = ("created_by",)

    def get_list_display(self, request: HttpRequest) -> tuple[Any, ...]:
        """Show the links as somebody elsewhere can follow them."""

        @admin.display(description=_("link"))
        def link(row: Invitation) -> str:
            return request.build_absolute_uri(path_of(row))

        return ("created_at", "created_by", "expires_at", "used_at", link)

    def has_change_permission(self, _request: HttpRequest, _row: Invitation | None = None) -> bool:
        """What somebody was promised stays as it is."""
        return False

    @override
    def save_model(
        self,
        request: HttpRequest,
        obj: Invitation,
        form: Any,
        change: bool,
    ) -> None:
        """Note who invites, and say the link."""
        obj.created_by = cast("User", request.user)
        super().save_model(request, obj, form, change)
        sentence = _("Send this link to one person: %(link)s")
        messages.info(request, sentence % {"link": request.build_absolute_uri(path_of(obj))})


admin.site.unregister(UserSession)


@admin.register(UserSession)
class UserSessionAdmin(LongListMixin, BaseUserSessionAdmin):
    """Who is signed in: by name and address; parts of a key are no word, and MongoDB has none."""

    search_fields = ("user__username", "ip")
