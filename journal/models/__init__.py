"""Days with their phrases and answers, and what belongs to a listener."""

from journal.models.days import (
    MAX_FELT,
    MAX_TAGS,
    NAMES,
    NOTE_LENGTH,
    SEASONS,
    TAG_LENGTH,
    WEEKDAYS,
    CountedMonth,
    DayFeeling,
    Entry,
    EntryQuerySet,
    Journal,
    OnlyWords,
    Phrase,
    add_songs,
    set_unanswered,
)
from journal.models.listeners import (
    Playlist,
    Preferences,
    Refresh,
    Transfer,
    archive_path,
    validate_time_zone,
)
