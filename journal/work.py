"""The kinds of work of this app, what does each, and what becomes of it when its worker dies."""

from journal.models import Playlist, Refresh, Transfer
from journify.background import jobs

jobs.register(
    jobs.Kind(model=Transfer, work="journal.archive.work.carry_out"),
    jobs.Kind(
        model=Refresh,
        work="journal.spotify.connection.refresh_metadata",
        interrupted="journal.spotify.connection.refresh_interrupted",
    ),
    jobs.Kind(model=Playlist, work="journal.playlists.at_spotify.make_playlist"),
)
