"""The mail server that `EMAIL_URL` names, written as dj-email-url has it."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BACKENDS = "django.core.mail.backends"
# What is encrypted how, and at which port: STARTTLS, or TLS from the first byte on.
SMTP: dict[str, tuple[str, int]] = {
    "smtp": ("", 25),
    "submission": ("tls", 587),
    "smtp+tls": ("tls", 587),
    "smtps": ("tls", 587),
    "smtp+ssl": ("ssl", 465),
}
TLS_PORT = 465  # https://www.rfc-editor.org/rfc/rfc8314#section-3.3
LOCAL = {
    "console": "console",
    "consolemail": "console",
    "file": "filebased",
    "filemail": "filebased",
    "memory": "locmem",
    "memorymail": "locmem",
}
TIMEOUT_SECONDS = 10
TRUE = {"true", "1", "yes", "on"}


def mail_settings(url: str) -> dict[str, Any]:
    """Return Django's settings for an address; none for none.

    Raises ImproperlyConfigured: nobody knows such an address. It may hold a password, so it is not
    repeated.
    """
    if not url:
        return {}
    parts = urlsplit(url)
    if parts.scheme in LOCAL:
        folder = {"EMAIL_FILE_PATH": parts.path} if parts.path else {}
        return {"EMAIL_BACKEND": f"{BACKENDS}.{LOCAL[parts.scheme]}.EmailBackend"} | folder
    if parts.scheme not in SMTP or not parts.hostname:
        raise ImproperlyConfigured(
            f"EMAIL_URL begins with one of {', '.join([*SMTP, *LOCAL])} and names a host: "
            "smtp+tls://user:password@mail.example.org:587"
        )
    security, port = SMTP[parts.scheme]
    port = parts.port or port
    asked = {name: value.lower() in TRUE for name, value in parse_qsl(parts.query)}
    is_ssl = asked.get("ssl", security == "ssl" or (security == "tls" and port == TLS_PORT))
    return {
        "EMAIL_BACKEND": f"{BACKENDS}.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": is_ssl,
        "EMAIL_USE_TLS": not is_ssl and asked.get("tls", security == "tls"),
        "EMAIL_TIMEOUT": TIMEOUT_SECONDS,
    }
