from campaigns.models.budgets import BudgetAlert
from campaigns.models.campaigns import Campaign, CampaignTotals
from campaigns.models.categories import Category
from campaigns.models.codes import CodeAlias, CodePool, PromoCode
from campaigns.models.deals import Deal, Task, TaskPost
from campaigns.models.external_codes import ExternalCode, TrafficTag
from campaigns.models.groups import ParticipantGroup
from campaigns.models.guarantees import Guarantee
from campaigns.models.invites import Invite
from campaigns.models.links import AppTarget, TrackingLink
from campaigns.models.participations import Participation, ParticipationTerms
from campaigns.models.terms import Terms

__all__ = [
    "AppTarget",
    "BudgetAlert",
    "Campaign",
    "CampaignTotals",
    "Category",
    "CodeAlias",
    "CodePool",
    "Deal",
    "ExternalCode",
    "Guarantee",
    "Invite",
    "ParticipantGroup",
    "Participation",
    "ParticipationTerms",
    "PromoCode",
    "Task",
    "TaskPost",
    "Terms",
    "TrackingLink",
    "TrafficTag",
]
