"""Stand-in of the State Revenue Committee's portal."""

from sandbox.kgd.service import SERVICE

__all__ = ["SERVICE"]
