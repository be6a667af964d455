"""Forms of the journal."""

from collections.abc import Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from classifier.emotions.readings import FINER, NOT_SURE, WORDS
from classifier.emotions.words import CHOICES, emotion_of
from classifier.models import EMOTION_CHOICES, Song
from classifier.serving.results import UNSURE
from journal.day.feelings import tags_from
from journal.day.pages import phrases_without_repeats, today
from journal.models import MAX_FELT, MAX_TAGS, NAMES, NOTE_LENGTH, TAG_LENGTH, Entry, Preferences
from journal.site.dates import known_zones
from journal.site.widgets import LongSelect, optional_day
from journify.names import identity_of
from spotify_auth.models import User

NEVER = -1  # a revision that no entry has


class RevisionField(forms.IntegerField):
    """The revision of the entry that a page showed; None where a request names none: no page's."""

    def clean(self, value: Any) -> int | None:
        """Read a revision; nonsense fits no entry, so that nothing is changed by it."""
        try:
            revision: int | None = super().clean(value)
        except forms.ValidationError:
            return NEVER
        return revision


class RevisionForm(forms.Form):
    """The state of the entry that the page was drawn from, to notice changes made elsewhere."""

    revision = RevisionField(required=False, min_value=0)


class SeenSongForm(RevisionForm):
    song = forms.UUIDField(required=False)


class AnswerForm(RevisionForm):
    """A song of the list, a track of a platform, or a file."""

    song = forms.UUIDField(required=False)
    heard = forms.UUIDField(required=False)
    track = forms.CharField(required=False, max_length=60)
    audio = forms.FileField(required=False, allow_empty_file=True, max_length=1000)


class TryOutForm(forms.Form):
    """A visitor's file, or a song of Deezer's."""

    track = forms.RegexField(r"^deezer:\d{1,12}$", required=False)
    audio = forms.FileField(required=False, allow_empty_file=True, max_length=1000)


