from django.template import Library

register = Library()


@register.filter
def in_fours(code: str) -> str:
    """Write a code as people read it."""
    return " ".join(code[start : start + 4] for start in range(0, len(code), 4))
