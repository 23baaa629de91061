from payouts.models.bank import BankFile, BankStatement, StatementLayout, StatementRow
from payouts.models.debts import Debt, DebtWriteOff, PayoutNetting
from payouts.models.outlays import Outlay
from payouts.models.payouts import Payout, PayoutBatch, PayoutLine, PayoutTaxLine
from payouts.models.refunds import Refund
from payouts.models.stops import PayoutStop

__all__ = [
    "BankFile",
    "BankStatement",
    "Debt",
    "DebtWriteOff",
    "Outlay",
    "Payout",
    "PayoutBatch",
    "PayoutLine",
    "PayoutNetting",
    "PayoutStop",
    "PayoutTaxLine",
    "Refund",
    "StatementLayout",
    "StatementRow",
]
