"""Run by manage.py beside the processes: a shop with a link for the snippet's tests, and what its
pages have told. Prints JSON."""

from __future__ import annotations

import json
import sys

from attribution.models import Connection, Decision, InboundEvent
from campaigns.models import TrackingLink
from core.tenancy.context import acting_as
from tests.cast import party_make


def shop_make(destination_url: str) -> None:
    """A brand's connection, and an influencer's link that leads to the page of its shop."""
    party = party_make("tulpar", "aliya")
    with acting_as(system="test data"):
        shop = Connection.objects.create(
            brand_id=party.brand, source="woocommerce", name="Shop", secrets='["wc_e2e"]'
        )
        TrackingLink.objects.filter(pk=party.link).update(destination_url=destination_url)
        hook = f"/hooks/woocommerce/{shop.endpoint_token}"
    sys.stdout.write(json.dumps({"site": shop.public_id.hex, "token": party.token, "hook": hook}))


def events_print() -> None:
    """The keys of what pages told, in their order, and what decided the orders."""
    with acting_as(system="test"):
        events = InboundEvent.objects.filter(endpoint="page").order_by("pk")
        keys = list(events.values_list("event_key", flat=True))
        rules = list(Decision.objects.order_by("pk").values_list("rule", flat=True))
    sys.stdout.write(json.dumps({"events": keys, "rules": rules}))
