"""Controls of forms."""

import functools
from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django_stubs_ext import StrOrPromise

from journify.web.markup import join_markup

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
        options = join_markup(
            _option(str(key), str(label), is_chosen=str(key) in chosen)
            for key, label in self.choices
        )
        flat = flatatt(self.build_attrs(self.attrs, attrs))
        return format_html('<select name="{}"{}>{}</select>', name, flat, options)


@functools.lru_cache(4096)
def _option(key: str, label: str, *, is_chosen: bool) -> str:
    """An option, with a value where its label is not the same: a browser takes that, trimmed."""
    is_said = key == label == " ".join(label.split())
    value = "" if is_said else format_html(' value="{}"', key)
    return format_html("<option{}{}>{}</option>\n", value, SELECTED if is_chosen else "", label)


def optional_day(label: StrOrPromise, **options: Any) -> forms.DateField:
    """A day as browsers pick it, or none."""
    widget = forms.DateInput({"type": "date"}, "%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, **options)
