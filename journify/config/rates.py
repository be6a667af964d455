"""How often somebody may do something.

(Times at once, seconds until all of them are back), by account, by address, by the name typed
there, and by the name typed anywhere. Several people share an address, so it gets more; so does a
name, or strangers could keep its owner out: a browser that signed in with it before has an
allowance of its own. All networks of one IPv6 site (/48) together get three times what an address
gets.
"""

RATE_LIMITS: dict[str, dict[str, tuple[int, int]]] = {
    "sign-in": {
        "user": (20, 900),
        "browser": (20, 900),
        "address": (40, 600),
        "name-here": (20, 900),
        "name": (100, 900),
    },
    "sign-up": {"address": (10, 3600)},
    "second-factor": {
        "browser": (10, 600),
        "address": (30, 600),
        "name-here": (10, 600),
        "name": (30, 3600),
    },
    "recovery": {
        "browser": (20, 900),
        "address": (20, 600),
        "name-here": (20, 900),
        "name": (100, 900),
    },
    "passkey": {"address": (120, 600)},
    "new-password": {"address": (30, 600)},
    "mail": {"user": (10, 3600), "address": (20, 3600), "name": (5, 3600)},
    "try-out": {"address": (6, 600)},
    "try-search": {"address": (20, 600)},
    "upload": {"user": (40, 600), "address": (120, 600)},
    "search": {"user": (120, 60), "address": (600, 60)},
    "musicbrainz": {"user": (10, 60), "address": (20, 60)},
    "classify": {"user": (60, 60), "address": (300, 60)},
    "listening": {"user": (20, 60), "address": (100, 60)},
    "reminders": {"user": (30, 60), "address": (150, 60)},
    "render": {"user": (60, 60), "address": (300, 60)},
    "archive": {"user": (10, 3600), "address": (60, 3600)},
}
