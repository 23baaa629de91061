"""A person says whose a mistyped code is, or that it is nobody's; its orders are decided again."""

from __future__ import annotations

from django.utils.translation import gettext as _

from attribution.selectors.code_queue import orders_typed, text_of
from attribution.services.replay import orders_replay
from campaigns.models import CodeAlias, Participation, PromoCode
from campaigns.services.codes import codes_lock
from core import clock
from core.audit.services import audit_record
from core.errors import DomainError, NotFound
from core.tenancy.context import acting_as

TEXT_CHARS_MAX = 64


class CodeTextKnown(DomainError):
    """Somebody has said already what the text means."""

    code = "code_text_known"


def code_text_assign(*, brand_id: int, look: str, code_id: int) -> int:
    """This text means that code: its orders of the queue's days are decided again, and later ones
    count by it too. What is approved stays. Returns how many orders were looked at.

    Raises:
        NotFound: nobody typed it, or no such code of a participation.
        CodeTextKnown: it means something already.
    """
    with acting_as(system="assign a typed code"):
        code = PromoCode.objects.filter(
            pk=code_id,
            brand_id=brand_id,
            pool__isnull=True,
            participation__state=Participation.State.APPROVED,
        ).first()
        if code is None:
            raise NotFound(_("There is no such promo code."))
        _say(brand_id, look, CodeAlias.Kind.BY_HAND, code)
    return _orders_decide_again(brand_id, look)


def code_text_dismiss(*, brand_id: int, look: str) -> None:
    """This text is no influencer's: it is asked about no more.

    Raises:
        NotFound: nobody typed it.
        CodeTextKnown: it means something already.
    """
    with acting_as(system="dismiss a typed code"):
        _say(brand_id, look, CodeAlias.Kind.NOBODYS, None)


def _say(brand_id: int, look: str, kind: CodeAlias.Kind, code: PromoCode | None) -> None:
    codes_lock(brand_id)
    text = text_of(brand_id, look)
    if not text or len(look) > TEXT_CHARS_MAX:
        raise NotFound(_("There is no such text in the orders."))
    row = CodeAlias.objects.filter(brand_id=brand_id, skeleton=look).first()
    is_a_code = PromoCode.objects.filter(brand_id=brand_id, skeleton=look).exists()
    if is_a_code or (row is not None and row.ambiguous_at is None):
        raise CodeTextKnown(_("It is decided already what this text means."))
    before = {"kind": row.kind} if row else {}
    row = row or CodeAlias(brand_id=brand_id, skeleton=look, created_at=clock.now())
    row.kind, row.code, row.text = kind, code, text[:TEXT_CHARS_MAX]
    row.influencer_id = code.influencer_id if code else None
    row.ambiguous_at = None
    row.save()
    after = {"text": text, "kind": str(kind), "code": code.code if code else ""}
    audit_record("code_text.say", row, before=before, after=after)


def _orders_decide_again(brand_id: int, look: str) -> int:
    purpose = "decide orders of a typed code"
    with acting_as(system=purpose):
        keys = orders_typed(brand_id, look)
    return orders_replay(keys, purpose=purpose)
