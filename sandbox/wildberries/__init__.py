"""Stand-in of Wildberries' seller API."""

from sandbox.service import Service
from sandbox.wildberries.api import ROUTES
from sandbox.wildberries.door import NAME
from sandbox.wildberries.stage import CONTROL, PAGES

SERVICE = Service(
    name=NAME,
    prefix="wildberries",
    title="Wildberries",
    about=(
        "The marketplace: nobody is told of an order, sellers ask for the order feed, for orders, "
        "sales and claims and, days later, for the finance report, with a token and within strict "
        "limits."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank={
        "orders": {},
        "rows": [],
        "claims": {},
        "last_rrd_id": 1000,
        "last_sale_id": 20_114_477_000,
        "statistics_rows_max": 80_000,
        "calls": {},
    },
)
