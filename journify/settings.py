"""All settings, from the environment or `.env`; every default is safe and runs without keys."""

import os
from pathlib import Path

import django_stubs_ext
from environs import Env, validate

from journify.config import platforms, rates
from journify.config.databases import database_settings
from journify.config.headers import content_security_policy
from journify.config.logs import logging_settings
from journify.config.mail import mail_settings
from journify.config.secrets import load_or_create, new_fernet, new_vapid
from journify.config.storages import media_storage
from journify.mongodb import installing as mongodb
from journify.operations.owners import refuse_root

django_stubs_ext.monkeypatch()  # classes of Django may say of what they are, as ModelAdmin[Song]

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(env.path("ENV_FILE", BASE_DIR / ".env"))

# Everything the app writes lives below one folder: database, uploads, the generated key.
DATA_DIR = env.path("JOURNIFY_DATA_DIR", BASE_DIR / "var").resolve()
DATA_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)
refuse_root(DATA_DIR)
# Where `backup` writes to, and where its age is read from, unless it is told otherwise.
BACKUP_DIR = Path(folder).resolve() if (folder := env.str("BACKUP_DIR", "")) else None

# Core
# https://docs.djangoproject.com/en/5.2/ref/settings/

DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "") or load_or_create(DATA_DIR / "secret_key")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost", "[::1]"])
ROOT_URLCONF = "journify.urls"
WSGI_APPLICATION = "journify.wsgi.application"
ADMIN_PATH = env.str("ADMIN_PATH", "admin").strip("/") + "/"

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",  # only the web process needs its pages
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "import_export",
    "template_partials",
    "spotify_auth",
    "classifier",
    "journal",
    "journal.listening",
    "journal.reminders",
    "journify",
    "journify.outbound",
    "journify.limits",
    "tools",  # has commands only
]

MIDDLEWARE = [
    "journify.monitoring.middleware.RequestMiddleware",
    # above the rest, so that what the ones below refuse has the headers too
    "journify.web.middleware.HeadersMiddleware",
    "csp.middleware.CSPMiddleware",
    # above what reads forms, and what refuses them unread
    "journify.limits.bodies.BodyMiddleware",
    "journify.monitoring.hosts.HostMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "journify.web.middleware.SignedOutMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "journal.site.middleware.LanguageMiddleware",
    "journal.site.middleware.ThemeMiddleware",
    "spotify_auth.mfa.second_factor.StaffSecondFactorMiddleware",
    "journify.limits.middleware.LimitMiddleware",
    "journal.site.middleware.TimeZoneMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "journal.site.context_processors.look",
                "spotify_auth.context_processors.spotify",
            ]
        },
    }
]

# Database: SQLite in the data folder, or the server that DATABASE_URL names.
# https://docs.djangoproject.com/en/5.2/ref/databases/

DATABASES = {"default": database_settings(env.str("DATABASE_URL", ""), data_dir=DATA_DIR)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
ON_MONGODB = DATABASES["default"]["ENGINE"] == mongodb.ENGINE
if ON_MONGODB:
    INSTALLED_APPS = [mongodb.CONFIGS.get(app, app) for app in INSTALLED_APPS]
    MIGRATION_MODULES = mongodb.MIGRATION_MODULES
    DEFAULT_AUTO_FIELD = ALLAUTH_DEFAULT_AUTO_FIELD = mongodb.AUTO_FIELD
    SESSION_SERIALIZER = "journify.mongodb.sessions.KeySerializer"

# Mail: sent only where EMAIL_URL names a server; docs/operations.md.
EMAIL_URL = env.str("EMAIL_URL", "")
MAIL_ENABLED = bool(EMAIL_URL)
vars().update(mail_settings(EMAIL_URL))
DEFAULT_FROM_EMAIL = env.str("EMAIL_FROM", "Journify <journify@localhost>")

# Sign-in: a user name and a password. An e-mail address may be given where mail is sent, to set a
# new password with once it is confirmed; nobody signs in with it.
# https://docs.allauth.org/en/latest/account/configuration.html

AUTH_USER_MODEL = "spotify_auth.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "journal:today"
ACCOUNT_ADAPTER = "spotify_auth.sign_in.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = [
    "username*",
    *(["email"] if MAIL_ENABLED else []),
    *("password1*", "password2*"),
]
# Who may make an account: everybody, whoever has an invitation's link (`manage.py invite`), nobody.
SIGN_UP = env.str("SIGN_UP", "open", validate=validate.OneOf(["open", "invite", "closed"]))
ACCOUNT_SIGNUP_ENABLED = SIGN_UP != "closed"
ACCOUNT_EMAIL_VERIFICATION = "optional" if MAIL_ENABLED else "none"
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # nobody can have us write to strangers
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_PREVENT_ENUMERATION = "strict"  # who has which address is nobody else's business
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_FORMS = {
    "change_password": "spotify_auth.sign_in.forms.ChangePasswordForm",
    "login": "spotify_auth.sign_in.forms.LoginForm",
    "reset_password": "spotify_auth.sign_in.forms.ResetPasswordForm",
    "reset_password_from_key": "spotify_auth.sign_in.forms.ResetPasswordKeyForm",
    "set_password": "spotify_auth.sign_in.forms.SetPasswordForm",
    "signup": "spotify_auth.sign_in.forms.SignupForm",
}
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_REDIRECT_URL = "home"

