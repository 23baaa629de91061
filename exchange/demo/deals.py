"""Posts at a fixed fee in the demo's campaign: one accepted, one that waits for the brand, one of
which somebody has to look at the screenshot, and an offer that waits for the demo's influencer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from brands.models import Brand
from campaigns.models import Campaign, Deal, Participation, Task, TaskPost
from campaigns.services.deals import DealOffer, deal_accept, deal_offer
from campaigns.services.tasks import Verdict, task_accept, task_submit
from core import clock
from core.evidence import Evidence
from core.tenancy.context import acting_as
from exchange.demo.telling import Story
from influencers.models import Influencer

TENGE = 100
REELS = DealOffer(
    place="instagram",
    post_count=3,
    post_minor=25_000 * TENGE,
    brief="Көрпені үйде, күн жарығында көрсетіңіз: матасы мен тігісі жақыннан көрінсін."
    " Промокодыңызды мәтінде жазыңыз.",
    due_on=date.max,  # counted from the day of the offer
)
TIKTOK = DealOffer(
    place="tiktok",
    post_count=2,
    post_minor=40_000 * TENGE,
    brief="15–30 секундтық бейне: төсек жиынын қалай таңдайсыз. Бағасын айтпаңыз.",
    due_on=date.max,
)
STORY = DealOffer(
    place="instagram",
    post_count=1,
    post_minor=12_000 * TENGE,
    brief="Бір сторис: сүлгі жиынын ашу сәті.",
    due_on=date.max,
)
FIRST = "Жарнама. Күзгі кеште жүн көрпенің орны бөлек. Промокод сілтеменің астында."
SECOND = "Жарнама. Балалардың сүйікті көрпесі: жууға оңай, жылы."
# A PNG of one white dot: the demo carries no pictures of people
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c63f80f0001010100b138f6140000000049454e44ae4260"
    "82"
)


def deals_make(
    brand: Brand, campaign: Campaign, people: Sequence[Influencer], now: datetime
) -> Story:
    """`people` are the demo's influencer and a second one."""
    aigerim, daniyar = people
    yield now - timedelta(days=5)
    posts = _taken(brand, campaign, aigerim, REELS)
    story = _taken(brand, campaign, daniyar, STORY)
    yield now - timedelta(days=4)
    _send(posts[0], "https://www.instagram.com/p/DRkq2xYt9aB/", FIRST)
    yield now - timedelta(days=3)
    task_accept(task_id=posts[0].pk, verdict=Verdict(TaskPost.Speaker.BRAND))
    yield now - timedelta(days=1)
    _send(posts[1], "https://www.instagram.com/reel/DRnv71mKx3c/", SECOND)
    picture = Evidence("storis.png", DOT)
    _send(story[0], "https://www.instagram.com/stories/daniyar/34512/", "", picture)
    _offer(brand, campaign, aigerim, TIKTOK)


def _offer(brand: Brand, campaign: Campaign, person: Influencer, offer: DealOffer) -> Deal:
    whole = replace(offer, due_on=clock.today() + timedelta(days=14))
    with acting_as(system="demo"):
        row = Participation.objects.get(campaign=campaign, influencer=person)
    with acting_as(brand=brand.pk):
        return deal_offer(participation_id=row.pk, offer=whole)


def _taken(brand: Brand, campaign: Campaign, person: Influencer, offer: DealOffer) -> list[Task]:
    deal = _offer(brand, campaign, person, offer)
    with acting_as(influencer=person.pk):
        deal_accept(deal_id=deal.pk, influencer_id=person.pk)
    with acting_as(system="demo"):
        return list(Task.objects.filter(deal=deal).order_by("number"))


def _send(task: Task, url: str, text: str, picture: Evidence | None = None) -> None:
    with acting_as(influencer=task.influencer_id):
        task_submit(
            task_id=task.pk,
            influencer_id=task.influencer_id,
            url=url,
            text=text,
            picture=picture,
        )
