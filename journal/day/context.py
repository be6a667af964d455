"""What a day's page is drawn from."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from classifier.emotions.readings import WORDS
from journal.day.cards import Card, card_of, ring_of_day
from journal.day.feelings import feeling_of, own_tags
from journal.day.pages import MOST_ENTRIES, has_answered, may_open, preferences_of, today
from journal.day.sentences import moments_of, others_of, summary
from journal.models import MAX_FELT, DayFeeling, Entry
from journal.songs.learnt import question_for
from journal.spotify.connection import refresh_lazily
from spotify_auth.models import User

# More would make the page heavy, and nobody reads on.
COMPLETED_TAGS = 60


def day_context(user: User, date: dt.date) -> dict[str, Any]:
    entries = Entry.objects.of(user).filter(date=date).with_readings(user)
    cards = [card_of(entry) for entry in entries.select_related("phrase")]
    refresh_lazily(user, (card.entry.song for card in cards))
    slices = ring_of_day(card.reading for card in cards)
    answered = sum(card.entry.song_id is not None for card in cards)
    return {
        "day": date,
        "is_today": date == today(),
        "cards": cards,
        "answered_count": answered,
        "ring": slices,
        "unsure": sum(card.state == "unsure" for card in cards),
        "summary": summary(
            moments_of(cards),
            answered=answered,
            others=others_of(cards),
            is_over=date < today(),
        ),
    }


def page_context(user: User, date: dt.date) -> dict[str, Any]:
    context = day_context(user, date)
    before, after = date - dt.timedelta(days=1), date + dt.timedelta(days=1)
    cards = context["cards"]
    shown = shown_of(cards, count=preferences_of(user).large_phrases)
    shown_keys = {card.key for card in shown}
    is_blank = not context["answered_count"] and context["is_today"]
    return (
        context
        | felt_context(user, date)
        | {
            "previous_day": before if may_open(user, before) else None,
            "next_day": after if may_open(user, after) else None,
            "shown": shown,
            "folded": [card for card in cards if card.key not in shown_keys],
            "can_add": len(cards) < MOST_ENTRIES,
            "is_first": is_blank and not has_answered(user),
            "question": question_for(user, date) if context["is_today"] else None,
        }
    )


def shown_of(cards: Sequence[Card], *, count: int) -> list[Card]:
    """The cards that are not folded away.

    Those with an answer or a note, and of the others as many as make `count` answers possible.
    """
    left = count - sum(card.state != "empty" for card in cards)
    shown = []
    for card in cards:
        is_open = card.state == "empty" and not card.entry.note
        if not is_open or left > 0:
            shown.append(card)
        left -= is_open
    return shown


def felt_context(user: User, date: dt.date) -> dict[str, Any]:
    """What "how was it, really?" is drawn from."""
    felt = feeling_of(user, date)
    return {
        "day": date,
        "felt": felt,
        "felt_revision": felt.revision,
        "typed_tags": felt.tags,
        "felt_choices": choices_of(felt),
        "known_tags": own_tags(user)[:COMPLETED_TAGS],
    }


def choices_of(felt: DayFeeling) -> list[dict[str, Any]]:
    """The four feelings: a tap says one, or takes it back; of three the first one goes."""
    said = felt.emotion_names
    choices = []
    for name, word in WORDS.items():
        is_said = name in said
        then = [each for each in said if each != name] if is_said else [*said, name][-MAX_FELT:]
        choices.append({"name": name, "word": word, "is_said": is_said, "then": " ".join(then)})
    return choices
