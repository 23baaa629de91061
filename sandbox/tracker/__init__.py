"""Stand-in of a merchant's own tracker or CRM: it calls an address with macros for each sale."""

from sandbox.service import Service
from sandbox.tracker.stage import CONTROL, NAME, PAGES

SERVICE = Service(
    name=NAME,
    prefix="tracker",
    title="Tracker",
    about="A merchant's own system: it fills in the macros of an address and calls it, signed"
    " where the address asks for a signature.",
    routes=PAGES,
    control=CONTROL,
    blank={"postback": {"url": "", "secret": "", "method": "GET"}, "next_id": 7_301, "sales": []},
)
