"""docker-compose.yml, and each way in which it can come apart from what it refers to."""

import base64
import contextlib
import os
import re
import shutil
import subprocess
import sys

import psycopg2
import pytest
import yaml

from tools import services
from tools.gates import compose
from tools.processes import Children


@pytest.fixture
def root(tmp_path):
    """A copy of everything that docker-compose.yml refers to."""
    for name in ("docker-compose.yml", ".env.example"):
        shutil.copy(compose.ROOT / name, tmp_path / name)
    shutil.copytree(compose.ROOT / "tools", tmp_path / "tools")
    shutil.copytree(compose.ROOT / "exchange/settings", tmp_path / "exchange/settings")
    (tmp_path / "attribution/clickpath").mkdir(parents=True)
    shutil.copy(
        compose.ROOT / "attribution/clickpath/settings.py", tmp_path / "attribution/clickpath"
    )
    return tmp_path


def test_this_projects_file_passes(root):
    assert compose.check(compose.ROOT) == []
    assert compose.check(root) == []


FILLED_IN = {
    "APP_PASSWORD": "a1",
    "OWNER_PASSWORD": "o1",
    "SECRET_KEY": "s" * 50,
    "FIELD_KEYS": "1:" + base64.urlsafe_b64encode(bytes(range(32))).decode(),
    "PROOF_KEY": "5e" * 32,
    "BASE_URL": "https://birge.example",
    "CLICK_BASE_URL": "https://go.birge.example",
    "EMAIL_URL": "smtp+tls://user:password@mail.example",
    "DEFAULT_FROM_EMAIL": "Birge <hello@birge.example>",
    "PLATFORM_NAME": "ТОО Birge",
    "PLATFORM_BIN": "251140000313",
    "PLATFORM_IBAN": "KZ31601A000000000001",
}
READ_SETTINGS = (
    "import os, importlib; importlib.import_module(os.environ['DJANGO_SETTINGS_MODULE'])\n"
    "from attribution.clickpath.settings import settings_of_process; settings_of_process()\n"
)


@pytest.mark.parametrize("service", ["web", "migrate"])
def test_the_settings_take_what_compose_gives(service):
    services_of_file = yaml.safe_load((compose.ROOT / "docker-compose.yml").read_text())["services"]
    environment = services_of_file[service]["environment"]
    given = {
        name: re.sub(r"\$\{(\w+):[^}]*\}", lambda match: FILLED_IN.get(match[1], ""), value)
        for name, value in environment.items()
    }
    done = subprocess.run(
        [sys.executable, "-c", READ_SETTINGS],
        cwd=compose.ROOT,
        env={"PATH": os.environ["PATH"], **given},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("_case", "file", "old", "new", "finding"),
    [
        ("no pin", "docker-compose.yml", "postgres:18.6", "postgres:latest", "is not pinned"),
        ("a major only", "docker-compose.yml", "postgres:18.6", "postgres:18", "is not pinned"),
        (
            "a service gone",
            "docker-compose.yml",
            "  valkey:\n    image",
            "  redis:\n    image",
            "depends on valkey, which is no service",
        ),
        (
            "a health check gone",
            "docker-compose.yml",
            '    healthcheck:\n      test: ["CMD", "valkey-cli"',
            '    x-healthcheck:\n      test: ["CMD", "valkey-cli"',
            "waits for valkey to be healthy, which has no health check",
        ),
        (
            "a job that never ends",
            "docker-compose.yml",
            'restart: "no"',
            "restart: always",
            "waits for migrate to end, which is restarted",
        ),
        ("a volume", "docker-compose.yml", '"valkey:/data"', '"vlakey:/data"', "volumes differ"),
        ("a mount", "docker-compose.yml", "./tools/sql", "./tools/sqk", "which is not there"),
        ("a variable", "docker-compose.yml", "${SECRET_KEY", "${SECRET", "${SECRET} is not in"),
        ("a name", "docker-compose.yml", "MEDIA_ROOT:", "MEDIA:", "sets MEDIA, which"),
        ("a needed one", "docker-compose.yml", "REDIS_URL:", "PORT:", "lacks REDIS_URL"),
        ("the demo", "docker-compose.yml", "MEDIA_ROOT:", "DEMO:", "which production refuses"),
        (
            "the owner's login",
            "docker-compose.yml",
            "  DATABASE_URL:",
            "  DATABASE_OWNER_URL: x\n  DATABASE_URL:",
            "web holds the owner's login",
        ),
        ("open to all", "docker-compose.yml", "127.0.0.1:8000:", "8000:", "beyond this machine"),
        ("an application", "docker-compose.yml", "exchange.wsgi", "exchange.asgi", "web runs"),
        ("a process", "docker-compose.yml", "  relay:", "  relays:", "processes differ"),
        ("unexplained", ".env.example", "EMAIL_URL=", "MAIL_URL=", "EMAIL_URL is read, but"),
        ("unused", ".env.example", "EMAIL_URL=", "MAIL_URL=", "MAIL_URL, which nothing reads"),
        (
            "a new setting",
            "exchange/settings/base.py",
            'read.env("SECRET_KEY")',
            'read.env("SECRET_KEY") + read.env("PEPPER")',
            "PEPPER is read, but .env.example does not explain it",
        ),
    ],
)
def test_a_planted_fault_is_found(root, _case, file, old, new, finding):
    path = root / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    found = compose.check(root)
    assert any(finding in line for line in found), found


