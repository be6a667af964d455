"""How work ends: well, with a sentence for whoever waits, or lost to somebody else.

What a kind of work adds to its ending, its model says: `Job.at_the_end`, `Job.spent_file` and
`Job.GIVEN_UP`.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.files import File
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from journify import files
from journify.background import jobs
from journify.background.jobs import Job

logger = logging.getLogger(__name__)

UNEXPECTED = _("Something went wrong. Please try again.")


class LostError(Exception):
    """Somebody else has the row now, or it is gone: stop, and leave nothing behind."""


def _unexpected(error: Exception, *, of: str) -> str:
    """Say what people read where nobody foresaw an error; its traceback is logged."""
    logger.error("%s broke", of, exc_info=error)
    return str(UNEXPECTED)


@contextmanager
def told(
    row: Job, *foreseen: type[Exception], explain: Callable[..., str] = _unexpected
) -> Iterator[None]:
    """End a claimed row with a sentence where its work breaks.

    Whatever broke: storage, the database, a stranger's file or a mistake of ours, somebody waits.
    Uncaught it would leave the row running, to be tried again for nothing. `foreseen` errors are
    sentences, `explain` makes one of the others.
    """
    name = f"{row._meta.verbose_name} {row.pk}"
    try:
        yield
    except LostError:
        logger.warning("%s was lost to somebody else, or is gone", name)
    except foreseen as error:
        fail(row, str(error))
    except Exception as error:
        fail(row, explain(error, of=name))


def advance(row: Job, **values: Any) -> None:
    """Write to a claimed row how far it is; raises LostError where it is not ours any more."""
    if not jobs.change(row, **values):
        raise LostError


def end(row: Job, *, status: str = jobs.Status.DONE, error: str = "", **values: Any) -> None:
    """Write what came of a claimed row; raises LostError as `advance` does."""
    if not _is_ended(row, status=status, error=error, **values):
        raise LostError


def end_with_file(row: Job, field: str, content: File[bytes], **values: Any) -> None:
    """End a claimed row well and store its file; where the row was lost meanwhile, that goes."""
    if not files.put(row, field, content):
        raise LostError
    try:
        end(row, **values)
    except LostError:
        files.drop_file(row, field)
        raise


def fail(row: Job, sentence: StrOrPromise) -> bool:
    """End a claimed row with a sentence for whoever waits; False as `jobs.change`."""
    return _is_ended(row, status=jobs.Status.FAILED, error=str(sentence)[:300])


def interrupted(row: Job) -> bool:
    """Have another worker take up what a dead one dropped, or say that none could."""
    return jobs.put_back(row) or fail(row, row.GIVEN_UP)


def _is_ended(row: Job, **values: Any) -> bool:
    if not jobs.settle(row, **row.at_the_end(), **values):
        return False
    logger.info("%s %s: %s", row._meta.verbose_name, row.pk, values["status"])
    if file := row.spent_file:
        # in this order: one that storage could not delete goes with its row, which names it
        file.storage.delete(str(file.name))
        type(row)._default_manager.filter(pk=row.pk).update(**{file.field.name: ""})
    return True
