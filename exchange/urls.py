"""Every address of the product, and the door it lies behind."""

from __future__ import annotations

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from attribution import postbacks, webhooks
from attribution import views as pages_of_shops
from core.tenancy.doors import inside
from exchange.doors import (
    brand_door,
    influencer_door,
    newcomer_door,
    person_door,
    public_door,
    team_door,
)
from exchange.web import urls as shell
from exchange.web.brand import urls as brand
from exchange.web.portal import urls as portal
from exchange.web.public import urls as public

# Addresses without a door, by their beginning, and why.
SIDELESS = {
    "hooks/": "opens its own context, so that the answer leaves after COMMIT",
    "postback/": "opens its own context, so that the answer leaves after COMMIT",
    "js/": "shows no row: a file for the pages of shops",
    "t/": "one answer for everything; what it stores, it stores as the system",
    "admin/": "its site puts every view behind ops_door (exchange.ops)",
    "accounts/": "sessions, users and allauth are the login role's",
    "language/": "writes the user's row",
    "home/": "finds out which side somebody belongs to",
    "start/": "shows no row",
    "policy/": "shows no row",
    "_ui/": "shows samples",
    "api/v1/docs/": "shows no row",
    "api/v1/schema/": "shows no row",
    "api/v1/^": "answers 404 as JSON",
}

BRAND = [*inside(brand_door, brand.PLACES), *inside(team_door, brand.TEAM)]

urlpatterns = [
    path("hooks/<str:source>/<str:endpoint_token>", webhooks.receive, name="hook"),
    path("postback/<str:endpoint_token>", postbacks.receive, name="postback"),
    path("js/birge.js", pages_of_shops.script, name="snippet"),
    path("t/<str:site>.gif", pages_of_shops.pixel, name="page_pixel"),
    path("t/<str:site>", pages_of_shops.event, name="page_event"),
    path("api/v1/", include("exchange.api.urls")),
    path("admin/", admin.site.urls),
    path("", include(inside(public_door, public.FILES))),
    *i18n_patterns(
        path("accounts/", include("allauth.urls")),
        path("", include(shell.urlpatterns)),
        path("", include(public.SIDELESS)),
        path("", include(inside(public_door, public.OPEN))),
        path("", include(inside(newcomer_door, public.INFLUENCER_SIGN_UP))),
        path("", include(inside(person_door, public.BRAND_SIGN_UP))),
        path("portal/", include((inside(influencer_door, portal.urlpatterns), "portal"))),
        path("brand/<slug:brand_slug>/", include((BRAND, "brand"))),
    ),
]

handler400 = "exchange.web.views.bad_request"
handler403 = "exchange.web.views.forbidden"
handler404 = "exchange.web.views.not_found"
handler500 = "exchange.web.views.server_error"
