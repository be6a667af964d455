"""What is stored of people: every column of every table, what it is for, and for how long.

The privacy page is drawn from this, and a test holds it to the models: a column that is described
nowhere fails it.
"""

from dataclasses import dataclass, field

from django.apps import apps
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from journify.limits import browsers
from journify.operations import housekeeping

UNTIL_YOU_LEAVE = _("Until you delete it, or your account.")
# Of every row that stands for work, a `Job`.
WORK = "status attempts owner lease_until revision error ready_at turn_at lane"
NOT_USED = _("Empty: this journal asks nobody for it.")


@dataclass(frozen=True)
class Stored:
    title: StrOrPromise
    why: StrOrPromise
    until: StrOrPromise = ""
    # names of rows of `journify.operations.housekeeping`, which keep what else is said of the time
    rules: tuple[str, ...] = ()
    # names of columns with blanks between them
    tables: dict[str, str] = field(default_factory=dict)

    @property
    def how_long(self) -> str:
        """Say for how long it is kept, as it really is deleted."""
        kept = [housekeeping.rule(name).sentence() for name in self.rules]
        return " ".join(filter(None, [str(self.until), *kept]))

    @property
    def columns(self) -> list[str]:
        return [f"{table}.{name}" for table, names in self.tables.items() for name in names.split()]


