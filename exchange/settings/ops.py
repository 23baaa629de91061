"""How the admin looks and where its side bar leads (django-unfold). Colours: look/README.md."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

PRIMARY = {
    "50": "oklch(97% .02 275)",
    "100": "oklch(94% .04 275)",
    "200": "oklch(89% .07 275)",
    "300": "oklch(81% .11 275)",
    "400": "oklch(72% .15 278)",
    "500": "oklch(64% .18 277)",
    "600": "oklch(49% .22 275)",
    "700": "oklch(44% .2 275)",
    "800": "oklch(38% .17 275)",
    "900": "oklch(32% .13 275)",
    "950": "oklch(24% .09 275)",
}
BASE = {
    "50": "oklch(97.6% .004 85)",
    "100": "oklch(95.6% .005 85)",
    "200": "oklch(91.8% .006 85)",
    "300": "oklch(86% .008 85)",
    "400": "oklch(68% .012 275)",
    "500": "oklch(52% .015 275)",
    "600": "oklch(44% .015 275)",
    "700": "oklch(34% .018 275)",
    "800": "oklch(27% .018 275)",
    "900": "oklch(20% .016 275)",
    "950": "oklch(15% .014 275)",
}


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: bool(request.user.has_perm(permission))


def _list(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A line of the side bar: the list of `app.model`, for who may see it."""
    app, _dot, name = model.partition(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
    }


NAVIGATION = [
    {
        "items": [
            {"title": _("Queues"), "icon": "inbox", "link": reverse_lazy("admin:index")},
        ]
    },
    {
        "title": _("Money"),
        "items": [
            _list(_("Deposits"), "account_balance", "brands.deposit"),
            _list(_("Unmatched transfers"), "person_search", "brands.unclaimedtransfer"),
            _list(_("Payout batches"), "payments", "payouts.payoutbatch"),
            _list(_("Payouts"), "send_money", "payouts.payout"),
            _list(_("Refunds"), "undo", "payouts.refund"),
            _list(_("Taxes and fees paid"), "account_balance_wallet", "payouts.outlay"),
            _list(_("Stops of payouts"), "front_hand", "payouts.payoutstop"),
            _list(_("Debts of influencers"), "hourglass_bottom", "payouts.debt"),
            _list(_("Bank statements"), "receipt_long", "payouts.bankstatement"),
            _list(_("Fee invoices"), "request_quote", "compliance.invoice"),
            _list(_("E-invoices"), "draw", "compliance.einvoice"),
            _list(_("Terms of invoicing"), "contract", "compliance.billingterms"),
            _list(_("Ledger"), "menu_book", "ledger.journal"),
            _list(_("Accounts of the ledger"), "account_tree", "ledger.account"),
        ],
    },
    {
        "title": _("Sales"),
        "items": [
            _list(_("Campaigns"), "campaign", "campaigns.campaign"),
            _list(_("Deals"), "handshake", "campaigns.deal"),
            _list(_("Posts"), "image_search", "campaigns.task"),
            _list(_("Guarantees"), "verified", "campaigns.guarantee"),
            _list(_("Categories"), "category", "campaigns.category"),
            _list(_("Orders"), "shopping_bag", "attribution.order"),
            _list(_("Rewards"), "sell", "attribution.conversion"),
        ],
    },
    {
        "title": _("Data"),
        "items": [
            _list(_("Connections"), "power", "attribution.connection"),
            _list(_("Inbound events"), "move_to_inbox", "attribution.inboundevent"),
            _list(_("Unreadable clicks"), "ads_click", "attribution.clickquarantine"),
            _list(_("Tax rules"), "percent", "compliance.taxrule"),
            _list(_("Register checks"), "fact_check", "compliance.registercheck"),
            _list(_("Messages"), "mail", "notify.message"),
        ],
    },
    {
        "title": _("People"),
        "items": [
            _list(_("Brands"), "storefront", "brands.brand"),
            _list(_("Influencers"), "group", "influencers.influencer"),
            _list(_("Topics"), "sell", "influencers.topic"),
            _list(_("Users"), "badge", "accounts.user"),
            _list(_("Groups"), "admin_panel_settings", "auth.group"),
            _list(_("Audit log"), "history", "audit.auditentry"),
        ],
    },
]

UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Birge for ops"),
    "SITE_HEADER": "Birge",
    "SITE_SUBHEADER": _("Operations"),
    "SITE_ICON": lambda request: static("web/favicon.svg"),
    "SITE_FAVICONS": [
        {
            "rel": "icon",
            "type": "image/svg+xml",
            "href": lambda request: static("web/favicon.svg"),
        }
    ],
    "SHOW_HISTORY": False,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_LANGUAGES": False,  # the header has a switch of our own
    "BORDER_RADIUS": "8px",
    "COLORS": {"base": BASE, "primary": PRIMARY},
    "STYLES": [lambda request: static("ops/ops.css")],
    "ACCOUNT": {
        "navigation": [
            {"title": _("Password"), "link": reverse_lazy("account_change_password")},
            {"title": _("Second factor"), "link": reverse_lazy("mfa_index")},
        ]
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