# Language and time: UTC in the database, the listener's zone at the edge.

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "Deutsch")]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["journify.formats"]
TIME_ZONE = "UTC"

# Parts of pages that take long to draw (`journify/web/fragments.py`), in the memory of a process.

LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": LOCAL_MEMORY},
    "fragments": {
        "BACKEND": LOCAL_MEMORY,
        "LOCATION": "fragments",
        "TIMEOUT": 600,
        "OPTIONS": {"MAX_ENTRIES": 60},
    },
}

# Static files and uploads. Uploads are private: no URL serves MEDIA_ROOT, a view checks the owner.

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = DATA_DIR / "media"
STORAGES = {
    "default": media_storage(env.str("STORAGE_URL", "")),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
UPLOAD_MAX_MB = env.int("UPLOAD_MAX_MB", 50)
# Whether visitors may have a file heard.
TRYOUTS = env.bool("TRYOUTS", True)
# What the files of a listener may take in all, and those of all listeners (0: what the disk has).
STORAGE_QUOTA_MB = env.int("STORAGE_QUOTA_MB", 2000)
STORAGE_SERVER_MB = env.int("STORAGE_SERVER_MB", 0)
TRY_OUT_MAX_MB = env.int("TRY_OUT_MAX_MB", 15)
TRY_OUT_MAX_WAITING = env.int("TRY_OUT_MAX_WAITING", 20)
# Exports: how many days they can be fetched, and how large one may be that is brought here.
ARCHIVE_KEPT_DAYS = env.int("ARCHIVE_KEPT_DAYS", 7)
IMPORT_MAX_MB = env.int("IMPORT_MAX_MB", 500)
# A listening history: how large it may be, packed and unpacked, and how many songs an hour are
# looked up of all of them together.
HISTORY_MAX_MB = env.int("HISTORY_MAX_MB", 300)
HISTORY_UNPACKED_MAX_MB = env.int("HISTORY_UNPACKED_MAX_MB", 2000)
HISTORY_SONGS_PER_HOUR = env.int("HISTORY_SONGS_PER_HOUR", 240)
FILE_UPLOAD_HANDLERS = ["classifier.files.upload_handlers.SizeCapUploadHandler"]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_TEMP_DIR = env.str("UPLOAD_TEMP_DIR", None)

# Background work: workers (`manage.py worker`) look for rows that wait; with QUEUE_URL (redis://…,
# amqp://…) a broker that several machines share calls them at once. docs/queue.md

QUEUE_URL = env.str("QUEUE_URL", "")
CLASSIFY_LEASE_SECONDS = env.int("CLASSIFY_LEASE_SECONDS", 40)
CLASSIFY_MAX_ATTEMPTS = env.int("CLASSIFY_MAX_ATTEMPTS", 3)
CLASSIFY_SWEEP_SECONDS = env.int("CLASSIFY_SWEEP_SECONDS", 15)
WHOLE_MAX_MINUTES = env.float("WHOLE_MAX_MINUTES", 15.0)
CLASSIFY_MAX_SECONDS = env.float("CLASSIFY_MAX_SECONDS", 120.0)

# What decoding one file may take, in the child process that does it.

DECODE_SECONDS = env.float("DECODE_SECONDS", 20.0)
DECODE_MEMORY_MB = env.int("DECODE_MEMORY_MB", 1500)

# Models: names of folders below WEIGHTS_DIR, tried in this order.

WEIGHTS_DIR = env.path("WEIGHTS_DIR", BASE_DIR / "ml" / "weights").resolve()
CLASSIFIER_MODELS = env.list("CLASSIFIER_MODELS", ["resnet18_bilstm", "ann"])

# Outside platforms: docs/platforms.md says what each is used for and what it allows. With
# SANDBOX_URL (`manage.py sandbox`) a stand-in on this machine answers in their place.

SANDBOX_URL = env.str("SANDBOX_URL", "").rstrip("/")
# one switch for all of them: nobody outside is asked for anything
OFFLINE = env.bool("OFFLINE", False)
# Who runs this server, as an address or a page: services that are asked may want to know.
CONTACT = env.str("CONTACT", SANDBOX_URL)
PLATFORM_URLS = platforms.platform_urls(SANDBOX_URL)
PLATFORM_RATES = platforms.RATES
SPOTIFY_CLIENT_ID = env.str("SPOTIFY_CLIENT_ID", "")
SPOTIFY_CLIENT_SECRET = env.str("SPOTIFY_CLIENT_SECRET", "")
if SANDBOX_URL:
    SPOTIFY_CLIENT_ID, SPOTIFY_CLIENT_SECRET = "sandbox-client", "sandbox-secret"
CLIP_SOURCES = ["upload", "deezer", "itunes"]
CLIP_SOURCES = env.list("CLIP_SOURCES", CLIP_SOURCES, validate=validate.ContainsOnly(CLIP_SOURCES))
FEATURE_SOURCES = env.list(
    "FEATURE_SOURCES", ["clip"], validate=validate.ContainsOnly(["clip", "reccobeats", "spotify"])
)
# Last.fm tells what a listener plays only to whoever has a key (https://www.last.fm/api).
LASTFM_API_KEY = env.str("LASTFM_API_KEY", "sandbox" if SANDBOX_URL else "")
# Listeners are asked before anything of theirs leaves this server (`journal.consent`).
DEEZER_SEARCH = env.bool("DEEZER_SEARCH", True) and not OFFLINE
MUSICBRAINZ_SEARCH = bool(CONTACT) and not OFFLINE
if OFFLINE:
    CLIP_SOURCES, FEATURE_SOURCES = ["upload"], ["clip"]
ITUNES_COUNTRY = env.str("ITUNES_COUNTRY", "US")

# Push messages: the key that signs them, whose public half browsers subscribe with, and the push
# services that may be called: the address comes from a browser. None: no push messages.
VAPID_KEY = env.str("VAPID_KEY", "") or load_or_create(DATA_DIR / "vapid_key", new_vapid)
PUSH_HOSTS = env.list("PUSH_HOSTS", platforms.PUSH_HOSTS)

# Signing in with Spotify: off, and nowhere to be seen, without keys. Tokens are ours to keep, as
# allauth would keep them readable. https://docs.allauth.org/en/latest/socialaccount/

SPOTIFY_ENABLED = bool(SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET) and not OFFLINE
SPOTIFY_PROFILE_URL = "journal:profile"
TOKEN_KEYS: list[str] = env.list("TOKEN_KEYS", []) or [
    load_or_create(DATA_DIR / "token_key", new_fernet)
]
SOCIALACCOUNT_ADAPTER = "spotify_auth.sign_in.adapter.SocialAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = {
    "spotify": {
        "APPS": [{"client_id": SPOTIFY_CLIENT_ID, "secret": SPOTIFY_CLIENT_SECRET, "key": ""}],
        "SCOPE": ["user-top-read", "user-read-recently-played"],
        # else signing out and in again silently takes the same person
        "AUTH_PARAMS": {"show_dialog": "true"},
    }
}

