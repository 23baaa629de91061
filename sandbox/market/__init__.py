"""The buyers: orders that come by themselves, and what becomes of them."""

from sandbox.market.play import BLANK, NAME
from sandbox.market.stage import CONTROL, PAGES
from sandbox.service import Service

SERVICE = Service(
    name=NAME,
    prefix="market",
    title="The market",
    about=(
        "Buyers: they order at the shop and on the marketplaces by the hour of the day, and the "
        "goods are delivered, cancelled or returned days later. It stands still until switched on."
    ),
    routes=PAGES,
    control=CONTROL,
    blank=BLANK,
)
