"""Codes as people read them."""

from django.template import Library

from spotify_auth.mfa.ways import in_fours

register = Library()
register.filter("in_fours", in_fours)