# Security
# https://docs.djangoproject.com/en/5.2/topics/security/
# https://django-csp.readthedocs.io/

USE_HTTPS = env.bool("USE_HTTPS", False)
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "https" if USE_HTTPS else "http"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = USE_HTTPS
# probes of this machine speak HTTP, and what they are told is everybody's or has a token
SECURE_REDIRECT_EXEMPT = ["^healthz$", "^readyz$", "^metrics$"]
# browsers take a cookie of this name from this very host only, and only over HTTPS
SESSION_COOKIE_NAME = "__Host-sessionid" if USE_HTTPS else "sessionid"
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 3600) if USE_HTTPS else 0
# these two bind the whole domain: only the operator can know
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if USE_HTTPS else None
# Who may see other people's songs takes a second key on any server that others can reach.
STAFF_SECOND_FACTOR = env.bool("STAFF_SECOND_FACTOR", USE_HTTPS)
MFA_ADAPTER = "spotify_auth.mfa.second_factor.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_TOTP_TOLERANCE = 1
# A code opens an account without its password: ten of 10¹² cannot be guessed, from wherever.
MFA_RECOVERY_CODE_DIGITS = 12
MFA_PASSKEY_LOGIN_ENABLED = True
# The key is bound to the host in any case; browsers allow none without HTTPS but on this machine.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not USE_HTTPS
MFA_ALLOW_UNVERIFIED_EMAIL = True  # a mistyped address keeps nobody from adding a passkey
MFA_FORMS = {
    "authenticate": "spotify_auth.sign_in.forms.AuthenticateForm",
    "reauthenticate": "spotify_auth.sign_in.forms.ReauthenticateForm",
    "generate_recovery_codes": "spotify_auth.sign_in.forms.GenerateCodesForm",
    "add_webauthn": "spotify_auth.sign_in.forms.AddPasskeyForm",
    "login_webauthn": "spotify_auth.sign_in.forms.LoginPasskeyForm",
    "authenticate_webauthn": "spotify_auth.sign_in.forms.AuthenticatePasskeyForm",
    "reauthenticate_webauthn": "spotify_auth.sign_in.forms.ReauthenticatePasskeyForm",
}
# A browser asks Spotify for covers; Deezer for covers and previews, streamed as its terms want.
SPOTIFY_IMAGES = (
    [SANDBOX_URL or "https://*.scdn.co", "https://*.spotifycdn.com"] if SPOTIFY_ENABLED else []
)
CONTENT_SECURITY_POLICY = content_security_policy(
    images=SPOTIFY_IMAGES,
    files=[SANDBOX_URL or "https://*.dzcdn.net"] if DEEZER_SEARCH else [],
    forms=[SANDBOX_URL or PLATFORM_URLS["spotify-accounts"]] if SPOTIFY_ENABLED else [],
)

