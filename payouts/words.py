"""What the codes of payouts are called where ops and the messages of services need a sentence.

What the payee reads about the same codes is in exchange/web/words.py: another voice, with the
button that helps.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from compliance.domain.withholding import HoldReason, TaxKind, TaxStatus
from payouts.domain.batching import PayeeHold
from payouts.domain.incoming import Ground
from payouts.domain.states import PayoutState
from payouts.models import StatementRow
from payouts.rails.bank_file.match import MatchReason
from payouts.rails.bank_file.payment_file import FieldRule
from payouts.rails.bank_file.statement import StatementReason

Word = str | Promise

# `%(...)s` are figures of `Held.detail`, made readable.
HOLDS: Mapping[str, Word] = {
    PayeeHold.NO_PAYEE: _("The payee has not given an IIN."),
    PayeeHold.NO_ACCOUNT: _("The payee has not given an account."),
    PayeeHold.ACCOUNT_ON_HOLD: _("The account is new: nothing is sent to it for 72 hours."),
    PayeeHold.HOLDER_IS_ANOTHER: _("The account is not in the payee's name."),
    PayeeHold.OPEN_PAYOUT: _("An earlier payout is still on its way."),
    PayeeHold.LEDGER_DIFFERS: _("Rewards and ledger differ. Nothing is sent until they agree."),
    HoldReason.STATUS_UNKNOWN: _("The tax status is not known."),
    HoldReason.NONRESIDENT: _("A non-resident: such taxes are not worked out by us."),
    HoldReason.PROFILE_NOT_VALID: _("The tax status does not cover the day of the payment."),
    HoldReason.EXEMPTION_NOT_AUTOMATED: _(
        "The payee claims an exemption: such taxes are not worked out by us."
    ),
    HoldReason.REGISTER_UNKNOWN: _("The state register has not answered. It is asked again."),
    HoldReason.REGISTER_SAYS_NO: _("The state register knows no entrepreneur with this IIN."),
    HoldReason.REGISTER_CHECK_EXPIRED: _(
        "The state register's answer is too old: %(checked_on)s. It is asked again."
    ),
    HoldReason.SIMPLIFIED_WITH_VAT: _(
        "A simplified declaration and VAT at once: no source says that this can be."
    ),
    HoldReason.SELF_EMPLOYED_NOT_CONFIRMED: _(
        "No source confirms that advertising is open to the self-employed."
    ),
    HoldReason.SELF_EMPLOYED_MONTH_LIMIT: _(
        "The month's income would be %(total)s. The limit is %(limit)s."
    ),
    HoldReason.SELF_EMPLOYED_YEAR_LIMIT: _(
        "The year's income would be %(total)s. The limit is %(limit)s."
    ),
    HoldReason.IP_REGISTRATION_LIMIT: _(
        "The year's income would be %(total)s. Above %(limit)s the law asks for an entrepreneur."
    ),
    HoldReason.WITHHOLDING_EXCEEDS_GROSS: _(
        "More has to be withheld than there is. Missing: %(missing)s."
    ),
    HoldReason.RULE_MISSING: _("No tax rule %(key)s is in force on %(day)s."),
}

TAX_KINDS: Mapping[str, Word] = {
    TaxKind.OPV: _("Pension contribution"),
    TaxKind.SO: _("Social contribution"),
    TaxKind.VOSMS: _("Medical insurance"),
    TaxKind.OPVR: _("Employer's pension contribution"),
    TaxKind.IPN: _("Income tax"),
    TaxKind.IPN_EXCESS: _("Income tax above the yearly band"),
}

TAX_STATUSES: Mapping[str, Word] = {
    TaxStatus.INDIVIDUAL_GPH: _("Individual, civil-law contract"),
    TaxStatus.SELF_EMPLOYED: _("Self-employed"),
    TaxStatus.IP_SIMPLIFIED: _("Entrepreneur, simplified declaration"),
    TaxStatus.IP_GENERAL: _("Entrepreneur, general regime"),
    TaxStatus.LLP_SIMPLIFIED: _("Company, simplified declaration"),
    TaxStatus.LLP_GENERAL: _("Company, general regime"),
    TaxStatus.NONRESIDENT: _("Non-resident"),
    TaxStatus.UNKNOWN: _("Not known yet"),
}

# The words of the payee's pages, so that a state has one name
PAYOUT_STATES: Mapping[str, Word] = {
    PayoutState.CREATED: _("Preparing"),
    PayoutState.SENDING: _("Sending"),
    PayoutState.ACCEPTED: _("At the bank"),
    PayoutState.UNKNOWN: _("Checking"),
    PayoutState.PAID: _("Paid"),
    PayoutState.FAILED: _("Failed"),
    PayoutState.RETURNED: _("Returned by bank"),
    PayoutState.CANCELLED: _("Cancelled"),
}

# What of a row of a statement does not fit its payout
MATCH_REASONS: Mapping[str, Word] = {
    MatchReason.AMOUNT_DIFFERS: _("another sum"),
    MatchReason.ACCOUNT_DIFFERS: _("another account"),
    MatchReason.REPEATED: _("a second time in this statement"),
    MatchReason.NUMBER_IN_PURPOSE: _("our number stands in the purpose"),
}

# Why money that arrived is somebody's, or nobody's yet
GROUNDS: Mapping[str, Word] = {
    Ground.BIN: _("by the payer's BIN"),
    Ground.BIN_AND_REFERENCE: _("by the payer's BIN and the reference"),
    Ground.REFERENCE: _("by the reference; the bank names no BIN"),
    Ground.REFERENCE_OF_ANOTHER: _("the payer is one brand, the reference another's"),
    Ground.SEVERAL_REFERENCES: _("references of several brands"),
    Ground.PAID_BY_ANOTHER: _("a brand's reference, and the payer is somebody else"),
    Ground.NAME: _("the payer is called like a brand"),
    Ground.NOTHING: _("neither BIN nor reference is of a brand"),
    "booked_by_hand": _("booked by hand before"),
    "refund": _("money that goes back"),
    "booked_otherwise": _("booked by hand with other figures"),
}

# Why a line of a statement cannot be read
STATEMENT_REASONS: Mapping[str, Word] = {
    StatementReason.EMPTY: _("the file is empty"),
    StatementReason.TOO_LARGE: _("the file is too large"),
    StatementReason.ENCODING: _("neither UTF-8, UTF-16 nor Windows-1251"),
    StatementReason.NOT_A_STATEMENT: _("neither a statement in the form of 1C nor a table"),
    StatementReason.UNKNOWN_LINE: _("this line does not belong here"),
    StatementReason.NOT_CLOSED: _("a section is not closed"),
    StatementReason.REPEATED_KEY: _("one key with two values"),
    StatementReason.TOO_MANY_ROWS: _("too many rows"),
    StatementReason.BAD_AMOUNT: _("not a sum"),
    StatementReason.NO_AMOUNT: _("the sum is missing"),
    StatementReason.BAD_DATE: _("not a date"),
    StatementReason.NO_DATE: _("the date is missing"),
    StatementReason.NO_DIRECTION: _("no word on whether money came or went"),
    StatementReason.SEVERAL_ACCOUNTS: _("the statement of a second account in one file"),
}

# Why a bank would refuse a field of a payment
FIELD_RULES: Mapping[str, Word] = {
    FieldRule.EMPTY: _("it is empty"),
    FieldRule.TOO_LONG: _("it is too long"),
    FieldRule.FORM: _("it has another form"),
    FieldRule.CHARACTERS: _("the bank's encoding lacks a character of it"),
    FieldRule.IBAN: _("it is not an account number"),
    FieldRule.BANK_DIFFERS: _("account and BIC are of different banks"),
    FieldRule.NOT_POSITIVE: _("it is not above zero"),
    FieldRule.REPEATED: _("it was used before"),
}

# Ten characters or more with four digits in a row: an IIN, an account, and no word
_LONG_NUMBER = re.compile(r"(?<!\w)(?=\w*[0-9]{4})[0-9A-Za-z]{6,}(?=[0-9A-Za-z]{4}(?!\w))")


def numbers_masked(text: str) -> str:
    """Text of somebody's file with its IINs and accounts cut to their last four characters."""
    return _LONG_NUMBER.sub("••••", text)


def row_note(outcome: str, note: str) -> str:
    """What is said beside the outcome of a row of a statement; `note` has reasons, by commas."""
    if outcome == StatementRow.Outcome.MISMATCH and not note:
        return gettext("not what the state of its payout lets happen")
    words = {**MATCH_REASONS, **GROUNDS}
    return ", ".join(str(words.get(code, code)) for code in note.split(", ") if code)
