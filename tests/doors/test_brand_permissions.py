"""Who may do what at every address of the brand's workplace: one table, each method, each role.

in = 200, done = sent on after it was done, log = to the login, no = 404, not = 403,
422 = the form comes back, 409 = the state does not allow it.
"""

import io
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid4

import pytest
from django.db import transaction
from django.test import Client

from attribution.domain.click_flags import ClickFlag
from attribution.domain.lift_table import CityDay
from attribution.models import (
    Connection,
    Conversion,
    Order,
    ReceiptClaim,
    ReceiptMatch,
    Rejection,
    RejectionFile,
)
from attribution.services.evidence_files import Evidence
from attribution.services.lift import LiftAsked, lift_report_make
from attribution.services.rerun import attribution_rerun, rerun_work
from attribution.services.tag_uploads import tag_upload_read
from attribution.services.verdicts import Speaker, conversion_reject
from brands.models import Brand
from brands.services import top_up_invoice_create
from campaigns.models import Campaign, Participation
from campaigns.services import campaign_create, group_create
from campaigns.services.categories import category_save
from campaigns.services.code_pools import PoolTerms, codes_generate
from campaigns.services.exclusive_skus import exclusive_sku_reserve
from campaigns.services.external_codes import external_code_reserve
from campaigns.services.guarantees import guarantee_make
from campaigns.services.invites import invite_link_create
from campaigns.services.invoices import brand_invoice
from compliance.services.einvoices import einvoice_export
from core.tenancy.context import acting_as
from exchange.web.brand import urls
from influencers.models import Influencer
from payouts.services.refunds import refund_request
from sandbox.wildberries.token import mint
from tests.attribution.phones import kaspi_open
from tests.attribution.receipts import ABAI, claim, registers_open
from tests.attribution.shop import click_make
from tests.attribution.test_leak_guard import finding_make
from tests.campaigns.deals_world import running, send, tasks
from tests.campaigns.test_offers import OFFER
from tests.cast import user_make
from tests.doors.conftest import (
    NOW,
    OrderFile,
    event_make,
    marketplace_id,
    public_id,
    shop_id,
    table_make,
    the,
    upload_make,
    written,
)
from tests.doors.test_deals import deal_form
from tests.doors.test_leaks import FIGURES

GROUP_FILES = ("group_file", "group_file_apply", "group_file_faults")

