"""What the settings of MongoDB have that those of SQL do not, in this one place.

Tables of ours have keys and migrations that every database can hold. Those of others count their
keys up, which MongoDB cannot: they get its own kind of key, and so migrations of their own, which
`python -m tools.mongodb.migrations` writes.
https://www.mongodb.com/docs/languages/python/django-mongodb/v5.2/get-started/create-project/
"""

ENGINE = "journify.mongodb.backend"
AUTO_FIELD = "django_mongodb_backend.fields.ObjectIdAutoField"
CONFIGS = {
    "django.contrib.admin.apps.SimpleAdminConfig": "journify.mongodb.apps.MongoAdminConfig",
    "django.contrib.auth": "journify.mongodb.apps.MongoAuthConfig",
    "django.contrib.contenttypes": "journify.mongodb.apps.MongoContentTypesConfig",
}
MIGRATION_MODULES = {
    label: f"journify.mongodb.migrations.{label}"
    for label in (
        *("admin", "auth", "contenttypes"),
        *("account", "mfa", "socialaccount", "usersessions"),
    )
}
