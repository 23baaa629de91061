"""What a line of our own log may not hold: the secret part of an address that somebody calls."""

from __future__ import annotations

import logging
import re

HIDDEN = "••••"
# /hooks/{source}/{token} and /postback/{token}, with whatever follows
_SECRET_PATH = re.compile(r"(/hooks/[^/\s?]*/|/postback/)[^\s\"']+")


class SecretPaths(logging.Filter):
    """Django logs the address of every call that it refuses."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        masked = _SECRET_PATH.sub(rf"\1{HIDDEN}", text)
        if masked != text:
            record.msg, record.args = masked, None
        return True
