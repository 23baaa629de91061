"""Findings of the leak guard as each side reads them, and which rewards they hold."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from attribution.models import CodeFinding, CodeUse, Conversion
from brands.models import Member
from brands.selectors import member_require_write
from campaigns.domain.codes import skeleton
from campaigns.models import Campaign
from core.errors import DomainError, NotFound
from core.paging import keyset_page

PAGE_ROWS = 30
USES_SHOWN = 20
State = CodeFinding.State


class FindingClosed(DomainError):
    """Somebody has decided about it already."""

    code = "finding_closed"


def leak_holds() -> Q:
    """Of a conversion by code: an open finding of a campaign that holds is about its order, which
    carries no click of the influencer."""
    about = Q(code__findings__until_at__isnull=True) | Q(code__findings__until_at__gt=F("at"))
    uses = CodeUse.objects.filter(
        about,
        order_id=OuterRef("order_id"),
        participation_id=OuterRef("participation_id"),
        is_clicked=False,
        code__findings__state=State.OPEN,
        code__findings__since_at__lte=F("at"),
        code__findings__campaign__leak_mode=Campaign.LeakMode.ENFORCE,
    )
    return Q(Exists(uses), grade="B")


def held_by(finding: CodeFinding) -> QuerySet[Conversion]:
    """The rewards that wait for this finding: not approved, by this code alone."""
    uses = CodeUse.objects.filter(
        code_id=finding.code_id,
        order_id=OuterRef("order_id"),
        participation_id=OuterRef("participation_id"),
        is_clicked=False,
        at__gte=finding.since_at,
    )
    if finding.until_at is not None:
        uses = uses.filter(at__lt=finding.until_at)
    return Conversion.objects.filter(
        Exists(uses),
        brand_id=finding.brand_id,
        participation_id=finding.participation_id,
        grade="B",
        status__in=("awaiting_funding", "pending", "on_hold"),
    )


def finding_holding(conversion: Conversion) -> CodeFinding | None:
    """The finding for which this conversion waits; None when it waits for none."""
    if conversion.grade != "B" or conversion.status not in ("pending", "on_hold"):
        return None
    use = CodeUse.objects.filter(
        order_id=conversion.order_id,
        participation_id=conversion.participation_id,
        is_clicked=False,
    ).first()
    if use is None:
        return None
    open_ones = CodeFinding.objects.filter(
        Q(until_at__isnull=True) | Q(until_at__gt=use.at),
        code_id=use.code_id,
        state=State.OPEN,
        since_at__lte=use.at,
        campaign__leak_mode=Campaign.LeakMode.ENFORCE,
    )
    return open_ones.order_by("opened_at").first()


@dataclass(frozen=True, slots=True)
class FindingFilter:
    state: str = ""
    campaign: UUID | None = None
    query: str = ""


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Newest first, and where the next page begins ("" at the end)."""

    rows: list[CodeFinding]
    after: str


def findings_of_brand(brand_id: int) -> QuerySet[CodeFinding]:
    found = CodeFinding.objects.filter(brand_id=brand_id)
    return found.select_related("code", "influencer", "campaign")


def findings_of_influencer(influencer_id: int) -> QuerySet[CodeFinding]:
    found = CodeFinding.objects.filter(influencer_id=influencer_id)
    return found.select_related("code", "campaign")


def findings_filter(
    findings: QuerySet[CodeFinding], wanted: FindingFilter
) -> QuerySet[CodeFinding]:
    """By everything but the state, which is counted apart."""
    if wanted.campaign:
        findings = findings.filter(campaign__public_id=wanted.campaign)
    if wanted.query:
        by_name = Q(influencer__name__icontains=wanted.query)
        look = skeleton(wanted.query)
        findings = findings.filter(by_name | Q(code__skeleton__contains=look) if look else by_name)
    return findings


def finding_page(
    findings: QuerySet[CodeFinding], *, state: str = "", after: str = "", rows: int = PAGE_ROWS
) -> FindingPage:
    if state:
        findings = findings.filter(state=state)
    return FindingPage(*keyset_page(findings, "-opened_at", after=after, size=rows))


def finding_counts(findings: QuerySet[CodeFinding]) -> dict[str, int]:
    """{state: how many}. One query."""
    return dict(findings.order_by().values_list("state").annotate(count=Count("pk")))


def open_by_code(code_ids: Collection[int]) -> set[int]:
    """Of these codes, those with an open finding. One query."""
    rows = CodeFinding.objects.filter(code_id__in=code_ids, state=State.OPEN)
    return set(rows.values_list("code_id", flat=True))


def finding_access_for_brand(brand_id: int, public_id: UUID) -> CodeFinding:
    """Raises: NotFound for another brand's."""
    return _or_404(findings_of_brand(brand_id).filter(public_id=public_id))


def finding_access_for_writer(member: Member, public_id: UUID) -> CodeFinding:
    """Raises: NotFound for another brand's; Forbidden for who may only read."""
    found = finding_access_for_brand(member.brand_id, public_id)
    member_require_write(member)
    return found


def finding_access_for_influencer(influencer_id: int, public_id: UUID) -> CodeFinding:
    """Raises: NotFound for another influencer's."""
    return _or_404(findings_of_influencer(influencer_id).filter(public_id=public_id))


def finding_locked(finding_id: int) -> CodeFinding:
    """Runs as the system.

    Raises:
        NotFound: no such finding.
        FindingClosed: somebody has decided already.
    """
    rows = CodeFinding.objects.select_for_update(of=("self",)).select_related("code")
    finding = _or_404(rows.filter(pk=finding_id))
    if finding.state != State.OPEN:
        raise FindingClosed(_("Somebody has decided about this already."))
    return finding


def _or_404(rows: QuerySet[CodeFinding]) -> CodeFinding:
    found = rows.first()
    if found is None:
        raise NotFound(_("There is no such finding."))
    return found


def uses_lately(finding: CodeFinding, *, rows: int = USES_SHOWN) -> list[CodeUse]:
    """The orders that name the code and that the finding is about, newest first."""
    uses = CodeUse.objects.filter(code_id=finding.code_id, at__gte=finding.since_at)
    if finding.until_at is not None:
        uses = uses.filter(at__lt=finding.until_at)
    return list(uses.order_by("-at", "-pk")[:rows])


def findings_of_code(finding: CodeFinding) -> list[CodeFinding]:
    """Everything that was ever seen of its code, newest first; as the acting side may read."""
    rows = CodeFinding.objects.filter(code_id=finding.code_id)
    return list(rows.order_by("-opened_at", "-pk")[:USES_SHOWN])
