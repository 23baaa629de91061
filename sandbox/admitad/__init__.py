"""Stand-in of the network Admitad, as its publishers see it."""

from sandbox.admitad.actions import NAME
from sandbox.admitad.api import ROUTES
from sandbox.admitad.stage import CONTROL, PAGES
from sandbox.service import Service

SERVICE = Service(
    name=NAME,
    prefix="admitad",
    title="Admitad",
    about=(
        "A network of AliExpress and other shops: its publishers' links carry a subid, its "
        "postbacks are unsigned and come again and again, its statistics are read with a token."
    ),
    routes=[*PAGES, *ROUTES],
    control=CONTROL,
    blank={
        "tokens": {},
        "actions": {},
        "next_id": 771_200_001,
        "postback": {"url": "", "method": "GET"},
        "said": [],
        "calls": {},
    },
)
