"""The WSGI entry point that gunicorn serves."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from journify.collecting import spare_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")

application = get_wsgi_application()
spare_what_is_loaded()
