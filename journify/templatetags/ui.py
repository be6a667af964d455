"""Small fragments that a page repeats a hundred times: a template takes several times as long."""

from __future__ import annotations

import functools
import uuid
from typing import TYPE_CHECKING

from django import template
from django.urls import get_script_prefix, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from uuid import UUID

register = template.Library()

NOBODY = uuid.UUID(int=0)


@register.simple_tag
@functools.lru_cache(64)
def mark(name: str, icons: str) -> SafeString:
    """An emotion's sign; `icons` is the address of the file of icons."""
    return format_html(
        '\n<svg class="mark" data-emotion="{}" aria-hidden="true">\n'
        '  <use href="{}#mark-{}"></use>\n</svg>\n',
        name,
        icons,
        name,
    )


@register.simple_tag
@functools.lru_cache(64)
def sleeve(name: str, icons: str) -> SafeString:
    """A record's sleeve in the colour of an emotion, blank without one."""
    return format_html(
        '\n<span class="sleeve" data-emotion="{}" aria-hidden="true">\n  <svg>\n'
        '    <use href="{}#sleeve-{}"></use>\n  </svg>\n</span>\n',
        name,
        icons,
        name or "blank",
    )


@register.simple_tag
@functools.lru_cache(128)
def level(percent: int) -> SafeString:
    """A column as high as `percent`."""
    return format_html(
        '<svg class="level"\n     viewBox="0 0 10 100"\n     preserveAspectRatio="none"\n'
        '     aria-hidden="true">\n  <rect class="level-track" width="10" height="100" />\n'
        '  <rect class="level-value" width="10" height="{}" />\n</svg>\n',
        percent,
    )


@register.simple_tag
def address(name: str, key: UUID | str) -> SafeString:
    """Where the row of that key is: as `url`, for addresses of a key and nothing else."""
    before, after = _around(name, get_script_prefix())
    return mark_safe(before + escape(str(key)) + after)  # noqa: S308 -- escaped


@functools.lru_cache(256)
def _around(name: str, _prefix: str) -> tuple[str, str]:
    """What stands before and after the key in an address."""
    before, _key, after = reverse(name, args=[NOBODY]).partition(str(NOBODY))
    return before, after
