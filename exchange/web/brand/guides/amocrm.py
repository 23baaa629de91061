from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from attribution.forms import AmoCrmForm, TokenForm
from exchange.web.brand.guides.base import Guide

GUIDE = Guide(
    text=_("We read your leads with a token: won ones confirm, lost ones cancel."),
    form=AmoCrmForm,
    token_form=TokenForm,
    note=_(
        "A lead says what was agreed, and not what goods were sent. If the same sale came from"
        " your site too, it is paid once."
    ),
    before=(
        _("In amoCRM open amoMarket, Web hooks, Create an integration, and choose External."),
        _("Give it access to the account's data, then open Keys and scopes."),
        _("Make a long-lived token and paste it here with the address of the account."),
        _("We only read with it: nothing in your CRM is changed."),
    ),
    after=(
        _("Press “What stages mean”: say what each stage is, and where the click and code stand."),
        _("In amoCRM open amoMarket, Web hooks, and add the address of this source."),
        _("Tick leads: added, changed, status changed, deleted, restored."),
        _("Without it all leads come too, only up to 15 minutes later."),
    ),
    causes={
        "access_denied": _(
            "amoCRM says that this token may not read leads (403). Make one of an integration with"
            " access to the account's data."
        ),
    },
    endpoints={"leads": _("Lead"), "leads_known": _("Known lead")},
)
