from typing import Any, cast

from allauth.mfa.admin import AuthenticatorAdmin as BaseAuthenticatorAdmin
from allauth.mfa.models import Authenticator
from allauth.socialaccount.admin import SocialAccountAdmin as BaseSocialAccountAdmin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.admin import UserSessionAdmin as BaseUserSessionAdmin
from allauth.usersessions.models import UserSession
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from typing_extensions import override

from journify.curating.admin import LongListMixin
from spotify_auth.borrowed_names import name_others
from spotify_auth.models import Invitation, User, UserGroup
from spotify_auth.sign_in.invitations import path_of

name_others()
for _model in (Group, UserSession, Authenticator, SocialAccount):
    admin.site.unregister(_model)  # registered again below
# keys are the settings' and tokens kept elsewhere: a row of one would break signing in
admin.site.unregister([SocialApp, SocialToken])


class UserGroupInline(admin.TabularInline[UserGroup, User]):
    model = UserGroup
    extra = 0


@admin.register(User)
class UserAdmin(LongListMixin, BaseUserAdmin[User]):
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
    def save_model(self, request: HttpRequest, obj: Invitation, form: Any, change: bool) -> None:
        obj.created_by = cast("User", request.user)
        super().save_model(request, obj, form, change)
        sentence = _("Send this link to one person: %(link)s")
        messages.info(request, sentence % {"link": request.build_absolute_uri(path_of(obj))})


class PermissionField(forms.ModelMultipleChoiceField[Permission]):
    """What a group may do with each table of the admin, in the reader's language."""

    widget = forms.CheckboxSelectMultiple
    verbs = {"add": _("add"), "change": _("change"), "delete": _("delete"), "view": _("view")}

    @override
    def label_from_instance(self, permission: Permission) -> str:
        """The table and the verb; Django keeps them as one English sentence."""
        verb = self.verbs[permission.codename.partition("_")[0]]
        model = permission.content_type.model_class()
        return f"{model._meta.verbose_name_plural}: {verb}" if model else permission.name


@admin.register(Group)
class GroupAdmin(BaseGroupAdmin):
    """Groups, with the permissions that the admin asks for."""

    filter_horizontal = ()

    @override
    def formfield_for_manytomany(self, *args: Any, **kwargs: Any) -> Any:
        """Offer what concerns tables that have a list here."""
        tables = ContentType.objects.get_for_models(*self.admin_site._registry)
        kinds = [kind.pk for kind in tables.values()]
        kwargs["queryset"] = Permission.objects.filter(content_type__in=kinds)
        return super().formfield_for_manytomany(*args, form_class=PermissionField, **kwargs)


class WrittenByTheAppMixin:
    """Rows to look at and to delete: nobody types them in."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _row: Any = None) -> bool:
        return False


@admin.register(UserSession)
class UserSessionAdmin(WrittenByTheAppMixin, LongListMixin, BaseUserSessionAdmin):
    """Who is signed in: by name and address; parts of a key are no word, and MongoDB has none."""

    search_fields = ("user__username", "ip")
    fields = ("user", "created_at", "last_seen_at", "ip", "user_agent")


@admin.register(Authenticator)
class AuthenticatorAdmin(WrittenByTheAppMixin, BaseAuthenticatorAdmin):
    """Second factors, to delete one that is lost; their secrets are not shown."""

    fields = ("user", "type", "created_at", "last_used_at")


@admin.register(SocialAccount)
class SocialAccountAdmin(WrittenByTheAppMixin, BaseSocialAccountAdmin):
    readonly_fields = ("last_login", "date_joined")
    fields = ("user", "uid", *readonly_fields)
