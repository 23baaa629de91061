"""The database is made by its owner; tests run as the application, like every process."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils.translation import override

from core import http
from core.tenancy.logins import WHO, login_as
from tests.cast import Cast, cast_make


@pytest.fixture(scope="session")
def owner_login(django_db_modify_db_settings, django_db_blocker, tmp_path_factory):
    """Before pytest-django makes the database, and after the tests, to drop it."""
    app = {key: connection.settings_dict[key] for key in WHO}
    login_as(settings.DATABASE_OWNER)
    if "PYTEST_XDIST_WORKER" in os.environ:  # one of several
        with django_db_blocker.unblock():
            template = template_made_once(tmp_path_factory.getbasetemp().parent)
        connection.settings_dict["TEST"]["TEMPLATE"] = template
    return app


def template_made_once(folder: Path) -> str:
    """The name of a migrated database for all workers of this run to copy: the first to come makes
    it, the others wait. Migrating takes most of a minute of work, a copy a second."""
    name, made = "test_birge_template", folder / "template-made"
    with (folder / "template-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            before = {key: connection.settings_dict[key] for key in ("NAME", "TEST")}
            connection.settings_dict["TEST"] = {**before["TEST"], "NAME": name}
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()  # a database that is looked at cannot be copied
            connection.settings_dict.update(before)
            settings.DATABASES["default"]["NAME"] = before["NAME"]
            made.touch()
    return name


@pytest.fixture(scope="session")
def django_db_setup(owner_login, django_db_setup):
    """pytest-django's, made by the owner; the tests in between run as the application."""
    login_as(owner_login)
    yield
    login_as(settings.DATABASE_OWNER)


@pytest.fixture(autouse=True)
def english():
    """Messages are compared in the language of their msgid; pages choose their own."""
    with override("en"):
        yield


@pytest.fixture(autouse=True)
def quick_pauses(monkeypatch):
    """Who fails is asked as often as ever, but nobody waits between."""
    monkeypatch.setattr(http, "BACKOFF_SECONDS", 0.01)


@pytest.fixture
def cast(db) -> Cast:
    """Tulpar and Sauran, two brands; Aliya and Dana, an influencer of each; two of ops."""
    return cast_make()


@pytest.fixture
def committed_cast(transactional_db) -> Cast:
    return cast_make()


@pytest.fixture
def bare_db(django_db_setup, django_db_blocker):
    """The database with no transaction around the test and no flush behind it, which is most of
    the time of a transactional test: for those that leave no row."""
    with django_db_blocker.unblock():
        yield
