"""Apps of others with keys that MongoDB can make: Django's integers that count up need SQL."""

from django.contrib.admin.apps import SimpleAdminConfig
from django.contrib.auth.apps import AuthConfig
from django.contrib.contenttypes.apps import ContentTypesConfig

from journify.mongodb.installing import AUTO_FIELD


class MongoAdminConfig(SimpleAdminConfig):
    """The admin and its log."""

    default_auto_field = AUTO_FIELD


class MongoAuthConfig(AuthConfig):
    """Groups and permissions."""

    default_auto_field = AUTO_FIELD


class MongoContentTypesConfig(ContentTypesConfig):
    """What kinds of rows there are."""

    default_auto_field = AUTO_FIELD
