"""What every page knows."""

from typing import Any

from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject

from classifier.emotions.readings import WORDS
from journal.consent import covers_shown_to
from journal.day.pages import preferences_of
from journal.site.middleware import theme_of
from journal.site.navigation import tabs_for
from journify.web.http import HttpRequest


def look(request: HttpRequest) -> dict[str, Any]:
    """Give templates the theme, the four emotions, where the icons are, and the bar's tabs."""
    user = getattr(request, "user", None)
    theme = preferences_of(user).theme if user and user.is_authenticated else theme_of(request)
    return {
        "theme": theme,
        "covers_of": SimpleLazyObject(lambda: covers_shown_to(user)),
        "EMOTIONS": [{"name": name, "word": word} for name, word in WORDS.items()],
        "icons": static("img/icons.svg"),
        "tabs": SimpleLazyObject(lambda: tabs_for(request)),
    }
