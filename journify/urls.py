from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, re_path
from django.views.defaults import page_not_found

from journal.views_pages import home
from journify.views import healthz
from spotify_auth.views import cancelled

admin.site.site_header = admin.site.site_title = "Journify"

urlpatterns = [
    path("", home, name="home"),
    path("", include("journal.urls")),
    # allauth's pages for several providers; with one, its place is the profile
    path("accounts/3rdparty/login/cancelled/", cancelled),
    re_path(r"^accounts/(?:3rdparty|social)/", page_not_found, {"exception": None}),
    path("accounts/", include("allauth.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("healthz", healthz, name="healthz"),
]
