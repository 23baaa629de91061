from attribution.models.calls import IdempotentCall
from attribution.models.click_words import ClickWord
from attribution.models.clicks import (
    AddressRange,
    Click,
    ClickBreakdown,
    ClickDaily,
    ClickHourly,
    ClickQuarantine,
    Device,
    DrainOffset,
)
from attribution.models.decisions import Candidate, Conversion, ConversionVersion, Decision, Grade
from attribution.models.late_returns import LateReturn
from attribution.models.leaks import CodeFinding, CodeUse, CodeWatch, CouponSite
from attribution.models.lift import LiftReport
from attribution.models.periods import PeriodReward
from attribution.models.phone_claims import PhoneClaim, PhoneMark, PhonePepper
from attribution.models.rates import ExchangeRate
from attribution.models.receipt_matches import ReceiptMatch
from attribution.models.receipts import CashRegister, ReceiptClaim
from attribution.models.rejections import Rejection, RejectionFile
from attribution.models.reruns import RerunJob, RerunRow
from attribution.models.sources import (
    Connection,
    InboundEvent,
    LateEvidence,
    LineMove,
    Order,
    OrderLine,
    OrderVersion,
    PollCursor,
    ShownOrder,
)
from attribution.models.traffic import TagDay, TagUpload
from attribution.models.uploads import OrderUpload, UploadPart

__all__ = [
    "AddressRange",
    "Candidate",
    "CashRegister",
    "Click",
    "ClickBreakdown",
    "ClickDaily",
    "ClickHourly",
    "ClickQuarantine",
    "ClickWord",
    "CodeFinding",
    "CodeUse",
    "CodeWatch",
    "Connection",
    "Conversion",
    "ConversionVersion",
    "CouponSite",
    "Decision",
    "Device",
    "DrainOffset",
    "ExchangeRate",
    "Grade",
    "IdempotentCall",
    "InboundEvent",
    "LateEvidence",
    "LateReturn",
    "LiftReport",
    "LineMove",
    "Order",
    "OrderLine",
    "OrderUpload",
    "OrderVersion",
    "PeriodReward",
    "PhoneClaim",
    "PhoneMark",
    "PhonePepper",
    "PollCursor",
    "ReceiptClaim",
    "ReceiptMatch",
    "Rejection",
    "RejectionFile",
    "RerunJob",
    "RerunRow",
    "ShownOrder",
    "TagDay",
    "TagUpload",
    "UploadPart",
]
