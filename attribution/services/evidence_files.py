"""Files that a side shows for or against a rejection, kept sealed."""

from __future__ import annotations

from attribution.models import Rejection, RejectionFile
from core.evidence import Evidence, evidence_checked

__all__ = ["Evidence", "evidence_keep"]


def evidence_keep(rejection: Rejection, evidence: Evidence, *, by_influencer: bool) -> None:
    """Runs as the system, in the transaction of what it belongs to.

    Raises:
        Invalid: it is too large, or neither a picture nor a PDF.
    """
    name, content_type = evidence_checked(evidence)
    side = RejectionFile.Side.INFLUENCER if by_influencer else RejectionFile.Side.BRAND
    RejectionFile.objects.create(
        rejection=rejection,
        brand_id=rejection.brand_id,
        influencer_id=rejection.influencer_id,
        side=side,
        name=name,
        content_type=content_type,
        size=len(evidence.content),
        content=evidence.content,
    )
