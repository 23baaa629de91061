"""POST /api/v1/conversions/{id}/approve and /reject: the brand's word, by its server."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from attribution.domain.verdicts import BRAND_REASONS, NOTE_CHARS_MAX
from attribution.models import Rejection
from attribution.services.idempotency import Call, Reply, call_once
from attribution.services.verdicts import Speaker, conversion_approve, conversion_reject
from core.tenancy.context import acting_as
from exchange.api import selectors
from exchange.api.order_input import ExactJSONParser, WholeNumberField
from exchange.api.serializers import ConversionSerializer, ErrorSerializer
from exchange.api.views import (
    KEY_CHARS_MAX,
    NOT_FOUND,
    REFUSALS,
    BrandView,
    body_of,
    fingerprint_of,
    idempotency_key_of,
)

IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description=f"A name of your own for this call, at most {KEY_CHARS_MAX} printable ASCII"
    " characters: the same call with the same key gets the same answer for at least 24 hours.",
)
ANSWERS = {
    200: OpenApiResponse(ConversionSerializer, "As it is now."),
    400: OpenApiResponse(ErrorSerializer, "Not JSON."),
    **REFUSALS,
    **NOT_FOUND,
    409: OpenApiResponse(
        ErrorSerializer,
        "Its state does not allow it: `verdict_approved`, `verdict_rejected`, `verdict_reversed`,"
        " `verdict_not_received`, `verdict_queued`, `verdict_asked`. Or `idempotency_key_reused`,"
        " `idempotency_in_flight`.",
    ),
    413: OpenApiResponse(ErrorSerializer, "Larger than 1 MiB."),
    415: OpenApiResponse(ErrorSerializer, "Not sent as application/json."),
    422: OpenApiResponse(ErrorSerializer, "Fields are wrong; see errors."),
}


class RejectInSerializer(serializers.Serializer[Any]):
    """The ground of a rejection. The influencer reads both."""

    reason_code = WholeNumberField(
        min_value=0,
        max_value=99,
        help_text=f"One of {', '.join(map(str, BRAND_REASONS))}: see the list of reasons.",
    )
    note = serializers.CharField(
        max_length=NOTE_CHARS_MAX, help_text="What it rests on: where, when, what exactly."
    )


class VerdictView(BrandView):
    scope = "conversions:write"
    parser_classes = [ExactJSONParser]

    def answer(self, request: Request, id: UUID, act: Callable[[Speaker], Any]) -> Response:
        """Do it once, and show the conversion as it is then."""
        raw = body_of(request)
        call = Call(self.brand_id, idempotency_key_of(request), fingerprint_of(request, raw))
        speaker = Speaker(self.brand_id, Rejection.Door.API)

        def work() -> Reply:
            act(speaker)
            row = selectors.conversions_of_brand(self.brand_id).get(public_id=id)
            plain = json.loads(JSONRenderer().render(ConversionSerializer(row).data))
            return Reply(200, plain)

        with acting_as(system="verdict by API"):
            reply = call_once(call, work)
        headers = {"Idempotent-Replayed": "true"} if reply.is_replay else None
        names = ConversionSerializer().get_fields()  # jsonb keeps no order
        shown = {name: reply.answer[name] for name in names}
        return Response(shown, status=reply.status, headers=headers)


class ConversionApproveView(VerdictView):
    @extend_schema(
        operation_id="conversion_approve",
        description="Approve a received sale before its hold is over. This cannot be taken back.",
        parameters=[IDEMPOTENCY],
        request=None,
        responses=ANSWERS,
    )
    def post(self, request: Request, id: UUID) -> Response:
        return self.answer(
            request, id, lambda speaker: conversion_approve(conversion_id=id, speaker=speaker)
        )


class ConversionRejectView(VerdictView):
    @extend_schema(
        operation_id="conversion_reject",
        description="Reject a sale that is not approved yet, with a numbered reason and a note."
        " Its reward goes back to the budget; the influencer may answer.",
        parameters=[IDEMPOTENCY],
        request=RejectInSerializer,
        responses=ANSWERS,
    )
    def post(self, request: Request, id: UUID) -> Response:
        body_of(request)
        given = RejectInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        return self.answer(
            request,
            id,
            lambda speaker: conversion_reject(
                conversion_id=id, speaker=speaker, **given.validated_data
            ),
        )
