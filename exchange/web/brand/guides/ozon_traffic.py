from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.marketplace_forms import ClientSecretForm, OzonTrafficForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_(
        "Ozon's own count of visits and orders per influencer's link and day. Totals name no order:"
        " they pay only where a campaign chose so."
    ),
    form=OzonTrafficForm,
    token_form=ClientSecretForm,
    note=_(
        "These are totals of Ozon (grade C): they name no order and no buyer. Rewards come from"
        " vouchers, or from these totals where a campaign chose so."
    ),
    before=(
        _("Make a client of the API in the cabinet of Ozon Performance."),
        _("Paste its Client ID and its secret here."),
        _("In the cabinet open external traffic and copy the tag that begins with vendor_org_."),
        _(
            "We ask Ozon at once whether they belong together. From then on links of your"
            " influencers to Ozon carry this tag and their own name."
        ),
    ),
    causes={
        "access_denied": _("Ozon says that this client may not read the report (403)."),
        "request_refused": _("Ozon did not make the report. We ask for a new one within an hour."),
    },
    endpoints={"tags": _("Day by tag")},
    waiting=_("Connected. Ozon makes the first report within minutes."),
    silent=_("Nobody came to Ozon by a link with the tag, or the report is late."),
)