# RATE_LIMIT_FACTOR multiplies how often anybody may do anything (`journify/config/rates.py`; 0: no
# limits, for measuring); TRUSTED_PROXIES says how many proxies of ours name the address.

TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
# How many requests of one address a process reads bodies of at once: a third of its threads.
BODIES_AT_ONCE = 8
RATE_LIMIT_FACTOR = env.float("RATE_LIMIT_FACTOR", 1.0)
RATE_LIMITS = rates.RATE_LIMITS

# allauth counts in each process by itself, and five wrong guesses of anybody's would lock a name.
ACCOUNT_RATE_LIMITS = MFA_RATE_LIMITS = False
# How the log names an address that failed to sign in or asked too often: a keyed hash, or in full.
LOG_ADDRESSES = env.str("LOG_ADDRESSES", "hash", validate=validate.OneOf(["hash", "full"]))

# Logging: one line an event on standard error; the process manager adds name and time.

LOG_FORMAT = env.str("LOG_FORMAT", "line", validate=validate.OneOf(["line", "json"]))
LOGGING = logging_settings(LOG_FORMAT, env.str("LOG_LEVEL", "INFO"))

# Monitoring: docs/monitoring.md says what each figure means and when to worry. /metrics is off,
# and counts stay in each process, without a token.

QUEUE_PATIENCE_SECONDS = env.int("QUEUE_PATIENCE_SECONDS", 300)
READINESS_CHECKS = {
    "database": "journify.monitoring.health.database",
    "migrations": "journify.monitoring.health.migrations",
    "queue": "classifier.queue.health.queue",
    "workers": "classifier.queue.health.workers",
    "weights": "classifier.queue.health.weights",
}
METRICS_TOKEN = env.str("METRICS_TOKEN", "")
METRICS_HOST = env.str("METRICS_HOST", "127.0.0.1")
METRICS_PORT = env.int("METRICS_PORT", 0)
METRICS_DIR = DATA_DIR / "metrics"
METRICS_COLLECTORS = [
    "classifier.queue.metrics.QueueCollector",
    "journify.backups.folders.BackupCollector",
]
if METRICS_TOKEN:
    METRICS_DIR.mkdir(mode=0o700, exist_ok=True)
    # read by prometheus_client when it is imported
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)
