"""What POST /api/v1/orders takes. Names and units: design/architecture.md section 5."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import IO, Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from attribution.connectors import base
from attribution.connectors.base import UnknownPayload
from attribution.connectors.payload import YEAR_MAX, YEAR_MIN, json_read
from attribution.connectors.postback.connector import is_macro
from attribution.domain.codes import click_id_parse
from core import clock
from core.money import MINOR_DIGITS, MINOR_MAX

CLOCK_SKEW = timedelta(minutes=5)
STATUSES = ("created", "paid", "fulfilled", "cancelled", "returned")
MACRO = _("A template came without its value: put the value itself here.")


class ExactJSONParser(JSONParser):
    """As every connector reads JSON: exact numbers, and no depth that could hurt."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Any = None
    ) -> Any:
        try:
            return json_read(stream.read())
        except UnknownPayload as error:
            raise ParseError(error.reason) from None


class WholeNumberField(serializers.IntegerField):
    """A number of JSON without a fraction: "25500.00" is an amount of other units."""

    default_error_messages = {"invalid": _("A whole number is required.")}

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return super().to_internal_value(data)


class PlainTextField(serializers.CharField):
    """Text that is no template's placeholder."""

    default_error_messages = {"macro": MACRO}

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if is_macro(text):
            self.fail("macro")
        return text


class PastField(serializers.DateTimeField):
    """A moment that says in which zone, and has been."""

    default_error_messages = {
        "zone": _("Say the zone too: 2026-11-20T10:00:00Z."),
        "range": _("This year is out of range."),
        "future": _("This moment has not come yet."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("zone")
        if not YEAR_MIN <= value.year <= YEAR_MAX:
            self.fail("range")
        moment = value.astimezone(UTC)
        if moment > clock.now() + CLOCK_SKEW:
            self.fail("future")
        return moment


class OrderLineInSerializer(serializers.Serializer[Any]):
    line_id = serializers.CharField(
        max_length=base.EXTERNAL_ID_MAX, help_text="Unique in the order, and always the same."
    )
    sku = serializers.CharField(max_length=base.SKU_MAX, allow_blank=True, default="")
    name = serializers.CharField(max_length=base.NAME_MAX, allow_blank=True, default="")
    quantity = WholeNumberField(min_value=1, max_value=base.QUANTITY_MAX)
    returned_quantity = WholeNumberField(
        min_value=0, max_value=base.QUANTITY_MAX, default=0, help_text="Of `quantity`, so far."
    )
    amount_minor = WholeNumberField(
        min_value=0,
        max_value=MINOR_MAX,
        help_text="What the buyer paid for the whole line: after discounts, without delivery,"
        " before returns; tiyn.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["returned_quantity"] > attrs["quantity"]:
            message = _("More pieces came back than were sold.")
            raise serializers.ValidationError({"returned_quantity": [message]})
        return attrs


class CustomerInSerializer(serializers.Serializer[Any]):
    """Kept as a keyed hash only, to find an influencer's own orders."""

    phone = serializers.CharField(
        max_length=base.PHONE_MAX, allow_null=True, allow_blank=True, required=False
    )
    email = serializers.CharField(
        max_length=base.EMAIL_MAX, allow_null=True, allow_blank=True, required=False
    )
    is_new = serializers.BooleanField(allow_null=True, required=False)


class OrderInSerializer(serializers.Serializer[Any]):
    """The whole order as it is now. Send it again whenever it changes: a state and no event."""

    external_id = serializers.CharField(
        max_length=base.EXTERNAL_ID_MAX, help_text="Your own number of the order."
    )
    status = serializers.ChoiceField(STATUSES)
    occurred_at = PastField(help_text="When the buyer placed it.")
    updated_at = PastField(
        help_text="When it became so. An older one than we know changes nothing."
    )
    currency = serializers.ChoiceField(sorted(MINOR_DIGITS))
    click_id = PlainTextField(
        allow_null=True,
        allow_blank=True,
        default=None,
        help_text="`cpa_click` of the address at which the buyer arrived. What is not ours is"
        " passed over.",
    )
    promo_codes = serializers.ListField(
        child=PlainTextField(max_length=base.PROMO_CODE_MAX),
        max_length=base.PROMO_CODES_MAX,
        default=list,
        help_text="As the buyer typed them, the one that discounted first.",
    )
    customer = CustomerInSerializer(allow_null=True, default=None)
    lines = serializers.ListField(
        child=OrderLineInSerializer(), allow_empty=False, max_length=base.LINES_MAX
    )

    def validate_click_id(self, value: str | None) -> str | None:
        click_id = click_id_parse(value) if value else None
        return click_id.hex if click_id else None

    def validate_lines(self, value: list[dict[str, Any]]) -> list[dict[str, Any]]:
        (line_id, times), *_rest = Counter(line["line_id"] for line in value).most_common(1)
        if times > 1:
            message = _("The line %(line_id)s comes twice.") % {"line_id": line_id}
            raise serializers.ValidationError([message])
        return value

    def plain(self) -> dict[str, Any]:
        """The checked order as JSON."""
        order = dict(self.validated_data)
        for name in ("occurred_at", "updated_at"):
            order[name] = order[name].isoformat()
        return order


class OrderTakenSerializer(serializers.Serializer[Any]):
    event_id = serializers.UUIDField(help_text="The event in the log of the connection.")
    status = serializers.ChoiceField(["accepted", "duplicate"])
