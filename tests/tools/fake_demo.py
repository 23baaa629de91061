"""The demo runner with a product of one-line servers: `python -m tests.tools.fake_demo FOLDER ...`.

PostgreSQL and Valkey are real. Preparing counts its visits in the database and prints them.
"""

import os
import sys
from pathlib import Path

import psycopg2

from tools import product, stack

ANSWERS_200 = """
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def server(port, folder):
    return [sys.executable, "-c", ANSWERS_200, str(port), str(folder)]


def visit_count(url):
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS visit (id int)")
        cursor.execute("INSERT INTO visit VALUES (1)")
        cursor.execute("SELECT count(*) FROM visit")
        (count,) = cursor.fetchone()
    connection.close()
    return count


def prepare(children, env, tell, *, seed):
    print(f"visit {visit_count(env['DATABASE_OWNER_URL'])}", flush=True)
    port = int(env["SANDBOX_URL"].rpartition(":")[2])
    children.start("sandbox", server(port, product.DEMO), env=env, cwd=product.DEMO)


def process_commands(ports, folder):
    commands = {"web": server(ports.web, folder), "click": server(ports.click, folder)}
    if os.environ.get("FAKE_CRASH"):
        commands["worker"] = [sys.executable, "-c", "raise SystemExit('the worker fell over')"]
    return commands


if __name__ == "__main__":
    product.DEMO = Path(sys.argv[1])
    product.prepare = prepare
    product.process_commands = process_commands
    product.welcome = lambda children, env, ports: "welcome"
    sys.exit(stack.main(["demo", *sys.argv[2:]]))
