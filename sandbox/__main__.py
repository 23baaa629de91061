"""python -m sandbox --port 8002 --smtp-port 8003 [--state FOLDER]

One process, one event loop: the HTTP side (granian) and the SMTP side (aiosmtpd). Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from aiosmtpd.smtp import SMTP
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.embed import Server

from sandbox.app import app_make, world_make
from sandbox.mailbox.service import MESSAGE_BYTES_MAX, Postman
from sandbox.market.play import live, rest

HOST = "127.0.0.1"


def arguments_read(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="where HTTP listens")
    parser.add_argument("--smtp-port", type=int, required=True, help="where mail is taken")
    parser.add_argument("--state", type=Path, help="folder that keeps the state between starts")
    parser.add_argument("--host", default=HOST, help="address to listen on (default: loopback)")
    return parser.parse_args(words)


async def serve(arguments: argparse.Namespace) -> None:
    """Until SIGTERM or SIGINT."""
    world = world_make(arguments.state)
    rest(world)
    loop = asyncio.get_running_loop()
    smtp = await loop.create_server(
        lambda: SMTP(Postman(world), data_size_limit=MESSAGE_BYTES_MAX, enable_SMTPUTF8=True),
        arguments.host,
        arguments.smtp_port,
    )
    server = Server(
        app_make(world),
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.ASGI,
        log_level=LogLevels.warning,
        websockets=False,
    )
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, server.stop)
    buyers = loop.create_task(live(world))
    async with smtp:
        await server.serve()
    buyers.cancel()
    world.save()


def main() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(arguments_read()))
    # Granian's threads may still run; now and then one of them aborts a Python that is ending.
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
