"""Days are published: every version of every conversion, and a summary for each influencer.

Runs as the system. A published day is never touched again; docs/proofs.md says what it proves.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from attribution.domain.proof_records import Summary, conversion_record
from attribution.selectors.proofs import (
    day_next,
    days_due,
    days_late,
    versions_for,
    versions_left_out,
    versions_published,
)
from core.errors import DomainError, Invalid
from core.tenancy.context import acting_as
from ledger import proofs
from ledger.domain.proofs import canonical, chain_faults
from ledger.models import ProofDay, ProofLeaf

logger = logging.getLogger(__name__)
FINDINGS_MAX = 20  # of each day: the first tell the story


class PublishedDayChanged(DomainError):
    """What a published day says is no longer what our tables say."""

    code = "published_day_changed"


def proofs_publish() -> list[date]:
    """Publish every day that is over, oldest first, each in its own transaction."""
    with acting_as(system="publish proofs"):
        due = days_due()
    return [day_on for day_on in due if day_publish(day_on)]


def day_publish(day_on: date) -> bool:
    """Publish one day, once; whether it was done now. A day that is there is compared instead.

    Raises:
        PublishedDayChanged: it is there, and our tables say something else today.
        Invalid: it is not over, or not the next one.
    """
    with acting_as(system="publish proofs"):
        proofs.publishing_lock()  # whoever comes second sees what the first has published
        day = ProofDay.objects.filter(pk=day_on).first()
        if day is not None:
            if faults := list(day_findings(day)):
                raise PublishedDayChanged("\n".join(faults[:FINDINGS_MAX]))
            return False
        if day_on not in days_due():
            raise Invalid(_("This day is not over, or nothing was sold before it."))
        if day_on != day_next():
            said = _("Days are published one after another: %(day)s comes first.")
            raise Invalid(said % {"day": day_next()})
        made = proofs.day_add(day_on, leaves_of(day_on))
    logger.info("published %s: %d records, root %s", day_on, made.leaves, made.root)
    return True


def leaves_of(day_on: date) -> list[proofs.Leaf]:
    """A day's records in the order of its tree: conversions as they were made, then summaries."""
    leaves: list[proofs.Leaf] = []
    summaries: dict[int, Summary] = {}
    for facts in versions_for(day_on):
        leaf = proofs.Leaf(
            kind=proofs.CONVERSION,
            subject_id=facts.version_id,
            brand_id=facts.brand_id,
            influencer_id=facts.influencer_id,
            record=canonical(conversion_record(facts, day_on)),
        )
        leaves.append(leaf)
        if facts.influencer_id not in summaries:
            summaries[facts.influencer_id] = Summary(facts.influencer)
        summaries[facts.influencer_id].add(facts, leaf.hash)
    for influencer_id, summary in sorted(summaries.items()):
        leaves.append(
            proofs.Leaf(
                kind=proofs.SUMMARY,
                subject_id=influencer_id,
                influencer_id=influencer_id,
                record=canonical(summary.record(day_on)),
            )
        )
    return leaves


# --- Proofs that the proofs hold ------------------------------------------------------------


def proof_findings(*, newest: int | None = None) -> list[str]:
    """What is wrong: days that are missing, the chain and its signatures, and the records of the
    `newest` days (None: of all). Each finding is a sentence."""
    with acting_as(system="verify proofs"):
        findings = [f"{day_on} is over and not published" for day_on in days_late()]
        findings += chain_faults(proofs.days_published(), proofs.keys_ours())
        findings += [
            f"conversion {conversion} version {number} is in no published day"
            for conversion, number in versions_left_out(newest)
        ]
        for day in ProofDay.objects.order_by("-day_on")[:newest]:
            findings += list(day_findings(day))[:FINDINGS_MAX]
    return findings


def day_findings(day: ProofDay) -> Iterator[str]:
    """Where a published day differs from itself, and from what our tables say today."""
    yield from proofs.day_faults(day)
    now = versions_published(day.day_on)
    leaves = ProofLeaf.objects.filter(day_on=day.day_on, kind=proofs.CONVERSION)
    for leaf in leaves.order_by("position").iterator(chunk_size=5_000):
        facts = now.get(leaf.subject_id)
        if facts is None:
            yield f"{day}: record {leaf.position} is of a conversion's version that is gone"
        elif canonical(conversion_record(facts, day.day_on)) != leaf.record:
            yield (
                f"{day}: conversion {facts.conversion} version {facts.number}"
                " is not what was published"
            )
