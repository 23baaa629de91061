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
    "Connection",
    "Conversion",
    "ConversionVersion",
    "Decision",
    "Grade",
    "InboundEvent",
    "LateEvidence",
    "Order",
    "OrderLine",
    "OrderVersion",
    "PollCursor",
]
