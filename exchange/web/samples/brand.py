"""The brand's workplace."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext as _

from campaigns.domain.sale_cost import sale_cost
from exchange.web.brand.budget_words import budget_note
from exchange.web.formatting import (
    day_short,
    days_text,
    money_text,
    percent_text,
)
from exchange.web.pages import brand
from exchange.web.pages.common import Choice, Coming, Fact, Stat, Sum, Term
from exchange.web.pages.orders import Order, OrderLine, OrderRow, Orders, Version
from exchange.web.sale_words import reason_name, sale_hint
from exchange.web.samples import common, proofs, totals
from exchange.web.samples.people import participants
from exchange.web.words import ROLES


def side() -> brand.Side:
    return brand.Side(
        "Тоқыма Үйі", "toqyma", 24_000_000, orders_waiting=17, connections_failing=1,
        runway_days=9, may_pay=True, others=[("Nur Skin", "#")],
    )  # fmt: skip


def campaign_rows() -> list[brand.CampaignRow]:
    def row(title: str, status: str, bps: int, *figures: int) -> brand.CampaignRow:
        return brand.CampaignRow("#", title, status, percent_text(bps), *figures)

    return [
        row("Жылы үй", "live", 700, 14, 412, 51_600_000, 150_000_000, 21_600_000),
        row("Мектепке дайындық", "paused", 900, 6, 71, 9_800_000, 9_900_000, 9_800_000),
        row("Наурыз жинағы", "draft", 800, 0, 0, 0, 60_000_000, 0),
    ]  # fmt: skip


def overview() -> brand.Overview:
    return brand.Overview(
        status="verified",
        free_minor=24_000_000,
        reserved_minor=138_742_150,
        funnel=[
            brand.FunnelStep(_("Clicks"), 21_480),
            brand.FunnelStep(_("Orders"), 966, 450),
            brand.FunnelStep(_("Received"), 812, 8400),
            brand.FunnelStep(_("Approved"), 640, 7880),
        ],
        stats=[
            Stat(_("Sales"), "14 820 400 ₸"),
            Stat(_("Rewards"), "1 037 428 ₸"),
            Stat(_("Cost of sales"), "8,2%"),
            Stat(_("Returns"), "6%"),
        ],
        periods=common.periods(),
        campaigns=campaign_rows(),
        top_up_url="#",
        orders_url="#",
        campaign_new_url="#",
        connect_url="#",
        is_connected=True,
        may_edit=True,
        checks=17,
        checks_due_at=common.ahead(hours=46, minutes=20),
        runway_days=9,
    )


def overview_new() -> brand.Overview:
    return replace(
        overview(), status="in_review", is_connected=False, campaigns=[], checks=0, free_minor=0,
        reserved_minor=0, runway_days=None,
    )  # fmt: skip


def campaigns() -> brand.Campaigns:
    choices = [
        Choice(_("All"), "#", is_current=True, count=3),
        Choice(_("Live"), "#", count=1),
        Choice(_("Drafts"), "#", count=1),
    ]
    text = "A code of one campaign and a link of another: the promo code wins."
    return brand.Campaigns(
        campaign_rows(), choices, "#", may_edit=True, policy_url="#", policy_text=text
    )


def campaign_form() -> brand.CampaignForm:
    cost = sale_cost(
        common.POLICY.commission,
        basket_minor=1_790_000,
        budget_minor=150_000_000,
        fee_bps=1_500,
        vat_bps=1_600,
    )
    return brand.CampaignForm("#", "#", 1500, 1600, common.POLICY, cost, ("buyers", "month"))


def terms_form() -> brand.TermsForm:
    form = campaign_form()
    return brand.TermsForm(
        action_url="#",
        back_url="#",
        title="Жылы үй",
        fee_bps=form.fee_bps,
        vat_bps=form.vat_bps,
        basket_text="17900",
        policy=form.policy,
        cost=form.cost,
        heading=_("Change the terms"),
        button=_("Change the terms"),
        open_folds=("month",),
    )


def group_form() -> brand.TermsForm:
    made = _("Make the group")
    return replace(terms_form(), of="new_group", heading=_("New group"), button=made)


def reserve() -> list[Sum]:
    return [
        Sum(_("Budget for rewards"), 150_000_000),
        Sum(_("Birge fee"), 22_500_000, note="15%"),
        Sum(_("VAT"), 3_600_000, note="16%"),
        Sum(_("Total"), 176_100_000, line=True, strong=True),
    ]


def facts() -> list[Fact]:
    return [
        Fact(_("Reward"), percent_text(700)),
        Fact(_("Window"), days_text(30)),
        Fact(_("Hold period"), days_text(21)),
        Fact(_("Link leads to"), "toqyma.example/kollekcia"),
        Fact(_("Terms version"), "1"),
    ]


def campaign() -> brand.Campaign:
    people = participants()
    return brand.Campaign(
        title="Жылы үй",
        status="live",
        facts=facts(),
        totals=totals.choices(),
        policy=common.POLICY,
        months=[common.month("Айгерім С.")],
        coming=Coming(common.POLICY, common.day_ahead(30), 12),
        reserve=reserve(),
        participants=people,
        participants_total=len(people),
        people_url="#",
        rules_url="#",
        places="Алынған орын: 12/30",
        stats=[*common.stats(), Stat(_("Rewards"), "516 000 ₸", 700, True)],
        back_url="#",
        free_minor=24_000_000,
        top_up_url="#",
        spent_minor=110_000_000,
        budget_minor=150_000_000,
        pause_url="#",
        close_url="#",
        about="Жүн көрпе, төсек жиыны, сүлгі.",
        add_budget=brand.SmallForm("#"),
        less_budget=brand.SmallForm("#"),
        less_hint=_("At most %(sum)s can go back; its fee and VAT go with it.")
        % {"sum": money_text(40_000_000)},
        budget_note=budget_note(150_000_000, 40_000_000, 0).text,
        budget_tone="hold",
    )


def campaign_draft() -> brand.Campaign:
    return replace(
        campaign(), status="draft", participants=[], stats=[], missing_minor=152_100_000,
        edit_url="#", pause_url="", close_url="", publish_url="#", add_budget=None,
        less_budget=None, budget_note="",
    )  # fmt: skip


def campaign_ready() -> brand.Campaign:
    return replace(campaign_draft(), missing_minor=0, free_minor=200_000_000)


def order_rows() -> list[OrderRow]:
    running = [
        ("WB 3107…8841", "wildberries", "Данияр О.", 223_300, "A", 46.0),
        ("TY-48144", "woocommerce", "Гүлнар Т.", 111_300, "B", 24 * 8.0),
        ("TY-48213", "woocommerce", "Айгерім С.", 157_437, "B", 24 * 11.0),
        ("TY-48190", "woocommerce", "Айгерім С.", 321_930, "A", -3.0),
    ]
    done = [
        ("TY-48101", "woocommerce", "Нұрсұлтан Ә.", 69_300, "B", "reversed", reason_name(16)),
        ("WB 3106…7710", "wildberries", "Меруерт Қ.", 159_600, "A", "approved", ""),
        ("TY-48022", "woocommerce", "Гүлнар Т.", 269_500, "B", "payable", ""),
        ("WB 3105…9034", "wildberries", "Данияр О.", 287_000, "A", "paid", ""),
        ("TY-48377", "woocommerce", "", 0, "", "unmatched", ""),
        ("TY-48380", "woocommerce", "Айгерім С.", 93_000, "A", "pending", ""),
    ]
    return [
        OrderRow(
            "#", ref, source, common.day_ago(12), name, minor, "on_hold", grade,
            sale_hint("on_hold", side="brand", on=common.ahead(hours=hours)),
            Term(common.ahead(hours=hours), common.ahead(hours=hours - 21 * 24)),
        )
        for ref, source, name, minor, grade, hours in running
    ] + [
        OrderRow(
            "#", ref, source, common.day_ago(19), name, minor, status, grade,
            decided=decided or day_short(common.day_ago(1)),
        )
        for ref, source, name, minor, grade, status, decided in done
    ]  # fmt: skip


def orders() -> Orders:
    return Orders(
        rows=order_rows(),
        choices=[
            Choice(_("All"), "#", is_current=True, count=1284),
            Choice(_("On the way"), "#", count=96),
            Choice(_("On hold"), "#", count=148),
            Choice(_("Approved"), "#", count=72),
            Choice(_("Reversed"), "#", count=31),
        ],
        csv_url="#",
        connect_url="#",
        checks=17,
        checks_due_at=common.ahead(hours=46),
        checks_url="#",
        sources=[Choice(_("All"), "#", is_current=True), Choice("WooCommerce", "#"),
                 Choice("Wildberries", "#")],
        pager=common.pager("1–10 / 1 284"),
    )  # fmt: skip


def orders_none() -> Orders:
    return Orders([], [], "#", "#")


def order() -> Order:
    return Order(
        ref="TY-48213",
        source="woocommerce",
        minor=157_437,
        status="on_hold",
        hint=sale_hint("on_hold", side="brand", on=common.day_ahead(11)),
        name="Айгерім С.",
        lines=[OrderLine("Төсек жиыны, 2 орынды", 1, "24 990 ₸")],
        steps=common.steps()[:5],
        trace=common.trace(),
        sums=[
            *common.sums(),
            Sum(_("Birge fee"), 23_616, note="15%"),
            Sum(_("VAT"), 3_779, note="16%"),
            Sum(_("Costs you"), 184_832, line=True, strong=True),
        ],
        versions=[Version(common.ago(days=13), "processing"),
                  Version(common.ago(days=10), "completed")],
        back_url="#",
        proofs=proofs.rows(),
    )  # fmt: skip


def team() -> brand.Team:
    return brand.Team(
        [
            brand.MemberRow("Гүлнар Төлеуова", "gulnar@toqyma.example", "owner", True, True),
            brand.MemberRow(
                "Ерлан Бек", "erlan@toqyma.example", "analyst", False, remove_url="#", role_url="#"
            ),
        ],
        "#",
        may_invite=True,
        roles=[(code, str(word)) for code, word in ROLES.items()],
    )
