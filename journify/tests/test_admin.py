from __future__ import annotations

from django.contrib import admin


def test_every_page_of_the_admin_passes_its_checks() -> None:
    # `manage.py check` looks at those that are loaded by then
    admin.autodiscover()
    assert len(admin.site._registry) > 10
    assert admin.site.check(None) == []