TABLE = """
address                         nobody  stranger  analyst  manager  finance  owner
GET  overview                   log     no        in       in       in       in
GET  campaigns                  log     no        in       in       in       in
GET  campaign                   log     no        in       in       in       in
GET  code_policy                log     no        in       in       in       in
POST code_policy                log     no        not      done     done     done
GET  campaign_new               log     no        not      in       in       in
POST campaign_new               log     no        not      done     done     done
GET  campaign_edit              log     no        not      in       in       in
POST campaign_edit              log     no        not      done     done     done
GET  campaign_terms             log     no        not      in       in       in
POST campaign_terms             log     no        not      done     done     done
POST campaign_publish           log     no        not      not      done     done
POST campaign_review            log     no        not      done     done     done
POST campaign_pause             log     no        not      done     done     done
POST campaign_resume            log     no        not      409      409      409
POST campaign_close             log     no        not      not      done     done
POST campaign_top_up            log     no        not      not      done     done
POST campaign_shrink            log     no        not      not      done     done
POST participation_approve      log     no        not      done     done     done
POST participation_reject       log     no        not      done     done     done
POST participation_remove       log     no        not      done     done     done
POST participation_restore      log     no        not      done     done     done
GET  people                     log     no        in       in       in       in
GET  people_csv                 log     no        in       in       in       in
GET  invites                    log     no        in       in       in       in
POST invites                    log     no        not      done     done     done
POST invite_revoke              log     no        not      done     done     done
GET  deals                      log     no        in       in       in       in
GET  deals_csv                  log     no        in       in       in       in
GET  deal_new                   log     no        not      not      in       in
POST deal_new                   log     no        not      not      done     done
GET  deal                       log     no        in       in       in       in
POST deal_cancel                log     no        not      not      done     done
POST post_accept                log     no        not      done     done     done
POST post_return                log     no        not      done     done     done
GET  deal_picture               log     no        in       in       in       in
POST people_decide              log     no        not      done     done     done
POST people_move                log     no        not      done     done     done
GET  group_new                  log     no        not      in       in       in
POST group_new                  log     no        not      done     done     done
GET  group_file                 log     no        not      in       in       in
POST group_file                 log     no        not      422      422      422
POST group_file_apply           log     no        not      422      422      422
POST group_file_faults          log     no        not      422      422      422
GET  group_edit                 log     no        not      in       in       in
POST group_edit                 log     no        not      done     done     done
POST group_end                  log     no        not      done     done     done
POST participation_group_out    log     no        not      done     done     done
GET  campaign_rules             log     no        not      in       in       in
POST campaign_rules             log     no        not      done     done     done
POST participation_article      log     no        not      done     done     done
POST participation_voucher      log     no        not      done     done     done
GET  participation_vouchers     log     no        not      in       in       in
POST participation_vouchers     log     no        not      422      422      422
GET  participation_skus         log     no        not      in       in       in
POST participation_skus         log     no        not      done     done     done
POST sku_end                    log     no        not      done     done     done
GET  lifts                      log     no        in       in       in       in
POST lifts                      log     no        not      422      422      422
GET  lift                       log     no        in       in       in       in
GET  lift_csv                   log     no        in       in       in       in
POST voucher_settle             log     no        not      done     done     done
GET  codes                      log     no        in       in       in       in
GET  codes_csv                  log     no        in       in       in       in
GET  codes_new                  log     no        not      in       in       in
POST codes_new                  log     no        not      done     done     done
GET  code_pool_csv              log     no        in       in       in       in
GET  code_pool_faults           log     no        in       in       in       in
POST code_pool_give             log     no        not      done     done     done
POST code_pool_void             log     no        not      done     done     done
POST code_rotate                log     no        not      done     done     done
POST code_schedule              log     no        not      done     done     done
POST campaign_totals            log     no        not      done     done     done
POST campaign_totals_drop       log     no        not      done     done     done
GET  leaks                      log     no        in       in       in       in
GET  leaks_csv                  log     no        in       in       in       in
GET  leak                       log     no        in       in       in       in
POST leak_clear                 log     no        not      done     done     done
POST leak_reject                log     no        not      done     done     done
POST leak_rotate                log     no        not      done     done     done
POST leak_mode                  log     no        not      done     done     done
GET  rerun                      log     no        in       in       in       in
POST rerun                      log     no        not      done     done     done
POST rerun_apply                log     no        not      done     done     done
POST rerun_stop                 log     no        not      done     done     done
POST rerun_resume               log     no        not      done     done     done
POST rerun_drop                 log     no        not      done     done     done
GET  rerun_csv                  log     no        in       in       in       in
GET  simulator                  log     no        in       in       in       in
POST simulator                  log     no        in       in       in       in
POST click_vouch                log     no        not      done     done     done
GET  code_questions             log     no        in       in       in       in
POST code_question_say          log     no        not      done     done     done
GET  orders                     log     no        in       in       in       in
GET  orders_csv                 log     no        in       in       in       in
GET  order                      log     no        in       in       in       in
POST order_confirm              log     no        not      done     done     done
GET  review                     log     no        in       in       in       in
GET  review_csv                 log     no        in       in       in       in
POST review_decide              log     no        not      done     done     done
GET  review_file                log     no        not      in       in       in
POST review_file                log     no        not      422      422      422
POST review_file_apply          log     no        not      422      422      422
POST review_file_faults         log     no        not      422      422      422
GET  sale_reject                log     no        not      in       in       in
POST sale_reject                log     no        not      done     done     done
POST sale_approve               log     no        not      done     done     done
POST sale_undo                  log     no        not      done     done     done
GET  sale_file                  log     no        in       in       in       in
GET  clicks                     log     no        in       in       in       in
GET  clicks_csv                 log     no        in       in       in       in
GET  traffic                    log     no        in       in       in       in
GET  traffic_csv                log     no        in       in       in       in
GET  money                      log     no        in       in       in       in
GET  statement_csv              log     no        in       in       in       in
GET  proofs                     log     no        in       in       in       in
GET  proofs_day                 log     no        no       no       no       no
GET  sale_proof                 log     no        no       no       no       no
GET  statement_xlsx             log     no        in       in       in       in
GET  invoices                   log     no        in       in       in       in
GET  invoices_csv               log     no        in       in       in       in
POST invoice_make               log     no        not      not      done     done
GET  invoice                    log     no        in       in       in       in
GET  invoice_pdf                log     no        in       in       in       in
GET  invoice_xml                log     no        in       in       in       in
GET  invoice_xlsx               log     no        in       in       in       in
GET  integrations               log     no        in       in       in       in
GET  connection_new             log     no        not      in       in       in
POST connection_new             log     no        not      done     done     done
GET  connection                 log     no        in       in       in       in
GET  connection_event           log     no        in       in       in       in
GET  connection_site            log     no        in       in       in       in
GET  connection_template        log     no        in       in       in       in
GET  connection_difference      log     no        in       in       in       in
GET  connection_difference_csv  log     no        in       in       in       in
GET  connection_token           log     no        not      in       in       in
POST connection_token           log     no        not      done     done     done
GET  connection_stages          log     no        not      done     done     done
POST connection_stages          log     no        not      done     done     done
POST connection_secret          log     no        not      done     done     done
POST connection_pause           log     no        not      done     done     done
POST connection_resume          log     no        not      done     done     done
POST connection_read            log     no        not      done     done     done
POST connection_event_replay    log     no        not      done     done     done
GET  connection_replay          log     no        not      in       in       in
POST connection_replay          log     no        not      done     done     done
GET  connection_upload          log     no        not      in       in       in
POST connection_upload          log     no        not      done     done     done
GET  connection_upload_check    log     no        not      in       in       in
POST connection_upload_check    log     no        not      done     done     done
GET  connection_upload_columns  log     no        not      in       in       in
POST connection_upload_columns  log     no        not      done     done     done
GET  connection_upload_errors   log     no        not      in       in       in
GET  connection_upload_kept     log     no        not      in       in       in
POST connection_upload_undo     log     no        not      done     done     done
GET  receipts                   log     no        in       in       in       in
GET  receipts_csv               log     no        in       in       in       in
GET  receipts_file              log     no        not      in       in       in
POST receipts_file              log     no        not      422      422      422
POST receipt_accept             log     no        not      done     done     done
POST receipt_refuse             log     no        not      done     done     done
POST receipt_answer             log     no        not      done     done     done
POST receipt_part               log     no        not      409      409      409
GET  phones                     log     no        in       in       in       in
GET  phones_csv                 log     no        in       in       in       in
POST phones_open                log     no        not      done     done     done
POST phones_close               log     no        not      done     done     done
POST phones_rotate              log     no        not      done     done     done
POST phones_confirm             log     no        not      done     done     done
GET  registers                  log     no        in       in       in       in
POST registers                  log     no        not      done     done     done
POST register_remove            log     no        not      done     done     done
POST receipt_limits             log     no        not      done     done     done
GET  connection_tags            log     no        not      in       in       in
POST connection_tags            log     no        not      done     done     done
POST connection_tag_start       log     no        not      done     done     done
GET  connection_tag_check       log     no        not      in       in       in
POST connection_tag_check       log     no        not      done     done     done
GET  top_ups                    log     no        in       in       in       in
POST top_ups                    log     no        not      not      done     done
GET  top_up                     log     no        in       in       in       in
GET  top_up_pdf                 log     no        in       in       in       in
GET  guarantees                 log     no        in       in       in       in
POST guarantees                 log     no        not      not      done     done
GET  guarantees_csv             log     no        in       in       in       in
POST guarantee_raise            log     no        not      not      done     done
POST guarantee_cancel           log     no        not      not      done     done
GET  refunds                    log     no        in       in       in       in
POST refunds                    log     no        not      not      done     done
POST refund_cancel              log     no        not      not      done     done
GET  team                       log     no        in       in       in       in
POST team                       log     no        not      not      not      done
POST team_role                  log     no        not      not      not      done
POST team_remove                log     no        not      not      not      done
"""
LIMITS_FORM = {
    "total_min": "500",
    "total_max": "1 000 000",
    "person_max": "5",
    "influencer_max": "100",
    "confirm_days": "7",
    "order_days": "7",
}
HEADER, *LINES = (line.split() for line in TABLE.strip().splitlines())
WHO = HEADER[1:]
ROWS = [(method, name, dict(zip(WHO, wanted, strict=True))) for method, name, *wanted in LINES]
RERUN_VERBS = ("apply", "stop", "resume", "drop")
TAG_TABLE = b"date;campaign;clicks\n2026-11-20;77-id-birge-x1y2;3\n"


