"""What the API says. Names and units: design/architecture.md section 5.

Ids are public UUIDs or the caller's own numbers, money is integer tiyn (`*_minor`), rates are
basis points (`*_bps`), moments are RFC 3339 in UTC, days (`*_on`) are Kazakhstan's.
"""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from rest_framework import serializers

from attribution.models import Conversion, Grade, InboundEvent, Order
from campaigns.models import Campaign, Terms
from core.clock import day_of


class MomentField(serializers.DateTimeField):
    """In UTC, whatever the server's own zone is."""

    def __init__(self, **options: Any) -> None:
        super().__init__(default_timezone=UTC, **options)


class ErrorSerializer(serializers.Serializer[Any]):
    """Every answer that is no success."""

    code = serializers.CharField(help_text="A stable word for programs.")
    message = serializers.CharField(help_text="A sentence for people.")
    errors = serializers.DictField(  # type: ignore[assignment]  # also a property of forms
        child=serializers.ListField(child=serializers.CharField()),
        help_text="What is wrong with which field or parameter.",
    )


class CampaignMoneySerializer(serializers.Serializer[Any]):
    campaign = serializers.UUIDField()
    budget_minor = serializers.IntegerField(help_text="Rewards that are not promised yet.")
    posts_minor = serializers.IntegerField(
        help_text="Fixed fees of posts that are neither accepted nor released."
    )
    guarantees_minor = serializers.IntegerField(
        help_text="Minimum guarantees of months that are not settled."
    )
    fee_minor = serializers.IntegerField(help_text="Birge's fee for them.")
    vat_minor = serializers.IntegerField(help_text="VAT of that fee, and of fees on hold.")


class BalanceSerializer(serializers.Serializer[Any]):
    currency = serializers.CharField()
    free_minor = serializers.IntegerField(help_text="May be reserved for campaigns.")
    reserved_minor = serializers.IntegerField(help_text="The sum of all campaigns below.")
    campaigns = CampaignMoneySerializer(many=True)


class CampaignSerializer(serializers.Serializer[Campaign]):
    id = serializers.UUIDField(source="public_id")
    title = serializers.CharField()
    status = serializers.ChoiceField(Campaign.Status.choices)
    access = serializers.ChoiceField(Campaign.Access.choices)
    destination_url = serializers.URLField()
    budget_minor = serializers.IntegerField()
    commission_bps = serializers.IntegerField(source="terms_now.commission_bps")
    fixed_minor = serializers.IntegerField(
        source="terms_now.fixed_minor", help_text="For an order, in the place of a percent."
    )
    cap_minor = serializers.IntegerField(
        source="terms_now.cap_minor", allow_null=True, help_text="The most that an order earns."
    )
    window_days = serializers.IntegerField(source="terms_now.window_days")
    hold_days = serializers.IntegerField(source="terms_now.hold_days")
    code_policy = serializers.ChoiceField(Terms.CodePolicy.choices, source="terms_now.code_policy")
    click_model = serializers.ChoiceField(Terms.Model.choices, source="terms_now.model")
    terms_version = serializers.IntegerField(source="terms_now.version")
    published_at = MomentField(allow_null=True)
    ends_at = MomentField(allow_null=True)
    created_at = MomentField()


class ConversionSerializer(serializers.Serializer[Conversion]):
    id = serializers.UUIDField(source="public_id")
    order = serializers.CharField(source="order.external_id", help_text="The shop's own id.")
    line = serializers.CharField(source="line.line_id", help_text="The shop's own id.")
    campaign = serializers.UUIDField(source="campaign.public_id")
    influencer = serializers.UUIDField(source="influencer.public_id")
    status = serializers.ChoiceField(Conversion.Status.choices)
    grade = serializers.ChoiceField(Grade.choices)
    base_minor = serializers.IntegerField()
    commission_minor = serializers.IntegerField()
    reason_code = serializers.IntegerField(allow_null=True)
    ordered_at = MomentField()
    hold_until = MomentField(allow_null=True)
    payable_on = serializers.SerializerMethodField(
        help_text="The day on which the reward is or becomes the influencer's."
    )

    def get_payable_on(self, row: Conversion) -> date | None:
        if row.approved_at is not None:
            return day_of(row.approved_at)
        if row.status == Conversion.Status.ON_HOLD and row.hold_until is not None:
            return day_of(row.hold_until)
        return None


class OrderLineSerializer(serializers.Serializer[Any]):
    line_id = serializers.CharField()
    sku = serializers.CharField()
    name = serializers.CharField()
    quantity = serializers.IntegerField()
    returned_quantity = serializers.IntegerField()
    amount_minor = serializers.IntegerField()
    returned_minor = serializers.IntegerField()


class OrderVersionSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    status = serializers.ChoiceField(Order.Status.choices)
    raw_status = serializers.CharField(help_text="The source's own word.")
    source_updated_at = MomentField()
    is_applied = serializers.BooleanField(help_text="False: it came late and changed nothing.")


class CandidateSerializer(serializers.Serializer[Any]):
    influencer = serializers.UUIDField(source="influencer.public_id")
    kind = serializers.CharField()
    evidence = serializers.CharField()
    grade = serializers.ChoiceField(Grade.choices)
    occurred_at = MomentField()
    verdict = serializers.CharField()
    reason = serializers.CharField()


class AttributionSerializer(serializers.Serializer[Any]):
    """Whose a line is, and why: the decision in force with all of its candidates."""

    line = serializers.CharField(source="line.line_id")
    rule = serializers.CharField(help_text="What decided.")
    grade = serializers.CharField(help_text="Empty when the line is nobody's.")
    influencer = serializers.SerializerMethodField()
    decided_at = MomentField()
    trace = CandidateSerializer(many=True, source="candidates.all")

    def get_influencer(self, row: Any) -> str | None:
        """The public id of whose it is."""
        participation = row.participation
        return str(participation.influencer.public_id) if participation else None


class OrderSerializer(serializers.Serializer[Any]):
    external_id = serializers.CharField()
    number = serializers.CharField()
    connection = serializers.UUIDField(source="connection.public_id")
    source = serializers.CharField()  # type: ignore[assignment]  # also an option of fields
    status = serializers.ChoiceField(Order.Status.choices)
    raw_status = serializers.CharField()
    trust = serializers.ChoiceField(InboundEvent.Trust.choices)
    currency = serializers.CharField()
    promo_codes = serializers.ListField(child=serializers.CharField())
    is_test = serializers.BooleanField()
    placed_at = MomentField()
    fulfilled_at = MomentField(allow_null=True)
    lines = OrderLineSerializer(many=True)
    versions = OrderVersionSerializer(many=True)
    attribution = AttributionSerializer(many=True, source="decisions_now")


class CampaignPageSerializer(serializers.Serializer[Any]):
    results = CampaignSerializer(many=True, source="rows")
    next = serializers.URLField(allow_null=True)


class ConversionPageSerializer(serializers.Serializer[Any]):
    results = ConversionSerializer(many=True, source="rows")
    next = serializers.URLField(allow_null=True)
