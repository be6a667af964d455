from __future__ import annotations

pytest_plugins = ["journify.tests.fixtures", "journify.tests.browser", "journify.tests.sandbox"]
