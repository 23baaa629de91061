"""Stand-in of everybody's mail server and mailbox."""

from sandbox.mailbox.service import SERVICE

__all__ = ["SERVICE"]
