"""Stand-in of NCANode: signatures of a national certification centre of its own."""

from sandbox.ncanode.service import SERVICE

__all__ = ["SERVICE"]
