from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import AcquirerForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("You upload the file of card payments that your bank gives you."),
    form=AcquirerForm,
    note=_(
        "A payment at a terminal says neither the order nor the goods, nor which payment a refund"
        " belongs to, and nobody can tell from it which influencer brought the buyer. It is"
        " credited only when a receipt or a code names it later. No bank in Kazakhstan offers a"
        " public interface for this: the file is all there is."
    ),
    before=(
        _("Ask your bank for the register of payments at your terminals: Excel or CSV."),
        _("It needs a number of each transaction (RRN), its moment and its sum."),
        _("Take whole card numbers out of it: we refuse a file that has them."),
    ),
    upload=(
        _("Choose the register of payments that your bank gave you."),
        _("We guess which column is which, and you correct us. We remember it."),
        _("Refunds are left out: nothing says which purchase they belong to."),
        _("Card numbers are never read, not even their last digits."),
    ),
)
