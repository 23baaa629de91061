"""Fee invoices of the demo: one that was credited for its address and issued anew, and a brand
whose invoice waits for VAT."""

from __future__ import annotations

from datetime import datetime, timedelta

from attribution.services.connections import connection_create
from brands.models import Brand
from campaigns.domain.offer import Offer
from campaigns.models import Campaign, PromoCode
from campaigns.services.invoices import brand_invoice, invoice_credit
from campaigns.services.lifecycle import campaign_publish
from campaigns.services.offers import campaign_create
from campaigns.services.participations import campaign_join
from compliance.models import EInvoice
from compliance.services.billing import billing_terms_enter
from compliance.services.einvoices import einvoice_export
from compliance.services.invoice_credits import invoice_credit_ask
from core import clock
from core.tenancy.context import acting_as
from exchange.demo.history import Past, Sale
from exchange.demo.people import FINANCE
from exchange.demo.telling import Story
from influencers.models import Influencer
from ledger.domain import accounts
from ledger.selectors import balance_minor

TENGE = 100
HOUR = timedelta(hours=1)
# (days ago, goods, price): long enough ago that their holds are over
NUR_SALES = ((33, "Түнгі крем", 8_900), (31, "Сарысу 30 мл", 12_400), (29, "Маска", 4_990))
FIRST_NUMBER = 70_001
RESERVE_PER_MILLE = 1_174  # budget, 15 % fee, 16 % VAT on it


def invoices_tell(brand: Brand, at: datetime, finance_id: int, checker_id: int) -> Story:
    """An invoice on request; its address was wrong, so two people credit it and it is issued anew.
    Its e-invoice is with the accountant."""
    yield at - timedelta(days=30)
    _terms(brand, finance_id, "agent", "TU-7", "Алматы қ., Төле би к., 1")
    yield at
    made = brand_invoice(brand_id=brand.pk)
    if not made:
        return  # nothing was final by then
    yield at + HOUR
    with acting_as(ops=finance_id, user_id=finance_id):
        invoice_credit_ask(invoice_id=made[0].pk, reason="Мекенжай ескірген", person_id=finance_id)
    _terms(brand, finance_id, "agent", "TU-7", "Алматы қ., Абай даңғ., 52")
    invoice_credit(invoice_id=made[0].pk, person_id=checker_id)
    anew = brand_invoice(brand_id=brand.pk)[-1]
    yield at + 2 * HOUR
    with acting_as(system="demo"):
        row = EInvoice.objects.get(invoice=anew)
        einvoice_export(einvoice_id=row.pk, person_id=finance_id, person_name=FINANCE.name)


def _terms(brand: Brand, finance_id: int, dealing: str, number: str, address: str) -> None:
    with acting_as(ops=finance_id, user_id=finance_id):
        billing_terms_enter(
            brand_id=brand.pk,
            valid_from=clock.today(),
            dealing=dealing,
            contract_number=number,
            contract_on=clock.today(),
            address=address,
            person_id=finance_id,
        )


def invoice_wait(
    brand: Brand, campaign: Campaign, influencer: Influencer, finance_id: int, now: datetime
) -> Story:
    """A brand for which Birge is the principal and whose whole balance is reserved: three rewards
    are final, and the VAT on them is not there."""
    yield now - timedelta(days=40)
    _terms(brand, finance_id, "principal", "NS-2", "Астана қ., Мәңгілік Ел даңғ., 8")
    campaign_join(campaign_id=campaign.pk, influencer_id=influencer.pk)
    shop, _secret = connection_create(brand=brand, source="woocommerce", name="nurskin.kz")
    with acting_as(system="demo"):
        code = PromoCode.objects.get(campaign=campaign, influencer=influencer).code
    sales = [
        Sale(
            number=FIRST_NUMBER + n,
            placed_at=now - timedelta(days=days_ago),
            name=name,
            price_minor=price * TENGE,
            quantity=1,
            code=code,
        )
        for n, (days_ago, name, price) in enumerate(NUR_SALES)
    ]
    yield from Past(shop, sales).story(now)
    yield now
    _reserve_all(brand, campaign)
    brand_invoice(brand_id=brand.pk)


def _reserve_all(brand: Brand, campaign: Campaign) -> None:
    with acting_as(system="demo"):
        free_minor = balance_minor(accounts.brand_free(brand.pk))
    offer = Offer(
        title="Жаңа жыл сыйлықтары",
        about="Сыйлық жиынтықтары, желтоқсан соңына дейін.",
        destination_url=campaign.destination_url,
        commission_bps=1000,
        budget_minor=free_minor * 1_000 // RESERVE_PER_MILLE,
        typical_basket_minor=14_900 * TENGE,
        ends_on=clock.today().replace(month=12, day=31),
    )
    campaign_publish(campaign_id=campaign_create(brand=brand, offer=offer).pk)
