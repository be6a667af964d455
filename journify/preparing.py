"""What a start can leave out because nothing changed since the last one."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterator

from django.apps import apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def is_migrated() -> bool:
    """Say whether every migration has run, by their names: to plan them, all would be imported."""
    applied = MigrationRecorder(connection).applied_migrations()
    return all(migration in applied for migration in _migrations())


def is_collected() -> bool:
    """Say whether there is a manifest with every static file in it, and none newer than that."""
    if not isinstance(staticfiles_storage, ManifestStaticFilesStorage):
        return False
    manifest = staticfiles_storage.manifest_name
    if not staticfiles_storage.exists(manifest):
        return False
    collected_at = staticfiles_storage.get_modified_time(manifest)
    config = apps.get_app_config("staticfiles")
    assert isinstance(config, StaticFilesConfig)
    return all(
        path in staticfiles_storage.hashed_files and storage.get_modified_time(path) <= collected_at
        for finder in get_finders()
        for path, storage in finder.list(config.ignore_patterns)
    )


def _migrations() -> Iterator[tuple[str, str]]:
    """Labels and names, by Django's rules for files of migrations."""
    for config in apps.get_app_configs():
        package, _is_named = MigrationLoader.migrations_module(config.label)
        spec = importlib.util.find_spec(package) if package else None
        folders = spec.submodule_search_locations if spec else None
        for module in pkgutil.iter_modules(folders or []):
            if not module.ispkg and module.name[0] not in "_~":
                yield config.label, module.name
