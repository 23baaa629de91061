"""The influencer's portal."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from exchange.web.formatting import day_short, days_text, moment_short, percent_text
from exchange.web.pages import portal
from exchange.web.pages.common import (
    Choice,
    Fact,
    MoneyStrip,
    Stage,
    Stat,
    Step,
    Sum,
    Task,
)
from exchange.web.pages.payouts import (
    AccountLine,
    Payout,
    PayoutRow,
    Payouts,
    PayoutShare,
    Setup,
    SetupStep,
)
from exchange.web.sale_words import sale_hint
from exchange.web.samples import common, deals, guarantees, invites
from exchange.web.samples.links import LINKS


def earnings() -> list[portal.EarningRow]:
    rows = [
        ("Төсек жиыны, 2 орынды", "Тоқыма Үйі", 13, 157_437, "on_hold"),
        ("С дәрумені бар сарысу", "Nur Skin", 2, 106_800, "pending"),
        ("Жүн көрпе", "Тоқыма Үйі", 23, 209_300, "approved"),
        ("Бет күтімі жинағы", "Nur Skin", 28, 226_800, "payable"),
        ("Балалар пижамасы", "Qozy Kids", 39, 74_900, "paid"),
        ("Сүлгілер, 4 дана", "Тоқыма Үйі", 41, -62_930, "reversed"),
        ("Қысқы жинақ", "Nur Skin", 3, 98_000, "awaiting_funding"),
    ]
    return [
        portal.EarningRow("#", title, brand, common.day_ago(days), minor, status)
        for title, brand, days, minor, status in rows
    ]


def payable(state: str = "ready", reason: str = "") -> portal.Payable:
    why = _("The law asks us to withhold pension, social and medical contributions and income tax.")
    return portal.Payable(
        state=state,  # type: ignore[arg-type]
        minor=0 if state == "none" else 8_635_000,
        net_minor=6_489_200 if state == "ready" else None,
        pays_on=common.day_ahead(6),
        reason=reason,
        url="#",
        tax_why=why,
    )


def home() -> portal.Home:
    return portal.Home(
        name="Айгерім",
        payable=payable(),
        strip=common.strip(),
        links=list(LINKS),
        links_total=5,
        stats=common.stats(),
        periods=common.periods(),
        earnings=earnings(),
        chart=common.chart(),
        earned_minor=12_741_000,
        per_click_minor=5_932,
    )


def home_setup() -> portal.Home:
    task = Task(
        "hold",
        "shield-check",
        _("Second step is off"),
        _("Off. With it, a stolen password alone opens nothing. Needed for actions with money."),
        "#",
        _("Turn on"),
    )
    return replace(home(), payable=payable("setup"), task=task, strip=common.strip(104_862_000))


def home_empty() -> portal.Home:
    zero = MoneyStrip([Stage(s, 0) for s in ("on_hold", "approved", "payable", "paid")])
    return portal.Home("Айгерім", payable("none"), zero, [], 0, [], [], [])


def cards() -> list[portal.CampaignCard]:
    return [
        portal.CampaignCard(
            "#", "Жылы үй", "Тоқыма Үйі", percent_text(700), 30, 21, per_sale_minor=125_000,
            basket_minor=1_790_000, approval_bps=9600, pay_days=24, ends_on=common.day_ahead(40),
            is_verified=True, is_funded=True,
        ),
        portal.CampaignCard(
            "#", "Қысқы күтім", "Nur Skin", percent_text(1200), 30, 21, state="joined",
            per_sale_minor=107_000,
            basket_minor=890_000, approval_bps=9300, pay_days=26,
            link_url="https://birge.example/c/n4qs", is_verified=True, is_funded=True,
        ),
        portal.CampaignCard(
            "#", "Мектеп формасы және аяқкиім жиынтығы", "Qozy Kids",
            percent_text(650), 14, 14, state="applied",
            is_verified=True, is_funded=True,
        ),
        portal.CampaignCard(
            "#", "Дала кофесі", "Dala Qahva", percent_text(800), 30, 21, is_verified=True
        ),
    ]  # fmt: skip


def campaigns() -> portal.Campaigns:
    choices = [
        Choice(_("New"), "#", is_current=True),
        Choice(_("Highest reward"), "#"),
        Choice(_("Shortest hold"), "#"),
    ]
    return portal.Campaigns(cards(), choices, invited=[invites.invited()], deals=deals.waiting())


def campaigns_none() -> portal.Campaigns:
    return portal.Campaigns([], [], query="сағат", is_filtered=True, clear_url="#")


def campaign() -> portal.Campaign:
    return portal.Campaign(
        card=cards()[0],
        policy=common.POLICY,
        facts=[
            Fact(_("Reward"), percent_text(700)),
            Fact(_("Counted from"), _("goods after discounts, without delivery")),
            Fact(_("Window"), days_text(30)),
            Fact(_("Hold period"), days_text(21)),
            Fact(_("Evidence"), "A, B, D"),
            Fact(_("Until"), day_short(common.day_ahead(40))),
        ],
        join_url="#",
        back_url="#",
        description="Жүн көрпе, төсек жиыны, сүлгі. Алматыда тігіледі.",
        budget_minor=150_000_000,
        budget_left_minor=128_400_000,
        requirements=[
            portal.Requirement("Жазылушы саны: кемінде 5 000", "Сізде 18 400", True),
            portal.Requirement("Контент тілі: қазақша", "Профильде көрсетілген", True),
        ],
        brand_facts=[Stat(_("Approved"), "96%"), Stat(_("Rejected"), "4%")],
        guarantees=[guarantees.card()],
    )


def campaign_queue() -> portal.Campaign:
    """All places are taken, and the reader waits; one requirement is not met any more."""
    waiting = portal.Requirement(
        "Салық мәртебесі: жеке кәсіпкер", "Әлі айтылмаған", False, "#", _("Details for payouts")
    )
    shown = campaign()
    return replace(
        shown,
        card=replace(cards()[1], state="applied"),
        leave_url="#",
        is_full=True,
        queue_place=3,
        requirements=[*shown.requirements, waiting],
    )


def campaign_invited() -> portal.Campaign:
    """A campaign by invitation, to which the brand has invited the reader by name."""
    return replace(
        campaign(),
        card=replace(cards()[0], state="open"),
        leave_url="",
        is_invited=True,
        is_invited_by_name=True,
        decline_url="#",
    )


def leaving() -> portal.Leaving:
    return portal.Leaving(
        title="Жылы үй",
        brand_name="Тоқыма Үйі",
        action_url="#",
        back_url="#",
        is_application=False,
        waiting_minor=8_635_000,
        approved_minor=12_345_600,
        lost=[guarantees.card().title],
    )


def statuses() -> list[Choice]:
    return [
        Choice(_("All"), "#", is_current=True, count=96),
        Choice(_("On the way"), "#", count=12),
        Choice(_("On hold"), "#", count=31),
        Choice(_("Approved"), "#", count=44),
        Choice(_("Paid"), "#", count=7),
        Choice(_("Reversed"), "#", count=2),
    ]


def earning_list() -> portal.Earnings:
    pager = common.pager("1–7 / 96")
    months = [common.month("Жылы үй")]
    return portal.Earnings(
        earnings(),
        statuses(),
        common.strip(),
        pager=pager,
        months=months,
        guarantees=[guarantees.card(url="#")],
        fees=deals.fees(),
    )


def earning() -> portal.Earning:
    return portal.Earning(
        title="Төсек жиыны, 2 орынды",
        brand_name="Тоқыма Үйі",
        campaign_title="Жылы үй",
        order_ref="TY-48213",
        minor=157_437,
        status="on_hold",
        hint=sale_hint("on_hold", on=common.day_ahead(11)),
        steps=common.steps(),
        trace=common.trace(),
        sums=common.sums(),
        after_tax=[
            Sum(_("Taxes and contributions"), -39_100, approx=True, why=payable().tax_why),
            Sum(_("You receive"), 118_337, approx=True),
        ],
        proof=portal.Proof(
            [
                portal.ProofRow(common.day_ago(1), "on_hold", 157_437, "#", "#"),
                portal.ProofRow(common.day_ago(3), "pending", 157_437, "#", "#"),
            ]
        ),
        back_url="#",
    )


def tax_sums() -> list[Sum]:
    law = _("The law asks us to withhold it and to transfer it for you.")
    return [
        Sum(_("Rewards"), 8_635_000, strong=True),
        Sum(_("Pension contribution"), -863_500, note="10%", why=law, line=True),
        Sum(_("Social contribution"), -388_600, note="5%", why=law, line=True),
        Sum(_("Medical insurance"), -172_700, note="2%", why=law, line=True),
        Sum(_("Income tax"), -721_000, note="10%", why=law, line=True),
        Sum(_("You receive"), 6_489_200, line=True, strong=True),
    ]


def payouts() -> Payouts:
    return Payouts(
        payable=payable("held", "account_new"),
        strip=common.strip(),
        sums=tax_sums(),
        rows=[
            PayoutRow("#", common.day_ago(7), "Kaspi Bank ·· 0001", 9_871_000, "paid"),
            PayoutRow(
                "#", common.day_ago(14), "Halyk Bank ·· 8812", 1_230_000, "returned",
                _("The account holder's name did not match."), "#", _("Fix the account"),
            ),
            PayoutRow("#", common.day_ago(21), "Kaspi Bank ·· 0001", 6_278_500, "unknown"),
        ],
        account=AccountLine("Kaspi Bank ·· 0001", "Айгерім С.", "checking", "#"),
    )  # fmt: skip


def payout() -> Payout:
    return Payout(
        number="2026-11-00014",
        minor=6_489_200,
        status="accepted",
        hint=_("The bank took the payout and will answer."),
        account_text="Kaspi Bank ·· 0001",
        tax_status="individual_gph",
        sums=tax_sums(),
        steps=[
            Step("payout_created", "done", moment_short(common.ago(hours=30))),
            Step("payout_approved", "done", moment_short(common.ago(hours=26))),
            Step("payout_sent", "now", moment_short(common.ago(hours=25))),
            Step("payout_paid", "later"),
        ],
        shares=[
            PayoutShare("Тоқыма Үйі", 38, 5_420_000),
            PayoutShare("Nur Skin", 16, 3_215_000),
        ],
        sales=earnings()[3:5],
        back_url="#",
    )


def setup(now: str = "iin") -> Setup:
    keys = ["iin", "tax", "register", "account"]
    at = keys.index(now) if now in keys else len(keys)
    said = ["Сәбитова А. Н., 90••••••0012", _("Individual, civil-law contract"), "", ""]
    steps = [
        SetupStep(
            key,  # type: ignore[arg-type]
            "done" if index < at else "now" if index == at else "later",
            said[index],
            "#" if index < at else "",
        )
        for index, key in enumerate(keys)
    ]
    return Setup(
        steps,
        "#",
        answer="unknown",
        answer_text=_("The state register has not answered yet. We ask it again by ourselves."),
        checked_at=common.ago(minutes=4),
        recheck_url="#",
        back_url="#",
    )


def profile() -> portal.Profile:
    return portal.Profile("Айгерім Сәбитова", "aigerim@birge.example", "#", "#", 2, 4)
