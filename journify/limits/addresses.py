"""Where a request comes from, believing only the proxies that we know of."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

UNKNOWN = "unknown"
# What a provider gives one line, and one site: whoever has it can take any address in it.
IPV6_PREFIX = 64
IPV6_SITE_PREFIX = 48


def client_address(request: HttpRequest) -> str:
    """Return the address that asked, or `UNKNOWN`.

    Each proxy appends to X-Forwarded-For whom it got the request from, so with `TRUSTED_PROXIES`
    proxies of ours the entry that many places from the end is the last that nobody could invent.
    """
    count = settings.TRUSTED_PROXIES
    forwarded = [part for part in request.headers.get("X-Forwarded-For", "").split(",") if part]
    is_forwarded = 0 < count <= len(forwarded)
    claimed = forwarded[-count] if is_forwarded else request.META.get("REMOTE_ADDR", "")
    address = _parsed(claimed.strip())
    return str(address) if address else UNKNOWN


def network_of(address: str, *, prefix: int = IPV6_PREFIX) -> str:
    """Return what is counted as one: an IPv4 address, or the network of an IPv6 one."""
    parsed = _parsed(address)
    if isinstance(parsed, ipaddress.IPv6Address):
        return str(ipaddress.IPv6Network((parsed, prefix), strict=False))
    return address


def site_of(address: str) -> str:
    """Return the site that an IPv6 address belongs to; nothing for others, who have one each."""
    site = network_of(address, prefix=IPV6_SITE_PREFIX)
    return "" if site == address else site


def address_in_log(request: HttpRequest) -> str:
    """Write where a request comes from: a keyed hash, or the address with `LOG_ADDRESSES=full`."""
    address = client_address(request)
    if settings.LOG_ADDRESSES == "full":
        return address
    return salted_hmac("journify.limits.log", network_of(address), algorithm="sha256").hexdigest()[
        :16
    ]


def _parsed(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