class HistoryForm(forms.Form):
    """Which past answers to show: nothing is asked for, everything may be."""

    q = forms.CharField(
        label=_("Words"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "data-search": True}),
    )
    emotion = forms.ChoiceField(
        label=_("Feeling"),
        required=False,
        choices=lambda: [("", _("any")), *WORDS.items(), (UNSURE, NOT_SURE)],
    )
    word = forms.ChoiceField(
        label=_("Finer word"),
        required=False,
        choices=lambda: [("", _("any")), *((each.word, each.words) for each in FINER)],
    )
    phrase = forms.ChoiceField(label=_("Phrase"), required=False, widget=LongSelect)
    tag = forms.ChoiceField(label=_("Tag of the day"), required=False, widget=LongSelect)
    first = optional_day(_("From"))
    last = optional_day(_("To"))

    def __init__(
        self, *args: Any, phrases: Sequence[str], tags: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, words in (("phrase", phrases), ("tag", tags)):
            choices = [("", _("any")), *((word, word) for word in words)]
            cast("forms.ChoiceField", self.fields[name]).choices = choices
        if not tags:
            del self.fields["tag"]


class NoteField(forms.CharField):
    """Text whose line breaks count as one character, as the browser counts them."""

    def to_python(self, value: str | None) -> str | None:
        text = super().to_python(value)
        return None if text is None else text.replace("\r\n", "\n")


class OneLineField(forms.CharField):
    """Text whose white space, line breaks too, becomes single blanks."""

    def clean(self, value: Any) -> str:
        return " ".join(super().clean(value).split())


class PhraseForm(forms.Form):
    text = OneLineField(
        label=_("A phrase of your own"),
        max_length=140,
        error_messages={"required": _("Write a few words first.")},
    )


class NoteForm(RevisionForm):
    """The note on an entry; after a refusal with the other version, and which of them to keep."""

    MINE, THEIRS, BOTH = "mine", "theirs", "both"

    note = NoteField(max_length=NOTE_LENGTH, required=False)
    keep = forms.ChoiceField(
        choices=[(each, each) for each in (MINE, THEIRS, BOTH)], required=False
    )

    def __init__(self, *args: Any, entry: Entry, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entry = entry

    def kept(self) -> str:
        """The note that a valid form asks for."""
        mine: str = self.cleaned_data["note"]
        return {
            self.THEIRS: self.entry.note,
            self.BOTH: "\n\n".join(text for text in (self.entry.note, mine) if text),
        }.get(self.cleaned_data["keep"], mine)

    def is_outdated(self) -> bool:
        """Say whether it asks for a saved note that the page did not show."""
        is_of_saved = self.cleaned_data["keep"] in {self.THEIRS, self.BOTH}
        return is_of_saved and self.cleaned_data["revision"] != self.entry.revision

    def clean(self) -> None:
        """Refuse two versions that are too long for one note."""
        excess = 0 if self.errors else len(self.kept()) - NOTE_LENGTH
        if excess > 0:
            sentence = ngettext(
                "Both together are %(count)s character too long. Shorten yours first.",
                "Both together are %(count)s characters too long. Shorten yours first.",
                excess,
            )
            self.add_error("note", sentence % {"count": excess})


class FeelingForm(RevisionForm):
    """How a day really was; a request that does not name one of the two leaves it as it is."""

    emotions = forms.CharField(required=False, max_length=40)
    # the revision that is to be replaced, after a refusal that showed it
    replace = RevisionField(required=False, min_value=0)
    tags = forms.CharField(required=False, max_length=MAX_TAGS * (TAG_LENGTH + 20))

    def __init__(self, *args: Any, known_tags: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known_tags = known_tags

    def clean(self) -> None:
        """Take over what is to be replaced knowingly."""
        replaced = self.cleaned_data.pop("replace", None)
        if replaced is not None:
            self.cleaned_data["revision"] = replaced

    def clean_emotions(self) -> str | None:
        if "emotions" not in self.data:
            return None
        names = list(dict.fromkeys(self.cleaned_data["emotions"].split()))
        if len(names) > MAX_FELT or set(names) - set(NAMES):
            raise forms.ValidationError(_("Choose one or two of the four feelings."))
        return " ".join(names)

    def clean_tags(self) -> str | None:
        if "tags" not in self.data:
            return None
        tags = tags_from(self.cleaned_data["tags"], self.known_tags)
        if len(tags) > MAX_TAGS:
            raise forms.ValidationError(_("A day has room for twelve tags."))
        if any(len(tag) > TAG_LENGTH for tag in tags):
            raise forms.ValidationError(
                _("One of these tags is too long. Put commas between them.")
            )
        return ", ".join(tags)


class GivenChoiceField(forms.ChoiceField):
    """A choice, or none; None where a request does not say."""

    def clean(self, value: Any) -> Any:
        return None if value is None else super().clean(value)


class LabelForm(forms.Form):
    """What the listener says of a song, and what they had said when the page was drawn."""

    emotion = forms.ChoiceField(choices=EMOTION_CHOICES, required=False)
    said = GivenChoiceField(choices=EMOTION_CHOICES, required=False)
    word = GivenChoiceField(choices=CHOICES, required=False)

    def clean(self) -> dict[str, Any]:
        """Let a finer word say the emotion it belongs to."""
        values = super().clean() or {}
        if values.get("word"):
            values["emotion"] = emotion_of(values["word"])
        return values


class AnswerLabelForm(LabelForm, SeenSongForm):
    """What the listener says of the song that a card showed."""


class SongForm(forms.ModelForm[Song]):
    class Meta:
        model = Song
        fields = ("title", "artist")
        field_classes = {"title": OneLineField, "artist": OneLineField}


class PreferencesForm(forms.ModelForm[Preferences]):
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Your day begins at midnight here."),
        widget=LongSelect,
        choices=lambda: [(name, name.replace("_", " ")) for name in sorted(known_zones())],
    )

    class Meta:
        model = Preferences
        fields = ("time_zone", "language", "theme", "phrases_per_day", "large_phrases", "search")
        labels = {"theme": _("Appearance")}
        help_texts = {
            "search": _(
                "At Deezer you find almost any song. Your words go there, without your name; "
                "covers and clips come from there to your browser."
            )
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["large_phrases"].required = False
        count = phrases_without_repeats(self.instance.user, today())
        sentence = _("With up to %(count)s a day, none comes back within two weeks.")
        self.fields["phrases_per_day"].help_text = sentence % {"count": count}
        if not settings.DEEZER_SEARCH:
            del self.fields["search"]

    def clean_large_phrases(self) -> int:
        """Leave it as it is where a form does not name it."""
        wanted: int | None = self.cleaned_data["large_phrases"]
        return self.instance.large_phrases if wanted is None else wanted


class ExportForm(forms.Form):
    with_audio = forms.BooleanField(required=False)


class ImportForm(forms.Form):
    archive = forms.FileField(max_length=1000)


class LeaveForm(forms.Form):
    """The last question before an account is deleted: the password, or without one the name."""

    password = forms.CharField(
        label=_("Your password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        strip=False,
    )
    name = forms.CharField(
        label=_("Your user name"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        del self.fields["name" if user.has_usable_password() else "password"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if identity_of(name) != identity_of(self.user.get_username()):
            raise forms.ValidationError(_("This is not your user name."))
        return name
