from campaigns.services.apps import app_target_save
from campaigns.services.budgets import BudgetOwed, campaign_shrink
from campaigns.services.decisions import (
    Reason,
    participation_approve,
    participation_reject,
    participation_remove,
    participation_restore,
    participations_approve,
    participations_reject,
)
from campaigns.services.eligibility import NotEligible
from campaigns.services.external_codes import external_code_add
from campaigns.services.groups import Moved, group_change, group_create, group_end, group_move
from campaigns.services.lifecycle import (
    BrandNotVerified,
    CampaignFunding,
    brand_stop,
    campaign_close,
    campaign_funding,
    campaign_pause,
    campaign_publish,
    campaign_release,
    campaign_resume,
    campaign_top_up,
    campaigns_sweep,
    funding_rates,
)
from campaigns.services.links import (
    ParticipationConflict,
    links_follow_budgets,
    tracking_link_create,
    tracking_link_disable,
    tracking_link_enable,
)
from campaigns.services.offers import (
    CampaignConflict,
    campaign_create,
    campaign_update,
    destination_require,
)
from campaigns.services.participations import campaign_join, participation_leave
from campaigns.services.rules import campaign_rules_set
from campaigns.services.standing import PlacesTaken
from campaigns.services.terms import terms_columns, terms_create, terms_like
from campaigns.services.versions import TermsChange, campaign_terms_change

__all__ = [
    "BrandNotVerified",
    "BudgetOwed",
    "CampaignConflict",
    "CampaignFunding",
    "Moved",
    "NotEligible",
    "ParticipationConflict",
    "PlacesTaken",
    "Reason",
    "TermsChange",
    "app_target_save",
    "brand_stop",
    "campaign_close",
    "campaign_create",
    "campaign_funding",
    "campaign_join",
    "campaign_pause",
    "campaign_publish",
    "campaign_release",
    "campaign_resume",
    "campaign_rules_set",
    "campaign_shrink",
    "campaign_terms_change",
    "campaign_top_up",
    "campaign_update",
    "campaigns_sweep",
    "destination_require",
    "external_code_add",
    "funding_rates",
    "group_change",
    "group_create",
    "group_end",
    "group_move",
    "links_follow_budgets",
    "participation_approve",
    "participation_leave",
    "participation_reject",
    "participation_remove",
    "participation_restore",
    "participations_approve",
    "participations_reject",
    "terms_columns",
    "terms_create",
    "terms_like",
    "tracking_link_create",
    "tracking_link_disable",
    "tracking_link_enable",
]