class TagFile(io.BytesIO):
    """A table of Wildberries' cabinet, as often as it is posted."""

    name = "t.csv"

    def read(self, *_size):
        return TAG_TABLE


CAMPAIGN_FORM = {
    "title": "Жаңа жыл",
    "destination_url": "https://tulpar.example/p/2",
    "access": "public",
    "commission_percent": "7,5",
    "window_days": "30",
    "hold_days": "21",
    "code_policy": "code_wins",
    "typical_basket": "17 900",
    "budget": "100 000",
}


def restricted_make(workplace):
    """A draft of Tulpar's that we look at first."""
    with acting_as(ops=1):
        category = category_save(
            slug="loans", name_kk="Несие", name_ru="Займы", name_en="Loans", flag="restricted",
            law="", source="test", confidence="unconfirmed", position=1, is_active=True,
            maker_id=1,
        )  # fmt: skip
    with acting_as(system="test data"):
        return campaign_create(
            brand=Brand.objects.get(pk=workplace.cast.tulpar.brand),
            offer=replace(OFFER, category=category.slug),
        ).public_id


def removed_make(workplace):
    """Somebody whose participation Tulpar has ended."""
    user_id = user_make("r@people.example")
    with acting_as(system="test data"):
        person = Influencer.objects.create(user_id=user_id, name="R")
        return Participation.objects.create(
            campaign_id=workplace.cast.tulpar.campaign,
            brand_id=workplace.cast.tulpar.brand,
            influencer=person,
            terms_id=workplace.cast.tulpar.terms,
            state="removed",
        ).public_id


