"""Trying a song out without an account."""
