"""The texts of the app and their translations: collected, merged and compiled in Python alone.

Django's own commands need the GNU gettext tools; these need Babel, which the tests bring.
"""

import io
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.apps import apps
from django.conf import settings
from django.utils.translation.template import templatize

from classifier.emotions.words import NORMS
from journal.models import SEASONS
from ml.errors import SENTENCES

ROOMS = ("journify", "spotify_auth", "classifier", "journal")
PHRASES = "journal/data/phrases.toml"
PHRASE_CONTEXT = "phrase"
THEME_CONTEXT = "theme"
WORD_CONTEXT = "a sound"
# German that says "Sie" where we say "du"
FORMAL = re.compile(r"\b(Sie|Ihr(e[mnrs]?)?|Ihnen)\b")

LAZY = {f"{name}_lazy": how for name, how in DEFAULT_KEYWORDS.items()}
KEYWORDS = DEFAULT_KEYWORDS | LAZY | {"gettext_noop": None}


def po_path(language: str) -> Path:
    """Where the translations into `language` are written by hand."""
    return Path(settings.LOCALE_PATHS[0]) / language / "LC_MESSAGES" / "django.po"


def collect() -> Catalog:
    """Find every text that a listener may see, in code, templates and built-in phrases."""
    catalog = Catalog(charset="utf-8")
    for path in _sources():
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            # the tokenizer reads indentation, which means nothing in a template
            text = re.sub(r"(?m)^[ \t]+", "", templatize(text, origin=str(path)))
        found = extract("python", io.BytesIO(text.encode()), KEYWORDS)
        for _line, message, _comments, context in found:
            catalog.add(message, context=context, flags=_flags(message))
    for context, words in _texts_of_data():
        catalog.add(words, context=context)
    for formal in formal_messages():
        catalog.add(formal.id, context=formal.context, flags=formal.flags)
    return catalog


def formal_messages() -> Iterator[Message]:
    """Find the texts of Django and its apps whose German is formal: our catalogue comes first."""
    apart = Path(django.__path__[0]) / "conf"
    for folder in (apart, *(Path(app.path) for app in apps.get_app_configs())):
        path = folder / "locale" / "de" / "LC_MESSAGES" / "django.po"
        if path.exists():
            with path.open("rb") as file:
                found = read_po(file)
            yield from (each for each in found if each.id and FORMAL.search(str(each.string)))


def read_messages(language: str) -> Catalog:
    path = po_path(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", project="Journify")
    with path.open("rb") as file:
        return read_po(file, locale=language)


def merge_messages(language: str) -> Catalog:
    """Bring the file of translations up to date with the texts, and compile it."""
    translations, template = read_messages(language), collect()
    template.creation_date = translations.creation_date
    translations.update(template, no_fuzzy_matching=True)
    path = po_path(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, translations, width=100, no_location=True, ignore_obsolete=True)
    with path.with_suffix(".mo").open("wb") as file:
        write_mo(file, translations)
    return translations


def untranslated(translations: Catalog) -> list[Message]:
    """List what has no translation yet, or one that nobody has looked at."""
    return [
        message for message in translations if message.id and (message.fuzzy or _is_empty(message))
    ]


def _is_empty(message: Message) -> bool:
    words = message.string if isinstance(message.string, list | tuple) else [message.string]
    return not all(words)


def _flags(message: str | tuple[str, ...]) -> list[str]:
    texts = message if isinstance(message, tuple) else (message,)
    return ["python-format"] if any("%(" in (text or "") for text in texts) else []


def _sources() -> Iterator[Path]:
    for room in ROOMS:
        for path in sorted((settings.BASE_DIR / room).rglob("*.py")):
            if not {"tests", "migrations"} & set(path.parts):
                yield path
    for pattern in ("*.html", "*.txt"):
        yield from sorted((settings.BASE_DIR / "templates").rglob(pattern))


def _texts_of_data() -> Iterator[tuple[str | None, str]]:
    """Yield what no code says: finer words, what `ml` told, seasons, built-in phrases by theme."""
    for words in NORMS.values():
        yield from ((WORD_CONTEXT, word) for word in words)
    for text in (*SENTENCES.values(), *(season.capitalize() for season in SEASONS)):
        yield None, text
    phrases = (settings.BASE_DIR / PHRASES).read_text(encoding="utf-8")
    for theme, rows in tomllib.loads(phrases).items():
        yield THEME_CONTEXT, theme.replace("_", " ")  # as the database has it
        for row in rows:
            yield PHRASE_CONTEXT, row["text"]
