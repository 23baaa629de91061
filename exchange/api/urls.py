"""/api/v1/. What is under the door acts as the brand of the key; the schema is for everybody."""

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.urls import path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from core.tenancy.doors import inside
from exchange.api import people, verdicts, views
from exchange.api.auth import api_door

# Swagger UI writes styles as it goes, and draws with data: images. Its scripts are our files.
DOCS_CSP = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF, UNSAFE_INLINE],
    "img-src": [SELF, "data:"],
    "connect-src": [SELF],
    "font-src": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
}

brand_urlpatterns = [
    path("balance", views.BalanceView.as_view(), name="balance"),
    path("campaigns", views.CampaignListView.as_view(), name="campaigns"),
    path("campaigns/<uuid:id>", views.CampaignView.as_view(), name="campaign"),
    path(
        "campaigns/<uuid:id>/participations",
        people.ParticipationListView.as_view(),
        name="participations",
    ),
    path(
        "campaigns/<uuid:id>/participations/<uuid:pid>/approve",
        people.ParticipationApproveView.as_view(),
        name="participation_approve",
    ),
    path(
        "campaigns/<uuid:id>/participations/<uuid:pid>/reject",
        people.ParticipationRejectView.as_view(),
        name="participation_reject",
    ),
    path("campaigns/<uuid:id>/codes", people.CodesView.as_view(), name="campaign_codes"),
    path("conversions", views.ConversionListView.as_view(), name="conversions"),
    path(
        "conversions/<uuid:id>/approve",
        verdicts.ConversionApproveView.as_view(),
        name="conversion_approve",
    ),
    path(
        "conversions/<uuid:id>/reject",
        verdicts.ConversionRejectView.as_view(),
        name="conversion_reject",
    ),
    path("orders", views.OrderCreateView.as_view(), name="orders"),
    path("orders/<path:external_id>", views.OrderView.as_view(), name="order"),
]
docs_view = csp_replace(DOCS_CSP)(SpectacularSwaggerSplitView.as_view(url_name="api:schema"))

app_name = "api"
urlpatterns = [
    path("schema/", SpectacularAPIView.as_view(), name="schema"),
    path("docs/", docs_view, name="docs"),
    *inside(api_door, brand_urlpatterns),
    re_path(r"^(?P<rest>.*)$", views.nothing_here),
]
