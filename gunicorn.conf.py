"""How the pages are served, wherever gunicorn is started in this folder; it looks here by itself.

The address and the number of processes are each place's own: `Procfile` and `deploy/`.
https://docs.gunicorn.org/en/stable/settings.html
"""

from __future__ import annotations

worker_class = "gthread"
# A slow client holds one until it has sent what it announced; they cost little while they wait.
# Each keeps a connection to the database: two processes have 48, PostgreSQL allows 100 by itself.
threads = 24
# by itself it closes an idle connection after two seconds, just when a listener is about to tap
keepalive = 75
control_socket_disable = True
