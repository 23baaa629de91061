"""Stand-in of a Bitrix24 portal: deals in pipelines, and events that say an id and no more."""

from sandbox.bitrix24.api import NAME, ROUTES
from sandbox.bitrix24.deals import blank
from sandbox.bitrix24.stage import CONTROL, PAGES
from sandbox.service import Service

SERVICE = Service(
    name=NAME,
    prefix="bitrix24",
    title="Bitrix24",
    about=(
        "A brand's CRM: deals go through stages that mean won, lost or on the way. Its events name "
        "a deal's id and come once; its REST is asked through an address that is a secret."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank=blank(),
)
