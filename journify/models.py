"""What every model of the project shares."""

from __future__ import annotations

import uuid

from django.db import models


class UUIDModel(models.Model):
    """A row with a random key: no id can be guessed, and every database backend can hold it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
