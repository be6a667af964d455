"""What forms need to know of kinds of files."""

from django import template

from classifier.files.formats import accepted

register = template.Library()
register.simple_tag(accepted, name="accepted_formats")
