"""What workers do for listening histories from time to time."""

from journify.operations import housekeeping

housekeeping.also("journal.listening.updating.rounds.request_round")
