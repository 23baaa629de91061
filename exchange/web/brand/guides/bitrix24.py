from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import Bitrix24Form, Bitrix24KeyForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("We read your deals through an inbound webhook: won ones confirm, lost ones cancel."),
    form=Bitrix24Form,
    token_form=Bitrix24KeyForm,
    token_text=_("Change the keys"),
    note=_(
        "Portals at the vendor's own addresses only. If the same sale came from your site too, it"
        " is paid once."
    ),
    before=(
        _("In Bitrix24 open Developer resources, Other, Inbound webhook."),
        _("Tick CRM (crm) and nothing else, save, and copy the address."),
        _("Paste it here. It is as secret as a password: we store it encrypted."),
        _("We only read with it: nothing in your CRM is changed."),
    ),
    after=(
        _("Press “What stages mean”: say what each stage is, and where the click and code stand."),
        _("In Bitrix24 open Developer resources, Other, Outbound webhook."),
        _("Paste the address of this source and tick deals: created, updated, deleted."),
        _("Copy the application token that is shown then, and give it to us by “Change the keys”."),
        _("Without it all deals come too, only up to 15 minutes later."),
    ),
    causes={
        "access_denied": _(
            "Bitrix24 says that this webhook may not read deals (403). Tick CRM in its settings."
        ),
    },
    endpoints={"deals": _("Deal"), "deals_known": _("Known deal")},
)
