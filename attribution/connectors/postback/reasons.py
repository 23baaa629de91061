"""Why a postback is not taken. The numbers never change: merchants search for them."""

from __future__ import annotations

from typing import NamedTuple


class Reason(NamedTuple):
    number: int
    code: str
    status: int = 400  # of HTTP


NOT_READABLE = Reason(1, "not_readable")
PARAMETER_REPEATED = Reason(2, "parameter_repeated")
PARAMETER_MISSING = Reason(3, "parameter_missing")
UNEXPANDED_MACRO = Reason(4, "unexpanded_macro")
VALUE_TOO_LONG = Reason(5, "value_too_long")
AMOUNT_INVALID = Reason(6, "amount_invalid")
CURRENCY_UNKNOWN = Reason(7, "currency_unknown")
TIME_INVALID = Reason(8, "time_invalid")
CLICK_NOT_OURS = Reason(9, "click_not_ours")
SIGNATURE_MISSING = Reason(10, "signature_missing", 401)
SIGNATURE_WRONG = Reason(11, "signature_wrong", 401)
ADDRESS_UNKNOWN = Reason(12, "address_unknown", 404)
TOO_LARGE = Reason(13, "too_large", 413)
METHOD_UNKNOWN = Reason(14, "method_unknown", 405)
VALUE_NOT_TEXT = Reason(15, "value_not_text")

REASONS = (
    NOT_READABLE,
    PARAMETER_REPEATED,
    PARAMETER_MISSING,
    UNEXPANDED_MACRO,
    VALUE_TOO_LONG,
    AMOUNT_INVALID,
    CURRENCY_UNKNOWN,
    TIME_INVALID,
    CLICK_NOT_OURS,
    SIGNATURE_MISSING,
    SIGNATURE_WRONG,
    ADDRESS_UNKNOWN,
    TOO_LARGE,
    METHOD_UNKNOWN,
    VALUE_NOT_TEXT,
)


class Rejected(Exception):
    """A call is not taken. `parameter` is the name that is to blame, where one is."""

    def __init__(self, reason: Reason, parameter: str = "") -> None:
        super().__init__(f"{reason.number} {reason.code}: {parameter}")
        self.reason, self.parameter = reason, parameter
