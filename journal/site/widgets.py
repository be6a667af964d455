"""Controls of forms."""

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

SELECTED = mark_safe(" selected")


class LongSelect(forms.Select):
    """A choice among hundreds, without groups: Django has two templates drawn for each option."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        chosen = self.format_value(value)
        options = format_html_join(
            "\n",
            "<option{}{}>{}</option>",
            (
                (_value(key, label), SELECTED if str(key) in chosen else "", label)
                for key, label in self.choices
            ),
        )
        flat = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}</select>', name, flat, options)


def _value(key: Any, label: Any) -> SafeString:
    """An option's value, where its label does not say the same: a browser takes that, trimmed."""
    is_said = str(key) == str(label) == " ".join(str(label).split())
    return mark_safe("") if is_said else format_html(' value="{}"', key)
