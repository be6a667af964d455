"""What is drawn of readings on every card: a template for each bar takes several times as long."""

import functools

from django import template
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from classifier.emotions.readings import WORDS, Bar, Reading
from journify.templatetags.ui import level, mark

register = template.Library()

CHANNEL = (
    '<button class="channel{top}" id="label-{name}-{of}" type="submit" name="emotion" '
    'value="{name}" data-emotion="{name}" aria-pressed="{pressed}">\n'
    "{height}{mark}<span>{word}</span>\n</button>\n"
)
HEIGHT = '{}<span class="channel-percent">{}&nbsp;%</span>\n'
OF = "\0"  # stands for the key of what is answered


@register.simple_tag
def channels(reading: Reading, of: object, icons: str) -> SafeString:
    """The four buttons that say what one hears; how sure the model is of each stands in them."""
    bars = reading.bars or [Bar(name, word, 0.0, is_top=False) for name, word in WORDS.items()]
    drawn = (
        _channel(
            bar.name,
            str(bar.word),
            bar.percent if reading.bars else None,
            icons,
            top=" is-top" if bar.is_top else "",
            pressed="true" if bar.name == reading.said else "false",
        )
        for bar in bars
    )
    return SafeString("".join(drawn).replace(OF, conditional_escape(str(of))))


@functools.lru_cache(1024)
def _channel(
    name: str, word: str, percent: int | None, icons: str, *, top: str, pressed: str
) -> SafeString:
    height = "" if percent is None else format_html(HEIGHT, level(percent), percent)
    return format_html(
        CHANNEL,
        top=top,
        name=name,
        of=OF,
        pressed=pressed,
        height=height,
        mark=mark(name, icons),
        word=word,
    )
