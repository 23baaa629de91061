"""Rules of a brand that stand above its campaigns."""

from __future__ import annotations

from django.utils.translation import gettext as _

from brands.models import Brand
from core.audit.services import audit_record
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as


def code_policy_set(*, brand_id: int, policy: str) -> Brand:
    """Whose a sale is from now on when a code of one campaign meets a link of another. What is
    decided already stays, until its order is decided again.

    Raises:
        NotFound: no such brand.
        Invalid: no such rule.
    """
    if policy not in Brand.CodePolicy.values:
        raise Invalid.of("policy", _("Choose one of the two."))
    with acting_as(system="choose the rule between campaigns"):
        brand = Brand.objects.select_for_update().filter(pk=brand_id).first()
        if brand is None:
            raise NotFound(_("There is no such brand."))
        before = {"code_policy": brand.code_policy}
        if brand.code_policy != policy:
            brand.code_policy = policy
            brand.save(update_fields=["code_policy"])
            after = {"code_policy": policy}
            audit_record("brand.code_policy", brand, before=before, after=after, brand_id=brand.pk)
    return brand
