"""What the processes of `manage.py classify --jobs` have in common.

The process that they are copies of imports this module once. What is there then is never looked
through for garbage, and not while it comes either, which takes a tenth of the time: memory stays
shared, and the end of that process is quick.
"""

from logging.config import dictConfig

from django.conf import settings

from journify.operations.collecting import loading

with loading():
    from classifier.serving.service import service_of  # and torch with it

    dictConfig(settings.LOGGING)  # Django's own is for pages, and imports what makes them
    service_of(tuple(settings.CLASSIFIER_MODELS))
