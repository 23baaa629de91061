from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import FileSourceForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("You upload your own table of orders, Excel or CSV with any columns."),
    form=FileSourceForm,
    before=(
        _("Name the source, so that you recognise it."),
        _("Upload a table of orders: from 1C, a CRM, a shop, or one that you keep yourself."),
        _("Show us once which column is which; the next file is read by itself."),
    ),
    upload=(
        _("Export your orders, or choose the table that you keep. Any columns are right."),
        _("We guess which column is which, and you correct us. We remember it."),
        _("You see what we read, and what we could not, before anything is stored."),
        _("Orders with a promo code or a click of an influencer are credited to them."),
        _("Regretted it? A whole upload can be undone."),
    ),
)
