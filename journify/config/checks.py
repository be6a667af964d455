"""Which system checks a start waits for: those of what whoever runs this server has set.

The others look at code, which tests have seen, and import every page for it; `manage.py check` runs
all of them.
"""

from django.core.checks import Tags

# of the checks of our own that look at settings
SETTINGS = "settings"
AT_START = (
    SETTINGS,
    *(Tags.caches, Tags.compatibility, Tags.files, Tags.security, Tags.staticfiles),
    Tags.translation,
)
