"""The WSGI entry point that gunicorn serves."""

import os

from journify.operations.collecting import loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")

with loading():
    from django.core.exceptions import ImproperlyConfigured
    from django.core.wsgi import get_wsgi_application
    from django.db import connection
    from django.urls import get_resolver

    application = get_wsgi_application()
    from journify.operations.preparing import complaint_of_newer_database

    if complaint := complaint_of_newer_database():
        raise ImproperlyConfigured(complaint)
    connection.close()  # each thread of the server has its own
    _ = get_resolver().url_patterns  # else views and forms are loaded with the first request
