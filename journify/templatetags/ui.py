"""Small fragments that a page repeats a hundred times: a template takes several times as long."""

import datetime as dt
import functools
import uuid
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django import template
from django.template import Context, Template
from django.urls import get_script_prefix, reverse
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from journify.web.markup import join_markup

register = template.Library()

NOBODY, SOME_DAY = uuid.UUID(int=0), dt.date(2000, 1, 1)
# of one emotion's sleeve; prime, so that pictures, parts, slants and mirrors do not repeat together
VARIANTS = 97
PICTURES = 3


@register.simple_tag(takes_context=True)
def stencil(context: Context, name: str, **values: Any) -> SafeString:
    """What `include` gives of a template that only prints its values: drawn once, then filled in.

    The template knows nothing but the values and `icons`, and not what they are: it has no `if`, no
    loop and no filter for them.
    """
    assert context.template is not None
    drawn: Template = context.template.engine.get_template(name)
    values["icons"] = context.get("icons", "")
    texts = {name: conditional_escape(value) for name, value in values.items()}
    parts = list(_cut(drawn, get_language(), get_script_prefix(), *texts))
    parts[1::2] = [texts[name] for name in parts[1::2]]
    return SafeString("".join(parts))


@functools.lru_cache(128)
def _cut(drawn: Template, _language: str | None, _prefix: str, *names: str) -> list[str]:
    """A template's text in a language, and after each piece of it the name of a value."""
    gaps = {name: f"\0{name}\0" for name in names}
    return drawn.render(template.Context(gaps)).split("\0")


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
def sleeve(name: str, icons: str, seed: UUID | str = "") -> SafeString:
    """A record's sleeve in the colour of an emotion, blank without one.

    Two songs of one emotion look alike, not the same: `seed`, a song's key, chooses one of the
    emotion's pictures, which part of it is seen, how it lies, and which of the two colours is in
    front.
    """
    if not seed:
        return _blank(name, icons)
    return _sleeve(name, icons, uuid.UUID(str(seed)).int % VARIANTS)


class Sleeve(NamedTuple):
    """What a song's sleeve is drawn from."""

    symbol: str  # the picture in the file of icons
    window: str  # which part of it is seen
    turn: str  # how it lies
    is_inverse: bool  # whether its two colours change places


def sleeve_of(name: str, seed: UUID) -> Sleeve:
    """The sleeve of a song that sounds like an emotion, or like none yet."""
    return _variant(name, seed.int % VARIANTS)


def _variant(name: str, variant: int) -> Sleeve:
    number = variant % PICTURES + 1
    size = 72 + 3 * (variant % 7)
    x, y = (variant * 11) % (96 - size), (variant * 29) % (96 - size)
    mirror = " translate(96 0) scale(-1 1)" if variant % 2 else ""
    return Sleeve(
        symbol=f"sleeve-{name or 'blank'}" + (f"-{number}" if name and number > 1 else ""),
        window=f"{x} {y} {size} {size}",
        turn=f"rotate({5 * (variant % 9 - 4)} 48 48){mirror}",
        is_inverse=bool(name) and variant // PICTURES % 3 == 1,
    )


@functools.lru_cache(512)
def _sleeve(name: str, icons: str, variant: int) -> SafeString:
    drawn = _variant(name, variant)
    return format_html(
        '\n<span class="sleeve{}" data-emotion="{}" aria-hidden="true">\n  <svg viewBox="{}">\n'
        '    <use href="{}#{}" width="96" height="96" transform="{}"></use>\n  </svg>\n</span>\n',
        " is-inverse" if drawn.is_inverse else "",
        name,
        drawn.window,
        icons,
        drawn.symbol,
        drawn.turn,
    )


@functools.lru_cache(16)
def _blank(name: str, icons: str) -> SafeString:
    """A sleeve of no song: the whole picture, as it is."""
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
def tracks(cards: Sequence[Any]) -> SafeString:
    """The tracks of a day's record, one for each card, in the colour of its answer."""
    drawn = (
        _track(number, len(cards), card.state, card.reading.emotion)
        for number, card in enumerate(cards)
    )
    return join_markup(drawn)


@functools.lru_cache(512)
def _track(number: int, total: int, state: str, emotion: str) -> str:
    look = ("data-emotion", emotion) if state == "answered" else ("data-state", state)
    return format_html(
        '<circle class="record-track" cx="60" cy="60" r="49" pathLength="{}" '
        'stroke-dasharray="0 {}.04 .92 999" {}="{}" />\n',
        total,
        number,
        *look,
    )


@register.simple_tag
def address(name: str, key: UUID | dt.date | str) -> SafeString:
    """Where the row of that key, or a day, is: as `url`, for addresses of that and nothing else."""
    some = SOME_DAY if isinstance(key, dt.date) else NOBODY
    before, after = _around(name, some, get_script_prefix())
    return join_markup((before, escape(str(key)), after))


@functools.lru_cache(256)
def _around(name: str, some: UUID | dt.date, _prefix: str) -> tuple[str, str]:
    """What stands before and after the key in an address."""
    before, _key, after = reverse(name, args=[some]).partition(str(some))
    return before, after
