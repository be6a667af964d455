from __future__ import annotations

# Imported, not listed as a plugin: only a conftest's fixtures win over those of pytest-playwright.
from journify.tests.browser import (
    app_env,
    base_url,
    browser_type_launch_args,
    data_folder,
    page,
    phone,
    sandbox_app,
)

__all__ = [
    "app_env",
    "base_url",
    "browser_type_launch_args",
    "data_folder",
    "page",
    "phone",
    "sandbox_app",
]

pytest_plugins = ["journify.tests.fixtures", "journify.tests.sandbox"]
