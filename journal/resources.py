"""The built-in phrases as a table that curators take along; listeners' own are not in it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export import fields

from journal.models import Phrase
from journify.curating.resources import CuratedResource, YesNoWidget


class PhraseResource(CuratedResource):
    """The phrases that everybody may be given."""

    required = ["text"]
    natural = ["text"]

    active = fields.Field(
        attribute="active", column_name="active", widget=YesNoWidget(), default=True
    )

    class Meta(CuratedResource.Meta):
        model = Phrase
        fields = ("id", "text", "theme", "active", "seasons", "weekdays")

    def skip_row(self, instance: Phrase, original: Phrase, row: Any, *args: Any) -> bool:
        """Refuse what the next start would undo: `load_phrases` writes these texts anew."""
        if instance.key and (instance.text, instance.theme) != (original.text, original.theme):
            raise ValidationError(
                _("This phrase comes with the journal: only “active” can be changed.")
            )
        return bool(super().skip_row(instance, original, row, *args))
