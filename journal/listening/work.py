"""The kinds of work of this app, what does each, and what becomes of it when its worker dies."""

from journal.listening.models import ListeningImport, ListeningRound
from journify.background import jobs

jobs.register(
    jobs.Kind(model=ListeningImport, work="journal.listening.importing.imports.read_history"),
    jobs.Kind(
        model=ListeningRound,
        work="journal.listening.updating.rounds.do_round",
        interrupted="journal.listening.updating.rounds.round_interrupted",
    ),
)
