"""Forms of the journal."""

from __future__ import annotations

import zoneinfo

from django import forms
from django.utils.translation import gettext_lazy as _

from classifier.models import EMOTION_CHOICES
from journal.models import Entry, Preferences


class AnswerForm(forms.Form):
    """A song of the list, a track of a platform, or a file."""

    song = forms.UUIDField(required=False)
    track = forms.CharField(required=False, max_length=40)
    audio = forms.FileField(required=False, allow_empty_file=True, max_length=1000)
    revision = forms.IntegerField(required=False)


class NoteForm(forms.ModelForm[Entry]):
    """The note on an entry."""

    revision = forms.IntegerField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Entry
        fields = ("note",)


class LabelForm(forms.Form):
    """What the listener says of a song; empty takes it back."""

    emotion = forms.ChoiceField(choices=EMOTION_CHOICES, required=False)


class PreferencesForm(forms.ModelForm[Preferences]):
    """The settings page."""

    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Your day begins at midnight here."),
        choices=lambda: [
            (name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())
        ],
    )

    class Meta:
        model = Preferences
        fields = ("time_zone", "theme", "phrases_per_day")
