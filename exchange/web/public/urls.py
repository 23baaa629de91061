"""Addresses before a side: each list lies behind the door of its name (exchange/urls.py)."""

from __future__ import annotations

from django.urls import path

from exchange.web.public import phones, proofs, receipts, views

# public_door: anybody
OPEN = [
    path("", views.landing, name="landing"),
    path("proofs/", proofs.proofs, name="proofs"),
    path("link-ended/", views.link_ended, name="link_ended"),
    path("r/<slug:token>/", receipts.receipt, name="receipt"),
    path("r/<slug:token>/number/", phones.phone, name="phone_claim"),
    path("r/<slug:token>/number/<uuid:public_id>/", phones.phone_state, name="phone_state"),
    path("r/<slug:token>/withdraw/", phones.withdraw, name="phone_withdraw"),
    path("r/<slug:token>/<uuid:public_id>/", receipts.receipt_state, name="receipt_state"),
]
# public_door, the same in every language
FILES = [
    path("proofs/roots.txt", proofs.roots, name="proof_roots"),
    path("proofs/key.pem", proofs.key, name="proof_key"),
]
# newcomer_door: logged in, and no influencer yet
INFLUENCER_SIGN_UP = [path("onboarding/", views.onboarding, name="onboarding")]
# person_door: logged in; a person may own several brands
BRAND_SIGN_UP = [path("onboarding/brand/", views.brand_onboarding, name="brand_onboarding")]
# No door: it finds out where somebody belongs
SIDELESS = [path("home/", views.home, name="home")]
