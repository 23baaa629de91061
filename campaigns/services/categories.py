"""Whether a campaign may be published by what it is about: what the law forbids never, what a
person must look at only after that. The list is kept by ops."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from brands.models import Member
from brands.notices import team_notice_queue
from campaigns.models import Campaign, Category
from campaigns.services.offers import CampaignConflict, campaign_locked
from core import clock
from core.audit.services import audit_record
from core.errors import Invalid
from core.tenancy.context import acting_as

NOTE_CHARS_MAX = 500
Review = Campaign.Review


class CategoryRefused(CampaignConflict):
    """The category is forbidden, or nobody of us has looked yet."""

    code = "category_refused"


def category_fault(campaign: Campaign) -> str:
    """Why the campaign's category keeps it from being published, "" where it does not."""
    category = campaign.category
    if category is None or category.flag == Category.Flag.ALLOWED:
        return ""
    if category.flag == Category.Flag.FORBIDDEN:
        return _(
            "Campaigns about “%(category)s” are never published: %(law)s. Choose another category"
            " if this one is wrong."
        ) % {"category": category.name, "law": category.law}
    if campaign.review == Review.PASSED:
        return ""
    if campaign.review == Review.ASKED:
        return _("We are looking at the campaign: “%(category)s” needs it. You get a letter.") % {
            "category": category.name
        }
    if campaign.review == Review.REFUSED:
        return _("We have not let it through: %(why)s. Change the campaign and ask again.") % {
            "why": campaign.review_note.rstrip(".")
        }
    return _("Campaigns about “%(category)s” are looked at by us before they are published.") % {
        "category": category.name
    }


def category_require(campaign: Campaign) -> None:
    """Raises: CategoryRefused, which says why."""
    if fault := category_fault(campaign):
        raise CategoryRefused(fault)


def review_may_be_asked(campaign: Campaign) -> bool:
    category = campaign.category
    is_restricted = category is not None and category.flag == Category.Flag.RESTRICTED
    is_draft = campaign.status == Campaign.Status.DRAFT
    return is_restricted and is_draft and campaign.review in ("", Review.REFUSED)


def campaign_review_ask(*, campaign_id: int) -> Campaign:
    """Let us look at a draft of a restricted category.

    Raises:
        NotFound: no such campaign.
        CampaignConflict: there is nothing to look at, or we are looking already.
    """
    with acting_as(system="ask for a look at a campaign"):
        campaign = campaign_locked(campaign_id)
        if not review_may_be_asked(campaign):
            raise CampaignConflict(_("There is nothing to look at now."))
        _review_set(campaign, Review.ASKED, "campaign.review_ask")
    return campaign


def campaign_review_pass(*, campaign_id: int) -> Campaign:
    """It may be published. Runs as ops.

    Raises: see `campaign_review_refuse`.
    """
    return _decided(campaign_id, Review.PASSED, "campaign.review_pass")


def campaign_review_refuse(*, campaign_id: int, note: str) -> Campaign:
    """It may not, and the brand reads why. Runs as ops.

    Raises:
        NotFound: no such campaign.
        CampaignConflict: nobody has asked.
        Invalid: no reason.
    """
    why = note.strip()
    if not why or len(why) > NOTE_CHARS_MAX:
        message = _("Say why, in up to 500 characters: the brand reads it.")
        raise Invalid.of("note", message)
    return _decided(campaign_id, Review.REFUSED, "campaign.review_refuse", why)


def _decided(campaign_id: int, review: str, action: str, note: str = "") -> Campaign:
    with acting_as(system="look at a campaign"):
        campaign = campaign_locked(campaign_id)
        if campaign.review != Review.ASKED:
            raise CampaignConflict(_("Nobody has asked to look at this campaign."))
        _review_set(campaign, review, action, note)
        _letters(campaign)
    return campaign


def _review_set(campaign: Campaign, review: str, action: str, note: str = "") -> None:
    before = {"review": campaign.review}
    campaign.review, campaign.review_at, campaign.review_note = review, clock.now(), note
    campaign.save(update_fields=["review", "review_at", "review_note"])
    after = {"review": str(review)} | ({"note": note} if note else {})
    audit_record(action, campaign, before=before, after=after)


def _letters(campaign: Campaign) -> None:
    """To the brand's owners."""
    assert campaign.review_at is not None
    team_notice_queue(
        "campaign_reviewed",
        campaign.brand_id,
        [Member.Role.OWNER],
        context={
            "campaign": campaign,
            "is_passed": campaign.review == Review.PASSED,
            "why": campaign.review_note,
        },
        dedupe_key=f"review:{campaign.pk}:{campaign.review_at.isoformat()}",
    )


# --- The list -------------------------------------------------------------------------------


def category_save(*, slug: str, maker_id: int, **said: Any) -> Category:
    """A category, new or anew. Runs as ops.

    Raises:
        Invalid: a forbidden one without its law, or no source.
    """
    if said["flag"] == Category.Flag.FORBIDDEN and not said["law"].strip():
        message = _("Name the law that forbids it: brands read it.")
        raise Invalid.of("law", message)
    known = Category.objects.select_for_update().filter(slug=slug).first()
    before = _words(known) if known else None
    category = known or Category(slug=slug)
    for name, value in said.items():
        setattr(category, name, value)
    category.changed_by_id, category.changed_at = maker_id, clock.now()
    category.save()
    audit_record("category.save", category, before=before, after=_words(category))
    return category


def _words(category: Category) -> dict[str, Any]:
    return {
        "slug": category.slug,
        "flag": str(category.flag),
        "law": category.law,
        "source": category.source,
        "confidence": str(category.confidence),
        "is_active": category.is_active,
    }
