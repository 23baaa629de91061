"""What each group of ops may do. Source: design/domain.md section 1 (reviewer, finance, support,
auditor). Changed here and by review; `manage.py migrate` brings the database in step.

A right to add or change opens a button that calls a service; no row is edited in the admin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from django.utils.translation import gettext_noop

PEOPLE = ("brands.brand", "brands.member", "brands.brandcontract", "influencers.*")
SALES = ("campaigns.*", "attribution.*")
LAW = ("compliance.*",)
MONEY = ("brands.deposit", "brands.unclaimedtransfer", "ledger.*", "payouts.*")

NAMES = (
    gettext_noop("reviewer"),
    gettext_noop("finance"),
    gettext_noop("support"),
    gettext_noop("auditor"),
)
SEES: dict[str, tuple[str, ...]] = {
    "reviewer": (*PEOPLE, *SALES, *LAW),
    "finance": (*PEOPLE, *SALES, *LAW, *MONEY),
    "support": (*PEOPLE, *SALES, "notify.message", "payouts.payout"),
    "auditor": (*PEOPLE, *SALES, *LAW, *MONEY, "notify.message", "audit.auditentry",
                "accounts.user", "auth.group"),
}  # fmt: skip
DOES: dict[str, tuple[str, ...]] = {
    "reviewer": (
        "brands.change_brand",
        "attribution.change_codefinding",
        "campaigns.change_task",
        "attribution.change_conversion",
        "attribution.add_couponsite",
        "attribution.change_couponsite",
    ),
    "finance": (
        "brands.add_deposit",
        "brands.change_unclaimedtransfer",
        "compliance.add_taxrule",
        "compliance.change_taxrule",
        "compliance.add_billingterms",
        "compliance.add_invoice",
        "compliance.change_invoice",
        "compliance.change_einvoice",
        "payouts.add_payoutbatch",
        "payouts.change_payoutbatch",
        "payouts.approve_payoutbatch",
        "payouts.change_payout",
        "payouts.add_bankstatement",
        "payouts.add_debtwriteoff",
        "payouts.change_debtwriteoff",
        "payouts.add_outlay",
        "payouts.change_outlay",
        "payouts.add_refund",
        "payouts.change_refund",
        "ledger.add_correction",
        "ledger.change_correction",
    ),
    "support": (
        "attribution.change_inboundevent",
        "campaigns.add_apptarget",
        "campaigns.change_apptarget",
        "influencers.add_topic",
        "influencers.change_topic",
    ),
    "auditor": (),
}


class UnknownPermission(LookupError):
    """A group names a right that no model has."""


def ops_groups_ensure() -> list[str]:
    """Make the groups what this file says; returns the names of those that changed. Needs the
    owner's login: no process that serves may widen rights.

    Raises:
        UnknownPermission: a name above is misspelt, or its table was not migrated yet.
    """
    changed = []
    for name in SEES:
        group, is_new = Group.objects.get_or_create(name=name)
        wanted = {each.pk for each in permissions_of(name)}
        if is_new or set(group.permissions.values_list("pk", flat=True)) != wanted:
            group.permissions.set(wanted)
            changed.append(name)
    return changed


def permissions_of(name: str) -> Iterator[Permission]:
    for model in SEES[name]:
        app, _dot, kind = model.partition(".")
        seen = Q(codename__startswith="view_") if kind == "*" else Q(codename=f"view_{kind}")
        yield from _found(model, Permission.objects.filter(seen, content_type__app_label=app))
    for permission in DOES[name]:
        app, _dot, codename = permission.partition(".")
        right = Permission.objects.filter(content_type__app_label=app, codename=codename)
        yield from _found(permission, right)


def _found(name: str, permissions: Iterable[Permission]) -> list[Permission]:
    found = list(permissions)
    if not found:
        raise UnknownPermission(f"no right {name}")
    return found
