from attribution.models.clicks import Click, ClickDaily, ClickQuarantine, DrainOffset
from attribution.models.decisions import Candidate, Conversion, ConversionVersion, Decision, Grade
from attribution.models.sources import (
    Connection,
    InboundEvent,
    LateEvidence,
    Order,
    OrderLine,
    OrderVersion,
    PollCursor,
)

__all__ = [
    "Candidate",
    "Click",
    "ClickDaily",
    "ClickQuarantine",
    "Connection",
    "Conversion",
    "ConversionVersion",
    "Decision",
    "DrainOffset",
    "Grade",
    "InboundEvent",
    "LateEvidence",
    "Order",
    "OrderLine",
    "OrderVersion",
    "PollCursor",
]
