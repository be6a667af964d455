from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from journal.account.pages import home
from journify.monitoring import views as monitoring

admin.autodiscover()
# the same page and the same limit on guesses as everybody's sign-in
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Journify"

handler500 = "journify.web.troubles.server_error"

urlpatterns = [
    path("", home, name="home"),
    path("", include("journal.urls")),
    path("accounts/", include("spotify_auth.urls")),
    path(settings.ADMIN_PATH, admin.site.urls),
    path("language/", set_language, name="set_language"),
    path("healthz", monitoring.healthz, name="healthz"),
    path("readyz", monitoring.readyz, name="readyz"),
    path("metrics", monitoring.metrics, name="metrics"),
]
