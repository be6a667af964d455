"""The forms of a song and of a label for curators."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import TemporaryUploadedFile
from typing_extensions import override

from classifier.errors import UploadRejectedError
from classifier.files.uploads import Facts, examine, too_large_message
from classifier.models import Label, Song


class CuratedSongForm(forms.ModelForm[Song]):
    """A song whose newly chosen audio is checked as listeners' uploads are."""

    is_too_large = False  # whether the file was dropped on its way for its size; the view's to say
    facts: Facts | None = None  # what the check found out about a newly chosen file

    def clean_audio(self) -> Any:
        audio = self.cleaned_data["audio"]
        if self.is_too_large:
            raise forms.ValidationError(too_large_message())
        if isinstance(audio, TemporaryUploadedFile):
            try:
                self.facts = examine(audio)
            except UploadRejectedError as error:
                raise forms.ValidationError(str(error)) from error
        return audio

    @override
    def save(self, commit: bool = True) -> Song:
        if "audio" in self.changed_data:
            self.instance.audio_sha256 = self.facts.sha256 if self.facts else ""
            self.instance.audio_bytes = self.instance.audio.size if self.instance.audio else 0
        if self.facts:
            self.instance.duration_ms = self.facts.duration_ms
        return super().save(commit)


class CuratedLabelForm(forms.ModelForm[Label]):
    """A label: of which song and whose it is stays as it is, or the one before would keep it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance._state.adding:
            for name in {"song", "user"} & self.fields.keys():
                self.fields[name].disabled = True
