"""Run a module of ours with Django set up, as `manage.py` does with commands.

python -m tools.inside tools.kill_test --songs 200           on the database of the environment
python -m tools.inside --on postgres tools.measuring.costs   on one that is thrown away afterwards
"""

import os
import runpy
import subprocess
import sys

import django

from tools.soak import INSIDE, environment

if __name__ == "__main__":
    if sys.argv[1] == "--on":
        with environment(sys.argv[2], durable=True) as env:
            sys.exit(subprocess.run([*INSIDE, *sys.argv[3:]], env=env, check=False).returncode)
    # before the module's own imports, so that all of them can stand at its top
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")
    django.setup()
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