def sale_of(number: str):
    return public_id(Conversion, order_number=number)


def lift_make(workplace):
    first = NOW.date() - timedelta(days=28)
    days = [CityDay(first + timedelta(days=n), "Taraz", 3, n < 14) for n in range(28)]
    with acting_as(system="test"):
        campaign = Campaign.objects.get(pk=workplace.cast.tulpar.campaign)
    return lift_report_make(campaign=campaign, asked=LiftAsked(cities=days)).public_id


@pytest.fixture
def things(workplace):
    """{address: (arguments, what is posted)} of something of Tulpar's to try it on."""
    draft = public_id(Campaign, pk=workplace.draft)
    applied = public_id(Participation, pk=workplace.applied)
    approved = public_id(Participation, pk=workplace.cast.tulpar.participation)
    removed = removed_make(workplace)
    invite = invite_link_create(
        campaign_id=workplace.cast.tulpar.campaign, note="", uses_max=1, days=1
    )
    deal = running(workplace.cast)
    first_post = tasks(deal)[0]
    post = send(workplace.cast, first_post, picture=Evidence("a.pdf", b"%PDF-1.7"))
    group = group_create(
        campaign_id=workplace.cast.tulpar.campaign,
        name="Top",
        offer=replace(OFFER, commission_bps=1_500),
    )
    shop, marketplace = shop_id(workplace), marketplace_id(workplace)
    event = event_make(workplace)
    kaspi, upload = upload_make(workplace)
    stored = upload_make(workplace)
    workplace.post("connection_upload_check", *stored)
    table = table_make(workplace)
    chain = registers_open(workplace.cast.tulpar)
    market = public_id(Connection, pk=kaspi_open(workplace.cast).connection)
    receipt_id = receipt_asked(workplace, claim(chain.token))
    till = public_id(Connection, pk=chain.connection)
    tags = tag_upload_read(
        connection_id=workplace.marketplace,
        name="t.csv",
        raw=TAG_TABLE,
        user_id=workplace.cast.tulpar.owner,
    )
    with acting_as(brand=workplace.cast.tulpar.brand):
        refund = refund_request(
            brand=Brand.objects.get(pk=workplace.cast.tulpar.brand),
            amount_minor=100,
            iban_text="KZ41722C000000000001",
            person_id=workplace.cast.tulpar.owner,
        )
    top_up = top_up_invoice_create(
        brand_id=workplace.cast.tulpar.brand,
        amount_minor=100,
        person_id=workplace.cast.tulpar.owner,
    )
    reserved = external_code_reserve(
        participation_id=workplace.cast.tulpar.participation,
        kind="ozon_voucher",
        value="Birge q8w2e5rt",
        discount_percent=10,
        ends_at=NOW,
    )
    promised = guarantee_make(
        participation_id=workplace.cast.tulpar.participation,
        month=date(2026, 12, 1),
        amount_minor=100_000,
    )
    lift = lift_make(workplace)
    exclusive = exclusive_sku_reserve(
        participation_id=workplace.cast.tulpar.participation, sku="TU-SET-0"
    )
    pool = codes_generate(
        PoolTerms(campaign_id=workplace.cast.tulpar.campaign, name="Stories"), count=2
    )
    leaked = finding_make(workplace.cast.tulpar, figures=FIGURES).public_id
    made = brand_invoice(brand_id=workplace.cast.tulpar.brand)[0]
    ops = workplace.cast.maker
    einvoice_export(einvoice_id=made.einvoice.pk, person_id=ops, person_name="Maker")
    invoice = made.public_id
    conversion_reject(
        conversion_id=sale_of("4"),
        speaker=Speaker(workplace.cast.tulpar.brand, Rejection.Door.PAGE, 1),
        reason_code=19,
        note="",
        evidence=Evidence("a.pdf", b"%PDF-1.7"),
    )
    shown = public_id(RejectionFile)
    bot = click_make(workplace.cast.tulpar, at=NOW, flags=int(ClickFlag.BOT))
    job = attribution_rerun(campaign_id=workplace.cast.tulpar.campaign, why="Test")
    rerun_work(job.pk)
    return {
        "receipts": ((till,), {}),
        "receipts_csv": ((till,), {}),
        "receipts_file": ((till,), {"file": OrderFile()}),
        "receipt_accept": ((till, receipt_id), {}),
        "receipt_refuse": ((till, receipt_id), {"note": "Қызметкердің чегі"}),
        "receipt_answer": ((till, receipt_id), {"order": ""}),
        "receipt_part": ((till, receipt_id), {}),
        "phones": ((market,), {}),
        "phones_csv": ((market,), {}),
        "phones_open": ((market,), {}),
        "phones_close": ((market,), {}),
        "phones_rotate": ((market,), {}),
        "phones_confirm": ((market,), {"order": str(workplace.order("1"))}),
        "registers": ((till,), {"registers": "010101234569 Төле би 1"}),
        "register_remove": ((till,), {"number": ABAI}),
        "receipt_limits": ((till,), LIMITS_FORM),
        "top_ups": ((), {"amount": "1 000"}),
        "top_up": ((top_up.public_id,), {}),
        "top_up_pdf": ((top_up.public_id, "kk"), {}),
        "guarantees": (
            (workplace.live,),
            {
                "participation": str(approved),
                "month": "2026-11-01",
                "amount": "1 000",
                "action": "promise",
            },
        ),
        "guarantees_csv": ((workplace.live,), {}),
        "guarantee_raise": ((promised.public_id,), {"amount": "2 000"}),
        "guarantee_cancel": ((promised.public_id,), {}),
        "refunds": ((), {"amount": "1 000", "iban": "KZ41722C000000000001"}),
        "refund_cancel": ((refund.public_id,), {}),
        "connection_tags": ((marketplace,), {"file": TagFile()}),
        "connection_tag_start": ((marketplace,), {"number": "77"}),
        "connection_tag_check": ((marketplace, tags.public_id), {"action": "store"}),
        "connection_upload": ((kaspi,), {"file": OrderFile()}),
        "connection_upload_check": ((kaspi, upload), {}),
        "connection_upload_columns": (table, {}),
        "connection_upload_errors": ((kaspi, upload), {}),
        "connection_upload_kept": ((kaspi, upload), {}),
        "connection_upload_undo": (stored, {}),
        "campaign": ((draft,), {}),
        "campaign_new": ((), CAMPAIGN_FORM),
        "code_policy": ((), {"policy": "click_wins"}),
        "campaign_edit": ((draft,), CAMPAIGN_FORM),
        "campaign_terms": ((workplace.live,), CAMPAIGN_FORM),
        "campaign_publish": ((draft,), {}),
        "campaign_review": ((restricted_make(workplace),), {}),
        **{f"campaign_{verb}": ((workplace.live,), {}) for verb in ("pause", "resume", "close")},
        "campaign_top_up": ((workplace.live,), {"amount": "1 000"}),
        "campaign_shrink": ((workplace.live,), {"amount": "1 000"}),
        "participation_approve": ((applied,), {}),
        "participation_reject": ((applied,), {"reason_code": "topic"}),
        "participation_remove": ((approved,), {"reason_code": "breach"}),
        "participation_restore": ((removed,), {}),
        "people": ((workplace.live,), {}),
        "people_csv": ((workplace.live,), {}),
        "people_decide": ((workplace.live,), {"action": "approve", "people": [str(applied)]}),
        "people_move": ((workplace.live,), {"group": "", "people": [str(approved)]}),
        "group_new": ((workplace.live,), CAMPAIGN_FORM | {"name": "New"}),
        **{name: ((workplace.live,), {}) for name in GROUP_FILES},
        "group_edit": ((group.public_id,), CAMPAIGN_FORM | {"name": "Best"}),
        "group_end": ((group.public_id,), {}),
        "participation_group_out": ((approved,), {}),
        "invites": (
            (workplace.live,),
            {"what": "link", "link-uses_max": "5", "link-days": "7"},
        ),
        "invite_revoke": ((invite.public_id,), {}),
        "deals": ((workplace.live,), {}),
        "deals_csv": ((workplace.live,), {}),
        "deal_new": ((workplace.live,), deal_form(workplace)),
        "deal": ((deal.public_id,), {}),
        "deal_cancel": ((deal.public_id,), {}),
        "post_accept": ((first_post.public_id,), {}),
        "post_return": ((first_post.public_id,), {"p1-code": "21"}),
        "deal_picture": ((post.public_id,), {}),
        "campaign_rules": ((workplace.live,), {"followers_min": "500"}),
        "participation_article": ((approved,), {"value": "310200411"}),
        "participation_vouchers": ((approved,), {"discount_percent": "10"}),
        "participation_skus": ((approved,), {"sku": "TU-SET-1"}),
        "sku_end": ((approved,), {"code": str(exclusive.pk)}),
        "lifts": ((workplace.live,), {"on_by": "hand"}),
        "lift": ((lift,), {}),
        "lift_csv": ((lift,), {}),
        "voucher_settle": ((approved,), {"code": reserved.value, "is_there": "yes"}),
        "participation_voucher": ((approved,), {"value": "Birge a7xk3m9q"}),
        "codes": ((workplace.live,), {}),
        "codes_csv": ((workplace.live,), {}),
        "codes_new": ((workplace.live,), {"name": "Stories", "count": "3"}),
        "code_pool_csv": ((pool.public_id,), {}),
        "code_pool_faults": ((pool.public_id,), {}),
        "code_pool_give": ((pool.public_id,), {"participation": str(approved), "count": "1"}),
        "code_pool_void": ((pool.public_id,), {}),
        "code_rotate": ((approved,), {"grace_days": "14"}),
        "code_schedule": ((approved,), {"last_on": "2026-12-31"}),
        "campaign_totals": ((workplace.live, "ozon"), {}),
        "campaign_totals_drop": ((workplace.live, "ozon"), {}),
        "leak": ((leaked,), {}),
        **{f"leak_{verb}": ((leaked,), {}) for verb in ("clear", "reject", "rotate")},
        "leak_mode": ((workplace.live,), {"mode": "enforce"}),
        "code_question_say": ((), {"look": "AQTSA", "nobody": "1"}),
        "invoice": ((invoice,), {}),
        "invoice_pdf": ((invoice, "kk"), {}),
        "invoice_xml": ((invoice,), {}),
        "invoice_xlsx": ((invoice, "ru"), {}),
        "rerun": ((workplace.live,), {"why": "Ереже өзгерді"}),
        **{f"rerun_{verb}": ((workplace.live,), {}) for verb in RERUN_VERBS},
        "simulator": ((), {"number": "1"}),
        "rerun_csv": ((job.public_id,), {}),
        "click_vouch": ((bot.click_id,), {"why": "Біздің сатып алушы"}),
        "order": ((workplace.order("1"),), {}),
        "order_confirm": ((workplace.order("1"),), {}),
        "review_decide": ((), {"action": "approve", "sales": [str(sale_of("2"))]}),
        "sale_reject": ((sale_of("2"),), {"reason_code": "19", "note": "Купон сайты"}),
        "sale_approve": ((sale_of("2"),), {}),
        "sale_undo": ((sale_of("4"),), {}),
        "sale_proof": ((sale_of("4"), 1), {}),
        "proofs_day": (("2026-11-20",), {}),
        "sale_file": ((shown,), {}),
        "connection_new": (("woocommerce",), {"name": "Second shop"}),
        "connection": ((shop,), {}),
        "connection_event": ((shop, event), {}),
        "connection_event_replay": ((shop, event), {}),
        "connection_replay": ((shop,), {}),
        "connection_token": ((marketplace,), {"token": mint(now=NOW, days=90)}),
        "connection_stages": ((marketplace,), {}),
        "connection_secret": ((shop,), {}),
        "connection_site": ((shop,), {}),
        "connection_difference": ((shop,), {}),
        "connection_difference_csv": ((shop,), {}),
        "connection_template": ((shop,), {}),
        "connection_pause": ((shop,), {}),
        "connection_resume": ((shop,), {}),
        "connection_read": ((marketplace,), {}),
        "team": ((), {"email": "dana@people.example", "role": "analyst"}),
        "team_role": ((), {"email": "analyst@tulpar.example", "role": "manager"}),
        "team_remove": ((), {"email": "analyst@tulpar.example"}),
    }


