"""docker-compose.yml fits itself, .env.example, the settings and the runner's own processes.

It cannot be started where no engine runs; this is what can be known without one.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from tools.gates import report
from tools.product import Ports, process_commands

ROOT = Path(__file__).resolve().parents[2]
Services = dict[str, dict[str, Any]]

SETTINGS = ("exchange/settings/*.py", "attribution/clickpath/settings.py")
READS = re.compile(r'(?:env|envbool|envint|get|_required|_flag|_count)\((?:env, )?"([A-Z_]+)"')
NEEDED = re.compile(r'(?:env|_required)\((?:env, )?"([A-Z_]+)"\)')  # without a default
RUNNER_ONLY = {"PORT", "DJANGO_SETTINGS_MODULE"}  # read by the tools, not by the settings
COMPOSE_ONLY = {"POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD"}
NOT_IN_PRODUCTION = {"DEMO", "SANDBOX_URL"}
SERVERS = ("postgres", "valkey")
ONCE = "migrate"
INTERPOLATION = re.compile(r"\$\{([A-Z_]+)")
PINNED = re.compile(r".+:\d+\.\d+(\.\d+)?(-[\w.]+)?")


def check(root: Path) -> list[str]:
    text = (root / "docker-compose.yml").read_text()
    compose = yaml.safe_load(text)
    services: Services = compose["services"]
    names = env_names(root)
    return [
        *env_example_check(root, names),
        *(f"${{{name}}} is not in .env.example" for name in _interpolated(text) - names),
        *images_check(services),
        *depends_check(services),
        *volumes_check(root, compose),
        *environment_check(root, services, names),
        *ports_check(services),
        *commands_check(services),
    ]


def env_names(root: Path) -> set[str]:
    """What .env.example lists."""
    lines = (root / ".env.example").read_text().splitlines()
    return {line.partition("=")[0] for line in lines if re.match(r"[A-Z_]+=", line)}


def settings_names(root: Path, pattern: re.Pattern[str]) -> set[str]:
    found = (path for glob in SETTINGS for path in root.glob(glob))
    files = [path for path in found if path.name != "test.py"]  # the test runner's own
    return {name for path in files for name in pattern.findall(path.read_text())}


def env_example_check(root: Path, names: set[str]) -> Iterator[str]:
    """.env.example lists what the settings, the runner and compose read, and nothing else."""
    wanted = settings_names(root, READS) | RUNNER_ONLY | COMPOSE_ONLY
    for name in sorted(wanted - names):
        yield f"{name} is read, but .env.example does not explain it"
    for name in sorted(names - wanted):
        yield f".env.example lists {name}, which nothing reads"


def _interpolated(text: str) -> set[str]:
    return set(INTERPOLATION.findall(text))


def images_check(services: Services) -> Iterator[str]:
    for name, service in services.items():
        if not PINNED.fullmatch(service.get("image", "")):
            yield f"{name}: image {service.get('image')!r} is not pinned to a version"


def depends_check(services: Services) -> Iterator[str]:
    for name, service in services.items():
        for target, how in service.get("depends_on", {}).items():
            other = services.get(target)
            if other is None:
                yield f"{name} depends on {target}, which is no service"
            elif how["condition"] == "service_healthy" and "healthcheck" not in other:
                yield f"{name} waits for {target} to be healthy, which has no health check"
            elif how["condition"].endswith("successfully") and other.get("restart") != "no":
                yield f"{name} waits for {target} to end, which is restarted"


def volumes_check(root: Path, compose: dict[str, Any]) -> Iterator[str]:
    used = set()
    for name, service in compose["services"].items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            if source.startswith("./"):
                if not (root / source).exists():
                    yield f"{name} mounts {source}, which is not there"
            else:
                used.add(source)
    if used != set(compose["volumes"]):
        yield f"volumes differ: used {sorted(used)}, declared {sorted(compose['volumes'])}"


def environment_check(root: Path, services: Services, names: set[str]) -> Iterator[str]:
    needed = settings_names(root, NEEDED)
    for name, service in services.items():
        if name in SERVERS:
            continue
        given = set(service.get("environment", {}))
        for unknown in sorted(given - names):
            yield f"{name} sets {unknown}, which .env.example does not know"
        for missing in sorted(needed - given):
            yield f"{name} lacks {missing}"
        for unfit in sorted(given & NOT_IN_PRODUCTION):
            yield f"{name} sets {unfit}, which production refuses"
        if "DATABASE_OWNER_URL" in given and name != ONCE:
            yield f"{name} holds the owner's login; only {ONCE} may"


def ports_check(services: Services) -> Iterator[str]:
    for name, service in services.items():
        for port in service.get("ports", []):
            if not str(port).startswith("127.0.0.1:"):
                yield f"{name} publishes {port} beyond this machine; a TLS proxy stands in front"


def commands_check(services: Services) -> Iterator[str]:
    """The same processes as `make demo` starts, with the same programs and applications."""
    demo = process_commands(Ports(web=1, click=2, sandbox=3, smtp=4), Path("folder"))
    processes = services.keys() - {*SERVERS, ONCE}
    if processes != demo.keys():
        yield f"processes differ: compose {sorted(processes)}, make demo {sorted(demo)}"
    for name in processes & demo.keys():
        ours, theirs = _words(services[name]["command"]), _words(demo[name])
        if ours != theirs:
            yield f"{name} runs {sorted(ours)} here and {sorted(theirs)} in make demo"


def _words(command: list[str]) -> set[str]:
    """Programs and applications: neither options, nor their figures and paths."""
    return {word for word in command if re.fullmatch(r"[a-z_.:]+", word)} - {
        "python", "info", "warning", "folder",
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(report("compose", check(ROOT)))
