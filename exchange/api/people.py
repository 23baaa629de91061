"""Who takes part in a campaign, by the brand's server: read, accept, refuse, give codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from attribution.services.idempotency import Call, Reply, call_once
from campaigns.domain.reasons import REJECT_CODES
from campaigns.models import Participation
from campaigns.selectors.codes import pool_access_for_brand, pool_counts, pools_of_campaign
from campaigns.services import Reason, participation_approve, participation_reject
from campaigns.services.code_pools import codes_issue
from campaigns.services.decisions import NOTE_CHARS_MAX
from core.errors import Invalid, NotFound
from core.tenancy.context import acting_as
from exchange.api import selectors
from exchange.api.order_input import ExactJSONParser, WholeNumberField
from exchange.api.paging import page_of
from exchange.api.serializers import ErrorSerializer, MomentField
from exchange.api.verdicts import IDEMPOTENCY
from exchange.api.views import (
    INVALID,
    NOT_FOUND,
    PAGING,
    REFUSALS,
    BrandView,
    body_of,
    fingerprint_of,
    idempotency_key_of,
)

CODES_MAX = 1_000  # in one call: its answer names each of them
WRITTEN = {
    400: OpenApiResponse(ErrorSerializer, "Not JSON."),
    **REFUSALS,
    **NOT_FOUND,
    409: OpenApiResponse(
        ErrorSerializer,
        "Its state does not allow it: `participation_state`, `places_taken`. Or"
        " `idempotency_key_reused`, `idempotency_in_flight`.",
    ),
    413: OpenApiResponse(ErrorSerializer, "Larger than 1 MiB."),
    415: OpenApiResponse(ErrorSerializer, "Not sent as application/json."),
    422: OpenApiResponse(ErrorSerializer, "Fields are wrong; see errors."),
}


class ParticipationSerializer(serializers.Serializer[Participation]):
    id = serializers.UUIDField(source="public_id")
    influencer = serializers.UUIDField(source="influencer.public_id")
    name = serializers.CharField(source="influencer.name")
    state = serializers.ChoiceField(Participation.State.choices)
    code = serializers.SerializerMethodField(
        help_text="The personal promo code that counts now; empty without one."
    )
    group = serializers.SerializerMethodField(
        help_text="The group by whose terms they are paid; empty: by the terms for everybody."
    )
    applied_at = MomentField()
    decided_at = MomentField(allow_null=True)
    reason_code = serializers.CharField(help_text="Why it was refused or ended; else empty.")
    reason_note = serializers.CharField()
    apply_again_on = serializers.DateField(allow_null=True)

    def get_code(self, row: Participation) -> str:
        """The active one, of those that came with the row."""
        return next((code.code for code in selectors.codes_now(row)), "")

    def get_group(self, row: Participation) -> str:
        """Of who is out it says nothing."""
        is_in = row.state == Participation.State.APPROVED
        return row.group.name if row.group and is_in else ""


class ParticipationPageSerializer(serializers.Serializer[Any]):
    results = ParticipationSerializer(many=True, source="rows")
    next = serializers.URLField(allow_null=True)


class ParticipationRejectInSerializer(serializers.Serializer[Any]):
    """Why; the influencer reads it in their own language."""

    reason_code = serializers.ChoiceField([code.value for code in REJECT_CODES])
    note = serializers.CharField(
        max_length=NOTE_CHARS_MAX,
        allow_blank=True,
        default="",
        help_text="In your own words; required for `other`.",
    )
    apply_again_on = serializers.DateField(
        allow_null=True, default=None, help_text="From this day on they may apply again."
    )


class CodesInSerializer(serializers.Serializer[Any]):
    pool = serializers.UUIDField(help_text="A pool of this campaign: GET on this address.")
    participation = serializers.UUIDField(help_text="Whose the codes become.")
    count = WholeNumberField(min_value=1, max_value=CODES_MAX)


class CodesOutSerializer(serializers.Serializer[Any]):
    participation = serializers.UUIDField()
    codes = serializers.ListField(child=serializers.CharField())


class PoolSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    unassigned = serializers.IntegerField(help_text="Codes that are nobody's yet.")
    issued = serializers.IntegerField()
    reserved = serializers.IntegerField()
    redeemed = serializers.IntegerField()
    void = serializers.IntegerField()


class PoolListSerializer(serializers.Serializer[Any]):
    results = PoolSerializer(many=True)


class PeopleView(BrandView):
    """Of one campaign of the key's brand."""

    parser_classes = [ExactJSONParser]

    def once(self, request: Request, work: Callable[[], Mapping[str, Any]], status: int) -> Reply:
        """Do it once for each Idempotency-Key. A refusal is not kept: it may be tried again."""
        raw = body_of(request)
        call = Call(self.brand_id, idempotency_key_of(request), fingerprint_of(request, raw))
        with acting_as(system="participations by API"):
            return call_once(call, lambda: Reply(status, work()))

    def participation(self, campaign_id: UUID, participation_id: UUID) -> Participation:
        campaign = selectors.campaign_of_brand(self.brand_id, campaign_id)
        rows = selectors.participations_of_campaign(campaign)
        found = rows.filter(public_id=participation_id).first()
        if found is None:
            raise NotFound("There is no such participation.")
        return found


