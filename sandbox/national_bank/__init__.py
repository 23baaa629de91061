"""Stand-in of the National Bank of Kazakhstan: official rates of the tenge."""

from sandbox.national_bank.service import SERVICE

__all__ = ["SERVICE"]
