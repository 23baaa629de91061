"""Stand-in of amoCRM: leads in pipelines, and webhooks that nobody signs and nobody resends."""

from sandbox.amocrm.api import NAME, ROUTES
from sandbox.amocrm.leads import blank
from sandbox.amocrm.stage import CONTROL, PAGES
from sandbox.service import Service

SERVICE = Service(
    name=NAME,
    prefix="amocrm",
    title="amoCRM",
    about=(
        "A brand's CRM: leads go through pipelines to 142 (won) or 143 (lost). Its webhooks are "
        "unsigned forms; its API is asked with a long-lived token."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank=blank(),
)
