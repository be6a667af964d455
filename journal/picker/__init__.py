"""Choosing the song that answers a phrase: search, platforms, links."""