def receipt_asked(workplace, made: ReceiptClaim) -> UUID:
    """Somebody has to say whether it and an order are one purchase."""
    ours, other = (the(Order, public_id=workplace.order(number)) for number in ("5", "1"))
    with acting_as(system="test data"):
        ReceiptMatch.objects.create(
            brand_id=made.brand_id,
            claim=made,
            influencer_id=made.influencer_id,
            receipt_order=ours,
            order=other,
            state="open",
        )
    return made.public_id


def seen(answer) -> str:
    if answer.status_code == 302:
        return "log" if "/login/" in answer.url else "done"
    return {200: "in", 404: "no", 403: "not"}.get(answer.status_code, str(answer.status_code))


def ask(workplace, client: Client, method: str, url: str, given: dict) -> str:
    """What it answers; nothing of it stays."""
    so_far, before = written(workplace), transaction.savepoint()
    response = client.get(url) if method == "GET" else client.post(url, given)
    if response.streaming:
        assert b"".join(response.streaming_content)
    answer = seen(response)
    is_written = written(workplace) > so_far
    transaction.savepoint_rollback(before)
    return answer if answer == "done" or not is_written else f"{answer}, and it was written"


@pytest.mark.parametrize("who", WHO)
def test_who_may_do_what(workplace, things, who):
    client = workplace.client(who, second_factor=who != "nobody")
    wrong = []
    for method, name, wanted in ROWS:
        arguments, given = things.get(name, ((), {}))
        got = ask(workplace, client, method, workplace.url(name, *arguments), given)
        if got != wanted[who]:
            wrong.append(f"{method} {name}: {got}, not {wanted[who]}")
    assert wrong == []


