"""Today's tables in one step, for a database from nothing; one with tables goes the steps replaced."""

import django.contrib.auth.models
import django.db.models.deletion
import django.utils.timezone
import spotify_auth.encryption
import spotify_auth.fields
import spotify_auth.models
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    replaces = [
        ("spotify_auth", "0001_initial"),
        ("spotify_auth", "0002_spotify_connection"),
        ("spotify_auth", "0002_until_30_november"),
        ("spotify_auth", "0003_scope"),
        ("spotify_auth", "0004_drop_repeated_indexes"),
        ("spotify_auth", "0005_names_in_the_admin"),
    ]

    initial = True

    dependencies = [
        ("auth", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "first_name",
                    models.CharField(blank=True, max_length=150, verbose_name="first name"),
                ),
                (
                    "last_name",
                    models.CharField(blank=True, max_length=150, verbose_name="last name"),
                ),
                (
                    "email",
                    models.EmailField(blank=True, max_length=254, verbose_name="email address"),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "date_joined",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="date joined"
                    ),
                ),
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "This name is taken."},
                        help_text="Letters of any alphabet, digits and @ . + - _",
                        max_length=150,
                        unique=True,
                        validators=[spotify_auth.models.validate_username],
                        verbose_name="user name",
                    ),
                ),
                (
                    "identity",
                    spotify_auth.fields.IdentityField(editable=False, max_length=600, unique=True),
                ),
                (
                    "skeleton",
                    spotify_auth.fields.SkeletonField(editable=False, max_length=600, unique=True),
                ),
            ],
            options={
                "verbose_name": "user",
                "verbose_name_plural": "users",
            },
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="made"
                    ),
                ),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=spotify_auth.models.two_weeks_on, verbose_name="good until"
                    ),
                ),
                ("used_at", models.DateTimeField(editable=False, null=True, verbose_name="used")),
                (
                    "created_by",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
                "verbose_name_plural": "invitations",
                "ordering": ["-created_at"],
            },
        ),
        migrations.CreateModel(
            name="SpotifyConnection",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("access_token", spotify_auth.encryption.EncryptedTextField(blank=True)),
                ("refresh_token", spotify_auth.encryption.EncryptedTextField(blank=True)),
                (
                    "expires_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="access ends"
                    ),
                ),
                (
                    "consented_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, verbose_name="consented"
                    ),
                ),
                ("scope", models.CharField(blank=True, max_length=300, verbose_name="scope")),
                (
                    "state",
                    models.CharField(
                        choices=[("connected", "connected"), ("reconnect", "must be reconnected")],
                        default="connected",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "last_error",
                    models.CharField(blank=True, max_length=200, verbose_name="last error"),
                ),
                ("last_error_at", models.DateTimeField(blank=True, null=True)),
                ("refreshing_until", models.DateTimeField(blank=True, null=True)),
                ("revision", models.PositiveIntegerField(default=0)),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="spotify",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "Spotify connection",
                "verbose_name_plural": "Spotify connections",
            },
        ),
        migrations.CreateModel(
            name="UserGroup",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        to="auth.group",
                        verbose_name="group",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="user",
                    ),
                ),
            ],
            options={
                "verbose_name": "group of a user",
                "verbose_name_plural": "groups of users",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "group"), name="spotify_auth_usergroup_unique"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="groups",
            field=models.ManyToManyField(
                blank=True,
                related_name="users",
                through="spotify_auth.UserGroup",
                to="auth.group",
                verbose_name="groups",
            ),
        ),
        migrations.CreateModel(
            name="UserPermission",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "permission",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, to="auth.permission"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "permission of a user",
                "verbose_name_plural": "permissions of users",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("user", "permission"), name="spotify_auth_userpermission_unique"
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="user_permissions",
            field=models.ManyToManyField(
                blank=True,
                related_name="users",
                through="spotify_auth.UserPermission",
                to="auth.permission",
                verbose_name="user permissions",
            ),
        ),
    ]
