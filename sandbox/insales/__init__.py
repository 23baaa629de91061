"""Stand-in of a shop on InSales: its list of orders, and webhooks that are not signed."""

from sandbox.insales.api import NAME, ROUTES
from sandbox.insales.stage import CONTROL, PAGES
from sandbox.service import Service

SERVICE = Service(
    name=NAME,
    prefix="insales",
    title="InSales",
    about=(
        "A shop whose list of orders is read with the password of an application; its webhooks "
        "are unsigned and may be lost."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank={"apps": {}, "orders": {}, "next_id": 52_100_001, "webhook": "", "calls": [], "said": []},
)
