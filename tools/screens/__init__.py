"""A picture of every page, with a made-up journal: `python -m tools.screens`."""
