"""One row of every tenant table for a party of the cast, in a state that its sides may see.

Each function returns rows; a table with two kinds of owners has a row of each.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connection, models

from attribution.models import (
    Candidate,
    CashRegister,
    Click,
    ClickBreakdown,
    ClickDaily,
    ClickHourly,
    ClickQuarantine,
    ClickWord,
    CodeFinding,
    CodeUse,
    CodeWatch,
    Connection,
    Conversion,
    ConversionVersion,
    Decision,
    DrainOffset,
    IdempotentCall,
    InboundEvent,
    LateEvidence,
    LateReturn,
    LiftReport,
    LineMove,
    Order,
    OrderLine,
    OrderUpload,
    OrderVersion,
    PeriodReward,
    PhoneClaim,
    PhoneMark,
    PhonePepper,
    PollCursor,
    ReceiptClaim,
    ReceiptMatch,
    Rejection,
    RejectionFile,
    RerunJob,
    RerunRow,
    ShownOrder,
    TagDay,
    TagUpload,
    UploadPart,
)
from brands.models import (
    ApiKey,
    Brand,
    BrandContract,
    Deposit,
    Member,
    TopUpInvoice,
    UnclaimedTransfer,
)
from campaigns.models import (
    BudgetAlert,
    Campaign,
    CampaignTotals,
    CodeAlias,
    CodePool,
    Deal,
    ExternalCode,
    Guarantee,
    Invite,
    ParticipantGroup,
    Participation,
    ParticipationTerms,
    PromoCode,
    Task,
    TaskPost,
    Terms,
    TrackingLink,
    TrafficTag,
)
from compliance.models import BillingTerms, EInvoice, Invoice, InvoiceEntry, RegisterCheck
from core import clock
from core.audit.models import AuditEntry
from core.crypto import blind_index
from core.ids import uuid7
from core.notify.models import Message
from core.tenancy.context import acting_as
from influencers.models import (
    IIN_PURPOSE,
    Influencer,
    Payee,
    PayoutAccount,
    SocialProfile,
    TaxProfile,
)
from ledger.domain import accounts
from ledger.domain.drafts import JournalKind, draft
from ledger.models import (
    Account,
    Balance,
    Correction,
    Entry,
    Journal,
    ProofBlock,
    ProofDay,
    ProofLeaf,
)
from ledger.services import journal_post
from payouts.models import (
    BankFile,
    BankStatement,
    DebtWriteOff,
    Outlay,
    Payout,
    PayoutBatch,
    PayoutLine,
    PayoutNetting,
    PayoutStop,
    PayoutTaxLine,
    Refund,
    StatementLayout,
    StatementRow,
)
from tests.cast import Party

TODAY = date(2026, 11, 20)
IINS = {"tulpar": "900101400013", "sauran": "920502450033"}
Rows = dict[str, models.Model]


def rows_make(party: Party, maker: int) -> Rows:
    """{table, or "table (whose)": row}. `maker` is somebody of ops."""
    with acting_as(system="test data"):
        rows = [
            *brand_rows(party, maker),
            *invoice_rows(party, maker),
            *influencer_rows(party),
            *campaign_rows(party),
            *order_rows(party),
            *click_rows(party),
            *payout_rows(party, maker),
            *core_rows(party),
        ]
        named = {row._meta.db_table: row for row in rows}
        return named | audit_rows(party) | ledger_rows(party) | proof_rows(party)


def columns(row: models.Model) -> dict[str, Any]:
    """The row as PostgreSQL gets it."""
    return {
        field.column: field.get_db_prep_save(getattr(row, field.attname), connection)
        for field in row._meta.concrete_fields
        if not field.generated
    }


def brand_rows(party: Party, maker: int) -> list[models.Model]:
    return [
        Brand.objects.get(pk=party.brand),
        Member.objects.get(brand_id=party.brand, role="analyst"),
        BrandContract.objects.get(brand_id=party.brand),
        Deposit.objects.create(
            brand_id=party.brand,
            bank_reference=f"D-{party.slug}",
            amount_minor=1_000_00,
            received_on=TODAY,
            booked_by_id=maker,
        ),
        TopUpInvoice.objects.create(
            brand_id=party.brand,
            year=2026,
            serial=party.brand,
            amount_minor=1_00,
            issued_on=TODAY,
            issued_by_id=maker,
        ),
        UnclaimedTransfer.objects.create(
            bank_reference=f"U-{party.slug}",
            received_on=TODAY,
            amount_minor=1_00,
            payer_name="Payer",
            payer_tax_id=IINS[party.slug],
            payer_iban="KZ41722C000000000001",
            purpose="Top-up",
            ground="nothing",
        ),
        ApiKey.objects.create(
            brand_id=party.brand,
            name="shop",
            prefix="birge_abcdef",
            sha256=party.slug.ljust(64, "0"),
            scopes=["orders:write"],
        ),
    ]


def invoice_rows(party: Party, maker: int) -> list[models.Model]:
    issued = {
        "brand_id": party.brand,
        "state": Invoice.State.ISSUED,
        "dealing": "agent",
        "segment_on": TODAY,
        "period_from": TODAY,
        "period_to": TODAY,
        "turnover_on": TODAY,
        "issued_on": TODAY,
        "year": 2026,
        "sequence": party.brand,
        "lines": [],
        "net_minor": 300_00,
        "vat_minor": 48_00,
    }
    invoice = Invoice.objects.create(kind=Invoice.Kind.INVOICE, series="F", **issued)
    note = Invoice.objects.create(
        kind=Invoice.Kind.CREDIT_NOTE, series="C", credits=invoice, **issued
    )
    entry = InvoiceEntry.objects.create(
        invoice=invoice,
        brand_id=party.brand,
        journal_id=party.brand,
        conversion_id=1,
        campaign_id=party.campaign,
        is_return=False,
        vat_bps=1600,
        reward_minor=2_000_00,
        fee_minor=300_00,
        vat_minor=48_00,
    )
    einvoice = EInvoice.objects.create(invoice=note, brand_id=party.brand, due_on=TODAY)
    terms = BillingTerms.objects.create(brand_id=party.brand, valid_from=TODAY, entered_by_id=maker)
    return [note, entry, einvoice, terms]


def influencer_rows(party: Party) -> list[models.Model]:
    mine = {"influencer_id": party.influencer}
    return [
        Influencer.objects.get(pk=party.influencer),
        SocialProfile.objects.create(network="tiktok", handle=party.slug, followers=9_000, **mine),
        Payee.objects.create(
            full_name="Aliya Test",
            iin=IINS[party.slug],
            iin_index=blind_index(IINS[party.slug], purpose=IIN_PURPOSE),
            iin_last4=IINS[party.slug][-4:],
            email="aliya@people.example",
            **mine,
        ),
        TaxProfile.objects.create(status="individual_gph", valid_from=TODAY, **mine),
        PayoutAccount.objects.create(
            holder_name="Aliya Test",
            iban="KZ41722C000000000001",
            iban_last4="0001",
            bank_bic="CASPKZKA",
            usable_from=clock.now() + timedelta(hours=72),
            **mine,
        ),
        RegisterCheck.objects.create(
            register="kgd", question="entrepreneur", answer="no", raw="{}", **mine
        ),
    ]


def campaign_rows(party: Party) -> list[models.Model]:
    code = ExternalCode.objects.create(
        participation_id=party.participation,
        campaign_id=party.campaign,
        brand_id=party.brand,
        influencer_id=party.influencer,
        kind="wb_substitute_article",
        value="123456",
    )
    totals, _is_new = CampaignTotals.objects.get_or_create(
        campaign_id=party.campaign, defaults={"brand_id": party.brand}
    )
    pool = CodePool.objects.create(
        campaign_id=party.campaign,
        brand_id=party.brand,
        influencer_id=party.influencer,
        participation_id=party.participation,
        name="Stories",
    )
    alias = CodeAlias.objects.create(
        brand_id=party.brand,
        influencer_id=party.influencer,
        code_id=party.code,
        kind="layout",
        text="ЙЦУ",
        skeleton="ЙЦY",
    )
    invite = Invite.objects.create(
        campaign_id=party.campaign,
        brand_id=party.brand,
        influencer_id=party.influencer,
        expires_at=clock.now() + timedelta(days=14),
    )
    return [
        invite,
        ParticipantGroup.objects.create(
            campaign_id=party.campaign, brand_id=party.brand, name="Top"
        ),
        code,
        totals,
        pool,
        alias,
        BudgetAlert.objects.create(
            campaign_id=party.campaign, brand_id=party.brand, level_percent=70, budget_minor=1
        ),
        Guarantee.objects.create(
            campaign_id=party.campaign,
            brand_id=party.brand,
            influencer_id=party.influencer,
            participation_id=party.participation,
            month=clock.today().replace(day=1),
            amount_minor=1,
            fee_minor=0,
            vat_minor=0,
        ),
        Campaign.objects.get(pk=party.campaign),
        Terms.objects.get(pk=party.terms),
        Participation.objects.get(pk=party.participation),
        ParticipationTerms.objects.create(
            participation_id=party.participation,
            campaign_id=party.campaign,
            brand_id=party.brand,
            influencer_id=party.influencer,
            terms_id=party.terms,
            number=1,
            since=clock.now(),
            is_cut=False,
        ),
        TrackingLink.objects.get(pk=party.link),
        PromoCode.objects.get(pk=party.code),
        TrafficTag.objects.create(brand_id=party.brand, platform="ozon", start="vendor_org_42_"),
        *deal_rows(party),
    ]


def deal_rows(party: Party) -> list[models.Model]:
    both = {"brand_id": party.brand, "influencer_id": party.influencer}
    joined = {"campaign_id": party.campaign, "participation_id": party.participation}
    deal = Deal.objects.create(
        place="instagram",
        post_count=1,
        post_minor=1,
        fee_bps=1_500,
        vat_bps=1_600,
        brief="Show it",
        due_on=TODAY,
        review_days=1,
        answer_until=clock.now(),
        offered_by_id=1,
        **both,
        **joined,
    )
    task = Task.objects.create(deal=deal, number=1, amount_minor=1, due_on=TODAY, **both, **joined)
    post = TaskPost.objects.create(
        task=task, number=1, url="https://instagram.com/p/1", picture=b"1", **both
    )
    return [deal, task, post]


def order_rows(party: Party) -> list[models.Model]:
    mine = {"brand_id": party.brand}
    now = clock.now()
    shop = Connection.objects.create(source="woocommerce", name="shop", secrets="[]", **mine)
    event = InboundEvent.objects.create(
        connection=shop,
        source=shop.source,
        endpoint="webhook",
        event_key="1",
        trust="signed",
        body=b"{}",
        body_sha256="0" * 64,
        **mine,
    )
    order = Order.objects.create(
        connection=shop,
        source=shop.source,
        external_id=f"KZ-{party.slug}",
        number=f"KZ-{party.slug}",
        status="paid",
        raw_status="processing",
        currency="KZT",
        trust="signed",
        placed_at=now,
        source_updated_at=now,
        **mine,
    )
    line = OrderLine.objects.create(
        order=order, line_id="1", name="Alma", quantity=1, amount_minor=20_000_00, **mine
    )
    upload = OrderUpload.objects.create(
        connection=shop, name="orders.xlsx", content=b"", uploaded_by_id=1, **mine
    )
    job = RerunJob.objects.create(
        campaign_id=party.campaign, why="The link counts", started_by_id=1, **mine
    )
    return [
        job,
        RerunRow.objects.create(
            job=job,
            order=order,
            line=line,
            order_number=order.number,
            placed_at=now,
            change="moved",
            before_minor=100,
            after_minor=90,
            rule="click_wins",
            **mine,
        ),
        ClickWord.objects.create(
            click_id=uuid7(),
            clicked_at=now,
            influencer_id=party.influencer,
            why="Our customer",
            **mine,
        ),
        shop,
        event,
        order,
        line,
        PollCursor.objects.create(connection=shop, endpoint="orders", **mine),
        upload,
        UploadPart.objects.create(upload=upload, number=0, content=b"[]", **mine),
        TagDay.objects.create(
            connection=shop,
            source=shop.source,
            tag=f"vendor_org_42_birge-{party.token}",
            day_on=TODAY,
            visits=7,
            currency="RUB",
            source_updated_at=now,
            participation_id=party.participation,
            campaign_id=party.campaign,
            influencer_id=party.influencer,
            **mine,
        ),
        TagUpload.objects.create(
            connection=shop,
            name="traffic.xlsx",
            content=b"{}",
            rows_count=0,
            uploaded_by_id=1,
            **mine,
        ),
        ShownOrder.objects.create(
            connection=shop,
            external_id="9001",
            number="9001",
            placed_on=TODAY,
            placed_at=now,
            **mine,
        ),
        OrderVersion.objects.create(
            order=order,
            event=event,
            number=1,
            status="paid",
            raw_status="processing",
            source_updated_at=now,
            is_applied=True,
            snapshot={},
            **mine,
        ),
        IdempotentCall.objects.create(key="1", fingerprint="0" * 64, status=202, answer={}, **mine),
        LineMove.objects.create(
            connection=shop,
            event=event,
            order_external_id="9001",
            line_id="1",
            move_id="return:1",
            kind="return",
            quantity=1,
            source_updated_at=now,
            **mine,
        ),
        LateEvidence.objects.create(
            connection=shop,
            event=event,
            order_external_id=order.external_id,
            line_id="1",
            kind="wb_substitute_article",
            value="123456",
            occurred_at=now,
            **mine,
        ),
        CashRegister.objects.create(
            connection=shop, number=f"01010123{party.brand:04}", shop="Abai 10", **mine
        ),
        *receipt_rows(party, shop, order, now),
        *phone_rows(party, shop, now),
        lift_row(party),
        *conversion_rows(party, order, line),
        *leak_rows(party, order),
    ]


def receipt_rows(party: Party, shop: Connection, order: Order, now: Any) -> list[models.Model]:
    claim = ReceiptClaim.objects.create(
        connection=shop,
        participation_id=party.participation,
        influencer_id=party.influencer,
        family="wofd",
        register=f"01010123{party.brand:04}",
        sign="0123456789",
        shop="Abai 10",
        total_minor=12_300_00,
        sold_at=now,
        consent_version=1,
        brand_id=party.brand,
    )
    match = ReceiptMatch.objects.create(
        brand_id=party.brand,
        claim=claim,
        influencer_id=party.influencer,
        receipt_order=order,
        order=order,
        state="open",
    )
    return [claim, match]


def leak_rows(party: Party, order: Order) -> list[models.Model]:
    mine = {
        "brand_id": party.brand,
        "campaign_id": party.campaign,
        "participation_id": party.participation,
        "influencer_id": party.influencer,
        "code_id": party.code,
    }
    use = CodeUse.objects.create(order=order, at=clock.now(), is_clicked=False, **mine)
    finding = CodeFinding.objects.create(signal="cold", figures={}, since_at=clock.now(), **mine)
    return [use, finding, CodeWatch.objects.create()]


def lift_row(party: Party) -> LiftReport:
    return LiftReport.objects.create(
        brand_id=party.brand,
        campaign_id=party.campaign,
        source="kaspi",
        on_by="hand",
        first_on=TODAY,
        last_on=TODAY,
        cells=[],
        result={},
    )


def phone_rows(party: Party, shop: Connection, now: Any) -> list[models.Model]:
    mine: dict[str, Any] = {"brand_id": party.brand}
    return [
        PhonePepper.objects.create(number=1, secret=bytes(32), **mine),
        PhoneMark.objects.create(
            connection=shop,
            order_external_id="1",
            pepper_number=1,
            phone_index="0" * 64,
            placed_at=now,
            **mine,
        ),
        PhoneClaim.objects.create(
            participation_id=party.participation,
            influencer_id=party.influencer,
            pepper_number=1,
            phone_index="0" * 64,
            phone_end="01",
            code_id=party.code,
            consent_version=1,
            consent_language="kk",
            consent_sha256="0" * 64,
            claimed_at=now,
            counts_until=now,
            erase_at=now,
            **mine,
        ),
    ]


def conversion_rows(party: Party, order: Order, line: OrderLine) -> list[models.Model]:
    both = {"brand_id": party.brand, "influencer_id": party.influencer}
    joined = {"participation_id": party.participation, "order": order}
    decision = Decision.objects.create(
        line=line, brand_id=party.brand, number=1, grade="B", rule="only_code", trace=[], **joined
    )
    conversion = Conversion.objects.create(
        line=line,
        decision=decision,
        campaign_id=party.campaign,
        terms_id=party.terms,
        grade="B",
        source=order.source,
        order_number=order.number,
        product_name=line.name,
        status="pending",
        base_minor=20_000_00,
        commission_minor=2_000_00,
        ordered_at=order.placed_at,
        **joined,
        **both,
    )
    rejection = Rejection.objects.create(
        conversion=conversion,
        reason_code=19,
        note="Coupon site",
        lost_minor=2_000_00,
        door="page",
        rejected_by_id=1,
        undo_until=clock.now(),
        answer_until=clock.now(),
        **both,
    )
    return [
        decision,
        conversion,
        PeriodReward.objects.create(
            campaign_id=party.campaign,
            participation_id=party.participation,
            month=clock.today().replace(day=1),
            kind="bonus",
            orders=1,
            earned_minor=1,
            amount_minor=1,
            state="awaiting_funding",
            **both,
        ),
        rejection,
        LateReturn.objects.create(
            conversion=conversion,
            order_version=1,
            kept_base_minor=10_000_00,
            returned_at=clock.now(),
            state="loss",
            **both,
        ),
        RejectionFile.objects.create(
            rejection=rejection,
            side="brand",
            name="a.png",
            content_type="image/png",
            size=1,
            content=b"1",
            **both,
        ),
        Candidate.objects.create(
            decision=decision,
            kind="promo_code",
            evidence="CODE",
            grade="B",
            occurred_at=order.placed_at,
            verdict="decided",
            reason="only_code",
            **joined,
            **both,
        ),
        ConversionVersion.objects.create(
            conversion=conversion,
            number=1,
            status="pending",
            base_minor=20_000_00,
            commission_minor=2_000_00,
            cause="ordered",
            **both,
        ),
    ]


def click_rows(party: Party) -> list[models.Model]:
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT attribution_click_partitions_ensure(%s, 2)", [now.date()])
    mine = {
        "link_id": party.link,
        "campaign_id": party.campaign,
        "brand_id": party.brand,
        "influencer_id": party.influencer,
    }
    return [
        Click.objects.create(
            click_id=uuid7(),
            at=now,
            participation_id=party.participation,
            visitor=uuid7(),
            ip_network="10.0.0.0",
            flags=0,
            **mine,
        ),
        ClickDaily.objects.create(day_on=now.date(), people=1, **mine),
        ClickHourly.objects.create(hour_at=now, people=1, **mine),
        ClickBreakdown.objects.create(day_on=now.date(), dimension="device", value="1", **mine),
        DrainOffset.objects.create(stream=f"clicks {party.slug}", epoch="1", last_id="1-0"),
        ClickQuarantine.objects.create(
            line_sha256=party.slug.ljust(64, "0"), line=b"?", reason="not a click"
        ),
    ]


def payout_rows(party: Party, maker: int) -> list[models.Model]:
    amounts = {"gross_minor": 2_000_00, "tax_minor": 200_00, "net_minor": 1_800_00}
    batch = PayoutBatch.objects.create(
        rail="bank_file", paid_on=TODAY, payout_count=1, created_by_id=maker, **amounts
    )
    payout = Payout.objects.create(
        batch=batch,
        influencer_id=party.influencer,
        rail_key=f"P-{party.slug}",
        tax_status="individual_gph",
        rules_hash="0" * 64,
        payee_name="Aliya Test",
        payee_iin=IINS[party.slug],
        iban="KZ41722C000000000001",
        iban_last4="0001",
        bank_bic="CASPKZKA",
        paid_on=TODAY,
        **amounts,
    )
    statement = BankStatement.objects.create(
        name="statement.txt",
        sha256=party.slug.ljust(64, "0"),
        content=b"1CClientBankExchange",
        row_count=1,
        uploaded_by_id=maker,
    )
    row = StatementRow.objects.create(
        statement=statement,
        number=1,
        document_number="1",
        is_outgoing=True,
        amount_minor=1_800_00,
        booked_on=TODAY,
        outcome="unmatched",
        party_name="Payer",
        party_tax_id=IINS[party.slug],
        party_iban="KZ41722C000000000001",
        purpose="Top-up",
    )
    return [
        batch,
        payout,
        statement,
        PayoutLine.objects.create(
            payout=payout,
            influencer_id=party.influencer,
            brand_id=party.brand,
            conversion=Conversion.objects.get(brand_id=party.brand),
            amount_minor=2_000_00,
        ),
        PayoutNetting.objects.create(
            payout=payout,
            influencer_id=party.influencer,
            brand_id=party.brand,
            campaign_id=party.campaign,
            conversion=Conversion.objects.get(brand_id=party.brand),
            amount_minor=100,
        ),
        DebtWriteOff.objects.create(
            conversion=Conversion.objects.get(brand_id=party.brand),
            influencer_id=party.influencer,
            brand_id=party.brand,
            amount_minor=100,
            reason="gone",
            created_by_id=maker,
        ),
        PayoutTaxLine.objects.create(
            payout=payout,
            influencer_id=party.influencer,
            kind="ipn",
            base_minor=2_000_00,
            rate_bps=1_000,
            amount_minor=200_00,
        ),
        BankFile.objects.create(batch=batch, name="p.txt", content=b"1C", sha256="0" * 64),
        row,
        Outlay.objects.create(
            row=row, kind="ipn", amount_minor=200_00, reason="test", created_by_id=maker
        ),
        Refund.objects.create(
            brand_id=party.brand,
            rail_key=f"RF-{party.slug}",
            amount_minor=1_00,
            payee_name="Payer",
            payee_tax_id=IINS[party.slug],
            iban="KZ41722C000000000001",
            iban_last4="0001",
            bank_bic="CASPKZKA",
            requested_by_id=maker,
            state="cancelled",
            content=b"1C",
        ),
        StatementLayout.objects.create(
            titles_sha256=party.slug.ljust(64, "0"), columns={}, chosen_by_id=maker
        ),
        PayoutStop.objects.create(check_name=party.slug[:6], findings=["test"]),
    ]


def core_rows(party: Party) -> list[models.Model]:
    message = Message.objects.create(
        kind="test", email="a@x.example", subject="s", body="b", dedupe_key=party.slug
    )
    return [message]


def audit_rows(party: Party) -> Rows:
    """Brands are let by the brand, influencers and visitors by the actor."""
    actors = {"brand": "brand:1", "influencer": f"influencer:{party.influencer}"}
    rows: Rows = {}
    for whose, actor in (*actors.items(), ("public", "public:/kk/")):
        entry = AuditEntry(
            actor=actor,
            origin=actor,
            action="test",
            object_type="test",
            object_id="1",
            brand_id=party.brand if whose == "brand" else None,
        )
        entry.save(force_insert=True)
        rows[f"audit_auditentry ({whose})"] = entry
    return rows


def ledger_rows(party: Party) -> Rows:
    """A deposit, and money of the influencer that came from nowhere."""
    free, hold = accounts.brand_free(party.brand), accounts.influencer_hold(party.influencer)
    legs = {accounts.bank(): -300, free: 100, hold: 200}
    posted = draft(JournalKind.DEPOSIT, f"test {party.slug}", legs)
    journal_id = journal_post(posted, occurred_at=clock.now())
    rows: Rows = {"ledger_journal": Journal.objects.get(pk=journal_id)}
    rows["ledger_correction"] = Correction.objects.create(
        journal_id=journal_id, reason="test", maker_id=1
    )
    for whose, ref in (("brand", free), ("influencer", hold)):
        account = Account.objects.get(code=ref.code)
        rows[f"ledger_account ({whose})"] = account
        rows[f"ledger_entry ({whose})"] = Entry.objects.get(account=account)
        rows[f"ledger_balance ({whose})"] = Balance.objects.get(account=account)
    return rows


def proof_rows(party: Party) -> Rows:
    """A published day with a record of both sides, and one of the influencer alone."""
    day_on = TODAY + timedelta(days=party.brand)
    day = ProofDay.objects.create(
        day_on=day_on, leaves=2, root="0" * 64, previous=party.slug, signature="", key=""
    )
    block = ProofBlock.objects.create(day_on=day_on, number=0, root=b"", hashes=b"")
    mine = {"day_on": day_on, "influencer_id": party.influencer, "record": "{}"}
    both = ProofLeaf.objects.create(
        position=0, kind="conversion", subject_id=party.brand, brand_id=party.brand, **mine
    )
    summary = ProofLeaf.objects.create(
        position=1, kind="summary", subject_id=party.influencer, **mine
    )
    rows: Rows = {"ledger_proofday": day, "ledger_proofblock": block}
    return rows | {"ledger_proofleaf (brand)": both, "ledger_proofleaf (influencer)": summary}