STORED = [
    Stored(
        title=_("Your account"),
        why=_(
            "Your name lets you sign in, and stands in two more forms so that nobody can take one "
            "that is spelt or looks like it; the password is kept as a salted hash that nobody can "
            "read."
        ),
        until=UNTIL_YOU_LEAVE,
        tables={"spotify_auth.User": "username identity skeleton password date_joined last_login"},
    ),
    Stored(
        title=_("Your recovery codes, passkeys and authenticator app"),
        why=_(
            "The codes that open your journal if you forget the password, encrypted; and, only if "
            "you set them up, the public half of each passkey, its name, and the app’s secret, "
            "encrypted."
        ),
        until=_("Until you remove them, or delete your account."),
        tables={"mfa.Authenticator": "user type data created_at last_used_at"},
    ),
    Stored(
        title=_("Your days"),
        why=_(
            "The phrases of each day, the song you answered with, when, your notes, and which days "
            "are your favourites: the journal itself."
        ),
        until=UNTIL_YOU_LEAVE,
        tables={
            "journal.Journal": "user date swapped is_favourite",
            "journal.Entry": (
                "journal user date position phrase phrase_text song emotion note answered_at "
                "revision mark"
            ),
            "journal.CountedMonth": "user month zone entries marks counts",
            "journal.Phrase": "owner text theme active key seasons weekdays",
        },
    ),
    Stored(
        title=_("How your days were"),
        why=_(
            "Only if you say it: one or two feelings for a day and tags of your own, apart from "
            "what your songs sound like."
        ),
        until=UNTIL_YOU_LEAVE,
        tables={"journal.DayFeeling": "user date emotions tags revision"},
    ),
    Stored(
        title=_("Your songs"),
        why=_(
            "Files you uploaded, and their names. Only you can hear or see them; a fingerprint of"
            " the sound tells whether you uploaded one before. You can rename and delete each. A"
            " list for a player holds signed addresses, at which whoever has it hears them for a"
            " week."
        ),
        until=UNTIL_YOU_LEAVE,
        rules=("unused uploads",),
        tables={
            "classifier.Song": (
                "owner title artist album isrc duration_ms audio audio_sha256 audio_bytes "
                "unused_since created_at"
            ),
        },
    ),
    Stored(
        title=_("Songs from elsewhere"),
        why=_(
            "Number, name and cover of a song at Spotify or Deezer that somebody answered "
            "with. It does not record who."
        ),
        rules=("Spotify’s metadata",),
        tables={
            "classifier.Song": (
                "spotify_id spotify_url deezer_id deezer_url artwork_url metadata_fetched_at "
                "catalogue_key"
            ),
        },
    ),
    Stored(
        title=_("How songs sound"),
        why=_(
            "What a model heard in a song, how sure it was, where the sound came from, and how "
            "the work went. Until it is heard, also a keyed hash of who asked, so that each gets "
            "a turn."
        ),
        until=_("As long as the song."),
        rules=("old answers", "drawings"),
        tables={
            "classifier.Classification": (
                "song model version emotion probabilities certainty segments embedding word_odds "
                "clip_source clip_start is_middle clip_sha256 input stage reason seconds "
                f"queued_at finished_at answered_at retry_at request_id {WORK}"
            ),
            "classifier.Arc": f"song model version segments {WORK}",
            "classifier.Explanation": f"classification emotion picture shares regions {WORK}",
        },
    ),
    Stored(
        title=_("What is tried out without an account"),
        why=_(
            "A file, or the number and name of a song at Deezer. It is heard once. Nothing says "
            "whose it was."
        ),
        rules=("try-outs",),
        tables={"classifier.TryOut": f"audio deezer_id title result created_at {WORK}"},
    ),
    Stored(
        title=_("Your labels"),
        why=_(
            "What you said a song sounds like. It counts instead of the model’s answer on "
            "your pages; whoever runs this server may use it, without your name, to train "
            "better models."
        ),
        until=UNTIL_YOU_LEAVE,
        tables={"classifier.Label": "song user emotion word updated_at"},
    ),
    Stored(
        title=_("What your labels taught"),
        why=_(
            "A few numbers: how far the model’s answers are moved on your pages, how many of your "
            "labels agree without and with that, and about which song you were asked last. Nobody "
            "else’s pages change."
        ),
        until=_("Until you have it forgotten, or delete your account."),
        tables={
            "classifier.PersonalLayer": (
                "user is_on arousal valence scale strength labels before after model version "
                "fitted_at forgotten_at is_stale asked_on asked_song"
            ),
        },
    ),
    Stored(
        title=_("What you listened to"),
        why=_(
            "Only if you import a listening history or give your name at a service that lists what "
            "you play: that name, the songs, when each was played and for how long, and what was "
            "counted. A file you send is deleted once it is read; addresses and devices in it are "
            "never stored."
        ),
        until=UNTIL_YOU_LEAVE,
        tables={
            "listening.ListenedSong": (
                "user number key title artist album isrc spotify_id plays song state looked_up_at "
                "emotion"
            ),
            "listening.ListeningMonth": "user month plays packed",
            "listening.Listening": (
                "user is_paused summary is_stale time_zone looked_up_at updated_at"
            ),
            "listening.Followed": "user service name latest_at checked_at error",
            "listening.ListeningImport": (
                f"user file language done total counts requested_at finished_at {WORK}"
            ),
            "listening.ListeningRound": WORK,
        },
    ),
    Stored(
        title=_("Your settings"),
        why=_(
            "Time zone, language, look, how many phrases a day and how many at once, whether "
            "hard days are left out, and whether songs are searched for outside this server."
        ),
        until=UNTIL_YOU_LEAVE,
        tables={
            "journal.Preferences": (
                "user time_zone theme language phrases_per_day large_phrases leave_hard_days_out "
                "search"
            ),
        },
    ),
    Stored(
        title=_("Your reminder"),
        why=_(
            "Only if you want one: the hour, the ways you chose, and for push messages the address "
            "and keys that your browser has at its push service. The messages hold nothing of your "
            "journal."
        ),
        until=_("Until you end it, or delete your account."),
        rules=("reminders sent",),
        tables={
            "reminders.Reminder": "user at by_mail calendar_key time_zone language origin due_at",
            "reminders.PushDevice": "user endpoint endpoint_sha256 public_key secret created_at",
            "reminders.Nudge": f"user date {WORK}",
        },
    ),
    Stored(
        title=_("Where you are signed in"),
        why=_("The address and the browser you signed in with, so that you can see and end it."),
        rules=("sessions",),
        tables={
            "usersessions.UserSession": (
                "user created_at ip last_seen_at session_key user_agent data"
            ),
            "sessions.Session": "session_key session_data expire_date",
        },
    ),
    Stored(
        title=_("Exports and imports"),
        why=_("The archive you asked for or sent, and how far it is. Only you can fetch it."),
        rules=("exports and imports",),
        tables={
            "journal.Transfer": (
                "user kind with_audio file done total counts language time_zone requested_at "
                f"finished_at expires_at {WORK}"
            ),
        },
    ),
    Stored(
        title=_("Your Spotify"),
        why=_(
            "Only if you connect it: your number and profile at Spotify, and the encrypted access"
            " you gave, for search and for what you see on the Spotify page; and if you make"
            " playlists there, which lists they are and the numbers of their songs at Spotify."
        ),
        until=_("Until you disconnect it, or delete your account."),
        tables={
            "spotify_auth.SpotifyConnection": (
                "user access_token refresh_token expires_at consented_at state scope last_error "
                "last_error_at refreshing_until revision"
            ),
            "journal.Playlist": (
                "user key title filters spotify_id found done total missing language made_at "
                f"{WORK}"
            ),
            "socialaccount.SocialAccount": "user provider uid last_login date_joined extra_data",
        },
    ),
    Stored(
        title=_("Names to be read again"),
        why=_(
            "Names and covers of songs from Spotify get old. If you look at one, a worker reads "
            "them again with the access you gave."
        ),
        until=_("Until they are read."),
        tables={"journal.Refresh": f"song user {WORK}"},
    ),
    Stored(
        title=_("How often you ask"),
        why=_(
            "A keyed hash of your account or address and a time, to slow down whoever asks too "
            "often. It tells nobody who or where."
        ),
        rules=("limits",),
        tables={"limits.Allowance": "key spent_until revision"},
    ),
    Stored(
        title=_("Invitations"),
        why=_(
            "Where accounts are made by invitation: who made the link, until when it is good, and "
            "when it was used; not by whom."
        ),
        rules=("invitations",),
        tables={"spotify_auth.Invitation": "created_by created_at expires_at used_at"},
    ),
    Stored(
        title=_("Who looks after this server"),
        why=_("Rights of curators, and what they changed in the admin."),
        until=_("As long as the account."),
        tables={
            "spotify_auth.User": "is_superuser is_staff is_active",
            "spotify_auth.UserGroup": "user group",
            "spotify_auth.UserPermission": "user permission",
            "admin.LogEntry": (
                "action_time user content_type object_id object_repr action_flag change_message"
            ),
        },
    ),
    Stored(
        title=_("Your e-mail address"),
        why=_(
            "Only if you give one, where this server sends mail: for a link to set a new password "
            "with, and for your reminder if you choose that. Nothing else is sent there."
        ),
        until=_("Until you remove it, or delete your account."),
        tables={
            "spotify_auth.User": "email",
            "account.EmailAddress": "user email verified primary",
        },
    ),
    Stored(
        title=_("First and last names"),
        why=NOT_USED,
        until=NOT_USED,
        tables={
            "spotify_auth.User": "first_name last_name",
            "account.EmailConfirmation": "email_address created sent key",
            "socialaccount.SocialToken": "app account token token_secret expires_at",
        },
    ),
]

COOKIES = {
    "sessionid": _("keeps you signed in"),
    "csrftoken": _("proves that a form came from this site"),
    f"{browsers.COOKIE}…": _(
        "that you signed in here before, so that no stranger’s wrong guesses keep you out"
    ),
    "time_zone": _("your device’s time zone, so that your day begins at your midnight"),
    "theme": _("light or dark, as you chose it in the settings"),
    "django_language": _("the language you chose before you signed in"),
}
# What our scripts leave in a browser besides.
STORAGE = {
    "journify.kept": _(
        "not a cookie, but kept by your browser as well: what you wrote offline, until it is sent "
        "or you sign out"
    ),
    "journify.keys": _("not a cookie either: that you switched off the keys of one character"),
}


def described() -> list[Stored]:
    """What this server stores: only of apps that are switched on."""
    known = {model._meta.label for model in apps.get_models(include_auto_created=True)}
    return [row for row in STORED if known & set(row.tables)]
