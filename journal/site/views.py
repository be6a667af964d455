"""What the installed app needs: its service worker, and a page for when there is no connection."""

import hashlib
import json

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.templatetags.static import static
from django.urls import reverse
from django.views.decorators.http import require_safe

from journify.web.http import HttpRequest

# What pages are drawn with: kept on the device, so that they come quickly.
SHELL = (
    *(f"css/{name}.css" for name in ("tokens", "layout", "components", "charts", "print")),
    *(f"js/{name}.js" for name in ("app", "time_zone", "offline", "offline_page", "picker")),
    *(f"fonts/EBGaramond-{name}.woff2" for name in ("Regular", "Italic")),
    *(f"img/{name}" for name in ("favicon.svg", "icons.svg", "icon-192.png", "badge-96.png")),
)


@require_safe
def offline(request: HttpRequest) -> HttpResponse:
    return TemplateResponse(request, "journal/offline.html")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Give the worker and what it keeps; a browser takes it for new when one byte differs."""
    files = [static(name) for name in SHELL]
    drawn = render_to_string("journal/offline.html", request=request)
    cache = hashlib.sha256("\n".join([*files, drawn]).encode()).hexdigest()[:16]
    shell = json.dumps(
        {
            "cache": cache,
            "files": files,
            "page": reverse("journal:offline"),
            "icon": static("img/icon-192.png"),
            "badge": static("img/badge-96.png"),
        }
    )
    script = f"self.shell = {shell};\nimportScripts({json.dumps(static('js/worker.js'))});\n"
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")
