from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from journal.views_pages import home
from journify.views import healthz

admin.site.site_header = admin.site.site_title = "Journify"

urlpatterns = [
    path("", home, name="home"),
    path("", include("journal.urls")),
    path("accounts/", include("allauth.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