def test_the_postgres_containers_script_prepares_a_cluster(tmp_path):
    """The script that compose runs in the container, here against a cluster of our own."""
    children = Children(tmp_path / "logs")
    passwords = services.passwords_load(tmp_path / "passwords.json")
    try:
        port = services.postgres_start(tmp_path, children, passwords, keep=False)
        subprocess.run(
            ["sh", compose.ROOT / "tools/compose/10-roles.sh"],
            env={
                "PATH": f"{services.postgres_programs()}:{os.environ['PATH']}",
                "PGHOST": "127.0.0.1",
                "PGPORT": str(port),
                "PGUSER": services.ADMIN,
                "PGPASSWORD": passwords[services.ADMIN],
                "OWNER_PASSWORD": "owner1",
                "APP_PASSWORD": "app1",
                "BIRGE_SQL": str(compose.ROOT / "tools/sql"),
            },
            check=True,
        )
        urls = services.Urls(
            database=f"postgres://x_app:app1@127.0.0.1:{port}/birge",
            database_owner=f"postgres://x_owner:owner1@127.0.0.1:{port}/birge",
            redis="",
        )
        services.roles_check(urls)
        with contextlib.closing(psycopg2.connect(urls.database_owner)) as owner:
            cursor = owner.cursor()
            cursor.execute("SELECT rolcreatedb FROM pg_roles WHERE rolname = current_user")
            assert cursor.fetchone() == (False,)
            cursor.execute("SELECT extname FROM pg_extension ORDER BY extname")
            assert cursor.fetchall() == [("btree_gist",), ("pg_trgm",), ("plpgsql",)]
    finally:
        children.stop()


def test_the_sides_hold_what_they_need_and_no_more(tmp_path):
    children = Children(tmp_path / "logs")
    with (
        services.services(tmp_path / "s", children, keep=False) as urls,
        contextlib.closing(psycopg2.connect(urls.database)) as app,
        app.cursor() as cursor,
    ):
        cursor.execute(
            "SELECT side, has_database_privilege(side, current_database(), 'TEMPORARY'),"
            " pg_has_role('x_app', side, 'SET'), pg_has_role('x_app', side, 'USAGE')"
            " FROM unnest(ARRAY['x_public','x_brand','x_influencer','x_ops','x_system']) side"
        )
        rights = {side: tuple(rest) for side, *rest in cursor.fetchall()}
        cursor.execute("SELECT current_setting('timezone')")
        timezone = cursor.fetchone()
        cursor.execute("SELECT current_setting('statement_timeout')")
        timeout = cursor.fetchone()
    none = (False, True, False)  # no temporary table; may become it; does not inherit it
    assert rights == {
        "x_public": none,
        "x_brand": none,
        "x_influencer": none,
        "x_ops": none,
        "x_system": (True, True, False),
    }
    assert (timezone, timeout) == (("UTC",), ("10s",))
