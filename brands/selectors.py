"""What may be read of brands, and who may ask for what. A foreign thing is NotFound."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from brands.domain.api_keys import key_digest
from brands.models import ApiKey, Brand, BrandContract, Deposit, Member
from core import clock
from core.errors import Forbidden


def member_require_write(member: Member) -> None:
    """Raises: Forbidden for who may only read."""
    if not member.may_write:
        raise Forbidden(_("Your role may look, not change. Ask an owner of the brand."))


def member_require_money(member: Member) -> None:
    """Raises: Forbidden for who may not move money."""
    if not member.may_move_money:
        raise Forbidden(_("Money is moved by an owner or by finance. Ask one of them."))


def member_require_owner(member: Member) -> None:
    """Raises: Forbidden for anybody but an owner."""
    if member.role != Member.Role.OWNER:
        raise Forbidden(_("Only an owner of the brand may do this."))


def brand_list_of_user(user_id: int) -> QuerySet[Brand]:
    """The brands of a person, oldest membership first. Runs before a side is known."""
    return Brand.objects.filter(members__user_id=user_id).order_by("members__id")


def member_list(brand: Brand) -> QuerySet[Member]:
    return Member.objects.filter(brand=brand).order_by("id")


def contract_in_force(brand_id: int, day: date | None = None) -> BrandContract | None:
    """What the brand pays Birge on a day; today unless said otherwise."""
    begun = BrandContract.objects.filter(brand_id=brand_id, valid_from__lte=day or clock.today())
    return begun.order_by("-valid_from").first()


def fee_bps_standard() -> int:
    """What a brand pays unless its contract says otherwise: a share of the rewards."""
    return BrandContract().platform_fee_bps


def deposit_list(brand: Brand) -> QuerySet[Deposit]:
    return Deposit.objects.filter(brand=brand).order_by("-id")


def api_key_find(secret: str) -> ApiKey | None:
    """The key that this secret opens, unless it was revoked. Runs before a side is known."""
    return ApiKey.objects.filter(sha256=key_digest(secret), revoked_at__isnull=True).first()
