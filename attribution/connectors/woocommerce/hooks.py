"""Whether the shop still calls us: GET /wc/v3/webhooks, and making it call again.

WooCommerce resends nothing, and switches a webhook off by itself after more than five failures in
a row. A webhook that a person paused is theirs, and left alone.
https://developer.woocommerce.com/docs/apis/rest-api/v3/webhooks/
"""

from __future__ import annotations

from collections.abc import Sequence

from attribution.connectors.asking import limited_page, limited_seconds
from attribution.connectors.base import CallsReport, PollPage, SourceRefused
from attribution.connectors.payload import Fields
from attribution.connectors.woocommerce.client import Ask, refusal, rows_of

PATH = "/webhooks"
ROWS_MAX = 100
NEEDED = ("order.created", "order.updated")


def page_read(ask: Ask) -> PollPage:
    """A key that may not see webhooks fails nothing: the orders are read all the same."""
    response = ask.get(PATH, {"per_page": str(ROWS_MAX), "status": "all"})
    if response.status == 429:
        return limited_page({}, limited_seconds(response))
    try:
        report = _report(ask, _ours(ask, rows_of(response, most=ROWS_MAX)))
    except SourceRefused as no:
        report = CallsReport("unknown", no.detail)
    return PollPage((), {}, ask.delay_seconds(True), is_last=True, calls=report)


def _ours(ask: Ask, hooks: Sequence[Fields]) -> list[Fields]:
    """Those that call us about orders."""
    address = ask.connection.call_url.rstrip("/")
    return [
        hook
        for hook in hooks
        if str(hook.raw("delivery_url")).rstrip("/") == address
        and str(hook.raw("topic")).startswith("order.")
    ]


def _report(ask: Ask, hooks: Sequence[Fields]) -> CallsReport:
    """What is off is switched on; what is missing still is said before what was healed."""
    healed = [_topic(hook) for hook in hooks if hook.raw("status") == "disabled"]
    for hook in hooks:
        if hook.raw("status") == "disabled":
            response = ask.put(f"{PATH}/{hook.integer('id', most=2**63 - 1)}", {"status": "active"})
            if response.status != 200:
                return CallsReport("off", f"{_topic(hook)}: {refusal(response).detail}")
    missing = [topic for topic in NEEDED if topic not in map(_topic, hooks)]
    if missing:
        return CallsReport("missing", ", ".join(missing))
    paused = [_topic(hook) for hook in hooks if hook.raw("status") == "paused"]
    if paused:
        return CallsReport("off", ", ".join(paused))
    return CallsReport("healed", ", ".join(healed)) if healed else CallsReport("on")


def _topic(hook: Fields) -> str:
    return hook.text_cut("topic", length_max=40)
