"""Stand-in of the bank that pays."""

from sandbox.bank.service import SERVICE

__all__ = ["SERVICE"]
