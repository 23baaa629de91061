"""The REST API of a brand's server, version 1. Each view reads, and shows."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attribution.models import Conversion
from attribution.services.api_orders import order_receive
from brands.models import ApiKey
from core.errors import DomainError, Invalid, NotFound
from exchange.api import selectors
from exchange.api.order_input import ExactJSONParser, OrderInSerializer, OrderTakenSerializer
from exchange.api.paging import PAGE_ROWS, PAGE_ROWS_MAX, page_of, uuid_of
from exchange.api.serializers import (
    BalanceSerializer,
    CampaignPageSerializer,
    CampaignSerializer,
    ConversionPageSerializer,
    ErrorSerializer,
    OrderSerializer,
)

REFUSALS = {
    401: OpenApiResponse(ErrorSerializer, "No such key."),
    403: OpenApiResponse(ErrorSerializer, "The key lacks the scope."),
}
BODY_BYTES_MAX = 1_048_576
KEY_CHARS_MAX = 255
NOT_FOUND = {404: OpenApiResponse(ErrorSerializer, "Not there, or not yours.")}
INVALID = {422: OpenApiResponse(ErrorSerializer, "A parameter is wrong; see errors.")}
PAGING = [
    OpenApiParameter("after", OpenApiTypes.UUID, description="The id of the last row you have."),
    OpenApiParameter(
        "limit", OpenApiTypes.INT, description=f"Rows: {PAGE_ROWS}, at most {PAGE_ROWS_MAX}."
    ),
]


class BrandView(APIView):
    """Behind `api_door`: acts as the brand of the key, which must have `scope`."""

    scope: str

    @property
    def brand_id(self) -> int:
        key = self.request.auth
        assert isinstance(key, ApiKey), key
        return key.brand_id


class BalanceView(BrandView):
    scope = "balance:read"

    @extend_schema(
        operation_id="balance",
        description="Free money, and what is reserved for each campaign.",
        responses={200: BalanceSerializer, **REFUSALS},
    )
    def get(self, request: Request) -> Response:
        return Response(BalanceSerializer(selectors.balance_of_brand(self.brand_id)).data)


class CampaignListView(BrandView):
    scope = "campaigns:read"

    @extend_schema(
        operation_id="campaigns",
        description="All campaigns, newest first.",
        parameters=PAGING,
        responses={200: CampaignPageSerializer, **REFUSALS, **INVALID},
    )
    def get(self, request: Request) -> Response:
        rows = selectors.campaigns_of_brand(self.brand_id)
        page = page_of(request, rows, order=["id"])
        selectors.terms_attach(page.rows)
        return Response(CampaignPageSerializer(page).data)


class CampaignView(BrandView):
    scope = "campaigns:read"

    @extend_schema(
        operation_id="campaign",
        description="One campaign with its latest terms.",
        responses={200: CampaignSerializer, **REFUSALS, **NOT_FOUND},
    )
    def get(self, request: Request, id: UUID) -> Response:
        campaign = selectors.campaigns_of_brand(self.brand_id).filter(public_id=id).first()
        if campaign is None:
            raise NotFound("There is no such campaign.")
        (shown,) = selectors.terms_attach([campaign])
        return Response(CampaignSerializer(shown).data)


class ConversionListView(BrandView):
    scope = "conversions:read"

    @extend_schema(
        operation_id="conversions",
        description="What order lines have earned for influencers, newest order first.",
        parameters=[
            OpenApiParameter("status", enum=Conversion.Status.values),
            OpenApiParameter("campaign", OpenApiTypes.UUID),
            OpenApiParameter("influencer", OpenApiTypes.UUID),
            OpenApiParameter(
                "since", OpenApiTypes.DATETIME, description="Ordered at this moment or later."
            ),
            *PAGING,
        ],
        responses={200: ConversionPageSerializer, **REFUSALS, **INVALID},
    )
    def get(self, request: Request) -> Response:
        given = request.query_params
        rows = selectors.conversions_of_brand(
            self.brand_id,
            status=_status_of(given.get("status")),
            campaign=_uuid_or_none("campaign", given.get("campaign")),
            influencer=_uuid_or_none("influencer", given.get("influencer")),
            since=_moment_of("since", given.get("since")),
        )
        page = page_of(request, rows, order=["ordered_at", "id"])
        return Response(ConversionPageSerializer(page).data)


class TooLarge(DomainError):
    """No body of ours is as large."""

    code = "too_large"
    status = 413


class OrderCreateView(BrandView):
    scope = "orders:write"
    parser_classes = [ExactJSONParser]

    @extend_schema(
        operation_id="order_send",
        description="An order as it is now: sent when it is made, and again whenever it changes."
        " It is stored before the answer and worked on after, so it can be read some seconds"
        " later.",
        request=OrderInSerializer,
        parameters=[
            OpenApiParameter(
                "Idempotency-Key",
                OpenApiTypes.STR,
                OpenApiParameter.HEADER,
                description="A name of your own for this call, at most"
                f" {KEY_CHARS_MAX} printable ASCII characters: the same call with the same key gets"
                " the same answer for at least 24 hours.",
            )
        ],
        responses={
            202: OpenApiResponse(OrderTakenSerializer, "Stored now."),
            200: OpenApiResponse(OrderTakenSerializer, "The very same order was stored before."),
            400: OpenApiResponse(ErrorSerializer, "Not JSON."),
            **REFUSALS,
            409: OpenApiResponse(
                ErrorSerializer,
                "`idempotency_key_reused`: the key came with another body;"
                " `idempotency_in_flight`: its twin is being worked on;"
                " `connection_off`: the API is switched off on the page of integrations.",
            ),
            413: OpenApiResponse(ErrorSerializer, "Larger than 1 MiB."),
            415: OpenApiResponse(ErrorSerializer, "Not sent as application/json."),
            422: OpenApiResponse(ErrorSerializer, "Fields are wrong; see errors."),
        },
    )
    def post(self, request: Request) -> Response:
        raw = body_of(request)
        key = idempotency_key_of(request)
        given = OrderInSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        reply = order_receive(
            brand_id=self.brand_id,
            order=given.plain(),
            key=key,
            fingerprint=fingerprint_of(request, raw),
        )
        headers = {"Idempotent-Replayed": "true"} if reply.is_replay else None
        return Response(reply.answer, status=reply.status, headers=headers)


class OrderView(BrandView):
    scope = "orders:read"

    @extend_schema(
        operation_id="order",
        description="An order by the shop's own id: state, versions, whose its lines are and why.",
        parameters=[
            OpenApiParameter(
                "connection",
                OpenApiTypes.UUID,
                description="Which shop, where two of yours have an order with this id.",
            )
        ],
        responses={
            200: OrderSerializer,
            **REFUSALS,
            **NOT_FOUND,
            409: OpenApiResponse(ErrorSerializer, "Several shops have it; say which connection."),
            **INVALID,
        },
    )
    def get(self, request: Request, external_id: str) -> Response:
        connection = _uuid_or_none("connection", request.query_params.get("connection"))
        order = selectors.order_of_brand(self.brand_id, external_id, connection)
        return Response(OrderSerializer(order).data)


def body_of(request: Request) -> bytes:
    """Raises: TooLarge, before anything of it is read."""
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdecimal()) or int(length) > BODY_BYTES_MAX:
        raise TooLarge(_("A body has at most 1 MiB."))
    body: bytes = request.body
    return body


def idempotency_key_of(request: Request) -> str:
    """Empty when there is none. Raises: Invalid."""
    key: str = request.headers.get("Idempotency-Key", "")
    if len(key) <= KEY_CHARS_MAX and key.isascii() and (key.isprintable() or not key):
        return key
    message = _("At most %(count)s printable ASCII characters.") % {"count": KEY_CHARS_MAX}
    raise Invalid(message, fields={"Idempotency-Key": [message]})


def fingerprint_of(request: Request, body: bytes) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return hashlib.sha256(f"{request.method}\n{request.path}\n{digest}".encode()).hexdigest()


@csrf_exempt
def nothing_here(request: HttpRequest, rest: str = "") -> JsonResponse:
    """Addresses that the API does not have: in its own words, not as a page."""
    body = {"code": "not_found", "message": "There is no such address.", "errors": {}}
    return JsonResponse(body, status=404)


def _status_of(text: str | None) -> str | None:
    if text is None or text in Conversion.Status.values:
        return text
    message = f"status is one of: {', '.join(Conversion.Status.values)}."
    raise Invalid.of("status", message)


def _uuid_or_none(name: str, text: str | None) -> UUID | None:
    return None if text is None else uuid_of(name, text)


def _moment_of(name: str, text: str | None) -> datetime | None:
    """Raises: Invalid when it is no moment, or does not say in which zone."""
    if text is None:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        message = f"{name} is a moment like 2026-11-20T10:00:00Z."
        raise Invalid.of(name, message)
    return moment
