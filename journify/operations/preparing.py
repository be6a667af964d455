"""What a start can leave out because nothing changed since the last one."""

import importlib.util
import pkgutil
from collections.abc import Iterator

from django.apps import apps
from django.contrib.staticfiles.apps import StaticFilesConfig
from django.contrib.staticfiles.finders import get_finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.management import call_command
from django.db import DatabaseError, InterfaceError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def is_migrated() -> bool:
    """Say whether every migration has run, by their names: to plan them, all would be imported."""
    applied = MigrationRecorder(connection).applied_migrations()
    return all(migration in applied for migration in _migrations())


def migrate() -> None:
    """Run the migrations that have not run; where there are none, take no time."""
    if not is_migrated():
        call_command("migrate", verbosity=0)


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


def complaint_of_newer_database() -> str:
    """Say what to do where a newer version of us has migrated the database; else return nothing.

    This version would start, and then fail on every page, or write what the newer one cannot read.
    """
    try:
        applied = set(MigrationRecorder(connection).applied_migrations())
    except (DatabaseError, InterfaceError):
        return ""  # it is away: that is told where it is needed
    known = set(_migrations())
    labels = {label for label, _name in known}
    unknown = {each for each in applied - known if each[0] in labels}
    if unknown:
        loader = MigrationLoader(None, load=False)
        loader.load_disk()
        ours = loader.disk_migrations.values()
        unknown -= {
            name
            for migration in ours
            for name in (*migration.replaces, *getattr(migration, "stood_for", ()))
        }
    if not unknown:
        return ""
    names = ", ".join(f"{label} {name}" for label, name in sorted(unknown))
    return (
        f"A newer version of Journify has migrated this database ({names}). Install that version "
        "again, or restore a backup from before the upgrade."
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
