"""Other requirements for a campaign, while it is a draft or runs. They are for those who join from
now on; who takes part already stays."""

from __future__ import annotations

from dataclasses import asdict

from django.utils.translation import gettext as _

from campaigns.domain.eligibility import JoinRules
from campaigns.models import Campaign
from campaigns.services.eligibility import rules_columns, rules_errors
from campaigns.services.offers import CampaignConflict, campaign_locked
from campaigns.services.standing import people_lock, places_fill
from core.audit.services import audit_record
from core.errors import Invalid
from core.tenancy.context import acting_as


def campaign_rules_set(*, campaign_id: int, rules: JoinRules) -> Campaign:
    """Other requirements from now on. More places let in who waits for one.

    Raises:
        NotFound: no such campaign.
        CampaignConflict: it is closed.
        Invalid: which fields break which rules.
    """
    with acting_as(system="requirements of a campaign"):
        errors = rules_errors(rules)
        if errors:
            raise Invalid(_("Some fields need another look."), fields=errors)
        columns = rules_columns(rules)
        people_lock(campaign_id)
        campaign = campaign_locked(campaign_id)
        if campaign.status == Campaign.Status.CLOSED:
            raise CampaignConflict(_("This campaign is over."))
        before = asdict(campaign.join_rules)
        for name, value in columns.items():
            setattr(campaign, name, value)
        campaign.save(update_fields=list(columns))
        audit_record("campaign.rules", campaign, before=before, after=asdict(rules))
        places_fill(campaign)
    return campaign
