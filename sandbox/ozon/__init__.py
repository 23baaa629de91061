"""Stand-in of Ozon's Seller API, of its push, and of the Performance API's traffic report."""

from sandbox.ozon import performance
from sandbox.ozon.api import ROUTES
from sandbox.ozon.door import NAME
from sandbox.ozon.stage import CONTROL, PAGES
from sandbox.service import Service

SERVICE = Service(
    name=NAME,
    prefix="ozon",
    title="Ozon",
    about=(
        "The marketplace: rings by an unsigned push, tells the truth when its lists are asked "
        "with a Client-Id and a key, and stops ringing where nobody answers in time."
    ),
    routes=[*PAGES, *ROUTES, *performance.ROUTES],
    control=[*CONTROL, *performance.CONTROL],
    blank={
        "accounts": {},
        "postings": {},
        "returns": [],
        "last_return_id": 1000015500,
        "vouchers": {},
        "cursors": {},
        "calls": [],
        "pushes": [],
        "push": {"url": "", "is_suspended": False, "answers": []},
    },
)
