"""Stand-in of a site on Tilda: a cart whose form is posted to a webhook, and posted again."""

from sandbox.service import Service
from sandbox.tilda.stage import CONTROL, NAME, PAGES

SERVICE = Service(
    name=NAME,
    prefix="tilda",
    title="Tilda",
    about=(
        "A small brand's site: its cart sends a form that nobody signs, in one of three shapes, "
        "and twice more a minute apart when it is not answered with 200."
    ),
    routes=PAGES,
    control=CONTROL,
    blank={
        "hook": {"url": "", "key": "", "key_in": "header"},
        "orders": [],
        "waiting": [],
        "next_id": 1_557_604_691,
    },
)
