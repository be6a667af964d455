"""Whether this installation can keep its promise: its database, its queue, its models."""

import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)

_migrated: set[str] = set()  # what cannot become untrue while this process lives


@dataclass(frozen=True)
class CheckResult:
    """What a check found: fit or not, and facts that may be shown to anybody."""

    is_fit: bool
    facts: dict[str, Any] = field(default_factory=dict)


def findings(*, leave_out: Collection[str] = ()) -> dict[str, CheckResult]:
    """Run the checks that the settings name, each alone: one that breaks counts as unfit."""
    return {
        name: _find(name, import_string(path))
        for name, path in settings.READINESS_CHECKS.items()
        if name not in leave_out
    }


def database() -> CheckResult:
    """Ask the database a question; where it is away, that raises."""
    return CheckResult(is_fit=MigrationRecorder.Migration.objects.exists())


def migrations() -> CheckResult:
    """Say whether the tables are those of this version; once they are, they stay so."""
    name = str(connection.settings_dict["NAME"])
    if name not in _migrated:
        executor = MigrationExecutor(connection)
        missing = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if missing:
            return CheckResult(is_fit=False, facts={"missing": missing})
        _migrated.add(name)
    return CheckResult(is_fit=True)


def _find(name: str, check: Callable[[], CheckResult]) -> CheckResult:
    try:
        return check()
    except Exception:
        # Checks ask drivers, brokers and disks, which raise what they like. Whatever it is means
        # unfit, and the other parts are still to be told of. Why goes to the log only: it may name
        # hosts and users.
        logger.exception("check %s broke", name)
        return CheckResult(is_fit=False)
