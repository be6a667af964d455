"""What people read of work that ended badly, whatever the work was."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

INTERRUPTED = _("This was interrupted too often. Please try again.")
UNEXPECTED = _("Something went wrong. Please try again.")