class ParticipationListView(PeopleView):
    scope = "campaigns:read"

    @extend_schema(
        operation_id="participations",
        description="Who takes part in a campaign, applied or did, newest first.",
        parameters=[OpenApiParameter("state", enum=Participation.State.values), *PAGING],
        responses={200: ParticipationPageSerializer, **REFUSALS, **NOT_FOUND, **INVALID},
    )
    def get(self, request: Request, id: UUID) -> Response:
        campaign = selectors.campaign_of_brand(self.brand_id, id)
        state = request.query_params.get("state")
        if state is not None and state not in Participation.State.values:
            message = f"state is one of: {', '.join(Participation.State.values)}."
            raise Invalid.of("state", message)
        rows = selectors.participations_of_campaign(campaign, state=state)
        page = page_of(request, rows, order=["id"])
        return Response(ParticipationPageSerializer(page).data)


class ParticipationVerdictView(PeopleView):
    scope = "campaigns:write"

    def answer(
        self, request: Request, id: UUID, pid: UUID, act: Callable[[int], object]
    ) -> Response:
        """Do it once, and show the participation as it is then."""
        found = self.participation(id, pid)

        def work() -> Mapping[str, Any]:
            act(found.pk)
            shown = ParticipationSerializer(self.participation(id, pid)).data
            plain: Mapping[str, Any] = json.loads(JSONRenderer().render(shown))
            return plain

        reply = self.once(request, work, 200)
        return _replied(reply, ParticipationSerializer)


def _replied(reply: Reply, serializer: type[serializers.Serializer[Any]]) -> Response:
    """jsonb keeps no order: the names are the serializer's."""
    headers = {"Idempotent-Replayed": "true"} if reply.is_replay else None
    shown = {name: reply.answer[name] for name in serializer().get_fields()}
    return Response(shown, status=reply.status, headers=headers)


class ParticipationApproveView(ParticipationVerdictView):
    @extend_schema(
        operation_id="participation_approve",
        description="Accept an application: the link and the code work at once, the influencer"
        " gets a letter.",
        parameters=[IDEMPOTENCY],
        request=None,
        responses={200: OpenApiResponse(ParticipationSerializer, "As it is now."), **WRITTEN},
    )
    def post(self, request: Request, id: UUID, pid: UUID) -> Response:
        return self.answer(request, id, pid, lambda pk: participation_approve(participation_id=pk))


class ParticipationRejectView(ParticipationVerdictView):
    @extend_schema(
        operation_id="participation_reject",
        description="Refuse an application; the influencer reads why.",
        parameters=[IDEMPOTENCY],
        request=ParticipationRejectInSerializer,
        responses={200: OpenApiResponse(ParticipationSerializer, "As it is now."), **WRITTEN},
    )
    def post(self, request: Request, id: UUID, pid: UUID) -> Response:
        body_of(request)
        given = ParticipationRejectInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        said = given.validated_data
        reason = Reason(
            code=said["reason_code"], note=said["note"], again_on=said["apply_again_on"]
        )
        return self.answer(
            request, id, pid, lambda pk: participation_reject(participation_id=pk, reason=reason)
        )


class CodesView(PeopleView):
    """Reading needs campaigns:read, giving campaigns:write."""

    @property
    def scope(self) -> str:  # type: ignore[override]
        return "campaigns:read" if self.request.method == "GET" else "campaigns:write"

    @extend_schema(
        operation_id="code_pools",
        description="The campaign's pools of one-time codes, newest first.",
        responses={200: PoolListSerializer, **REFUSALS, **NOT_FOUND},
    )
    def get(self, request: Request, id: UUID) -> Response:
        campaign = selectors.campaign_of_brand(self.brand_id, id)
        pools = pools_of_campaign(campaign)
        counts = pool_counts(pools)
        rows = [selectors.pool_shown(pool, counts) for pool in pools]
        return Response(PoolListSerializer({"results": rows}).data)

    @extend_schema(
        operation_id="codes_issue",
        description="Give the next one-time codes of a pool to a participation: they are the"
        " influencer's from then on, and nobody else gets them.",
        parameters=[IDEMPOTENCY],
        request=CodesInSerializer,
        responses={201: OpenApiResponse(CodesOutSerializer, "Theirs now."), **WRITTEN},
    )
    def post(self, request: Request, id: UUID) -> Response:
        body_of(request)
        given = CodesInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        found = self.participation(id, wanted["participation"])
        pool = pool_access_for_brand(self.brand_id, wanted["pool"])

        def work() -> Mapping[str, Any]:
            codes = codes_issue(pool_id=pool.pk, participation_id=found.pk, count=wanted["count"])
            return {"participation": str(found.public_id), "codes": codes}

        return _replied(self.once(request, work, 201), CodesOutSerializer)
