"""As little Django as serves one view."""

from __future__ import annotations

import os

from exchange.env import database

SECRET_KEY = os.environ["SECRET_KEY"]
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["tools.benches.orm_reference"]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "tools.benches.orm_reference.urls"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database(os.environ["DATABASE_OWNER_URL"]) | {"CONN_MAX_AGE": None}}
