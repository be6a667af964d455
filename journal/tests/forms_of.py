"""The forms of a page as a browser would send them."""

from __future__ import annotations

from html.parser import HTMLParser


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, dict[str, str]] = {}
        self._form: dict[str, str] | None = None
        self._text: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._form = self.forms.setdefault(given.get("action", ""), {})
        elif self._form is None:
            return
        elif tag == "input" and "name" in given:
            self._form[given["name"]] = given.get("value", "")
        elif tag == "button" and given.get("formaction"):
            self.forms[given["formaction"]] = self._form
        elif tag == "textarea":
            self._text, self._form[given["name"]] = given["name"], ""

    def handle_data(self, data: str) -> None:
        if self._form is not None and self._text is not None:
            self._form[self._text] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = None
        elif tag == "form":
            self._form = None


def forms_of(html: str) -> dict[str, dict[str, str]]:
    """Return what each form sends by itself, by its address; buttons not pressed send nothing."""
    parser = _Forms()
    parser.feed(html)
    return parser.forms
