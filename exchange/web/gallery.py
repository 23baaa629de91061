"""The gallery: every component in every state, and every page with invented content.

Only where settings.DEBUG or settings.DEMO: a place to look at, and what the axe test walks through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from exchange.web import words
from exchange.web.samples import (
    brand,
    clicks,
    code_policy,
    codes,
    common,
    deals,
    forms,
    guarantees,
    integrations,
    invites,
    invoices,
    leaks,
    lift,
    links,
    money,
    people,
    phones,
    portal,
    proofs,
    public,
    receipts,
    refunds,
    reruns,
    simulator,
    skus,
    statements,
    top_ups,
    traffic,
    uploads,
    verdicts,
    vouchers,
)

Make = Callable[[], Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """A template with its sample: the page, its form, and what the layout wants."""

    template: str
    page: Make | None = None
    form: Make | None = None
    section: str = ""
    forms: Callable[[], dict[str, Any]] | None = None  # of a page with several, by name

    def context(self) -> dict[str, Any]:
        context: dict[str, Any] = {"section": self.section}
        if self.page:
            context["page"] = self.page()
        if self.form:
            context["form"] = self.form()
        if self.forms:
            context |= self.forms()
        if self.template.startswith("brand/"):
            context["side"] = brand.side()
        return context


PAGES: Mapping[str, Shown] = {
    "landing": Shown("public/landing.html", public.landing),
    "start": Shown("public/start.html"),
    "proofs": Shown("public/proofs.html", public.proofs),
    "proofs-none": Shown("public/proofs.html", public.proofs_none),
    "receipt": Shown("public/receipt.html", receipts.claim, receipts.ReceiptForm),
    "receipt-refused": Shown("public/receipt.html", receipts.claim_refused, receipts.ReceiptForm),
    "receipt-state": Shown("public/receipt_state.html", receipts.claimed),
    "receipt-returned": Shown("public/receipt_state.html", receipts.claimed_returned),
    "receipt-phone": Shown("public/receipt.html", phones.both, receipts.ReceiptForm),
    "phone": Shown("public/receipt.html", phones.asked, receipts.ReceiptForm),
    "phone-refused": Shown("public/receipt.html", phones.refused, receipts.ReceiptForm),
    "phone-left": Shown("public/phone_left.html", phones.left),
    "phone-withdrawn": Shown("public/phone_left.html", phones.withdrawn),
    "phone-withdraw": Shown("public/phone_withdraw.html", phones.withdraw),
    "phone-withdraw-done": Shown("public/phone_withdraw.html", phones.withdraw_done),
    "receipt-over": Shown("public/receipt_over.html"),
    "home": Shown("portal/home.html", portal.home, section="home"),
    "home-setup": Shown("portal/home.html", portal.home_setup, section="home"),
    "home-empty": Shown("portal/home.html", portal.home_empty, section="home"),
    "onboarding": Shown("portal/onboarding.html", form=forms.Person),
    "campaigns": Shown("portal/campaigns.html", portal.campaigns, section="campaigns"),
    "campaigns-none": Shown("portal/campaigns.html", portal.campaigns_none, section="campaigns"),
    "campaign": Shown("portal/campaign.html", portal.campaign, section="campaigns"),
    "campaign-queue": Shown("portal/campaign.html", portal.campaign_queue, section="campaigns"),
    "campaign-invited": Shown("portal/campaign.html", portal.campaign_invited, section="campaigns"),
    "invitation-over": Shown("portal/invitation_over.html", invites.over, section="campaigns"),
    "campaign-leave": Shown("portal/leave.html", portal.leaving, section="campaigns"),
    "deals": Shown("portal/deals.html", deals.own, section="campaigns"),
    "deals-none": Shown("portal/deals.html", deals.own_none, section="campaigns"),
    "deal": Shown("portal/deal.html", deals.own_deal, section="campaigns"),
    "deal-offer": Shown("portal/deal.html", deals.own_offer, section="campaigns"),
    "link": Shown("portal/link.html", links.link_page, section="links"),
    "link-managed": Shown("portal/link.html", links.link_managed, section="links"),
    "link-form": Shown("portal/link_form.html", links.link_form, forms.refused_ending, "links"),
    "link-form-several": Shown(
        "portal/link_form.html", links.link_form_several, forms.Ending, "links"
    ),
    "link-form-open": Shown("portal/link_form.html", links.link_form_open, forms.Ending, "links"),
    "link-form-none": Shown("portal/link_form.html", links.link_form_none, forms.Ending, "links"),
    "link-form-refused": Shown(
        "portal/link_form.html", links.link_form_refused, forms.Ending, "links"
    ),
    "links": Shown("portal/links.html", links.links, section="links"),
    "links-none": Shown("portal/links.html", links.links_none, section="links"),
    "clicks": Shown("portal/clicks.html", clicks.portal, section="links"),
    "clicks-none": Shown("portal/clicks.html", clicks.none, section="links"),
    "clicks-refused": Shown("portal/clicks.html", clicks.refused, section="links"),
    "traffic": Shown("portal/traffic.html", traffic.portal, section="links"),
    "leaks": Shown("portal/leaks.html", leaks.own, section="links"),
    "leaks-none": Shown("portal/leaks.html", leaks.none, section="links"),
    "leak": Shown("portal/leak.html", leaks.own_leak, section="links"),
    "earnings": Shown("portal/earnings.html", portal.earning_list, section="payouts"),
    "earning": Shown("portal/earning.html", portal.earning, section="payouts"),
    "earning-sheet": Shown("portal/_earning.html", portal.earning),
    "earning-rejected": Shown(
        "portal/earning.html", verdicts.earning, verdicts.AnswerForm, "payouts"
    ),
    "earning-returned": Shown("portal/earning.html", verdicts.earning_returned, section="payouts"),
    "earning-answered": Shown("portal/earning.html", verdicts.earning_answered, section="payouts"),
    "payouts": Shown("portal/payouts.html", portal.payouts, section="payouts"),
    "payout": Shown("portal/payout.html", portal.payout, section="payouts"),
    "statement": Shown("portal/statement.html", statements.payable, section="payouts"),
    "statement-owed": Shown("portal/statement.html", statements.owed, section="payouts"),
    "statement-none": Shown("portal/statement.html", statements.none, section="payouts"),
    "setup": Shown("portal/setup.html", portal.setup, forms.refused_iin, "payouts"),
    "setup-tax": Shown("portal/setup.html", lambda: portal.setup("tax"), forms.Tax, "payouts"),
    "setup-register": Shown("portal/setup.html", lambda: portal.setup("register"), None, "payouts"),
    "setup-account": Shown(
        "portal/setup.html", lambda: portal.setup("account"), forms.Account, "payouts"
    ),
    "setup-done": Shown("portal/setup.html", lambda: portal.setup("done"), None, "payouts"),
    "profile": Shown("portal/profile.html", portal.profile, forms.Profile, "profile"),
    "brand-onboarding": Shown("brand/onboarding.html", form=forms.Company),
    "brand-overview": Shown("brand/overview.html", brand.overview, section="overview"),
    "brand-overview-new": Shown("brand/overview.html", brand.overview_new, section="overview"),
    "brand-campaigns": Shown("brand/campaigns.html", brand.campaigns, section="campaigns"),
    "brand-code-policy": Shown(
        "brand/code_policy.html", code_policy.between_campaigns, section="campaigns"
    ),
    "brand-campaign": Shown("brand/campaign.html", brand.campaign, section="campaigns"),
    "brand-campaign-draft": Shown("brand/campaign.html", brand.campaign_draft, section="campaigns"),
    "brand-campaign-ready": Shown("brand/campaign.html", brand.campaign_ready, section="campaigns"),
    "brand-campaign-form": Shown("brand/campaign_form.html", brand.campaign_form, forms.Campaign),
    "brand-terms-form": Shown("brand/terms_form.html", brand.terms_form, forms.Campaign),
    "brand-group-form": Shown("brand/terms_form.html", brand.group_form, forms.Group),
    "brand-group-file": Shown(
        "brand/group_file.html", people.group_file, people.GroupFileForm, "campaigns"
    ),
    "brand-group-file-wrong": Shown(
        "brand/group_file.html", people.group_file_wrong, people.GroupFileForm, "campaigns"
    ),
    "brand-people": Shown("brand/people.html", people.people, section="campaigns"),
    "brand-people-none": Shown("brand/people.html", people.people_none, section="campaigns"),
    "brand-campaign-rules": Shown(
        "brand/campaign_rules.html", people.rules, forms.RulesForm, "campaigns"
    ),
    "brand-invites": Shown(
        "brand/invites.html", invites.invites, section="campaigns", forms=forms.invites
    ),
    "brand-invites-closed": Shown("brand/invites.html", invites.invites_closed),
    "brand-deals": Shown("brand/deals.html", deals.deals, section="campaigns"),
    "brand-deals-none": Shown("brand/deals.html", deals.deals_none, section="campaigns"),
    "brand-deal": Shown("brand/deal.html", deals.deal, section="campaigns"),
    "brand-deal-new": Shown("brand/deal_new.html", deals.deal_new, deals.form, "campaigns"),
    "brand-deal-cost": Shown("brand/deal_new.html", deals.deal_new_cost, deals.form, "campaigns"),
    "brand-deal-short": Shown("brand/deal_new.html", deals.deal_new_short, deals.form, "campaigns"),
    "brand-vouchers": Shown("brand/vouchers.html", vouchers.vouchers, forms.voucher, "campaigns"),
    "brand-vouchers-confirm": Shown(
        "brand/vouchers.html", vouchers.confirm, forms.voucher, "campaigns"
    ),
    "brand-lifts": Shown("brand/lifts.html", lift.lifts, lift.form, "campaigns"),
    "brand-lifts-none": Shown("brand/lifts.html", lift.none, lift.form, "campaigns"),
    "brand-lift": Shown("brand/lift.html", lift.lift, None, "campaigns"),
    "brand-guarantees": Shown(
        "brand/guarantees.html", guarantees.page, guarantees.blank, "campaigns"
    ),
    "brand-guarantees-cost": Shown(
        "brand/guarantees.html", guarantees.cost, guarantees.typed, "campaigns"
    ),
    "brand-guarantees-none": Shown(
        "brand/guarantees.html", guarantees.none, guarantees.refused, "campaigns"
    ),
    "brand-skus": Shown("brand/skus.html", skus.skus, skus.form, "campaigns"),
    "brand-skus-none": Shown("brand/skus.html", skus.none, skus.form, "campaigns"),
    "brand-codes": Shown("brand/codes.html", codes.codes, section="campaigns"),
    "brand-codes-none": Shown("brand/codes.html", codes.codes_none, section="campaigns"),
    "brand-codes-new": Shown(
        "brand/codes_new.html", codes.new_pool_refused, forms.CodePool, "campaigns"
    ),
    "brand-code-questions": Shown("brand/code_questions.html", codes.questions, section="orders"),
    "brand-code-questions-none": Shown(
        "brand/code_questions.html", codes.questions_none, section="orders"
    ),
    "brand-leaks": Shown("brand/leaks.html", leaks.brand, section="campaigns"),
    "brand-leaks-campaign": Shown("brand/leaks.html", leaks.campaign, section="campaigns"),
    "brand-leaks-none": Shown("brand/leaks.html", leaks.none, section="campaigns"),
    "brand-leak": Shown("brand/leak.html", leaks.brand_leak, section="campaigns"),
    "brand-simulator": Shown("brand/simulator.html", simulator.credited, simulator.form, "orders"),
    "brand-simulator-empty": Shown(
        "brand/simulator.html", simulator.empty, simulator.form, "orders"
    ),
    "brand-simulator-refused": Shown(
        "brand/simulator.html", simulator.empty, simulator.refused, "orders"
    ),
    "brand-simulator-no-source": Shown(
        "brand/simulator.html", simulator.no_source, simulator.form, "orders"
    ),
    "brand-rerun": Shown("brand/rerun.html", reruns.checked, reruns.RerunForm, "campaigns"),
    "brand-rerun-working": Shown("brand/rerun.html", reruns.working, section="campaigns"),
    "brand-rerun-stopped": Shown("brand/rerun.html", reruns.stopped, section="campaigns"),
    "brand-rerun-same": Shown(
        "brand/rerun.html", reruns.nothing_to_do, reruns.RerunForm, "campaigns"
    ),
    "brand-rerun-none": Shown("brand/rerun.html", reruns.none, reruns.RerunForm, "campaigns"),
    "brand-orders": Shown("brand/orders.html", brand.orders, section="orders"),
    "brand-orders-none": Shown("brand/orders.html", brand.orders_none, section="orders"),
    "brand-order": Shown("brand/order.html", brand.order, section="orders"),
    "brand-order-sheet": Shown("brand/_order.html", brand.order),
    "brand-order-decided": Shown("brand/order.html", verdicts.order, section="orders"),
    "brand-order-returned": Shown("brand/order.html", verdicts.order_returned, section="orders"),
    "brand-proofs": Shown("brand/proofs.html", proofs.proofs, section="orders"),
    "brand-proofs-none": Shown("brand/proofs.html", proofs.none, section="orders"),
    "brand-review": Shown("brand/review.html", verdicts.review, section="orders"),
    "brand-review-none": Shown("brand/review.html", verdicts.review_none, section="orders"),
    "brand-review-file": Shown(
        "brand/review_file.html", verdicts.review_file, verdicts.VerdictFileForm, "orders"
    ),
    "brand-review-file-wrong": Shown(
        "brand/review_file.html", verdicts.review_file_wrong, verdicts.VerdictFileForm, "orders"
    ),
    "brand-reject": Shown("brand/reject.html", verdicts.reject, verdicts.reject_refused, "orders"),
    "brand-clicks": Shown("brand/clicks.html", clicks.brand, section="clicks"),
    "brand-clicks-value": Shown("brand/clicks.html", clicks.one_value, section="clicks"),
    "brand-clicks-nothing": Shown("brand/clicks.html", clicks.nothing, section="clicks"),
    "brand-clicks-none": Shown("brand/clicks.html", clicks.none, section="clicks"),
    "brand-traffic": Shown("brand/traffic.html", traffic.brand, section="clicks"),
    "brand-traffic-none": Shown("brand/traffic.html", traffic.none, section="clicks"),
    "brand-tags": Shown("brand/tags.html", traffic.tags, forms.TagFile, "integrations"),
    "brand-tag-check": Shown(
        "brand/tag_check.html", traffic.check, forms.tag_columns, "integrations"
    ),
    "brand-money": Shown("brand/money.html", money.money, section="money"),
    "brand-money-past": Shown("brand/money.html", money.money_of_a_day, section="money"),
    "brand-money-refused": Shown("brand/money.html", money.money_refused, section="money"),
    "brand-top-ups": Shown("brand/top_ups.html", top_ups.page, top_ups.form, "money"),
    "brand-top-ups-none": Shown("brand/top_ups.html", top_ups.none, top_ups.form, "money"),
    "brand-top-up": Shown("brand/top_up.html", top_ups.one, section="money"),
    "brand-refunds": Shown("brand/refunds.html", refunds.page, refunds.form, "money"),
    "brand-refunds-step": Shown("brand/refunds.html", refunds.no_second_step, section="money"),
    "brand-refunds-none": Shown("brand/refunds.html", refunds.closed, section="money"),
    "brand-invoices": Shown("brand/invoices.html", invoices.invoices, section="invoices"),
    "brand-invoices-none": Shown("brand/invoices.html", invoices.invoices_none, section="invoices"),
    "brand-invoice": Shown("brand/invoice.html", invoices.invoice, section="invoices"),
    "brand-invoice-waits": Shown("brand/invoice.html", invoices.invoice_waits, section="invoices"),
    "brand-integrations": Shown(
        "brand/integrations.html", integrations.integrations, None, "integrations"
    ),
    "brand-integrations-none": Shown(
        "brand/integrations.html", integrations.integrations_none, None, "integrations"
    ),
    "brand-connect": Shown(
        "brand/connection_form.html",
        integrations.connection_form,
        forms.Wildberries,
        "integrations",
    ),
    "brand-upload": Shown("brand/upload.html", uploads.upload, forms.OrderFile, "integrations"),
    "brand-upload-columns": Shown(
        "brand/upload_columns.html", uploads.upload_columns, uploads.Columns, "integrations"
    ),
    "brand-upload-check": Shown(
        "brand/upload_check.html", uploads.upload_check, None, "integrations"
    ),
    "brand-upload-working": Shown(
        "brand/upload_check.html", uploads.upload_working, None, "integrations"
    ),
    "brand-upload-undone": Shown(
        "brand/upload_check.html", uploads.upload_undone, None, "integrations"
    ),
    "brand-connection": Shown(
        "brand/connection.html", integrations.connection, None, "integrations"
    ),
    "brand-receipts": Shown("brand/receipts.html", receipts.receipts, None, "integrations"),
    "brand-receipts-none": Shown(
        "brand/receipts.html", receipts.receipts_none, None, "integrations"
    ),
    "brand-receipts-file": Shown(
        "brand/receipts_file.html", receipts.file_answer, receipts.ReceiptFileForm, "integrations"
    ),
    "brand-phones": Shown("brand/phones.html", phones.desk, None, "integrations"),
    "brand-phones-none": Shown("brand/phones.html", phones.desk_closed, None, "integrations"),
    "brand-registers": Shown(
        "brand/registers.html", receipts.registers, receipts.RegistersForm, "integrations"
    ),
    "brand-site": Shown("brand/site.html", integrations.site, None, "integrations"),
    "brand-team": Shown("brand/team.html", brand.team, forms.Invitation, "team"),
    "400": Shown("400.html"),
    "403": Shown("403.html"),
    "csrf": Shown("403_csrf.html"),
    "404": Shown("404.html"),
    "429": Shown("429.html"),
    "500": Shown("500.html"),
}


def gallery(request: HttpRequest) -> HttpResponse:
    """Components, and links to the pages."""
    _only_for_looking()
    context = {
        "pages": PAGES,
        "statuses": words.STATUSES,
        "strip": common.strip(),
        "strip_large": common.strip(104_862_000, 238_635_000),
        "stats": common.stats(),
        "steps": common.steps(),
        "trace": common.trace(),
        "sums": common.sums(),
        "link": links.LINKS[0],
        "rows": portal.earnings(),
        "refused": forms.refused_iin(),
        "company": forms.Company(),
        "tax": forms.Tax(),
        "policy_terms": common.POLICY,
        "due": [common.ahead(days=11), common.ahead(hours=46), common.ago(hours=2)],
        "started": common.ago(days=10),
        "amounts": [123_456_750, 157_437, -62_930, 8_635_000],
    }
    return render(request, "gallery.html", context)


def gallery_page(request: HttpRequest, name: str) -> HttpResponse:
    _only_for_looking()
    shown = PAGES.get(name)
    if shown is None:
        raise Http404
    return render(request, shown.template, shown.context())


def _only_for_looking() -> None:
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
