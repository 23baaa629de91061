from __future__ import annotations

import json

from attribution.models import Connection


def connection_by_endpoint(source: str, endpoint_token: str) -> Connection | None:
    """The connection behind a secret URL. Runs as the system."""
    return (
        Connection.objects.filter(source=source, endpoint_token=endpoint_token)
        .exclude(state=Connection.State.OFF)
        .first()
    )


def connection_secrets(connection: Connection) -> list[str]:
    """The active secrets, newest first: two while one is being rotated."""
    secrets: list[str] = json.loads(connection.secrets)
    return secrets
