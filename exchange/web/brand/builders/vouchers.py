"""Vouchers of one influencer, with what a new one will be before it is made."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attribution.marketplace_forms import VoucherTermsForm
from attribution.models import Connection
from campaigns.models import Campaign, ExternalCode, Participation
from campaigns.selectors import external_codes_of
from core import clock
from core.clock import day_of
from exchange.web.brand.desk import Desk
from exchange.web.formatting import day_full, days_text, number_text, percent_text
from exchange.web.pages import brand as pages
from exchange.web.pages.common import Fact
from exchange.web.words import Word
from influencers.models import Influencer

BPS_OF_PERCENT = 100
STEPS: Sequence[Word] = (
    gettext_lazy("Birge makes a promotion with a title of this influencer's own at Ozon."),
    gettext_lazy("Add the goods to the promotion in Ozon's cabinet: that is not done from here."),
    gettext_lazy("The influencer sees the code and shows it; buyers type it at Ozon."),
    gettext_lazy("Orders with the promotion name the influencer: that is what pays them."),
)


def vouchers(
    desk: Desk,
    row: Participation,
    accounts: Sequence[Connection],
    checked: VoucherTermsForm | None,
) -> pages.Vouchers:
    """`checked` is the form once all of it can be, to be confirmed. Four queries."""
    codes = external_codes_of([row.pk], ExternalCode.Kind.OZON_VOUCHER).get(row.pk, [])
    is_waiting = any(code.state == ExternalCode.State.RESERVED for code in codes)
    campaign = Campaign.objects.get(pk=row.campaign_id)
    return pages.Vouchers(
        name=Influencer.objects.values_list("name", flat=True).get(pk=row.influencer_id),
        title=campaign.title,
        back_url=desk.url("campaign", campaign.public_id),
        action_url=desk.url("participation_vouchers", row.public_id),
        rows=[_row(desk, row, code) for code in codes],
        blocked=_blocked(row, accounts, is_waiting=is_waiting),
        connect_url="" if accounts else desk.url("connection_new", "ozon"),
        steps=[str(step) for step in STEPS],
        sums=_confirm_facts(checked, accounts) if checked else [],
        kept=[(bound.name, str(bound.value())) for bound in checked] if checked else [],
    )


def _blocked(row: Participation, accounts: Sequence[Connection], *, is_waiting: bool) -> str:
    """Why none can be made now; "" when one can."""
    if not accounts:
        return _("Connect Ozon first: a voucher is made with the key of your account.")
    if row.state != Participation.State.APPROVED:
        return _("Accept the influencer first.")
    if is_waiting:
        return _("A voucher is being made for this influencer. Settle that one first.")
    return ""


def _row(desk: Desk, row: Participation, code: ExternalCode) -> pages.VoucherRow:
    is_reserved = code.state == ExternalCode.State.RESERVED
    discount = code.discount_percent
    return pages.VoucherRow(
        title=code.value,
        is_reserved=is_reserved,
        codes=list(code.typed_codes),
        terms=", ".join(
            filter(
                None,
                (
                    f"−{percent_text(discount * BPS_OF_PERCENT)}" if discount else "",
                    _("until %(date)s") % {"date": day_full(day_of(code.ends_at))}
                    if code.ends_at
                    else "",
                ),
            )
        ),
        is_over=code.ends_at is not None and code.ends_at <= clock.now(),
        settle_url=desk.url("voucher_settle", row.public_id) if is_reserved else "",
    )


def _confirm_facts(form: VoucherTermsForm, accounts: Sequence[Connection]) -> list[Fact]:
    terms = form.terms()
    (account,) = [each for each in accounts if each.pk == terms.connection_id]
    return [
        Fact(_("Account"), account.name),
        Fact(_("Discount for the buyer"), percent_text(terms.discount_percent * BPS_OF_PERCENT)),
        Fact(_("Budget of the discount"), number_text(terms.budget)),
        Fact(_("Works"), days_text(terms.days)),
    ]
