"""Links as PostgreSQL has them, read by the click process on its own connections.

Two threads, each with a connection that it opens when it is first needed. The login is the
application's, so each question is one transaction as x_system with its purpose.
"""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import psycopg2
from psycopg2.extensions import connection as Connection

from attribution.clickpath.links import Link
from attribution.clickpath.target import header_url
from campaigns.domain.traffic_tags import tagged

THREADS = 2
TIMEOUT_SECONDS = 2
PURPOSE = "click path"

_ACT = "SELECT set_config('role', 'x_system', true), set_config('app.purpose', %s, true)"
# A published campaign has a budget account (ledger.domain.accounts.budget); where there is none,
# nothing was reserved and nothing can have run out.
_READ = """
SELECT link.id, link.destination_url, campaign.fallback_url,
       link.state = 'active' AND campaign.status = 'live'
           AND coalesce(budget.balance_minor > 0, true),
       extract(epoch FROM campaign.ends_at)::float8,
       coalesce(app.android_package, ''),
       (SELECT json_object_agg(tag.platform, tag.start)
          FROM campaigns_traffictag tag WHERE tag.brand_id = link.brand_id)
  FROM campaigns_trackinglink link
  JOIN campaigns_campaign campaign ON campaign.id = link.campaign_id
  LEFT JOIN ledger_account account
         ON account.code = format('budget|%%s||%%s|KZT', link.brand_id, link.campaign_id)
  LEFT JOIN ledger_balance budget ON budget.account_id = account.id
  LEFT JOIN campaigns_apptarget app
         ON app.is_active
        AND app.host = regexp_replace(split_part(link.destination_url, '/', 3), '^www[.]', '')
 WHERE link.token = %s
"""


class LinkRows:
    """Raises psycopg2.Error when PostgreSQL does not answer within its time."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="links")
        self._own = threading.local()

    async def read(self, token: str) -> Link | None:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._read, token)

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _read(self, token: str) -> Link | None:
        """A connection that broke while it was idle is opened anew, once."""
        try:
            return self._ask(token)
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            self._disconnect()
            return self._ask(token)

    def _ask(self, token: str) -> Link | None:
        connection = self._connected()
        with connection, connection.cursor() as cursor:  # commits, or rolls back
            cursor.execute(_ACT, [PURPOSE])
            cursor.execute(_READ, [token])
            row = cursor.fetchone()
        if row is None:
            return None
        link_id, destination, fallback, is_on, ends_at, package, starts = row
        page = tagged(header_url(destination), token, starts or {})
        return Link(link_id, page, header_url(fallback), is_on, ends_at, package)

    def _connected(self) -> Connection:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is None:
            connection = psycopg2.connect(
                self._url,
                connect_timeout=TIMEOUT_SECONDS,
                options=f"-c statement_timeout={TIMEOUT_SECONDS}s",
                application_name="birge click",
            )
            self._own.connection = connection
        return connection

    def _disconnect(self) -> None:
        connection: Connection | None = getattr(self._own, "connection", None)
        if connection is not None:
            with suppress(psycopg2.Error):
                connection.close()
        self._own.connection = None
