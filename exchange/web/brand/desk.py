"""Who sits at a brand's desk, and the frame round each of its pages."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from attribution.models import Connection
from attribution.selectors.connections import connection_access_for_brand
from attribution.selectors.health import failing_count
from attribution.selectors.orders import Waiting, figures_of, orders_waiting
from brands.models import Brand, Member
from brands.selectors import member_require_write
from core import clock
from core.errors import NotFound
from exchange.web.pages import brand as pages
from ledger.domain import accounts
from ledger.selectors import balance_minor

FORM_REFUSED = 422
RUNWAY_BASIS_DAYS = 14  # the pace of spending is that of these days
RUNWAY_DAYS_MAX = 365  # beyond a year it is no forecast any more


@dataclass(frozen=True, slots=True)
class Pace:
    """What the sales of so many days cost the brand, from the first of them on to today."""

    days: int
    cost_minor: int


@dataclass(frozen=True, slots=True)
class Desk:
    """A member at work for their brand; what the side bar shows is read once."""

    brand: Brand
    member: Member
    others: list[Brand]
    free_minor: int
    waiting: Waiting
    failing: int
    pace: Pace | None

    @property
    def runway_days(self) -> int | None:
        """How long the free balance lasts at the pace of late; None when nobody can say."""
        if self.free_minor <= 0 or self.pace is None:
            return None
        days = self.free_minor * self.pace.days // self.pace.cost_minor
        return days if days <= RUNWAY_DAYS_MAX else None

    def url(self, name: str, *args: Any) -> str:
        """The address of a page of this brand."""
        return reverse(f"brand:{name}", args=[self.brand.slug, *args])

    @property
    def side(self) -> pages.Side:
        return pages.Side(
            name=self.brand.name,
            slug=self.brand.slug,
            balance_minor=self.free_minor,
            orders_waiting=self.waiting.orders,
            connections_failing=self.failing,
            runway_days=self.runway_days,
            may_pay=self.member.may_move_money,
            others=[
                (each.name, reverse("brand:overview", args=[each.slug])) for each in self.others
            ],
        )


def member_of(request: HttpRequest) -> Member:
    """The door has found them."""
    member: Member = request.member  # type: ignore[attr-defined]
    return member


def connection_of(
    request: HttpRequest,
    public_id: UUID,
    sources: Container[str] | None = None,
    *,
    to_write: bool = False,
) -> Connection:
    """A source of this brand's data, of one of these kinds where they are given.

    Raises: NotFound for another brand's or another kind; Forbidden, to write, for who may only
    read.
    """
    member = member_of(request)
    found = connection_access_for_brand(member.brand_id, public_id)
    if sources is not None and found.source not in sources:
        raise NotFound(_("There is no such connection."))
    if to_write:
        member_require_write(member)
    return found


def desk_of(request: HttpRequest) -> Desk:
    """Four queries, for whatever page."""
    member = member_of(request)
    return Desk(
        brand=member.brand,
        member=member,
        others=request.other_brands,  # type: ignore[attr-defined]
        free_minor=balance_minor(accounts.brand_free(member.brand_id)),
        waiting=orders_waiting(member.brand_id),
        failing=failing_count(member.brand_id),
        pace=_pace(member.brand_id),
    )


def _pace(brand_id: int) -> Pace | None:
    today = clock.today()
    first_on = today - timedelta(days=RUNWAY_BASIS_DAYS - 1)
    figures = figures_of(brand_id, first_on=first_on, last_on=today)
    if figures.cost_minor <= 0 or figures.first_at is None:
        return None
    return Pace((today - clock.day_of(figures.first_at)).days + 1, figures.cost_minor)


def page_show(
    request: HttpRequest,
    desk: Desk,
    template: str,
    page: Any,
    *,
    form: forms.Form | None = None,
    status: int = 200,
) -> TemplateResponse:
    """A page in the brand's frame. Its answer to a refused form carries the refusal's status."""
    context = {"side": desk.side, "page": page, "form": form}
    return TemplateResponse(request, template, context, status=status)
