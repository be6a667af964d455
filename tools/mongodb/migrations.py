"""Write the migrations of MongoDB's tables: `makemigrations`, without a server.

python -m tools.mongodb.migrations           write what is missing
python -m tools.mongodb.migrations --check   only say whether something is

Django asks the database which migrations were applied, only to warn of impossible orders. Nothing
was: this machine has no MongoDB.
"""

import os
import sys
from unittest.mock import patch

import django
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader

# nobody listens there, and nobody is asked
ADDRESS = "mongodb://127.0.0.1:1/journify"


def main(arguments: list[str]) -> None:
    os.environ |= {"DATABASE_URL": ADDRESS}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")
    django.setup()
    with patch.object(MigrationLoader, "check_consistent_history"):
        call_command("makemigrations", *arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
