"""Stand-in of Kaspi's shop API."""

from sandbox.kaspi.api import ROUTES
from sandbox.kaspi.orders import NAME
from sandbox.kaspi.stage import CONTROL, PAGES
from sandbox.service import Service

SERVICE = Service(
    name=NAME,
    prefix="kaspi",
    title="Kaspi",
    about=(
        "The marketplace of Kazakhstan: nobody is told of an order, and nobody can ask what has "
        "changed. Shops read their orders by state, two weeks at a time, or one by its code."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank={"withdrawn": [], "orders": {}, "next_code": 701_000_001, "calls": {}, "writes": 0},
)
