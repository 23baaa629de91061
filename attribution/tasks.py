from __future__ import annotations

from uuid import UUID

from celery import shared_task

from attribution.services import (
    api_orders,
    clicks,
    daily_totals,
    event_log,
    guarantees,
    inbox,
    ingest,
    late_returns,
    leak_guard,
    lifecycle,
    periods,
    phone_match,
    phone_purge,
    polling,
    proofs,
    rates,
    receipt_confirm,
    receipts,
    reconciliation,
    rerun,
    same_sale,
    silence,
)
from attribution.services import upload_work as uploads


@shared_task
def inbound_events_process(*event_ids: str) -> None:
    ingest.inbound_events_process([UUID(event_id) for event_id in event_ids])


@shared_task
def inbox_sweep() -> int:
    """What the relay does all the time, once a minute: no event waits for one process."""
    return inbox.events_relay()


@shared_task
def periods_settle() -> int:
    """Tiers, bonuses and guarantees of months that are over."""
    return periods.periods_settle() + guarantees.guarantees_settle()


@shared_task
def connections_poll() -> int:
    """Ask the sources whose time has come for their next page."""
    return polling.connections_poll()


@shared_task
def connections_poll_slow() -> int:
    """As above, those that answer slowly or not at all."""
    return polling.connections_poll(is_slow=True)


@shared_task
def cursors_keep_up() -> int:
    """Lists that a connector has learned since a source was connected."""
    return polling.cursors_keep_up()


@shared_task
def late_returns_apply() -> int:
    """Take back what the terms take back of goods that came back after the approval."""
    return late_returns.late_returns_apply()


@shared_task
def conversions_advance() -> int:
    """Post what waited for budget, and approve what nobody rejected by the end of its hold."""
    return lifecycle.conversions_fund() + lifecycle.conversions_advance()


@shared_task
def campaign_fund(campaign_id: int) -> int:
    """What waited for a budget that was just filled."""
    return lifecycle.campaign_fund(campaign_id)


@shared_task
def clicks_forget() -> None:
    """Clicks, networks and hours whose time has come."""
    clicks.clicks_forget()


@shared_task
def rates_keep_up() -> int:
    """Rates that are missing, and the orders that waited for them."""
    return rates.rates_keep_up()


@shared_task
def silences_find() -> int:
    """Sources that have gone silent, by their own rhythm."""
    return silence.silences_find()


@shared_task
def shown_forget() -> int:
    """What the lists of sources showed a quarter ago."""
    return reconciliation.shown_forget()


@shared_task
def bodies_purge() -> int:
    """Bodies of events whose time is over."""
    return event_log.bodies_purge()


@shared_task
def upload_work(upload_id: int) -> None:
    """A file of orders: read, stored or undone, for a while."""
    uploads.upload_work(upload_id)


@shared_task
def uploads_keep_up() -> int:
    """Files that nobody works on go on, and those that nobody agreed to are erased."""
    return uploads.uploads_sweep() + uploads.uploads_erase()


@shared_task
def calls_forget() -> int:
    """Answers of the API that nobody repeats any more."""
    return api_orders.calls_forget()


@shared_task
def receipts_advance() -> int:
    """Claimed receipts that the shop has spoken of, or left open for too long."""
    return receipt_confirm.receipts_advance()


@shared_task
def receipt_people_purge() -> int:
    """Whose browsers old claims came from."""
    return receipts.people_purge()


@shared_task
def same_sales_settle(*order_ids: int) -> int:
    """Which of these orders another source has told too: one sale is paid once."""
    return same_sale.same_sales_settle(order_ids)


@shared_task
def same_sales_sweep() -> int:
    """What a lost message left of the same."""
    return same_sale.same_sales_sweep()


@shared_task
def proofs_publish() -> int:
    """Days that are over and not published."""
    return len(proofs.proofs_publish())


@shared_task
def daily_totals_tell() -> int:
    """Days that marketplaces have counted, where a campaign pays by them."""
    return daily_totals.daily_totals_tell()


@shared_task
def leaks_find() -> int:
    """Promo codes that are used as if they had leaked."""
    return leak_guard.leaks_find()


@shared_task
def rerun_work(job_id: int) -> None:
    """A re-run of a campaign: compared or corrected, for a while."""
    rerun.rerun_work(job_id)


@shared_task
def reruns_keep_up() -> int:
    """Re-runs that nobody works on go on."""
    return rerun.reruns_sweep()


@shared_task
def phone_marks_match(*connection_ids: int) -> int:
    """Orders that just came, against the numbers that followers left."""
    return phone_match.phone_marks_match(connection_ids)


@shared_task
def phone_claim_match(claim_id: int) -> int:
    """A number that was just left, against the orders of these days."""
    return phone_match.phone_claim_match(claim_id)


@shared_task
def phones_sweep() -> int:
    """What a lost message left of both."""
    return phone_match.phones_sweep()


@shared_task
def phones_purge() -> int:
    """What is left of numbers whose time is over."""
    return phone_purge.phones_purge()