def test_the_table_has_every_address():
    named = {route.name for route in (*urls.PLACES, *urls.TEAM)}
    assert {name for _method, name, _wanted in ROWS} == named


def test_a_wrong_method_is_refused(workplace, things):
    owner = workplace.client("owner")
    methods = {}
    for method, name, _wanted in ROWS:
        methods.setdefault(name, set()).add(method)
    wrong = []
    for name, allowed in methods.items():
        url = workplace.url(name, *things.get(name, ((), {}))[0])
        for method in {"GET", "POST"} - allowed:
            answer = owner.get(url) if method == "GET" else owner.post(url)
            if answer.status_code != 405:
                wrong.append(f"{method} {name}: {answer.status_code}")
    assert wrong == []


def test_every_button_needs_its_token(workplace, things):
    owner = workplace.client("owner", enforce_csrf_checks=True)
    for method, name, _wanted in ROWS:
        if method == "POST":
            arguments, given = things.get(name, ((), {}))
            answer = owner.post(workplace.url(name, *arguments), given)
            assert answer.status_code == 403, name
            assert "403_csrf.html" in [used.name for used in answer.templates]


def test_somebody_elses_things_are_the_same_as_missing_ones(workplace, things):
    """Tulpar's things under Sauran's address, asked by Sauran's owner; and ids that nobody has."""
    client = workplace.client("stranger")
    for method, name, _wanted in ROWS:
        arguments, given = things.get(name, ((), {}))
        if not arguments or name == "connection_new":
            continue
        url = workplace.url(name, *arguments).replace("/brand/tulpar/", "/brand/sauran/")
        nobodys = workplace.url(
            name, *(each if isinstance(each, int) else uuid4() for each in arguments)
        )
        for who, address in ((client, url), (workplace.client("owner"), nobodys)):
            answer = who.get(address) if method == "GET" else who.post(address, given)
            assert answer.status_code == 404, (method, name)
    assert the(Campaign, pk=workplace.cast.tulpar.campaign).status == "live"
