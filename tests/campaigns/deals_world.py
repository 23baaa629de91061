"""A brand with money, and a deal of three posts of 10 000,03 with its influencer.

By hand, in tiyn. Fee 15 % of so many posts together, VAT 16 % of that fee, rounded half up:

| posts | fees of posts | our fee | VAT |
|---|---|---|---|
| 1 | 1 000 003 | 150 000 (,45) | 24 000 |
| 2 | 2 000 006 | 300 001 (300 000,9) | 48 000 (,16) |
| 3 | 3 000 009 | 450 001 (,35) | 72 000 (,16) |
"""

from __future__ import annotations

from datetime import date

from campaigns.models import Deal, Task, TaskPost
from campaigns.services.deals import DealOffer, deal_accept, deal_offer
from campaigns.services.tasks import task_submit
from core.tenancy.context import acting_as
from ledger.domain import accounts
from ledger.selectors import balances

POST = 1_000_003
WHOLE = 3_000_009 + 450_001 + 72_000
MONEY = 10_000_000  # the free balance before
LABELLED = "Жарнама. Жүн көрпе келді"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 20
OFFER = DealOffer(
    place="instagram",
    post_count=3,
    post_minor=POST,
    brief="Show the blanket",
    due_on=date(2026, 11, 30),
    answer_days=5,
    review_days=3,
)


def offered(cast, offer: DealOffer = OFFER) -> Deal:
    with acting_as(brand=cast.tulpar.brand, user_id=cast.tulpar.owner):
        return deal_offer(
            participation_id=cast.tulpar.participation, offer=offer, user_id=cast.tulpar.owner
        )


def running(cast, offer: DealOffer = OFFER) -> Deal:
    deal = offered(cast, offer)
    with acting_as(influencer=cast.tulpar.influencer, user_id=cast.tulpar.person):
        return deal_accept(deal_id=deal.pk, influencer_id=cast.tulpar.influencer)


def tasks(deal: Deal) -> list[Task]:
    with acting_as(system="test"):
        return list(Task.objects.filter(deal=deal).order_by("number"))


def states(deal: Deal) -> tuple[str, ...]:
    """The deal's, then its posts'."""
    with acting_as(system="test"):
        own = Deal.objects.values_list("state", flat=True).get(pk=deal.pk)
    return (own, *(task.state for task in tasks(deal)))


def send(cast, task: Task, *, text: str = LABELLED, url: str = "", picture=None) -> TaskPost:
    with acting_as(influencer=cast.tulpar.influencer, user_id=cast.tulpar.person):
        return task_submit(
            task_id=task.pk,
            influencer_id=cast.tulpar.influencer,
            url=url or f"https://www.instagram.com/p/AB{task.pk}/",
            text=text,
            picture=picture,
        )


def books(cast, deal: Deal) -> tuple[int, ...]:
    """(free, escrow, fee reserve, VAT reserve, payable, VAT that waits for an invoice)"""
    key = (cast.tulpar.brand, cast.tulpar.campaign)
    refs = [
        accounts.brand_free(cast.tulpar.brand),
        accounts.deal_escrow(cast.tulpar.brand, deal.pk),
        accounts.fee_reserve(*key),
        accounts.vat_reserve(*key),
        accounts.influencer_payable(cast.tulpar.influencer),
        accounts.vat_funded(cast.tulpar.brand),
    ]
    with acting_as(system="test"):
        found = balances(refs)
    return tuple(found[ref] for ref in refs)
