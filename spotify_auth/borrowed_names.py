"""What the admin calls tables and fields of Django and allauth that have no German of their own."""

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

# Of an app its name; two of them would be called as ours is.
APPS: dict[str, StrOrPromise] = {
    "account": _("E-mail"),
    "mfa": _("Two-step sign-in"),
    "socialaccount": _("Signing in with Spotify"),
    "usersessions": _("Signed-in devices"),
}
# Of a table one row, several, and its fields.
TABLES: dict[str, tuple[StrOrPromise, StrOrPromise, dict[str, StrOrPromise]]] = {
    "mfa.Authenticator": (
        _("second factor"),
        _("second factors"),
        {
            "user": _("user"),
            "type": _("kind"),
            "created_at": _("set up"),
            "last_used_at": _("last used"),
        },
    ),
    "socialaccount.SocialAccount": (
        _("account at Spotify"),
        _("accounts at Spotify"),
        {"user": _("user")},
    ),
    "usersessions.UserSession": (
        _("signed-in device"),
        _("signed-in devices"),
        {
            "user": _("user"),
            "created_at": _("signed in"),
            "last_seen_at": _("last seen"),
            "ip": _("IP address"),
            "user_agent": _("browser"),
        },
    ),
}
# Texts that the German of Django 5.2 and allauth lacks: named here, they are collected with ours.
TEXTS: list[StrOrPromise] = [
    _("After you’ve created a user, you’ll be able to edit more user options."),
    _("This action will <strong>enable</strong> password-based authentication for this user."),
    _("Disable password-based authentication"),
    _("Enable password-based authentication"),
    _("In case you’ve forgotten, you are:"),
    _("Conflicting form data submitted. Please try again."),
    _("Password-based authentication was disabled."),
    _("Set password: %s"),
    _("Reset password"),
    _("Set password"),
    _(
        "Whether the user will be able to authenticate using a password or not. If disabled, "
        "they may still be able to authenticate using other backends, such as Single Sign-On or "
        "LDAP."
    ),
    _("Password-based authentication"),
    _("Enabled"),
    _("Disabled"),
    _("Raw passwords are not stored, so there is no way to see the user’s password."),
    _("Enable password-based authentication for this user by setting a password."),
    _("TOTP Authenticator"),
    _("The username and/or password you specified are not correct."),
]


def name_others() -> None:
    """Give those apps, tables and fields their names; what migrations see stays as it is."""
    for label, app_name in APPS.items():
        apps.get_app_config(label).verbose_name = app_name  # type: ignore[assignment, unused-ignore]
    for label, (one, several, fields) in TABLES.items():
        options = apps.get_model(label)._meta
        options.verbose_name, options.verbose_name_plural = one, several
        for name, text in fields.items():
            options.get_field(name).verbose_name = text
