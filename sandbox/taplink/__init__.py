"""Stand-in of a Taplink page: signed webhooks of payments, repeated while they fail."""

from sandbox.service import Service
from sandbox.taplink.stage import CONTROL, NAME, PAGES

SERVICE = Service(
    name=NAME,
    prefix="taplink",
    title="Taplink",
    about="A page of links that takes payments; each is told by a signed webhook.",
    routes=PAGES,
    control=CONTROL,
    blank={"webhook": {"url": "", "secret": ""}, "next_id": 4_101, "payments": []},
)
