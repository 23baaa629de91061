"""Payouts for ops: batches that two people decide on, payouts, the bank's statements, and
money that nobody has claimed.

Rows are read; a button leads to a page that says what will happen, and calls a service. What a
person sees of a payee is what recognises them: masked names, the end of an account.
"""

from payouts.admin.batches import PayoutBatchAdmin
from payouts.admin.debts import DebtAdmin, DebtWriteOffAdmin
from payouts.admin.outlays import OutlayAdmin
from payouts.admin.payouts import PayoutAdmin
from payouts.admin.refunds import RefundAdmin
from payouts.admin.statements import BankStatementAdmin, StatementRowAdmin
from payouts.admin.stops import PayoutStopAdmin
from payouts.admin.transfers import UnclaimedTransferAdmin

__all__ = [
    "BankStatementAdmin",
    "DebtAdmin",
    "DebtWriteOffAdmin",
    "OutlayAdmin",
    "PayoutAdmin",
    "PayoutBatchAdmin",
    "PayoutStopAdmin",
    "RefundAdmin",
    "StatementRowAdmin",
    "UnclaimedTransferAdmin",
]
