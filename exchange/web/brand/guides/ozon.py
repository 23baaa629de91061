from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import KeyForm, OzonForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("We read postings and returns with a key; Ozon's notification makes it faster."),
    form=OzonForm,
    token_form=KeyForm,
    note=_(
        "Ozon knows no click of ours: an order finds its influencer by a voucher of theirs only."
    ),
    before=(
        _("Open Ozon's cabinet, Settings, API keys."),
        _("Make a key that may read postings and returns; copy the Client-Id beside it."),
        _("Paste both here. We ask Ozon at once whether they work and store them encrypted."),
        _(
            "Give each influencer a voucher of their own and add its title on the campaign's page:"
            " Ozon passes on no click, so that title in an order says whose it is."
        ),
    ),
    after=(
        _("In Ozon's cabinet open Settings, Notifications, Push."),
        _("Paste the address of this source and press Check: Ozon must say that it works."),
        _("Choose new postings, changed states and cancellations, of FBS and FBO."),
        _(
            "Without this all orders come too, only later: we read the lists every 10 to 30"
            " minutes."
        ),
    ),
    causes={
        "access_denied": _(
            "Ozon says that the key may not read this (403). Make one that may read postings and"
            " returns."
        ),
    },
    endpoints={
        "fbs_postings": _("FBS posting"),
        "fbo_postings": _("FBO posting"),
        "returns": _("Return"),
        "returns_changed": _("Changed return"),
    },
)
